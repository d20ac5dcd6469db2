from odoo import models

from ...collisions import collisions_expected


class IrCron(models.Model):
    _inherit = "ir.cron"

    def _callback(self, cron_name, server_action_id):
        """Have our scheduled actions, which work side by side, collide in silence."""
        action = self.env["ir.actions.server"].sudo().browse(server_action_id)
        if not (action.model_name or "").startswith("amazon."):
            return super()._callback(cron_name, server_action_id)
        with collisions_expected():
            return super()._callback(cron_name, server_action_id)
