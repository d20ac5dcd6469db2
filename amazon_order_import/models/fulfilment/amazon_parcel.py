from odoo import api, fields, models


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
        help="Amazon's shipment; where Amazon leaves it out, the tracking number or "
        "the day of the shipment",
    )
    shipment_ref = fields.Char("Shipment", readonly=True)
    carrier = fields.Char(readonly=True)
    tracking_number = fields.Char(readonly=True, help="Several are separated by commas")
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

    @api.depends("goods", "line_ids.product_uom_qty", "line_ids.product_id")
    def _compute_contents(self):
        for parcel in self:
            parcel.contents = parcel.goods or ", ".join(
                f"{line.product_uom_qty:g} × {line.product_id.display_name}"
                for line in parcel.line_ids
                if line.amazon_line_type == "item"
            )
