from odoo import fields, models


class AmazonReportRow(models.Model):
    """The VAT data that a row became."""

    _inherit = "amazon.report.row"

    vat_document_id = fields.Many2one(
        "amazon.vat.document",
        "VAT Document",
        index="btree_not_null",
        ondelete="set null",
    )
    vat_line_id = fields.Many2one(
        "amazon.vat.document.line", index="btree_not_null", ondelete="set null"
    )
    vat_invoice_id = fields.Many2one(
        "amazon.vat.invoice",
        "VAT Invoice Data",
        index="btree_not_null",
        ondelete="set null",
    )
