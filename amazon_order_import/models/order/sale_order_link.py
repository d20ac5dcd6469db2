from odoo import api, fields, models


class SaleOrder(models.Model):
    """Where Amazon shows an order."""

    _inherit = "sale.order"

    amazon_url = fields.Char("Seller Central", compute="_compute_amazon_url")

    @api.depends("amazon_order_ref", "amazon_marketplace_id")
    def _compute_amazon_url(self):
        for order in self:
            order.amazon_url = (
                order.amazon_marketplace_id._get_order_url(order.amazon_order_ref)
                if order.amazon_order_ref
                else False
            )
