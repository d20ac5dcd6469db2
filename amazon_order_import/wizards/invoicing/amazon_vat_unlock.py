from odoo import Command, fields, models


class AmazonVatUnlock(models.TransientModel):
    _name = "amazon.vat.unlock"
    _inherit = ["amazon.wizard"]
    _description = "Unlocking Own Invoices of Amazon Orders"

    order_ids = fields.Many2many("sale.order", string="Orders", readonly=True)
    reason = fields.Char(
        required=True, help="Is noted on each order with your name and the time"
    )
    result = fields.Text(readonly=True)

    def default_get(self, field_names):
        values = super().default_get(field_names)
        if self.env.context.get("active_model") == "sale.order":
            values["order_ids"] = [Command.set(self.env.context.get("active_ids", []))]
        return values

    def action_unlock(self):
        """Unlock the orders and tell which were locked at all."""
        self.check_access("read")
        self.ensure_one()
        unlocked = self.order_ids._amazon_unlock_invoicing(self.reason)
        others = self.order_ids - unlocked
        lines = []
        if unlocked:
            lines.append(self.env._("Unlocked: %s", ", ".join(unlocked.mapped("name"))))
        if others:
            lines.append(
                self.env._("Not locked before: %s", ", ".join(others.mapped("name")))
            )
        self.result = "\n".join(lines)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Unlock Own Invoices"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
