from odoo import models


class AmazonOrderWorkflow(models.AbstractModel):
    _inherit = "amazon.order.workflow"

    def _pay_invoices(self, account, invoices):
        # What Amazon has settled already is paid by that.
        invoices._match_amazon_settlements()
        return super()._pay_invoices(account, invoices)
