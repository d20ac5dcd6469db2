from odoo import api, fields, models


class AmazonTaxRule(models.Model):
    """Who owes the tax of an order, and which fiscal position gives its taxes.

    The rules of an account are read from top to bottom; the first that fits an order
    decides. What a report itself says (tax collected by Amazon, IOSS number) comes
    before all rules; Amazon's tax amounts stand whatever the rule.
    """

    _name = "amazon.tax.rule"
    _inherit = ["amazon.account.setting"]
    _description = "Tax Treatment of Amazon Orders"
    _order = "account_id, sequence, id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    name = fields.Char("Case", required=True, translate=True)
    active = fields.Boolean(default=True)
    marketplace_ids = fields.Many2many(
        "amazon.marketplace", string="Marketplaces", help="Empty: all"
    )
    fulfillment = fields.Selection(
        [("mfn", "Merchant (MFN)"), ("fba", "Amazon (FBA)")],
        "Fulfilled By",
        help="Empty: both",
    )
    departure = fields.Selection(
        [
            ("home", "Own country"),
            ("eu", "EU"),
            ("outside", "Outside the EU"),
        ],
        "Goods Leave From",
        help="Country of the warehouse (MFN) or of the fulfilment centre (FBA). "
        "Empty: any",
    )
    destination = fields.Selection(
        [
            ("same", "The same country"),
            ("eu", "Another EU country"),
            ("outside", "Outside the EU"),
        ],
        "Goods Go To",
        help="Seen from where they leave. Empty: any",
    )
    destination_country_ids = fields.Many2many(
        "res.country", string="Countries", help="Only to these countries. Empty: all"
    )
    buyer = fields.Selection(
        [("consumer", "Consumer"), ("business", "Business with VAT number")],
        help="Empty: both",
    )
    value_limit = fields.Float(
        "Goods Up To",
        help="Only where the goods of the order are worth no more than this, in the "
        "order's currency. 0: any value",
    )
    collector = fields.Selection(
        [("seller", "You"), ("amazon", "Amazon")],
        "Tax Owed By",
        required=True,
        default="seller",
        help="Amazon: it collects the tax and pays it to the authorities; the tax is "
        "noted on the order but is not part of it",
    )
    fiscal_position_id = fields.Many2one(
        "account.fiscal.position",
        check_company=True,
        help="Gives the taxes of the order. Empty: Odoo finds it by the delivery "
        "address, as for any other order (also for OSS)",
    )

    def _matches(self, case):
        """Whether the rule fits.

        :param case: ``TaxCase``
        """
        self.ensure_one()
        return (
            (not self.marketplace_ids or case.marketplace in self.marketplace_ids)
            and self.fulfillment in (False, case.fulfillment)
            and self.departure in (False, *case.departures)
            and self.destination in (False, case.destination)
            and (
                not self.destination_country_ids
                or case.destination_country in self.destination_country_ids
                # Isle of Man with the United Kingdom, Monaco with France.
                or case.destination_place.vat_country
                in self.destination_country_ids.mapped("code")
            )
            and self.buyer in (False, case.buyer)
            and (not self.value_limit or case.goods_value <= self.value_limit)
        )

    @api.model
    def _prepare_default_rules(self, account):
        """Return the values of the rules that most sellers need.

        :param account: ``amazon.account`` record
        :return: list of dicts, in order of precedence
        """
        rules = [
            {
                "name": self.env._(
                    "North America: Amazon is marketplace facilitator (FBA)"
                ),
                "marketplace_ids": [
                    fields.Command.set(
                        self.env["amazon.marketplace"]
                        .search([("collects_tax", "=", True)])
                        .ids
                    )
                ],
                "fulfillment": "fba",
                "collector": "amazon",
            }
        ]
        if account.region == "eu":
            rules += self._prepare_european_rules(account.company_id)
        return [
            dict(rule, account_id=account.id, sequence=10 * position)
            for position, rule in enumerate(rules, start=1)
        ]

    def _prepare_european_rules(self, company):
        """Return the values of the rules that most sellers in Europe need."""
        rules = []
        uk = self.env.ref("base.uk")
        export = self._find_export_position(company)
        if company.country_id != uk:
            rules.append(
                {
                    "name": self.env._(
                        "Goods in the United Kingdom, seller from abroad"
                    ),
                    "departure": "outside",
                    "destination": "same",
                    "destination_country_ids": [fields.Command.set(uk.ids)],
                    "buyer": "consumer",
                    # Such goods leave no EU country: it is none of its exports.
                    "collector": "amazon",
                }
            )
        rules += [
            {
                "name": self.env._("Import into the United Kingdom up to GBP 135"),
                "marketplace_ids": [
                    fields.Command.set(
                        self.env.ref("amazon_order_import.amazon_marketplace_gb").ids
                    )
                ],
                "destination": "outside",
                "destination_country_ids": [fields.Command.set(uk.ids)],
                "buyer": "consumer",
                "value_limit": 135.0,
                "collector": "amazon",
                "fiscal_position_id": export.id,
            },
            {
                "name": self.env._("Import into the EU up to EUR 150 (IOSS)"),
                "departure": "outside",
                "destination": "eu",
                "buyer": "consumer",
                "value_limit": 150.0,
                "collector": "amazon",
            },
            {
                "name": self.env._("Business in another EU country (reverse charge)"),
                "departure": "eu",
                "destination": "eu",
                "buyer": "business",
                "collector": "seller",
                "fiscal_position_id": self._find_intra_community_position(company).id,
            },
            {
                "name": self.env._("Export out of the EU"),
                "departure": "eu",
                "destination": "outside",
                "collector": "seller",
                "fiscal_position_id": export.id,
            },
        ]
        return rules

    def _find_positions(self, company):
        return self.env["account.fiscal.position"].search(
            self.env["account.fiscal.position"]._check_company_domain(company)
        )

    def _find_intra_community_position(self, company):
        """Return the fiscal position for businesses in other EU countries, or none."""
        europe = self.env.ref("base.europe")
        return self._find_positions(company).filtered(
            lambda position: position.vat_required
            and position.country_group_id
            and position.country_group_id.country_ids <= europe.country_ids
        )[:1]

    def _find_export_position(self, company):
        """Return the fiscal position for exports, or none.

        Charts of accounts bring one that maps all sale taxes to 0 %, often not
        applied by itself (Germany).
        """
        europe = self.env.ref("base.europe").country_ids

        def is_export(position):
            taxes = position.tax_ids.filtered(lambda tax: tax.type_tax_use == "sale")
            countries = position.country_group_id.country_ids | position.country_id
            return (
                taxes
                and not any(taxes.mapped("amount"))
                and not position.vat_required
                and not countries & europe
            )

        return self._find_positions(company).filtered(is_export)[:1]
