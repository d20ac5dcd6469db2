from decimal import Decimal

from odoo import fields, models

from ..order.sale_order_line import LINE_TYPES


class AmazonVatInvoiceLine(models.Model):
    """One amount of VAT invoice data: the item, its shipping, a promotion, ..."""

    _name = "amazon.vat.invoice.line"
    _description = "Amount of VAT Invoice Data"
    _order = "vat_invoice_id, id"

    vat_invoice_id = fields.Many2one(
        "amazon.vat.invoice", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="vat_invoice_id.company_id", store=True)
    currency_id = fields.Many2one(related="vat_invoice_id.currency_id")
    row_key = fields.Char(
        required=True, help="What identifies the item within its transaction"
    )
    line_type = fields.Selection(
        [*LINE_TYPES, ("gift_wrap_promotion", "Gift Wrap Promotion")],
        "Part",
        required=True,
    )
    order_item_ref = fields.Char("Order Item")
    sku = fields.Char("SKU")
    asin = fields.Char("ASIN")
    name = fields.Char("Description")
    quantity = fields.Integer(help="Units of the item; 1 for anything else")
    rate = fields.Float("VAT Rate (%)", digits=(5, 2))
    amount_untaxed = fields.Monetary("Net")
    amount_tax = fields.Monetary("VAT")
    amount_total = fields.Monetary("Total")
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Order Line",
        index="btree_not_null",
        ondelete="set null",
        help="The item of the order that the amount belongs to",
    )
    row_id = fields.Many2one(
        "amazon.report.row", "Report Row", index="btree_not_null", ondelete="set null"
    )

    _part_unique = models.UniqueIndex(
        "(vat_invoice_id, row_key, line_type)",
        "This amount of the transaction is in the list already.",
    )

    def _get_rate(self):
        """Return the rate that Amazon states in percent, a ``Decimal``, or None."""
        self.ensure_one()
        if not self.rate and self.amount_tax:
            return None
        return Decimal(f"{self.rate:.2f}").normalize()
