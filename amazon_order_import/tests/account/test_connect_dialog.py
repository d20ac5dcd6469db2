from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from ..report.test_cron import SECRETS
from .common import ConnectionCase


@tagged("post_install", "-at_install")
class TestConnectDialog(ConnectionCase):
    """The dialog lets a manager renew without showing a secret."""

    def open_dialog(self, user=None):
        return Form(
            self.env["amazon.account.connect"]
            .with_user(user or self.manager)
            .with_context(default_account_id=self.account.id)
        )

    def test_manager_pastes_a_token(self):
        self.seller.revoked = True
        self.check()
        self.seller.revoked = False
        with self.open_dialog() as dialog:
            self.assertNotIn("client_secret", dialog._view["fields"])
            dialog.refresh_token = f" {SECRETS['lwa_refresh_token']}\n"
        action = dialog.record.action_save()
        self.assertEqual(action["params"]["type"], "success")
        self.assertFalse(dialog.record.refresh_token, "Forgotten")
        self.check_state("connected", "none")
        with self.assertRaises(AccessError):
            self.account.with_user(self.manager).read(["lwa_refresh_token"])

    def test_wrong_token(self):
        with self.open_dialog() as dialog:
            dialog.refresh_token = "Atzr|wrong"
        action = dialog.record.action_save()
        self.assertEqual(action["params"]["type"], "danger")
        self.check_state("unauthorized", "connect")

    def test_client_first(self):
        self.account.lwa_client_secret = False
        dialog = self.open_dialog()
        dialog.refresh_token = "Atzr|x"
        with self.assertRaisesRegex(UserError, "system administrator"):
            dialog.save()
        dialog = self.open_dialog()
        dialog.authorization_method = "website"
        dialog.application_id = "amzn1.sp.solution.simulated-eu"
        with self.assertRaisesRegex(UserError, "system administrator"):
            dialog.save().action_open_amazon()

    # === NOTHING STAYS IN THE DIALOG === #

    def read_dialogs(self):
        """Return all that the database keeps of the dialogs, as text."""
        self.env.flush_all()
        self.env.cr.execute("SELECT to_jsonb(d) FROM amazon_account_connect d")
        return str(self.env.cr.fetchall())

    def test_token_is_never_in_the_dialog(self):
        token = SECRETS["lwa_refresh_token"]
        answer = (
            self.env["amazon.account.connect"]
            .with_user(self.manager)
            .web_save(
                {"account_id": self.account.id, "refresh_token": token},
                {"refresh_token": {}, "account_id": {}},
            )
        )
        self.assertNotIn(token, str(answer))
        self.assertNotIn(token, self.read_dialogs())
        self.assertEqual(self.account.lwa_refresh_token, token)
        dialog = self.env["amazon.account.connect"].browse(answer[0]["id"])
        dialog = dialog.with_user(self.manager)
        for name, value in (("refresh_token", "Atzr|other"),):
            dialog.write({name: value})
            self.assertFalse(dialog[name])
            self.assertNotIn(value, self.read_dialogs())

    def test_token_of_a_failed_call(self):
        """What fails leaves the token nowhere: neither here nor there."""
        before = self.account.lwa_refresh_token
        with (
            patch.object(
                type(self.account),
                "_note_new_credentials",
                side_effect=UserError("stop"),
            ),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            self.open_dialog_with("Atzr|lost").save()
        self.account.invalidate_recordset()
        self.assertEqual(self.account.lwa_refresh_token, before)
        self.assertNotIn("Atzr|lost", self.read_dialogs())
        dialog = self.open_dialog_with("Atzr|kept").save()
        with (
            patch.object(
                type(self.account), "_check_connection", side_effect=UserError("stop")
            ),
            self.assertRaises(UserError),
            self.env.cr.savepoint(),
        ):
            dialog.action_save()
        self.assertNotIn("Atzr|kept", self.read_dialogs())

    def open_dialog_with(self, token):
        dialog = self.open_dialog()
        dialog.refresh_token = token
        return dialog

    def test_secrets_of_the_application(self):
        system = new_test_user(
            self.env,
            "system_manager",
            "base.group_system,amazon_order_import.group_amazon_manager",
        )
        dialog = self.open_dialog(system)
        dialog.client_id = " amzn1.application-oa2-client.typed "
        dialog.client_secret = "amzn1.oa2-cs.v1.typed"
        record = dialog.save()
        self.assertFalse(record.client_secret)
        self.assertNotIn("typed", self.read_dialogs())
        self.assertEqual(
            self.account.lwa_client_id, "amzn1.application-oa2-client.typed"
        )
        with self.assertRaises(AccessError):
            record.with_user(self.manager).write({"client_secret": "x"})

    def test_account_of_another_company(self):
        company = self.env["res.company"].create({"name": "Other company"})
        foreign = self.account.copy(
            {
                "name": "Foreign",
                "company_id": company.id,
                "application_id": "amzn1.sp.solution.foreign",
                **{
                    name: False
                    for name in self.account._fields
                    if name.endswith("_product_id")
                },
            }
        )
        dialog = self.open_dialog().save()
        for values in (
            {"account_id": foreign.id},
            {"account_id": foreign.id, "refresh_token": "Atzr|planted"},
            {"account_id": foreign.id, "is_draft_application": False},
        ):
            with (
                self.subTest(values=values),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                dialog.write(values)
            with (
                self.subTest(create=values),
                self.assertRaises(AccessError),
                self.env.cr.savepoint(),
            ):
                dialog.create(values)
        self.assertFalse(foreign.lwa_refresh_token)
        self.env.invalidate_all()
        try:
            told = dialog.browse().onchange(
                {"account_id": foreign.id}, ["account_id"], {"application_id": {}}
            )
        except AccessError:
            told = ""
        self.assertNotIn("foreign", str(told))

    def test_application_id_first(self):
        with self.open_dialog() as dialog:
            dialog.authorization_method = "website"
            dialog.application_id = "amzn1.application-oa2-client.simulated-eu"
        with self.assertRaisesRegex(UserError, "application ID"):
            dialog.record.action_open_amazon()

    def test_consent_address(self):
        with self.open_dialog() as dialog:
            dialog.authorization_method = "website"
            dialog.application_id = "amzn1.sp.solution.simulated-eu"
        action = dialog.record.action_open_amazon()
        self.assertIn(
            "https://sellercentral-europe.amazon.com/apps/authorize/consent?"
            "application_id=amzn1.sp.solution.simulated-eu&state=",
            action["url"],
        )
        self.assertTrue(action["url"].endswith("&version=beta"))
        self.account.is_draft_application = False
        self.assertNotIn("version", dialog.record.action_open_amazon()["url"])

    def test_users_do_not_connect(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.user).action_connect()
        with self.assertRaises(AccessError):
            self.env["amazon.account.connect"].with_user(self.user).create(
                {"account_id": self.account.id}
            )
        with self.assertRaises(AccessError):
            self.env["amazon.authorization"].with_user(self.manager).search([])
