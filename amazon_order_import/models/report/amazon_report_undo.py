import logging
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import AccessError, UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .amazon_report_row import OPEN_OUTCOMES
from .importing import IMPORT_CONTEXT, UndoStep

_logger = logging.getLogger(__name__)

#: What a person writes on an order; Odoo's own notes are of other types.
HUMAN_MESSAGES = ("comment", "email", "email_outgoing")


class AmazonReport(models.Model):
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

    # === PLAN === #

    def _plan_undo(self):
        """Return what undoing would do as a list of `UndoStep`."""
        return self._get_importer().plan_undo(self)

    def _plan_orders_undo(self):
        """Return what undoing a report of orders would do, order by order."""
        steps = []
        rows_by_order = self.row_ids.filtered("sale_order_id").grouped("sale_order_id")
        others = self._get_other_rows(self.env["sale.order"].concat(*rows_by_order))
        for order, rows in rows_by_order.items():
            made = rows.filtered(lambda row: row.outcome == "created")
            changed = rows.filtered(lambda row: row.outcome in ("updated", "cancelled"))
            lines = self._get_made_lines(made)
            reason = self._get_keep_reason(order)
            # Lines that are taken off a confirmed order stay with a quantity of 0.
            left = order.order_line.filtered("product_uom_qty") - lines
            whole = bool(made) and not left and not others[order]
            if whole:
                steps.append(UndoStep(order, made, not reason, reason))
            elif made:
                steps += self._plan_rows(order, made, others[order], reason)
            if changed and (reason or not whole):
                steps.append(
                    UndoStep(
                        order,
                        changed,
                        reason=self.env._(
                            "What Amazon changed or cancelled is not set back."
                        ),
                    )
                )
        return steps

    def _plan_rows(self, order, rows, others, reason):
        """Return the steps for the lines that a report added to a known order."""
        importer = self.env["amazon.order.importer"]
        steps = []
        told = {row.row_key: row for row in others}
        for row in rows:
            lines = self._get_made_lines(row)
            why = reason
            if row.row_key in told:
                why = self.env._(
                    "Also told by %(row)s.", row=told[row.row_key].display_name
                )
            elif lines and not why and (state := importer._describe_closed(lines)):
                why = self.env._("The order is %(state)s.", state=state)
            steps.append(UndoStep(order, row, reason=why))
        return steps

    def _get_other_rows(self, orders):
        """Return the rows of other reports that tell of orders: ``{order: rows}``."""
        others = defaultdict(self.env["amazon.report.row"].browse)
        for row in self.env["amazon.report.row"].search(
            [
                ("report_id", "!=", self.id),
                ("sale_order_id", "in", orders.ids),
                ("code", "!=", "undone"),
            ]
        ):
            others[row.sale_order_id] |= row
        return others

    def _get_made_lines(self, rows):
        """Return the order lines that rows made."""
        keys = {(row.sale_order_id, row.row_key) for row in rows}
        return rows.sale_order_id.order_line.filtered(
            lambda line: (
                line.amazon_row_id in rows
                or (line.order_id, line.amazon_row_key) in keys
            )
        )

    def _get_keep_reason(self, order):
        """Return why an order is not to be touched, or ``""``."""
        invoices = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        if invoices:
            return self.env._(
                "Invoiced: %(names)s.",
                names=", ".join(invoices.mapped("display_name")),
            )
        if order.amazon_return_ids:
            return self.env._(
                "Its goods were returned: %(returns)s. Take back the report of returns "
                "first.",
                returns=", ".join(order.amazon_return_ids.mapped("display_name")),
            )
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        if done and order.amazon_fulfillment == "mfn":
            return self.env._(
                "Delivered: %(names)s.", names=", ".join(done.mapped("name"))
            )
        if order.state == "cancel":
            return self.env._("Cancelled already.")
        if order.locked:
            return self.env._("The order is locked.")
        if self._is_changed_by_hand(order):
            return self.env._("Changed by hand in Odoo.")
        return ""

    def _is_changed_by_hand(self, order):
        return bool(
            order.amazon_amount_difference
            or order.amazon_tax_difference
            or any(
                not line.amazon_row_key
                or line.product_uom_qty != line.amazon_figures["quantity"]
                for line in order.order_line
            )
            # An import tracks nothing: what is tracked, a person did.
            or any(
                message.message_type in HUMAN_MESSAGES or message.tracking_value_ids
                for message in order.message_ids
            )
        )

    # === STEPS === #

    def _undo_step(self, step, result):
        """Do one step; where Odoo refuses it, its reason is set."""
        try:
            with self.env.cr.savepoint():
                if step.records:
                    count = len(step.records)
                    step.records.unlink()
                    result["records_removed"] += count
                elif step.remove_order:
                    self._remove_order(step.order)
                    result["orders_removed"] += 1
                else:
                    result["lines_removed"] += self._remove_lines(step)
                step.rows.write(self._prepare_undone())
                # Computed here, where nothing is tracked as a person's change.
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.info("Report %s: an order is kept", self.id, exc_info=True)
            step.reason = self.env._("Odoo refuses to remove it: %s", error)

    def _remove_order(self, order):
        order._amazon_reverse_moves()
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "done")
        if order.state == "sale":
            order._action_cancel()
        pickings.unlink()
        order.activity_ids.unlink()
        order.unlink()

    def _remove_lines(self, step):
        lines = self._get_made_lines(step.rows)
        count = len(lines)
        if step.order.state in ("draft", "sent"):
            lines.unlink()
        else:
            importer = self.env["amazon.order.importer"]
            for line in lines:
                importer._drop_line(line)
            booked = lines.filtered("amazon_booked_qty")
            self.env["amazon.stock.booker"].book_lines(booked)
        return count

    def _prepare_undone(self):
        return {
            "outcome": "ignored",
            "code": "undone",
            "message": self.env._(
                "Taken back on %(date)s. Process the report again to import it anew.",
                date=fields.Date.context_today(self),
            ),
            "sale_order_id": False,
            "offer_id": False,
            "needs_attention": False,
        }

    def _reopen_deleted(self, order_ref):
        """Have an order imported anew that somebody deleted, when processed again.

        :param str order_ref: Amazon order number
        """
        rows = self.sudo().row_ids.filtered(lambda row: row.order_ref == order_ref)
        rows.filtered("is_order_deleted").write(self._prepare_undone())

    def _keep_rows(self, step):
        """Note on the rows why they are kept; return them for the result."""
        step.rows.write(
            {
                "code": "undo_kept",
                "message": self.env._("Not taken back. %s", step.reason),
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
                "reason": step.reason,
            }
            for row in step.rows
        ]

    def action_undo(self):
        """Show what would be taken back, and what is kept and why."""
        self.ensure_one()
        self._check_undo()
        return self.env["amazon.report.undo"]._show(self)
