from odoo import api, fields, models
from odoo.tools import clean_context, groupby


class StockMove(models.Model):
    _inherit = "stock.move"

    amazon_report_id = fields.Many2one(
        "amazon.report",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The report whose shipments this move sums up",
    )

    @api.depends("origin", "amazon_report_id", "sale_line_id")
    def _compute_reference(self):
        result = super()._compute_reference()
        for move in self:
            if not move.reference and (
                move.amazon_report_id
                or move.sale_line_id.order_id.amazon_fulfillment == "fba"
            ):
                move.reference = move.origin
        return result

    def _should_bypass_reservation(self, forced_location=False):
        # What has left already needs no reservation, neither before nor after.
        return self.env.context.get(
            "amazon_booking"
        ) or super()._should_bypass_reservation(forced_location)

    def _skip_push(self):
        # What Amazon ships goes to the customer at once, whatever the routes say.
        return self.env.context.get("amazon_booking") or super()._skip_push()

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        if self.env.context.get("amazon_import"):
            self._create_amazon_pickings()
        return super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )

    def _create_amazon_pickings(self):
        """Create the transfers of newly confirmed Amazon orders in one call.

        Odoo searches and creates one at a time. An order without any transfer has none
        to find; everything else is left to Odoo.
        """
        moves = self.filtered(
            lambda move: move.state == "draft"
            and not move.move_orig_ids
            and move.product_uom_qty > 0
            and move.sale_line_id.order_id.amazon_order_ref
            and not move.sale_line_id.order_id.picking_ids
            and move._should_be_assigned()
        )
        if not moves:
            return
        groups = [
            self.browse().concat(*group)
            for _key, group in groupby(
                moves, key=lambda move: (move.reference_ids, move._key_assign_picking())
            )
        ]
        pickings = (
            self.env["stock.picking"]
            .with_context(clean_context(self.env.context))
            .create([group._get_new_picking_values() for group in groups])
        )
        for group, picking in zip(groups, pickings, strict=True):
            group.picking_id = picking
