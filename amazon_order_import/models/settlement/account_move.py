from odoo import models


class AccountMove(models.Model):
    """Invoices and credit notes that come after their settlement are paid by it."""

    _inherit = "account.move"

    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._match_amazon_settlements()
        return posted

    def _match_amazon_settlements(self):
        documents = self.filtered(
            lambda m: m.move_type in ("out_invoice", "out_refund")
        )
        orders = documents._get_amazon_refund_orders().sudo()
        if orders:
            self.env["amazon.settlement.matcher"].sudo().match_orders(orders)
