from decimal import Decimal

from odoo import Command
from odoo.tests import tagged

from ...messages import CLOSED_STATES, compose
from ...models.invoicing.amazon_tax_correction import TaxFigures
from ...models.order.amazon_tax_advisor_place import TaxPlace
from ...vat_rules import Decision
from ..order.test_tax import ADDRESSES, TaxCase


def amounts(**parts):
    """Return ``{line type: (net, tax)}`` of texts like ``"100.00 19.00"``."""
    return {
        line_type: tuple(map(Decimal, text.split()))
        for line_type, text in parts.items()
    }


@tagged("post_install", "-at_install")
class TestTaxCorrection(TaxCase):
    """Amazon's later tax figures, worked out by hand, on open and closed orders."""

    def order(self, kind="mfn_orders_eu", *rows, country="DE"):
        ref = "order-id" if kind.startswith("mfn") else "amazon-order-id"
        rows = [
            {ref: "302-0000001-0000001", **ADDRESSES[country], **row} for row in rows
        ]
        report = self.import_lines(kind, *rows)
        self.assertLessEqual(set(self.outcomes(report)), {"created", "unchanged"})
        return self.get_order("302-0000001-0000001")

    def correct(self, order, *figures):
        corrections = self.env["amazon.tax.correction"].correct_orders(
            self.account, {order: list(figures)}
        )
        return corrections[order]

    def lines(self, order):
        return {
            line.amazon_line_type: (
                round(line.price_subtotal, 2),
                round(line.price_tax, 2),
            )
            for line in order.order_line
        }

    # 119.00 at 19 % is 100.00 + 19.00 in Odoo; Amazon rounded to 99.99 + 19.01
    def test_tax_rounded_otherwise(self):
        row = {"item-price": "119.00"}
        order = self.order("mfn_orders_eu", row)
        figures = TaxFigures("MUG-RED", 1, amounts(item="99.99 19.01"))
        correction = self.correct(order, figures)
        self.assertEqual(figures.line, order.order_line)
        self.assertEqual(len(correction.changes), 1)
        self.assertEqual((order.amount_untaxed, order.amount_tax), (99.99, 19.01))
        self.assertEqual(order.amazon_tax_difference, 0.0)
        self.assertEqual(order.order_line.tax_ids, self.full)
        self.assertFalse(self.correct(order, figures).changes)
        # The order report read again takes nothing back.
        self.assertEqual(self.order("mfn_orders_eu", row), order)
        self.assertEqual(round(order.amount_tax, 2), 19.01)
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual((invoice.amount_untaxed, invoice.amount_tax), (99.99, 19.01))

    def test_invoiced_order_stands(self):
        order = self.order("mfn_orders_eu", {"item-price": "119.00"})
        order._create_invoices()
        correction = self.correct(
            order, TaxFigures("MUG-RED", 1, amounts(item="99.99 19.01"))
        )
        self.assertFalse(correction.changes)
        self.assertIn("19.01", compose(self.env, correction.differences[0]))
        self.assertEqual(correction.closed, CLOSED_STATES["invoiced"])
        self.assertEqual(order.amount_tax, 19.0)

    # All parts: 119.00 = 100 + 19, shipping 11.90 = 10 + 1.90, promotions -5.95 and
    # -11.90; gift wrap 2.38 = 2 + 0.38 that no order report told
    def test_components(self):
        order = self.order(
            "mfn_orders_eu",
            {
                "item-price": "119.00",
                "shipping-price": "11.90",
                "item-promotion-discount": "5.95",
                "ship-promotion-discount": "11.90",
            },
        )
        self.correct(
            order,
            TaxFigures(
                "MUG-RED",
                1,
                amounts(
                    item="100.01 18.99",
                    shipping="10.00 1.90",
                    gift_wrap="2.00 0.38",
                    item_promotion="-5.00 -0.95",
                    shipping_promotion="-10.00 -1.90",
                ),
            ),
        )
        self.assertEqual(
            self.lines(order),
            {
                "item": (100.01, 18.99),
                "shipping": (10.0, 1.9),
                "gift_wrap": (2.0, 0.38),
                "item_promotion": (-5.0, -0.95),
                "shipping_promotion": (-10.0, -1.9),
            },
        )
        self.assertAlmostEqual(order.amount_total, 115.43, 2)
        self.assertEqual(order.amazon_amount_difference, 0.0)

    # Promotions taken off the price: 119.00 - 5.95 = 113.05 = 95.01 + 18.04
    def test_netted_promotion(self):
        self.account.promotion_policy = "net"
        order = self.order(
            "mfn_orders_eu",
            {"item-price": "119.00", "item-promotion-discount": "5.95"},
        )
        self.correct(
            order,
            TaxFigures(
                "MUG-RED",
                1,
                amounts(item="100.01 18.99", item_promotion="-5.00 -0.95"),
            ),
        )
        self.assertEqual(self.lines(order), {"item": (95.01, 18.04)})

    def test_several_shipments(self):
        """An item that leaves in two parcels is corrected once both are told."""
        order = self.order(
            "mfn_orders_eu", {"item-price": "357.00", "quantity-purchased": 3}
        )
        first = TaxFigures(
            "MUG-RED", 2, amounts(item="199.99 38.01"), order_item_id="10000000000001"
        )
        correction = self.correct(order, first)
        self.assertEqual(correction.partial, [first])
        self.assertEqual(order.amount_tax, 57.0)
        second = TaxFigures("MUG-RED", 1, amounts(item="100.00 19.00"))
        stranger = TaxFigures("MUG-RED", 1, amounts(item="1.00 0.19"))
        correction = self.correct(order, first, second, stranger)
        self.assertEqual(correction.unmatched, [stranger])
        self.assertEqual((order.amount_untaxed, order.amount_tax), (299.99, 57.01))

    def test_shipments_of_amazon(self):
        order = self.order(
            "fba_orders_eu",
            {"shipment-id": "Daa", "shipment-item-id": "S1", "item-price": "119.00"},
            {"shipment-id": "Dbb", "shipment-item-id": "S2", "item-price": "119.00"},
        )
        self.correct(
            order,
            TaxFigures("MUG-RED", 1, amounts(item="99.99 19.01"), shipment_id="Dbb"),
        )
        told = {
            line.amazon_parcel_id.shipment_ref: round(line.price_tax, 2)
            for line in order.order_line
        }
        self.assertEqual(told, {"Daa": 19.0, "Dbb": 19.01})

    # Odoo took it for a sale in Germany; Amazon charged French VAT of 20 %
    def test_other_rate(self):
        order = self.order("mfn_orders_eu", {"item-price": "120.00"})
        france = self.env["amazon.tax.finder"].find_oss_position(self.company, "FR")
        place = TaxPlace(
            Decision("oss", "DE", "FR"), france, self.env["account.journal"]
        )
        correction = self.correct(
            order,
            TaxFigures("MUG-RED", 1, amounts(item="100.00 20.00"), place=place),
        )
        self.assertEqual(len(correction.changes), 1)
        self.assertEqual(order.fiscal_position_id, france)
        self.assertEqual(order.order_line.tax_ids.amount, 20.0)
        self.assertEqual((order.amount_untaxed, order.amount_tax), (100.0, 20.0))
        self.assertFalse(self.tags(order))

    def test_unknown_rate(self):
        order = self.order("mfn_orders_eu", {"item-price": "125.00"})
        correction = self.correct(
            order, TaxFigures("MUG-RED", 1, amounts(item="100.00 31.00"))
        )
        # 31 % is no rate of Odoo's: no tax amount lies on a tax of another one.
        self.assertEqual((order.amount_untaxed, order.amount_tax), (105.04, 19.96))
        self.assertEqual(order.order_line.tax_ids, self.full)
        self.assertEqual(
            [m.code for m in correction.problems], ["tax_rate_not_of_country"]
        )

    def test_collected_by_amazon(self):
        order = self.order("mfn_orders_eu", {"item-price": "119.00"})
        self.correct(
            order,
            TaxFigures(
                "MUG-RED", 1, amounts(item="100.00 19.00"), collected_by_amazon=True
            ),
        )
        self.assertEqual((order.amount_untaxed, order.amount_tax), (100.0, 0.0))
        self.assertEqual(order.amazon_tax_withheld, 19.0)

    def test_no_tax_in_odoo(self):
        self.mug.taxes_id = [Command.clear()]
        order = self.order("mfn_orders_eu", {"item-price": "119.00"})
        self.correct(order, TaxFigures("MUG-RED", 1, amounts(item="100.00 19.00")))
        self.assertEqual((order.amount_untaxed, order.amount_tax), (100.0, 19.0))
        # Amazon's rate finds the tax at home.
        self.assertEqual(order.order_line.tax_ids.amount, 19.0)
