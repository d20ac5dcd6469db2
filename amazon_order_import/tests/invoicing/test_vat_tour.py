from odoo.tests import HttpCase, new_test_user, tagged

from ..order.test_tax import ADDRESSES as PLACES
from .booking_case import KIND, BookingCase
from .vat_files import vat_file

ADDRESSES = PLACES | {
    "IT": {"ship-country": "IT", "ship-city": "Torino", "ship-postal-code": "10122"}
}


def held(order, number, country):
    """The cells that tell a second document from the first one."""
    return {
        "order_id": order,
        "vat_invoice_number": number,
        "shipment_id": f"D{number}",
        "transaction_id": f"D{number}",
        "ship_to_country": country,
    }


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

    def release_held(self, lang):
        """Italy lacks its fiscal position, France a tax of 13 %: one click each."""
        self.env["res.lang"]._activate_lang(lang)
        orders = [f"302-0000001-000000{number}" for number in (1, 3, 4)]
        self.sell(
            {"item-price": "119.00"},
            {
                **{"order-id": orders[1], "order-item-id": "3"},
                **{"item-price": "122.00", **ADDRESSES["IT"]},
            },
            {
                **{"order-id": orders[2], "order-item-id": "4"},
                **{"item-price": "113.00", **ADDRESSES["FR"]},
            },
        )
        self.report(
            {"item": "100.00 19.00"},
            {
                **held(orders[1], "DE60003TEST11I", "IT"),
                "item": "100.00 22.00",
                "tax_rate": "0.2200",
                "ship_from_country": "IT",
                "seller_tax_registration": "IT00159560366",
                "seller_tax_registration_jurisdiction": "IT",
            },
            {
                **held(orders[2], "DE60004TEST11I", "FR"),
                "item": "100.00 13.00",
                "tax_rate": "0.1300",
                "tax_reporting_scheme": "VCS_EU_OSS",
            },
        )
        documents = self.document("DE60003TEST11I") + self.document("DE60004TEST11I")
        self.assertEqual(documents.mapped("entry_state"), ["failed", "failed"])
        # Entered after them, so that nothing has found it by itself.
        self.create_position(self.env.ref("base.it"), 22.0).name = "Accounts in Rome"
        accountant = new_test_user(
            self.env,
            "tour_accountant",
            "account.group_account_manager,amazon_order_import.group_amazon_manager",
            lang=lang,
        )
        self.start_tour("/odoo", "amazon_held_documents", login=accountant.login)
        self.assertEqual(documents.mapped("entry_state"), ["posted", "posted"])
        self.assertEqual(documents.move_id.mapped("amount_tax"), [22.0, 13.0])
        tax = documents[1].move_id.invoice_line_ids.tax_ids
        self.assertEqual((tax.amount, tax.country_id.code), (13.0, "DE"))

    def test_accountant_releases_what_is_held(self):
        self.release_held("en_US")

    def test_accountant_releases_what_is_held_in_german(self):
        self.release_held("de_DE")

    def test_unlock(self):
        order = self.sell({"item-price": "119.00"})
        self.import_file(
            KIND, vat_file({"item": "100.00 19.00", "vat_invoice_number": "N/A"})
        )
        self.assertTrue(order.amazon_invoicing_locked)
        self.start_tour(f"/odoo/sales/{order.id}", "amazon_vat_unlock", login="admin")
        self.assertFalse(order.amazon_invoicing_locked)
