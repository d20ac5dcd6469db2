from odoo import api, fields, models


class AccountMove(models.Model):
    _inherit = "account.move"

    amazon_vat_document_ids = fields.One2many(
        "amazon.vat.document", "move_id", "Amazon VAT Documents", copy=False
    )

    def unlink(self):
        documents = self.sudo().amazon_vat_document_ids
        result = super().unlink()
        documents.write(
            {
                "entry_state": "none",
                "entry_message": self.env._(
                    "Its entry was deleted. Choose Book to make it anew."
                ),
            }
        )
        return result

    @api.depends("amazon_vat_document_ids")
    def _compute_made_sequence_gap(self):
        result = super()._compute_made_sequence_gap()
        # Amazon counts, and shares its numbers among all kinds of documents.
        by_amazon = self.filtered(lambda move: move._has_amazon_number())
        by_amazon.made_sequence_gap = False
        return result

    def _set_next_made_sequence_gap(self, made_gap):
        return super(
            AccountMove, self.filtered(lambda move: not move._has_amazon_number())
        )._set_next_made_sequence_gap(made_gap)

    def _has_amazon_number(self):
        self.ensure_one()
        return self.name in self.sudo().amazon_vat_document_ids.mapped("number")
