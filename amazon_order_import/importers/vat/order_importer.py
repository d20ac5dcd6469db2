from odoo import models


class AmazonOrderImporter(models.AbstractModel):
    """Amazon's VAT figures and documents that came before their order."""

    _inherit = "amazon.order.importer"

    def _join_waiting(self, report, order_refs):
        result = super()._join_waiting(report, order_refs)
        self.env["amazon.vat.invoice"]._join_waiting(report.company_id, order_refs)
        return result

    def _join_followers(self, report, order_refs, orders):
        result = super()._join_followers(report, order_refs, orders)
        self.env["amazon.vat.document"].join_orders(report.account_id, orders)
        return result
