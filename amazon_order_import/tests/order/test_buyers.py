from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.sql_db import Cursor
from odoo.tests import tagged

from ...models.order.address_text import clean, country_code, shorten, state_keys
from ...models.order.lookups import OrderLookups
from ...models.report.importing import IMPORT_CONTEXT
from ...report_formats import open_report
from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_na"
AUSTRIA = {
    "ship-country": "AT",
    "ship-city": "Wien",
    "ship-postal-code": "1010",
}
NOBODY = {
    "buyer-name": "",
    "buyer-email": "",
    "recipient-name": "",
    "ship-address-1": "",
    "sales-channel": "Amazon.com",
    "currency": "USD",
}


@tagged("post_install", "-at_install")
class TestBuyers(AmazonCase):
    """Customers, contacts, VAT numbers: found again, flagged, never rewritten."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.order_workflow = "quotation"
        cls.collective = cls.env["res.partner"].create({"name": "Amazon customers"})

    def order(self, number=1, account=None, kind=MFN, **values):
        column = "order-id" if kind == MFN else "amazon-order-id"
        ref = f"302-0000002-{number:07}"
        report = self.import_lines(kind, {column: ref, **values}, account=account)
        self.assertEqual(self.outcomes(report), ["created"], report.row_ids.message)
        return self.get_order(ref)

    def business(self, number=1, account=None, **values):
        return self.order(
            number,
            account,
            **{
                "buyer-email": f"b{number}@marketplace.amazon.de",
                "buyer-company-name": "Beispiel GmbH",
                **AUSTRIA,
                **values,
            },
        )

    def tags(self, order):
        names = order.tag_ids.get_external_id().values()
        return {name.rpartition("tag_")[2] for name in names}

    def use_collective(self):
        self.account.write(
            {
                "customer_policy": "collective",
                "collective_partner_id": self.collective.id,
            }
        )

    # === VAT NUMBERS === #

    def test_complete_order_has_no_flag(self):
        self.assertFalse(self.tags(self.order()))

    def test_invalid_vat_is_kept_shown_and_flagged(self):
        order = self.business(**{"buyer-vat-number": "ATU99999999"})
        self.assertIn("vat_invalid", self.tags(order))
        customer = order.partner_id
        self.assertEqual(customer.vat, "ATU99999999")
        self.assertEqual(customer.amazon_vat_problem, "invalid")
        self.assertFalse(customer._get_vat_required_valid(company=self.company))

    def test_corrected_vat_counts_again(self):
        customer = self.business(**{"buyer-vat-number": "ATU99999999"}).partner_id
        customer.vat = "ATU12345675"
        self.assertFalse(customer.amazon_vat_problem)
        self.assertTrue(customer._get_vat_required_valid(company=self.company))

    def test_vat_number_of_every_column(self):
        cases = [
            ({"buyer-vat-number": "ATU12345675"}, "ATU12345675"),
            ({"buyer-tax-registration-id": "ATU12345675"}, "ATU12345675"),
            (
                {
                    "buyer-tax-registration-id": "U12345675",
                    "buyer-tax-registration-country": "AT",
                    "buyer-tax-registration-type": "VAT",
                },
                "ATU12345675",
            ),
            # Without any country: the address says which.
            ({"buyer-vat-number": "U12345675"}, "ATU12345675"),
            # Greece: EL, not GR.
            (
                {
                    "buyer-tax-registration-id": "123456783",
                    "buyer-tax-registration-country": "GR",
                },
                "EL123456783",
            ),
            # Of several, the one of the customer's country.
            (
                {
                    "buyer-tax-registration-id": "DE136695976,ATU12345675",
                    "buyer-tax-registration-country": "DE,AT",
                    "buyer-tax-registration-type": "VAT,VAT",
                },
                "ATU12345675",
            ),
            # A wrong one does not hide a right one.
            (
                {
                    "buyer-tax-registration-id": "ATU99999999,DE136695976",
                    "buyer-tax-registration-country": "AT,DE",
                },
                "DE136695976",
            ),
        ]
        for number, (values, expected) in enumerate(cases, start=1):
            with self.subTest(values):
                customer = self.business(number, **values).partner_id
                self.assertEqual(customer.vat, expected)
                self.assertFalse(customer.amazon_vat_problem)

    def test_other_tax_number_is_no_vat_number(self):
        order = self.business(
            **{
                "buyer-tax-registration-id": "RSSMRA85T10A562S",
                "buyer-tax-registration-country": "IT",
                "buyer-tax-registration-type": "CitizenId",
            }
        )
        self.assertFalse(order.partner_id.vat)
        self.assertTrue(order.partner_id.is_company)

    def test_vies_wanted_but_not_asked(self):
        """Without a confirmation there is no reverse charge; it is flagged."""
        if "vat_check_vies" not in self.company._fields:
            self.skipTest("base_vat is not installed")
        self.company.vat_check_vies = True
        with patch(
            "odoo.addons.base_vat.models.res_partner.check_vies",
            side_effect=AssertionError("VIES was asked"),
        ) as asked:
            order = self.business(**{"buyer-vat-number": "ATU12345675"})
            vcs = self.account.copy({"name": "VCS", "vat_service": "vcs"})
            checked = self.business(2, vcs, **{"buyer-vat-number": "ATU12345675"})
            # What is left to compute, without the context of the import.
            self.env["res.partner"].search([]).mapped("vies_valid")
            self.env.flush_all()
            asked.assert_not_called()
        self.assertIn("vat_unconfirmed", self.tags(order))
        self.assertEqual(order.partner_id.amazon_vat_problem, "unconfirmed")
        self.assertFalse(order.partner_id._get_vat_required_valid(self.company))
        # Amazon has checked it, or it would have charged VAT.
        self.assertNotIn("vat_unconfirmed", self.tags(checked))
        self.assertTrue(checked.partner_id._get_vat_required_valid(self.company))
        self.assertTrue(
            checked.partner_shipping_id._get_vat_required_valid(self.company)
        )
        # One that somebody has confirmed since is no longer looked at.
        order.partner_id.vies_valid = True
        self.assertFalse(order.partner_id.amazon_vat_problem)
        self.assertTrue(order.partner_id._get_vat_required_valid(self.company))

    def test_amazon_as_buyer(self):
        """Its numbers differ from order to order, the address does not."""
        values = {
            "buyer-company-name": "Amazon EU S.à r.l., Niederlassung Deutschland",
            "buyer-email": "export@marketplace.amazon.de",
        }
        first = self.order(1, **values, **{"buyer-vat-number": "DE814584193"})
        second = self.order(2, **values, **{"buyer-vat-number": "ATU12345675"})
        third = self.order(3, **values, **{"buyer-vat-number": "DE814584193"})
        self.assertIn("amazon_is_buyer", self.tags(first))
        self.assertEqual(first.partner_id.vat, "DE814584193")
        self.assertEqual(second.partner_id.vat, "ATU12345675")
        self.assertEqual(first.partner_id, third.partner_id)

    def test_pick_up_point_is_no_buyer(self):
        order = self.order(
            **{
                "recipient-name": "Jörg Weißhaupt",
                "ship-address-1": "Amazon Counter - DBC123",
                "ship-address-2": "Packstation 145",
                "ship-address-3": "12345678",
            }
        )
        self.assertNotIn("amazon_is_buyer", self.tags(order))
        delivery = order.partner_shipping_id
        self.assertEqual(delivery.street, "Amazon Counter - DBC123")
        self.assertEqual(delivery.street2, "Packstation 145, 12345678")

    # === COLLECTIVE CUSTOMER === #

    def test_collective_customer(self):
        self.use_collective()
        first = self.order(1)
        second = self.order(2, **{"buyer-email": "z@x", "recipient-name": "Zoe"})
        again = self.order(3)
        for order in (first, second):
            self.assertEqual(order.partner_id, self.collective)
            self.assertEqual(order.partner_shipping_id.parent_id, self.collective)
        self.assertEqual(first.partner_shipping_id.name, "Jörg Weißhaupt")
        self.assertEqual(first.partner_invoice_id, first.partner_shipping_id)
        self.assertEqual(second.partner_shipping_id.name, "Zoe")
        self.assertEqual(again.partner_shipping_id, first.partner_shipping_id)
        self.assertFalse(self.collective.street, "Not one buyer's address")

    def test_business_is_no_part_of_the_collective(self):
        self.use_collective()
        order = self.business(**{"buyer-vat-number": "ATU12345675"})
        self.assertEqual(order.partner_id.name, "Beispiel GmbH")
        self.assertFalse(order.partner_id.parent_id)

    def test_collective_customer_has_to_be_chosen(self):
        with self.assertRaisesRegex(ValidationError, "Choose the collective customer"):
            self.account.customer_policy = "collective"

    def test_collective_gets_the_fiscal_position_of_the_address(self):
        position = self.env["account.fiscal.position"].create(
            {
                "name": "Austria for tests",
                "auto_apply": True,
                "sequence": -10,
                "country_id": self.env.ref("base.at").id,
                "company_id": self.company.id,
            }
        )
        self.use_collective()
        self.assertEqual(self.order(1, **AUSTRIA).fiscal_position_id, position)
        self.assertNotEqual(self.order(2).fiscal_position_id, position)

    def test_collective_with_many_contacts_is_not_read_whole(self):
        self.use_collective()
        self.env["res.partner"].create(
            [
                {
                    "name": f"Buyer {number}",
                    "parent_id": self.collective.id,
                    "type": "delivery",
                    "amazon_buyer_key": f"buyer{number}@x",
                    "zip": "80331",
                }
                for number in range(300)
            ]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        sizes = []
        execute = Cursor.execute

        def measure(cursor, query, *args, **kwargs):
            result = execute(cursor, query, *args, **kwargs)
            if "res_partner" in str(query):
                sizes.append(cursor.rowcount)
            return result

        with patch.object(Cursor, "execute", measure):
            order = self.order()
            order.action_confirm()
            order._create_invoices()
            self.env.flush_all()
        self.assertTrue(sizes)
        self.assertLess(max(sizes), 100)

    # === MISSING, LONG AND ODD === #

    def test_missing_name_and_street(self):
        orders = [
            self.order(number, kind=FBA, **NOBODY, **{"ship-city": city})
            for number, city in enumerate(("Austin", "Boston", "Austin"), start=1)
        ]
        for order in orders:
            self.assertIn("address_incomplete", self.tags(order))
            self.assertEqual(order.partner_id.name, "Amazon customer (Amazon.com)")
        austin, boston, again = orders
        self.assertEqual(austin.partner_id, boston.partner_id)
        self.assertFalse(austin.partner_id.city, "Not one buyer's address")
        self.assertEqual(boston.partner_shipping_id.city, "Boston")
        self.assertEqual(again.partner_shipping_id, austin.partner_shipping_id)

    def test_shortened_visibly(self):
        order = self.order(**{"ship-address-2": "y" * 500})
        self.assertIn("text_shortened", self.tags(order))
        self.assertEqual(order.partner_shipping_id.street2, "y" * 127 + "…")

    def test_control_characters(self):
        odd = " Jörg\x00\u202e \x1b Weiß\u200b\xa0haupt "
        self.assertEqual(clean(odd), "Jörg Weiß haupt")
        self.assertEqual(shorten("abc", 3), "abc")
        self.assertEqual(shorten("abc def", 5), "abc…")

    def test_countries_by_name(self):
        for text, code in (
            ("DE", "DE"),
            ("de", "DE"),
            ("Deutschland", "DE"),
            ("GERMANY", "DE"),
            ("Österreich", "AT"),
            ("Osterreich", "AT"),
            ("España", "ES"),
            ("Polska", "PL"),
            ("日本", "JP"),
            ("UK", "GB"),
            ("United States", "US"),
            ("Türkei", "TR"),
            ("Atlantis", ""),
        ):
            with self.subTest(text):
                self.assertEqual(country_code(text), code)

    def test_states_by_name(self):
        keys = state_keys("DE", "DE-BY", "Bayern")
        for text in ("by", "bayern", "bavaria", "de by"):
            self.assertIn(text, keys)
        self.assertIn("alicante", state_keys("ES", "A", "Alacant (Alicante)"))
        address = self.order(
            **{"ship-country": "Deutschland", "ship-state": "Baden-Wurttemberg"}
        ).partner_shipping_id
        self.assertEqual(address.country_id.code, "DE")
        self.assertEqual(address.state_id.code, "DE-BW")
        self.assertEqual(address.city, "München")

    def test_phone_and_email_on_the_delivery(self):
        order = self.order(
            **{"recipient-name": "Oma Erna", "ship-phone-number": "+49 30 1"}
        )
        delivery = order.partner_shipping_id
        self.assertEqual(delivery.type, "delivery")
        self.assertEqual(delivery.phone, "+49 30 1")
        self.assertEqual(delivery.email, "buyer1@marketplace.amazon.de")

    def test_one_contact_for_both_addresses(self):
        self.order(1)
        moved = self.order(2, **{"ship-address-1": "Neue Straße 5"})
        self.assertEqual(moved.partner_invoice_id, moved.partner_shipping_id)
        self.assertEqual(moved.partner_shipping_id.type, "other")

    def test_language_of_the_marketplace(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.order(1, **{"sales-channel": "Amazon.fr", "buyer-email": "f@x"})
        self.assertEqual(french.partner_id.lang, "fr_FR")
        # A language that is not installed.
        polish = self.order(2, **{"sales-channel": "Amazon.pl", "buyer-email": "p@x"})
        self.assertEqual(polish.partner_id.lang, self.company.partner_id.lang)

    # === SPEED === #

    def get_partners(self, start, count, business):
        report = self.env["amazon.report"].create_from_file(
            self.account,
            MFN,
            "report.txt",
            self.make_file(
                MFN,
                *(
                    {
                        "buyer-email": f"{number}@x",
                        "ship-address-1": f"Weg {number}",
                        "recipient-name": f"Neighbour {number}",
                        "buyer-company-name": f"Firma {number}" if business else "",
                    }
                    for number in range(start, start + count)
                ),
            ),
        )
        report = report.with_context(**IMPORT_CONTEXT)
        with report._open_file() as stream:
            works = [
                SimpleNamespace(
                    values=row.values,
                    marketplace=self.env["amazon.marketplace"],
                )
                for row in open_report(stream, MFN).rows()
            ]
        lookups = OrderLookups.of(report)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        partners = report.env["amazon.partner.importer"].get_partners(works, lookups)
        self.env.flush_all()
        return partners, self.env.cr.sql_log_count - before

    def test_constant_number_of_queries(self):
        for business in (False, True):
            start = 10000 if business else 0
            with self.subTest(business=business):
                self.get_partners(start + 5000, 5, business)
                _few, queries_few = self.get_partners(start, 10, business)
                many, queries_many = self.get_partners(start + 10, 100, business)
                self.assertEqual(len({customer for customer, *_rest in many}), 100)
                self.assertLess(queries_many - queries_few, 10)
                again, queries_again = self.get_partners(start + 10, 100, business)
                self.assertEqual(again, many)
                self.assertLess(queries_again, 20)
