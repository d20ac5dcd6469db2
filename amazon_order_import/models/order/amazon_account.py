from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AmazonAccount(models.Model):
    """What becomes of the orders of an account."""

    _inherit = "amazon.account"

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
    payment_fee_product_id = fields.Many2one(
        "product.product",
        "Payment Fee",
        check_company=True,
        default=lambda self: self._default_product("product_payment_fee"),
        help="What the buyer pays for the way of payment, as cash on delivery",
    )
    withheld_tax_ids = fields.Many2many(
        "account.tax",
        string="Tax when Amazon collects it",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        help="Tax (of 0 %) on the lines of orders whose sales tax or VAT Amazon "
        "collects and pays itself. Empty: those lines carry no tax",
        tracking=True,
    )
    stated_tax_id = fields.Many2one(
        "account.tax",
        "Tax Stated by Amazon",
        check_company=True,
        domain=[("type_tax_use", "=", "sale"), ("amount", "=", 0)],
        copy=False,
        help="Tax (of 0 %) that carries the tax amount of Amazon's report where the "
        "product and the fiscal position give no tax. Created when first needed",
        tracking=True,
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
        tracking=True,
    )
    payment_journal_id = fields.Many2one(
        "account.journal",
        "Clearing Journal",
        check_company=True,
        domain=[("type", "in", ("bank", "cash", "credit"))],
        help="Receives the payments of the invoices. What Amazon pays out later leaves "
        "it again, so that its balance is what Amazon owes you",
        tracking=True,
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Delivers merchant-fulfilled orders. Empty: the company's first warehouse",
    )
    team_id = fields.Many2one("crm.team", "Sales Team", check_company=True)
    tax_registration_ids = fields.One2many(
        "amazon.tax.registration",
        "account_id",
        "Tax Registrations",
        help="Countries besides the company's own in which VAT is declared",
    )
    tax_rule_ids = fields.One2many(
        "amazon.tax.rule",
        "account_id",
        "Tax Rules",
        context={"active_test": False},
        help="Who owes the tax and which fiscal position gives it; the first rule that "
        "fits decides",
    )

    order_count = fields.Integer(compute="_compute_order_counts")
    offer_waiting_count = fields.Integer(
        "Waiting SKUs", compute="_compute_order_counts"
    )
    order_check_count = fields.Integer(
        "Orders to Check", compute="_compute_order_counts"
    )

    def _default_product(self, name):
        return self.env.ref(f"amazon_order_import.{name}", raise_if_not_found=False)

    def _compute_order_counts(self):
        Order, Offer = self.env["sale.order"], self.env["amazon.offer"]
        orders, checks = (
            self._count_by_account(Order, "amazon_account_id", domain)
            for domain in ([], self._get_check_domain())
        )
        offers = self._count_by_account(
            Offer, "account_id", [("product_id", "=", False)]
        )
        for account in self:
            account.order_count = orders.get(account, 0)
            account.order_check_count = checks.get(account, 0)
            account.offer_waiting_count = offers.get(account, 0)

    def _count_by_account(self, Model, name, domain):
        """Return how many records of a model each account has.

        :param str name: field with the account
        :return: dict ``{account: count}``
        """
        return dict(
            Model._read_group([(name, "in", self.ids), *domain], [name], ["__count"])
        )

    @api.model
    def _get_check_domain(self):
        """Return the domain of the orders that a person has to look at."""
        return [
            "|",
            "|",
            "|",
            ("amazon_amount_difference", "!=", 0),
            ("amazon_workflow_note", "!=", False),
            "&",
            ("amazon_tax_problem", "!=", False),
            ("state", "=", "draft"),
            ("activity_ids", "!=", False),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        accounts = super().create(vals_list)
        accounts.filtered(lambda a: not a.tax_rule_ids)._create_default_tax_rules()
        Registration = self.env["amazon.tax.registration"].sudo()
        Registration.create(
            [
                vals
                for account in accounts.filtered(lambda a: not a.tax_registration_ids)
                for vals in Registration._prepare_defaults(account)
            ]
        )
        return accounts

    def _get_tax_registrations(self):
        """Return the codes of the countries in which the seller is registered."""
        return frozenset(self.tax_registration_ids.mapped("country_id.code"))

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

    # === BUYERS === #

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

    # === TAXES === #

    def _get_charge_product(self, line_type):
        """Return the product of an order line that is no item."""
        self.ensure_one()
        return {
            "shipping": self.shipping_product_id,
            "gift_wrap": self.gift_wrap_product_id,
            "item_promotion": self.item_promotion_product_id,
            "shipping_promotion": self.shipping_promotion_product_id,
            # Accounts of earlier versions have none.
            "payment_fee": self.payment_fee_product_id
            or self._default_product("product_payment_fee"),
        }[line_type]

    # === AFTER THE REPORTS === #

    def _do_after_reports(self, commit):
        result = super()._do_after_reports(commit)
        for account in self:
            account = account._for_responsible(account)
            account.env["amazon.order.workflow"].run_invoicing(account, commit)
        return result

    # === ACTIONS === #

    def action_view_orders(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.sale_order_action"
        )
        action["domain"] = [("amazon_account_id", "in", self.ids)]
        return action

    def action_view_orders_to_check(self):
        action = self.action_view_orders()
        action["domain"] += self._get_check_domain()
        return action

    def action_view_waiting_offers(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_offer_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        action["context"] = {"search_default_without_product": 1}
        return action
