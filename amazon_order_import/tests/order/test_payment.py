from odoo.tests import tagged

from .upsert_case import MFN, REF, UpsertCase

SECOND = {"order-item-id": "10000000000002", "sku": "LAMP-1"}


@tagged("post_install", "-at_install")
class TestPayment(UpsertCase):
    """What the buyer pays for the way of payment, and in all."""

    def pay(self, **cells):
        """A row of an item for 20.00 with shipping for 5.00."""
        cells = {name.replace("_", "-"): cell for name, cell in cells.items()}
        return {"item-price": "20.00", "shipping-price": "5.00", **cells}

    def check(self, total, state="sale"):
        order = self.get_order(REF)
        told = order.amazon_row_ids.mapped("message")
        self.assertEqual((order.amount_total, order.state), (total, state), told)
        self.assertFalse(order.amazon_amount_difference)
        return order

    def fee(self, order):
        return order.order_line.filtered(
            lambda line: line.amazon_line_type == "payment_fee"
        )

    def test_fee_is_a_line(self):
        self.import_lines(
            MFN, self.pay(payment_method="COD", payment_method_fee="3.30")
        )
        order = self.check(28.30)
        line = self.fee(order)
        self.assertEqual(line.product_id, self.account.payment_fee_product_id)
        self.assertEqual(line.price_total, 3.30)
        self.assertIn("COD", line.name)
        goods = order.order_line.filtered(lambda line: line.amazon_line_type == "item")
        self.assertEqual(line.tax_ids, goods.tax_ids)
        invoice = self.invoice(order)
        self.assertEqual(invoice.amount_total, 28.30)
        self.assertEqual(invoice.amount_tax, order.amount_tax)
        again = self.import_lines(
            MFN, self.pay(payment_method="COD", payment_method_fee="3.30")
        )
        self.assertEqual(self.outcomes(again), ["unchanged"])

    def test_tax_of_the_fee_follows_the_item(self):
        """Amazon gives none: it is in proportion to that of the item."""
        self.import_lines(
            MFN, self.pay(item_tax="3.19", shipping_tax="0.80", payment_method_fee="3")
        )
        order = self.check(28.00)
        self.assertAlmostEqual(self.fee(order).price_tax, 0.48, 2)
        self.assertAlmostEqual(order.amount_tax, 4.47, 2)

    def test_account_of_an_earlier_version(self):
        product = self.account.payment_fee_product_id
        self.account.payment_fee_product_id = False
        self.import_lines(MFN, self.pay(payment_method_fee="3.30"))
        self.assertEqual(self.fee(self.check(28.30)).product_id, product)

    def test_own_product(self):
        product = self.products["TOWEL-XL"]
        self.account.payment_fee_product_id = product
        self.import_lines(MFN, self.pay(payment_method_fee="3.30"))
        self.assertEqual(self.fee(self.check(28.30)).product_id, product)

    def test_fee_that_comes_and_goes(self):
        self.import_lines(MFN, self.pay())
        self.import_lines(MFN, self.pay(payment_method_fee="3.30"))
        self.check(28.30)
        self.import_lines(MFN, self.pay(payment_method_fee="0.00"))
        self.check(25.00)

    def test_amounts_that_agree(self):
        for name, rows, total in (
            ("nothing told", [self.pay(cod_collectible_amount="0")], 25.0),
            ("on delivery", [self.pay(cod_collectible_amount="25")], 25.0),
            ("paid", [self.pay(already_paid="25.00")], 25.0),
            (
                "in parts",
                [self.pay(cod_collectible_amount="15", already_paid="10")],
                25.0,
            ),
            (
                "by row",
                [
                    self.pay(cod_collectible_amount="25"),
                    self.pay(cod_collectible_amount="25", **SECOND),
                ],
                50.0,
            ),
            (
                "by order",
                [
                    self.pay(cod_collectible_amount="50"),
                    self.pay(cod_collectible_amount="50", **SECOND),
                ],
                50.0,
            ),
            (
                "by row, partly paid",
                [
                    self.pay(cod_collectible_amount="25", already_paid="0"),
                    self.pay(already_paid="25", **SECOND),
                ],
                50.0,
            ),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                report = self.import_lines(MFN, *rows)
                self.assertEqual(report.state, "done")
                self.check(total)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_amounts_that_differ(self):
        for name, row in {
            "less": self.pay(cod_collectible_amount="24.99"),
            "more": self.pay(cod_collectible_amount="25", already_paid="1"),
            "without the fee": self.pay(
                cod_collectible_amount="25", payment_method_fee="3"
            ),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                report = self.import_lines(MFN, row)
                self.assertEqual(report.state, "attention")
                self.assertIn("cod-collectible-amount", report.row_ids.message)
                order = self.get_order(REF)
                self.assertEqual(order.state, "draft")
                report.action_process_again()
                report.process()
                self.assertEqual(order.state, "draft")
                order.with_user(self.env.user).action_confirm()
                self.assertEqual(report.state, "done")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_later_report_puts_it_right(self):
        report = self.import_lines(MFN, self.pay(cod_collectible_amount="30"))
        self.assertEqual(self.get_order(REF).state, "draft")
        self.import_lines(MFN, self.pay(cod_collectible_amount="25"))
        self.check(25.0)
        self.assertFalse(report.row_ids.needs_attention)

    def test_order_that_waits_for_an_item(self):
        """It is compared once its lines are all there."""
        report = self.import_lines(
            MFN,
            self.pay(cod_collectible_amount="50"),
            {**self.pay(cod_collectible_amount="50", **SECOND), "sku": "NEW"},
        )
        self.assertEqual(self.get_order(REF).state, "draft")
        offer = report.row_ids.offer_id
        offer.product_id = self.products["LAMP-1"]
        offer.action_process_waiting()
        report.process()
        self.check(50.0)
        self.assertEqual(report.state, "done")

    def test_confirmed_order(self):
        self.import_lines(MFN, self.pay())
        self.import_lines(MFN, self.pay(cod_collectible_amount="25"))
        self.assertFalse(self.get_order(REF).activity_ids)
        self.import_lines(
            MFN, self.pay(cod_collectible_amount="25", payment_method_fee="3")
        )
        self.check_todo(self.check(28.0), "28.00", "25")

    def test_unknown_money_goes_on_holding(self):
        self.import_lines(MFN, self.pay(surprise_fee="1.00"))
        self.check(25.0, "draft")
