from odoo import api, fields, models

from ...report_formats import read_raw
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
    is_addition = fields.Boolean(
        "Adds to an Item",
        help="A further line of an item, which carries only what differs: a second "
        "promotion, for example",
    )
    item_number = fields.Integer(
        "Row of Its Item",
        help="Number of the row of the same file to which the line adds; 0: not clear",
    )
    item_row_id = fields.Many2one(
        "amazon.report.row",
        "Added To",
        index="btree_not_null",
        ondelete="set null",
        help="The row of the item that the line was added to",
    )
    addition_ids = fields.One2many(
        "amazon.report.row", "item_row_id", "Further Lines of the Item"
    )
    double_order_id = fields.Many2one(
        "sale.order",
        "In Odoo Already?",
        index="btree_not_null",
        ondelete="set null",
        help="An order of Odoo that bears the number, and differs from Amazon's",
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

    _open_additions = models.Index(
        "(company_id) WHERE is_addition AND outcome IN ('waiting', 'error')"
    )

    @api.depends(
        "sale_order_id.order_line.amazon_row_key", "row_key", "item_row_id.row_key"
    )
    def _compute_order_line_ids(self):
        for row in self:
            item = row.item_row_id or row
            # The key of a shipment that got its id later is another one.
            row.order_line_ids = row.sale_order_id.order_line.filtered(
                lambda line, item=item: (
                    line.amazon_row_id == item
                    or (item.row_key and line.amazon_row_key == item.row_key)
                )
            )

    def _read_again(self):
        """Return the ``ParsedRow`` of what is stored of a row that was read before."""
        self.ensure_one()
        return read_raw(self.report_id.kind, self.number, self.raw)

    @api.model
    def _get_reread_codes(self):
        # The channel or the start of the account may be another by now.
        return [
            *super()._get_reread_codes(),
            "before_start",
            "inactive_channel",
            "fulfilment_off",
            "business_off",
            "store_pickup_off",
            "left_out_by_person",
        ]

    def action_adopt_order(self):
        """Make the order that Odoo has already Amazon's, though they differ."""
        return self._decide_double("adopt")

    def action_import_separately(self):
        """Import the order beside the one of Odoo that bears its number."""
        return self._decide_double("separate")

    def _decide_double(self, decision):
        """Store a person's decision about doubles; process their rows again."""
        self.check_access("read")
        rows = self.sudo().filtered(
            lambda row: row.double_order_id and row.outcome == "waiting"
        )
        orders = rows.double_order_id
        orders._set_amazon_double_decision(decision)
        waiting = rows.search(
            [
                ("double_order_id", "in", orders.ids),
                ("outcome", "=", "waiting"),
                ("report_id.state", "in", ("done", "attention")),
            ]
        )
        for report in waiting.report_id:
            report._make_ready()
        waiting.report_id._process_soon()
        return True

    def action_view_order(self):
        self.check_access("read")
        self.ensure_one()
        return self.sale_order_id._get_records_action()
