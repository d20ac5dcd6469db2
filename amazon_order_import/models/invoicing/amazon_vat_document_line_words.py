from odoo import api, fields, models

from ...vat_rules.schemes import read_scheme
from .amazon_vat_document_words import SCHEMES


class AmazonVatDocumentLine(models.Model):
    _inherit = "amazon.vat.document.line"

    tax_scheme = fields.Selection(SCHEMES, compute="_compute_tax_scheme", store=True)

    @api.depends("scheme")
    def _compute_tax_scheme(self):
        for line in self:
            line.tax_scheme = read_scheme(line.scheme) or "regular"
