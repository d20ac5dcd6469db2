from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .booking_case import ORDER, BookingCase


@tagged("post_install", "-at_install")
class TestVatUnlock(BookingCase):
    """Own invoices of orders that Amazon invoices."""

    def test_own_invoices_are_refused(self):
        order = self.sell({"item-price": "119.00"})
        self.assertTrue(order.amazon_invoicing_locked)
        with self.assertRaisesRegex(UserError, ORDER):
            order._create_invoices()
        for method in ("delivered", "fixed"):
            wizard = self.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": [Command.set(order.ids)],
                    "advance_payment_method": method,
                    "fixed_amount": 10.0,
                }
            )
            with self.assertRaisesRegex(UserError, "Amazon"):
                wizard.create_invoices()
        self.assertFalse(order.invoice_ids)

    def test_unlock(self):
        order = self.sell({"item-price": "119.00"})
        user = new_test_user(
            self.env,
            "unlock_user",
            "amazon_order_import.group_amazon_user,account.group_account_invoice",
        )
        with self.assertRaises(AccessError):
            order.with_user(user)._amazon_unlock_invoicing("I want to")
        manager = new_test_user(
            self.env, "unlock_manager", "amazon_order_import.group_amazon_manager"
        )
        wizard = (
            self.env["amazon.vat.unlock"]
            .with_user(manager)
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"reason": "Case 4711"})
        )
        wizard.action_unlock()
        self.assertIn(order.name, wizard.result)
        self.assertFalse(order.amazon_invoicing_locked)
        note = order.message_ids[0]
        self.assertIn("Case 4711", note.body)
        self.assertIn(manager.name, note.body)
        self.assertEqual(note.author_id, manager.partner_id)
        invoice = order._create_invoices()
        self.assertTrue(invoice)
        invoice.button_cancel()
        order.with_user(manager).action_amazon_lock_invoicing()
        with self.assertRaises(UserError):
            order._create_invoices()
