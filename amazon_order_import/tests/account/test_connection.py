from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import Form, new_test_user, tagged

from ...report_formats import KINDS
from ...selling_partner import REPORT_ROLES
from ...selling_partner.errors import RoleMissingError
from ..report.test_cron import MFN, SECRETS, CronCase

INVOICING = "Tax Invoicing (Restricted)"
CLOSED_PORT = "http://127.0.0.1:9"


class ConnectionCase(CronCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix = "amazon_order_import.group_amazon_"
        cls.manager = new_test_user(
            cls.env, "amazon_m", f"base.group_user,{prefix}manager"
        )
        cls.user = new_test_user(cls.env, "amazon_u", f"base.group_user,{prefix}user")
        cls.account.user_id = cls.manager
        cls.check_cron = cls.env.ref("amazon_order_import.ir_cron_check_connections")

    def setUp(self):
        super().setUp()
        self.seller = self.amazon.state.seller("eu")
        roles, revoked = set(self.seller.roles), self.seller.revoked
        times = self.seller.authorized_at, self.seller.secret_changed_at
        self.addCleanup(self.restore, roles, revoked, times)

    def restore(self, roles, revoked, times):
        self.seller.roles, self.seller.revoked = roles, revoked
        self.seller.authorized_at, self.seller.secret_changed_at = times

    def check(self):
        """Let the daily action run, as if its time had come."""
        self.pass_time(self.env["amazon.report"])
        self.account.next_connection_check = False
        with self.enter_registry_test_mode():
            self.check_cron.method_direct_trigger()
        self.env.invalidate_all()

    def get_access(self, kind):
        return self.account.access_ids.filtered(lambda access: access.kind == kind)

    def check_state(self, state, cure, *texts):
        """The account is in a state, says so, and leads to the cure."""
        account = self.account.with_user(self.user)
        self.assertEqual(account.connection_state, state)
        self.assertEqual(account.connection_cure, cure)
        said = f"{account.connection_message}\n{account.connection_error}"
        for text in texts:
            self.assertIn(text, said)


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


@tagged("post_install", "-at_install")
class TestRoleCheck(ConnectionCase):
    """Which reports the authorisation opens, and which role is missing."""

    def use(self, kind):
        self.env["amazon.report.request"].create(
            {"account_id": self.account.id, "kind": kind, "repeat": True}
        )

    def test_every_kind_is_listed(self):
        kinds = dict(self.env["amazon.report"]._fields["kind"].selection)
        states = {a.kind: a.state for a in self.account.access_ids}
        self.assertEqual(set(states), set(kinds))
        self.assertEqual(states["mfn_orders_na"], "not_offered")
        self.assertEqual(
            {kind for kind, state in states.items() if state == "readable"},
            {kind for kind in kinds if "eu" in KINDS[kind].regions},
        )

    def test_roles_of_all_types_are_known(self):
        for kind in KINDS.values():
            for region in kind.regions:
                self.assertIn(kind.report_type_in(region), REPORT_ROLES)

    def test_role_of_one_kind_missing(self):
        self.use(MFN)
        self.seller.roles.discard(INVOICING)
        self.check()
        self.check_state("role_missing", "roles", INVOICING, "Merchant-fulfilled")
        self.assertEqual(self.get_access(MFN).state, "missing")
        self.assertEqual(self.get_access("fba_returns").state, "readable")
        self.assertFalse(self.account.disconnected_since, "Amazon can be asked")
        self.assertEqual(len(self.account.activity_ids), 1)
        self.assertEqual(self.asked("getReports"), 8, "Within the quota of 10")

    def test_other_kinds_go_on(self):
        # In the Far East, FBA orders need another role than merchant-fulfilled ones.
        account = self.env["amazon.account"].create(
            {
                "name": "Test Japan",
                "region": "fe",
                "sp_api_endpoint": self.amazon.url,
                "lwa_endpoint": self.amazon.url,
                "unknown_sku_policy": "create",
                **{name: text.replace("-eu", "-fe") for name, text in SECRETS.items()},
            }
        )
        account.action_test_connection()
        seller = self.amazon.state.seller("fe")
        self.addCleanup(seller.roles.update, set(seller.roles))
        seller.roles.discard("Direct-to-Consumer Shipping (Restricted)")
        denied = self.request(account, kind="mfn_orders_na")
        fine = self.request(account, kind="fba_orders_na")
        self.run_until(denied + fine)
        self.assertEqual(denied.state, "failed")
        self.assertIn("Direct-to-Consumer Shipping", denied.failure_reason)
        self.assertEqual(fine.state, "done", fine.failure_reason)
        self.assertEqual(account.connection_state, "role_missing")
        self.assertIn("Direct-to-Consumer Shipping", account.connection_message)
        states = {access.kind: access.state for access in account.access_ids}
        self.assertEqual(states["mfn_orders_na"], "missing")
        self.assertEqual(states["fba_orders_na"], "readable")

    def test_role_that_nobody_needs(self):
        self.seller.roles.discard(INVOICING)
        self.check()
        self.assertEqual(self.get_access("vcs_invoices").state, "missing")
        self.check_state("connected", "none")
        self.assertFalse(self.account.activity_ids)

    def test_role_added(self):
        self.use(MFN)
        self.seller.roles.discard(INVOICING)
        self.check()
        self.seller.roles.add(INVOICING)
        self.check()
        self.check_state("connected", "none")
        self.assertFalse(self.account.activity_ids)

    def test_a_denied_report_weighs_more_than_a_list(self):
        """Amazon lists reports of a type whose documents it denies."""
        self.use(MFN)
        self.fault("forbidden", "createReport")
        report = self.request()
        self.run_until(report)
        self.assertEqual(report.failure_code, "role")
        self.assertEqual(self.get_access(MFN).evidence, "report")
        self.check()
        self.assertEqual(self.get_access(MFN).state, "missing")
        self.check_state("role_missing", "roles")
        self.assertEqual(len(self.account.activity_ids), 1)
        # A person says that it is mended, or authorises anew.
        self.account.action_test_connection()
        self.check_state("connected", "none")

    def test_a_report_that_arrives_proves_the_role(self):
        self.account._store_access({MFN: ("missing", "x")}, "report")
        self.use(MFN)
        report = self.request()
        self.run_until(report)
        self.assertEqual(report.state, "done")
        self.assertEqual(self.get_access(MFN).state, "readable")
        self.check_state("connected", "none")

    def test_everything_is_denied(self):
        """403 on everything is no missing role but a wrong authorisation."""
        for operation in ("getMarketplaceParticipations", "getReports"):
            self.fault("forbidden", operation, count=None)
        self.check()
        self.check_state("unauthorized", "connect", "denies everything", "HTTP 403")

    def test_a_quota_is_no_denial(self):
        """403 on one operation, while the quota of the other is used up."""
        self.fault("forbidden", "getMarketplaceParticipations", count=None)
        for _call in range(10):
            self.note_call("getReports")
        self.account.next_connection_check = False
        with self.enter_registry_test_mode():
            self.check_cron.method_direct_trigger()
        self.assertFalse(self.asked("getReports"))
        self.check_state("connected", "none")
        self.assertFalse(self.account.activity_ids)
        self.assertLess(
            self.account.next_connection_check,
            fields.Datetime.now() + timedelta(hours=2),
            "Soon again: it is not known yet",
        )
        action = self.account.action_test_connection()
        self.assertEqual(action["params"]["type"], "warning")
        self.check()
        self.check_state("connected", "none")

    def test_amazons_words_stay(self):
        """Other reports that arrive do not wipe out why one kind is denied."""
        self.use(MFN)
        self.use("fba_orders_eu")
        self.account._note_api_error(self.denial(), MFN)
        self.check_state("role_missing", "roles", "HTTP 403")
        with freeze_time(fields.Datetime.now() + timedelta(hours=3)):
            self.account._note_api_success("fba_orders_eu")
            self.check_state("role_missing", "roles", "HTTP 403")
            self.assertEqual(self.account.connection_reason, "role_missing")

    def denial(self):
        return RoleMissingError(
            "denied", operation="createReport", status=403, code="Unauthorized"
        )

    def test_a_missing_role_hides_no_expiry(self):
        """Else the day comes on which nothing works, and nobody was told."""
        self.use(MFN)
        self.account._note_api_error(self.denial(), MFN)
        summary = self.account.activity_ids.summary
        self.assertIn("Role missing", summary)
        self.account.authorized_at = fields.Datetime.now() - timedelta(days=360)
        self.check()
        self.check_state("role_missing", "connect", INVOICING, "in 5 days")
        self.assertEqual(self.account.connection_level, "danger")
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn("expires in less than 8 days", activity.summary)
        self.assertIn(INVOICING, activity.note)

    def test_quota_ends_the_role_check(self):
        self.seller.roles.discard(INVOICING)
        self.use(MFN)
        self.account.access_ids.unlink()
        self.fault("forbidden", "getReports", count=2)
        self.fault("throttle", "getReports", count=None)
        self.check()
        found = self.account.access_ids.filtered(lambda a: a.state != "not_offered")
        self.assertEqual(found.mapped("state"), ["missing"], "The rest next time")
        self.assertEqual(self.account.connection_state, "role_missing")

    def test_a_role_missing_with_server_error(self):
        self.fault("internal", "getReports", count=None)
        self.check()
        self.assertEqual(self.get_access(MFN).state, "unknown")
        self.check_state("connected", "none")

    def test_rights(self):
        access = self.get_access(MFN).with_user(self.user)
        self.assertEqual(access.role, INVOICING)
        with self.assertRaises(AccessError):
            access.state = "missing"
        other = self.env["res.company"].create({"name": "Other company"})
        self.account.write({"company_id": other.id, "user_id": False})
        with self.assertRaises(AccessError):
            access.read(["state"])


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
