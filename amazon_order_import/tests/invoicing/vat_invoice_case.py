from odoo import fields

from ..order.test_tax import ADDRESSES, TaxCase
from .vat_data import vat_file

MFN, FBA = "mfn_orders_eu", "fba_orders_eu"
REF = "302-0000001-0000001"


class VatInvoiceCase(TaxCase):
    """An account with VCS Lite, its orders and Amazon's figures for them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account = cls.vcs
        cls.company.partner_id.tz = "Europe/Berlin"

    def order(self, kind=MFN, *rows, country="DE", ref=REF):
        name = "order-id" if kind == MFN else "amazon-order-id"
        report = self.import_lines(
            kind, *({name: ref, **ADDRESSES[country], **row} for row in rows or ({},))
        )
        self.assertEqual(set(self.outcomes(report)), {"created"}, report.row_ids)
        return self.get_order(ref)

    def tell(self, *rows, outcomes=None):
        """Import VCS Lite rows; return their documents, in the order of the rows."""
        report = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "report.txt", vat_file(*rows)
        )
        # By the clock of the test: that of the database may be before it.
        report.asked_at = fields.Datetime.now()
        report.process()
        self.assertIn(report.state, ("done", "attention"), report.failure_reason)
        if outcomes:
            self.assertEqual(
                self.outcomes(report), outcomes, report.row_ids.mapped("message")
            )
        return report.row_ids.sorted("number").vat_invoice_id

    def figures(self, record):
        return (record.amount_untaxed, record.amount_tax, record.amount_total)

    def check_move(self, document, move_type, *figures):
        """The document has its posted move with these figures (net, VAT, total)."""
        self.assertEqual(document.state, "invoiced", document.state_note)
        move = document.move_id
        self.assertEqual((move.move_type, move.state), (move_type, "posted"))
        self.assertEqual(self.figures(move), figures)
        return move
