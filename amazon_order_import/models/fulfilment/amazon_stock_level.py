from odoo import api, fields, models


class AmazonStockLevel(models.Model):
    """What a snapshot says of one SKU, and of one country where the file names it."""

    _name = "amazon.stock.level"
    _description = "FBA Stock of an SKU"
    _order = "moment desc, sku, id"
    _rec_name = "sku"
    _check_company_auto = True

    snapshot_id = fields.Many2one(
        "amazon.stock.snapshot",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    account_id = fields.Many2one(related="snapshot_id.account_id", store=True)
    company_id = fields.Many2one(
        related="snapshot_id.company_id", store=True, index=True
    )
    stock_pool = fields.Char(related="snapshot_id.stock_pool", store=True)
    source = fields.Selection(related="snapshot_id.source", store=True)
    moment = fields.Datetime(related="snapshot_id.moment", store=True)
    country_id = fields.Many2one("res.country", readonly=True)
    sku = fields.Char("SKU", required=True, readonly=True, index=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    asin = fields.Char("ASIN", readonly=True)
    title = fields.Char(readonly=True)
    condition = fields.Char(readonly=True, help="As in Amazon's report, e.g. New")
    product_id = fields.Many2one(
        "product.product", readonly=True, check_company=True, index="btree_not_null"
    )
    # A day has many snapshots: a sum over them would say nothing.
    qty_sellable = fields.Integer("Sellable", readonly=True, aggregator="avg")
    qty_unsellable = fields.Integer("Unsellable", readonly=True, aggregator="avg")
    qty_reserved = fields.Integer(
        "Reserved",
        readonly=True,
        aggregator="avg",
        help="Ordered by customers or on the way between Amazon's warehouses: still "
        "yours, not for sale now",
    )
    qty_inbound = fields.Integer(
        "Inbound", readonly=True, aggregator="avg", help="On the way to Amazon"
    )
    qty_researching = fields.Integer(
        "Researching",
        readonly=True,
        aggregator="avg",
        help="Amazon is looking for these units",
    )
    unknown_figures = fields.Char(
        readonly=True,
        help="Technical names of the figures that the file leaves open: not zero",
    )
    is_missing = fields.Boolean(
        "Not in the File",
        readonly=True,
        help="The SKU was in the snapshot before, but is not in this one: no stock",
    )
    carrier_id = fields.Many2one(
        "amazon.stock.level",
        "Counted With",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Amazon repeats the same units for each SKU of one FNSKU. They are "
        "counted with this SKU",
    )
    notes = fields.Char(compute="_compute_notes")

    _level_unique = models.UniqueIndex(
        "(snapshot_id, sku, COALESCE(country_id, 0))",
        "This SKU is in the snapshot already.",
    )

    @api.depends("unknown_figures", "is_missing", "carrier_id.sku")
    def _compute_notes(self):
        for level in self:
            notes = []
            if level.carrier_id:
                notes.append(
                    self.env._("the same units as %(sku)s", sku=level.carrier_id.sku)
                )
            if level.is_missing:
                notes.append(self.env._("not in the file any more"))
            elif level.unknown_figures:
                labels = [
                    self._fields[name]._description_string(self.env)
                    for name in level.unknown_figures.split(",")
                ]
                notes.append(self.env._("not told: %(names)s", names=", ".join(labels)))
            level.notes = "; ".join(notes) or False

    @api.model
    def _assign_products(self, offers):
        """Give the levels of SKUs their product that had none."""
        levels = self.search(
            [
                ("account_id", "in", offers.account_id.ids),
                ("sku", "in", offers.mapped("sku")),
                ("product_id", "=", False),
            ]
        )
        products = {
            (offer.account_id, offer.sku): offer.product_id
            for offer in offers
            if offer.product_id
        }
        for (account, sku), group in levels.grouped(
            lambda level: (level.account_id, level.sku)
        ).items():
            if product := products.get((account, sku)):
                group.product_id = product
