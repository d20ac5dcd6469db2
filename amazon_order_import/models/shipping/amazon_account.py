from odoo import fields, models


class AmazonAccount(models.Model):
    _inherit = "amazon.account"

    shipment_confirmation = fields.Selection(
        [("off", "Off"), ("manual", "By hand"), ("auto", "Automatically")],
        "Confirm Shipments",
        required=True,
        default="off",
        help="Whether Amazon is told which parcels of merchant-fulfilled orders have "
        "left. Check the carriers below first. By hand: those that you choose. "
        "Deliveries that were done before are confirmed only when you choose them",
        tracking=True,
    )
    shipment_carrier_ids = fields.One2many(
        "amazon.shipment.carrier", "account_id", "Carriers at Amazon"
    )

    def write(self, vals):
        result = super().write(vals)
        if "shipment_confirmation" in vals or "shipment_carrier_ids" in vals:
            self._wake_confirmations()
        return result

    def _wake_confirmations(self):
        """Look anew at parcels that wait: a setting or the carriers have changed."""
        self.env["amazon.shipment.confirmation"].sudo().search(
            [("account_id", "in", self.ids), ("state", "in", ("waiting", "queued"))]
        )._pass_gate()

    def action_suggest_shipment_carriers(self):
        """Add the company's delivery methods with the carriers that fit their names."""
        self.check_access("write")
        self.ensure_one()
        methods = self.env["delivery.carrier"].search(
            [("company_id", "in", (False, self.company_id.id))]
        )
        methods -= self.shipment_carrier_ids.carrier_id
        suggest = self.env["amazon.carrier.code"]._suggest
        self.env["amazon.shipment.carrier"].create(
            [
                {
                    "account_id": self.id,
                    "carrier_id": method.id,
                    "code_id": suggest(method).id,
                }
                for method in methods
            ]
        )
        self._wake_confirmations()
        return True
