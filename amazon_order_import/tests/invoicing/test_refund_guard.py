from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.invoicing.amazon_refund_guard import RefundExceeded
from ..order.test_money import MoneyCase

NUMBER = "DE60001TEST11C"
REF = "302-0000001-0000001"


@tagged("post_install", "-at_install")
class TestRefundGuard(MoneyCase):
    """Never more is credited than was sold, and no refund twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guard = cls.env["amazon.refund.guard"]

    def make_order(self, **values):
        """Two mugs for 20.00 and shipping for 4.00, invoiced: 24.00."""
        self.set_taxes(self.included)
        self.account.shipping_product_id.invoice_policy = "order"
        order = self.import_order(
            **{
                "quantity-purchased": "2",
                "item-price": "20.00",
                "shipping-price": "4.00",
                **values,
            }
        )
        order._create_invoices().action_post()
        return order

    def reverse(self, invoice, user=None):
        wizard = (
            self.env["account.move.reversal"]
            .with_user(user or self.env.user)
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id})
        )
        return self.env["account.move"].browse(wizard.refund_moves()["res_id"])

    def credit_mugs(self, order, quantity):
        """Credit some mugs, by hand: 10.00 each."""
        credit = self.reverse(order.invoice_ids.filtered("invoice_line_ids")[:1])
        lines = credit.invoice_line_ids
        lines.filtered(
            lambda line: line.product_id != self.products["MUG-RED"]
        ).unlink()
        credit.invoice_line_ids.quantity = quantity
        return credit

    def test_partial_credits_up_to_what_was_sold(self):
        order = self.make_order()
        invoice = order.invoice_ids
        for _unit in range(2):
            credit = self.reverse(invoice)
            credit.invoice_line_ids.filtered(
                lambda line: line.product_id != self.products["MUG-RED"]
            ).unlink()
            credit.invoice_line_ids.quantity = 1
            self.assertEqual(credit.amount_total, 10.0)
            credit.action_post()
        third = self.reverse(invoice)
        third.invoice_line_ids.filtered(
            lambda line: line.product_id != self.products["MUG-RED"]
        ).unlink()
        third.invoice_line_ids.quantity = 1
        with self.assertRaisesRegex(UserError, credit.name):
            third.action_post()
        third.invoice_line_ids.unlink()
        self.assertEqual(self.guard.get_left(order)[order], 4.0)

    def test_wizard_refuses_what_is_credited_in_full(self):
        order = self.make_order()
        invoice = order.invoice_ids
        credit = self.reverse(invoice)
        self.assertEqual(credit.amount_total, 24.0)
        # A draft counts for the wizard.
        with self.assertRaisesRegex(UserError, "credited already"):
            self.reverse(invoice)
        credit.action_post()
        with self.assertRaisesRegex(UserError, credit.name):
            self.reverse(invoice)
        credit.button_draft()
        credit.button_cancel()
        self.assertTrue(self.reverse(invoice))

    def test_added_line_counts(self):
        order = self.make_order()
        credit = self.reverse(order.invoice_ids)
        credit.write(
            {"invoice_line_ids": [(0, 0, {"name": "Goodwill", "price_unit": 5.0})]}
        )
        with self.assertRaisesRegex(UserError, "24.00"):
            credit.action_post()

    def test_administrator_gives_a_reason(self):
        order = self.make_order()
        credit = self.reverse(order.invoice_ids)
        credit.write(
            {
                "invoice_line_ids": [
                    (0, 0, {"name": "Goodwill", "price_unit": 5.0, "tax_ids": False})
                ]
            }
        )
        accountant = new_test_user(
            self.env, "refund_accountant", "account.group_account_invoice"
        )
        with self.assertRaises(AccessError):
            credit.with_user(accountant).amazon_refund_reason = "Goodwill"
        with self.assertRaises(RefundExceeded):
            credit.with_user(accountant).action_post()
        manager = new_test_user(
            self.env,
            "refund_manager",
            "account.group_account_invoice,amazon_order_import.group_amazon_manager",
        )
        credit.with_user(manager).amazon_refund_reason = "Goodwill, Anna"
        credit.with_user(accountant).action_post()
        self.assertEqual(credit.state, "posted")
        self.env.flush_all()
        self.env.cr.precommit.run()
        tracked = credit.message_ids.sudo().tracking_value_ids
        self.assertIn("Goodwill, Anna", tracked.mapped("new_value_char"))

    def test_amazon_first_person_second(self):
        order = self.make_order()
        item = order.order_line[0]
        refund = self.guard.claim(order, 10.0, "vat_document", NUMBER, {item: 10.0})
        self.assertFalse(refund.move_id)
        # Nobody booked it: a credit note over the same amount is that booking.
        credit = self.credit_mugs(order, 1)
        self.assertIn(NUMBER, credit.amazon_refund_warning)
        credit.action_post()
        self.assertEqual(refund.move_id, credit)
        again = self.guard.claim(order, 10.0, "vat_document", NUMBER, {item: 10.0})
        self.assertEqual(again, refund)

    def test_amazon_first_person_credits_all(self):
        order = self.make_order()
        self.guard.claim(order, 10.0, "vat_document", NUMBER)
        credit = self.reverse(order.invoice_ids)
        with self.assertRaisesRegex(RefundExceeded, NUMBER):
            credit.action_post()

    def test_person_first_amazon_second(self):
        order = self.make_order()
        credit = self.credit_mugs(order, 1)
        credit.action_post()
        refund = self.guard.claim(
            order, 10.0, "vat_document", NUMBER, {order.order_line[0]: 10.0}
        )
        self.assertEqual(refund.move_id, credit)
        self.assertIn(NUMBER, credit.message_ids[0].body)
        # The other mug is another refund.
        second = self.guard.claim(order, 10.0, "vat_document", "DE60002TEST11C")
        self.assertFalse(second.move_id)

    def test_one_credit_note_for_two_refunds(self):
        order = self.make_order()
        credit = self.reverse(order.invoice_ids)
        credit.action_post()
        first = self.guard.claim(order, 20.0, "vat_document", "DE60001TEST11C")
        second = self.guard.claim(order, 4.0, "vat_document", "DE60002TEST11C")
        self.assertEqual((first | second).move_id, credit)
        with self.assertRaises(RefundExceeded):
            self.guard.claim(order, 4.0, "vat_document", "DE60003TEST11C")

    def test_both_sources_of_amazon(self):
        order = self.make_order()
        refund = self.guard.claim(order, 24.0, "vat_document", NUMBER)
        credit = order.invoice_ids._reverse_moves()
        refund.move_id = credit
        credit.action_post()
        other = self.guard.claim(order, 24.0, "vat_data", "amzn:crow:1")
        self.assertEqual(other.move_id, credit)
        with self.assertRaises(RefundExceeded):
            self.guard.claim(order, 24.0, "vat_data", "amzn:crow:2")

    def test_two_sources_without_booking(self):
        order = self.make_order()
        self.guard.claim(order, 24.0, "vat_document", NUMBER)
        self.guard.claim(order, 24.0, "vat_data", "amzn:crow:1")
        credit = self.reverse(order.invoice_ids)
        credit.action_post()
        refunds = self.env["amazon.refund"].search([("sale_order_id", "=", order.id)])
        self.assertEqual(refunds.move_id, credit)
        self.assertTrue(all(refunds.mapped("move_id")))

    def test_claim_without_booking_counts(self):
        order = self.make_order()
        self.guard.claim(order, 20.0, "vat_document", NUMBER)
        with self.assertRaisesRegex(RefundExceeded, "not booked"):
            self.guard.claim(order, 4.01, "vat_document", "DE60002TEST11C")
        self.guard.claim(order, 4.0, "vat_document", "DE60002TEST11C")

    def test_cancelled_credit_note_frees_its_refund(self):
        order = self.make_order()
        refund = self.guard.claim(order, 24.0, "vat_document", NUMBER)
        credit = order.invoice_ids._reverse_moves()
        refund.move_id = credit
        credit.action_post()
        credit.button_draft()
        credit.button_cancel()
        again = self.guard.claim(order, 24.0, "vat_document", NUMBER)
        self.assertEqual(again, refund)
        self.assertFalse(again.move_id)

    def test_line_limit(self):
        order = self.make_order()
        shipping = order.order_line[1]
        with self.assertRaisesRegex(RefundExceeded, "4.00"):
            self.guard.claim(order, 5.0, "vat_document", NUMBER, {shipping: 5.0})
        self.guard.claim(order, 5.0, "vat_document", NUMBER)

    def test_other_orders_are_free(self):
        partner = self.env["res.partner"].create({"name": "Other"})
        invoice = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_line_ids": [(0, 0, {"name": "A", "price_unit": 5.0})],
            }
        )
        invoice.action_post()
        for _time in range(2):
            self.reverse(invoice).action_post()

    def test_posted_together(self):
        """Odoo pairs credit notes with invoices by place; ours with their own."""
        first = self.make_order().invoice_ids
        second = self.make_order(**{"order-id": "302-0000002-0000002"}).invoice_ids
        credits = self.env["account.move"]
        for invoice in (first, first, second):
            credit = invoice._reverse_moves()
            credit.invoice_line_ids[1:].unlink()
            credit.invoice_line_ids.quantity = 1
            credits |= credit
        credits.action_post()
        self.assertEqual(credits.mapped("amount_total"), [10.0] * 3)
        self.assertEqual(credits.mapped("amount_residual"), [0.0] * 3)
        self.assertEqual((first + second).mapped("amount_residual"), [4.0, 14.0])

    @mute_logger("odoo.sql_db")
    def test_database_knows_a_refund_once(self):
        order = self.make_order()
        values = {
            "sale_order_id": order.id,
            "source": "vat_document",
            "reference": NUMBER,
        }
        self.env["amazon.refund"].create(values)
        with self.assertRaises(IntegrityError), self.env.cr.savepoint():
            self.env["amazon.refund"].create(values)

    def test_no_client_reaches_the_services(self):
        for model, name in (
            ("amazon.refund.guard", "claim"),
            ("amazon.refund.guard", "find"),
            ("amazon.tax.correction", "correct_orders"),
            ("amazon.vat.document.booker", "book"),
            ("amazon.vat.document", "join_orders"),
        ):
            with self.assertRaises(AccessError):
                get_public_method(self.env[model], name)
