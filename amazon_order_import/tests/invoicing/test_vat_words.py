from odoo.tests import tagged

from .vat_document_case import VatDocumentCase


@tagged("post_install", "-at_install")
class TestVatWords(VatDocumentCase):
    """Amazon's raw words are said as people say them, in the reader's language."""

    def test_words(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        self.import_vat(
            {
                "item": "100.00 19.00",
                "tax_reporting_scheme": "VCS_EU_OSS",
                "jurisdiction_name": "POLAND",
                "tax_collection_responsibility": "Seller",
            }
        )
        document = self.document()
        self.assertEqual(document.transaction_type, "SHIPMENT", "Stored as told")
        self.assertEqual(document.shown_transaction, "SHIPMENT")
        self.assertEqual(document.shown_scheme, "oss")
        self.assertEqual(document.line_ids.tax_scheme, "oss")
        self.assertEqual(document.shown_responsibility, "seller")
        self.assertEqual(document.shown_jurisdiction, "Poland")
        german = document.with_context(lang="de_DE")
        self.assertEqual(german.shown_jurisdiction, "Polen")
        document.jurisdiction = "BAVARIA"
        self.assertEqual(document.shown_jurisdiction, "BAVARIA")

    def test_silent_file(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        self.import_vat({"item": "100.00 19.00", "tax_reporting_scheme": ""})
        self.assertEqual(self.document().shown_scheme, "regular")
        self.assertEqual(self.document().line_ids.tax_scheme, "regular")

    def test_totals_in_the_format_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.import_lines("mfn_orders_eu", {"item-price": "1190.00"})
        report = self.import_vat({"item": "1000.00 190.00"})
        self.assertIn("1,190.00", report.vat_totals_html)
        self.assertIn("October 2026", report.vat_totals_html)
        german = report.with_context(lang="de_DE").vat_totals_html
        self.assertIn("1.190,00", german)
        self.assertIn("Oktober 2026", german)
