from datetime import datetime

from odoo import Command
from odoo.tests import new_test_user, tagged

from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
REF = "302-0000001-0000001"
FBA_REF = "305-0000001-0000001"
SHIPPED = datetime(2026, 10, 6, 19, 0)


class StockCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mug = cls.products["MUG-RED"]

    def get_location(self, country_code):
        country = self.env["res.country"].search([("code", "=", country_code)])
        return self.account._get_fba_location(country)

    def get_moves(self, order):
        return order.order_line.move_ids.sorted("id")

    def get_stock(self, product, location):
        """Return the quantity there, and that nothing of it is reserved."""
        quants = self.env["stock.quant"].search(
            [("product_id", "=", product.id), ("location_id", "child_of", location.id)]
        )
        self.assertEqual(sum(quants.mapped("reserved_quantity")), 0.0)
        return sum(quants.mapped("quantity"))

    def add_stock(self, product, location, quantity, lot=None):
        self.env["stock.quant"]._update_available_quantity(
            product, location, quantity, lot_id=lot
        )

    def items(self, order):
        return order.order_line.filtered(lambda line: line.amazon_line_type == "item")

    def tag(self, name):
        return self.env.ref(f"amazon_order_import.tag_{name}")


@tagged("post_install", "-at_install")
class TestFbaStock(StockCase):
    """What Amazon ships leaves the stock at Amazon, by the account's policy."""

    def test_not_booked_by_default(self):
        self.import_lines(FBA, {"quantity-shipped": "2"})
        order = self.get_order(FBA_REF)
        self.assertFalse(self.get_moves(order))
        self.assertFalse(order.picking_ids)
        self.assertEqual(self.items(order).qty_delivered, 2.0)
        self.assertEqual(order.delivery_status, "full")
        self.assertEqual(order.effective_date, SHIPPED)
        self.assertFalse(self.account.fba_location_ids)

    def test_move_for_each_line(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(
            FBA,
            {"quantity-shipped": "2", "shipping-price": "3.99"},
            {
                "shipment-item-id": "SIbbb",
                "amazon-order-item-id": "50000000000002",
                "sku": "LAMP-1",
            },
        )
        order = self.get_order(FBA_REF)
        germany = self.get_location("DE")
        self.assertRecordValues(
            self.get_moves(order),
            [
                {
                    "product_id": self.mug.id,
                    "quantity": 2.0,
                    "state": "done",
                    "date": SHIPPED,
                    "origin": order.name,
                    "reference": order.name,
                    "location_id": germany.id,
                    "picking_id": False,
                },
                {
                    "product_id": self.products["LAMP-1"].id,
                    "quantity": 1.0,
                    "state": "done",
                    "date": SHIPPED,
                    "origin": order.name,
                    "reference": order.name,
                    "location_id": germany.id,
                    "picking_id": False,
                },
            ],
        )
        self.assertEqual(
            self.get_moves(order).move_line_ids.mapped("date"), [SHIPPED] * 2
        )
        self.assertEqual(self.get_stock(self.mug, germany), -2.0)
        self.assertEqual(self.items(order).mapped("qty_delivered"), [2.0, 1.0])
        self.assertFalse(order.picking_ids)

    def test_stock_apart_from_own_warehouse(self):
        own = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.add_stock(self.mug, own.lot_stock_id, 5)
        self.account.fba_stock_policy = "move"
        self.add_stock(self.mug, self.get_location("DE"), 3)
        self.import_lines(FBA, {})
        mug = self.mug.with_context(warehouse_id=own.id)
        self.assertEqual(mug.free_qty, 5.0)
        self.assertEqual(self.mug.qty_available, 7.0)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 2.0)
        first = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.assertEqual(first, own)

    def test_price_lists_archived_by_odoo(self):
        self.import_lines(FBA, {})
        # Odoo does that whenever somebody saves the settings without price lists.
        self.env["product.pricelist"].search([]).action_archive()
        report = self.import_lines(FBA, {"amazon-order-id": "305-2"})
        self.assertEqual(self.outcomes(report), ["created"])

    def test_country_of_the_centre(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {"fulfillment-center-id": "wro1"})
        self.assertEqual(self.get_stock(self.mug, self.get_location("PL")), -1.0)
        order = self.get_order(FBA_REF)
        self.assertEqual(order.amazon_parcel_ids.country_id.code, "PL")
        self.assertNotIn(self.tag("unknown_fulfillment_center"), order.tag_ids)

    def test_own_location(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "usage": "internal", "company_id": self.company.id}
        )
        box = shelf.create(
            {"name": "Box", "usage": "internal", "location_id": shelf.id}
        )
        self.account.write(
            {
                "fba_stock_policy": "move",
                "fba_location_ids": [
                    Command.create(
                        {
                            "country_id": self.env.ref("base.de").id,
                            "location_id": shelf.id,
                        }
                    )
                ],
            }
        )
        self.add_stock(self.mug, box, 2)
        self.import_lines(FBA, {"quantity-shipped": "3"})
        self.assertEqual(self.get_stock(self.mug, box), 0.0)
        self.assertEqual(self.get_stock(self.mug, shelf), -1.0)
        self.assertFalse(self.account.fba_warehouse_id)

    def test_unknown_centre(self):
        self.account.fba_stock_policy = "move"
        report = self.import_lines(FBA, {"fulfillment-center-id": "ZZZ9"})
        self.assertEqual(self.outcomes(report), ["created"])
        order = self.get_order(FBA_REF)
        tag = self.tag("unknown_fulfillment_center")
        self.assertIn(tag, order.tag_ids)
        center = order.amazon_parcel_ids.fulfillment_center_id
        self.assertRecordValues(center, [{"code": "ZZZ9", "country_id": False}])
        unknown = self.account._get_fba_location(self.env["res.country"])
        self.assertEqual(self.get_stock(self.mug, unknown), -1.0)
        center.country_id = self.env.ref("base.cz")
        self.assertNotIn(tag, order.tag_ids)
        self.import_lines(
            FBA, {"amazon-order-id": "305-2", "fulfillment-center-id": "ZZZ9"}
        )
        self.assertEqual(self.get_stock(self.mug, self.get_location("CZ")), -1.0)

    def test_known_centres_load_again(self):
        Center = self.env["amazon.fulfillment.center"]
        leipzig = Center.search([("code", "=", "LEJ1")])
        self.assertEqual(leipzig.country_id.code, "DE")
        leipzig.country_id = False
        mine = Center.search([("code", "=", "WRO1")])
        mine.country_id = self.env.ref("base.at")
        count = Center.search_count([])
        Center._load_known_centers()
        self.assertEqual(leipzig.country_id.code, "DE")
        self.assertEqual(mine.country_id.code, "AT")
        self.assertEqual(Center.search_count([]), count)

    def test_accounts_have_stock_of_their_own(self):
        self.account.fba_stock_policy = "move"
        other = self.account.copy({"name": "Second Seller"})
        self.import_lines(FBA, {})
        self.import_lines(FBA, {"amazon-order-id": "305-2"}, account=other)
        locations = (self.account | other).fba_location_ids.location_id
        self.assertEqual(len(locations), 2)
        self.assertEqual(
            [self.get_stock(self.mug, location) for location in locations], [-1.0] * 2
        )
        self.assertEqual(self.account.fba_warehouse_id, other.fba_warehouse_id)

    # === CHANGES === #

    def test_same_file_twice(self):
        self.account.fba_stock_policy = "move"
        for _number in range(2):
            self.import_lines(FBA, {"quantity-shipped": "2"})
        order = self.get_order(FBA_REF)
        self.assertEqual(len(self.get_moves(order)), 1)
        self.assertEqual(len(order.amazon_parcel_ids), 1)

    def test_growing_order(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        self.import_lines(
            FBA,
            {
                "shipment-id": "Dbbb",
                "shipment-item-id": "SIbbb",
                "tracking-number": "JJD2",
                "shipment-date": "2026-10-08T10:00:00+00:00",
                "fulfillment-center-id": "WRO1",
            },
        )
        order = self.get_order(FBA_REF)
        self.assertEqual(
            self.get_moves(order).mapped("date"), [SHIPPED, datetime(2026, 10, 8, 10)]
        )
        self.assertEqual(self.get_stock(self.mug, self.get_location("PL")), -1.0)
        self.assertEqual(
            order.amazon_parcel_ids.mapped("tracking_number"), ["JJD1", "JJD2"]
        )

    def test_changed_quantity(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {"quantity-shipped": "3"})
        report = self.import_lines(FBA, {"quantity-shipped": "1"})
        self.assertEqual(self.outcomes(report), ["updated"])
        order = self.get_order(FBA_REF)
        self.assertEqual(self.items(order).qty_delivered, 1.0)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -1.0)
        out, back = self.get_moves(order)
        self.assertEqual(back.location_id, out.location_dest_id)
        self.assertEqual(back.quantity, 2.0)
        self.import_lines(FBA, {"quantity-shipped": "2"})
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -2.0)

    def test_cancelled_row(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        report = self.import_lines(FBA, {"quantity-shipped": "0"})
        self.assertEqual(self.outcomes(report), ["cancelled"])
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 0.0)
        self.assertEqual(self.get_order(FBA_REF).state, "cancel")

    def test_policy_counts_for_later_orders(self):
        self.import_lines(FBA, {"quantity-shipped": "3"})
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {"quantity-shipped": "4"})
        self.assertFalse(self.get_moves(self.get_order(FBA_REF)))

    def test_reverse(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                ref = f"305-{policy}"
                self.account.fba_stock_policy = policy
                self.import_lines(
                    FBA, {"amazon-order-id": ref, "quantity-shipped": "2"}
                )
                germany = self.get_location("DE")
                self.assertEqual(self.get_stock(self.mug, germany), -2.0)
                order = self.get_order(ref)
                moves = order._amazon_reverse_moves()
                self.assertEqual(moves.mapped("state"), ["done"])
                self.assertEqual(self.get_stock(self.mug, germany), 0.0)
                self.assertFalse(order._amazon_reverse_moves())

    def test_report_undone(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                report = self.import_lines(FBA, {"quantity-shipped": "2"})
                germany = self.get_location("DE")
                self.assertEqual(self.get_stock(self.mug, germany), -2.0)
                report.undo()
                self.assertFalse(self.get_order(FBA_REF))
                self.assertEqual(self.get_stock(self.mug, germany), 0.0)

    def test_confirmed_by_hand(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                ref = f"305-{policy}"
                self.account.write(
                    {"fba_stock_policy": policy, "order_workflow": "quotation"}
                )
                self.import_lines(FBA, {"amazon-order-id": ref})
                order = self.get_order(ref)
                self.assertEqual(order.state, "draft")
                self.assertFalse(self.get_moves(order))
                user = new_test_user(
                    self.env,
                    f"amazon_{policy}",
                    "amazon_order_import.group_amazon_user",
                )
                order.with_user(user).action_confirm()
                self.assertEqual(self.get_moves(order).mapped("state"), ["done"])

    # === SUMMARY === #

    def test_summary(self):
        self.account.fba_stock_policy = "summary"
        rows = [
            {
                "amazon-order-id": f"305-000000{number}-0000001",
                "quantity-shipped": number,
                "shipment-date": f"2026-10-0{number}T10:00:00+00:00",
                "sku": sku,
            }
            for number, sku in enumerate(("MUG-RED", "MUG-RED", "LAMP-1"), start=1)
        ]
        report = self.import_lines(FBA, *rows)
        moves = self.env["stock.move"].search([("amazon_report_id", "=", report.id)])
        self.assertRecordValues(
            moves.sorted(lambda move: move.product_id.id),
            [
                {
                    "product_id": self.mug.id,
                    "quantity": 3.0,
                    "state": "done",
                    "date": datetime(2026, 10, 2, 10),
                    "reference": report.display_name,
                },
                {
                    "product_id": self.products["LAMP-1"].id,
                    "quantity": 3.0,
                    "state": "done",
                    "date": datetime(2026, 10, 3, 10),
                    "reference": report.display_name,
                },
            ],
        )
        order = self.get_order("305-0000002-0000001")
        self.assertEqual(self.items(order).qty_delivered, 2.0)
        again = self.import_lines(FBA, *rows)
        self.assertFalse(
            self.env["stock.move"].search([("amazon_report_id", "=", again.id)])
        )
        rows[1]["quantity-shipped"] = 1
        changed = self.import_lines(FBA, *rows)
        back = self.env["stock.move"].search([("amazon_report_id", "=", changed.id)])
        self.assertEqual(back.quantity, 1.0)
        self.assertEqual(back.location_dest_id, self.get_location("DE"))
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -2.0)

    # === LOTS AND SERIAL NUMBERS === #

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
            {"amazon-order-id": "305-2", "sku": "LAMP-1"},
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
                refs = [f"305-{policy}-{number}" for number in range(2)]
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
            {"amazon-order-id": "305-2", "quantity-shipped": "2"},
            {"amazon-order-id": "305-3", "sku": "LAMP-1"},
        )
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        orders = self.get_order(FBA_REF) | self.get_order("305-2")
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
                (lot,) = self.make_lots(self.mug, f"SN-{policy}")
                self.add_stock(self.mug, self.get_location("DE"), 1, lot)
                self.import_lines(FBA, {"amazon-order-id": f"305-{policy}"})
                moves = self.get_order(f"305-{policy}")._amazon_reverse_moves()
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
                row = {"amazon-order-id": f"305-{policy}", "quantity-shipped": "3"}
                self.import_lines(FBA, row)
                order = self.get_order(row["amazon-order-id"])
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


@tagged("post_install", "-at_install")
class TestParcels(StockCase):
    def test_several_parcels(self):
        row = {
            "quantity-shipped": "1",
            "estimated-arrival-date": "2026-10-09T10:00:00Z",
        }
        self.import_lines(
            FBA,
            row,
            dict(row, **{"shipment-item-id": "SI2", "sku": "LAMP-1"}),
            dict(
                row,
                **{
                    "shipment-id": "daaa",
                    "shipment-item-id": "SI3",
                    "carrier": "UPS",
                    "tracking-number": "1Z2",
                },
            ),
        )
        order = self.get_order(FBA_REF)
        self.assertRecordValues(
            order.amazon_parcel_ids.sorted("id"),
            [
                {
                    "shipment_ref": "Daaa",
                    "carrier": "DHL",
                    "tracking_number": "JJD1",
                    "shipment_date": SHIPPED,
                    "estimated_arrival": datetime(2026, 10, 9, 10),
                    "is_multi_channel": False,
                },
                {
                    "shipment_ref": "daaa",
                    "carrier": "UPS",
                    "tracking_number": "1Z2",
                    "shipment_date": SHIPPED,
                    "estimated_arrival": datetime(2026, 10, 9, 10),
                    "is_multi_channel": False,
                },
            ],
        )
        first = order.amazon_parcel_ids.sorted("id")[0]
        self.assertEqual(len(first.line_ids), 2)
        self.assertIn("Lamp-1", first.contents)

    def test_tracking_comes_later(self):
        self.import_lines(FBA, {"tracking-number": "", "carrier": ""})
        parcel = self.get_order(FBA_REF).amazon_parcel_ids
        self.assertFalse(parcel.tracking_number)
        self.import_lines(FBA, {})
        self.assertEqual(parcel.tracking_number, "JJD1")
        self.assertEqual(parcel.carrier, "DHL")
        self.import_lines(FBA, {"tracking-number": "", "carrier": ""})
        self.assertEqual(parcel.tracking_number, "JJD1")
        self.assertEqual(self.get_order(FBA_REF).amazon_parcel_ids, parcel)

    def test_shipment_id_left_out(self):
        no_ids = {"shipment-id": "", "shipment-item-id": ""}
        self.import_lines(FBA, no_ids)
        order = self.get_order(FBA_REF)
        self.assertEqual(order.amazon_parcel_ids.reference, "JJD1")
        self.import_lines(FBA, {})
        self.assertEqual(order.amazon_parcel_ids.mapped("reference"), ["Daaa"])
        self.assertEqual(self.items(order).amazon_parcel_id, order.amazon_parcel_ids)

    def test_neither_shipment_nor_tracking(self):
        self.import_lines(
            FBA, {"shipment-id": "", "shipment-item-id": "", "tracking-number": ""}
        )
        self.assertEqual(
            self.get_order(FBA_REF).amazon_parcel_ids.reference, "2026-10-06"
        )


@tagged("post_install", "-at_install")
class TestMultiChannel(StockCase):
    """Amazon ships an order of the web shop: no sale, but its order is marked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.order = cls.env["sale.order"].create(
            {
                "partner_id": cls.env["res.partner"].create({"name": "Web"}).id,
                "client_order_ref": "WEB-1",
                "order_line": [
                    Command.create({"product_id": cls.mug.id, "product_uom_qty": 2})
                ],
            }
        )

    def import_row(self, **values):
        row = {
            "amazon-order-id": "S01-1234567-1234567",
            "merchant-order-id": "WEB-1",
            "sales-channel": "Non-Amazon",
            "item-price": "",
            "quantity-shipped": "2",
            **values,
        }
        return self.import_lines(FBA, row)

    def test_parcel_on_own_order(self):
        report = self.import_row()
        self.assertEqual(self.outcomes(report), ["ignored"])
        row = report.row_ids
        self.assertEqual(row.sale_order_id, self.order)
        self.assertIn(self.order.name, row.message)
        self.assertRecordValues(
            self.order.amazon_parcel_ids,
            [
                {
                    "carrier": "DHL",
                    "tracking_number": "JJD1",
                    "is_multi_channel": True,
                    "contents": "2 × MUG-RED",
                    "location_id": False,
                }
            ],
        )
        self.assertIn("JJD1", self.order.message_ids[0].body)
        self.assertFalse(self.get_order("S01-1234567-1234567"))

    def test_named_by_order_number(self):
        self.import_row(**{"merchant-order-id": self.order.name})
        self.assertTrue(self.order.amazon_parcel_ids)

    def test_names_nothing(self):
        for ref in ("", "ELSEWHERE"):
            report = self.import_row(**{"merchant-order-id": ref})
            self.assertEqual(self.outcomes(report), ["ignored"])
            self.assertFalse(report.row_ids.sale_order_id)

    def test_ambiguous_reference(self):
        twin = self.order.copy({"client_order_ref": "WEB-1"})
        self.import_row()
        self.assertFalse((self.order | twin).amazon_parcel_ids)

    def test_open_delivery_is_left_to_a_person(self):
        self.order.action_confirm()
        self.account.fba_stock_policy = "move"
        self.import_row()
        picking = self.order.picking_ids
        self.assertNotEqual(picking.state, "done")
        activity = self.order.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertIn(picking.name, activity.note)
        self.import_row()
        self.assertEqual(self.order.activity_ids, activity)
        self.assertEqual(len(self.order.amazon_parcel_ids), 1)

    def make_fba_delivery(self):
        warehouse = self.account._get_fba_warehouse()
        self.add_stock(self.mug, self.get_location("DE"), 5)
        self.order.warehouse_id = warehouse
        self.order.action_confirm()
        return self.order.picking_ids

    def test_delivery_from_fba_stock(self):
        self.account.fba_stock_policy = "move"
        picking = self.make_fba_delivery()
        self.import_row()
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.order.order_line.qty_delivered, 2.0)
        self.assertFalse(self.order.activity_ids)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 3.0)

    def test_part_of_delivery_from_fba_stock(self):
        self.account.fba_stock_policy = "move"
        picking = self.make_fba_delivery()
        self.import_row(**{"quantity-shipped": "1"})
        self.assertEqual(picking.state, "done")
        self.assertEqual(self.order.order_line.qty_delivered, 1.0)
        rest = self.order.picking_ids - picking
        self.assertEqual(rest.move_ids.product_uom_qty, 1.0)
        self.import_row(**{"quantity-shipped": "1", "shipment-item-id": "SI2"})
        self.assertEqual(rest.state, "done")

    def test_delivery_from_fba_stock_without_policy(self):
        picking = self.make_fba_delivery()
        self.import_row()
        self.assertNotEqual(picking.state, "done")
        self.assertTrue(self.order.activity_ids)

    def test_more_than_ordered(self):
        self.account.fba_stock_policy = "move"
        picking = self.make_fba_delivery()
        self.import_row(**{"quantity-shipped": "3"})
        self.assertNotEqual(picking.state, "done")
        self.assertTrue(self.order.activity_ids)


@tagged("post_install", "-at_install")
class TestMerchantDelivery(StockCase):
    """Merchant-fulfilled: when, and by which delivery method."""

    DATES = {
        "earliest-ship-date": "2026-10-06T22:00:00+00:00",
        "latest-ship-date": "2026-10-08T21:59:59+00:00",
        "earliest-delivery-date": "2026-10-09T22:00:00+00:00",
        "latest-delivery-date": "2026-10-12T21:59:59+00:00",
    }

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carriers = cls.env["delivery.carrier"].create(
            [
                {
                    "name": name,
                    "product_id": cls.env["product.product"]
                    .create({"name": name, "type": "service"})
                    .id,
                    "fixed_price": 9.0,
                }
                for name in ("Parcel", "Express")
            ]
        )

    def map_carrier(self, service, carrier, marketplace=None):
        self.env["amazon.account.carrier"].create(
            {
                "account_id": self.account.id,
                "ship_service_level": service,
                "marketplace_id": marketplace and marketplace.id,
                "carrier_id": carrier.id,
            }
        )

    def test_dates(self):
        self.import_lines(MFN, self.DATES)
        order = self.get_order(REF)
        latest = datetime(2026, 10, 8, 21, 59, 59)
        self.assertRecordValues(
            order,
            [
                {
                    "commitment_date": latest,
                    "amazon_earliest_ship_date": datetime(2026, 10, 6, 22),
                    "amazon_latest_ship_date": latest,
                    "amazon_earliest_delivery_date": datetime(2026, 10, 9, 22),
                    "amazon_latest_delivery_date": datetime(2026, 10, 12, 21, 59, 59),
                }
            ],
        )
        self.assertEqual(order.picking_ids.date_deadline, latest)

    def test_date_postponed(self):
        self.import_lines(MFN, self.DATES)
        later = {**self.DATES, "latest-ship-date": "2026-10-10T21:59:59+00:00"}
        self.import_lines(MFN, later)
        order = self.get_order(REF)
        postponed = datetime(2026, 10, 10, 21, 59, 59)
        self.assertEqual(order.commitment_date, postponed)
        self.assertEqual(order.picking_ids.date_deadline, postponed)
        by_hand = datetime(2026, 10, 7)
        order.commitment_date = by_hand
        self.import_lines(MFN, self.DATES)
        self.assertEqual(order.commitment_date, by_hand)
        self.assertEqual(
            order.amazon_latest_ship_date, datetime(2026, 10, 8, 21, 59, 59)
        )

    def test_delivery_method(self):
        parcel, express = self.carriers
        france = self.env.ref("amazon_order_import.amazon_marketplace_fr")
        self.map_carrier("standard", parcel)
        self.map_carrier("Standard", express, france)
        self.import_lines(MFN, {}, {"order-id": "302-2", "sales-channel": "Amazon.fr"})
        order = self.get_order(REF)
        self.assertEqual(order.carrier_id, parcel)
        self.assertEqual(order.picking_ids.carrier_id, parcel)
        self.assertEqual(order.amount_total, 19.99)
        self.assertEqual(len(order.order_line), 1)
        self.assertEqual(self.get_order("302-2").carrier_id, express)

    def test_cost_of_carrier_stays_out(self):
        parcel = self.carriers[0]
        parcel.invoice_policy = "real"
        self.map_carrier("Standard", parcel)
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking.button_validate()
        self.assertEqual(picking.state, "done")
        picking.carrier_price = 9.0
        picking._add_delivery_cost_to_so()
        self.assertEqual(len(order.order_line), 1)
        self.assertEqual(order.amount_total, 19.99)

    def test_unknown_service_is_listed(self):
        self.import_lines(
            MFN,
            {"ship-service-level": "Zeppelin"},
            {"order-id": "302-2", "ship-service-level": "ZEPPELIN"},
        )
        self.assertRecordValues(
            self.account.carrier_ids,
            [{"ship_service_level": "Zeppelin", "carrier_id": False}],
        )
        self.assertFalse(self.get_order(REF).carrier_id)


@tagged("post_install", "-at_install")
class TestStockAccess(StockCase):
    """Who sells sees parcels; other companies' stay theirs."""

    def test_order_form_for_a_salesperson(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        order = self.get_order(FBA_REF)
        user = new_test_user(
            self.env, "amazon_seller", "sales_team.group_sale_salesman_all_leads"
        )
        order = order.with_user(user)
        self.assertEqual(order.amazon_parcel_ids.fulfillment_center_id.code, "LEJ1")
        self.assertIn("amazon_parcel_ids", order.get_view(view_type="form")["arch"])

    def test_other_company(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "amazon_other",
            "amazon_order_import.group_amazon_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for model in ("amazon.parcel", "amazon.account.location"):
            self.assertTrue(self.env[model].search([]))
            self.assertFalse(self.env[model].with_user(user).search([]))
