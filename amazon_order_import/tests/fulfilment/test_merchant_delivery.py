from datetime import datetime

from odoo.tests import tagged

from .cases import MFN, REF, StockCase


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
        self.import_lines(
            MFN, {}, {"order-id": "302-0000002-0000002", "sales-channel": "Amazon.fr"}
        )
        order = self.get_order(REF)
        self.assertEqual(order.carrier_id, parcel)
        self.assertEqual(order.picking_ids.carrier_id, parcel)
        self.assertEqual(order.amount_total, 19.99)
        self.assertEqual(len(order.order_line), 1)
        self.assertEqual(self.get_order("302-0000002-0000002").carrier_id, express)

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
            {"order-id": "302-0000002-0000002", "ship-service-level": "ZEPPELIN"},
        )
        self.assertRecordValues(
            self.account.carrier_ids,
            [{"ship_service_level": "Zeppelin", "carrier_id": False}],
        )
        self.assertFalse(self.get_order(REF).carrier_id)
