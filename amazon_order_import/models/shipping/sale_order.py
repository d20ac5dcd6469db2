from odoo import fields, models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amazon_confirmation_ids = fields.One2many(
        "amazon.shipment.confirmation", "order_id", "Parcels Told to Amazon"
    )
    amazon_confirmation_count = fields.Integer(
        compute="_compute_amazon_confirmation_count"
    )

    def _compute_amazon_confirmation_count(self):
        for order in self:
            order.amazon_confirmation_count = len(order.sudo().amazon_confirmation_ids)

    def _has_amazon_cancel_request(self):
        """Whether the buyer has asked Amazon to cancel the order."""
        self.ensure_one()
        tag = self.env.ref("amazon_order_import.tag_cancellation_requested")
        return bool(self.amazon_cancel_reason) or tag in self.tag_ids

    def action_view_amazon_confirmations(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_shipment_confirmation_action"
        )
        action["domain"] = [("order_id", "in", self.ids)]
        return action
