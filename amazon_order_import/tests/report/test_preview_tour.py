from odoo.tests import HttpCase, tagged

from ..common import LoopbackCase

DELIVERED = "302-8888888-0000001"
UNTOUCHED = "302-8888888-0000002"


@tagged("post_install", "-at_install")
class TestPreviewTour(LoopbackCase, HttpCase):
    """An uploaded report is previewed, processed and taken back in the browser."""

    def test_preview_process_undo(self):
        account = self.env["amazon.account"].create(
            {"name": "Tour Preview", "region": "eu"}
        )
        self.env["product.product"].create(
            {"name": "Tour article", "default_code": "TOUR-SKU", "type": "consu"}
        )
        before = self.count_records()
        self.start_tour("/odoo", "amazon_preview_discard", login="admin")
        self.assertFalse(account.report_ids)
        self.assertFalse(self.get_orders(account))
        self.assertEqual(self.count_records(), before)

        self.start_tour("/odoo", "amazon_preview_process", login="admin")
        report = account.report_ids
        self.assertEqual(report.filename, "to preview.txt")
        self.assertEqual(
            report.row_ids.sorted("number").mapped("outcome"),
            ["created", "created", "waiting", "error"],
        )
        orders = self.get_orders(account)
        self.assertEqual(orders.mapped("amazon_order_ref"), [DELIVERED, UNTOUCHED])

        picking = orders[0].picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        self.start_tour("/odoo", "amazon_undo", login="admin")
        self.assertEqual(report.state, "skipped")
        self.assertEqual(
            self.get_orders(account).mapped("amazon_order_ref"), [DELIVERED]
        )
        self.assertEqual(
            report.row_ids.sorted("number").mapped("outcome"),
            ["created", "ignored", "ignored", "ignored"],
        )

    def count_records(self):
        """Return how many records there are of what an import makes."""
        return {
            name: self.env[name].with_context(active_test=False).search_count([])
            for name in (
                "amazon.offer",
                "amazon.report",
                "amazon.report.row",
                "res.partner",
                "sale.order",
                "stock.picking",
            )
        }

    def get_orders(self, account):
        return self.env["sale.order"].search(
            [("amazon_account_id", "=", account.id)], order="amazon_order_ref"
        )
