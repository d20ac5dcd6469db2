from odoo import fields, models

from ...trusted_context import Trusted


class AmazonReportRow(models.Model):
    """What a row means for returns."""

    _inherit = "amazon.report.row"

    return_id = fields.Many2one(
        "amazon.return", index="btree_not_null", ondelete="set null"
    )

    def action_import_without_order(self):
        """Import returns whose order is not in Odoo, and will not be."""
        rows = self.filtered(
            lambda row: row.outcome == "waiting" and row.code == "unknown_order"
        )
        rows.check_access("read")
        importer = self.env["amazon.report"]._get_importer_of("fba_returns")
        importer.sudo().with_context(amazon_without_order=Trusted()).import_again(
            rows.sudo()
        )
        return True
