from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

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
        with self.open_dialog() as dialog:
            dialog.refresh_token = "Atzr|x"
        with self.assertRaisesRegex(UserError, "system administrator"):
            dialog.record.action_save()
        dialog.record.application_id = "amzn1.sp.solution.simulated-eu"
        with self.assertRaisesRegex(UserError, "system administrator"):
            dialog.record.action_open_amazon()

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
