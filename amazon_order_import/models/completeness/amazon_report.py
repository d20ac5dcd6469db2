from odoo import models

from ...report_formats.kinds import ORDER_KINDS
from ..report.importing import UndoStep


class AmazonReport(models.Model):
    """What a report means for the completeness of an account."""

    _inherit = "amazon.report"

    def _compare_with_control_list(self):
        """After a report: see what it brought of what was missing."""
        self.ensure_one()
        Control = self.env["amazon.control.order"].sudo()
        if self.kind in ORDER_KINDS:
            self.env["amazon.control.importer"].cancel_created(self)
        if self.kind == "all_orders" or Control.search_count(
            [
                ("account_id", "=", self.account_id.id),
                ("state", "not in", ("here", "cancelled")),
            ],
            limit=1,
        ):
            Control._refresh(self.account_id)
        if self.kind == "all_orders":
            self.env.ref(
                "amazon_order_import.ir_cron_check_completeness"
            ).sudo()._trigger()

    def _plan_control_undo(self):
        """Return what undoing a control list would do: forget what only it told."""
        controls = self.env["amazon.control.order"].search(
            [("report_id", "=", self.id)]
        )
        told = set(controls.mapped("order_ref"))
        rows = self.row_ids.filtered(lambda row: row.outcome == "created")
        mine = rows.filtered(lambda row: row.order_ref in told)
        no_order = self.env["sale.order"]
        steps = []
        if mine:
            made = set(mine.mapped("order_ref"))
            controls = controls.filtered(lambda control: control.order_ref in made)
            steps.append(UndoStep(no_order, mine, records=controls))
        if left := rows - mine:
            reason = self.env._("A later control list told of these orders.")
            steps.append(UndoStep(no_order, left, reason=reason))
        return steps
