from decimal import Decimal

from odoo.tests import tagged

from ...messages import get_message
from ..order.test_tax import ADDRESSES, TaxCase
from . import vat_data, vat_files

REF = "302-0000001-0000001"
UNTAXED = {"item": "100.00 0.00", "tax_rate": "0.0000"}
OSS = {"tax_reporting_scheme": "VCS_EU_OSS", "tax_rate": "0.2000"}


@tagged("post_install", "-at_install")
class TestVatContradictions(TaxCase):
    """Documents whose statement cannot be are held; odd ones that can be are booked."""

    def book(self, country, cells, price="100.00", row=None):
        """Import an order of one item and Amazon's document about it.

        :param cells: of the document's row, as ``vat_files.vat_row`` takes them
        """
        row = {**ADDRESSES[country], "item-price": price, **(row or {})}
        account = self.account.copy(
            {"name": "Documents", "vat_service": "vcs", "vat_document_policy": "create"}
        )
        self.import_lines("mfn_orders_eu", row, account=account)
        cells = {
            "ship_to_country": ADDRESSES[country]["ship-country"],
            "shipment_id": "77001",
            **cells,
        }
        self.import_file("vcs_invoices", vat_files.vat_file(cells), account, "vcs.csv")
        return self.env["amazon.vat.document"].search([("account_id", "=", account.id)])

    def boxes(self, move):
        return {name.lstrip("+-") for name in move.line_ids.tax_tag_ids.mapped("name")}

    def test_held(self):
        business = {
            "buyer_tax_registration": "DE811569869",
            "buyer_tax_registration_jurisdiction": "DE",
            "buyer_tax_registration_type": "VAT",
        }
        export = {**UNTAXED, "export_outside_eu": "true", "ship_from_country": "GB"}
        from_outside = {**OSS, "item": "100.00 20.00", "ship_from_country": "GB"}
        for name, country, cells, reason in (
            ("business at home", "DE", {**UNTAXED, **business}, "tax_missing"),
            ("export that stays", "GB", export, "export_at_home"),
            ("export from abroad", "CH", export, "export_from_outside"),
            ("OSS from outside", "AT", from_outside, "oss_from_outside"),
        ):
            with self.subTest(name):
                savepoint = self.env.cr.savepoint()
                document = self.book(country, cells)
                self.assertEqual(document.entry_state, "failed")
                self.assertFalse(document.move_id)
                told = get_message(document, "entry_message").values["error"]
                self.assertEqual(told.code, f"tax_unclear_{reason}")
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_rates_that_cannot_be(self):
        """No tax is offered for them, and none is made."""
        for name, country, cells, code in (
            ("19 % stated, 7 % charged", "DE", {"item": "100.00 7.00"}, "contradicts"),
            (
                "7 % stated, 19 % charged",
                "DE",
                {"item": "100.00 19.00", "tax_rate": "0.0700"},
                "contradicts",
            ),
            (
                "0 % stated, 19 % charged",
                "DE",
                {"item": "100.00 19.00", "tax_rate": "0.0000"},
                "contradicts",
            ),
            (
                "shipping at another rate than stated",
                "DE",
                {"item": "100.00 19.00", "shipping": "10.00 0.70"},
                "contradicts",
            ),
            (
                "Germany's rate in Austria",
                "AT",
                {**OSS, "item": "100.00 19.00", "tax_rate": "0.1900"},
                "not_of_country",
            ),
        ):
            with self.subTest(name):
                savepoint = self.env.cr.savepoint()
                document = self.book(country, cells)
                self.assertEqual(document.entry_state, "failed")
                told = get_message(document, "entry_message").values["error"]
                self.assertEqual(told.code, f"tax_rate_{code}")
                self.assertFalse(document.amazon_can_create_tax)
                taxes = self.env["account.tax"].search_count([])
                document.with_context(amazon_create_tax=True).action_create_tax()
                self.assertEqual(self.env["account.tax"].search_count([]), taxes)
                self.assertFalse(document.move_id)
                savepoint.close(rollback=True)
                self.env.invalidate_all()

    def test_rounding_is_no_contradiction(self):
        document = self.book("DE", {"item": "0.84 0.15"}, price="0.99")
        self.assertEqual(document.entry_state, "posted", document.entry_message)

    def test_rate_of_jungholz_only_there(self):
        """Its tax of 19 % is none of Austria's."""
        self.env["amazon.tax.finder"].create_oss_tax(
            self.company, "AT", Decimal(19), self.full
        )
        cells = {**OSS, "item": "100.00 19.00", "tax_rate": "0.1900"}
        document = self.book("AT", cells, price="119.00")
        self.assertEqual(document.entry_state, "failed")

    # Books in Ireland: 0 %.
    def test_zero_rate_by_oss(self):
        cells = {**UNTAXED, "tax_reporting_scheme": "VCS_EU_OSS"}
        cells["ship_to_country"] = "IE"
        ireland = {
            "ship-country": "IE",
            "ship-postal-code": "D02",
            "ship-city": "Dublin",
        }
        document = self.book("FR", cells, row=ireland)
        self.assertTrue(document.amazon_can_create_tax, document.entry_message)
        document.action_create_tax()
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(self.boxes(document.move_id), {"OSS"})
        self.assertEqual(document.move_id.amount_total, 100.0)
        self.assertEqual(document.move_id.fiscal_position_id.country_id.code, "IE")

    def test_goods_outside_are_no_export(self):
        """From British stock, Amazon owes the VAT: none of Germany's boxes."""
        cells = {
            "item": "100.00 20.00",
            "tax_rate": "0.2000",
            "ship_from_country": "GB",
            "tax_collection_responsibility": "Marketplace",
        }
        document = self.book("GB", cells, price="120.00")
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(self.boxes(document.move_id), set())
        self.assertEqual(document.move_id.amount_total, 100.0)

    def test_supply_to_amazon_from_another_state(self):
        cells = {
            "item": "100.00 20.00",
            "tax_rate": "0.2000",
            "ship_from_country": "PL",
            "tax_collection_responsibility": "Marketplace",
        }
        document = self.book("GB", cells, price="120.00")
        self.assertEqual(document.entry_state, "failed")
        self.assertTrue(document.amazon_can_register_tax)

    def test_business_at_home_by_vat_invoice_data(self):
        account = self.vcs
        account.vat_invoice_policy = "post"
        self.import_lines("mfn_orders_eu", {**ADDRESSES["DE"]}, account=account)
        row = vat_data.vat_row(
            rate="0", item="100.00 0.00", buyer_vat_number="DE811569869"
        )
        self.import_file("vcs_lite", vat_data.vat_file(row), account)
        data = self.env["amazon.vat.invoice"].search([("account_id", "=", account.id)])
        self.assertEqual(data.state, "attention")
        self.assertIn("charged no VAT", data.state_note)
        self.assertFalse(self.get_order(REF).invoice_ids)

    def test_number_of_northern_ireland(self):
        cells = {
            **UNTAXED,
            "jurisdiction_name": "NORTHERN IRELAND",
            "buyer_tax_registration": "XI123456789",
            "buyer_tax_registration_jurisdiction": "GB",
            "buyer_tax_registration_type": "VAT",
        }
        document = self.book("GB", cells, row={"ship-postal-code": "BT1 5GS"})
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(self.boxes(document.move_id), {"41"})

    def test_all_given_away(self):
        cells = {"item": "100.00 19.00", "item_promotion": "-100.00 -19.00"}
        document = self.book(
            "DE", cells, price="119.00", row={"item-promotion-discount": "119.00"}
        )
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(document.move_id.amount_total, 0.0)
        self.assertLessEqual({"81_BASE"}, self.boxes(document.move_id))

    def test_tax_without_account(self):
        self.full.invoice_repartition_line_ids.account_id = False
        document = self.book("DE", {"item": "100.00 19.00"}, price="119.00")
        self.assertEqual(document.entry_state, "failed")
        self.assertIn("has no account", document.entry_message)
        self.assertFalse(document.move_id)
