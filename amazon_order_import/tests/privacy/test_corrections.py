from datetime import timedelta

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ..invoicing.vat_data import vat_row
from ..invoicing.vat_invoice_case import MFN, VatInvoiceCase

BILLING = {
    "billing-name": "Emerentia Zwiebelmayer",
    "bill-address-1": "Nachtigallenstieg 77",
    "bill-city": "Köln",
    "bill-postal-code": "50667",
    "bill-country": "DE",
}


@tagged("post_install", "-at_install")
class TestCorrections(VatInvoiceCase):
    """To whom VCS documents are made out anew is forgotten as well."""

    def correct(self):
        order = self.order(MFN, {"item-price": "119.00", "quantity-purchased": 1})
        first = self.tell(vat_row(item="119.00 19.00"))
        corrected = {
            "is_invoice_corrected": "true",
            "original_vat_invoice_number": first.move_id.name,
        }
        _back, anew = self.tell(
            vat_row(item="-119.00 -19.00", transaction_id="K1", **corrected),
            vat_row(item="119.00 19.00", transaction_id="K2", **corrected) | BILLING,
        )
        return order, anew

    def forget(self, order):
        self.env["amazon.privacy.order"].forget(order)
        self.env.invalidate_all()

    def test_customer_goes_though_a_document_names_it(self):
        order, anew = self.correct()
        # As if the correction were to the customer that is known already.
        customer = order.partner_id
        anew.billing_partner_id = customer
        self.forget(order)
        self.assertFalse(customer.email or customer.phone)
        self.assertTrue(customer.amazon_forgotten_at)

    def test_recipient_of_a_correction(self):
        order, anew = self.correct()
        billed = anew.move_id.partner_id
        self.assertEqual(billed.name, BILLING["billing-name"])
        self.assertTrue(billed.amazon_forget_on)
        self.forget(order)
        # The invoice keeps name and address, no more.
        self.assertEqual(billed.name, BILLING["billing-name"])
        self.assertFalse(billed.email)
        self.assertGreater(
            billed.amazon_forget_on, fields.Date.today() + timedelta(days=365)
        )
        self.env.cr.execute(
            SQL(
                "UPDATE account_move SET invoice_date = '2001-01-01', "
                "date = '2001-01-01' WHERE partner_id = %s",
                billed.id,
            )
        )
        self.env.invalidate_all()
        billed.amazon_forget_on = fields.Date.today()
        self.env["amazon.privacy.leftover"].forget_contacts(10)
        self.assertNotIn("Zwiebelmayer", billed.name)
        self.assertFalse(billed.street)

    def test_what_a_correction_waits_with(self):
        order, anew = self.correct()
        anew.billing = {"name": BILLING["billing-name"]}
        self.forget(order)
        self.assertFalse(anew.billing)

    def test_documents_come_for_a_forgotten_order(self):
        order = self.order(MFN, {"item-price": "119.00", "quantity-purchased": 1})
        self.forget(order)
        document = self.tell(vat_row(item="119.00 19.00"))
        self.check_move(document, "out_invoice", 100.0, 19.0, 119.0)
        self.assertEqual(document.move_id.partner_id, order.partner_invoice_id)
