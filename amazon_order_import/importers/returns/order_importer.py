from odoo import models


class AmazonOrderImporter(models.AbstractModel):
    """Returns that came before their order."""

    _inherit = "amazon.order.importer"

    def _join_followers(self, report, order_refs, orders):
        result = super()._join_followers(report, order_refs, orders)
        self.env["amazon.return.importer"].join_orders(report.company_id, order_refs)
        return result
