from odoo.tests import tagged

from ..fulfilment.cases import RETURN
from .privacy_case import FBA_REF, MFN_REF, PERSON, SECRETS, PrivacyCase, ago


@tagged("post_install", "-at_install")
class TestReadingAgain(PrivacyCase):
    """Nothing brings back what was forgotten; what is left goes on working."""

    def setUp(self):
        super().setUp()
        self.content = self.make_file(
            "mfn_orders_eu",
            {**PERSON},
            {
                **PERSON,
                "order-id": "302-0000002-0000002",
                "order-item-id": "10000000000002",
                "sku": "NEW-SKU",
            },
        )
        self.report = self.import_file("mfn_orders_eu", self.content)
        self.order = self.get_order(MFN_REF)

    def forget(self):
        self.deliver(self.order)
        self.run_cron()
        self.assertTrue(self.order.amazon_forgotten_at)

    def forget_all(self):
        self.age(self.report, 60, "create_date")
        self.forget()
        self.assert_forgotten()

    def test_same_file_again(self):
        self.forget_all()
        again = self.import_file("mfn_orders_eu", self.content)
        self.assertEqual(self.outcomes(again), ["unchanged", "waiting"])
        self.assertEqual(again.same_file_id, self.report)
        self.run_cron()
        self.assert_forgotten()

    def test_later_report_with_another_address(self):
        self.forget()
        self.mfn({"ship-address-1": "Nachtigallenstieg 78"})
        self.assertIn("Amazon buyer", self.order.partner_shipping_id.name)
        self.assertFalse(self.order.activity_ids)

    def test_other_orders_of_the_file_keep_theirs(self):
        self.forget()
        content = self.read_file(self.report)
        self.assertEqual(content.count(PERSON["recipient-name"]), 1)
        rows = self.report.row_ids.sorted("number")
        self.assertEqual(rows.mapped("is_forgotten"), [True, False])
        self.assertEqual(rows[1].raw["recipient-name"], PERSON["recipient-name"])
        self.assertEqual(rows[0].raw["item-price"], "19.99")

    def test_process_again_imports_what_is_left(self):
        self.forget_all()
        self.env["product.product"].create({"name": "New", "default_code": "NEW-SKU"})
        self.report._make_ready()
        self.report.process()
        order = self.get_order("302-0000002-0000002")
        self.assertEqual(order.amount_total, 19.99)
        self.assert_forgotten()

    def test_undo_and_process_again(self):
        self.report.row_ids.filtered(lambda row: row.outcome == "waiting").unlink()
        self.order._action_cancel()
        self.order.action_draft()
        self.age_order(self.order)
        self.run_cron()
        self.assertTrue(self.order.amazon_forgotten_at)
        self.order.action_confirm()
        result = self.report.undo()
        self.assertEqual(result["orders_removed"], 1, result)
        self.report._make_ready()
        self.report.process()
        order = self.get_order(MFN_REF)
        self.assertEqual(order.amount_total, 19.99)
        self.assertFalse(
            [t for t in SECRETS if t in str(order.partner_id.read(["name", "street"]))]
        )

    def test_return_with_a_comment_comes_later(self):
        self.fba()
        self.run_cron()
        columns = {
            **RETURN,
            "return-date": ago(1),
            "customer-comments": "Ruft an: 0171-5566778899",
        }
        content = "\n".join(map("\t".join, (columns, columns.values())))
        report = self.import_file("fba_returns", content.encode())
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertFalse(report.row_ids.return_id.comment)
        self.assertNotIn("5566778899", self.read_file(report))
        self.assertEqual(
            report.row_ids.return_id.sale_order_id, self.get_order(FBA_REF)
        )

    def test_control_list_comes_later(self):
        self.forget()
        report = self.import_lines(
            "all_orders", {"order-status": "Shipped", "ship-city": "Nachtigallenstieg"}
        )
        self.assertEqual(report.row_ids.code, False)
        self.assertNotIn("Nachtigallenstieg", self.read_file(report))

    def test_completeness_counts_the_order(self):
        self.forget()
        missing = "302-0000009-0000009"
        self.import_lines(
            "all_orders", {"amazon-order-id": MFN_REF}, {"amazon-order-id": missing}
        )
        listed = self.env["amazon.control.order"].search(
            [("account_id", "=", self.account.id)]
        )
        found = {each.order_ref: each.sale_order_id for each in listed}
        self.assertEqual(found[MFN_REF], self.order)
        self.assertFalse(found[missing])

    def test_finder_knows_the_order(self):
        self.forget()
        finder = self.env["amazon.order.finder"].create({"query": MFN_REF})
        self.assertEqual(finder.sale_order_id, self.order)
