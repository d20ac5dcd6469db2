from collections import Counter
from decimal import Decimal

from odoo.tests import tagged

from .common import AmazonCase


@tagged("post_install", "-at_install")
class TestGolden(AmazonCase):
    """The shared report files give what their authors worked out by hand."""

    def check(self, name):
        case = self.golden_cases()[name]
        account = self.account
        if case.get("vcs"):
            account = account.copy({"name": "VCS", "vat_service": "vcs"})
        report = self.import_golden(case, account)
        self.assertEqual(report.state == "failed", case.get("refused", False))
        self.assertEqual(Counter(self.outcomes(report)), Counter(case["rows"]))
        for order_ref, expected in case["orders"].items():
            with self.subTest(order=order_ref):
                self.check_order(self.get_order(order_ref), expected)
        return report

    def check_order(self, order, expected):
        if expected is None:
            self.assertFalse(order)
            return
        self.assertEqual(len(order), 1)
        currency = order.currency_id
        self.assertEqual(currency.name, expected["currency"])
        goods = order.order_line.filtered(lambda line: line.amazon_line_type == "item")
        found = {
            "total": order.amount_total,
            "tax": order.amount_tax,
            "withheld": order.amazon_tax_withheld,
            "delivered": sum(goods.mapped("qty_delivered")),
        }
        for key, value in found.items():
            if key in expected:
                self.assertEqual(
                    currency.compare_amounts(value, float(expected[key])), 0, key
                )
        if "goods_lines" in expected:
            self.assertEqual(len(goods), expected["goods_lines"])
        invoice = order.partner_invoice_id
        if "invoice_company" in expected:
            self.assertEqual(
                invoice.commercial_partner_id.name, expected["invoice_company"]
            )
        if "invoice_vat" in expected:
            self.assertEqual(invoice.vat, expected["invoice_vat"])
        self.assertEqual(order.amazon_amount_difference, 0.0)
        if order.amazon_tax_problem:
            # The company of these tests has no OSS return.
            self.assertIn(order.partner_shipping_id.country_id.code, ("FR", "AT"))
        else:
            self.assertEqual(order.state, "sale")
        self.assertEqual(Decimal(str(order.amount_total)), Decimal(expected["total"]))

    def test_mfn_without_vcs(self):
        self.check("mfn_eu_without_vcs.tsv")

    def test_mfn_overlap(self):
        self.check("mfn_eu_overlap.tsv")

    def test_mfn_with_vcs(self):
        self.check("mfn_eu_with_vcs.tsv")

    def test_mfn_us(self):
        self.check("mfn_us.tsv")

    def test_mfn_cancelled(self):
        self.check("mfn_eu_cancelled.tsv")
        replacement = self.get_order("304-4000003-4000003")
        self.assertTrue(replacement.amazon_is_replacement)
        self.assertEqual(replacement.invoice_status, "no")
        self.assertFalse(any(replacement.order_line.mapped("qty_to_invoice")))

    def test_fba(self):
        self.check("fba_eu.tsv")
        order = self.get_order("305-5000002-5000002")
        self.assertFalse(order.picking_ids)

    def test_fba_overlap(self):
        self.check("fba_eu_overlap.tsv")

    def test_fba_japan(self):
        self.check("fba_jp.tsv")
        order = self.get_order("250-6000001-6000001")
        self.assertEqual(order.partner_id.name, "山田 太郎")
        self.assertFalse(order.partner_shipping_id.city)

    def test_mfn_bad_rows(self):
        report = self.check("mfn_eu_bad_rows.tsv")
        rows = report.row_ids.sorted("number")
        self.assertEqual(
            rows.mapped("code"),
            [False, "short_row", "damaged_identifier", "bad_amount", "unknown_sku"],
        )
        self.assertEqual(report.state, "attention")
        self.assertTrue(all((rows - rows[0]).mapped("message")))

    def test_expired_link(self):
        report = self.check("not_a_report.xml")
        self.assertEqual(report.failure_code, "expired_link")

    def test_missing_columns(self):
        report = self.check("missing_columns.tsv")
        self.assertIn("order-item-id", report.failure_reason)
        self.assertIn("currency", report.failure_reason)

    def test_header_only(self):
        report = self.check("header_only.tsv")
        self.assertEqual(report.state, "done")
