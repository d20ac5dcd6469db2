"""Orders that are held for their tax, and released by what Amazon tells of it later."""

from odoo.tests import tagged

from .booking_case import FBA, ORDER, BookingCase
from .vat_data import vat_file as lite_file
from .vat_data import vat_row as lite_row
from .vat_files import vat_file

MILAN = {"ship-country": "IT", "ship-postal-code": "20121", "ship-city": "Milano"}
#: Goods in Italy to a consumer in Italy: without a registration there, it is held.
ITALIAN = {
    "order_id": FBA,
    "item": "97.54 21.46",
    "tax_rate": "0.2200",
    "ship_from_country": "IT",
    "ship_to_country": "IT",
}


@tagged("post_install", "-at_install")
class TestTaxRelease(BookingCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.italy = cls.env.ref("base.it")

    def hold(self, kind="fba_orders_eu", **cells):
        """Import an order that is held; return it."""
        ref, number = "amazon-order-id", FBA
        if kind.startswith("mfn"):
            ref, number = "order-id", ORDER
        values = {
            ref: number,
            **MILAN,
            "fulfillment-center-id": "MXP5",
            "item-price": "119.00",
            **cells,
        }
        self.orders = self.import_lines(kind, values)
        order = self.get_order(number)
        self.assertEqual(order.state, "draft")
        self.assertTrue(order.amazon_tax_problem)
        return order

    def released(self, order):
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.amazon_tax_problem)
        row = self.orders.row_ids
        self.assertEqual((row.code, row.needs_attention), (False, False))
        self.assertEqual(self.orders.state, "done")
        self.assertNotIn(self.account.stated_tax_id, order.order_line.tax_ids)

    def read_again(self, order):
        """What the order report says takes nothing back."""
        before = order.order_line.tax_ids, order.amount_tax, order.fiscal_position_id
        again = self.import_file(
            self.orders.kind, self.orders._open_file().read(), name="again.txt"
        )
        self.assertEqual(set(self.outcomes(again)), {"unchanged"})
        self.assertEqual(again.state, "done")
        self.assertEqual(
            (order.order_line.tax_ids, order.amount_tax, order.fiscal_position_id),
            before,
        )

    # 119.00 from Milan to Milan: by the address Italian, by Amazon's statement a
    # supply of Amazon's: it owes the VAT.
    def test_amazon_owes_the_tax(self):
        order = self.hold()
        self.report(
            {**ITALIAN, "tax_collection_responsibility": "Marketplace"},
        )
        self.released(order)
        self.assertEqual(
            (order.amount_total, order.amazon_tax_withheld), (97.54, 21.46)
        )
        # The order has all it needs; the supply to Amazon is one of Italy's return.
        self.assertEqual(self.document().entry_state, "failed")
        self.assertTrue(self.document().amazon_can_register_tax)
        self.assertEqual(order.amazon_parcel_ids.shipment_ref, "Daaa")
        self.read_again(order)

    # The goods came from Germany, says Amazon: 119.00 / 1.22 by OSS.
    def test_other_departure(self):
        order = self.hold()
        self.report(
            {**ITALIAN, "ship_from_country": "DE", "tax_reporting_scheme": "VCS_EU_OSS"}
        )
        self.released(order)
        taxes = order.order_line.tax_ids
        self.assertEqual(taxes.amount, 22.0)
        self.assertTrue(self.env["amazon.tax.finder"].is_oss(taxes))
        self.assertEqual(order.fiscal_position_id.country_id, self.italy)
        self.assertEqual(self.document().entry_state, "posted")
        self.read_again(order)

    def test_document_comes_first(self):
        self.import_file(
            "vcs_invoices",
            vat_file({**ITALIAN, "tax_collection_responsibility": "Marketplace"}),
            name="vcs.csv",
        )
        self.orders = self.import_lines(
            "fba_orders_eu",
            {
                "amazon-order-id": FBA,
                **MILAN,
                "fulfillment-center-id": "MXP5",
                "item-price": "119.00",
            },
        )
        order = self.get_order(FBA)
        self.released(order)
        self.read_again(order)

    def test_only_a_part_is_told(self):
        order = self.hold(**{"quantity-shipped": "2"})
        row = {**ITALIAN, "tax_collection_responsibility": "Marketplace"}
        self.report({**row, "item": "48.77 10.73"})
        self.assertEqual(order.state, "draft")
        self.assertTrue(order.amazon_tax_problem)
        self.report(
            {
                **row,
                "item": "48.77 10.73",
                "vat_invoice_number": "DE60002TEST11I",
                "transaction_id": "Dbbb",
            }
        )
        self.released(order)

    def test_the_document_is_held_itself(self):
        order = self.hold()
        self.report(
            {
                **ITALIAN,
                "seller_tax_registration": "IT00159560366",
                "seller_tax_registration_jurisdiction": "IT",
            }
        )
        self.assertEqual(self.document().entry_state, "failed")
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.orders.row_ids.code, "held_for_tax")
        # What releases the document releases the order.
        registration = self.account.tax_registration_ids
        registration.fiscal_position_id = self.create_position(self.italy, 22.0)
        self.document()._process_held_for_tax()
        self.assertEqual(self.document().entry_state, "posted")
        self.released(order)

    def test_a_further_item_is_held_again(self):
        order = self.hold()
        self.account.order_workflow = "quotation"
        self.report({**ITALIAN, "tax_collection_responsibility": "Marketplace"})
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.amazon_tax_problem)
        self.read_again(order)
        more = self.import_lines(
            "fba_orders_eu",
            {
                "amazon-order-id": FBA,
                **MILAN,
                "fulfillment-center-id": "MXP5",
                "item-price": "11.90",
                "shipment-item-id": "SIbbb",
                "amazon-order-item-id": "50000000000002",
            },
        )
        self.assertEqual(more.row_ids.code, "held_for_tax")
        self.assertTrue(order.amazon_tax_problem)

    # 119.00 / 1.22 by OSS from Germany.
    def test_vat_invoice_data(self):
        self.account.write({"vat_service": "vcs_lite", "vat_invoice_policy": "post"})
        order = self.hold()
        row = lite_row(
            rate="0.22",
            item="119.00 21.46",
            order_id=FBA,
            order_item_id="50000000000001",
            ship_country="IT",
        )
        self.import_file("vcs_lite", lite_file(row), name="lite.txt")
        self.released(order)
        self.assertEqual(order.amazon_vat_invoice_ids.state, "invoiced")
        self.assertEqual(order.invoice_ids.amount_tax, 21.46)
        self.read_again(order)
