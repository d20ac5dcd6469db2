from odoo import models
from odoo.tools import format_datetime

from ..account.figure import Figure


class AmazonAccount(models.Model):
    """When Amazon was last heard of, and when it is asked again."""

    _inherit = "amazon.account"

    def _get_figures(self):
        figures = super()._get_figures()
        Request = self.env["amazon.report.request"]
        repeated = [("account_id", "in", self.ids), ("repeat", "=", True)]
        next_runs = dict(
            Request._read_group(repeated, ["account_id"], ["next_run:min"])
        )
        for account in self:
            figures[account].append(
                Figure(
                    self.env._("Last import"),
                    account._format_moment(account.last_import_at),
                    "action_view_reports",
                    level="" if account.last_import_at else "muted",
                )
            )
            figures[account].append(
                Figure(
                    self.env._("Next check"),
                    account._format_moment(
                        account.has_credentials and next_runs.get(account)
                    ),
                    "action_view_requests",
                    level="muted",
                )
            )
        return figures

    def _format_moment(self, moment):
        """Return a moment as text."""
        if not moment:
            return self.env._("None yet")
        return format_datetime(self.env, moment, dt_format="short")

    def action_view_requests(self):
        """List what is requested again and again."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_request_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        action["context"] = {"search_default_recurring": 1}
        return action
