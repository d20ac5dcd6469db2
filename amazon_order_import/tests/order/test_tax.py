from odoo import Command
from odoo.tests import tagged

from ..common import AmazonCase

ADDRESSES = {
    "DE": {"ship-country": "DE", "ship-city": "Berlin", "ship-postal-code": "10115"},
    "FR": {"ship-country": "FR", "ship-city": "Lyon", "ship-postal-code": "69001"},
    "AT": {"ship-country": "AT", "ship-city": "Wien", "ship-postal-code": "1010"},
    "CH": {"ship-country": "CH", "ship-city": "Bern", "ship-postal-code": "3000"},
    "GB": {"ship-country": "GB", "ship-city": "Leeds", "ship-postal-code": "LS1 1AA"},
    "PL": {"ship-country": "PL", "ship-city": "Kraków", "ship-postal-code": "31-147"},
    "US": {"ship-country": "US", "ship-city": "Salem", "ship-postal-code": "97301"},
}


class TaxCase(AmazonCase):
    """A German company with OSS."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if cls.company.chart_template != "de_skr03" or not hasattr(
            cls.company, "_map_eu_taxes"
        ):
            cls.skipTest(cls, "needs the German chart of accounts and l10n_eu_oss")
        cls.company.vat = "DE136695976"
        cls.company._map_eu_taxes()
        cls.full = cls._tax(19.0)
        cls.reduced = cls._tax(7.0)
        cls.account = cls.env["amazon.account"].create(
            {"name": "Steuer", "region": "eu", "company_id": cls.company.id}
        )
        cls.vcs = cls.account.copy({"name": "VCS", "vat_service": "vcs_lite"})
        cls.mug, cls.lamp = cls.products["MUG-RED"], cls.products["LAMP-1"]
        (cls.mug + cls.lamp).invoice_policy = "order"
        cls.mug.taxes_id = [Command.set(cls.full.ids)]
        cls.lamp.taxes_id = [Command.set(cls.reduced.ids)]

    @classmethod
    def _tax(cls, amount):
        return cls.env["account.tax"].search(
            [
                ("company_id", "=", cls.company.id),
                ("type_tax_use", "=", "sale"),
                ("amount", "=", amount),
                ("name", "=", f"{amount:.0f}%"),
            ],
            limit=1,
        )

    def create_position(self, country, rate):
        """The company's number in a country, with a tax of its rate."""
        position = self.env["account.fiscal.position"].create(
            {
                "name": country.name,
                "country_id": country.id,
                "foreign_vat": "IT00159560366",
            }
        )
        group = self.env["account.tax.group"].create(
            {"name": country.name, "country_id": country.id}
        )
        parts = self.full.invoice_repartition_line_ids
        owed = parts.account_id.copy({"name": f"VAT {country.code}"})
        distribution = [
            Command.create({"repartition_type": "base"}),
            Command.create({"repartition_type": "tax", "account_id": owed.id}),
        ]
        self.env["account.tax"].create(
            {
                "name": f"{rate}% {country.code}",
                "tax_group_id": group.id,
                "amount": rate,
                "type_tax_use": "sale",
                "country_id": country.id,
                "fiscal_position_ids": [(6, 0, position.ids)],
                "original_tax_ids": [(6, 0, self.full.ids)],
                "invoice_repartition_line_ids": distribution,
                "refund_repartition_line_ids": distribution,
            }
        )
        return position

    def register(self, country, rate, account=None):
        """Have an account declare its sales in a country; return the position."""
        position = self.create_position(country, rate)
        self.env["amazon.tax.registration"].create(
            {
                "account_id": (account or self.account).id,
                "country_id": country.id,
                "fiscal_position_id": position.id,
            }
        )
        return position

    def check(self, country, total, tax, withheld=0.0, account=None, **values):
        """Import one item and compare order, invoice and credit note."""
        kind = values.pop("kind", "mfn_orders_eu")
        reference = "order-id" if kind.startswith("mfn") else "amazon-order-id"
        values = {reference: "302-0000001-0000001", **ADDRESSES[country], **values}
        report = self.import_lines(kind, values, account=account)
        self.assertEqual(self.outcomes(report), ["created"], report.row_ids.message)
        order = self.get_order(values[reference])
        if order.amazon_tax_problem:
            # A person decides that it is right.
            order.action_confirm()
        invoice = order._create_invoices()
        invoice.action_post()
        refund = invoice._reverse_moves()
        refund.action_post()
        for document in (order, invoice, refund):
            self.assertAlmostEqual(document.amount_total, total, 2, document)
            self.assertAlmostEqual(document.amount_tax, tax, 2, document)
            self.assertAlmostEqual(document.amount_untaxed, total - tax, 2, document)
        self.assertAlmostEqual(order.amazon_tax_withheld, withheld, 2)
        self.assertEqual(order.amazon_amount_difference, 0.0)
        self.assertEqual(order.amazon_tax_difference, 0.0)
        return order

    def tags(self, order):
        return {
            name.rpartition("tag_")[2]
            for name in order.tag_ids.get_external_id().values()
        }


@tagged("post_install", "-at_install")
class TestTax(TaxCase):
    """Figures worked out by hand, on every document."""

    # 119.00 / 1.19 = 100.00
    def test_germany_full_rate(self):
        order = self.check("DE", 119.00, 19.00, **{"item-price": "119.00"})
        self.assertEqual(order.order_line.tax_ids, self.full)

    # 107.00 / 1.07 = 100.00; shipping follows the goods: 5.35 / 1.07 = 5.00
    def test_germany_reduced_rate(self):
        self.check(
            "DE",
            112.35,
            7.35,
            **{"sku": "LAMP-1", "item-price": "107.00", "shipping-price": "5.35"},
        )

    # 120.00 / 1.20 = 100.00
    def test_france_oss(self):
        order = self.check("FR", 120.00, 20.00, **{"item-price": "120.00"})
        self.assertEqual(order.order_line.tax_ids.amount, 20.0)
        self.assertNotEqual(order.order_line.tax_ids, self.full)

    # 10 % in Austria for what has 7 % in Germany: 110.00 / 1.10 = 100.00
    def test_austria_oss_reduced(self):
        self.check("AT", 110.00, 10.00, **{"sku": "LAMP-1", "item-price": "110.00"})

    def test_austria_business(self):
        """VCS: Amazon charged no VAT, the price is net."""
        order = self.check(
            "AT",
            100.00,
            0.00,
            account=self.vcs,
            **{
                "item-price": "100.00",
                "is-business-order": "true",
                "buyer-company-name": "Gruber Handels GmbH",
                "buyer-tax-registration-id": "ATU37675002",
            },
        )
        self.assertTrue(order.fiscal_position_id.vat_required)
        self.assertEqual(order.order_line.tax_ids.amount, 0.0)
        self.assertNotIn("tax_rate_differs", self.tags(order))

    def test_austria_business_wrong_vat(self):
        """A wrong VAT number gives no right to reverse charge: 120.00 / 1.20."""
        order = self.check(
            "AT",
            120.00,
            20.00,
            **{
                "item-price": "120.00",
                "is-business-order": "true",
                "buyer-company-name": "Gruber Handels GmbH",
                "buyer-tax-registration-id": "ATU12345678",
            },
        )
        self.assertEqual(order.partner_id.vat, "ATU12345678")
        self.assertIn("vat_invalid", self.tags(order))

    def test_germany_business(self):
        order = self.check(
            "DE",
            119.00,
            19.00,
            **{
                "item-price": "119.00",
                "buyer-company-name": "Weißhaupt Küchen GmbH",
                "buyer-tax-registration-id": "DE136695976",
            },
        )
        self.assertEqual(order.order_line.tax_ids.amount, 19.0)

    def test_switzerland_export(self):
        order = self.check("CH", 50.00, 0.00, **{"item-price": "50.00"})
        self.assertEqual(order.order_line.tax_ids.amount, 0.0)
        self.assertTrue(order.order_line.tax_ids)

    # Amazon collects 20 of 120 GBP; 100 are the seller's.
    def test_united_kingdom_collected(self):
        self.check(
            "GB",
            100.00,
            0.00,
            20.00,
            **{
                "item-price": "120.00",
                "item-tax": "20.00",
                "currency": "GBP",
                "sales-channel": "Amazon.co.uk",
            },
        )

    # Goods in a British centre: Amazon owes the VAT of a seller from abroad, at any
    # value. 200 of 240 GBP are the seller's.
    def test_united_kingdom_from_british_centre(self):
        self.check(
            "GB",
            200.00,
            0.00,
            40.00,
            kind="fba_orders_eu",
            **{
                "item-price": "240.00",
                "item-tax": "40.00",
                "currency": "GBP",
                "sales-channel": "Amazon.co.uk",
                "fulfillment-center-id": "BHX4",
            },
        )

    # Above 135 GBP the seller exports: no tax, and none withheld.
    def test_united_kingdom_export(self):
        self.check(
            "GB",
            200.00,
            0.00,
            **{
                "item-price": "200.00",
                "currency": "GBP",
                "sales-channel": "Amazon.co.uk",
            },
        )

    # 100 + 60 GBP are above the limit, also while the second item waits.
    def test_united_kingdom_limit_of_a_whole_order(self):
        goods = {
            "currency": "GBP",
            "sales-channel": "Amazon.co.uk",
            "ship-country": "GB",
            "order-item-id": "1",
            "item-price": "100.00",
            "item-tax": "16.67",
        }
        waiting = {**goods, "order-item-id": "2", "sku": "NEW", "item-price": "60.00"}
        report = self.import_lines("mfn_orders_eu", goods, waiting)
        order = report.row_ids.sale_order_id
        self.assertEqual((order.amount_total, order.amazon_tax_withheld), (100.0, 0.0))
        self.env["product.product"].create({"name": "New", "default_code": "NEW"})
        report.action_process_again()
        report.process()
        self.assertEqual((order.amount_total, order.amazon_tax_withheld), (160.0, 0.0))

    # From the Czech centre PRG1 to Poland: 23 %, 123.00 / 1.23 = 100.00 PLN
    def test_poland_from_czech_centre(self):
        order = self.check(
            "PL",
            123.00,
            23.00,
            kind="fba_orders_eu",
            **{
                "item-price": "123.00",
                "currency": "PLN",
                "sales-channel": "Amazon.pl",
                "fulfillment-center-id": "PRG1",
            },
        )
        self.assertEqual(order.currency_id.name, "PLN")

    # Goods from Czechia to a business in Germany: another country than where they
    # leave, so that the supply is free of tax although the company is German.
    def test_business_from_czech_centre_to_germany(self):
        customer = self.env["res.partner"].create(
            {
                "name": "Weißhaupt Küchen GmbH",
                "is_company": True,
                "vat": "DE136695976",
                "country_id": self.env.ref("base.de").id,
                "amazon_buyer_key": "buyer1@marketplace.amazon.de",
            }
        )
        order = self.check(
            "DE",
            100.00,
            0.00,
            account=self.vcs,
            kind="fba_orders_eu",
            **{"item-price": "100.00", "fulfillment-center-id": "PRG1"},
        )
        self.assertEqual(order.partner_id, customer)
        self.assertTrue(order.fiscal_position_id.vat_required)

    def test_consumer_from_czech_centre_to_germany(self):
        self.check(
            "DE",
            119.00,
            19.00,
            kind="fba_orders_eu",
            **{"item-price": "119.00", "fulfillment-center-id": "PRG1"},
        )

    def test_united_states_facilitator(self):
        na = self.account.copy({"name": "NA", "region": "na"})
        self.check(
            "US",
            45.97,
            0.00,
            3.79,
            account=na,
            kind="mfn_orders_na",
            **{
                "item-price": "39.98",
                "item-tax": "3.30",
                "shipping-price": "5.99",
                "shipping-tax": "0.49",
                "currency": "USD",
                "sales-channel": "Amazon.com",
                "tax-collection-model": "MarketplaceFacilitator",
                "tax-collection-responsible-party": "Amazon Services, Inc.",
            },
        )

    def test_united_states_seller(self):
        na = self.account.copy({"name": "NA", "region": "na"})
        order = self.check(
            "US",
            54.02,
            4.12,
            account=na,
            kind="mfn_orders_na",
            **{
                "item-price": "49.90",
                "item-tax": "4.12",
                "currency": "USD",
                "sales-channel": "Amazon.com",
            },
        )
        self.assertIn("tax_rate_differs", self.tags(order))

    def test_ioss(self):
        order = self.check(
            "FR",
            100.00,
            0.00,
            20.00,
            **{
                "item-price": "120.00",
                "item-tax": "20.00",
                "ioss-number": "IM2760000742",
            },
        )
        self.assertEqual(order.amazon_ioss_number, "IM2760000742")

    # 16 % instead of 19 %, and Odoo has no tax of it: Amazon's figure stands, on no
    # tax of another rate, and the order is held.
    def test_other_rate_is_held(self):
        order = self.check(
            "DE",
            116.00,
            16.00,
            account=self.vcs,
            **{"item-price": "116.00", "item-tax": "16.00"},
        )
        self.assertIn("16 % for Germany", order.amazon_tax_problem)
        self.assertEqual(order.order_line.tax_ids, self.vcs.stated_tax_id)
        owed = order.invoice_ids.line_ids.filtered("tax_line_id").account_id
        self.assertEqual(owed.internal_group, "liability")

    # 7 % on a product of 19 %; two units at 0.99: 0.06 each are 6.5 % by the cent.
    def test_other_rate_finds_its_tax(self):
        for price, tax, quantity in (("107.00", "7.00", 1), ("1.98", "0.12", 2)):
            with self.subTest(price=price):
                order = self.check(
                    "DE",
                    float(price),
                    float(tax),
                    account=self.vcs,
                    **{
                        "order-id": f"302-0000001-000000{quantity}",
                        "item-price": price,
                        "item-tax": tax,
                        "quantity-purchased": str(quantity),
                    },
                )
                self.assertFalse(order.amazon_tax_problem)
                self.assertEqual(order.order_line.tax_ids, self.reduced)

    # Shipping, wrapping and discounts follow the goods: each its own tax of 7 %.
    def test_charges_follow_the_rate_of_the_goods(self):
        order = self.check(
            "DE",
            112.35,
            7.35,
            account=self.vcs,
            **{
                "item-price": "107.00",
                "item-tax": "7.00",
                "shipping-price": "10.70",
                "shipping-tax": "0.70",
                "ship-promotion-discount": "-5.35",
            },
        )
        self.assertEqual(order.order_line.tax_ids, self.reduced)

    # French VAT for a business whose number Amazon does not accept.
    def test_taxed_business_is_oss(self):
        order = self.check(
            "FR",
            120.00,
            20.00,
            account=self.vcs,
            **{
                "item-price": "120.00",
                "item-tax": "20.00",
                "buyer-company-name": "Lefèvre SARL",
                "buyer-tax-registration-id": "FR40303265045",
            },
        )
        self.assertFalse(order.amazon_tax_problem)
        self.assertTrue(self.env["amazon.tax.finder"].is_oss(order.order_line.tax_ids))

    # 12 % is no rate of France's in Odoo; 8.1 % is Swiss.
    def test_rates_abroad_are_held(self):
        for country, price, tax, text in (
            ("FR", "112.00", "12.00", "12 % is none of the VAT rates of France"),
            ("CH", "108.10", "8.10", "Switzerland"),
        ):
            with self.subTest(country=country):
                order = self.check(
                    country,
                    float(price),
                    float(tax),
                    account=self.vcs,
                    **{
                        "order-id": f"302-0000001-000000{price[1]}",
                        "item-price": price,
                        "item-tax": tax,
                    },
                )
                self.assertIn(text, order.amazon_tax_problem)

    def test_net_promotions(self):
        self.account.promotion_policy = "net"
        order = self.check(
            "DE",
            107.10,
            17.10,
            **{
                "item-price": "119.00",
                "item-promotion-discount": "11.90",
                "shipping-price": "4.99",
                "ship-promotion-discount": "4.99",
            },
        )
        self.assertEqual(
            order.order_line.mapped("amazon_line_type"), ["item", "shipping"]
        )

    def test_rules_are_prefilled(self):
        names = self.account.tax_rule_ids.mapped("collector")
        self.assertEqual(
            names, ["amazon", "amazon", "amazon", "amazon", "seller", "seller"]
        )
        self.assertTrue(all(self.account.tax_rule_ids[1:].mapped("fiscal_position_id")))

    def test_rules_speak_the_users_language(self):
        self.env["res.lang"]._activate_lang("de_DE")
        account = self.account.copy({"name": "Zweites Konto"})
        rule = account.tax_rule_ids[-1]
        self.assertEqual(rule.name, "Export out of the EU")
        self.assertNotEqual(rule.with_context(lang="de_DE").name, rule.name)
