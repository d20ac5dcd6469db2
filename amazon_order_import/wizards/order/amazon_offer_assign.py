from odoo import api, fields, models
from odoo.exceptions import UserError


class AmazonOfferAssign(models.TransientModel):
    _name = "amazon.offer.assign"
    _inherit = ["amazon.wizard"]
    _description = "Assignment of a Product to Amazon SKUs"

    offer_ids = fields.Many2many("amazon.offer", string="SKUs", required=True)
    company_id = fields.Many2one("res.company", compute="_compute_from_offers")
    waiting_row_count = fields.Integer("Waiting Rows", compute="_compute_from_offers")
    product_id = fields.Many2one(
        "product.product",
        domain="[('sale_ok', '=', True), ('company_id', 'in', [False, company_id])]",
    )

    @api.depends("offer_ids")
    def _compute_from_offers(self):
        for wizard in self:
            wizard.company_id = wizard.offer_ids.company_id[:1]
            wizard.waiting_row_count = sum(wizard.offer_ids.mapped("waiting_row_count"))

    def action_assign(self):
        """Give all chosen SKUs the product; process their waiting rows.

        :raise UserError: where no product is chosen
        """
        self.check_access("read")
        self.ensure_one()
        if not self.product_id:
            raise UserError(self.env._("Choose the product of these SKUs first."))
        self.offer_ids.product_id = self.product_id
        return self.offer_ids._notify_processed()
