from odoo import api, fields, models
from odoo.tools import format_date

#: Who may follow a parcel and read what a buyer writes about goods: it tells of people.
PARCEL_READER_GROUPS = "amazon_order_import.group_amazon_user,stock.group_stock_user"


class AmazonParcel(models.Model):
    """A shipment of Amazon's: what left one fulfilment centre for one order."""

    _name = "amazon.parcel"
    _description = "Parcel Sent by Amazon"
    _order = "order_id desc, shipment_date, id"
    _rec_name = "reference"
    _check_company_auto = True

    order_id = fields.Many2one(
        "sale.order", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="order_id.company_id", store=True)
    reference = fields.Char(
        required=True,
        readonly=True,
        groups=PARCEL_READER_GROUPS,
        help="Amazon's shipment; where Amazon leaves it out, the tracking number or "
        "the day of the shipment",
    )
    shipment_ref = fields.Char("Shipment", readonly=True)
    carrier = fields.Char(readonly=True)
    tracking_number = fields.Char(
        readonly=True,
        groups=PARCEL_READER_GROUPS,
        help="Several are separated by commas",
    )
    shipment_date = fields.Datetime("Shipped", readonly=True)
    estimated_arrival = fields.Datetime(readonly=True)
    fulfillment_center_id = fields.Many2one(
        "amazon.fulfillment.center",
        "Fulfilment Centre",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    country_id = fields.Many2one(related="fulfillment_center_id.country_id")
    location_id = fields.Many2one(
        "stock.location",
        readonly=True,
        check_company=True,
        help="Where the goods left from in Odoo's stock; empty where the account does "
        "not book FBA stock",
    )
    is_multi_channel = fields.Boolean(
        "Multi-channel",
        readonly=True,
        help="Amazon only shipped it; the sale took place elsewhere",
    )
    goods = fields.Char(
        readonly=True, help="Quantities and SKUs of a multi-channel shipment"
    )
    contents = fields.Char(compute="_compute_contents")
    line_ids = fields.One2many("sale.order.line", "amazon_parcel_id", readonly=True)

    _reference_unique = models.UniqueIndex(
        "(order_id, reference)", "This parcel is on the order already."
    )

    @api.depends("reference", "shipment_ref", "shipment_date")
    @api.depends_context("uid")
    def _compute_display_name(self):
        """Name a parcel without its tracking number for who may not follow it."""
        may_follow = self.env.su or self.env.user.has_groups(PARCEL_READER_GROUPS)
        for parcel in self:
            if may_follow:
                name = parcel.reference
            else:
                name = parcel.shipment_ref or format_date(
                    self.env, parcel.shipment_date
                )
            parcel.display_name = name

    @api.depends("goods", "line_ids.product_uom_qty", "line_ids.product_id")
    def _compute_contents(self):
        for parcel in self:
            parcel.contents = parcel.goods or ", ".join(
                f"{line.product_uom_qty:g} × {line.product_id.display_name}"
                for line in parcel.line_ids
                if line.amazon_line_type == "item"
            )
