from odoo import fields, models


class AmazonAccount(models.Model):
    _inherit = "amazon.account"

    fba_inventory_policy = fields.Selection(
        [
            ("show", "Shown"),
            ("propose", "Proposed as inventory adjustment"),
            ("book", "Booked as inventory adjustment"),
        ],
        "Differences to Amazon",
        required=True,
        default="show",
        help="What happens where Amazon counts other stock than Odoo",
    )
    fba_inventory_limit_units = fields.Integer(
        "Up To (Units)",
        default=50,
        help="More units than that are not booked before a person agrees",
    )
    fba_inventory_limit_value = fields.Monetary(
        "Up To (Value)",
        default=500.0,
        help="More than that, at cost, is not booked before a person agrees",
    )
    fba_inventory_min_share = fields.Integer(
        "Fewest Rows (%)",
        default=50,
        help="A file of FBA stock with fewer rows than this share of the last one is "
        "refused: most likely it was cut off",
    )
    fba_reserved_counts = fields.Boolean(
        "Count Reserved Units",
        default=True,
        help="Units that Amazon reserves for orders, or moves between its warehouses, "
        "are still yours. Odoo takes them out when they are shipped: so they belong to "
        "what Odoo has in stock",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")

    def _get_default_stock_pool(self):
        """Return the stock that a file is about which does not say so."""
        self.ensure_one()
        channels = self.channel_ids.filtered("active")
        pools = channels.marketplace_id._get_stock_pools()
        if self.region == "eu":
            return "GB" if pools == ["GB"] else "EU"
        main = {"na": "US", "fe": "JP"}[self.region]
        return main if main in pools or not pools else pools[0]

    def _get_stock_pool_of(self, country):
        """Return the stock to which goods in a country belong.

        :param country: ``res.country`` record, may be empty
        """
        self.ensure_one()
        if not country:
            return self._get_default_stock_pool()
        if country.code == "GB" or self.region != "eu":
            return country.code
        # Amazon's warehouses in the Czech Republic, for one, have no marketplace.
        europe = self.env.ref("base.europe").country_ids
        return "EU" if country in europe else country.code
