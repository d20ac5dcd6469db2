from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import new_test_user, tagged

from ...selling_partner.errors import DataError
from ..report.test_cron import MFN, SECRETS
from .common import ConnectionCase

CLOSED_PORT = "http://127.0.0.1:9"


@tagged("post_install", "-at_install")
class TestConnectionState(ConnectionCase):
    """The state of the connection says the truth, whatever happens to it."""

    # === CONNECTED, AND NOT YET === #

    def test_connected(self):
        self.check_state("connected", "none", "Amazon.de")
        self.assertFalse(self.account.disconnected_since)
        self.assertFalse(self.account.activity_ids)
        self.assertEqual(self.account.connection_level, "success")

    def test_a_check_costs_two_calls(self):
        self.check()
        self.assertEqual(self.asked("getMarketplaceParticipations"), 1)
        self.assertEqual(self.asked("getReports"), 1)
        # Not again before the next day.
        with self.enter_registry_test_mode():
            self.check_cron.method_direct_trigger()
        self.assertEqual(self.asked("getMarketplaceParticipations"), 1)

    def test_new_account(self):
        account = self.env["amazon.account"].create({"name": "New", "region": "na"})
        self.assertEqual(account.connection_state, "not_connected")
        self.assertEqual(account.connection_cure, "connect")
        self.assertFalse(account.disconnected_since)
        with self.assertRaisesRegex(UserError, "Connect with Amazon"):
            account.action_test_connection()
        account.write(SECRETS)
        self.assertEqual(account.connection_cure, "test")
        self.assertEqual(account.seller_central_marketplace_id.name, "Amazon.com")

    def test_credentials_taken_away(self):
        self.account.lwa_refresh_token = False
        self.check_state("not_connected", "connect")
        self.assertTrue(self.account.disconnected_since)

    # === REFUSED === #

    def test_revoked(self):
        self.seller.revoked = True
        self.check()
        self.check_state("unauthorized", "connect", "revoked", "invalid_grant")
        since = self.account.disconnected_since
        self.assertTrue(since)
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.manager)
        self.assertIn("Expired or revoked", activity.summary)
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            self.check()
        self.assertEqual(self.account.disconnected_since, since)
        self.assertEqual(self.account.activity_ids, activity, "One, not one a day")
        self.seller.revoked = False
        self.check()
        self.check_state("connected", "none")
        self.assertFalse(self.account.disconnected_since)
        self.assertFalse(self.account.activity_ids)

    def test_revoked_in_mid_run(self):
        """Nothing switches itself off; what waits goes on by itself."""
        request = self.env["amazon.report.request"].create(
            {"account_id": self.account.id, "kind": MFN, "repeat": True}
        )
        report = self.request()
        self.run_cron()
        self.assertTrue(report.amazon_report_id)
        self.seller.revoked = True
        self.run_until_known("unauthorized")
        self.assertEqual(report.state, "requested")
        self.assertTrue(request.active and self.account.active)
        self.assertGreater(report.next_attempt, fields.Datetime.now())
        self.seller.revoked = False
        self.account.action_test_connection()
        self.assertFalse(report.next_attempt, "It goes on at once, not hours later")
        self.run_until(report + request.report_ids)
        self.assertEqual(report.state, "done", report.failure_reason)
        self.assertEqual(request.report_ids[0].state, "done")
        self.check_state("connected", "none")

    def run_until_known(self, state, rounds=5):
        for _round in range(rounds):
            self.env["amazon.report"].search([]).next_attempt = False
            self.run_cron()
            if self.account.connection_state == state:
                return
        self.fail(f"{self.account.connection_state}, not {state}")

    def test_authorisation_expired(self):
        self.seller.authorized_at -= timedelta(days=366)
        self.account.authorized_at = fields.Datetime.now() - timedelta(days=366)
        self.check()
        self.check_state("unauthorized", "connect", "has expired on", "invalid_grant")

    def test_secret_expired(self):
        self.seller.secret_changed_at -= timedelta(days=181)
        self.check()
        self.check_state("credentials", "credentials", "client secret", "HTTP 401")
        self.assertIn("Credentials wrong", self.account.activity_ids.summary)

    def test_token_of_another_application(self):
        self.account.lwa_refresh_token = "Atzr|simulated-eu-vcs"
        self.check()
        self.check_state("credentials", "credentials", "another application")

    def test_new_credentials_are_tested_soon(self):
        self.account.lwa_client_secret = "wrong"
        self.check()
        self.assertEqual(self.account.connection_state, "credentials")
        before = self.env["ir.cron.trigger"].search_count(
            [("cron_id", "=", self.check_cron.id)]
        )
        self.account.lwa_client_secret = SECRETS["lwa_client_secret"]
        self.assertFalse(self.account.next_connection_check)
        self.assertGreater(
            self.env["ir.cron.trigger"].search_count(
                [("cron_id", "=", self.check_cron.id)]
            ),
            before,
        )

    # === OUT OF REACH === #

    def test_unreachable(self):
        now = fields.Datetime.now()
        self.account.sp_api_endpoint = CLOSED_PORT
        self.check()
        self.check_state("unreachable", "test", "tried again by itself")
        since = self.account.disconnected_since
        self.assertGreaterEqual(since, now)
        self.assertFalse(self.account.activity_ids, "It may pass")
        self.assertLess(
            self.account.next_connection_check, now + timedelta(hours=2), "Soon again"
        )
        with freeze_time(now + timedelta(hours=5)):
            self.check()
            self.assertEqual(self.account.disconnected_since, since)
            self.assertEqual(len(self.account.activity_ids), 1)
        self.account.sp_api_endpoint = self.amazon.url
        self.check()
        self.check_state("connected", "none")
        self.assertFalse(self.account.activity_ids)

    def test_something_else_answers(self):
        self.fault("non_json", "getMarketplaceParticipations")
        self.check()
        self.check_state("unreachable", "test", "is not Amazon")

    def test_wrong_setting(self):
        self.account.sp_api_endpoint = "no address"
        self.check()
        self.check_state("unreachable", "test", "a setting of this account")

    def test_plain_http(self):
        """Secrets leave this machine encrypted, unless an administrator says no."""
        names = ("sp_api_endpoint", "lwa_endpoint", "seller_central_endpoint")
        for name in names:
            for address in ("http://10.0.0.5:8000", " HTTP://proxy.example"):
                with (
                    self.subTest(field=name, address=address),
                    self.assertRaisesRegex(ValidationError, "use https"),
                    self.env.cr.savepoint(),
                ):
                    self.account[name] = address
            for address in (
                "https://proxy.example",
                "http://localhost:8000",
                "http://127.0.0.1",
                "http://[::1]:80",
            ):
                self.account[name] = address
            self.account[name] = False
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("amazon_order_import.allow_plain_http", "True")
        self.account.sp_api_endpoint = "http://127.0.0.2.example:8000"
        self.account._get_client().close()
        parameters.set_param("amazon_order_import.allow_plain_http", "False")
        with self.assertRaisesRegex(DataError, "https"):
            self.account._get_client()
        self.check()
        self.check_state("unreachable", "test", "a setting of this account")

    # === WHO CHANGED WHAT === #

    def test_changed_settings_are_told(self):
        account = self.account.with_user(self.manager)
        before = account.message_ids
        account.write({"vat_service": "vcs_lite", "order_workflow": "quotation"})
        self.env.cr.precommit.run()
        tracked = (account.message_ids - before).sudo().tracking_value_ids.field_id
        self.assertEqual(set(tracked.mapped("name")), {"vat_service", "order_workflow"})
        for values in (
            {"lwa_client_secret": "amzn1.oa2-cs.v1.hidden"},
            {"lwa_endpoint": "https://hidden.example"},
        ):
            before = account.message_ids
            self.account.write(values)
            self.env.cr.precommit.run()
            (name,) = values
            label = self.account._fields[name].string
            messages = account.message_ids - before
            text = str(messages.mapped("body"))
            self.assertIn(f"Changed: {label}", text)
            self.assertNotIn("hidden", text)
            self.assertNotIn(
                "hidden",
                str(messages.sudo().tracking_value_ids.mapped("new_value_char")),
            )
            before = account.message_ids
            self.account.write(values)
            self.assertEqual(account.message_ids, before, "The same value again")

    def test_changed_tables_are_told(self):
        account = self.account.with_user(self.manager)
        france = self.env.ref("base.fr")
        for table, values in (
            (account.tax_registration_ids, {"country_id": france.id, "vat": "FR1"}),
            (account.tax_rule_ids, {"name": "FR1"}),
        ):
            before = account.message_ids
            row = table.create({"account_id": account.id, **values})
            row.write({"fiscal_position_id": False})
            row.unlink()
            bodies = (account.message_ids - before).mapped("body")
            self.assertEqual(len(bodies), 3)
            for body, word in zip(
                reversed(bodies), ("added", "changed (Fiscal", "removed"), strict=True
            ):
                self.assertIn("FR1", body)
                self.assertIn(word, body)

    def test_asked_too_often(self):
        """A quota says nothing about the connection."""
        self.fault("throttle", "getMarketplaceParticipations")
        self.check()
        self.check_state("connected", "none")
        self.assertLess(
            self.account.next_connection_check,
            fields.Datetime.now() + timedelta(hours=2),
        )
        self.pass_time(self.env["amazon.report"])
        action = self.account.action_test_connection()
        self.assertEqual(action["params"]["type"], "success")

    # === EXPIRES SOON === #

    def test_authorisation_expires(self):
        """One to-do, which grows more urgent at 30, 14 and 7 days."""
        now = fields.Datetime.now()
        self.account.authorized_at = now - timedelta(days=334)
        self.check()
        self.assertFalse(self.account.activity_ids)
        self.assertEqual(self.account.connection_title, "Connected")
        deadlines = []
        for left in (30, 20, 14, 7, 3, 0):
            self.account.authorized_at = now - timedelta(days=365 - left)
            self.check()
            self.check_state("connected", "connect", "Connect again", str(left))
            self.assertIn(f"expires in {left} days", self.account.connection_title)
            self.assertEqual(
                self.account.connection_level, "danger" if left < 7 else "warning"
            )
            activity = self.account.activity_ids
            self.assertEqual(len(activity), 1)
            deadlines.append((activity.summary, activity.date_deadline))
        limits = [summary.split()[-2] for summary, _deadline in deadlines]
        self.assertEqual(limits, ["31", "31", "15", "8", "8", "8"])
        today = now.date()
        self.assertEqual(deadlines[0][1], today + timedelta(days=16))
        self.assertEqual(deadlines[2][1], today + timedelta(days=7))
        self.assertEqual(deadlines[3][1], today)
        self.account.authorized_at = now
        self.check()
        self.assertFalse(self.account.activity_ids)

    def test_expiry_of_time_alone(self):
        """The day comes although nobody changed anything and nothing is due."""
        self.account.authorized_at = fields.Datetime.now() - timedelta(days=300)
        with freeze_time(fields.Datetime.now() + timedelta(days=40)):
            self.account.next_connection_check = fields.Datetime.now() + timedelta(1)
            with self.enter_registry_test_mode():
                self.check_cron.method_direct_trigger()
            self.assertFalse(self.asked("token"))
            self.assertEqual(len(self.account.activity_ids), 1)

    def test_secret_expires(self):
        self.account.secret_changed_at = fields.Datetime.now() - timedelta(days=170)
        self.check()
        self.check_state("connected", "credentials", "client secret expires")
        self.assertIn("client secret", self.account.activity_ids.summary)

    def test_expiry_passed_but_works(self):
        self.account.authorized_at = fields.Datetime.now() - timedelta(days=380)
        self.check()
        self.check_state("connected", "connect", "still accepts")
        # A private application is not asked to renew: a manager says so.
        self.account.with_user(self.manager).authorization_expires = False
        self.check()
        self.check_state("connected", "none")
        self.assertFalse(self.account.activity_ids)

    def test_dates_are_set_by_themselves(self):
        now = fields.Datetime.now()
        self.account.write(
            {"authorized_at": False, "secret_changed_at": now - timedelta(days=9)}
        )
        self.account.lwa_refresh_token = "Atzr|other"
        self.assertGreaterEqual(self.account.authorized_at, now)
        self.assertEqual(
            self.account.authorization_expires,
            (self.account.authorized_at + timedelta(days=365)).date(),
        )
        self.assertEqual(self.account.secret_changed_at, now - timedelta(days=9))
        self.account.authorized_at = now - timedelta(days=50)
        # The same value again is no new token.
        self.account.lwa_refresh_token = " Atzr|other "
        self.assertEqual(self.account.authorized_at, now - timedelta(days=50))

    # === WHO IS TOLD === #

    def test_responsible_without_access(self):
        """A to-do goes to somebody who can do it."""
        self.account.user_id = new_test_user(self.env, "plain", "base.group_user")
        self.seller.revoked = True
        self.check()
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertTrue(
            activity.user_id.has_group("amazon_order_import.group_amazon_manager")
        )

    def test_user_tests_the_connection(self):
        self.seller.revoked = True
        account = self.account.with_user(self.user)
        action = account.action_test_connection()
        self.assertEqual(action["params"]["type"], "danger")
        self.assertIn("invalid_grant", action["params"]["message"])

    # === THE SAME SELLER TWICE === #

    def test_same_seller_twice(self):
        self.assertFalse(self.account.duplicate_warning)
        other = self.env["res.company"].create({"name": "Other company"})
        twin = self.env["amazon.account"].create(
            {"name": "Hidden twin", "region": "eu", "company_id": other.id, **SECRETS}
        )
        account = self.account.with_user(self.manager)
        warning = account.duplicate_warning
        self.assertIn("another company", warning)
        self.assertNotIn("Hidden twin", warning)
        self.manager.company_ids += other
        account.invalidate_recordset()
        account = account.with_context(allowed_company_ids=self.manager.company_ids.ids)
        self.assertIn("Hidden twin", account.duplicate_warning)
        twin.active = False
        account.invalidate_recordset()
        self.assertFalse(account.duplicate_warning)

    def test_same_seller_id_twice(self):
        self.account.selling_partner_id = "A1SIMEUSELLER"
        twin = self.env["amazon.account"].create(
            {"name": "Twin", "region": "na", "selling_partner_id": "A1SIMEUSELLER"}
        )
        self.assertFalse(twin.duplicate_warning, "Another region is another account")
        twin.region = "eu"
        self.assertIn(self.account.name, twin.duplicate_warning)

    # === COPIES === #

    def test_neutralized(self):
        self.env["amazon.authorization"]._open(self.account)
        self.env.flush_all()
        (query,) = get_neutralization_queries(["amazon_order_import"])
        self.env.cr.execute(query)
        self.env.invalidate_all()
        self.check_state("not_connected", "connect")
        self.assertFalse(self.env["amazon.authorization"].search([]))
        self.check()
        self.assertFalse(self.asked("token"))
