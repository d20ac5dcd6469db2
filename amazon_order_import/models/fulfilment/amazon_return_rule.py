from odoo import api, fields, models

from .amazon_return import OPEN_CONDITION, fold


class AmazonReturnRule(models.Model):
    """Where returned goods go in Odoo's stock that Amazon does not sell again.

    The first line that fits decides.
    """

    _name = "amazon.return.rule"
    _description = "Stock Location of Returned Goods"
    _order = "account_id, sequence, id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    sequence = fields.Integer(default=10)
    disposition = fields.Char(
        "Condition", help="As in Amazon's report, e.g. DEFECTIVE. Empty: any"
    )
    status = fields.Char(help="As in Amazon's report, e.g. Reimbursed. Empty: any")
    target = fields.Selection(
        [
            ("none", "Not booked"),
            ("unsellable", "Unsellable stock at Amazon"),
            ("sellable", "Sellable stock at Amazon"),
            ("location", "This location"),
        ],
        required=True,
        default="unsellable",
    )
    location_id = fields.Many2one(
        "stock.location",
        check_company=True,
        domain=[("usage", "=", "internal")],
        ondelete="restrict",
    )

    _location_given = models.Constraint(
        "CHECK (target != 'location' OR location_id IS NOT NULL)",
        "Choose the location for these returned goods.",
    )

    @api.depends("disposition", "status")
    def _compute_display_name(self):
        for rule in self:
            parts = filter(None, (rule.disposition, rule.status))
            rule.display_name = " / ".join(parts) or self.env._("All others")

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules._settle_open_conditions()
        return rules

    def write(self, vals):
        result = super().write(vals)
        self._settle_open_conditions()
        return result

    def _settle_open_conditions(self):
        """Book the returned goods whose condition these rules make known."""
        rows = (
            self.env["amazon.report.row"]
            .sudo()
            .search(
                [
                    ("return_id.account_id", "in", self.account_id.ids),
                    ("code", "=", OPEN_CONDITION),
                ]
            )
        )
        known = rows.return_id.filtered(lambda record: not record._get_open_condition())
        if not known:
            return
        for company, returns in known.grouped("company_id").items():
            booker = self.env["amazon.stock.booker"].sudo().with_company(company)
            booker.book_returns(returns.with_env(booker.env))
        known._tell_open_conditions()
        rows.report_id._update_attention()

    @api.model
    def _prepare_defaults(self):
        """Return the values of the rules of a new account.

        What Amazon pays for or gives away is not the seller's any more; all else lies
        at Amazon, unsellable, until it is removed.
        """
        return [
            {"sequence": 10, "status": "Reimbursed", "target": "none"},
            {"sequence": 20, "status": "IMMEDIATE_DONATION", "target": "none"},
            {"sequence": 90, "target": "unsellable"},
        ]

    def _find_rule(self, returned):
        """Return the first of these rules that fits an ``amazon.return``, or none."""

        def fits(wanted, told):
            return not wanted or fold(wanted) == fold(told)

        return self.sorted(lambda rule: (rule.sequence, rule.id)).filtered(
            lambda rule: fits(rule.disposition, returned.disposition)
            and fits(rule.status, returned.status)
        )[:1]

    def _get_location(self, returned):
        """Return the ``stock.location`` for an ``amazon.return``; empty: none."""
        self.ensure_one()
        if self.target == "location":
            return self.location_id
        if self.target == "none":
            return self.env["stock.location"]
        return self.account_id._get_fba_location(
            returned.country_id, sellable=self.target == "sellable"
        )
