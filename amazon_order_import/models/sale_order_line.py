from odoo import api, fields, models

LINE_TYPES = [
    ("item", "Item"),
    ("shipping", "Shipping"),
    ("gift_wrap", "Gift Wrap"),
    ("item_promotion", "Item Promotion"),
    ("shipping_promotion", "Shipping Promotion"),
]


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    qty_delivered_method = fields.Selection(
        selection_add=[("amazon", "Shipped by Amazon")]
    )
    amazon_row_key = fields.Char(
        copy=False,
        readonly=True,
        help="What identifies the report row within its order: the order item, or the "
        "shipment item",
    )
    amazon_line_type = fields.Selection(LINE_TYPES, copy=False, readonly=True)
    amazon_fingerprint = fields.Char(
        copy=False,
        readonly=True,
        help="Recognises a shipment item whose id Amazon leaves out",
    )
    amazon_figures = fields.Json(
        copy=False, help="Amazon's figures, to notice when they change"
    )
    amazon_amount_total = fields.Monetary(
        "Amazon's Total",
        copy=False,
        readonly=True,
        help="Total of this line as Amazon states it",
    )
    amazon_amount_tax = fields.Monetary(
        "Amazon's Tax",
        copy=False,
        readonly=True,
        help="Tax in this line as Amazon states it; computed by Odoo's taxes where "
        "Amazon states none",
    )
    amazon_tax_withheld = fields.Monetary(
        "Tax Collected by Amazon", copy=False, readonly=True
    )
    amazon_row_id = fields.Many2one(
        "amazon.report.row",
        "Report Row",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _amazon_row_unique = models.UniqueIndex(
        "(order_id, amazon_row_key, amazon_line_type) WHERE amazon_row_key IS NOT NULL",
        "This row of an Amazon report has its line in the order already.",
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
        super()._compute_qty_delivered_method()
        for line in self:
            if line._is_shipped_by_amazon():
                line.qty_delivered_method = "amazon"

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

    def _is_shipped_by_amazon(self):
        self.ensure_one()
        return bool(
            self.amazon_line_type and self.order_id.amazon_fulfillment == "fba"
        )

    def _action_launch_stock_rule(self, **kwargs):
        # What Amazon has shipped needs no delivery from here.
        lines = self.filtered(lambda line: not line._is_shipped_by_amazon())
        return super(SaleOrderLine, lines)._action_launch_stock_rule(**kwargs)

    @api.depends("order_id.amazon_is_replacement")
    def _compute_qty_to_invoice(self):
        replacements = self.filtered("order_id.amazon_is_replacement")
        replacements.qty_to_invoice = 0.0
        return super(SaleOrderLine, self - replacements)._compute_qty_to_invoice()
