from odoo import api, fields, models

from ...report_formats import KINDS

#: Stock that marketplaces share, and that single ones have.
STOCK_POOLS = [
    ("EU", "European Union"),
    ("GB", "United Kingdom"),
    ("US", "United States"),
    ("CA", "Canada"),
    ("MX", "Mexico"),
    ("BR", "Brazil"),
    ("JP", "Japan"),
    ("AU", "Australia"),
    ("SG", "Singapore"),
    ("IN", "India"),
    ("AE", "United Arab Emirates"),
    ("SA", "Saudi Arabia"),
    ("EG", "Egypt"),
    ("TR", "Turkey"),
    ("ZA", "South Africa"),
]


class AmazonMarketplace(models.Model):
    _name = "amazon.marketplace"
    _description = "Amazon Marketplace"
    _order = "region, name"

    name = fields.Char(required=True, help="Amazon's sales channel, e.g. Amazon.de")
    api_ref = fields.Char("Amazon ID", required=True, help="Amazon's marketplaceId")
    region = fields.Selection(
        [("eu", "Europe"), ("na", "North America"), ("fe", "Far East")],
        required=True,
        help="The region of Amazon's Selling Partner API that serves this marketplace",
    )
    country_id = fields.Many2one("res.country", required=True)
    currency_id = fields.Many2one("res.currency", required=True)
    seller_central_host = fields.Char(required=True)
    price_includes_tax = fields.Boolean(
        "Prices include tax",
        default=True,
        help="Whether the prices in Amazon's reports contain the tax (Europe, Japan) "
        "or the tax comes on top of them (United States, Canada)",
    )

    collects_tax = fields.Boolean(
        "Amazon collects the tax",
        help="Whether Amazon, as marketplace facilitator, collects the sales tax and "
        "pays it to the authorities where a report does not say who does (FBA). Such "
        "tax is noted on the order but is not part of it. Fills the tax rules of new "
        "accounts; for an account that exists, change its tax rules",
    )

    has_vat_service = fields.Boolean(
        "Takes part in VCS",
        compute="_compute_has_vat_service",
        store=True,
        readonly=False,
        help="Whether Amazon's VAT Calculation Service exists for orders of this "
        "marketplace. Where it does not, you invoice them yourself",
    )

    _api_ref_unique = models.UniqueIndex(
        "(api_ref)", "This Amazon marketplace exists already."
    )
    _name_unique = models.UniqueIndex(
        "(name)", "A marketplace with this sales channel exists already."
    )

    @api.depends("country_id")
    def _compute_has_vat_service(self):
        countries = KINDS["vcs_lite"].countries
        for marketplace in self:
            marketplace.has_vat_service = marketplace.country_id.code in countries

    def _get_stock_pools(self):
        """Return the stocks that these marketplaces sell from, each once, in order."""
        european = self.env.ref("base.europe").country_ids
        return list(
            dict.fromkeys(
                "EU" if country in european else country.code
                for country in self.country_id
            )
        )

    def _get_order_url(self, order_ref):
        """Return the page of an order in Seller Central, or False."""
        host = self.seller_central_host
        return bool(host) and f"https://{host}/orders-v3/order/{order_ref}"
