from odoo import models

from ...messages import message
from ...report_formats.kinds import KINDS, ORDER_KINDS
from ..report.importing import UndoStep
from .amazon_control_order import REPORT_DELAY


class AmazonReport(models.Model):
    """What a report means for the completeness of an account."""

    _inherit = "amazon.report"

    def _after_rows(self):
        """See what the report brought of what was missing."""
        result = super()._after_rows()
        Control = self.env["amazon.control.order"].sudo()
        if self.kind in ORDER_KINDS:
            self._get_importer_of("all_orders").cancel_created(self)
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
        return result

    def _has_known_orders(self):
        return super()._has_known_orders() or self._has_listed_orders()

    def _has_listed_orders(self):
        """Whether Amazon's own list of all orders names some of this period."""
        if self.kind not in ORDER_KINDS or not self.date_from:
            return False
        fulfillment = KINDS[self.kind].fulfillment
        shipped = ["shipped"]
        if fulfillment == "mfn":
            shipped += ["unshipped", "partly_shipped"]
        Control = self.env["amazon.control.order"].sudo()
        return bool(
            Control.search_count(
                [
                    ("account_id", "=", self.account_id.id),
                    ("marketplace_id", "in", self.marketplace_ids.ids),
                    ("fulfillment", "=", fulfillment),
                    ("is_multi_channel", "=", False),
                    ("status", "in", shipped),
                    # Whenever in between it was reported, that was in this period.
                    ("purchase_date", ">=", self.date_from),
                    ("last_update", "<=", self.date_to - REPORT_DELAY[fulfillment]),
                ],
                limit=1,
            )
        )

    def _plan_undo(self):
        steps = super()._plan_undo()
        if self.kind == "all_orders":
            steps += self._plan_control_undo()
        return steps

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
            steps.append(UndoStep(no_order, mine, controls))
        if left := rows - mine:
            reason = message("undo_told_by_later_list")
            steps.append(UndoStep(no_order, left, reason=reason))
        return steps
