from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...report_formats.order_numbers import find_order_number
from ..common import AmazonCase

REF = "302-0000001-0000001"
DAYS = ("2026-10-04 00:00:00", "2026-10-08 00:00:00")


@tagged("post_install", "-at_install")
@freeze_time("2026-10-20 12:00:00")
class TestOrderFinder(AmazonCase):
    """An Amazon order number in, one answer out, with the button that mends it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "finder_user", "amazon_order_import.group_amazon_user"
        )
        cls.account.write(
            {
                "lwa_client_id": "id",
                "lwa_client_secret": "secret",
                "lwa_refresh_token": "token",
                "connection_state": "connected",
            }
        )

    def find(self, query=REF, user=None):
        finder = self.env["amazon.order.finder"].with_user(user or self.user)
        return finder.create({"query": query})

    def list_orders(self, **changes):
        changes = {name.replace("_", "-"): value for name, value in changes.items()}
        return self.import_lines("all_orders", {"amazon-order-id": REF, **changes})

    def report(self, state, kind="mfn_orders_eu", **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "state": state,
                "date_from": DAYS[0],
                "date_to": DAYS[1],
                **values,
            }
        )

    def assertAnswer(self, finder, code, cure=False):
        self.assertEqual(finder.code, code, finder.message)
        self.assertEqual(finder.cure, cure)
        self.assertTrue(finder.title)
        self.assertTrue(finder.message)

    # === THE NUMBER === #

    def test_whatever_is_pasted(self):
        for text in (
            REF,
            f"  {REF}\n",
            f"Order # {REF} (Amazon.de)",
            "302 0000001 0000001",
            "30200000010000001",
            "302–0000001–0000001",
            f"https://sellercentral.amazon.de/orders-v3/order/{REF}?x=1",
        ):
            self.assertEqual(find_order_number(text), REF, text)
        for text in (
            "s01-1234567-1234567",
            "S01 1234567 1234567",
            "(s0112345671234567)",
        ):
            self.assertEqual(find_order_number(text), "S01-1234567-1234567", text)
        for text in ("", "S00042", "302-000001-0000001", "1302-0000001-00000019"):
            self.assertEqual(find_order_number(text), "", text)

    def test_no_number(self):
        self.assertAnswer(self.find("SO1234"), "no_number")
        self.assertFalse(self.find("").code)

    # === ANSWERS === #

    def test_here(self):
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        finder = self.find()
        self.assertAnswer(finder, "here")
        self.assertEqual(finder.level, "success")
        sale = self.get_order(REF)
        self.assertEqual(finder.action_view_order()["res_id"], sale.id)
        self.assertIn(sale.name, finder.message)
        self.assertTrue(finder.report_id)

    def test_here_and_cancelled(self):
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        self.get_order(REF)._action_cancel()
        finder = self.find()
        self.assertAnswer(finder, "here")
        self.assertIn("cancelled in Odoo", finder.message)

    def test_here_but_incomplete(self):
        self.list_orders(quantity="2")
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        finder = self.find()
        self.assertAnswer(finder, "here", "request")
        self.assertEqual(finder.level, "warning")
        self.assertIn("2 units", finder.message)

    def test_deleted_in_odoo(self):
        self.account.order_workflow = "quotation"
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        self.get_order(REF).unlink()
        finder = self.find()
        self.assertAnswer(finder, "deleted", "process")
        finder.action_cure()
        self.assertTrue(self.get_order(REF))
        self.assertAnswer(self.find(), "here")

    def test_row_waits_for_a_product(self):
        report = self.import_lines(
            "mfn_orders_eu", {"order-id": REF, "sku": "UNHEARD-OF"}
        )
        finder = self.find()
        self.assertAnswer(finder, "row_waiting", "map")
        self.assertIn("row 1", finder.message)
        self.assertIn("UNHEARD-OF", finder.message)
        action = finder.action_cure()
        self.assertEqual(action["res_model"], "amazon.offer")
        offer = self.env["amazon.offer"].browse(action["res_id"])
        offer.with_user(self.user).product_id = self.products["MUG-RED"]
        self.assertEqual(report.state, "done")
        self.assertAnswer(self.find(), "here")

    def test_row_with_an_error(self):
        report = self.import_lines(
            "mfn_orders_eu", {"order-id": REF, "item-price": "19,99"}
        )
        finder = self.find()
        self.assertAnswer(finder, "row_error", "process")
        self.assertIn("19,99", finder.message)
        self.assertEqual(finder.action_view_report()["res_id"], report.id)
        self.assertEqual(finder.action_cure()["res_model"], "amazon.order.finder")

    def test_row_of_a_cancelled_item(self):
        self.import_lines("mfn_orders_eu", {"order-id": REF, "quantity-purchased": "0"})
        self.assertAnswer(self.find(), "row_cancelled")

    def test_row_of_a_channel_that_is_switched_off(self):
        self.switch_off("Amazon.de")
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        finder = self.find()
        self.assertAnswer(finder, "row_ignored", "activate")
        with self.assertRaises(AccessError):
            finder.action_cure()
        manager = new_test_user(
            self.env, "finder_manager", "amazon_order_import.group_amazon_manager"
        )
        self.find(user=manager).action_cure()
        self.assertAnswer(self.find(), "here")

    def switch_off(self, name):
        marketplace = self.env["amazon.marketplace"].search([("name", "=", name)])
        return self.env["amazon.account.marketplace"].create(
            {
                "account_id": self.account.id,
                "marketplace_id": marketplace.id,
                "active": False,
            }
        )

    def test_taken_back(self):
        report = self.import_lines("mfn_orders_eu", {"order-id": REF})
        report.undo()
        self.assertAnswer(self.find(), "row_ignored", "process")
        self.find().action_cure()
        self.assertAnswer(self.find(), "here")

    def test_pending(self):
        self.list_orders(order_status="Pending")
        self.assertAnswer(self.find(), "pending")

    def test_cancelled(self):
        self.list_orders(order_status="Cancelled")
        self.assertAnswer(self.find(), "cancelled")

    def test_cancelled_before_its_report_came(self):
        """The list told of it first: the order does not stay open in Odoo."""
        self.list_orders(order_status="Cancelled")
        report = self.import_lines("mfn_orders_eu", {"order-id": REF})
        order = self.get_order(REF)
        self.assertEqual(order.state, "cancel")
        self.assertEqual(report.state, "done")
        row = report.row_ids
        self.assertEqual((row.outcome, row.sale_order_id), ("cancelled", order))
        self.assertAnswer(self.find(), "here")
        self.assertEqual(self.find().level, "info")
        # It is read again, or was released anew at Amazon.
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        self.assertEqual(order.state, "cancel")

    def test_channel_of_the_list_is_switched_off(self):
        channel = self.switch_off("Amazon.de")
        self.list_orders()
        self.assertAnswer(self.find(), "inactive_channel", "activate")
        manager = new_test_user(
            self.env, "finder_manager", "amazon_order_import.group_amazon_manager"
        )
        self.find(user=manager).action_cure()
        self.assertTrue(channel.active)
        self.assertAnswer(self.find(), "not_requested", "request")

    def test_before_the_start_of_the_account(self):
        """Known by the list or by a report: the same answer, and its cure."""
        self.account.orders_from = "2026-10-06 00:00:00"
        self.list_orders()
        finder = self.find()
        self.assertAnswer(finder, "before_start", "unarchive")
        self.assertIn("10/5/26", finder.message)
        self.assertIn("10/6/26", finder.message)
        self.assertEqual(finder.action_cure()["res_id"], self.account.id)
        self.env["amazon.control.order"].search([]).unlink()
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        finder = self.find()
        self.assertAnswer(finder, "before_start", "unarchive")
        self.assertEqual(finder.row_id.code, "before_start")
        # An earlier start was chosen: what was left out can be read now.
        self.account.orders_from = "2026-10-01 00:00:00"
        self.assertAnswer(self.find(), "row_ignored", "process")
        self.find().action_cure()
        self.assertAnswer(self.find(), "here")

    def test_set_aside(self):
        self.list_orders()
        self.env["amazon.control.order"].search([]).action_set_aside()
        self.assertAnswer(self.find(), "set_aside")

    def test_not_due_yet(self):
        self.list_orders(last_updated_date="2026-10-20T11:50:00Z")
        self.assertEqual(self.find().code, "not_due")
        self.list_orders(
            fulfillment_channel="Amazon", last_updated_date="2026-10-20T11:55:00Z"
        )
        self.assertEqual(self.find().code, "not_due")

    def test_window_not_requested(self):
        self.list_orders()
        finder = self.find()
        self.assertAnswer(finder, "not_requested", "request")
        action = finder.action_cure()
        report = self.env["amazon.report"].browse(action["res_id"])
        self.assertEqual((report.kind, report.state), ("mfn_orders_eu", "requested"))
        self.assertLess(
            report.date_from, fields.Datetime.to_datetime("2026-10-05 08:15:00")
        )
        finder = self.find()
        self.assertAnswer(finder, "at_amazon")
        self.assertEqual(finder.report_id, report)

    def test_window_of_its_channel(self):
        """What a report of another channel covers, or leaves out, says nothing."""
        germany, france = (
            self.env.ref(f"amazon_order_import.amazon_marketplace_{code}")
            for code in ("de", "fr")
        )
        self.account.channel_ids = [
            fields.Command.create({"marketplace_id": marketplace.id})
            for marketplace in germany + france
        ]
        self.list_orders()
        report = self.report("done", marketplace_ids=france.ids)
        self.assertAnswer(self.find(), "not_requested", "request")
        report.marketplace_ids = germany
        self.assertAnswer(self.find(), "not_brought", "request")

    def test_being_processed(self):
        self.list_orders()
        self.report("ready")
        self.assertAnswer(self.find(), "processing")

    def test_failed_report(self):
        self.list_orders()
        report = self.report("failed", failure_reason="Amazon gave up. Try later.")
        finder = self.find()
        self.assertAnswer(finder, "report_failed", "request")
        self.assertIn("Amazon gave up", finder.message)
        self.assertEqual(finder.report_id, report)

    def test_report_cancelled_by_amazon(self):
        self.list_orders()
        self.report("cancelled", failure_reason="Asked too often.")
        finder = self.find()
        self.assertAnswer(finder, "report_cancelled", "request")
        self.assertIn("too often", finder.message)

    def test_report_skipped_by_a_person(self):
        self.list_orders()
        self.report("skipped")
        self.assertAnswer(self.find(), "report_skipped", "request")

    def test_the_report_came_without_it(self):
        self.list_orders()
        report = self.report("done")
        finder = self.find()
        self.assertAnswer(finder, "not_brought", "request")
        self.assertEqual(finder.report_id, report)
        self.env["amazon.control.order"]._cure(self.account)
        self.env["amazon.report"].search([("state", "=", "requested")]).state = "done"
        self.assertIn("requested again 1 times", self.find().message)

    def test_too_old_for_a_report(self):
        self.list_orders(
            purchase_date="2026-06-01T08:00:00Z",
            last_updated_date="2026-06-01T08:00:00Z",
        )
        self.assertAnswer(self.find(), "not_brought")

    def test_not_connected(self):
        self.list_orders()
        self.account.write(
            {
                "connection_state": "unauthorized",
                "connection_reason": "invalid_grant",
            }
        )
        finder = self.find()
        self.assertAnswer(finder, "not_connected", "renew")
        self.assertIn("revoked", finder.message)
        self.assertEqual(finder.action_cure()["res_id"], self.account.id)

    def test_not_connected_since_when(self):
        """Since it broke, not since it was last tested."""
        self.list_orders()
        with freeze_time("2026-10-12 09:00:00"):
            self.account._set_connection("unauthorized", "invalid_grant")
        self.account._set_connection("unauthorized", "invalid_grant")
        self.assertIn("10/12/26", self.find().message)

    def test_amazon_out_of_reach(self):
        """A trouble that passes is no answer; one that lasts is."""
        self.list_orders()
        self.account._set_connection("unreachable", "unavailable")
        self.assertEqual(self.find().code, "not_requested")
        with freeze_time("2026-10-20 17:00:00"):
            self.assertAnswer(self.find(), "not_connected", "renew")

    def test_archived_account(self):
        self.list_orders()
        self.account.active = False
        finder = self.find()
        self.assertAnswer(finder, "archived_account", "unarchive")
        self.assertIn(self.account.name, finder.title)

    def test_multi_channel(self):
        self.assertAnswer(self.find("s01-1234567-1234567"), "multi_channel")
        self.list_orders(sales_channel="Non-Amazon DE")
        self.assertAnswer(self.find(), "multi_channel")

    def test_no_list_yet(self):
        finder = self.find("302-9999999-9999999")
        self.assertAnswer(finder, "no_list", "request_list")
        action = finder.action_cure()
        report = self.env["amazon.report"].browse(action["res_id"])
        self.assertEqual((report.kind, report.state), ("all_orders", "requested"))

    def test_unknown(self):
        self.report("done", "all_orders", date_to="2026-10-19 10:00:00")
        finder = self.find("302-9999999-9999999")
        self.assertAnswer(finder, "unknown", "request_list")
        self.assertIn(self.account.name, finder.message)
        self.assertIn("10/19", finder.message)

    # === TRUST === #

    def test_orders_of_other_companies_stay_unknown(self):
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "finder_stranger",
            "amazon_order_import.group_amazon_user",
            company_id=company.id,
            company_ids=[company.id],
        )
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        self.list_orders()
        finder = self.find(user=stranger)
        self.assertAnswer(finder, "no_list", "request_list")
        for field in (
            "sale_order_id",
            "row_id",
            "report_id",
            "control_id",
            "account_id",
        ):
            self.assertFalse(finder[field], field)
        self.assertNotIn(self.account.name, finder.title + finder.message)

    def test_order_of_a_company_that_is_not_chosen(self):
        """Who works in several companies is told in which one to look."""
        company = self.env["res.company"].create({"name": "Chosen one"})
        clerk = new_test_user(
            self.env,
            "finder_clerk",
            "amazon_order_import.group_amazon_user",
            company_id=company.id,
            company_ids=[company.id, self.company.id],
        )
        Finder = self.env["amazon.order.finder"].with_user(clerk)
        Finder = Finder.with_context(allowed_company_ids=company.ids)
        self.list_orders()
        finder = Finder.create({"query": REF})
        self.assertAnswer(finder, "other_company")
        self.assertIn(self.company.name, finder.message)
        self.assertIn(self.account.name, finder.message)
        self.assertFalse(finder.control_id or finder.account_id)
        self.import_lines("mfn_orders_eu", {"order-id": REF})
        self.assertAnswer(Finder.create({"query": REF}), "other_company")
        clerk.company_ids = company
        self.assertAnswer(Finder.create({"query": REF}), "no_list", "request_list")

    def test_not_without_rights(self):
        salesman = new_test_user(
            self.env, "finder_salesman", "sales_team.group_sale_salesman_all_leads"
        )
        with self.assertRaises(AccessError):
            self.find(user=salesman)
