from odoo import api, fields, models


class AmazonReportRow(models.Model):
    """What a row means for returns."""

    _inherit = "amazon.report.row"

    return_id = fields.Many2one(
        "amazon.return", index="btree_not_null", ondelete="set null"
    )
    can_import_without_order = fields.Boolean(
        compute="_compute_can_import_without_order",
        help="A return whose order is not in Odoo",
    )

    @api.depends("report_id.kind", "outcome", "code")
    def _compute_can_import_without_order(self):
        for row in self:
            row.can_import_without_order = (
                row.report_id.kind == "fba_returns"
                and row.outcome == "waiting"
                and row.code == "unknown_order"
            )

    def action_import_without_order(self):
        """Import returns whose order is not in Odoo, and will not be."""
        self.check_access("read")
        rows = self.filtered("can_import_without_order").sudo()
        importer = self.env["amazon.report"]._get_importer_of("fba_returns")
        importer.sudo().import_again(rows, without_order=True)
        return True
