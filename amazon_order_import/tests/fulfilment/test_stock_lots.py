from odoo import Command
from odoo.tests import tagged

from .cases import FBA, FBA_REF, StockCase


@tagged("post_install", "-at_install")
class TestFbaLots(StockCase):
    """Lots, serial numbers and kits, of which Amazon tells nothing."""

    def make_lots(self, product, *names):
        return self.env["stock.lot"].create(
            [{"name": name, "product_id": product.id} for name in names]
        )

    def test_lots_oldest_first(self):
        self.mug.tracking = "lot"
        self.account.fba_stock_policy = "move"
        germany = self.get_location("DE")
        old, new = self.make_lots(self.mug, "OLD", "NEW")
        for lot in (old, new):
            self.add_stock(self.mug, germany, 2, lot)
        report = self.import_lines(
            FBA,
            {"quantity-shipped": "3"},
            {"amazon-order-id": "305-0000002-0000002", "sku": "LAMP-1"},
        )
        self.assertEqual(self.outcomes(report), ["created"] * 2)
        order = self.get_order(FBA_REF)
        self.assertRecordValues(
            self.get_moves(order).move_line_ids,
            [
                {"lot_id": old.id, "quantity": 2.0},
                {"lot_id": new.id, "quantity": 1.0},
            ],
        )
        self.assertNotIn(self.tag("lot_missing"), order.tag_ids)

    def test_lot_missing(self):
        self.mug.tracking = "lot"
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                refs = [f"305-{len(policy):07}-{number:07}" for number in range(2)]
                report = self.import_lines(
                    FBA, *({"amazon-order-id": ref} for ref in refs)
                )
                self.assertEqual(self.outcomes(report), ["created"] * 2)
                for ref in refs:
                    order = self.get_order(ref)
                    self.assertEqual(order.state, "sale")
                    self.assertIn(self.tag("lot_missing"), order.tag_ids)
        lots = self.env["stock.lot"].search([("product_id", "=", self.mug.id)])
        self.assertEqual(lots.mapped("name"), ["AMAZON-FBA"])
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -4.0)

    def test_serial_numbers(self):
        self.mug.tracking = "serial"
        self.account.fba_stock_policy = "move"
        germany = self.get_location("DE")
        for lot in self.make_lots(self.mug, "S1", "S2"):
            self.add_stock(self.mug, germany, 1, lot)
        report = self.import_lines(
            FBA,
            {"quantity-shipped": "3"},
            {"amazon-order-id": "305-0000002-0000002", "quantity-shipped": "2"},
            {"amazon-order-id": "305-0000003-0000003", "sku": "LAMP-1"},
        )
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        orders = self.get_order(FBA_REF) | self.get_order("305-0000002-0000002")
        lines = self.get_moves(orders).move_line_ids
        self.assertEqual(lines.mapped("quantity"), [1.0] * 5)
        names = lines.lot_id.mapped("name")
        self.assertEqual(len(set(names)), 5)
        self.assertEqual(names[:2], ["S1", "S2"])
        self.assertTrue(all(name.startswith("AMAZON-FBA-") for name in names[2:]))
        self.assertTrue(all(self.tag("lot_missing") in o.tag_ids for o in orders))
        self.import_lines(FBA, {"quantity-shipped": "1"})
        back = self.get_moves(self.get_order(FBA_REF))[1]
        self.assertEqual(back.quantity, 2.0)
        self.assertLessEqual(
            back.move_line_ids.lot_id,
            self.get_moves(self.get_order(FBA_REF))[0].move_line_ids.lot_id,
        )

    def test_serial_numbers_come_back(self):
        self.mug.tracking = "serial"
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                ref = f"305-{len(policy):07}-0000001"
                (lot,) = self.make_lots(self.mug, f"SN-{policy}")
                self.add_stock(self.mug, self.get_location("DE"), 1, lot)
                self.import_lines(FBA, {"amazon-order-id": ref})
                moves = self.get_order(ref)._amazon_reverse_moves()
                self.assertEqual(moves.move_line_ids.lot_id, lot)
                self.assertEqual(
                    lot.quant_ids.filtered("quantity").location_id,
                    self.get_location("DE"),
                )
                lot.quant_ids.filtered("quantity").sudo().quantity = 0

    # === KITS === #

    def test_kit(self):
        if "mrp.bom" not in self.env:
            self.skipTest("manufacturing is not installed")
        lamp, towel = self.products["LAMP-1"], self.products["TOWEL-XL"]
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.mug.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": lamp.id, "product_qty": 2}),
                    Command.create({"product_id": towel.id, "product_qty": 1}),
                ],
            }
        )
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                ref = f"305-{len(policy):07}-0000001"
                row = {"amazon-order-id": ref, "quantity-shipped": "3"}
                self.import_lines(FBA, row)
                order = self.get_order(ref)
                self.assertEqual(self.items(order).qty_delivered, 3.0)
                germany = self.get_location("DE")
                self.assertEqual(self.get_stock(lamp, germany), -6.0)
                self.assertEqual(self.get_stock(towel, germany), -3.0)
                self.assertEqual(self.get_stock(self.mug, germany), 0.0)
                self.import_lines(FBA, dict(row, **{"quantity-shipped": "1"}))
                self.assertEqual(self.get_stock(lamp, germany), -2.0)
                self.assertEqual(self.items(order).qty_delivered, 1.0)
                order._amazon_reverse_moves()
                self.assertEqual(self.get_stock(towel, germany), 0.0)
