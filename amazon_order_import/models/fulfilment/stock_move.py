from odoo import api, fields, models
from odoo.tools import clean_context, groupby

from ...trusted_context import Trusted, get_trusted
from .stock_quant import Reservations


class StockMove(models.Model):
    _name = "stock.move"
    _inherit = ["stock.move", "amazon.company.check"]

    amazon_report_id = fields.Many2one(
        "amazon.report",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The report whose shipments this move sums up",
    )

    amazon_return_id = fields.Many2one(
        "amazon.return",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The return to Amazon whose goods this move brings back",
    )

    amazon_snapshot_id = fields.Many2one(
        "amazon.stock.snapshot",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The count of Amazon's that this adjustment follows",
    )

    @api.depends("origin", "amazon_report_id", "amazon_return_id", "sale_line_id")
    def _compute_reference(self):
        result = super()._compute_reference()
        for move in self:
            if not move.reference and (
                move.amazon_report_id
                or move.amazon_return_id
                or move.sale_line_id.order_id.amazon_fulfillment == "fba"
            ):
                move.reference = move.origin
        return result

    def _should_bypass_reservation(self, forced_location=False):
        # What has left already needs no reservation, neither before nor after.
        return get_trusted(
            self.env, "amazon_booking"
        ) or super()._should_bypass_reservation(forced_location)

    def _skip_push(self):
        # What Amazon ships goes to the customer at once, whatever the routes say.
        return get_trusted(self.env, "amazon_booking") or super()._skip_push()

    def _action_confirm(self, merge=True, merge_into=False, create_proc=True):
        if get_trusted(self.env, "amazon_import"):
            self._create_amazon_pickings()
        return super()._action_confirm(
            merge=merge, merge_into=merge_into, create_proc=create_proc
        )

    def _action_assign(self, force_qty=False):
        if get_trusted(self.env, "amazon_import") and not force_qty:
            self._reserve_together()
        return super()._action_assign(force_qty=force_qty)

    def _reserve_together(self):
        """Reserve for all moves of a batch in one go what one quant can give them all.

        Odoo reserves move by move, with a dozen queries each. Whatever is not that
        simple (lots, several places, too little stock, other units) is left to Odoo.
        """
        moves = self.filtered(
            lambda move: move.state == "confirmed"
            and move.procure_method == "make_to_stock"
            and move.product_id.tracking == "none"
            and move.product_uom == move.product_id.uom_id
            and not move.picked
            and move.product_id.categ_id.packaging_reserve_method != "full"
            and not move.move_orig_ids
            and not move.move_line_ids
            and not move._should_bypass_reservation()
        )
        Quant = self.env["stock.quant"]
        vals_list = []
        for (product, location), group in moves.grouped(
            lambda move: (move.product_id, move.location_id)
        ).items():
            need = sum(group.mapped("product_qty"))
            found = Quant._get_reserve_quantity(product, location, need)
            if len(found) != 1 or product.uom_id.compare(found[0][1], need):
                continue
            vals_list += [
                move._prepare_move_line_vals(move.product_qty, found[0][0])
                for move in group
            ]
        reservations = Reservations()
        self.env["stock.move.line"].with_context(
            amazon_reservations=Trusted(reservations)
        ).create(vals_list)
        for (product, *place), quantity in reservations.quantities.items():
            location, lot, package, owner = place
            Quant._update_reserved_quantity(
                product, location, quantity, lot, package, owner
            )

    def _trigger_scheduler(self):
        return super(StockMove, self._get_reordered())._trigger_scheduler()

    def _update_orderpoints(self):
        return super(StockMove, self._get_reordered())._update_orderpoints()

    def _get_reordered(self):
        """Return the moves whose product has a reordering rule.

        Odoo searches the rules for each move; in a batch, most often there are none.
        """
        if not get_trusted(self.env, "amazon_import"):
            return self
        orderpoints = self.env["stock.warehouse.orderpoint"].sudo()
        products = orderpoints.search(
            [("product_id", "in", self.product_id.ids)]
        ).product_id
        return self.filtered(lambda move: move.product_id in products)

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
