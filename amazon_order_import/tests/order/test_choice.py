from datetime import datetime

from odoo.exceptions import UserError, ValidationError
from odoo.tests import tagged

from ...report_formats.order_numbers import find_order_numbers
from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
REF = "302-0000001-0000001"


@tagged("post_install", "-at_install")
class TestChoice(AmazonCase):
    """Which orders an account takes, since when, and what they are called."""

    def code(self, kind=MFN, **cells):
        report = self.import_lines(kind, cells)
        return report.row_ids.code or report.row_ids.outcome

    def test_merchant_fulfilled_switched_off(self):
        self.account.import_mfn = False
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["ignored"])
        self.assertEqual(
            (report.row_ids.code, report.state), ("fulfilment_off", "done")
        )
        self.assertFalse(self.get_order(REF))
        made = self.env["amazon.report.request"]._set_up(self.account)
        self.assertNotIn(MFN, made.mapped("kind"))
        self.assertIn(FBA, made.mapped("kind"))
        self.account.import_mfn = True
        report.action_process_again()
        self.assertTrue(self.get_order(REF))

    def test_known_orders_are_updated_all_the_same(self):
        self.import_lines(MFN, {})
        self.account.import_mfn = False
        self.assertEqual(self.code(), "unchanged")

    def test_business_orders(self):
        self.account.import_business = False
        self.assertEqual(self.code(**{"is-business-order": "true"}), "business_off")
        self.assertEqual(self.code(**{"order-id": "302-0000001-0000002"}), "created")

    def test_click_and_collect(self):
        self.account.import_store_pickup = False
        self.assertEqual(self.code(**{"is-ispu-order": "true"}), "store_pickup_off")
        other = {"order-id": "302-0000001-0000002", "is-ispu-order": "false"}
        self.assertEqual(self.code(**other), "created")

    def test_start_of_a_kind(self):
        """Its own start counts, earlier or later than the account's."""
        self.account.orders_from = datetime(2026, 10, 6)
        self.assertEqual(self.code(), "before_start")
        self.account.mfn_from = datetime(2026, 10, 1)
        self.assertEqual(self.code(), "created")
        self.account.mfn_from = datetime(2026, 10, 7)
        other = {"order-id": "302-0000001-0000002"}
        self.assertEqual(self.code(**other), "before_start")
        self.assertEqual(self.account._get_orders_from("fba"), datetime(2026, 10, 6))

    def test_nothing_is_missing_that_is_switched_off(self):
        self.account.import_business = False
        self.import_lines(MFN, {"is-business-order": "true"})
        Control = self.env["amazon.control.order"]
        listed = Control.create(
            [
                {
                    "account_id": self.account.id,
                    "order_ref": ref,
                    "fulfillment": fulfillment,
                    "status": "shipped",
                    "purchase_date": "2026-10-05 08:00:00",
                    "last_update": "2026-10-05 09:00:00",
                    "due_at": "2026-10-06 09:00:00",
                    "state": "pending",
                    "unit_count": 1,
                }
                for ref, fulfillment in (
                    (REF, "mfn"),
                    ("302-0000001-0000002", "mfn"),
                    ("302-0000001-0000003", "fba"),
                )
            ]
        )
        Control._refresh(self.account)
        self.assertEqual(listed.mapped("state"), ["ignored", "missing", "missing"])
        self.account.import_fba = False
        self.account.mfn_from = datetime(2026, 10, 7)
        self.account.flush_recordset()
        Control._refresh(self.account)
        self.assertEqual(listed.mapped("state"), ["ignored"] * 3)

    def test_amazons_number_as_name(self):
        self.account.write({"order_name": "amazon", "order_name_prefix": "AMZ-"})
        self.import_lines(MFN, {})
        self.assertEqual(self.get_order(REF).name, f"AMZ-{REF}")
        self.assertNotIn(REF, self.get_order(REF).copy().name)

    def test_sku_in_the_description(self):
        self.account.line_sku = True
        self.import_lines(MFN, {"shipping-price": "4.90"})
        order = self.get_order(REF)
        item = order.order_line.filtered(lambda line: line.amazon_line_type == "item")
        sku = item.amazon_row_id.sku
        self.assertTrue(item.name.startswith(f"{sku} – "), item.name)
        self.assertNotIn(sku, (order.order_line - item).name)

    def test_discounts_are_ignored(self):
        """Their amounts are no part of the order; Odoo and Amazon still agree."""
        promotions = {
            "item-price": "20.00",
            "shipping-price": "5.00",
            "item-promotion-discount": "-3.00",
            "ship-promotion-discount": "-1.00",
        }
        self.account.ignore_item_promotion = True
        self.import_lines(MFN, promotions)
        order = self.get_order(REF)
        self.assertEqual(order.amount_total, 24.0)
        self.assertFalse(order.amazon_amount_difference)
        self.assertEqual(self.code(**promotions), "unchanged")
        self.account.ignore_shipping_promotion = True
        self.import_lines(MFN, {"order-id": "302-0000001-0000002", **promotions})
        self.assertEqual(self.get_order("302-0000001-0000002").amount_total, 25.0)

    def test_names_of_accounts(self):
        with self.assertRaisesRegex(ValidationError, "already"):
            self.account.create({"name": self.account.name.upper(), "region": "na"})
        self.assertIn("(copy)", self.account.copy().name)

    def test_link_to_seller_central(self):
        self.import_lines(MFN, {})
        self.assertIn(f"/orders-v3/order/{REF}", self.get_order(REF).amazon_url)

    def test_single_orders_of_a_preview(self):
        """What is unticked is left out, until the report is processed again."""
        report = self.env["amazon.report"].create_from_file(
            self.account,
            MFN,
            "orders.txt",
            self.make_file(MFN, {}, {"order-id": "302-0000001-0000002"}),
        )
        action = report.action_preview()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        preview.line_ids.filtered(lambda line: line.order_ref == REF).is_wanted = False
        preview.action_process()
        self.assertFalse(self.get_order(REF))
        self.assertTrue(self.get_order("302-0000001-0000002"))
        row = report.row_ids.filtered(lambda row: row.order_ref == REF)
        self.assertEqual((row.outcome, row.code), ("ignored", "left_out_by_person"))
        report.action_process_again()
        self.assertTrue(self.get_order(REF))


@tagged("post_install", "-at_install")
class TestOrderList(AmazonCase):
    """A pasted list of order numbers, and orders that share one."""

    def test_numbers_in_a_text(self):
        text = f"{REF}; 303 1234567 7654321\n{REF}\nS01-1234567-1234567,x"
        self.assertEqual(
            find_order_numbers(text),
            [REF, "303-1234567-7654321", "S01-1234567-1234567"],
        )

    def test_list(self):
        self.import_lines(MFN, {})
        pasted = self.env["amazon.order.list"].create(
            {"numbers": f"{REF}\n302-9999999-0000001"}
        )
        pasted.action_find()
        here, unknown = pasted.line_ids
        self.assertEqual(here.sale_order_id, self.get_order(REF))
        self.assertEqual((here.level, unknown.sale_order_id.id), ("success", False))
        self.assertTrue(unknown.title)
        action = pasted.action_view_orders()
        self.assertEqual(
            self.env["sale.order"].search(action["domain"]), self.get_order(REF)
        )
        self.assertEqual(here.action_find()["res_model"], "amazon.order.finder")
        unlock = pasted.action_unlock()
        wizard = self.env["amazon.vat.unlock"].with_context(**unlock["context"])
        self.assertEqual(wizard.create({"reason": "x"}).order_ids, self.get_order(REF))
        pasted.numbers = "nothing"
        with self.assertRaises(UserError):
            pasted.action_find()

    def test_doubles(self):
        self.import_lines(MFN, {}, {"order-id": "302-0000001-0000002"})
        order = self.get_order(REF)
        typed = self.env["sale.order"].create(
            {"partner_id": order.partner_id.id, "client_order_ref": f"Amazon {REF}"}
        )
        action = self.env["sale.order"].action_view_amazon_doubles()
        found = self.env["sale.order"].search(action["domain"])
        self.assertLessEqual(order + typed, found)
        self.assertNotIn(self.get_order("302-0000001-0000002"), found)
        typed.action_cancel()
        found = self.env["sale.order"]._find_all_amazon_doubles()
        self.assertNotIn(order.id, found)
