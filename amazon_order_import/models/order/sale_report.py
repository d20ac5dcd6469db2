from odoo import fields, models


class SaleReport(models.Model):
    """Sales by account, channel and way of fulfilment."""

    _inherit = "sale.report"

    amazon_account_id = fields.Many2one("amazon.account", readonly=True)
    amazon_marketplace_id = fields.Many2one(
        "amazon.marketplace", "Amazon Channel", readonly=True
    )
    amazon_fulfillment = fields.Selection(
        [("mfn", "Merchant (MFN)"), ("fba", "Amazon (FBA)")],
        "Fulfilled By",
        readonly=True,
    )
    amazon_units = fields.Float(
        "Units", readonly=True, help="Without shipping, gift wrap and promotions"
    )
    amazon_tax_withheld = fields.Monetary("Tax Withheld by Amazon", readonly=True)

    def _select_additional_fields(self):
        rate = self._case_value_or_one("s.currency_rate")
        own_rate = self._case_value_or_one("account_currency_table.rate")
        return {
            **super()._select_additional_fields(),
            "amazon_account_id": "s.amazon_account_id",
            "amazon_marketplace_id": "s.amazon_marketplace_id",
            "amazon_fulfillment": "s.amazon_fulfillment",
            "amazon_units": "SUM(CASE WHEN l.amazon_line_type = 'item' "
            "THEN l.product_uom_qty ELSE 0 END)",
            "amazon_tax_withheld": f"SUM(l.amazon_tax_withheld / {rate} * {own_rate})",
        }

    def _group_by_sale(self):
        return f"""{super()._group_by_sale()},
            s.amazon_account_id,
            s.amazon_marketplace_id,
            s.amazon_fulfillment"""
