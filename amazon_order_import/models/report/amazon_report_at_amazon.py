import logging
import tempfile
from datetime import timedelta

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...messages import REFUSALS, get_error_message, get_message, message, words
from ...report_formats import RESTRICTED_REPORT_TYPES
from ...selling_partner.errors import (
    AnswerError,
    AuthorizationError,
    DataError,
    DocumentError,
    RetryableError,
    RoleMissingError,
    SellingPartnerError,
    ThrottledError,
)
from ..account.amazon_account_connection import WORKING_STATES

_logger = logging.getLogger(__name__)

#: Wait after an answer of Amazon's that cannot be understood.
UNCLEAR_ANSWER_SECONDS = 300
#: How long reports wait whose account has a setting that cannot work.
SETTING_RETRY = timedelta(minutes=15)
#: The same for credentials that Amazon refuses, unless they are entered anew.
CREDENTIALS_RETRY = timedelta(hours=6)
#: Amazon is asked how far a report is after half of its age, within these bounds.
FIRST_POLL = timedelta(seconds=30)
SLOWEST_POLL = timedelta(minutes=5)
#: A report that Amazon has begun cannot be cancelled: it is given up after this time.
LONGEST_WORK = timedelta(days=3)
#: How long Amazon may have trouble with one report before somebody is told.
TROUBLE_PATIENCE = timedelta(days=1)
#: When a file is tried again whose link is refused by something on the way.
LINK_RETRY = timedelta(hours=1)
#: The same for a file that could not be written to the disk.
ARCHIVE_RETRY = timedelta(minutes=15)


class AmazonReport(models.Model):
    """The way of a report at Amazon: looked after, fetched."""

    _inherit = "amazon.report"

    amazon_schedule_id = fields.Char("Schedule at Amazon", readonly=True, copy=False)
    cancel_asked = fields.Boolean(
        readonly=True, copy=False, help="Odoo had Amazon cancel the stuck report"
    )
    trouble_since = fields.Datetime(
        readonly=True,
        copy=False,
        help="Since when every call about this report met trouble at Amazon",
    )
    is_stuck = fields.Boolean(
        "Stuck at Amazon",
        compute="_compute_is_stuck",
        search="_search_is_stuck",
        help="Amazon has been at it for longer than the account allows for",
    )

    @api.depends("state", "asked_at", "account_id.stuck_hours")
    def _compute_is_stuck(self):
        now = fields.Datetime.now()
        for report in self:
            age = now - (report.asked_at or now)
            report.is_stuck = (
                report.state == "requested"
                and bool(report.amazon_report_id)
                and age >= timedelta(hours=report.account_id.stuck_hours)
            )

    def _search_is_stuck(self, operator, value):
        if operator != "in":
            return NotImplemented
        waiting = self.search(
            [("state", "=", "requested"), ("amazon_report_id", "!=", False)]
        )
        return [("id", "in", waiting.filtered("is_stuck").ids)]

    @api.model
    def _get_next_look(self):
        """Return when the next report at Amazon is due: naive UTC, or None."""
        domain = [
            ("state", "=", "requested"),
            ("account_id.active", "=", True),
        ]
        waiting = self.search(domain)
        waiting = waiting.filtered("account_id.has_credentials")
        now = fields.Datetime.now()
        return min((report.next_attempt or now for report in waiting), default=None)

    @api.model
    def _advance_at_amazon(self, account, commit):
        """Ask for, look after and fetch the requested reports of one account.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        :return: seconds left for the scheduled action
        """
        now = fields.Datetime.now()
        domain = [
            ("account_id", "=", account.id),
            ("state", "=", "requested"),
            "|",
            ("next_attempt", "=", False),
            ("next_attempt", "<=", now),
        ]
        # The latest days first: the past does not hold up today's orders.
        reports = account._for_responsible(self).search(
            domain, order="date_to desc, id"
        )
        if not reports or not account.has_credentials:
            return commit()
        try:
            client = account._get_client()
        except SellingPartnerError as error:
            # Nothing was sent: a setting of the account is wrong.
            reports._note_setting(error)
            return commit()
        with client:
            for report in reports:
                report = report.try_lock_for_update().filtered_domain(domain)
                if not report:
                    continue
                try:
                    report._advance(client, commit)
                except REFUSALS as error:
                    reason = get_error_message(error)
                    report._fail("not_requested", reason)
                    report._call_person(reason)
                    seconds_left = commit()
                except SellingPartnerError as error:
                    report._note_error(error)
                    seconds_left = commit()
                    if report.state == "requested" and self._stops_others(error):
                        return seconds_left
                except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                    # Somebody else changed the report: the next run goes on.
                    self.env.cr.rollback()
                    seconds_left = commit()
                except Exception as error:
                    # One report that nobody foresaw must not stop all others.
                    self.env.cr.rollback()
                    _logger.exception("Report %s cannot be fetched", report.id)
                    report._fail("unexpected", report._explain_crash(error))
                    report._call_person(get_message(report, "failure_reason"))
                    seconds_left = commit()
                else:
                    seconds_left = commit()
                if not seconds_left:
                    return 0
        return commit()

    @api.model
    def _stops_others(self, error):
        """Whether the next report's calls would meet the same obstacle.

        A quota is counted per operation: the ledger keeps the next call from being
        made in vain, and other operations go on.
        """
        if isinstance(error, ThrottledError):
            return error.operation == "token"
        return not isinstance(error, DocumentError)

    def _advance(self, client, commit):
        """Take one requested report as far as Amazon lets it go now."""
        self.ensure_one()
        if not self.amazon_report_id:
            if not self._ask(client, commit):
                return
            commit()
        if not (self.amazon_status == "DONE" and self.amazon_document_id):
            self._poll(client, commit)
        if self.amazon_status == "DONE" and self.state == "requested":
            commit()
            self._fetch(client)
        # Only the document proves that the kind may be read.
        fetched = self.state == "ready"
        self.account_id._note_api_success(self.kind if fetched else None)

    # === ASKING === #

    def _note_progress(self):
        """The trouble that Amazon had with this report is over."""
        if self.trouble_since:
            self.trouble_since = False
            self.activity_unlink(["mail.mail_activity_data_todo"])

    # === OTHER PROGRAMS === #

    # === LOOKING AFTER === #

    def _poll(self, client, commit):
        """Ask Amazon how far the report is."""
        found = client.get_report(self.amazon_report_id)
        values = {
            "amazon_status": found.processing_status,
            "amazon_document_id": found.document_id,
            "last_error": False,
            "next_attempt": False,
        }
        self._note_progress()
        now = fields.Datetime.now()
        if not self.asked_at:
            values["asked_at"] = min(now, self._naive(found.created))
        self.write(values)
        if found.processing_status in ("CANCELLED", "FATAL"):
            self._settle_end(client, found)
        elif found.processing_status != "DONE":
            age = now - self.asked_at
            self.next_attempt = now + min(max(age / 2, FIRST_POLL), SLOWEST_POLL)
            if self.is_stuck:
                self._handle_stuck(client, commit)

    def _handle_stuck(self, client, commit):
        """Say that Amazon is slow; have it cancelled where Amazon allows that."""
        now = fields.Datetime.now()
        if self.amazon_status == "IN_QUEUE" and not self.is_foreign:
            if not self.cancel_asked:
                self.cancel_asked = True
                # Should the answer get lost, the next look knows who cancelled it.
                commit()
                try:
                    client.cancel_report(self.amazon_report_id)
                except DataError as error:
                    # Amazon has begun meanwhile: the next look shows how far it is.
                    self.write({"cancel_asked": False, "last_error": words(error)})
                    return
            self._end("stuck")
        elif now - self.asked_at >= LONGEST_WORK:
            self._end("stuck")
        else:
            hours = int((now - self.asked_at).total_seconds() // 3600)
            self.last_error = message("report_stays_at_work", hours=hours)

    # === FETCHING === #

    def _fetch(self, client):
        """Download the finished report into the archive, or wait for room there."""
        try:
            with self.env.cr.savepoint():
                self._fetch_file(client)
        except OSError as error:
            self.invalidate_recordset()
            text = message("archive_full", error=error.strerror or type(error).__name__)
            self.write(
                {
                    "last_error": text,
                    "next_attempt": fields.Datetime.now() + ARCHIVE_RETRY,
                }
            )
            self._call_person(text, message("todo_archive_full"))

    def _fetch_file(self, client):
        with tempfile.TemporaryFile() as target:
            document = client.download_report_document(
                self.amazon_document_id,
                target,
                restricted=self._get_report_type() in RESTRICTED_REPORT_TYPES,
            )
            # Nobody reads up on a passing state; on how it ended, they do.
            self = self.with_context(tracking_disable=True)
            self._note_progress()
            self.filename = f"{self.kind}_{self.amazon_report_id}.txt"
            content = self.env["ir.attachment"].sudo()._take_content(target)
            self._set_file(content, document.charset)
        self.write({"state": "ready", "last_error": False, "next_attempt": False})

    # === ERRORS === #

    def _note_error(self, error):
        """Store what went wrong at Amazon; give up only where waiting is useless."""
        self.account_id._note_api_error(error, self.kind)
        explanation = self.account_id._get_error_message(error, self.kind)
        if isinstance(error, (RetryableError, AnswerError)):
            # An answer that makes no sense is a passing trouble of Amazon's, too.
            seconds = getattr(error, "seconds", UNCLEAR_ANSWER_SECONDS)
            pause = max(timedelta(seconds=seconds), FIRST_POLL)
            self.write(
                {
                    "last_error": explanation,
                    "next_attempt": fields.Datetime.now() + pause,
                }
            )
            if (
                not self.amazon_report_id
                and error.operation == "createReport"
                and not getattr(error, "maybe_done", True)
            ):
                # Amazon has surely not begun: no need to look for the report there.
                self.asked_at = False
            if not isinstance(error, ThrottledError):
                self._note_trouble(explanation)
        elif isinstance(error, AuthorizationError):
            # All reports of the account wait for a person to enter new credentials.
            self.search(
                [("account_id", "=", self.account_id.id), ("state", "=", "requested")]
            ).write(
                {
                    "last_error": explanation,
                    "next_attempt": fields.Datetime.now() + CREDENTIALS_RETRY,
                }
            )
        elif isinstance(error, RoleMissingError):
            self._end("role", words=explanation)
        elif self._may_get_file_later(error):
            self.write(
                {
                    "last_error": message("file_tried_hourly", explanation=explanation),
                    "next_attempt": fields.Datetime.now() + LINK_RETRY,
                }
            )
        elif not self._move_back(error):
            self._end_refused(error, explanation)

    def _note_trouble(self, explanation):
        """Call a person where Amazon has trouble with this report, and only with it.

        :param explanation: `Message`: what Amazon said and what it means
        """
        now = fields.Datetime.now()
        if not self.trouble_since:
            self.trouble_since = now
        elif (
            self.trouble_since <= now - TROUBLE_PATIENCE
            and self.account_id.connection_state in WORKING_STATES
        ):
            self._call_person(
                message("report_trouble", explanation=explanation),
                message("todo_report_trouble"),
            )

    def _may_get_file_later(self, error):
        """Whether the file is there and only its link was refused on the way."""
        return (
            error.code == "link_refused"
            and fields.Datetime.now() - self.asked_at < LONGEST_WORK
        )

    def _note_setting(self, error):
        """Have reports wait for a setting of the account to be corrected."""
        self.write(
            {
                "last_error": words(error),
                "next_attempt": fields.Datetime.now() + SETTING_RETRY,
            }
        )
