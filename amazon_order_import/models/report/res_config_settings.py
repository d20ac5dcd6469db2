from odoo import api, fields, models
from odoo.tools import config


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    amazon_processing_slots = fields.Integer(
        "Files Processed at Once",
        help="How many of Amazon's files are processed at the same time, each on a "
        "worker of its own",
    )
    amazon_cron_workers = fields.Integer(compute="_compute_amazon_cron_workers")

    @api.depends("company_id")
    def _compute_amazon_cron_workers(self):
        self.amazon_cron_workers = config["max_cron_threads"]

    @api.model
    def get_values(self):
        slots = self.env["amazon.account"]._get_processing_slots()
        return {**super().get_values(), "amazon_processing_slots": len(slots)}

    def set_values(self):
        self.check_access("read")
        result = super().set_values()
        for settings in self:
            Account = self.env["amazon.account"]
            if settings.amazon_processing_slots != len(Account._get_processing_slots()):
                Account._set_processing_slots(settings.amazon_processing_slots)
        return result
