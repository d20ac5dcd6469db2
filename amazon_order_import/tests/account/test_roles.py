from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ...report_formats import KINDS
from ...selling_partner import REPORT_ROLES
from ...selling_partner.errors import RoleMissingError
from ..report.test_cron import MFN, SECRETS
from .common import ConnectionCase

INVOICING = "Tax Invoicing (Restricted)"


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
        self.assertEqual(self.asked("getReports"), 9, "Within the quota of 10")

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
