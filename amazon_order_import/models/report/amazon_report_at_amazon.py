import logging
import tempfile
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools.misc import format_datetime

from ...report_formats import KINDS, RESTRICTED_REPORT_TYPES
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
#: How far the clocks of Amazon and of this machine may differ.
CLOCK_DIFFERENCE = timedelta(hours=1)
#: How often a period is moved back because Amazon finds its end in the future.
CLOCK_ATTEMPTS = 3
#: Without a sign of another program, Amazon's list is looked through once in this time.
LOOK_FOR_OTHERS = timedelta(days=1)


class AmazonReport(models.Model):
    """The way of a report at Amazon: asked for, looked after, fetched."""

    _inherit = "amazon.report"

    attempts = fields.Integer(
        default=0,
        readonly=True,
        copy=False,
        help="How often Amazon has ended this report without a file",
    )
    earlier_amazon_ids = fields.Text(
        "Earlier Report IDs",
        readonly=True,
        copy=False,
        help="Reports of the same period that Amazon ended without a file",
    )
    is_foreign = fields.Boolean(
        "Requested by Another Program",
        readonly=True,
        copy=False,
        help="Another program had Amazon make this report; its file is used here too",
    )
    amazon_schedule_id = fields.Char("Schedule at Amazon", readonly=True, copy=False)
    cancel_asked = fields.Boolean(
        readonly=True, copy=False, help="Odoo had Amazon cancel the stuck report"
    )
    clock_attempts = fields.Integer(readonly=True, copy=False)
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
                except UserError as error:
                    report._fail("not_requested", str(error))
                    report._call_person(str(error))
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
                    report._call_person(report.failure_reason)
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

    def _ask(self, client, commit):
        """Have Amazon make the report; never twice, also after a time-out.

        :return: whether Amazon is making the report
        """
        if self.asked_at:
            # The answer of the last attempt got lost: Amazon may have begun.
            self.amazon_report_id = self._find_at_amazon(client)
            if self.amazon_report_id:
                return True
        if self._is_too_old():
            self._end("range")
            return False
        if self._may_have_others() and self._take_from_others(client):
            return True
        if self._wait_for_turn():
            return False
        self.asked_at = fields.Datetime.now()
        # Before asking: a crash between Amazon's answer and our commit is noticed.
        commit()
        self.amazon_report_id = client.create_report(
            self._get_report_type(),
            self._get_marketplace_refs(),
            start=self._aware(self.date_from),
            end=self._aware(self.date_to),
            options=dict(self._get_report_options()) or None,
        )
        self.amazon_status = "IN_QUEUE"
        self._note_progress()
        return True

    def _note_progress(self):
        """The trouble that Amazon had with this report is over."""
        if self.trouble_since:
            self.trouble_since = False
            self.activity_unlink(["mail.mail_activity_data_todo"])

    def _get_report_options(self):
        kind = KINDS[self.kind]
        if self.date_from and not kind.dated:
            return kind.dated_options
        return kind.options

    def _is_too_old(self):
        days = KINDS[self.kind].lookback_days
        # A request at the very limit waits for its turn like any other.
        limit = fields.Datetime.now() - timedelta(days=(days or 0) + 1)
        return bool(days and self.date_from) and self.date_from < limit

    def _wait_for_turn(self):
        """Have the report wait where Amazon would not make it now, and say why.

        :return: whether it waits
        """
        Ledger = self.env["amazon.api.call"]
        moment, blocker = Ledger._get_next_creation(self.account_id, self.kind)
        if moment <= fields.Datetime.now():
            return False
        if blocker.foreign:
            text = self.env._(
                "Amazon makes this report once in %(minutes)s minutes, and another "
                "program asked for one at %(moment)s. It is requested by itself at "
                "%(next)s.",
                minutes=KINDS[self.kind].min_minutes,
                moment=self._format_moment(blocker.called_at),
                next=self._format_moment(moment),
            )
        elif blocker:
            text = self.env._(
                "Amazon makes this report once in %(minutes)s minutes, and the last "
                "one was requested at %(moment)s. It is requested by itself at "
                "%(next)s.",
                minutes=KINDS[self.kind].min_minutes,
                moment=self._format_moment(blocker.called_at),
                next=self._format_moment(moment),
            )
        else:
            text = self.env._(
                "Amazon's quota for new reports is used up for now. It is requested "
                "by itself at %(next)s.",
                next=self._format_moment(moment),
            )
        self.write({"last_error": text, "next_attempt": moment})
        return True

    def _format_moment(self, moment):
        """Return a moment as the responsible reads it, in their time zone."""
        timezone_name = self.env.context.get("tz") or "UTC"
        text = format_datetime(
            self.env, moment, tz=timezone_name, dt_format="short"
        ).replace("\u202f", " ")
        return text if self.env.context.get("tz") else f"{text} UTC"

    @api.model
    def _drop_known(self, account, found):
        """Return those of Amazon's reports that Odoo neither asked for nor took over.

        :param account: ``amazon.account`` record
        :param found: iterable of ``selling_partner.records.Report``
        :return: list of them, in the same order
        """
        found = list(found)
        mine = [("account_id", "in", account._get_seller_accounts().ids)]
        reports = self.sudo()
        known = set(
            reports.search(
                [*mine, ("amazon_report_id", "in", [r.report_id for r in found])]
            ).mapped("amazon_report_id")
        )
        # Few: only reports that Amazon ended without a file have earlier ones.
        for report in reports.search([*mine, ("earlier_amazon_ids", "!=", False)]):
            known.update(report.earlier_amazon_ids.split())
        return [report for report in found if report.report_id not in known]

    def _find_at_amazon(self, client):
        """Return Amazon's id of this very report if it has been made, else False."""
        refs = set(self._get_marketplace_refs())
        reports = client.get_reports(
            report_types=[self._get_report_type()],
            created_since=self._aware(self.asked_at - CLOCK_DIFFERENCE),
        )
        for found in self._drop_known(self.account_id, reports):
            if (
                not found.schedule_id
                and set(found.marketplace_ids or []) == refs
                and self._is_same_period(found)
            ):
                return found.report_id
        return False

    def _is_same_period(self, found):
        """Whether a report of Amazon's has this report's period, to the second."""
        if not self.date_from:
            # Amazon writes some period of its own: the time it was made has to do.
            asked = self._aware(self.asked_at.replace(microsecond=0))
            return found.created >= asked - timedelta(minutes=1)
        return all(
            theirs and theirs.replace(microsecond=0) == self._aware(ours)
            for theirs, ours in (
                (found.data_start, self.date_from.replace(microsecond=0)),
                (found.data_end, self.date_to.replace(microsecond=0)),
            )
        )

    def _get_marketplace_refs(self):
        marketplaces = self.marketplace_ids
        if not marketplaces:
            raise UserError(
                self.env._(
                    "The account %(account)s has no active channel to report on. Test "
                    "its connection: that adds its marketplaces as channels.",
                    account=self.account_id.name,
                )
            )
        return marketplaces.mapped("api_ref")

    def _get_report_type(self):
        return KINDS[self.kind].report_type_in(self.account_id.region)

    @api.model
    def _aware(self, moment):
        return moment.replace(tzinfo=timezone.utc) if moment else None

    @api.model
    def _naive(self, moment):
        return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)

    # === OTHER PROGRAMS === #

    def _may_have_others(self):
        """Whether it is worth a call to look for reports of other programs.

        Only where Amazon makes a report once in a while for all programs together:
        where one was seen lately, else once a day.
        """
        if not KINDS[self.kind].min_minutes:
            return False
        Ledger = self.env["amazon.api.call"].sudo()
        seller = ("seller_key", "=", self.account_id._get_seller_key())
        report_type = ("report_type", "=", self._get_report_type())
        if Ledger._get_next_call(self.account_id, "getReports") > fields.Datetime.now():
            return False
        if Ledger.search_count([seller, report_type, ("foreign", "=", True)], limit=1):
            return True
        return not Ledger.search_count(
            [
                seller,
                report_type,
                ("operation", "=", "getReports"),
                ("called_at", ">", fields.Datetime.now() - LOOK_FOR_OTHERS),
            ],
            limit=1,
        )

    def _list_others(self, client):
        """Return the reports of this type that other programs asked for lately.

        They are entered into the ledger: Amazon counts them too.

        :return: list of ``selling_partner.records.Report``, newest first
        """
        pause = timedelta(minutes=KINDS[self.kind].min_minutes)
        since = min(self.asked_at or fields.Datetime.now(), fields.Datetime.now())
        reports = client.get_reports(
            report_types=[self._get_report_type()],
            created_since=self._aware(since - pause),
        )
        others = self._drop_known(self.account_id, reports)
        self.env["amazon.api.call"]._note_foreign(self.account_id, others)
        return others

    def _take_from_others(self, client):
        """Use a report that another program had Amazon make, if one will do.

        :return: whether there is one
        """
        for found in self._list_others(client):
            if self._will_do(found):
                self._adopt(found)
                return True
        return False

    def _will_do(self, found):
        """Whether another program's report holds what this one has to."""
        if found.processing_status not in ("DONE", "IN_PROGRESS", "IN_QUEUE"):
            return False
        if not set(self._get_marketplace_refs()) <= set(found.marketplace_ids):
            return False
        if not self.date_from:
            return True
        pause = timedelta(minutes=KINDS[self.kind].min_minutes)
        return bool(
            found.data_start
            and found.data_end
            and found.data_start <= self._aware(self.date_from)
            and found.data_end >= self._aware(self.date_to) - pause
        )

    def _adopt(self, found):
        """Go on with a report that another program had Amazon make."""
        values = {
            "amazon_report_id": found.report_id,
            "amazon_status": found.processing_status,
            "is_foreign": True,
            "asked_at": self._naive(found.created),
            "cancel_asked": False,
            "last_error": False,
            "next_attempt": False,
        }
        if self.date_to:
            # What comes after its end is not covered by it.
            values["date_to"] = min(self.date_to, self._naive(found.data_end))
        self.write(values)
        self.message_post(
            body=self.env._(
                "Another program requested the same report of Amazon at %(moment)s "
                "(%(report)s). Its file is used instead of asking for one more.",
                moment=self._format_moment(self._naive(found.created)),
                report=found.report_id,
            )
        )

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
                    self.write({"cancel_asked": False, "last_error": str(error)})
                    return
            self._end("stuck")
        elif now - self.asked_at >= LONGEST_WORK:
            self._end("stuck")
        else:
            self.last_error = self.env._(
                "Amazon has been working on this report for %(hours)s hours and does "
                "not let anybody cancel it now. Odoo goes on looking every 5 minutes; "
                "other reports are not held up.",
                hours=int((now - self.asked_at).total_seconds() // 3600),
            )

    # === FETCHING === #

    def _fetch(self, client):
        """Download the finished report into the archive."""
        with tempfile.TemporaryFile() as target:
            document = client.download_report_document(
                self.amazon_document_id,
                target,
                restricted=self._get_report_type() in RESTRICTED_REPORT_TYPES,
            )
            target.seek(0)
            content = target.read()
        # Nobody reads up on a passing state; on how it ended, they do.
        self = self.with_context(tracking_disable=True)
        self._note_progress()
        self.filename = f"{self.kind}_{self.amazon_report_id}.txt"
        self._set_file(content, document.charset)
        self.write({"state": "ready", "last_error": False, "next_attempt": False})

    # === ERRORS === #

    def _note_error(self, error):
        """Store what went wrong at Amazon; give up only where waiting is useless."""
        self.account_id._note_api_error(error, self.kind)
        explanation = self.account_id._explain_error(error, self.kind)
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
                    "last_error": self.env._(
                        "%(explanation)s\nNothing is lost: the file is tried again by "
                        "itself every hour.",
                        explanation=explanation,
                    ),
                    "next_attempt": fields.Datetime.now() + LINK_RETRY,
                }
            )
        elif not self._move_back(error):
            self._end_refused(error, explanation)

    def _note_trouble(self, explanation):
        """Call a person where Amazon has trouble with this report, and only with it.

        :param str explanation: what Amazon said and what it means
        """
        now = fields.Datetime.now()
        if not self.trouble_since:
            self.trouble_since = now
        elif (
            self.trouble_since <= now - TROUBLE_PATIENCE
            and self.account_id.connection_state in WORKING_STATES
        ):
            self._call_person(
                self.env._(
                    "For more than a day, Amazon has had trouble with this report, "
                    "though not with the connection. It is tried again by itself; open "
                    "a case in Seller Central if it lasts. A role that the application "
                    "lacks may be behind it: see Access to Reports on the account.\n"
                    "%(explanation)s",
                    explanation=explanation,
                ),
                self.env._("Amazon has trouble with a report"),
            )

    def _may_get_file_later(self, error):
        """Whether the file is there and only its link was refused on the way."""
        return (
            error.code == "link_refused"
            and fields.Datetime.now() - self.asked_at < LONGEST_WORK
        )

    def _move_back(self, error):
        """Where Amazon finds the end of the period in the future: move it back.

        :return: whether that is what is wrong
        """
        words = f"{error.code or ''} {error.details or ''}".lower()
        if (
            error.operation != "createReport"
            or "dataendtime" not in words.replace(" ", "")
            or not self.date_to
            or self.clock_attempts >= CLOCK_ATTEMPTS
            or self.date_to < fields.Datetime.now() - CLOCK_DIFFERENCE
            or self.date_to - self.date_from <= CLOCK_DIFFERENCE
        ):
            return False
        self.write(
            {
                "clock_attempts": self.clock_attempts + 1,
                "date_to": self.date_to - CLOCK_DIFFERENCE / 2,
                "asked_at": False,
                "next_attempt": False,
                "last_error": self.env._(
                    "Amazon finds the end of the period in the future: the clock of "
                    "this server seems to be ahead of Amazon's. The period now ends "
                    "half an hour earlier and is requested again. Have your "
                    "administrator check the server's clock."
                ),
            }
        )
        return True

    def _note_setting(self, error):
        """Have reports wait for a setting of the account to be corrected."""
        self.write(
            {
                "last_error": str(error),
                "next_attempt": fields.Datetime.now() + SETTING_RETRY,
            }
        )
