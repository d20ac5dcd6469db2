"""Amazon's invoices from the file to the entry: what the tests of it share."""

from ..order.test_tax import ADDRESSES, TaxCase
from .vat_files import vat_file

KIND = "vcs_invoices"
ORDER = "302-0000001-0000001"
FBA = "305-0000001-0000001"


def credit_row(**cells):
    """Return the cells of a row that gives the invoice DE60001TEST11I back."""
    return {
        "transaction_type": "RETURN",
        "transaction_id": "amzn1:crow:r1",
        "item": "-100.00 -19.00",
        "vat_invoice_number": "DE60002TEST11C",
        "original_vat_invoice_number": "DE60001TEST11I",
        **cells,
    }


class BookingCase(TaxCase):
    """A German seller whose invoices Amazon issues and Odoo books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"vat_service": "vcs", "vat_document_policy": "create"})

    def sell(self, *rows, country="DE", kind="mfn_orders_eu"):
        ref = "order-id" if kind.startswith("mfn") else "amazon-order-id"
        number = ORDER if kind.startswith("mfn") else FBA
        rows = [{ref: number, **ADDRESSES[country], **row} for row in rows or ({},)]
        report = self.import_lines(kind, *rows)
        self.assertEqual(set(self.outcomes(report)), {"created"}, report.row_ids)
        return self.get_order(number)

    def report(self, *rows):
        report = self.import_file(KIND, vat_file(*rows), name="vcs.csv")
        self.assertEqual(set(self.outcomes(report)) - {"created"}, set())
        self.assertFalse(report.vat_totals_differ)
        return report

    def document(self, number="DE60001TEST11I"):
        return self.env["amazon.vat.document"].search([("number", "=", number)])

    def booked(self, number, net, tax, **expected):
        """Check the posted entry of a document; return it."""
        document = self.document(number)
        move = document.move_id
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.name, number)
        self.assertEqual(move.invoice_date, document.date)
        self.assertEqual(move.date, document.date)
        self.assertEqual(move.journal_id, self.account.vat_journal_id)
        self.assertFalse(move.made_sequence_gap)
        self.assertAlmostEqual(move.amount_untaxed, net, 2)
        self.assertAlmostEqual(move.amount_tax, tax, 2)
        self.assertAlmostEqual(move.amount_total, net + tax, 2)
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        sign = -1 if move.move_type == "out_refund" else 1
        self.assertAlmostEqual(
            sum(receivable.mapped("amount_currency")), sign * (net + tax), 2
        )
        for name, value in expected.items():
            self.assertEqual(move[name], value, name)
        return move

    def invoice(self, order):
        order._amazon_unlock_invoicing("test")
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice
