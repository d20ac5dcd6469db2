import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .rule_table import ACCOUNT_TYPES, CATEGORIES, CHART_CODES, RULES, WITHOUT_ACCOUNT


def normal(text):
    """The form in which Amazon's labels are compared: they vary in case and spaces."""
    return " ".join((text or "").split()).casefold()


class AmazonSettlementRule(models.Model):
    """Says what rows of settlements are, and on which account they are booked."""

    _name = "amazon.settlement.rule"
    _description = "Rule for Rows of Amazon Settlements"
    _inherit = ["analytic.mixin"]
    _order = "sequence, id"
    _rec_name = "amount_description"
    _check_company_auto = True

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    # Those of people come before the prefilled ones.
    sequence = fields.Integer(default=5)
    active = fields.Boolean(default=True)
    transaction_type = fields.Char(
        required=True, default="*", help="As in Amazon's file; * stands for anything"
    )
    amount_type = fields.Char(required=True, default="*")
    amount_description = fields.Char(required=True, default="*")
    category = fields.Selection(CATEGORIES, required=True)
    ledger_account_id = fields.Many2one(
        "account.account",
        "Account",
        check_company=True,
        help="Where the amounts are booked. The buyer's money goes to receivables; "
        "reserves and carried balances stay in the clearing account",
    )
    partner_id = fields.Many2one("res.partner", check_company=True)

    @api.constrains("category", "ledger_account_id")
    def _check_ledger_account(self):
        for rule in self:
            if rule.category not in WITHOUT_ACCOUNT and not rule.ledger_account_id:
                raise ValidationError(
                    self.env._(
                        "Choose the account on which %(category)s is booked.",
                        category=dict(CATEGORIES)[rule.category],
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        # What somebody teaches is what held settlements wait for.
        taught = rules.filtered(lambda rule: rule.sequence < 10)
        self.env["amazon.settlement"].sudo()._book_held(taught.company_id)
        return rules

    def _matches(self, line):
        """Whether the rule is about a ``amazon.settlement.line``."""
        return all(
            re.fullmatch(
                ".*".join(map(re.escape, normal(self[name]).split("*"))),
                normal(line[name]),
            )
            for name in ("transaction_type", "amount_type", "amount_description")
        )

    # === PREFILLED === #

    @api.model
    def _get_rules(self, company):
        """Return the rules of a company, prefilled at the first time."""
        rules = self.with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        if not rules.filtered(lambda rule: rule.sequence >= 10):
            self.sudo().with_company(company)._prefill(company)
        return self.search([("company_id", "=", company.id)])

    def _prefill(self, company):
        accounts = {
            category: self._find_ledger_account(company, category)
            for category, _label in CATEGORIES
        }
        return self.create(
            [
                {
                    "company_id": company.id,
                    "sequence": 10 + number,
                    "transaction_type": transaction,
                    "amount_type": amount_type,
                    "amount_description": description,
                    "category": category,
                    "ledger_account_id": accounts[category].id,
                }
                for number, (transaction, amount_type, description, category) in (
                    enumerate(RULES)
                )
                if accounts[category] or category in WITHOUT_ACCOUNT
            ]
        )

    @api.model
    def _find_ledger_account(self, company, category):
        """Return the account of a category in the chart of a company, or none."""
        Account = self.env["account.account"].with_company(company)
        if category in WITHOUT_ACCOUNT:
            return Account
        if category == "transfer":
            return company.transfer_account_id
        mine = Account._check_company_domain(company)
        code = CHART_CODES.get(category, {}).get(company.chart_template)
        if code:
            found = Account.search([*mine, ("code", "=like", f"{code}%")], limit=1)
            if found:
                return found
        kind = ACCOUNT_TYPES.get(category, "expense")
        if kind == "expense" and company.expense_account_id:
            return company.expense_account_id
        return Account.search([*mine, ("account_type", "=", kind)], limit=1)
