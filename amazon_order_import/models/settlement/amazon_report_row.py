from odoo import api, fields, models


class AmazonReportRow(models.Model):
    """The settlement that a row tells of."""

    _inherit = "amazon.report.row"

    amazon_settlement_id = fields.Many2one(
        "amazon.settlement", "Settlement", index="btree_not_null", ondelete="set null"
    )

    @api.model
    def _get_reread_codes(self):
        return [*super()._get_reread_codes(), "settlement_unknown"]
