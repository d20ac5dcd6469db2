from decimal import Decimal

from odoo import fields, models

#: Parts of a row; each has the fields ``<part>_net`` and ``<part>_tax``.
COMPONENTS = (
    "item",
    "item_promotion",
    "shipping",
    "shipping_promotion",
    "gift_wrap",
    "gift_wrap_promotion",
)


class AmazonVatDocumentLine(models.Model):
    """One row of Amazon's VAT report: an item of a shipment, return or refund.

    All amounts have Amazon's own signs and are totals of the row in the document's
    currency.
    """

    _name = "amazon.vat.document.line"
    _description = "Line of an Amazon VAT Document"
    _order = "document_id, id"
    _rec_name = "sku"

    document_id = fields.Many2one(
        "amazon.vat.document", required=True, index=True, ondelete="cascade"
    )
    row_key = fields.Char(
        required=True,
        help="What identifies the row within the order: transaction, item, "
        "jurisdiction and position among equal ones",
    )
    report_id = fields.Many2one(
        "amazon.report",
        "Last Report",
        index="btree_not_null",
        ondelete="set null",
        help="The latest report that told of this line",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line", "Order Item", index="btree_not_null", ondelete="set null"
    )
    sku = fields.Char("SKU")
    asin = fields.Char("ASIN")
    quantity = fields.Integer()
    tax_rate = fields.Float("Rate", digits=(6, 4), aggregator=False)
    rate_label = fields.Char(
        "Tax Rate", help="The rate as text, to group by it: 19 %, 7.7 %"
    )
    reason = fields.Char("Reason Code", help="Taxable, NonTaxable, Exempt …")
    scheme = fields.Char(help="Empty, VCS_EU_OSS, DEEMED_RESELLER, CH_VOEC …")
    responsibility = fields.Char("Tax Owed By", help="Seller, or Marketplace (Amazon)")
    jurisdiction = fields.Char()
    currency_id = fields.Many2one(related="document_id.currency_id", store=True)
    item_net = fields.Monetary("Item, Net")
    item_tax = fields.Monetary("Item, Tax")
    item_promotion_net = fields.Monetary("Item Promotion, Net")
    item_promotion_tax = fields.Monetary("Item Promotion, Tax")
    shipping_net = fields.Monetary("Shipping, Net")
    shipping_tax = fields.Monetary("Shipping, Tax")
    shipping_promotion_net = fields.Monetary("Shipping Promotion, Net")
    shipping_promotion_tax = fields.Monetary("Shipping Promotion, Tax")
    gift_wrap_net = fields.Monetary("Gift Wrap, Net")
    gift_wrap_tax = fields.Monetary("Gift Wrap, Tax")
    gift_wrap_promotion_net = fields.Monetary("Gift Wrap Promotion, Net")
    gift_wrap_promotion_tax = fields.Monetary("Gift Wrap Promotion, Tax")
    amount_untaxed = fields.Monetary("Net", readonly=True)
    amount_tax = fields.Monetary("Tax", readonly=True)
    amount_total = fields.Monetary("Total", readonly=True)
    converted_tax = fields.Float(
        digits=(16, 2),
        help="Amazon's tax in the currency of the tax authority",
    )

    # What the analysis groups by.
    account_id = fields.Many2one(related="document_id.account_id", store=True)
    company_id = fields.Many2one(related="document_id.company_id", store=True)
    date = fields.Date(related="document_id.date", store=True)
    document_type = fields.Selection(related="document_id.document_type", store=True)
    marketplace_id = fields.Many2one(related="document_id.marketplace_id", store=True)
    ship_from_country_id = fields.Many2one(
        related="document_id.ship_from_country_id", store=True
    )
    ship_to_country_id = fields.Many2one(
        related="document_id.ship_to_country_id", store=True
    )
    buyer_type = fields.Selection(related="document_id.buyer_type", store=True)

    row_ids = fields.One2many("amazon.report.row", "vat_line_id", readonly=True)

    _row_unique = models.UniqueIndex(
        "(document_id, row_key)", "This row is in the document already."
    )

    def _get_rate(self):
        """Return the rate that Amazon states in percent, a ``Decimal``, exact."""
        self.ensure_one()
        return (Decimal(f"{self.tax_rate:.4f}") * 100).normalize()

    def _get_amounts(self):
        """Return the parts that have any amount: ``{part: (net, tax)}``, exact."""
        self.ensure_one()
        digits = self.currency_id.decimal_places
        amounts = {}
        for part in COMPONENTS:
            net, tax = self[f"{part}_net"], self[f"{part}_tax"]
            if net or tax:
                amounts[part] = (
                    Decimal(f"{net:.{digits}f}"),
                    Decimal(f"{tax:.{digits}f}"),
                )
        return amounts

    def _is_empty_share(self):
        """Whether a line only says that another jurisdiction gets no tax of an item."""
        return not self._get_amounts() and any(
            other.sku == self.sku
            and other.jurisdiction != self.jurisdiction
            and other._get_amounts()
            for other in self.document_id.line_ids
        )

    def _find_unnamed_item(self):
        """Return the item of a line without SKU: by its ASIN, or the only one."""
        order = self.document_id.sale_order_id
        known = order.amazon_vat_document_ids.line_ids.filtered(
            lambda other: self.asin and other.asin == self.asin and other.sale_line_id
        )
        items = known.sale_line_id or order.order_line.filtered(
            lambda item: item.amazon_line_type == "item" and item.product_uom_qty
        )
        return items if len(items) == 1 else items.browse()
