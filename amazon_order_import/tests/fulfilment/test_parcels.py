from datetime import datetime

from odoo import Command
from odoo.tests import tagged

from .cases import FBA, FBA_REF, SHIPPED, StockCase


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
