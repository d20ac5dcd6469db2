from odoo import api, fields, models

from ...vat_rules.schemes import (
    AMAZON,
    CH_VOEC,
    DEEMED,
    IOSS,
    NO_VOEC,
    OSS,
    SELLER,
    UK_VOEC,
    UNKNOWN,
    read_responsibility,
    read_scheme,
)

SCHEMES = [
    ("regular", "Ordinary VAT"),
    (OSS, "One-Stop Shop (OSS)"),
    (IOSS, "Import One-Stop Shop (IOSS)"),
    (UK_VOEC, "Amazon owes the tax (UK)"),
    (CH_VOEC, "Amazon owes the tax (Switzerland)"),
    (NO_VOEC, "Amazon owes the tax (Norway)"),
    (DEEMED, "Deemed supply (Amazon owes the tax)"),
    (UNKNOWN, "Not known"),
]


class AmazonVatDocument(models.Model):
    """Amazon's words as people say them; the words themselves stay stored."""

    _inherit = "amazon.vat.document"

    shown_transaction = fields.Selection(
        [
            ("SHIPMENT", "Shipment"),
            ("RETURN", "Return of goods"),
            ("REFUND", "Refund of money"),
        ],
        "Transaction",
        compute="_compute_words",
    )
    shown_scheme = fields.Selection(SCHEMES, "Tax Scheme", compute="_compute_words")
    shown_responsibility = fields.Selection(
        [(SELLER, "You"), (AMAZON, "Amazon"), (UNKNOWN, "Not known")],
        "Tax Owed By",
        compute="_compute_words",
    )
    shown_jurisdiction = fields.Char("Tax Due In", compute="_compute_jurisdiction")

    @api.depends("transaction_type", "scheme", "responsibility")
    def _compute_words(self):
        types = dict(self._fields["shown_transaction"].selection)
        for document in self:
            told = (document.transaction_type or "").upper()
            document.shown_transaction = told if told in types else False
            document.shown_scheme = read_scheme(document.scheme) or "regular"
            document.shown_responsibility = (
                read_responsibility(document.responsibility) or False
            )

    @api.depends("jurisdiction")
    @api.depends_context("lang")
    def _compute_jurisdiction(self):
        """Name the country in the reader's language; other places stay as told."""
        countries = self.env["res.country"].with_context(lang="en_US").search([])
        by_name = {country.name.casefold(): country.id for country in countries}
        for document in self:
            told = document.jurisdiction or ""
            country_id = by_name.get(told.casefold())
            document.shown_jurisdiction = (
                self.env["res.country"].browse(country_id).name if country_id else told
            )
