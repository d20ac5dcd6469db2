from unittest.mock import patch

from odoo.tests import tagged

from ...models.report import amazon_report_processing
from .upsert_case import FBA, FBA_REF, MFN, NO_IDS, REF, UpsertCase


@tagged("post_install", "-at_install")
class TestIdentity(UpsertCase):
    """Which order and which line a row is about."""

    # === IDENTITY === #

    def test_ids_are_case_sensitive(self):
        report = self.import_lines(
            FBA, {"shipment-item-id": "DkAbC1"}, {"shipment-item-id": "DKABC1"}
        )
        self.assertEqual(self.outcomes(report), ["created"] * 2)
        self.assertEqual(len(self.items(self.get_order(FBA_REF))), 2)

    def test_merchant_item_ids_are_case_sensitive(self):
        self.import_lines(MFN, {"order-item-id": "aB1"})
        self.import_lines(MFN, {"order-item-id": "Ab1"})
        self.assertEqual(len(self.items(self.get_order(REF))), 2)

    def test_same_item_in_two_orders(self):
        """An order item id counts within its order."""
        self.import_lines(MFN, {}, {"order-id": "302-0000001-0000002"})
        self.assertEqual(len(self.get_order(REF).order_line), 1)
        self.assertEqual(len(self.get_order("302-0000001-0000002").order_line), 1)

    def test_order_split_over_batches(self):
        rows = [{"order-item-id": number} for number in range(5)]
        with patch.object(amazon_report_processing, "BATCH_ROWS", 2):
            report = self.import_lines(MFN, *rows)
        self.assertEqual(self.outcomes(report), ["created"] * 5)
        order = self.get_order(REF)
        self.assertEqual(len(order.order_line), 5)
        self.assertEqual(order.amount_total, 99.95)
        self.assertEqual(order.state, "sale")
        moves = order.picking_ids.move_ids
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 5)

    def test_order_split_over_reports(self):
        self.import_lines(FBA, {"shipment-item-id": "SI1"})
        report = self.import_lines(
            FBA, {"shipment-item-id": "SI2", "amazon-order-item-id": "5"}
        )
        order = self.get_order(FBA_REF)
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertEqual(order.order_line.mapped("qty_delivered"), [1, 1])

    def test_one_order_item_in_two_parcels(self):
        self.import_lines(
            FBA,
            {"shipment-item-id": "SI1", "tracking-number": "T1"},
            {"shipment-item-id": "SI2", "tracking-number": "T2"},
        )
        self.assertEqual(len(self.items(self.get_order(FBA_REF))), 2)

    def test_two_companies(self):
        other = self.env["res.company"].create({"name": "Other company"})
        account = self.account.copy({"name": "Other", "company_id": other.id})
        account.write(
            {
                name: False
                for name in account._fields
                if name.endswith("_product_id")
                and account[name].company_id not in (other, other.browse())
            }
        )
        self.import_lines(MFN, {})
        self.import_lines(MFN, {"item-price": "5.00"}, account=account)
        orders = self.get_order(REF)
        self.assertEqual(len(orders), 2)
        self.assertEqual(orders.company_id, self.company + other)
        self.assertEqual(sorted(orders.mapped("amount_total")), [5.00, 19.99])
        mine = orders.filtered(lambda o: o.company_id == other)
        self.assertEqual(mine.warehouse_id.company_id, other)
        self.assertIn(mine.partner_id.company_id, (other, other.browse()))

    def test_two_accounts_of_one_company(self):
        """One company, one Amazon order, however many accounts report it."""
        other = self.account.copy({"name": "The same seller again"})
        self.import_lines(MFN, {})
        report = self.import_lines(MFN, {}, account=other)
        self.assertEqual(self.outcomes(report), ["unchanged"])
        self.assertEqual(len(self.get_order(REF)), 1)

    def test_other_fulfilment(self):
        self.import_lines(MFN, {})
        report = self.import_lines(FBA, {"amazon-order-id": REF})
        self.assertEqual(self.outcomes(report), ["error"])
        self.assertEqual(len(self.get_order(REF).order_line), 1)

    def test_other_currency(self):
        self.import_lines(MFN, {})
        report = self.import_lines(MFN, {"currency": "PLN"})
        self.assertEqual(self.outcomes(report), ["error"])
        self.assertEqual(self.get_order(REF).currency_id.name, "EUR")

    # === SHIPMENTS WITHOUT IDS === #

    def test_ids_left_out_filled_and_left_out(self):
        charges = {"shipping-price": "4.99"}
        for values in (NO_IDS, {}, NO_IDS, {}):
            report = self.import_lines(FBA, {**charges, **values})
            order = self.get_order(FBA_REF)
            self.assertEqual(len(self.items(order)), 1, values)
            self.assertEqual(order.amount_total, 24.98)
        self.assertEqual(self.outcomes(report), ["unchanged"])

    def test_without_ids_in_another_offset(self):
        """The same moment: 21:00 in Berlin, noon in Los Angeles."""
        for moment in ("T19:00:00+00:00", "T21:00:00+02:00", "T12:00:00.000-07:00"):
            self.import_lines(FBA, {**NO_IDS, "shipment-date": f"2026-10-06{moment}"})
        self.assertEqual(len(self.items(self.get_order(FBA_REF))), 1)

    def test_shipment_item_left_out_filled_and_left_out(self):
        for values in ({"shipment-item-id": ""}, {}, {"shipment-item-id": ""}):
            report = self.import_lines(FBA, {"shipping-price": "4.99", **values})
            self.assertEqual(len(self.items(self.get_order(FBA_REF))), 1, values)
        self.assertEqual(self.outcomes(report), ["unchanged"])

    def test_order_item_left_out_filled_and_left_out(self):
        for values in (
            {"amazon-order-item-id": ""},
            {},
            {"amazon-order-item-id": ""},
            {"shipment-item-id": ""},
            {},
        ):
            report = self.import_lines(FBA, {"shipping-price": "4.99", **values})
            self.assertEqual(len(self.items(self.get_order(FBA_REF))), 1, values)
        self.assertEqual(self.outcomes(report), ["unchanged"])

    def test_two_order_items_in_one_parcel_without_ids(self):
        """Equal but for their order item: two items, in whatever order they come."""
        rows = [
            {"shipment-item-id": "", "amazon-order-item-id": item, "item-price": price}
            for item, price in (("51", "10.00"), ("52", "12.00"))
        ]
        self.import_lines(FBA, *rows)
        again = self.import_lines(FBA, *reversed(rows))
        self.assertEqual(self.outcomes(again), ["unchanged"] * 2)
        order = self.get_order(FBA_REF)
        self.assertEqual(len(self.items(order)), 2)
        filled = [
            dict(row, **{"shipment-item-id": f"SI{number}"})
            for number, row in enumerate(reversed(rows))
        ]
        again = self.import_lines(FBA, *filled)
        self.assertEqual(self.outcomes(again), ["unchanged"] * 2)
        self.assertEqual(len(self.items(order)), 2)

    def test_identical_rows_without_ids(self):
        """Two equal rows without ids are two real items; read again, still two."""
        rows = [{"shipping-price": "4.99", **NO_IDS}] * 2
        report = self.import_lines(FBA, *rows)
        self.assertEqual(self.outcomes(report), ["created"] * 2)
        for _attempt in range(2):
            again = self.import_lines(FBA, *rows)
            self.assertEqual(self.outcomes(again), ["unchanged"] * 2)
        order = self.get_order(FBA_REF)
        self.assertEqual(len(self.items(order)), 2)
        self.assertEqual(order.amount_total, 49.96)

    def test_identical_rows_over_two_batches(self):
        rows = [NO_IDS] * 3
        with patch.object(amazon_report_processing, "BATCH_ROWS", 2):
            report = self.import_lines(FBA, *rows)
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        again = self.import_lines(FBA, *rows)
        self.assertEqual(self.outcomes(again), ["unchanged"] * 3)
        self.assertEqual(len(self.items(self.get_order(FBA_REF))), 3)

    def test_identical_rows_get_their_ids(self):
        """Two rows without ids, later with them, later without: two items always."""
        bare = [{"shipping-price": "4.99", "shipment-item-id": ""}] * 2
        full = [
            {"shipping-price": "4.99", "shipment-item-id": item}
            for item in ("SI1", "SI2")
        ]
        for rows in (bare, full, bare, full):
            report = self.import_lines(FBA, *rows)
            order = self.get_order(FBA_REF)
            self.assertEqual(len(self.items(order)), 2)
            self.assertEqual(order.amount_total, 49.96)
            self.assertEqual(len(set(self.items(order).mapped("amazon_row_key"))), 2)
        self.assertEqual(self.outcomes(report), ["unchanged"] * 2)

    def test_id_known_then_left_out_keeps_items_apart(self):
        """Rows whose id is left out find the items, not their shipping lines."""
        full = [
            {
                "shipment-item-id": "SI1",
                "shipping-price": "4.99",
                "item-price": "10.00",
            },
            {
                "shipment-item-id": "SI2",
                "shipping-price": "4.99",
                "item-price": "10.00",
            },
        ]
        self.import_lines(FBA, *full)
        changed = [
            {"shipment-item-id": "", "shipping-price": "4.99", "item-price": "10.00"},
            {"shipment-item-id": "", "shipping-price": "4.99", "item-price": "12.00"},
        ]
        self.import_lines(FBA, *changed)
        order = self.get_order(FBA_REF)
        self.assertEqual(
            self.items(order).sorted("id").mapped("amazon_amount_total"), [10.0, 12.0]
        )
        self.assertEqual(order.amazon_amount_difference, 0)

    def test_second_equal_item_arrives_later(self):
        """An equal item with an id of its own is not the known one."""
        self.import_lines(FBA, {"shipment-item-id": "SI1"})
        report = self.import_lines(
            FBA, {"shipment-item-id": "SI1"}, {"shipment-item-id": "SI2"}
        )
        self.assertEqual(self.outcomes(report), ["unchanged", "created"])
        self.assertEqual(len(self.items(self.get_order(FBA_REF))), 2)
