from odoo import api, models


class AmazonOffer(models.Model):
    _inherit = "amazon.offer"

    @api.model_create_multi
    def create(self, vals_list):
        offers = super().create(vals_list)
        self.env["amazon.stock.level"].sudo()._assign_products(offers)
        return offers

    def write(self, vals):
        result = super().write(vals)
        if vals.get("product_id"):
            self.env["amazon.stock.level"].sudo()._assign_products(self)
        return result
