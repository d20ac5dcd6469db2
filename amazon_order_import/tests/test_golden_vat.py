import json

from odoo.tests import tagged

from .common import shared_path
from .order.test_tax import TaxCase


@tagged("post_install", "-at_install")
class TestGoldenVat(TaxCase):
    """Amazon's VAT documents stand in the boxes in which they belong, or are held."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = shared_path("golden/vat/expected.json")
        if not path:
            cls.skipTest(cls, "the shared golden files are not beside the project")
        cls.cases = json.loads(path.read_text())
        cls.products["TOWEL-XL"].taxes_id = [(6, 0, cls.full.ids)]

    def test_cases(self):
        for case in self.cases:
            with self.subTest(case=case["case"]):
                savepoint = self.env.cr.savepoint()
                try:
                    self.check(case)
                finally:
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()

    def check(self, case):
        account = self.account.copy(
            {
                "name": case["case"],
                "vat_service": case["vat_service"],
                "vat_document_policy": "create",
                "vat_invoice_policy": "post",
            }
        )
        for step in case["steps"]:
            content = shared_path(f"golden/vat/{step['file']}").read_bytes()
            report = self.import_file(step["kind"], content, account, step["file"])
            self.assertNotEqual(report.state, "failed", report.failure_reason)
        order = self.env["sale.order"].search([("amazon_account_id", "=", account.id)])
        self.assertEqual(len(order), 1)
        moves = order.invoice_ids.filtered(lambda move: move.state == "posted")
        if number := case["document"]:
            moves = moves.filtered(lambda move: move.name == number)
        if case["posted"]:
            self.assertTrue(moves, self.describe(account))
        if not moves:
            self.assertTrue(self.is_held(account, order), self.describe(account))
            return
        self.check_boxes(moves, case)
        for move in moves:
            self.check_entry(move)
        if case["customer_vat"]:
            self.assertEqual(moves.partner_id.vat, case["customer_vat"])
        if case["invoiced_total"]:
            total = sum(moves.mapped("amount_total"))
            self.assertAlmostEqual(total, float(case["invoiced_total"]), 2)
        if case["position_not"]:
            for name in moves.fiscal_position_id.mapped("name"):
                self.assertNotIn(case["position_not"], name)

    def is_held(self, account, order):
        """Whether a reason is told where nothing is posted."""
        documents = self.env["amazon.vat.document"].search(
            [("account_id", "=", account.id)]
        )
        invoices = self.env["amazon.vat.invoice"].search(
            [("account_id", "=", account.id)]
        )
        if order.state == "draft" and order.amazon_tax_problem:
            return True
        return (
            bool(documents or invoices)
            and all(
                document.entry_state == "failed" and document.entry_message
                for document in documents
            )
            and all(
                invoice.state == "attention" and invoice.state_note
                for invoice in invoices
            )
        )

    def describe(self, account):
        documents = self.env["amazon.vat.document"].search(
            [("account_id", "=", account.id)]
        )
        invoices = self.env["amazon.vat.invoice"].search(
            [("account_id", "=", account.id)]
        )
        return [(d.entry_state, d.entry_message) for d in documents] + [
            (i.state, i.state_note) for i in invoices
        ]

    def get_boxes(self, moves):
        """Return the names of the boxes, without the sign."""
        names = moves.line_ids.tax_tag_ids.mapped("name")
        return {name.lstrip("+-") for name in names}

    def check_boxes(self, moves, case):
        boxes = self.get_boxes(moves)
        self.assertLessEqual(set(case["tags"]), boxes)
        self.assertFalse(set(case["no_tags"]) & boxes, boxes)

    def check_entry(self, move):
        """Tax lines are of the rate of their tax; revenue is the net amount."""
        for line in move.line_ids.filtered("tax_line_id"):
            tax = line.tax_line_id
            if tax.amount:
                base = abs(line.tax_base_amount)
                rounding = 0.01 + 0.005 * len(move.invoice_line_ids)
                self.assertLessEqual(
                    abs(base * tax.amount / 100 - abs(line.balance)), rounding
                )
        revenue = move.line_ids.filtered(
            lambda line: line.account_id.internal_group == "income"
        )
        self.assertAlmostEqual(
            abs(sum(revenue.mapped("amount_currency"))), move.amount_untaxed, 2
        )
