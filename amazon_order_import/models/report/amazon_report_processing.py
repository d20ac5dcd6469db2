import itertools
import logging
import time

from odoo import fields, models

from ...messages import Name, format_message, message
from ...report_formats import ReportFileError, is_short, open_report
from ...trusted_context import Trusted
from .amazon_report_row import OPEN_OUTCOMES, TODO_DOMAIN
from .importing import RefusedFile

_logger = logging.getLogger(__name__)

#: A batch of rows holds about this many orders (see design.md, "Batches").
BATCH_ROWS = 200
#: As many where the rows before said nothing new: then there is little to do.
KNOWN_BATCH_ROWS = 1000
#: A file is processed while the user waits where it has no more bytes and lines, once
#: it is unpacked: a page that loads for more than some seconds seems to be broken.
WAITED_BYTES = 500_000
WAITED_LINES = 400
#: After so many seconds, the scheduled action goes on with what is left.
WAITED_SECONDS = 10


class AmazonReport(models.Model):
    """From a file to its rows and what they become, batch by batch."""

    _inherit = "amazon.report"

    def process(self):
        """Process each report to its end, in the caller's transaction.

        Never raises for what is wrong with a file: that becomes the state ``failed``
        with its reason, or the outcome of a row.

        :return: True
        """
        self.check_access("read")
        for report in self:
            report._process_until(float("inf"))
        return True

    def _process_until(self, deadline):
        """Process the report, batch by batch, in the caller's transaction.

        :param float deadline: of ``time.monotonic``, after which no batch is begun
        :return: whether it is processed to its end
        """
        for _rows in self._process_batches():
            # Memory must not grow with the file.
            self.env.flush_all()
            self.env.invalidate_all()
            if time.monotonic() > deadline and self.sudo().state == "processing":
                return False
        return True

    def _explain_crash(self, error):
        return message(
            "report_crashed", report=Name.of(self), error=type(error).__name__
        )

    def _process_batches(self, retry_concurrent=False):
        """Process one report, batch by batch.

        The caller commits, or not, after each batch: a batch holds the rows together
        with all that they made and with the position in the file.

        :param retry_concurrent: raise ``ConcurrentImport`` where another transaction
            has just created the same order; otherwise its rows wait
        :return: generator of the number of rows in each batch
        """
        self.ensure_one()
        report = self.sudo().with_company(self.company_id)
        if not report._start_processing():
            return
        try:
            with report._open_file() as stream:
                parsed = open_report(stream, report.kind, report.charset or None)
                report.write({"charset": parsed.charset, "row_count": parsed.row_count})
                report._get_importer().start_report(report, parsed)
                report._start_reading(parsed)
                rows, size = report._select_rows(parsed), BATCH_ROWS
                while batch := list(itertools.islice(rows, size)):
                    records = report._process_batch(batch, retry_concurrent)
                    known = set(records.mapped("outcome")) == {"unchanged"}
                    size = KNOWN_BATCH_ROWS if known else BATCH_ROWS
                    yield len(batch)
                    if not report._is_mine(batch[-1].number):
                        return
        except ReportFileError as error:
            report._fail(error.code, format_message(error))
            yield 0
            return
        except RefusedFile as error:
            report._fail(error.code, error.message)
            yield 0
            return
        except OSError as error:
            _logger.warning(
                "The file of report %s cannot be read: %s", report.id, error
            )
            report._fail(
                "file_missing", message("report_file_missing", report=Name.of(report))
            )
            yield 0
            return
        report._finish_processing()
        yield 0

    def _start_processing(self):
        """Lock the report; return whether it is to be processed by this worker."""
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        self.invalidate_recordset()
        if self.state not in ("ready", "processing"):
            return False
        if self.state == "ready":
            # Nobody reads up on a passing state; on how it ended, they do.
            self.with_context(tracking_disable=True).write(
                {
                    "state": "processing",
                    "next_row": 0,
                    "failure_reason": False,
                    "failure_code": False,
                }
            )
        return True

    def _is_mine(self, position):
        """After a commit: take the lock again, unless another worker went on."""
        return (
            self.try_lock_for_update(allow_referencing=True)
            and self.state == "processing"
            and self.next_row == position
        )

    def _select_rows(self, parsed):
        """Return the rows of the file that are still to be processed."""
        rows = parsed.rows(start=self.next_row)
        if not self.only_open_rows:
            return rows
        numbers, last = self._get_open_numbers()
        return (row for row in rows if row.number in numbers or row.number > last)

    def _get_open_numbers(self):
        """Return the numbers of the rows to process again, and the last known one."""
        Row = self.env["amazon.report.row"]
        domain = [("report_id", "=", self.id)]
        unsettled = Row._read_group(
            [
                *domain,
                "|",
                "|",
                ("outcome", "in", OPEN_OUTCOMES),
                ("needs_attention", "=", True),
                ("code", "in", Row._get_reread_codes()),
            ],
            ["number"],
        )
        numbers = {number for (number,) in unsettled}
        domain += [("is_ahead", "=", False)]
        return numbers, Row._read_group(domain, [], ["number:max"])[0][0] or 0

    def _process_batch(self, batch, retry_concurrent=False):
        """Import rows of the file and store what became of each.

        :param batch: list of ``report_formats.ParsedRow``
        :return: their ``amazon.report.row`` records
        """
        records = self._get_row_records(batch)
        importer = self._get_importer().with_context(
            amazon_retry_concurrent=Trusted(retry_concurrent)
        )
        importer.import_rows(self, list(zip(records, batch, strict=True)))
        self.next_row = batch[-1].number
        return records

    def _get_row_records(self, batch, ahead=False):
        """Return one ``amazon.report.row`` per parsed row, in the same order.

        :param ahead: whether it is not the rows' turn yet
        """
        Row = self.env["amazon.report.row"]
        known = {
            record.number: record
            for record in Row.search(
                [
                    ("report_id", "=", self.id),
                    ("number", "in", [row.number for row in batch]),
                ]
            )
        }
        missing = [row for row in batch if row.number not in known]
        for row, record in zip(
            missing,
            Row.create(
                [
                    {
                        "report_id": self.id,
                        "number": row.number,
                        "raw": row.raw,
                        "outcome": "waiting",
                        "is_ahead": ahead,
                    }
                    for row in missing
                ]
            ),
            strict=True,
        ):
            known[row.number] = record
        if not ahead:
            Row.union(*known.values()).filtered("is_ahead").is_ahead = False
        return Row.concat(*(known[row.number] for row in batch))

    def _finish_processing(self):
        self._get_importer().finish_report(self)
        self._after_rows()
        Row = self.env["amazon.report.row"]
        todo_count = Row.search_count([("report_id", "=", self.id), *TODO_DOMAIN])
        self.write(
            {
                "state": "attention" if todo_count else "done",
                "row_count": Row.search_count([("report_id", "=", self.id)]),
                "only_open_rows": False,
                "processed_at": fields.Datetime.now(),
            }
        )
        self._after_processing()

    def _update_attention(self):
        """Settle reports whose last open row was resolved elsewhere."""
        for report in self.filtered(lambda r: r.state == "attention"):
            report._finish_processing()

    # === ACTIONS === #

    def _process_again(self):
        """Make processed reports ready again; rows that are settled stay as they are.

        :raise UserError: where there is no file
        """
        self.check_access("read")
        for report in self.sudo():
            report._make_ready()
        self._trigger_processing()

    def _make_ready(self):
        """Let the report be processed again, as far as its rows are open.

        :raise UserError: where there is no file
        """
        self._check_file()
        has_rows = self.env["amazon.report.row"].search_count(
            [("report_id", "=", self.id)], limit=1
        )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        self.write({"state": "ready", "only_open_rows": bool(has_rows)})

    def action_process_again(self):
        """Process reports again, small ones at once; say what came of it."""
        self._process_again()
        self._process_soon()
        self.invalidate_recordset()
        return self.env["amazon.account"]._notify_about(
            *self._describe_processing(), title=self.env._("Processed Again")
        )

    def _describe_processing(self):
        """Return what processing came to, as text, and the kind of the notice."""
        if running := self.filtered(lambda r: r.state in ("ready", "processing")):
            return (
                self.env._(
                    "Reports that are processed in the background: %(count)s. Their "
                    "rows say what came of them.",
                    count=len(running),
                ),
                "info",
            )
        if failed := self.filtered(lambda r: r.state == "failed"):
            return failed[0].failure_reason, "danger"
        todo = self.env["amazon.report.row"].search_count(
            [("report_id", "in", self.ids), *TODO_DOMAIN]
        )
        if todo:
            text = self.env._("Rows that still need a person: %(count)s.", count=todo)
            return text, "warning"
        return self.env._("Nothing is left to do."), "success"

    def _process_soon(self):
        """Process small files at once, leave the rest to the scheduled action."""
        deadline = time.monotonic() + WAITED_SECONDS
        processed = [
            time.monotonic() < deadline
            and report._is_short(WAITED_LINES, WAITED_BYTES)
            and report._process_until(deadline)
            for report in self
        ]
        if not all(processed):
            self._trigger_processing()

    def _is_short(self, max_lines, max_bytes):
        """Return whether the file, unpacked, has no more lines and bytes than these."""
        if self.sudo().file_size > max_bytes:
            return False
        try:
            with self._open_file() as stream:
                return is_short(stream, max_lines, max_bytes)
        except OSError:
            # Processing it says what is wrong, and takes no time.
            return True

    def action_process_now(self):
        self.check_access("read")
        self._process_soon()
        return True
