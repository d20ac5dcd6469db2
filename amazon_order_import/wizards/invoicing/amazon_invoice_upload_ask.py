from odoo import Command, api, fields, models


class AmazonInvoiceUploadAsk(models.TransientModel):
    """Whether documents shall really go to the buyers: that is not taken back."""

    _name = "amazon.invoice.upload.ask"
    _inherit = ["amazon.wizard"]
    _description = "Upload of Invoices to Amazon"

    move_ids = fields.Many2many("account.move", string="Documents", readonly=True)
    count = fields.Integer("Number of Documents", compute="_compute_count")

    @api.depends("move_ids")
    def _compute_count(self):
        for ask in self:
            ask.count = len(ask.move_ids)

    def default_get(self, field_names):
        values = super().default_get(field_names)
        if self.env.context.get("active_model") == "account.move":
            values["move_ids"] = [Command.set(self.env.context.get("active_ids", []))]
        return values

    def action_upload(self):
        self.check_access("read")
        self.ensure_one()
        return self.move_ids.action_amazon_upload()
