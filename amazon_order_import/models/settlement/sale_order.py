from odoo import fields, models


class SaleOrder(models.Model):
    """Where the money of an order is."""

    _inherit = "sale.order"

    amazon_settlement_order_ids = fields.One2many(
        "amazon.settlement.order", "sale_order_id", "Settlements", readonly=True
    )
    amazon_settlement_count = fields.Integer(compute="_compute_amazon_settlement_count")

    def _compute_amazon_settlement_count(self):
        counts = dict(
            self.env["amazon.settlement.order"]._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
            )
        )
        for order in self:
            order.amazon_settlement_count = counts.get(order, 0)

    def action_view_amazon_settlements(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_settlement_order_action"
        )
        action["domain"] = [("sale_order_id", "in", self.ids)]
        return action
