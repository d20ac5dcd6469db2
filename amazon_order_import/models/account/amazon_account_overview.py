from dataclasses import asdict

from odoo import api, fields, models

from .figure import Figure


class AmazonAccount(models.Model):
    """The card of an account in the overview; the other domains fill it."""

    _inherit = "amazon.account"

    overview_figures = fields.Json(compute="_compute_overview")
    overview_todos = fields.Json(compute="_compute_overview")
    overview_graph = fields.Json(compute="_compute_overview_graph")
    todo_count = fields.Integer("Needs You", compute="_compute_overview")

    @api.depends_context("lang", "tz", "uid")
    def _compute_overview(self):
        figures = self._get_figures()
        counts = dict.fromkeys(self.ids, ())
        for account, kind, late, count in self._count_todos():
            counts[account.id] += ((kind, late, count),)
        labels = dict(
            self.env["amazon.todo"]._fields["kind"]._description_selection(self.env)
        )
        for account in self:
            todos = counts.get(account.id, ())
            account.overview_figures = [asdict(f) for f in figures.get(account, ())]
            account.todo_count = sum(count for _kind, _late, count in todos)
            account.overview_todos = [
                asdict(self._make_todo_figure(labels[kind], kind, late, count))
                for kind, late, count in todos
            ]

    def _count_todos(self):
        """Return ``[(account, kind, overdue, count)]`` of what needs a person."""
        Todo = self.env["amazon.todo"]
        domain = [("account_id", "in", self.ids)]
        late = {
            (account, kind): count
            for account, kind, count in Todo._read_group(
                [*domain, ("due_at", "<", fields.Datetime.now())],
                ["account_id", "kind"],
                ["__count"],
            )
        }
        return [
            (account, kind, late.get((account, kind), 0), count)
            for account, kind, count in Todo._read_group(
                domain, ["account_id", "kind"], ["__count"]
            )
        ]

    def _make_todo_figure(self, label, kind, late, count):
        value = str(count)
        if late:
            value = self.env._("%(count)s (%(late)s overdue)", count=count, late=late)
        level = "danger" if late else "warning"
        return Figure(label, value, "action_view_todos", kind, level)

    def _get_figures(self):
        """Return the figures of each account, in their order; filled by domains.

        :return: ``{amazon.account: [Figure]}``
        """
        return {account: [] for account in self}

    @api.depends_context("lang", "tz")
    def _compute_overview_graph(self):
        for account, bars in self._get_bars().items():
            top = max((bar.amount for bar in bars), default=0)
            account.overview_graph = {
                "title": account._get_bars_title(),
                "bars": [
                    {
                        "label": bar.label,
                        "text": bar.text,
                        "height": round(100 * max(bar.amount, 0) / top) if top else 0,
                    }
                    for bar in bars
                ],
            }

    def _get_bars(self):
        """Return the bars of each account, the oldest day first; filled by domains.

        :return: ``{amazon.account: [Bar]}``
        """
        return {account: [] for account in self}

    def _get_bars_title(self):
        return ""

    # === ACTIONS === #

    def action_view_todos(self, kind=""):
        """List what needs a person, of one kind or of all."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_todo_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        if kind:
            action["domain"].append(("kind", "=", str(kind)))
        return action
