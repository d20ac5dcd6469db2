from odoo import models


class StockMove(models.Model):
    _inherit = "stock.move"

    def _get_amazon_done_units(self, line):
        """Return the done quantity in the unit of an order line."""
        return self.product_uom._compute_quantity(
            self.quantity, line.product_uom_id, round=False
        )
