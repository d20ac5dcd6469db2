from odoo import SUPERUSER_ID, api, fields, models

from ...trusted_context import get_trusted
from .amazon_report import OPEN_STATES

#: Fields whose change an open form shows at once.
WATCHED = {"state", "next_row", "row_count", "amazon_status", "last_error"}
#: State at the end -> how the notice looks.
NOTICES = {
    "done": "success",
    "attention": "warning",
    "failed": "danger",
    "cancelled": "warning",
}


class AmazonReport(models.Model):
    """Who looks at a report sees how far it is, without loading the page again.

    Odoo's bus tells ids and states only, with the commit of what it tells of; the
    browser then reads what its user may see.
    """

    _inherit = "amazon.report"

    started_by_id = fields.Many2one(
        "res.users",
        readonly=True,
        copy=False,
        ondelete="set null",
        help="Who requested, uploaded or processed it last, and is told of its end",
    )

    @api.model_create_multi
    def create(self, vals_list):
        starter = self._get_starter()
        if starter:
            vals_list = [{"started_by_id": starter, **vals} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if vals.get("state") in ("requested", "ready"):
            vals = {"started_by_id": self._get_starter(), **vals}
        open_reports = self.browse()
        if vals.get("state") in NOTICES:
            open_reports = self.filtered(lambda report: report.state in OPEN_STATES)
        result = super().write(vals)
        if WATCHED & vals.keys() and not self._is_preview():
            self._tell_progress()
            open_reports._tell_end()
        return result

    @api.model
    def _get_starter(self):
        """Return the id of the person who acts, or False for a scheduled action."""
        return self.env.uid != SUPERUSER_ID and self.env.uid

    @api.model
    def _is_preview(self):
        # What is rolled back to a savepoint would be told all the same.
        return bool(get_trusted(self.env, "amazon_preview"))

    def _tell_progress(self):
        group = self.env.ref("amazon_order_import.group_amazon_user")
        for report in self:
            group._bus_send(
                "amazon_report_progress", {"id": report.id, "state": report.state}
            )

    def _tell_end(self):
        """Tell whoever started it that a report is processed, or why it is not."""
        for report in self.filtered("started_by_id"):
            user = report.started_by_id
            report = report.with_context(lang=user.lang, tz=user.tz)
            user._bus_send("amazon_report_ended", report._prepare_notice())

    def _prepare_notice(self):
        """Return what the notice shows: title, message, type, and whose form opens."""
        self.ensure_one()
        labels = dict(self._fields["state"]._description_selection(self.env))
        if self.state in ("done", "attention"):
            text = self.env._(
                "Rows: %(rows)s. New: %(created)s, updated: %(updated)s, to do: "
                "%(open)s.",
                rows=self.row_count,
                created=self.created_count,
                updated=self.updated_count,
                open=self.waiting_count + self.error_count,
            )
        else:
            text = self.failure_reason or ""
        return {
            "id": self.id,
            "title": f"{self.display_name}: {labels[self.state]}",
            "message": text,
            "type": NOTICES[self.state],
        }
