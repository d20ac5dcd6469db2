from odoo.tests import HttpCase, new_test_user, tagged

from .booking_case import KIND, BookingCase
from .vat_files import vat_file


@tagged("post_install", "-at_install")
class TestVatTour(BookingCase, HttpCase):
    """Amazon's invoices as people see them, in a real browser."""

    def test_accountant_finds_the_invoice(self):
        self.sell({"item-price": "119.00"})
        self.report(
            {"item": "100.00 19.00"},
            {
                "item": "-100.00 -19.00",
                "transaction_type": "RETURN",
                "transaction_id": "amzn1:crow:r1",
                "vat_invoice_number": "DE60002TEST11C",
                "original_vat_invoice_number": "DE60001TEST11I",
            },
        )
        accountant = new_test_user(
            self.env,
            "tour_accountant",
            "account.group_account_invoice,sales_team.group_sale_salesman_all_leads",
        )
        self.start_tour("/odoo", "amazon_vat_document", login=accountant.login)

    def test_unlock(self):
        order = self.sell({"item-price": "119.00"})
        self.import_file(
            KIND, vat_file({"item": "100.00 19.00", "vat_invoice_number": "N/A"})
        )
        self.assertTrue(order.amazon_invoicing_locked)
        self.start_tour(f"/odoo/sales/{order.id}", "amazon_vat_unlock", login="admin")
        self.assertFalse(order.amazon_invoicing_locked)
