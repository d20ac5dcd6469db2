from odoo import api, models

from ..report.amazon_report_request_recurring import CADENCES


class AmazonReportRequest(models.Model):
    """Settlements cannot be requested: they are looked for, once reports are."""

    _inherit = "amazon.report.request"

    @api.model
    def _set_up(self, account, cadences=CADENCES):
        if cadences is CADENCES:
            account.sudo().settlement_import = True
        return super()._set_up(account, cadences)
