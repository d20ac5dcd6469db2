from odoo import fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    amazon_confirmation_ids = fields.One2many(
        "amazon.shipment.confirmation", "picking_id", "Parcels Told to Amazon"
    )
    amazon_confirmation_count = fields.Integer(
        compute="_compute_amazon_confirmation_count"
    )
    amazon_order_ref = fields.Char(related="sale_id.amazon_order_ref")

    def _compute_amazon_confirmation_count(self):
        for picking in self:
            picking.amazon_confirmation_count = len(
                picking.sudo().amazon_confirmation_ids
            )

    def _action_done(self):
        result = super()._action_done()
        parcels = (
            self.env["amazon.shipment.confirmation"].sudo()._create_for(self.sudo())
        )
        parcels._wake_sender()
        # What comes back before Amazon was told has not left.
        waiting = self.sudo().move_ids.origin_returned_move_id.picking_id
        waiting.amazon_confirmation_ids.filtered(
            lambda parcel: parcel.state in ("waiting", "queued")
        )._pass_gate()
        return result

    def write(self, vals):
        result = super().write(vals)
        if {"carrier_tracking_ref", "carrier_id"} & set(vals):
            self.sudo().amazon_confirmation_ids._follow_delivery()
        return result

    def action_confirm_to_amazon(self):
        """Tell Amazon of the parcels of deliveries, also of those done long ago."""
        self.check_access("write")
        Confirmation = self.env["amazon.shipment.confirmation"]
        Confirmation.check_access("read")
        known = self.sudo().amazon_confirmation_ids.filtered(
            lambda parcel: parcel.state in ("waiting", "refused", "given_up")
        )
        Confirmation.sudo()._create_for(self.sudo(), by_person=True)._wake_sender()
        known.action_confirm_shipment()
        return self.action_view_amazon_confirmations()

    def action_view_amazon_confirmations(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_shipment_confirmation_action"
        )
        action["domain"] = [("picking_id", "in", self.ids)]
        return action
