"""What a client writes into its context opens no door of ours."""

from odoo import fields
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from ..common import AmazonCase

MFN = "mfn_orders_eu"
REF = "302-0000001-0000001"
#: Whatever our own code puts into the context as ``Trusted``.
KEYS = (
    "amazon_booking",
    "amazon_by_person",
    "amazon_collect_pickings",
    "amazon_import",
    "amazon_preview",
    "amazon_preview_content",
    "amazon_reservations",
    "amazon_retry_concurrent",
    "amazon_snapshot_id",
    "amazon_stock_rules",
    "amazon_without_order",
    "amazon_workflow",
)
#: What JSON has.
VALUES = (True, 1, "x", [1], {"value": True})


@tagged("post_install", "-at_install")
class TestClientContext(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "amazon_client",
            "base.group_user,amazon_order_import.group_amazon_user,"
            "sales_team.group_sale_manager,stock.group_stock_manager",
        )

    def call(self, records, method, *args, **context):
        """Call a public method as a client does."""
        args = [records.ids, *args] if records else list(args)
        model = self.env[records._name].with_user(self.user)
        return call_kw(model, method, args, {"context": context})

    def each_context(self):
        for value in VALUES:
            yield dict.fromkeys(KEYS, value)

    def test_orders_of_a_client(self):
        values = {
            "partner_id": self.env["res.partner"].create({"name": "Buyer"}).id,
            "order_line": [
                fields.Command.create({"product_id": self.products["MUG-RED"].id})
            ],
        }
        for context in self.each_context():
            with self.subTest(context=context):
                order_id = self.call(
                    self.env["sale.order"], "create", dict(values), **context
                )
                order = self.env["sale.order"].browse(order_id)
                self.assertNotIn("PREVIEW", order.name)
                self.assertFalse(order.amazon_order_ref)
                self.call(order, "action_confirm", **context)
                self.assertEqual(order.state, "sale")
                self.assertTrue(order.picking_ids)
                self.assertNotIn("PREVIEW", order.picking_ids.name)

    def test_move_is_not_reserved_without_stock(self):
        """A booking of ours passes by the reservation; nobody else's does."""
        product = self.env["product.product"].create(
            {"name": "Absent", "is_storable": True}
        )
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        for context in self.each_context():
            with self.subTest(context=context):
                move = self.env["stock.move"].create(
                    {
                        "product_id": product.id,
                        "product_uom_qty": 3,
                        "location_id": warehouse.lot_stock_id.id,
                        "location_dest_id": self.ref("stock.stock_location_customers"),
                        "picking_type_id": warehouse.out_type_id.id,
                    }
                )
                picking = self.env["stock.picking"].create(
                    {
                        "picking_type_id": warehouse.out_type_id.id,
                        "location_id": warehouse.lot_stock_id.id,
                        "location_dest_id": self.ref("stock.stock_location_customers"),
                        "move_ids": [fields.Command.link(move.id)],
                    }
                )
                self.call(picking, "action_confirm", **context)
                self.assertEqual(move.state, "confirmed")

    def test_report_of_a_client(self):
        """A report is read from its own file, and makes what it always makes."""
        for number, context in enumerate(self.each_context(), 1):
            with self.subTest(context=context):
                ref = f"{REF[:-1]}{number}"
                report = self.env["amazon.report"].create_from_file(
                    self.account,
                    MFN,
                    "report.txt",
                    self.make_file(MFN, {"order-id": ref}),
                )
                told = self.call(report, "preview", **context)
                self.assertEqual(told["totals"], {"created": 1})
                self.assertFalse(report.row_ids)
                self.call(report, "process", **context)
                self.assertEqual(report.state, "done")
                self.assertEqual(report.row_ids.outcome, "created")
                self.assertNotIn("PREVIEW", report.row_ids.sale_order_id.name)
