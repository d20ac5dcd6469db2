import hashlib
import io
import itertools
import logging
from collections import Counter
from datetime import timedelta
from urllib.parse import quote

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...report_formats import ReportFileError, open_report
from ...report_formats.kinds import KIND_SELECTION, ORDER_KINDS
from ...trusted_context import Trusted, get_trusted
from .amazon_report_row import OPEN_OUTCOMES, OUTCOMES
from .importing import ConcurrentImport, RefusedFile

_logger = logging.getLogger(__name__)

#: Report kind -> model that imports its rows (see ``amazon.row.importer``).
IMPORTERS = {
    **dict.fromkeys(ORDER_KINDS, "amazon.order.importer"),
    "fba_inventory": "amazon.stock.importer",
    "fba_returns": "amazon.return.importer",
    "all_orders": "amazon.control.importer",
    "vcs_invoices": "amazon.vat.document.importer",
    "vcs_lite": "amazon.vat.invoice.importer",
}
#: A batch of rows holds about this many orders (see design.md, "Batches").
BATCH_ROWS = 200
#: Bytes of a file (some hundred rows) that is processed while the user waits.
SMALL_FILE = 200_000
#: How often a batch is tried again that collides with another worker.
BATCH_ATTEMPTS = 5
#: After Amazon's last word on an order, so long its report may take to have it
#: (amazon-reports.md 1.3: FBA "in rare cases 24 h", MFN 30 to 90 minutes).
REPORT_DELAY = {"mfn": timedelta(minutes=90), "fba": timedelta(hours=24)}
#: States in which the scheduled action has something to do.
OPEN_STATES = ("requested", "ready", "processing")


class AmazonReport(models.Model):
    """One report file: its way from Amazon, its archive and its processing.

    requested --(Amazon is done, file fetched)--> ready --> processing
        --> done | attention (some rows need a person)
    requested --> requested (Amazon made none, asked again where that helps)
    requested --> cancelled (Amazon has nothing) | failed
    ready | processing --> failed (the file is no such report)
    requested | ready | attention | failed --> skipped (a person said so)
    failed --> skipped (its period has come in by other reports)
    done | attention | failed | skipped | cancelled --(process again)--> ready
    """

    _name = "amazon.report"
    _description = "Amazon Report"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"
    # Nobody edits a report, but staff talk about it.
    _mail_post_access = "read"

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    request_id = fields.Many2one(
        "amazon.report.request", index="btree_not_null", ondelete="set null"
    )
    kind = fields.Selection(KIND_SELECTION, required=True)
    state = fields.Selection(
        [
            ("requested", "At Amazon"),
            ("ready", "Ready"),
            ("processing", "Processing"),
            ("done", "Done"),
            ("attention", "To Do"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled by Amazon"),
            ("skipped", "Skipped"),
        ],
        required=True,
        default="requested",
        index=True,
        tracking=True,
    )
    failure_reason = fields.Text(readonly=True)
    failure_code = fields.Char(readonly=True)
    marketplace_ids = fields.Many2many("amazon.marketplace", string="Marketplaces")
    date_from = fields.Datetime("From")
    date_to = fields.Datetime("To")

    # At Amazon.
    amazon_report_id = fields.Char("Amazon Report ID", index="btree_not_null")
    amazon_document_id = fields.Char("Amazon Document ID")
    amazon_status = fields.Char(
        "Status at Amazon", help="IN_QUEUE, IN_PROGRESS, DONE, CANCELLED or FATAL"
    )
    asked_at = fields.Datetime(
        "Asked For", help="When Amazon was asked to make this report"
    )
    next_attempt = fields.Datetime(
        help="Amazon asked to wait, or could not be reached: not before this moment"
    )
    last_error = fields.Text(readonly=True)

    # The file.
    filename = fields.Char()
    file = fields.Binary(attachment=True, copy=False)
    checksum = fields.Char("SHA-256", readonly=True)
    same_file_id = fields.Many2one(
        "amazon.report",
        "Same File As",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The first report of the account with this very file",
    )
    file_size = fields.Integer("Size (bytes)", readonly=True)
    charset = fields.Char("Character Set")

    # Processing.
    row_ids = fields.One2many("amazon.report.row", "report_id")
    open_row_ids = fields.One2many(
        "amazon.report.row",
        "report_id",
        "Rows To Do",
        domain=["|", ("outcome", "in", OPEN_OUTCOMES), ("needs_attention", "=", True)],
    )
    row_count = fields.Integer("Rows", readonly=True)
    next_row = fields.Integer(
        default=0, help="How many rows are processed; resuming starts after them"
    )
    only_open_rows = fields.Boolean(
        help="Processing again: only rows that wait or have an error"
    )
    progress = fields.Float(compute="_compute_progress")
    processed_at = fields.Datetime("Processed", readonly=True)
    created_count = fields.Integer("Created", compute="_compute_outcome_counts")
    updated_count = fields.Integer("Updated", compute="_compute_outcome_counts")
    unchanged_count = fields.Integer("Unchanged", compute="_compute_outcome_counts")
    cancelled_count = fields.Integer("Cancelled", compute="_compute_outcome_counts")
    ignored_count = fields.Integer("Ignored", compute="_compute_outcome_counts")
    waiting_count = fields.Integer("Waiting", compute="_compute_outcome_counts")
    error_count = fields.Integer("Errors", compute="_compute_outcome_counts")

    _amazon_report_unique = models.UniqueIndex(
        "(account_id, amazon_report_id) WHERE amazon_report_id IS NOT NULL",
        "This report of Amazon is in the list already.",
    )

    @api.depends("kind", "amazon_report_id", "filename")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for report in self:
            name = report.amazon_report_id or report.filename or f"#{report.id}"
            report.display_name = f"{labels.get(report.kind, report.kind)} {name}"

    @api.depends("state", "next_row", "row_count")
    def _compute_progress(self):
        for report in self:
            if report.state in ("done", "attention"):
                report.progress = 100.0
            elif report.row_count:
                report.progress = 100.0 * report.next_row / report.row_count
            else:
                report.progress = 0.0

    @api.depends("row_ids.outcome")
    def _compute_outcome_counts(self):
        counts = Counter()
        for report, outcome, count in self.env["amazon.report.row"]._read_group(
            [("report_id", "in", self.ids)], ["report_id", "outcome"], ["__count"]
        ):
            counts[report.id, outcome] = count
        for report in self:
            for outcome, _label in OUTCOMES:
                field = "error_count" if outcome == "error" else f"{outcome}_count"
                report[field] = counts[report.id, outcome]

    # === FILE === #

    @api.model
    def create_from_file(self, account, kind, filename, content):
        """Archive a report file that somebody has, ready to be processed.

        :param account: ``amazon.account`` record
        :param str kind: report kind, e.g. ``mfn_orders_eu``
        :param str filename: its name, shown and used for the download
        :param bytes content: the file as it is
        :return: ``amazon.report`` record in state ``ready``
        """
        report = self.create(
            {
                "account_id": account.id,
                "kind": kind,
                "filename": filename,
                "state": "ready",
            }
        )
        report._set_file(content)
        return report

    def _set_file(self, content, charset=False):
        """Store the file in the archive and note what identifies it."""
        self.ensure_one()
        self._find_attachment().unlink()
        # The attachment behind the binary field, without the detour by base64.
        self.env["ir.attachment"].sudo().create(
            {
                "name": "file",
                "res_model": self._name,
                "res_field": "file",
                "res_id": self.id,
                "type": "binary",
                "raw": content,
            }
        )
        self.invalidate_recordset(["file"])
        checksum = hashlib.sha256(content).hexdigest()
        same = [
            ("account_id", "=", self.account_id.id),
            ("kind", "=", self.kind),
            ("checksum", "=", checksum),
            ("id", "!=", self.id),
        ]
        self.write(
            {
                "checksum": checksum,
                "same_file_id": self.sudo().search(same, order="id", limit=1).id,
                "file_size": len(content),
                "charset": charset,
            }
        )

    def _is_older_than(self, other):
        """Whether Amazon said what this report holds before it said the other's.

        Reports are not always read in the order in which Amazon made them.

        :param other: ``amazon.report`` record
        """
        return self._get_age_key() < other._get_age_key()

    def _filter_older_than(self, other):
        """Return those that are older than another; see ``_is_older_than``.

        :param other: single ``amazon.report`` record, or none: nothing is older
        """
        if not other:
            return self.browse()
        age = other._get_age_key()
        return self.filtered(lambda report: report._get_age_key() < age)

    def _get_latest(self):
        """Return the one of these that Amazon made last, or none."""
        return self.sorted(lambda report: report._get_age_key())[-1:]

    def _get_age_key(self):
        """Return what sorts reports by the moment at which Amazon made them."""
        self.ensure_one()
        report = self
        if not self.asked_at and self.same_file_id:
            # Brought once more by hand, a file says nothing new.
            report = self.same_file_id
        return report.asked_at or report.create_date, report.id

    def _find_attachment(self):
        """Return the attachment that holds the file, or none."""
        return (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", self._name),
                    ("res_field", "=", "file"),
                    ("res_id", "=", self.id),
                ],
                limit=1,
            )
        )

    def _open_file(self):
        """Return the archived file as a seekable binary stream."""
        self.ensure_one()
        if (content := get_trusted(self.env, "amazon_preview_content")) is not None:
            return io.BytesIO(content)
        attachment = self._find_attachment()
        if attachment.store_fname:
            return open(attachment._full_path(attachment.store_fname), "rb")
        return io.BytesIO(attachment.raw or b"")

    def _fail(self, code, reason):
        self.write({"state": "failed", "failure_code": code, "failure_reason": reason})

    # === PROCESSING === #

    def process(self):
        """Process each report to its end, in the caller's transaction.

        Never raises for what is wrong with a file: that becomes the state ``failed``
        with its reason, or the outcome of a row.

        :return: True
        """
        self.check_access("read")
        for report in self:
            for _rows in report._process_batches():
                # Memory must not grow with the file.
                report.env.flush_all()
                report.env.invalidate_all()
        return True

    @api.model
    def _process_ready(self, commit):
        """Process the reports that are ready, sharing the work with other workers.

        :param commit: function that commits and returns the seconds left
        :return: whether all are processed; False where the time is up
        """
        domain = [("state", "in", ("ready", "processing"))]
        for report in self.search(domain, order="id"):
            report = report.account_id._for_responsible(report)
            attempts = 0
            while attempts < BATCH_ATTEMPTS:
                try:
                    for rows in report._process_batches(retry_concurrent=True):
                        attempts = 0
                        report.env.flush_all()
                        report.env.invalidate_all()
                        if not commit(rows):
                            return False
                    break
                except (ConcurrentImport, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) as error:
                    self.env.cr.rollback()
                    attempts += 1
                    _logger.info(
                        "Report %s collides with another worker (%s), attempt %s",
                        report.id,
                        type(error).__name__,
                        attempts,
                    )
                except Exception as error:
                    # One report that nobody foresaw must not stop all others.
                    self.env.cr.rollback()
                    _logger.exception("Report %s cannot be processed", report.id)
                    report._fail("unexpected", report._explain_crash(error))
                    break
            if report.state == "failed":
                report._after_failure()
            commit()
        return True

    def _explain_crash(self, error):
        return self.env._(
            "%(report)s could not be fetched or processed because of an unexpected "
            "error (%(error)s); the server log has its details. What was imported "
            "before is kept. Pass this on to your administrator, then process the "
            "report again or request its period again.",
            report=self.display_name,
            error=type(error).__name__,
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
                rows = report._select_rows(parsed)
                while batch := list(itertools.islice(rows, BATCH_ROWS)):
                    report._process_batch(batch, retry_concurrent)
                    yield len(batch)
                    if not report._is_mine(batch[-1].number):
                        return
        except ReportFileError as error:
            report._fail(error.code, report._translate_format_error(error))
            yield 0
            return
        except RefusedFile as error:
            report._fail(error.code, str(error))
            yield 0
            return
        except OSError as error:
            _logger.warning(
                "The file of report %s cannot be read: %s", report.id, error
            )
            report._fail(
                "file_missing",
                report.env._(
                    "The archived file of %(report)s cannot be read from the server's "
                    "disk. Restore it from a backup, or upload or request the report "
                    "again.",
                    report=report.display_name,
                ),
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
        return numbers, Row._read_group(domain, [], ["number:max"])[0][0] or 0

    def _process_batch(self, batch, retry_concurrent=False):
        """Import rows of the file and store what became of each.

        :param batch: list of ``report_formats.ParsedRow``
        """
        records = self._get_row_records(batch)
        importer = self._get_importer().with_context(
            amazon_retry_concurrent=Trusted(retry_concurrent)
        )
        importer.import_rows(self, list(zip(records, batch, strict=True)))
        self.next_row = batch[-1].number

    def _get_row_records(self, batch):
        """Return one ``amazon.report.row`` per parsed row, in the same order."""
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
                    }
                    for row in missing
                ]
            ),
            strict=True,
        ):
            known[row.number] = record
        return Row.concat(*(known[row.number] for row in batch))

    def _get_importer(self):
        """Return the importer model for this kind of report; see there."""
        return self._get_importer_of(self.kind)

    @api.model
    def _get_importer_of(self, kind):
        """Return the model that makes records of the rows of a kind of report.

        :return: a model that inherits ``amazon.row.importer``
        """
        return self.env[IMPORTERS[kind]]

    # === HOOKS === #

    def _start_reading(self, parsed):
        """The file is open and accepted; its rows follow.

        :param parsed: ``report_formats.Report``
        """

    def _after_rows(self):
        """All rows are imported, but not counted yet."""

    def _after_processing(self):
        """The report is processed, and its state is set."""

    def _after_failure(self):
        """The scheduled action has found that the file cannot be read."""

    def _finish_processing(self):
        self._get_importer().finish_report(self)
        self._after_rows()
        Row = self.env["amazon.report.row"]
        open_count = Row.search_count(
            [
                ("report_id", "=", self.id),
                "|",
                ("outcome", "in", OPEN_OUTCOMES),
                ("needs_attention", "=", True),
            ]
        )
        self.write(
            {
                "state": "attention" if open_count else "done",
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

    def _translate_format_error(self, error):
        """Return a problem of the file or of a row in the user's language."""
        # The templates are marked for translation where report_formats defines them.
        return error.explain(lambda template: self.env._(template))  # pylint: disable=translation-required,prefer-env-translation

    # === ACTIONS === #

    def _process_again(self):
        """Make processed reports ready again; rows that are settled stay as they are.

        :raise UserError: where there is no file
        """
        self.check_access("read")
        for report in self.sudo():
            report._make_ready()
        self.env.ref("amazon_order_import.ir_cron_check_reports").sudo()._trigger()

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

    def _check_file(self):
        if not self.file_size:
            raise UserError(
                self.env._(
                    "%(report)s has no file: Amazon has not made it. Request the "
                    "period again under Amazon > Reports > Request.",
                    report=self.display_name,
                )
            )

    def action_process_again(self):
        self._process_again()
        return True

    def _process_soon(self):
        """Process small files at once, leave large ones to the scheduled action."""
        small = self.filtered(lambda report: report.file_size <= SMALL_FILE)
        small.process()
        if small != self:
            self.env.ref("amazon_order_import.ir_cron_check_reports").sudo()._trigger()

    def action_process_now(self):
        self._process_soon()
        return True

    def action_skip(self):
        """Leave the report out: it is neither fetched nor processed any more."""
        self.check_access("read")
        done = self.filtered(lambda r: r.state in ("done", "processing"))
        if done:
            raise UserError(
                self.env._(
                    "%(report)s is being processed or done already; there is nothing "
                    "left to skip.",
                    report=done[0].display_name,
                )
            )
        reports = self.sudo()
        reports.state = "skipped"
        reports.activity_unlink(["mail.mail_activity_data_todo"])
        return True

    def action_download(self):
        """Download the file from the archive, however long Amazon has deleted it.

        :raise UserError: where there is no file
        """
        self.ensure_one()
        self._check_file()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/file/"
            f"{quote(self.filename or 'report.txt', safe='')}?download=true",
            "target": "self",
        }

    def action_view_rows(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("report_id", "=", self.id)]
        return action
