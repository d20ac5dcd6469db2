from decimal import Decimal
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.invoicing.amazon_vat_document import is_amazon_link
from ..common import shared_path
from .vat_document_case import KIND, ORDER, VatDocumentCase
from .vat_files import vat_file


@tagged("post_install", "-at_install")
class TestVatDocuments(VatDocumentCase):
    """Amazon's invoices as the report tells of them."""

    def test_golden(self):
        case = self.golden_cases()["vcs_2026.csv"]
        report = self.import_golden(case)
        self.assertEqual(
            self.outcomes(report),
            ["created", "created", "created", "waiting", "created", "waiting"],
        )
        self.assertEqual(report.state, "attention")
        for number, expected in case["documents"].items():
            document = self.document(number)
            self.assertEqual(document.sale_order_id.amazon_order_ref, expected["order"])
            self.assertEqual(document.currency_id.name, expected["currency"])
            for name in ("untaxed", "tax", "total"):
                self.assertEqual(
                    Decimal(f"{document[f'amount_{name}']:.2f}"),
                    Decimal(expected[name]),
                )
        self.assertEqual(self.document("DE60001TEST11I").document_type, "invoice")
        self.assertEqual(self.document("FR60002TEST11U").document_type, "oss_invoice")
        credit = self.document("DE60004TEST11C")
        self.assertEqual(credit.document_type, "credit_note")
        self.assertTrue(credit.is_refund)
        self.assertEqual(credit.original_id, self.document("DE60001TEST11I"))
        self.assertFalse(credit.safe_url)
        # The order of the fifth number is not there: the document waits, too.
        self.assertFalse(self.document("DE60005TEST11I").sale_order_id)
        self.assertEqual(
            self.env["amazon.vat.document"].search_count([]), len(case["documents"]) + 1
        )
        # 19.99 - 19.99 + 28.58 + 14.29 + 9.99
        self.assertEqual(
            report.vat_totals,
            [
                {
                    "month": "2026-10",
                    "currency": "EUR",
                    "file": ["44.13", "8.73", "52.86"],
                    "odoo": ["44.13", "8.73", "52.86"],
                }
            ],
        )
        self.assertFalse(report.vat_totals_differ)
        content = shared_path("golden/vcs_2026.csv").read_bytes()
        again = self.import_file(KIND, content)
        self.assertEqual(
            self.outcomes(again),
            ["unchanged", "unchanged", "unchanged", "waiting", "unchanged", "waiting"],
        )

    def test_fields(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        self.import_vat(
            {
                "item": "100.00 19.00",
                "item_promotion": "-5.00 -0.95",
                "gift_wrap": "2.00 0.38",
                "buyer_tax_registration": "DE811569869",
                "buyer_tax_registration_jurisdiction": "DE",
                "buyer_tax_registration_type": "VAT",
                "e_invoice_delivery_status": "DELIVERED",
                "marketplace_id": "A1PA6795UKMFR9",
                "shipment_date": "01/10/2026",
            }
        )
        document = self.document()
        self.assertEqual(str(document.date), "2026-10-01")
        self.assertEqual(document.marketplace_id.name, "Amazon.de")
        self.assertEqual(document.buyer_type, "business")
        self.assertEqual(document.e_invoice_status, "DELIVERED")
        self.assertEqual(document.safe_url, document.url)
        self.assertEqual(document.ship_to_country_id.code, "DE")
        line = document.line_ids
        self.assertEqual((line.gift_wrap_net, line.gift_wrap_tax), (2.0, 0.38))
        self.assertEqual(line.rate_label, "19 %")
        self.assertEqual(line.sale_line_id.amazon_line_type, "item")
        self.assertAlmostEqual(document.amount_total, 115.43, 2)
        order = document.sale_order_id
        self.assertEqual(order.amazon_vat_document_count, 1)
        found = self.env["sale.order"].search(
            [("amazon_vat_document_ids.number", "ilike", "0001test")]
        )
        self.assertEqual(found, order)

    @mute_logger("odoo.addons.amazon_order_import.importers.row_importer")
    def test_one_that_fails_leaves_the_others(self):
        """Whatever another addon does with one document, the others come in."""
        Importer = self.registry["amazon.vat.document.importer"]
        prepare = Importer._prepare_document

        def prepare_some(importer, report, lookup, row):
            if row.number.startswith("DE60002"):
                raise ValueError("another addon")
            return prepare(importer, report, lookup, row)

        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        rows = (
            {"item": "99.99 19.01"},
            {"item": "1.00 0.19", "vat_invoice_number": "DE60002TEST11I"},
        )
        with patch.object(Importer, "_prepare_document", prepare_some):
            report = self.import_vat(*rows)
        self.assertEqual(report.state, "attention")
        self.assertEqual(self.codes(report), ["created", "unexpected"])
        self.assertIn("DE60002TEST11I", report.row_ids[1].message)
        self.assertIn("another addon", report.row_ids[1].message)
        self.assertTrue(self.document())
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")

    def test_before_its_order(self):
        report = self.import_vat({"item": "99.99 19.01"})
        self.assertEqual(self.codes(report), ["order_pending"])
        self.assertEqual(report.state, "attention")
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        document = self.document()
        order = self.get_order(ORDER)
        self.assertEqual(document.sale_order_id, order)
        self.assertEqual(report.row_ids.outcome, "created")
        self.assertEqual(report.row_ids.sale_order_id, order)
        self.assertEqual(report.state, "done")
        # And the order has Amazon's tax.
        self.assertAlmostEqual(order.amount_tax, 19.01, 2)

    def test_invoiced_order_is_compared(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        order = self.get_order(ORDER)
        self.env["product.product"].concat(*self.products.values()).write(
            {"invoice_policy": "order"}
        )
        order.order_line.qty_to_invoice = 1
        order._create_invoices()
        tax = order.amount_tax
        self.import_vat({"item": "99.00 20.00"})
        self.assertEqual(order.amount_tax, tax)
        self.assertIn("invoiced", self.document().order_difference)
        self.assertIn("20.00", order.amazon_vat_difference)
        self.assertTrue(self.document().needs_attention)
        self.assertIn(
            self.document(),
            self.env["amazon.vat.document"].search([("needs_attention", "=", True)]),
        )
        self.assertEqual(len(order.activity_ids), 1)
        self.import_vat({"item": "99.00 20.00"})
        self.assertEqual(len(order.activity_ids), 1)

    def test_preview_leaves_nothing(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        order = self.get_order(ORDER)
        tax = order.amount_tax
        report = self.env["amazon.report"].create_from_file(
            self.account, KIND, "vcs.csv", vat_file({"item": "99.00 20.00"})
        )
        result = report.preview()
        self.assertEqual(result["totals"], {"created": 1})
        self.assertFalse(self.document())
        self.assertEqual(order.amount_tax, tax)

    def test_undo(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        row = {"item": "100.00 19.00"}
        other = {**row, "vat_invoice_number": "DE60002TEST11I", "transaction_id": "Dbb"}
        report = self.import_vat(row, other)
        self.import_vat(other)
        result = report.undo()
        self.assertEqual(result["records_removed"], 1, result["kept"])
        self.assertEqual([kept["number"] for kept in result["kept"]], [2])
        self.assertFalse(self.document())
        self.assertTrue(self.document("DE60002TEST11I"))
        report._process_again()
        report.process()
        self.assertTrue(self.document())

    def test_lowest_rights(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        self.import_vat({"item": "100.00 19.00"})
        document, order = self.document(), self.get_order(ORDER)
        accountant = new_test_user(
            self.env, "vat_accountant", "base.group_user,account.group_account_invoice"
        )
        user = new_test_user(
            self.env, "vat_user", "amazon_order_import.group_amazon_user"
        )
        for login in (accountant, user):
            seen = document.with_user(login)
            self.assertEqual(seen.line_ids.amount_total, 119.0)
            self.assertTrue(seen.safe_url)
            with self.assertRaises(AccessError):
                seen.number = "other"
            with self.assertRaises(AccessError):
                seen.unlink()
        salesman = new_test_user(
            self.env, "vat_salesman", "sales_team.group_sale_salesman_all_leads"
        )
        with self.assertRaises(AccessError):
            document.with_user(salesman).number  # noqa: B018 - reading is the test
        self.assertEqual(order.with_user(salesman).amazon_vat_document_count, 1)
        self.assertFalse(order.with_user(salesman).amazon_invoicing_locked)
        other = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "vat_stranger",
            "amazon_order_import.group_amazon_user",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
        )
        for model in ("amazon.vat.document", "amazon.vat.document.line"):
            self.assertFalse(self.env[model].with_user(stranger).search([]))

    def test_queries_do_not_grow_with_the_file(self):
        counts = []
        for first, size in ((1, 5), (2, 45)):
            refs = [f"302-{first:07d}-{place:07d}" for place in range(size)]
            self.import_lines(
                "mfn_orders_eu",
                *(
                    {"order-id": ref, "order-item-id": first * 1000 + place}
                    for place, ref in enumerate(refs)
                ),
            )
            content = vat_file(
                *(
                    {
                        "order_id": ref,
                        "item": "16.79 3.20",
                        "vat_invoice_number": f"DE6{first:05d}{place:05d}I",
                        "transaction_id": f"D{first}-{place}",
                    }
                    for place, ref in enumerate(refs)
                )
            )
            before = self.env.cr.sql_log_count
            report = self.import_file(KIND, content)
            counts.append(self.env.cr.sql_log_count - before)
            self.assertEqual(report.created_count, size)
            self.assertAlmostEqual(self.get_order(refs[-1]).amount_tax, 3.20, 2)
        self.assertLess(counts[1], counts[0] + 40)

    def test_links(self):
        for url in (
            "https://sellercentral.amazon.de/x?y=1",
            "http://sellercentral-europe.amazon.com/x",
            "https://www.amazon.co.uk/x",
        ):
            self.assertTrue(is_amazon_link(url), url)
        for url in (
            "javascript:alert(1)",
            "https://amazon.de.evil.example/x",
            "https://evilamazon.de/x",
            "https://amazon.de@evil.example/x",
            "https://bucket.s3.amazonaws.com/x",
            "ftp://sellercentral.amazon.de/x",
            "https://amazon.xy.io/x",
            "https://[broken",
            "",
            False,
        ):
            self.assertFalse(is_amazon_link(url), url)
