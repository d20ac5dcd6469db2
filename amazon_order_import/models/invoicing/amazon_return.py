from odoo import models


class AmazonReturn(models.Model):
    """Which credit note gives the price of returned goods back."""

    _inherit = "amazon.return"

    def _is_credit_of_units(self, line):
        return super()._is_credit_of_units(line) and not line.amazon_money_only

    def _get_credit_rank(self, move):
        documents = move.amazon_vat_document_ids.mapped("transaction_type")
        data = move.amazon_vat_invoice_ids.mapped("transaction_type")
        # Amazon may refund a unit that never comes back.
        told_as_return = "RETURN" in documents or "return" in data
        return not told_as_return, *super()._get_credit_rank(move)
