from odoo import fields, models


class AmazonOrderListLine(models.TransientModel):
    _name = "amazon.order.list.line"
    _inherit = ["amazon.wizard"]
    _description = "Number in a List of Amazon Orders"

    list_id = fields.Many2one(
        "amazon.order.list", required=True, index=True, ondelete="cascade"
    )
    order_ref = fields.Char("Amazon Order", readonly=True)
    level = fields.Char(readonly=True)
    title = fields.Char("What Became of It", readonly=True)
    sale_order_id = fields.Many2one("sale.order", "Order", readonly=True)

    def action_find(self):
        """Open the whole answer to one number, with its cure."""
        self.check_access("read")
        self.ensure_one()
        return self.env["amazon.order.finder"]._show(self.order_ref)
