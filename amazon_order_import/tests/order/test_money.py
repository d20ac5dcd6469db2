from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo import Command
from odoo.tests import tagged

from ..common import AmazonCase


class MoneyCase(AmazonCase):
    """Taxes of both kinds, and documents made of imported orders."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.vcs = cls.account.copy({"name": "VCS Lite", "vat_service": "vcs_lite"})
        cls.env["product.product"].concat(*cls.products.values()).write(
            {"invoice_policy": "order"}
        )
        taxes = cls.env["account.tax"]
        group = cls.env["account.tax.group"].search(
            [("company_id", "=", cls.company.id)], limit=1
        )
        for name, amount, include in (
            ("19 included", 19.0, "tax_included"),
            ("7 on top", 7.0, "tax_excluded"),
        ):
            taxes |= taxes.create(
                {
                    "name": f"Test {name}",
                    "amount": amount,
                    "type_tax_use": "sale",
                    "price_include_override": include,
                    "tax_group_id": group.id,
                    "country_id": cls.company.account_fiscal_country_id.id,
                    "company_id": cls.company.id,
                }
            )
        cls.included, cls.on_top = taxes

    def set_taxes(self, taxes):
        self.products["MUG-RED"].taxes_id = [Command.set(taxes.ids)]

    def import_order(self, account=None, kind="mfn_orders_eu", **values):
        values.setdefault("order-id", "302-0000001-0000001")
        report = self.import_lines(kind, values, account=account)
        rows = report.row_ids
        self.assertEqual(rows.mapped("outcome"), ["created"], rows.mapped("message"))
        return self.get_order(values["order-id"])

    def check_documents(self, order, total, tax=None):
        """Order, posted invoice and credit note agree with Amazon to the cent."""
        if order.amazon_tax_problem:
            # A person decides that it is right.
            order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.action_post()
        currency = order.currency_id
        for document in (order, invoice, refund):
            self.assertEqual(document.currency_id, currency)
            self.assertEqual(
                currency.compare_amounts(document.amount_total, total),
                0,
                f"{document}: {document.amount_total} is not {total}",
            )
            if tax is not None:
                self.assertEqual(
                    currency.compare_amounts(document.amount_tax, tax),
                    0,
                    f"{document}: tax {document.amount_tax} is not {tax}",
                )
        return invoice


@tagged("post_install", "-at_install")
class TestMoney(MoneyCase):
    """Amazon's amounts, exact on the order, the invoice and the credit note."""

    def test_price_does_not_divide(self):
        for number, taxes in enumerate(
            (self.included, self.on_top, self.included.browse())
        ):
            with self.subTest(taxes=taxes.mapped("name")):
                self.set_taxes(taxes)
                order = self.import_order(
                    **{
                        "order-id": f"302-0000002-{number:07}",
                        "item-price": "10.00",
                        "quantity-purchased": 3,
                    }
                )
                self.check_documents(order, 10.00)

    def test_stated_tax(self):
        """The contained tax of VCS stands where no rate can give it."""
        self.set_taxes(self.included)
        order = self.import_order(
            self.vcs, **{"item-price": "9.99", "item-tax": "1.59"}
        )
        self.check_documents(order, 9.99, 1.59)

    def test_stated_tax_without_odoo_tax(self):
        """A product without taxes gets the one of Amazon's rate, or one of its own."""
        self.set_taxes(self.included.browse())
        order = self.import_order(
            self.vcs, **{"item-price": "9.99", "item-tax": "1.60"}
        )
        self.assertEqual(order.order_line.tax_ids.amount, 19.0)
        self.check_documents(order, 9.99, 1.60)
        order = self.import_order(
            self.vcs,
            **{
                "order-id": "302-0000002-0000002",
                "item-price": "9.99",
                "item-tax": "2.60",
            },
        )
        self.assertTrue(order.amazon_tax_problem)
        self.assertEqual(order.order_line.tax_ids, self.vcs.stated_tax_id)
        self.check_documents(order, 9.99, 2.60)

    def test_stated_tax_of_an_account_with_a_known_name(self):
        """Taxes have a name once, accounts may have one that was another's before."""
        known = self.vcs._get_stated_tax()
        self.vcs.write({"name": "Shop before", "active": False})
        again = self.account.copy({"name": "VCS Lite"})
        self.assertEqual(again._get_stated_tax().name, f"{known.name} (2)")

    def test_two_taxes(self):
        self.set_taxes(self.on_top + self.included)
        order = self.import_order(
            self.vcs,
            **{"item-price": "100.03", "item-tax": "20.01", "quantity-purchased": 7},
        )
        self.check_documents(order, 100.03, 20.01)

    def test_promotion_lowers_the_contained_tax(self):
        self.set_taxes(self.included)
        order = self.import_order(
            self.vcs,
            **{
                "item-price": "119.00",
                "item-tax": "19.00",
                "item-promotion-discount": "11.90",
            },
        )
        self.check_documents(order, 107.10, 17.10)

    def test_quantity_changed_by_hand(self):
        """Changing the quantity keeps Amazon's price, not the product's list price."""
        self.set_taxes(self.included)
        order = self.import_order(**{"item-price": "20.00", "quantity-purchased": 2})
        order.order_line.product_uom_qty = 3
        self.assertEqual(order.order_line.price_unit, 10.0)
        self.assertEqual(order.amount_total, 30.0)
        self.assertEqual(order.amazon_amount_difference, 10.0)

    def test_free_replacement_keeps_price_zero(self):
        order = self.import_order(
            **{"item-price": "0.00", "is-replacement-order": "true"}
        )
        order.order_line.product_uom_qty = 2
        self.assertEqual(order.amount_total, 0.0)

    def test_purchase_date_survives_confirmation(self):
        order = self.import_order(**{"purchase-date": "2026-10-05T08:15:00+02:00"})
        self.assertEqual(order.state, "sale")
        self.assertEqual(str(order.date_order), "2026-10-05 06:15:00")

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(data=st.data())
    def test_any_row(self, data):
        """Whatever a row says, Odoo's documents total what Amazon's figures total."""
        vcs = data.draw(st.booleans(), label="vcs")
        yen = data.draw(st.booleans(), label="yen")
        step = 1 if yen else Decimal("0.01")
        money = st.integers(0, 500_000).map(lambda cents: cents * step)
        taxes = data.draw(
            st.sampled_from(
                [
                    self.included.browse(),
                    self.included,
                    self.on_top,
                    self.included + self.on_top,
                ]
            ),
            label="taxes",
        )
        self.set_taxes(taxes)
        price = data.draw(money.filter(bool), label="price")
        shipping = data.draw(money, label="shipping")
        promotion = data.draw(
            st.one_of(st.just(0), money.filter(lambda p: p <= price)), label="promotion"
        )
        tax = (
            (price * data.draw(st.integers(1, 25), label="rate") / 100).quantize(
                Decimal(step)
            )
            if vcs and not yen
            else Decimal(0)
        )
        with self.env.cr.savepoint() as savepoint:
            order = self.import_order(
                self.vcs if vcs else self.account,
                "mfn_orders_eu",
                **{
                    "order-id": "302-0000009-0000009",
                    "currency": "JPY" if yen else "EUR",
                    "sales-channel": "Amazon.co.jp" if yen else "Amazon.de",
                    "quantity-purchased": data.draw(st.integers(1, 50), label="qty"),
                    "item-price": price,
                    "item-tax": tax,
                    "shipping-price": shipping,
                    "item-promotion-discount": promotion,
                },
            )
            self.check_documents(order, float(price + shipping - promotion))
            savepoint.rollback()
            self.env.invalidate_all()
