import time
from collections import Counter
from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ...trusted_context import Trusted
from .amazon_report_processing import WAITED_SECONDS

#: Of an unpacked file that is looked through for a preview, of which somebody waits.
PREVIEWED_LINES = 300_000
PREVIEWED_BYTES = 200 << 20
#: Nothing of a preview may reach anybody: no mail, no to-do by mail, no number.
PREVIEW_CONTEXT = {
    "amazon_preview": Trusted(),
    "tracking_disable": True,
    "mail_notrack": True,
    "mail_create_nolog": True,
    "mail_activity_quick_update": True,
}


class AmazonReport(models.Model):
    _inherit = "amazon.report"

    def preview(self, max_rows=None):
        """Say what processing the report would do, and leave nothing behind.

        The report is imported and rolled back. Orders are not confirmed, delivered or
        invoiced for it. A processed report is previewed as it would be processed
        again: the rows that are open.

        :param int max_rows: stop after about so many rows, or after some seconds;
            None: the whole file
        :return: dict with

            - ``state``, ``failure_code``, ``failure_reason``: of the report after it
            - ``complete``: whether the file was read to its end
            - ``totals``: dict of the number of rows by outcome
            - ``rows``: list of dicts ``number``, ``outcome``, ``code``, ``message``,
              ``needs_attention``, ``order_ref``, ``sku`` and ``sale_order_id`` (id of
              an order that exists already, or False)
        :raise UserError: where there is no file, the report is being processed, or the
            file is too long for somebody who waits
        """
        self.ensure_one()
        self.check_access("read")
        with self._rolled_back():
            report = self.sudo().with_context(**PREVIEW_CONTEXT)
            report._make_ready()
            result = report._collect_preview(max_rows)
        return self._drop_new_orders(result)

    def _preview_file(self, account, kind, filename, content, max_rows=None):
        """Say what a report file would do that is not in the archive.

        :param account: ``amazon.account`` record
        :param str kind: report kind
        :param bytes content: the file as it is
        :return: as `preview`
        """
        with self._rolled_back():
            report = (
                self.sudo()
                .with_context(
                    **PREVIEW_CONTEXT, amazon_preview_content=Trusted(content)
                )
                .create(
                    {
                        "account_id": account.id,
                        "kind": kind,
                        "filename": filename,
                        "file_size": len(content),
                        "state": "ready",
                    }
                )
            )
            result = report._collect_preview(max_rows)
        return self._drop_new_orders(result)

    @contextmanager
    def _rolled_back(self):
        """Undo in the database, and in all caches, what is done meanwhile."""
        registry = self.env.registry
        invalidated = set(registry.cache_invalidated)
        savepoint = self.env.cr.savepoint()
        try:
            yield
        finally:
            savepoint.close(rollback=True)
            # What was read meanwhile, and is not true any more, must not stay.
            if names := registry.cache_invalidated - invalidated:
                registry.clear_cache(*names)

    def _collect_preview(self, max_rows):
        numbers, last = self._get_open_numbers() if self.only_open_rows else ((), 0)
        if max_rows and not self._is_short(PREVIEWED_LINES, PREVIEWED_BYTES):
            raise UserError(
                self.env._(
                    "%(report)s is too long for a preview. Process it without one: "
                    "that is done in the background, and can be undone.",
                    report=self.display_name,
                )
            )
        deadline = time.monotonic() + WAITED_SECONDS
        done = 0
        started = False
        for rows in self._process_batches():
            started = True
            self.env.flush_all()
            self.env.invalidate_all()
            done += rows
            is_enough = max_rows and (done >= max_rows or time.monotonic() > deadline)
            if is_enough and self.state == "processing":
                break
        if not started:
            raise UserError(
                self.env._(
                    "%(report)s is being processed at this moment.",
                    report=self.display_name,
                )
            )
        rows = self.env["amazon.report.row"].search(
            [
                ("report_id", "=", self.id),
                "|",
                ("number", "in", list(numbers)),
                ("number", ">", last),
            ],
            order="number",
        )
        if max_rows:
            rows = rows.filtered(lambda row: row.number <= self.next_row)
        return {
            "state": self.state,
            "failure_code": self.failure_code,
            "failure_reason": self.failure_reason,
            "complete": self.state != "processing",
            "totals": dict(Counter(rows.mapped("outcome"))),
            "rows": [
                {
                    "number": row.number,
                    "outcome": row.outcome,
                    "code": row.code,
                    "message": row.message,
                    "needs_attention": row.needs_attention,
                    "order_ref": row.order_ref,
                    "sku": row.sku,
                    "sale_order_id": row.sale_order_id.id,
                }
                for row in rows
            ],
        }

    def _drop_new_orders(self, result):
        """Take the ids of orders off a result that the preview only tried."""
        orders = self.env["sale.order"].browse(
            {row["sale_order_id"] for row in result["rows"] if row["sale_order_id"]}
        )
        known = set(orders.exists().ids)
        for row in result["rows"]:
            if row["sale_order_id"] not in known:
                row["sale_order_id"] = False
        return result

    def action_preview(self):
        """Show what processing the report would do."""
        self.check_access("read")
        self.ensure_one()
        return self.env["amazon.report.preview"]._show(
            lambda max_rows: self.preview(max_rows), {"report_id": self.id}
        )
