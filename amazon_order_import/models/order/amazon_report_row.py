from odoo import api, fields, models

from ...report_formats.kinds import ORDER_KINDS
from ..report.amazon_report_row import IMPORTED_OUTCOMES


class AmazonReportRow(models.Model):
    """What a row means for its order."""

    _inherit = "amazon.report.row"

    offer_id = fields.Many2one(
        "amazon.offer",
        "SKU Mapping",
        index="btree_not_null",
        ondelete="set null",
        help="The SKU for whose product the row waits",
    )
    is_order_deleted = fields.Boolean(
        compute="_compute_is_order_deleted",
        help="The row became an order that somebody has deleted since",
    )
    order_line_ids = fields.Many2many(
        "sale.order.line", string="Order Lines", compute="_compute_order_line_ids"
    )

    @api.depends("report_id.kind", "outcome", "code", "sale_order_id")
    def _compute_is_order_deleted(self):
        for row in self:
            row.is_order_deleted = (
                row.report_id.kind in ORDER_KINDS
                and row.outcome in IMPORTED_OUTCOMES
                # Another report may have told that it was cancelled.
                and row.code != "settled_elsewhere"
                and not row.sale_order_id
            )

    @api.depends("sale_order_id.order_line.amazon_row_key", "row_key")
    def _compute_order_line_ids(self):
        for row in self:
            # The key of a shipment that got its id later is another one.
            row.order_line_ids = row.sale_order_id.order_line.filtered(
                lambda line, row=row: (
                    line.amazon_row_id == row
                    or (row.row_key and line.amazon_row_key == row.row_key)
                )
            )

    @api.model
    def _get_reread_codes(self):
        # The channel or the start of the account may be another by now.
        return [*super()._get_reread_codes(), "before_start", "inactive_channel"]

    def action_view_order(self):
        self.ensure_one()
        return self.sale_order_id._get_records_action()
