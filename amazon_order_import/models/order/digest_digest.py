from odoo import fields, models
from odoo.exceptions import AccessError

GROUP = "amazon_order_import.group_amazon_user"


class DigestDigest(models.Model):
    """Amazon in Odoo's mail of figures."""

    _inherit = "digest.digest"

    kpi_amazon_orders = fields.Boolean("Amazon Orders")
    kpi_amazon_orders_value = fields.Integer(compute="_compute_amazon_orders_value")
    kpi_amazon_revenue = fields.Boolean("Amazon Revenue")
    kpi_amazon_revenue_value = fields.Monetary(compute="_compute_amazon_revenue_value")
    kpi_amazon_todos = fields.Boolean("Amazon: Needs You")
    kpi_amazon_todos_value = fields.Integer(compute="_compute_amazon_todos_value")

    def _compute_amazon_orders_value(self):
        self._check_amazon_user()
        self._calculate_company_based_kpi(
            "sale.order",
            "kpi_amazon_orders_value",
            date_field="amazon_purchase_date",
            additional_domain=[
                ("amazon_account_id", "!=", False),
                ("state", "!=", "cancel"),
            ],
        )

    def _compute_amazon_revenue_value(self):
        self._check_amazon_user()
        self._calculate_company_based_kpi(
            "sale.report",
            "kpi_amazon_revenue_value",
            date_field="date",
            additional_domain=[
                ("amazon_account_id", "!=", False),
                ("state", "!=", "cancel"),
            ],
            sum_field="price_total",
        )

    def _compute_amazon_todos_value(self):
        """What needs a person now; it has no period."""
        self._check_amazon_user()
        counts = dict(
            self.env["amazon.todo"]._read_group(
                [("company_id", "in", self._get_amazon_companies().ids)],
                ["company_id"],
                ["__count"],
            )
        )
        for digest in self:
            company = digest.company_id or self.env.company
            digest.kpi_amazon_todos_value = counts.get(company, 0)

    def _get_amazon_companies(self):
        return self.company_id | self.env.company

    def _check_amazon_user(self):
        """Odoo leaves a figure out of the mail of whoever may not see it."""
        if not self.env.user.has_group(GROUP):
            raise AccessError(
                self.env._("The figures of Amazon are for users of Amazon.")
            )

    def _compute_kpis_actions(self, company, user):
        actions = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("amazon_order_import.menu_root").id
        for name, action in (
            ("kpi_amazon_orders", "sale_order_action"),
            ("kpi_amazon_revenue", "sale_report_action"),
            ("kpi_amazon_todos", "amazon_todo_action"),
        ):
            actions[name] = f"amazon_order_import.{action}?menu_id={menu}"
        return actions
