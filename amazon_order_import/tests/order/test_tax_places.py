from decimal import Decimal

from odoo import fields
from odoo.tests import tagged

from ..common import AmazonCase
from .test_tax import ADDRESSES, TaxCase


@tagged("post_install", "-at_install")
class TestTaxPlaces(TaxCase):
    """Orders whose VAT belongs elsewhere than their address says, or nowhere yet."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.italy, cls.poland = cls.env.ref("base.it"), cls.env.ref("base.pl")

    def sell(self, country, postcode="10115", center="", **cells):
        """Import one order of an item at 119.00; return it."""
        values = {
            **ADDRESSES["DE"],
            "ship-country": country,
            "ship-postal-code": postcode,
            "item-price": "119.00",
            **cells,
        }
        kind, reference = "mfn_orders_eu", "order-id"
        if center:
            kind, reference = "fba_orders_eu", "amazon-order-id"
            values["fulfillment-center-id"] = center
        values[reference] = "302-0000001-0000001"
        self.report = self.import_lines(kind, values)
        self.assertEqual(self.outcomes(self.report), ["created"])
        return self.get_order(values[reference])

    def held(self, order, *texts):
        """The order is a quotation, and its row says why."""
        self.assertEqual(order.state, "draft")
        row = self.report.row_ids
        self.assertEqual((row.code, row.needs_attention), ("held_for_tax", True))
        self.assertEqual(self.report.state, "attention")
        for text in texts:
            self.assertIn(text, row.message)

    def release(self, order):
        """Processing the report again confirms the order."""
        self.report.action_process_again()
        self.report.process()
        self.assertEqual(order.state, "sale", self.report.row_ids.message)
        self.assertFalse(self.report.row_ids.needs_attention)

    def test_outside_the_vat_territory(self):
        for country, postcode in (("ES", "35001"), ("DE", "27498"), ("FR", "97400")):
            with self.subTest(country=country, postcode=postcode):
                order = self.sell(country, postcode)
                self.assertEqual((order.amount_total, order.amount_tax), (119.0, 0.0))
                self.assertEqual(order.state, "sale")
                order._action_cancel()
                order.unlink()

    # 119.00 / 1.20 = 99.17, 19.83: Monaco is France
    def test_monaco(self):
        order = self.sell("MC", "98000")
        self.assertEqual((order.amount_tax, order.state), (19.83, "sale"))
        self.assertEqual(order.fiscal_position_id.country_id, self.env.ref("base.fr"))

    # 119.00 / 1.22 = 97.54, 21.46; 119.00 / 1.19 = 100.00
    # Isle of Man is the United Kingdom: up to 135 GBP, Amazon owes 20 of 120.
    def test_isle_of_man(self):
        order = self.sell(
            "IM",
            "IM1 2EA",
            **{
                "item-price": "120.00",
                "item-tax": "20.00",
                "currency": "GBP",
                "sales-channel": "Amazon.co.uk",
            },
        )
        self.assertEqual(order.state, "sale")
        self.assertEqual((order.amount_total, order.amazon_tax_withheld), (100.0, 20.0))

    def test_buyers_in_monaco_keep_their_numbers(self):
        for number, (vat, country) in enumerate(
            {
                "IT00159560366": "IT",
                "ATU37675002": "AT",
                "FR40303265045": "FR",
                "53000004605": "FR",
                # Wrong ones are no reason to add letters, either.
                "ATU12345678": "",
                "00159560366": "",
            }.items()
        ):
            with self.subTest(vat=vat):
                order = self.sell(
                    "MC",
                    "98000",
                    **{
                        "buyer-vat-number": vat,
                        "buyer-email": f"{number}@marketplace.amazon.fr",
                        "buyer-company-name": f"Riviera {number}",
                    },
                )
                customer = order.partner_id
                wanted = vat if vat[0] != "5" else f"FR{vat}"
                self.assertEqual(customer.vat, wanted)
                self.assertEqual(customer.amazon_vat, wanted)
                valid = customer.amazon_vat_state != "invalid"
                self.assertEqual(valid, bool(country))
                # 119.00 / 1.20 = 99.17, 19.83: no business of another state.
                self.assertEqual(order.amount_tax, 0.0 if country else 19.83)
                # Somebody edits the contact.
                customer.write({"name": "Riviera", "vat": vat})
                self.assertEqual(customer.vat, wanted)
                order._action_cancel()
                order.unlink()

    def test_territories_with_rates_of_their_own(self):
        for country, postcode, rate, tax in (
            ("PT", "9000-001", "22 % for Madeira", 21.46),
            ("PT", "9500-001", "16 % for Azores", 16.41),
            ("AT", "6991", "19 % for Jungholz", 19.0),
        ):
            with self.subTest(country=country, postcode=postcode):
                order = self.sell(country, postcode)
                self.held(order, rate)
                order.action_create_tax()
                self.assertEqual((order.state, order.amount_tax), ("sale", tax))
                self.assertEqual(order.fiscal_position_id.country_id.code, country)
                order._action_cancel()
                order.unlink()

    def test_foreign_stock_to_places_outside(self):
        """From Poland to the Canary Islands: an export of the Polish return."""
        order = self.sell("ES", "35001", "WRO5")
        self.held(order, "Poland", "Out of the EU")

    def test_held_rows_tell_nothing_new(self):
        """Read again, what is held is unchanged, until it can be released."""
        order = self.sell("IT", "20121", "MXP5")
        first, lines = self.report, order.order_line
        written = order.write_date, lines.write_date
        for _time in range(2):
            self.report = self.import_file(
                first.kind, first._open_file().read(), name="again.txt"
            )
            self.assertEqual(self.outcomes(self.report), ["unchanged"])
            self.assertEqual(self.report.updated_count, 0)
            self.assertEqual((order.write_date, lines.write_date), written)
            row = self.report.row_ids
            self.assertEqual((row.code, row.needs_attention), ("held_for_tax", True))
        self.register(self.italy, 22.0)
        again = self.import_file(
            first.kind, first._open_file().read(), name="again.txt"
        )
        self.assertEqual(self.outcomes(again), ["updated"])
        self.assertEqual((order.state, order.amount_tax), ("sale", 21.46))

    def test_northern_ireland_waits_for_its_oss_tax(self):
        self.held(self.sell("GB", "BT1 5GS"), "Northern Ireland", "OSS")

    # 119.00 / 1.22 = 97.54, 21.46
    def test_within_italy(self):
        order = self.sell("IT", "20121", "MXP5")
        self.held(order, "Italy", "Tax Registrations")
        position = self.register(self.italy, 22.0)
        self.release(order)
        self.assertEqual((order.amount_tax, order.amount_total), (21.46, 119.0))
        self.assertEqual(order.fiscal_position_id, position)

    def test_from_abroad_to_a_consumer_at_home(self):
        order = self.sell("DE", "10115", "WRO5")
        self.held(order, "Germany", "OSS")
        self.env["amazon.tax.finder"].create_oss_tax(
            self.company, "DE", Decimal(19), self.full
        )
        self.release(order)
        self.assertEqual((order.amount_tax, order.amount_total), (19.0, 119.0))
        taxes = order.order_line.tax_ids
        self.assertTrue(self.env["amazon.tax.finder"].is_oss(taxes))
        self.assertNotEqual(taxes, self.full)

    def test_from_abroad_to_a_consumer_abroad(self):
        order = self.sell("FR", "69001", "WRO5")
        self.assertEqual((order.amount_tax, order.state), (19.83, "sale"))

    def test_registrations_are_prefilled(self):
        position = self.create_position(self.italy, 22.0)
        account = self.account.copy({"name": "Zweites"})
        line = account.tax_registration_ids
        self.assertEqual(line.country_id, self.italy)
        self.assertEqual(line.fiscal_position_id, position)
        self.assertEqual(line.vat, "IT00159560366")

    def test_a_registration_counts_from_its_day_on(self):
        position = self.create_position(self.italy, 22.0)
        lines = self.env["amazon.tax.registration"].create(
            [
                {
                    "account_id": self.account.id,
                    "country_id": self.italy.id,
                    "valid_from": day,
                    "fiscal_position_id": position.id,
                }
                for day in ("2026-01-01", "2026-06-01")
            ]
        )
        first, second = lines
        day = fields.Date.to_date
        self.assertFalse(lines._match("IT", day("2025-12-31"), "consumer"))
        self.assertEqual(lines._match("IT", day("2026-03-01"), "consumer"), first)
        self.assertEqual(lines._match("IT", day("2026-06-01"), "consumer"), second)
        first.write({"valid_from": False, "sale_type": "business"})
        self.assertEqual(lines._match("IT", day("2026-07-01"), "business"), first)
        self.assertEqual(lines._match("IT", day("2026-07-01"), "consumer"), second)
        self.assertFalse(lines._match("FR", day("2026-07-01"), "consumer"))

    def test_goods_from_outside_the_union(self):
        for country, text in (("DE", "who imports them"), ("CH", "no export from")):
            with self.subTest(country=country):
                # Up to 150.00 Amazon collects the VAT.
                price = {"item-price": "200.00"}
                order = self.sell(country, center="LTN4", **price)
                self.held(order, "United Kingdom", text)
                order._action_cancel()
                order.unlink()

    # 119.00 / 1.19 = 100.00
    def test_business_with_a_number_of_the_departure(self):
        order = self.sell("FR", "69001", **{"buyer-vat-number": "DE811569869"})
        self.assertEqual((order.amount_total, order.amount_tax), (119.0, 19.0))
        self.assertFalse(order.fiscal_position_id.vat_required)

    def test_somebody_else_owes_the_tax(self):
        order = self.sell("DE", **{"tax-collection-responsible-party": "The moon"})
        self.held(order, "does not say clearly who owes the tax")


@tagged("post_install", "-at_install")
class TestZipRanges(AmazonCase):
    def test_position_of_a_range(self):
        """One batch tells addresses apart that a fiscal position tells apart."""
        island = self.env["account.fiscal.position"].create(
            {
                "name": "Island",
                "sequence": -1,
                "auto_apply": True,
                "country_id": self.env.ref("base.de").id,
                "zip_from": "25900",
                "zip_to": "25999",
            }
        )
        codes = ("25899", "25900", "25938", "26000", "")
        self.import_lines(
            "mfn_orders_eu",
            *(
                {"order-id": f"302-0000001-000000{n}", "ship-postal-code": code}
                for n, code in enumerate(codes)
            ),
        )
        found = [
            self.get_order(f"302-0000001-000000{n}").fiscal_position_id == island
            for n, _code in enumerate(codes)
        ]
        self.assertEqual(found, [False, True, True, False, False])
