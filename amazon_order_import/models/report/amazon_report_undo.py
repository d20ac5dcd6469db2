import logging
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import compose, get_error_message, message
from .amazon_report_row import OPEN_OUTCOMES
from .importing import IMPORT_CONTEXT

_logger = logging.getLogger(__name__)


class AmazonReport(models.Model):
    """Taking back what a report made, step by step."""

    _inherit = "amazon.report"

    def undo(self):
        """Take back what the report made: for Amazon managers.

        Orders that it made and that nobody has touched are removed, with their
        deliveries that are not done; lines that it added to known orders are taken
        off. What is delivered, invoiced, changed by hand or also told by another
        report is kept. Contacts and products that were created are kept, too. The
        report is ``skipped`` then, its rows ``ignored`` with the code ``undone``;
        processing it again imports them anew.

        :return: dict with ``orders_removed``, ``lines_removed`` and
            ``records_removed`` (numbers) and ``kept``: list of dicts ``number`` (of
            the row), ``order_ref``, ``sale_order_id`` and ``reason``
        :raise AccessError: where the user is no Amazon manager
        :raise UserError: where the report is not processed, or just being processed
        """
        self.check_access("read")
        self.ensure_one()
        self._check_undo()
        report = self.sudo().with_company(self.company_id)
        report = report.with_context(**IMPORT_CONTEXT)
        if not report.try_lock_for_update(allow_referencing=True):
            raise UserError(
                self.env._(
                    "%(report)s is being processed at this moment.",
                    report=self.display_name,
                )
            )
        result = {
            "orders_removed": 0,
            "lines_removed": 0,
            "records_removed": 0,
            "kept": [],
        }
        for step in report._plan_undo():
            if not step.reason:
                report._undo_step(step, result)
            if step.reason:
                result["kept"] += report._keep_rows(step)
        report.row_ids.filtered(lambda row: row.outcome in OPEN_OUTCOMES).write(
            report._prepare_undone()
        )
        report.state = "skipped"
        report.message_post(
            body=self.env._(
                "Taken back by %(user)s: %(orders)s orders, %(lines)s lines and "
                "%(records)s other records removed, %(kept)s rows kept.",
                user=self.env.user.name,
                orders=result["orders_removed"],
                lines=result["lines_removed"],
                records=result["records_removed"],
                kept=len(result["kept"]),
            )
        )
        return result

    def _check_undo(self):
        if not self.env.su and not self.env.user.has_group(
            "amazon_order_import.group_amazon_manager"
        ):
            raise AccessError(
                self.env._(
                    "Taking back a report removes orders: an Amazon administrator does "
                    "that."
                )
            )
        self.check_access("read")
        if self.state not in ("done", "attention", "failed"):
            raise UserError(
                self.env._(
                    "%(report)s is not processed: there is nothing to take back.",
                    report=self.display_name,
                )
            )

    def _plan_undo(self):
        """Say what undoing would do: whoever makes records of rows plans their removal.

        :return: list of `UndoStep`
        """
        return []

    def _get_other_rows(self, name, records):
        """Return the rows of other reports that tell of records, too.

        :param str name: field of ``amazon.report.row`` with the record
        :return: dict ``{record: rows}``; no rows for records that are missing in it
        """
        others = defaultdict(self.env["amazon.report.row"].browse)
        for row in self.env["amazon.report.row"].search(
            [
                ("report_id", "!=", self.id),
                (name, "in", records.ids),
                ("code", "!=", "undone"),
            ]
        ):
            others[row[name]] |= row
        return others

    # === STEPS === #

    def _undo_step(self, step, result):
        """Do one step; where Odoo refuses it, its reason is set."""
        try:
            with self.env.cr.savepoint():
                count = step.take_back()
                step.rows.write(self._prepare_undone())
                # Computed here, where nothing is tracked as a person's change.
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.info("Report %s: records are kept", self.id, exc_info=True)
            step.reason = message("undo_refused", error=get_error_message(error))
        else:
            result[f"{step.counted}_removed"] += count

    def _prepare_undone(self):
        return {
            "outcome": "ignored",
            "code": "undone",
            "message": message("undone", date=fields.Date.context_today(self)),
            "sale_order_id": False,
            "needs_attention": False,
        }

    def _keep_rows(self, step):
        """Note on the rows why they are kept; return them for the result."""
        step.rows.write(
            {
                "code": "undo_kept",
                "message": message("undo_kept", reason=step.reason),
                "needs_attention": False,
            }
        )
        return self._describe_kept(step)

    def _describe_kept(self, step):
        return [
            {
                "number": row.number,
                "order_ref": row.order_ref,
                "sale_order_id": step.order.id,
                "reason": compose(self.env, step.reason),
            }
            for row in step.rows
        ]

    def action_undo(self):
        """Show what would be taken back, and what is kept and why."""
        self.check_access("read")
        self.ensure_one()
        self._check_undo()
        return self.env["amazon.report.undo"]._show(self)
