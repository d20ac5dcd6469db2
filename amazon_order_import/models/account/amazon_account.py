from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...report_formats.kinds import ORDER_KINDS
from .sku_rule import SkuRule, find_pattern_fault

STOCK_POLICIES = [
    ("none", "Not booked"),
    ("move", "A move for each order line"),
    ("summary", "A move for each product and report"),
]


class AmazonAccount(models.Model):
    _name = "amazon.account"
    _description = "Amazon Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True, help="How you call this seller account")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    region = fields.Selection(
        [("eu", "Europe"), ("na", "North America"), ("fe", "Far East")],
        required=True,
        default="eu",
        help="Amazon authorises one region at a time: "
        "a seller in two regions has two accounts here",
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        help="Gets the to-dos of this account; scheduled actions note in this user's "
        "language what became of reports; salesperson of its orders",
    )

    # Settings of the import.
    channel_ids = fields.One2many(
        "amazon.account.marketplace",
        "account_id",
        "Channels",
        context={"active_test": False},
    )
    vat_service = fields.Selection(
        [
            ("none", "None: Odoo computes the tax"),
            ("vcs_lite", "VCS Lite: Amazon computes the tax, you invoice"),
            ("vcs", "VCS: Amazon computes the tax and invoices"),
        ],
        "VAT Calculation Service",
        required=True,
        default="none",
        help="Whether this seller takes part in Amazon's VAT Calculation Service",
    )
    customer_policy = fields.Selection(
        [
            ("buyer", "Each buyer is a customer"),
            ("collective", "One collective customer"),
        ],
        "Customers",
        required=True,
        default="buyer",
        help="Collective customer: buyers are contacts below it, as invoice and "
        "delivery address; businesses with a VAT number stay customers of their own",
    )
    collective_partner_id = fields.Many2one(
        "res.partner",
        "Collective Customer",
        check_company=True,
        domain=[("parent_id", "=", False)],
    )
    unknown_sku_policy = fields.Selection(
        [
            ("wait", "Wait until the SKU has a product"),
            ("placeholder", "Use the placeholder product"),
            ("create", "Create the product"),
        ],
        "Unknown SKU",
        required=True,
        default="wait",
    )
    sku_prefix = fields.Char(
        "SKU Prefix",
        help="Taken off the start of a SKU before its internal reference is looked up",
    )
    sku_suffix = fields.Char(
        "SKU Suffix",
        help="Taken off the end of a SKU before its internal reference is looked up, "
        "e.g. -FBA",
    )
    sku_pattern = fields.Char(
        "SKU Pattern",
        help="Regular expression that fits the whole SKU; its first group (in "
        "brackets) is the internal reference. ([^-]+)-.* takes what stands before the "
        "first hyphen, (.+)-[^-]* what stands before the last one",
    )
    sku_rule_preview = fields.Text(
        "Examples", compute="_compute_sku_rule_preview", compute_sudo=True
    )
    line_name = fields.Selection(
        [
            ("product", "The product's name"),
            ("amazon", "Amazon's title"),
            ("both", "Both"),
        ],
        "Item Description",
        required=True,
        default="product",
    )
    promotion_policy = fields.Selection(
        [
            ("line", "As lines of their own"),
            ("net", "Taken off the price"),
        ],
        "Promotions",
        required=True,
        default="line",
    )
    placeholder_product_id = fields.Many2one(
        "product.product",
        check_company=True,
        default=lambda self: self._default_product("product_unknown_item"),
    )
    shipping_product_id = fields.Many2one(
        "product.product",
        "Shipping",
        check_company=True,
        default=lambda self: self._default_product("product_shipping"),
    )
    gift_wrap_product_id = fields.Many2one(
        "product.product",
        "Gift Wrap",
        check_company=True,
        default=lambda self: self._default_product("product_gift_wrap"),
    )
    item_promotion_product_id = fields.Many2one(
        "product.product",
        "Item Promotion",
        check_company=True,
        default=lambda self: self._default_product("product_item_promotion"),
    )
    shipping_promotion_product_id = fields.Many2one(
        "product.product",
        "Shipping Promotion",
        check_company=True,
        default=lambda self: self._default_product("product_shipping_promotion"),
    )
    withheld_tax_ids = fields.Many2many(
        "account.tax",
        string="Tax when Amazon collects it",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        help="Tax (of 0 %) on the lines of orders whose sales tax or VAT Amazon "
        "collects and pays itself. Empty: those lines carry no tax",
    )
    stated_tax_id = fields.Many2one(
        "account.tax",
        "Tax Stated by Amazon",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        copy=False,
        help="Tax (of 0 %) that carries the tax amount of Amazon's report where the "
        "product and the fiscal position give no tax. Created when first needed",
    )
    order_workflow = fields.Selection(
        [
            ("quotation", "Quotation"),
            ("confirm", "Confirmed"),
            ("invoice", "Confirmed and invoiced"),
            ("paid", "Confirmed, invoiced and paid"),
        ],
        "Imported Orders Become",
        required=True,
        default="confirm",
        help="How far imported orders are taken by themselves. Invoices hold what can "
        "be invoiced by the invoicing policy of the products; goods invoiced by "
        "delivered quantity are invoiced after their delivery",
    )
    payment_journal_id = fields.Many2one(
        "account.journal",
        "Clearing Journal",
        check_company=True,
        domain=[("type", "in", ("bank", "cash", "credit"))],
        help="Receives the payments of the invoices. What Amazon pays out later leaves "
        "it again, so that its balance is what Amazon owes you",
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Delivers merchant-fulfilled orders. Empty: the company's first warehouse",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)

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

    tax_rule_ids = fields.One2many(
        "amazon.tax.rule",
        "account_id",
        "Tax Rules",
        context={"active_test": False},
        help="Who owes the tax and which fiscal position gives it; the first rule that "
        "fits decides",
    )

    report_ids = fields.One2many("amazon.report", "account_id")
    order_count = fields.Integer(compute="_compute_counts")
    attention_count = fields.Integer("To Do", compute="_compute_counts")
    offer_waiting_count = fields.Integer("Waiting SKUs", compute="_compute_counts")
    order_check_count = fields.Integer("Orders to Check", compute="_compute_counts")
    last_import_at = fields.Datetime("Last Import", compute="_compute_counts")

    def _default_product(self, name):
        return self.env.ref(f"amazon_order_import.{name}", raise_if_not_found=False)

    def _compute_counts(self):
        orders = dict(
            self.env["sale.order"]._read_group(
                [("amazon_account_id", "in", self.ids)],
                ["amazon_account_id"],
                ["__count"],
            )
        )
        reports = dict(
            self.env["amazon.report"]._read_group(
                [
                    ("account_id", "in", self.ids),
                    ("state", "in", ("attention", "failed")),
                ],
                ["account_id"],
                ["__count"],
            )
        )
        offers = dict(
            self.env["amazon.offer"]._read_group(
                [("account_id", "in", self.ids), ("product_id", "=", False)],
                ["account_id"],
                ["__count"],
            )
        )
        checks = dict(
            self.env["sale.order"]._read_group(
                [("amazon_account_id", "in", self.ids), *self._get_check_domain()],
                ["amazon_account_id"],
                ["__count"],
            )
        )
        imports = dict(
            self.env["amazon.report"]._read_group(
                [("account_id", "in", self.ids), ("kind", "in", ORDER_KINDS)],
                ["account_id"],
                ["processed_at:max"],
            )
        )
        for account in self:
            account.order_check_count = checks.get(account, 0)
            account.last_import_at = imports.get(account, False)
            account.order_count = orders.get(account, 0)
            account.attention_count = reports.get(account, 0)
            account.offer_waiting_count = offers.get(account, 0)

    @api.model
    def _get_check_domain(self):
        """Return the domain of the orders that a person has to look at."""
        return [
            "|",
            "|",
            ("amazon_amount_difference", "!=", 0),
            ("amazon_workflow_note", "!=", False),
            ("activity_ids", "!=", False),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.filtered(lambda a: not a.tax_rule_ids)._create_default_tax_rules()
        Rule = self.env["amazon.return.rule"].sudo()
        Rule.create(
            [
                {"account_id": account.id, **values}
                for account in accounts.filtered(lambda a: not a.return_rule_ids)
                for values in Rule._prepare_defaults()
            ]
        )
        return accounts

    def _create_default_tax_rules(self):
        """Prefill the table that says who owes the tax of an order."""
        Rule = self.env["amazon.tax.rule"].sudo()
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        for account in self:
            rules = Rule.create(Rule._prepare_default_rules(account))
            for code in languages:
                translated = Rule.with_context(lang=code)
                for rule, vals in zip(
                    rules, translated._prepare_default_rules(account), strict=True
                ):
                    rule.with_context(lang=code).name = vals["name"]

    # === BUYERS AND PRODUCTS === #

    @api.constrains("customer_policy", "collective_partner_id")
    def _check_collective_partner(self):
        for account in self:
            if account.customer_policy == "collective" and not (
                account.collective_partner_id
            ):
                raise ValidationError(
                    self.env._(
                        "Choose the collective customer of the account %(account)s, "
                        "or make each buyer a customer.",
                        account=account.name,
                    )
                )

    @api.constrains("sku_pattern")
    def _check_sku_pattern(self):
        for account in self:
            if message := account._explain_pattern_fault():
                raise ValidationError(message)

    def _explain_pattern_fault(self):
        """Return what is wrong with the SKU pattern and what to do, or ``""``."""
        self.ensure_one()
        pattern = self.sku_pattern or ""
        fault = find_pattern_fault(pattern) if pattern else ""
        messages = {
            "": "",
            "too_long": self.env._("The SKU pattern is too long. Shorten it."),
            "invalid": self.env._(
                "The SKU pattern %(pattern)s is no regular expression. Check its "
                "brackets and special characters.",
                pattern=pattern,
            ),
            "no_group": self.env._(
                "The SKU pattern %(pattern)s has no group. Put what is the internal "
                "reference in brackets, e.g. (.+)-FBA",
                pattern=pattern,
            ),
            "repeated_group": self.env._(
                "The SKU pattern %(pattern)s repeats a group, which can take very "
                "long. Repeat characters only, e.g. ([A-Z]+)-.* instead of "
                "([A-Z]+-)*",
                pattern=pattern,
            ),
            "too_many_repeats": self.env._(
                "The SKU pattern %(pattern)s has too many repeats, which can take very "
                "long. Use at most four of * + { }.",
                pattern=pattern,
            ),
        }
        return messages[fault]

    def _get_sku_rule(self):
        """Return how internal references are made of this account's SKUs."""
        self.ensure_one()
        return SkuRule(
            self.sku_prefix or "", self.sku_suffix or "", self.sku_pattern or ""
        )

    @api.depends("sku_prefix", "sku_suffix", "sku_pattern")
    def _compute_sku_rule_preview(self):
        for account in self:
            account.sku_rule_preview = account._get_sku_rule_preview()

    def _get_sku_rule_preview(self):
        """Return what the SKU rule makes of SKUs of this account, one per line."""
        rule = self._get_sku_rule()
        if fault := self._explain_pattern_fault():
            return fault
        if not rule or not self.ids:
            return False
        offers = self.env["amazon.offer"].search(
            [("account_id", "in", self.ids)], order="product_id DESC, id DESC", limit=5
        )
        skus = offers.mapped("sku") or [
            sku
            for (sku,) in self.env["amazon.report.row"]._read_group(
                [("account_id", "in", self.ids), ("sku", "!=", False)],
                ["sku"],
                limit=5,
            )
        ]
        if not skus:
            return self.env._("Examples appear here once reports have named SKUs.")
        references = {sku: rule.apply(sku) for sku in skus}
        products = {
            product.default_code: product
            for product in self.env["product.product"].search(
                [
                    ("default_code", "in", list(references.values())),
                    ("company_id", "in", [False, self.company_id.id]),
                ]
            )
        }
        lines = []
        for sku, reference in references.items():
            if not reference:
                lines.append(self.env._("%(sku)s: the rule does not fit", sku=sku))
            elif reference in products:
                lines.append(f"{sku} → {products[reference].display_name}")
            else:
                lines.append(
                    self.env._(
                        "%(sku)s → %(reference)s (no such internal reference)",
                        sku=sku,
                        reference=reference,
                    )
                )
        return "\n".join(lines)

    # === STOCK AT AMAZON === #

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

    def action_create_fba_locations(self):
        """Create the locations of the countries that the account sells in."""
        for account in self:
            channels = account.channel_ids.filtered("active")
            countries = channels.marketplace_id.country_id
            for country in countries or account.company_id.country_id:
                account._get_fba_location(country)
        return True

    # === TAXES === #

    def _get_stated_tax(self):
        """Return the tax that carries a tax amount of Amazon's where Odoo has no tax.

        It is a tax of 0 %: the amount is Amazon's, not computed. Created when first
        needed.
        """
        self.ensure_one()
        account = self.sudo().with_company(self.company_id)
        if not account.stated_tax_id:
            Tax = account.env["account.tax"]
            country = account.company_id.account_fiscal_country_id
            group = account.env["account.tax.group"].search(
                [
                    ("company_id", "=", account.company_id.id),
                    ("country_id", "in", [country.id, False]),
                ],
                limit=1,
            ) or account.env["account.tax.group"].create(
                {
                    "name": self.env._("Tax stated by Amazon"),
                    "company_id": account.company_id.id,
                    "country_id": country.id,
                }
            )
            account.stated_tax_id = Tax.create(
                {
                    "name": self.env._("Tax stated by Amazon (%s)", account.name),
                    "amount": 0.0,
                    "amount_type": "percent",
                    "type_tax_use": "sale",
                    "tax_group_id": group.id,
                    "country_id": country.id,
                    "company_id": account.company_id.id,
                    "price_include_override": "tax_excluded",
                }
            )
        return account.stated_tax_id

    def _for_responsible(self, records):
        """Return the records with language and time zone of who reads what is noted.

        A scheduled action has neither.
        """
        user = self.user_id
        return records.with_context(
            lang=user.lang or self.env.lang, tz=user.tz or self.env.context.get("tz")
        )

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_check_reports(self):
        """Advance every open report of every account; request the recurring ones.

        The only place that commits: after each step, so that stopping Odoo at any
        moment neither loses nor repeats anything.
        """
        self.env["amazon.report.request"]._create_due_reports()
        commit = self.env["ir.cron"]._commit_progress
        commit()
        Report = self.env["amazon.report"]
        for account in self.search([]):
            seconds_left = Report._advance_at_amazon(account, commit)
            if not seconds_left:
                break
            self.env["amazon.report.schedule"]._look(account, commit)
        finished = Report._process_ready(commit)
        for account in self.search([]):
            account = account._for_responsible(account)
            account.env["amazon.order.workflow"].run_invoicing(account, commit)
        self._trigger_next_look()
        if not finished:
            # Odoo runs the action again at once, not after its five minutes.
            commit(remaining=1)

    # === ACTIONS === #

    def action_view_orders(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.sale_order_action"
        )
        action["domain"] = [("amazon_account_id", "in", self.ids)]
        return action

    def action_view_orders_to_check(self):
        action = self.action_view_orders()
        action["domain"] += self._get_check_domain()
        return action

    def action_view_reports(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        return action

    def action_view_attention(self):
        action = self.action_view_reports()
        action["context"] = {"search_default_attention": 1}
        return action

    def action_view_waiting_offers(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_offer_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        action["context"] = {"search_default_without_product": 1}
        return action
