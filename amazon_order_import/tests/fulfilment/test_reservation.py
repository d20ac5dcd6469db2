from odoo import Command
from odoo.tests import tagged

from ..common import AmazonCase

MFN = "mfn_orders_eu"


@tagged("post_install", "-at_install")
class TestReservation(AmazonCase):
    """The orders of a batch reserve together what Odoo would reserve one by one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mug = cls.products["MUG-RED"]
        cls.shelf = (
            cls.env["stock.warehouse"]
            .search([("company_id", "=", cls.company.id)], limit=1)
            .lot_stock_id
        )

    def stock(self, quantity, **particulars):
        self.env["stock.quant"]._update_available_quantity(
            self.mug, particulars.pop("location", self.shelf), quantity, **particulars
        )

    def sell(self, *quantities):
        """Import one order per quantity; return their moves in that order."""
        rows = [
            {
                "order-id": f"302-0000001-{number:07d}",
                "order-item-id": f"{number:014d}",
                "quantity-purchased": quantity,
                "sku": "MUG-RED",
            }
            for number, quantity in enumerate(quantities, start=1)
        ]
        report = self.import_file(MFN, self.make_file(MFN, *rows))
        self.assertEqual(report.state, "done")
        return (
            self.env["sale.order"]
            .concat(*(self.get_order(row["order-id"]) for row in rows))
            .order_line.move_ids
        )

    def quants(self):
        return self.env["stock.quant"].search(
            [("product_id", "=", self.mug.id), ("location_id.usage", "=", "internal")]
        )

    def assert_reserved(self, moves, *quantities):
        self.assertEqual(moves.mapped("quantity"), list(quantities))
        self.assertEqual(
            sum(self.quants().mapped("reserved_quantity")), sum(quantities)
        )
        for move in moves:
            self.assertEqual(sum(move.move_line_ids.mapped("quantity")), move.quantity)

    def test_enough_for_all(self):
        self.stock(100)
        moves = self.sell(2, 1, 7)
        self.assert_reserved(moves, 2, 1, 7)
        self.assertEqual(set(moves.mapped("state")), {"assigned"})
        self.assertEqual(set(moves.picking_id.mapped("state")), {"assigned"})
        self.assertEqual(len(moves.picking_id), 3)
        # A second report finds what the first one has left.
        self.assertEqual(self.mug.free_qty, 90)

    def test_deliver_and_cancel_release_it(self):
        self.stock(10)
        moves = self.sell(2, 3)
        moves[0].picking_id.button_validate()
        moves[1].picking_id.action_cancel()
        self.assertEqual(moves.mapped("state"), ["done", "cancel"])
        quant = self.quants()
        self.assertEqual((quant.quantity, quant.reserved_quantity), (8, 0))

    def test_too_little_for_all(self):
        self.stock(3)
        moves = self.sell(2, 2, 2)
        self.assert_reserved(moves, 2, 1, 0)
        self.assertEqual(
            moves.mapped("state"), ["assigned", "partially_available", "confirmed"]
        )

    def test_none(self):
        self.assert_reserved(self.sell(1, 1), 0, 0)

    def test_several_places(self):
        places = self.env["stock.location"].create(
            [{"name": name, "location_id": self.shelf.id} for name in "AB"]
        )
        for place in places:
            self.stock(3, location=place)
        moves = self.sell(2, 2, 2)
        self.assert_reserved(moves, 2, 2, 2)
        self.assertEqual(self.quants().mapped("reserved_quantity"), [3, 3])

    def test_lots(self):
        self.mug.tracking = "lot"
        lots = self.env["stock.lot"].create(
            [{"name": name, "product_id": self.mug.id} for name in ("L1", "L2")]
        )
        for lot in lots:
            self.stock(2, lot_id=lot)
        moves = self.sell(1, 2)
        self.assert_reserved(moves, 1, 2)
        self.assertEqual(moves.move_line_ids.lot_id, lots)

    def test_dozens(self):
        self.stock(100)
        self.mug.uom_id = self.env.ref("uom.product_uom_dozen")
        self.assert_reserved(self.sell(2), 2)

    def test_reserved_by_hand_only(self):
        self.stock(100)
        warehouse = self.shelf.warehouse_id
        warehouse.out_type_id.reservation_method = "manual"
        self.assert_reserved(self.sell(2), 0)

    def test_reordering_rule(self):
        supplier = self.env["res.partner"].create({"name": "Supplier"})
        vals = {"product_id": self.mug.id, "product_min_qty": 5, "product_max_qty": 9}
        if "seller_ids" in self.mug._fields:
            self.mug.seller_ids = [Command.create({"partner_id": supplier.id})]
        rule = self.env["stock.warehouse.orderpoint"].create(
            {**vals, "location_id": self.shelf.id, "trigger": "manual"}
        )
        self.stock(6)
        self.assertEqual(rule.qty_to_order, 0)
        self.sell(2)
        self.assertEqual(rule.qty_to_order, 5)
