from odoo import models

from ...trusted_context import get_trusted


class StockPicking(models.Model):
    _name = "stock.picking"
    _inherit = ["stock.picking", "amazon.company.check"]

    def action_confirm(self):
        # Odoo confirms the transfers of each order of a batch on their own; the import
        # does it once for all of them (see sale.order.line._action_launch_stock_rule).
        if get_trusted(self.env, "amazon_collect_pickings"):
            return True
        return super().action_confirm()

    def _add_delivery_cost_to_so(self):
        # The buyer paid Amazon's price: the carrier's costs are no part of the order.
        if self.sale_id.amazon_order_ref:
            return None
        return super()._add_delivery_cost_to_so()
