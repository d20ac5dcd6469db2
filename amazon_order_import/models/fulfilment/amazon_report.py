import logging

from odoo import fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import Joined, Name, get_error_message, message
from ...report_formats.kinds import KINDS, ORDER_KINDS
from ..order.amazon_report import RELEASE
from ..report.importing import UndoStep

_logger = logging.getLogger(__name__)


class AmazonReport(models.Model):
    _inherit = "amazon.report"

    stock_pool = fields.Char(
        readonly=True,
        help="Which stock a file of FBA stock is about, where a person said so",
    )
    stock_moment = fields.Datetime(
        "Moment of the Stock",
        readonly=True,
        help="When Amazon made a file of FBA stock, where a person said so",
    )
    is_accepted = fields.Boolean(
        readonly=True,
        help="A person said that the file is right though it has far fewer rows than "
        "the last one",
    )

    def action_accept_file(self):
        """Process a file that was refused for its few rows."""
        self.check_access("read")
        reports = self.filtered(lambda report: report.failure_code == "half_file")
        reports.sudo().is_accepted = True
        for report in reports:
            report.message_post(
                body=self.env._(
                    "%(user)s says that the file is right.", user=self.env.user.name
                )
            )
        reports._process_again()
        reports._process_soon()
        return True

    def _get_stock_pool(self):
        """Return which stock a report of FBA stock is about, e.g. ``EU``."""
        self.ensure_one()
        pools = self.marketplace_ids._get_stock_pools()
        if self.stock_pool:
            return self.stock_pool
        if len(pools) == 1:
            return pools[0]
        return self.account_id._get_default_stock_pool()

    def _get_stock_moment(self):
        """Return the moment of a report of FBA stock, naive UTC."""
        self.ensure_one()
        return self.stock_moment or self.asked_at or self.create_date

    # === ENDED WITHOUT A FILE === #

    def _has_known_orders(self):
        return super()._has_known_orders() or self._has_known_parcels()

    def _has_known_parcels(self):
        """Whether parcels of the period are in Odoo that Amazon ships."""
        if self.kind not in ORDER_KINDS or not self.date_from:
            return False
        if KINDS[self.kind].fulfillment != "fba":
            return False
        return bool(
            self.env["amazon.parcel"]
            .sudo()
            .search_count(
                [
                    ("shipment_date", ">=", self.date_from),
                    ("shipment_date", "<=", self.date_to - RELEASE),
                    ("order_id", "any", self._get_known_orders_domain()),
                ],
                limit=1,
            )
        )

    # === PLAN OF AN UNDO === #

    def _plan_undo(self):
        steps = super()._plan_undo()
        if self.kind == "fba_returns":
            steps += self._plan_returns_undo()
        elif self.kind == "fba_inventory":
            steps += self._plan_snapshot_undo()
        return steps

    def _plan_returns_undo(self):
        """Plan to remove the returns that the report made."""
        steps = []
        rows = self.row_ids.filtered("return_id")
        for returned, told in rows.grouped("return_id").items():
            others = returned.row_ids - told
            reason = None
            if not told.filtered(lambda row: row.outcome == "created"):
                reason = message("undo_changed")
            elif others:
                reason = message("undo_also_told", row=Name.of(others[0]))
            steps.append(
                UndoStep(returned.sale_order_id, told, returned, reason=reason)
            )
        return steps

    def _plan_snapshot_undo(self):
        """Plan to remove the snapshot of the stock that the report made."""
        snapshot = self.env["amazon.stock.snapshot"].search(
            [("report_id", "=", self.id)]
        )
        if not snapshot:
            return []
        reason = None
        if snapshot.booking_state == "booked":
            reason = message("undo_stock_booked", count=len(snapshot.move_ids))
        return [UndoStep(self.env["sale.order"], self.row_ids, snapshot, reason=reason)]

    def _get_follow_up_reason(self, order):
        if returns := order.amazon_return_ids:
            return message(
                "undo_returned", returns=Joined(tuple(map(Name.of, returns)))
            )
        return super()._get_follow_up_reason(order)

    def _take_back_stock(self, lines):
        self.env["amazon.stock.booker"].reverse_lines(lines)
        return super()._take_back_stock(lines)

    # === STOCK OF A SUMMARY === #

    def _after_rows(self):
        if KINDS[self.kind].fulfillment == "fba":
            self._book_shipped()
        return super()._after_rows()

    def _book_shipped(self):
        """Book the FBA stock of the report, where the account wants a summary.

        A failure does not undo the import: it becomes a to-do, and processing the
        report again books what is missing.
        """
        try:
            with self.env.cr.savepoint():
                self.env["amazon.stock.booker"].book_report(self)
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            _logger.exception("Stock of report %s cannot be booked", self.id)
            account = self.account_id
            account._schedule_amazon_todo(
                account.user_id or self.env.user,
                message("shipments_not_booked_summary"),
                message(
                    "shipments_not_booked",
                    report=Name.of(self),
                    error=get_error_message(error),
                ),
            )
