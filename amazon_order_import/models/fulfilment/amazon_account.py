from odoo import api, fields, models

STOCK_POLICIES = [
    ("none", "Not booked"),
    ("move", "A move for each order line"),
    ("summary", "A move for each product and report"),
]


class AmazonAccount(models.Model):
    """Who delivers what from where, and the stock at Amazon."""

    _inherit = "amazon.account"

    carrier_ids = fields.One2many(
        "amazon.account.carrier", "account_id", "Delivery Methods"
    )
    # Booking before somebody counted the stock at Amazon in would only make it
    # negative: hence off until a person decides.
    fba_stock_policy = fields.Selection(
        STOCK_POLICIES,
        "FBA Stock",
        required=True,
        default="none",
        help="How the goods of FBA orders are taken out of the stock at Amazon. Count "
        "that stock in before you switch it on; it counts for orders imported from "
        "then on",
    )
    fba_warehouse_id = fields.Many2one(
        "stock.warehouse",
        "FBA Warehouse",
        check_company=True,
        copy=False,
        help="Holds the locations of the countries. Created when first needed, apart "
        "from your own warehouses, so that goods at Amazon are not promised for your "
        "own deliveries",
    )
    fba_location_ids = fields.One2many(
        "amazon.account.location",
        "account_id",
        "FBA Locations",
        help="Where the goods of FBA orders leave from, by the country of the "
        "fulfilment centre. Countries that are not here are added when first needed",
    )

    return_rule_ids = fields.One2many(
        "amazon.return.rule",
        "account_id",
        "Returned Goods",
        help="Where returned goods go in Odoo's stock that Amazon does not sell again; "
        "the first line that fits decides",
    )

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

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        Rule = self.env["amazon.return.rule"].sudo()
        Rule.create(
            [
                {"account_id": account.id, **values}
                for account in accounts.filtered(lambda a: not a.return_rule_ids)
                for values in Rule._prepare_defaults()
            ]
        )
        return accounts

    # === STOCKS === #

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

    # === WAREHOUSE AND LOCATIONS === #

    def _get_fba_warehouse(self):
        """Return the warehouse for the stock at Amazon; created when first needed."""
        self.ensure_one()
        account = self.sudo()
        if not account.fba_warehouse_id:
            company = account.company_id
            known = account.with_context(active_test=False).search(
                [("company_id", "=", company.id), ("fba_warehouse_id", "!=", False)],
                limit=1,
            )
            account.fba_warehouse_id = (
                known.fba_warehouse_id or account._create_fba_warehouse()
            )
        return self.fba_warehouse_id

    def _create_fba_warehouse(self):
        Warehouse = self.env["stock.warehouse"].with_context(active_test=False)
        others = Warehouse.search([("company_id", "=", self.company_id.id)])
        codes = set(others.mapped("code"))
        code = next(
            code
            for code in ("FBA", *(f"FBA{number}" for number in range(2, 99)))
            if code not in codes
        )
        return Warehouse.create(
            {
                "name": self.env._("Amazon %(code)s", code=code),
                "code": code,
                "company_id": self.company_id.id,
                # Never the default of the company.
                "sequence": max(others.mapped("sequence"), default=10) + 10,
            }
        )

    def _get_fba_location(self, country, sellable=True):
        """Return where goods at Amazon lie in a country; created when first needed.

        :param country: ``res.country`` record; empty for centres not known
        :param bool sellable: False for damaged goods, which lie apart
        :return: ``stock.location``
        """
        self.ensure_one()
        line = self.fba_location_ids.filtered(lambda line: line.country_id == country)
        if not line:
            line = line.sudo().create(
                {
                    "account_id": self.id,
                    "country_id": country.id,
                    "location_id": self._create_fba_location(country).id,
                }
            )
        if sellable:
            return line.location_id
        if not line.unsellable_location_id:
            location = self._create_fba_location(country, sellable=False)
            line.sudo().unsellable_location_id = location
        return line.unsellable_location_id

    def _create_fba_location(self, country, sellable=True):
        name = f"FBA {country.code}" if country else self.env._("FBA unknown country")
        parent = self.env["stock.location"].sudo()
        if sellable:
            parent = self._get_fba_warehouse().sudo().lot_stock_id
        else:
            # Outside any warehouse: the goods are yours, but not there to be sold.
            name = self.env._("%(name)s unsellable", name=name)
        if parent.search_count(
            [
                ("location_id", "=", parent.id),
                ("name", "=", name),
                ("company_id", "=", self.company_id.id),
            ]
        ):
            # Another seller account of the company has stock of its own.
            name = f"{name} ({self.name})"
        return parent.create(
            {
                "name": name,
                "location_id": parent.id,
                "usage": "internal",
                "company_id": self.company_id.id,
            }
        )

    # === ACTIONS === #

    def action_create_fba_locations(self):
        """Create the locations of the countries that the account sells in."""
        self.check_access("write")
        for account in self:
            channels = account.channel_ids.filtered("active")
            countries = channels.marketplace_id.country_id
            for country in countries or account.company_id.country_id:
                account._get_fba_location(country)
        return True
