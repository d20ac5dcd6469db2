from unittest.mock import patch

from odoo.tests import tagged

from ..common import AmazonCase

MFN = "mfn_orders_eu"
REF = "302-0000001-0000001"
BILLING = {
    "bill-name": "Weißhaupt Buchhaltung",
    "bill-address-1": "Rechnungsgasse 1",
    "bill-address-2": "",
    "bill-address-3": "",
    "bill-city": "Graz",
    "bill-state": "",
    "bill-postal-code": "8010",
    "bill-country": "AT",
}


@tagged("post_install", "-at_install")
class TestPartners(AmazonCase):
    """Who bought, who is billed, who receives; odd data never costs an order."""

    def order(self, number=1, **values):
        ref = f"302-0000001-{number:07}"
        report = self.import_lines(MFN, {"order-id": ref, **values})
        self.assertEqual(self.outcomes(report), ["created"], report.row_ids.message)
        return self.get_order(ref)

    # === FOUND AGAIN === #

    def test_customer_found_again(self):
        first, second = self.order(1), self.order(2)
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_shipping_id, second.partner_shipping_id)
        self.assertEqual(first.partner_id.email, "buyer1@marketplace.amazon.de")

    def test_customer_found_again_in_the_same_batch(self):
        report = self.import_lines(
            MFN,
            {"order-id": "302-0000001-0000001"},
            {
                "order-id": "302-0000001-0000002",
                "buyer-email": "BUYER1@marketplace.amazon.de",
            },
        )
        self.assertEqual(len(report.row_ids.sale_order_id), 2)
        self.assertEqual(len(report.row_ids.sale_order_id.partner_id), 1)

    def test_same_name_is_not_the_same_person(self):
        first = self.order(1)
        second = self.order(2, **{"buyer-email": "other@marketplace.amazon.de"})
        self.assertNotEqual(first.partner_id, second.partner_id)

    def test_known_customer_moves(self):
        """A new address becomes a contact; the documents of old keep theirs."""
        first = self.order(1)
        second = self.order(2, **{"ship-address-1": "Neue Straße 5"})
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_shipping_id.street, "Lindenstraße 12")
        self.assertEqual(second.partner_shipping_id.street, "Neue Straße 5")
        third = self.order(3, **{"ship-address-1": "Neue Straße 5"})
        self.assertEqual(third.partner_shipping_id, second.partner_shipping_id)

    def test_edited_customer_is_not_overwritten(self):
        customer = self.order(1).partner_id
        customer.phone = "+49 89 1234"
        self.order(2, **{"buyer-phone-number": "999"})
        self.assertEqual(customer.phone, "+49 89 1234")

    # === CONTACTS === #

    def test_billing_and_delivery_apart(self):
        order = self.order(**BILLING)
        self.assertEqual(order.partner_invoice_id.street, "Rechnungsgasse 1")
        self.assertEqual(order.partner_invoice_id.country_id.code, "AT")
        self.assertEqual(order.partner_shipping_id.street, "Lindenstraße 12")
        self.assertEqual(
            order.partner_invoice_id.commercial_partner_id,
            order.partner_shipping_id.commercial_partner_id,
        )

    def test_gift_goes_to_somebody_else(self):
        order = self.order(**{"recipient-name": "Oma Erna"})
        self.assertEqual(order.partner_shipping_id.name, "Oma Erna")
        self.assertEqual(order.partner_id.name, "Jörg Weißhaupt")

    def test_business(self):
        values = {
            **BILLING,
            "is-business-order": "true",
            "buyer-company-name": "Weißhaupt GmbH",
            "buyer-vat-number": "ATU12345675",
        }
        order = self.order(1, **values)
        customer = order.partner_id.commercial_partner_id
        self.assertTrue(customer.is_company)
        self.assertEqual(customer.name, "Weißhaupt GmbH")
        self.assertEqual(customer.vat, "ATU12345675")
        self.assertEqual(order.partner_invoice_id.vat, "ATU12345675")
        self.assertEqual(self.order(2, **values).partner_id, order.partner_id)
        private = self.order(3)
        self.assertNotEqual(private.partner_id, order.partner_id)

    def test_phone(self):
        order = self.order(**{"buyer-phone-number": "+49 89 5555"})
        self.assertEqual(order.partner_id.phone, "+49 89 5555")

    # === ODD DATA === #

    def test_nothing_known_of_the_buyer(self):
        nothing = {
            name: ""
            for name in (
                "buyer-email",
                "buyer-name",
                "recipient-name",
                "ship-address-1",
                "ship-city",
                "ship-postal-code",
                "ship-country",
            )
        }
        order = self.order(1, **nothing)
        self.assertTrue(order.partner_id.name)
        self.assertEqual(order.state, "sale")
        self.order(2, **nothing)

    def test_without_street(self):
        order = self.order(**{"ship-address-1": "", "ship-address-2": "Hinterhaus"})
        self.assertIn(
            "Hinterhaus",
            f"{order.partner_shipping_id.street}{order.partner_shipping_id.street2}",
        )

    def test_three_address_lines(self):
        address = self.order(
            **{"ship-address-2": "c/o Müller", "ship-address-3": "3. Stock"}
        ).partner_shipping_id
        text = f"{address.street}, {address.street2}"
        for part in ("Lindenstraße 12", "c/o Müller", "3. Stock"):
            self.assertIn(part, text)

    def test_over_long_and_odd_values(self):
        order = self.order(
            **{
                "recipient-name": "X" * 5000,
                "ship-address-1": "\u202eevil\u202c <script>alert(1)</script>",
                "ship-postal-code": "8" * 300,
                "buyer-phone-number": "0" * 400,
            }
        )
        self.assertEqual(order.state, "sale")
        self.assertTrue(order.partner_shipping_id.name.startswith("XXXX"))

    def test_states(self):
        for number, (text, code) in enumerate(
            (("CA", "CA"), ("California", "CA"), ("new york", "NY")), start=1
        ):
            with self.subTest(state=text):
                address = self.order(
                    number,
                    **{
                        "buyer-email": f"{number}@x",
                        "ship-country": "US",
                        "ship-state": text,
                    },
                ).partner_shipping_id
                self.assertEqual(address.state_id.code, code)
                self.assertEqual(address.state_id.country_id.code, "US")

    def test_free_text_state_is_kept(self):
        address = self.order(
            **{"ship-country": "IE", "ship-city": "Tralee", "ship-state": "Kingdom"}
        ).partner_shipping_id
        self.assertIn("Kingdom", address._display_address())

    def test_unknown_country(self):
        for number, country in enumerate(("XX", "Atlantis"), start=1):
            with self.subTest(country=country):
                order = self.order(
                    number, **{"buyer-email": f"{number}@x", "ship-country": country}
                )
                self.assertFalse(order.partner_shipping_id.country_id)

    def test_japanese_address(self):
        order = self.order(
            **{
                "recipient-name": "山田 太郎",
                "buyer-name": "山田 太郎",
                "ship-address-1": "丸の内1-9-1",
                "ship-city": "--",
                "ship-state": "東京都",
                "ship-postal-code": "100-0005",
                "ship-country": "JP",
                "currency": "JPY",
                "item-price": "1999",
                "sales-channel": "Amazon.co.jp",
            }
        )
        address = order.partner_shipping_id
        self.assertEqual(address.name, "山田 太郎")
        self.assertEqual(address.street, "丸の内1-9-1")
        self.assertNotIn("--", address._display_address())
        self.assertIn(
            address.state_id.code or "東京都", ("13", "東京都", "JP-13"), "Not lost"
        )

    # === VAT NUMBERS === #

    def test_invalid_vat_number_never_blocks(self):
        for number, vat in enumerate(
            ("DE123456789", "12345", "ES/B-0000", "XX999", "DE 136 695 976"), start=1
        ):
            with self.subTest(vat=vat):
                order = self.order(
                    number,
                    **{
                        "buyer-email": f"{number}@x",
                        "buyer-company-name": "Firma",
                        "buyer-vat-number": vat,
                    },
                )
                self.assertEqual(order.state, "sale")

    def test_import_asks_no_vat_service(self):
        self.env.company.write(
            {
                field: True
                for field in ("vat_check_vies",)
                if field in self.env.company._fields
            }
        )
        name = "odoo.addons.base_vat.models.res_partner.check_vies"
        try:
            guard = patch(name, side_effect=AssertionError("VIES was asked"))
            guard.start()
        except (ImportError, AttributeError):
            self.skipTest("base_vat is not installed")
        self.addCleanup(guard.stop)
        order = self.order(
            **{
                **BILLING,
                "buyer-company-name": "Firma",
                "buyer-vat-number": "ATU12345675",
            }
        )
        self.env.flush_all()
        self.assertEqual(order.partner_id.commercial_partner_id.vat, "ATU12345675")
        guard.target.check_vies.assert_not_called()
