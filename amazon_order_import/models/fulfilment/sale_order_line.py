from odoo import api, fields, models

from ...trusted_context import Trusted, get_trusted


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    qty_delivered_method = fields.Selection(
        selection_add=[("amazon", "Shipped by Amazon")]
    )
    amazon_parcel_id = fields.Many2one(
        "amazon.parcel",
        "Parcel",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    amazon_booked_qty = fields.Float(
        "Booked Out of FBA Stock",
        copy=False,
        readonly=True,
        digits="Product Unit",
        help="How much of the line has been taken out of the stock at Amazon",
    )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        # A new line starts with the default of 0, also in a confirmed order.
        lines.filtered(
            lambda line: line.state == "sale" and line._is_shipped_by_amazon()
        )._compute_qty_delivered()
        return lines

    @api.depends("amazon_line_type", "order_id.amazon_fulfillment")
    def _compute_qty_delivered_method(self):
        result = super()._compute_qty_delivered_method()
        for line in self:
            if line._is_shipped_by_amazon():
                line.qty_delivered_method = "amazon"
        return result

    @api.depends("product_uom_qty", "state")
    def _compute_qty_delivered(self):
        return super()._compute_qty_delivered()

    def _prepare_qty_delivered(self):
        delivered = super()._prepare_qty_delivered()
        for line in self:
            if line.qty_delivered_method == "amazon":
                # Each line is what left in one parcel.
                delivered[line] = line.product_uom_qty if line.state == "sale" else 0.0
        return delivered

    def _update_line_quantity(self, values):
        lines = self
        if get_trusted(self.env, "amazon_import"):
            # Odoo refuses less than is delivered; here, less is delivered, too.
            lines = self.filtered(lambda line: line.qty_delivered_method != "amazon")
        return super(SaleOrderLine, lines)._update_line_quantity(values)

    def _is_shipped_by_amazon(self):
        self.ensure_one()
        return bool(self.amazon_line_type and self.order_id.amazon_fulfillment == "fba")

    def _action_launch_stock_rule(self, **kwargs):
        # What Amazon has shipped needs no delivery from here.
        lines = self.filtered(lambda line: not line._is_shipped_by_amazon())
        (self - lines)._book_amazon_stock()
        if not get_trusted(self.env, "amazon_import"):
            return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)
        lines._create_stock_references()
        collected = lines.with_context(
            amazon_collect_pickings=Trusted(),
            amazon_stock_rules=Trusted({}),
        )
        result = super(SaleOrderLine, collected)._action_launch_stock_rule(**kwargs)
        lines.order_id.picking_ids.filtered(
            lambda picking: picking.state not in ("cancel", "done")
        ).action_confirm()
        return result

    def _book_amazon_stock(self):
        """Book what has left Amazon's stock, or came back, where the order's policy is
        a move for each line.

        Lines without parcel wait: the import links them and comes back. By the summary
        policy, only what a person confirms or changes is booked here.
        """
        if self.env.context.get("skip_procurement"):
            return self.env["stock.move"]
        policies = {"move"}
        if not get_trusted(self.env, "amazon_import"):
            policies.add("summary")
        return self.env["amazon.stock.booker"].book_lines(
            self.filtered(
                lambda line: (
                    line.state == "sale"
                    and line.amazon_line_type == "item"
                    and line.product_id.type == "consu"
                    and line.order_id.amazon_stock_policy in policies
                    and line.amazon_parcel_id.location_id
                )
            )
        )

    def _create_stock_references(self):
        """Create in one call what Odoo would create order by order."""
        orders = self.filtered(lambda line: line.product_id.type == "consu").order_id
        self.env["stock.reference"].create(
            [
                order.order_line[0]._prepare_reference_vals()
                for order in orders
                if not order.stock_reference_ids
            ]
        )
