import logging
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models

from ...messages import Joined, Part, compose, get_message, message
from ...report_formats import KINDS, RESTRICTED_REPORT_TYPES
from ...selling_partner.errors import DataError, DocumentError
from ...selling_partner.explanations import Excerpt, clean_words, find_reason

_logger = logging.getLogger(__name__)

#: What a to-do is called.
NO_REPORT = message("todo_no_report")
#: Minutes to wait before asking again where Amazon sets no pause.
USUAL_PAUSE = 30


@dataclass(frozen=True)
class Ending:
    """What follows where Amazon made no report; ``report_<code>`` says why.

    - `attempts`: how often the report is asked for in all, by itself
    - `minutes`: how long to wait before asking again; None: Amazon's own pause
    - `needs_person`: whether the responsible gets an activity when that is over
    """

    attempts: int = 1
    minutes: int | None = 0
    needs_person: bool = True


#: By the report's ``failure_code``.
ENDINGS = {
    "no_data": Ending(needs_person=False),
    "unexplained": Ending(attempts=3, minutes=60),
    "too_often": Ending(attempts=3, minutes=None),
    "other_program": Ending(attempts=3, minutes=None),
    "cancelled_by_person": Ending(needs_person=False),
    "range": Ending(),
    "role": Ending(),
    "stuck": Ending(attempts=2),
    "fatal": Ending(attempts=3, minutes=30),
    "told": Ending(attempts=2, minutes=30),
    "refused": Ending(),
}


class AmazonReport(models.Model):
    """How a report ends that Amazon did not make, and what to do then."""

    _inherit = "amazon.report"

    status_text = fields.Char("What Happened", compute="_compute_status_text")

    @api.depends_context("lang", "tz")
    @api.depends("state", "failure_reason", "last_error")
    def _compute_status_text(self):
        for report in self:
            text = (
                report.last_error
                if report.state == "requested"
                else report.failure_reason
            )
            report.status_text = (text or "").partition("\n")[0]

    def _describe_reason(self, code):
        """Return why Amazon made no report, and what to do next.

        :param str code: of `ENDINGS`
        :rtype: Message
        """
        values = {}
        if code in ("too_often", "other_program"):
            values["minutes"] = self._get_pause()
        elif code == "range":
            values["days"] = self._describe_limits()
        return message(f"report_{code}", **values)

    def _get_pause(self):
        return KINDS[self.kind].min_minutes or USUAL_PAUSE

    def _describe_limits(self):
        """Return which periods Amazon makes this kind of report for.

        :rtype: Message
        """
        kind = KINDS[self.kind]
        parts = []
        if kind.max_days:
            parts.append(message("limit_length", days=kind.max_days))
        if kind.lookback_days:
            parts.append(message("limit_past", days=kind.lookback_days))
        return message("lines", lines=Joined(tuple(parts)))

    # === WHY === #

    def _settle_end(self, client, found):
        """Find out why Amazon made no report, and act on it.

        :param client: ``SellingPartnerClient``
        :param found: ``selling_partner.records.Report``, CANCELLED or FATAL
        """
        words = self._read_words(client) if found.document_id else ""
        code = self._find_reason(found, words)
        if not code and KINDS[self.kind].min_minutes:
            own_id, self.amazon_report_id = self.amazon_report_id, False
            self._remember_id(own_id)
            if self._take_from_others(client):
                return
            self.amazon_report_id = own_id
            if self._had_foreign_neighbour():
                code = "other_program"
        if not code:
            code = self._guess_reason(found, words)
        self._end(code, words=words)

    def _find_reason(self, found, words):
        """Return the code of what is known for certain, or ``""``."""
        if self.cancel_asked:
            return "stuck"
        if code := find_reason(words):
            return code
        if self._exceeds_limits():
            return "range"
        if self._had_own_neighbour():
            return "too_often"
        if self._lacks_role():
            return "role"
        return ""

    def _lacks_role(self):
        """Whether the role check of the account says so; Amazon may only cancel."""
        access = self.account_id.sudo().access_ids
        return "missing" in access.filtered(lambda a: a.kind == self.kind).mapped(
            "state"
        )

    def _guess_reason(self, found, words):
        """Return the code of what is most probable."""
        if found.processing_status == "FATAL":
            return "told" if words else "fatal"
        if not found.processing_start:
            # What Amazon cancels itself, it has looked into.
            return "cancelled_by_person"
        if self._has_known_orders():
            return "unexplained"
        return "no_data"

    def _exceeds_limits(self):
        kind = KINDS[self.kind]
        if not self.date_from:
            return False
        span = timedelta(days=(kind.max_days or 0) + 1)
        return bool(kind.max_days) and self.date_to - self.date_from > span

    def _get_neighbours(self):
        """Return the creations so near that Amazon may have refused this report."""
        pause = timedelta(minutes=KINDS[self.kind].min_minutes)
        calls = self.env["amazon.api.call"]._get_creations(
            self.account_id, self._get_report_type(), self.asked_at - pause
        )
        return calls.filtered(lambda call: call.called_at < self.asked_at + pause)

    def _had_own_neighbour(self):
        return bool(
            self._get_neighbours().filtered(
                lambda call: not call.foreign and call.called_at < self.asked_at
            )
        )

    def _has_known_orders(self):
        """Whether Odoo knows of orders that this report should have listed.

        Filled by those who know of orders.
        """
        return False

    def _read_words(self, client):
        """Return what Amazon says in the document of a report that it did not make."""
        target = Excerpt()
        try:
            client.download_report_document(
                self.amazon_document_id,
                target,
                restricted=self._get_report_type() in RESTRICTED_REPORT_TYPES,
            )
        except DataError as error:
            # Too large, broken, or not for us: what there is of it has to do.
            _logger.info("Report %s has no explanation: %s", self.id, error)
        return clean_words(target.getvalue())

    # === WHAT NOW === #

    def _end(self, code, words=""):
        """End the report without a file: ask again where that helps, else say why.

        :param str code: of `ENDINGS`
        :param words: Amazon's own, or a `Message`
        """
        ending = ENDINGS[code]
        reason = self._describe_reason(code)
        attempts = self.attempts + 1
        if attempts < ending.attempts:
            self._ask_again(code, self._join(Part(reason, "text"), words), attempts)
            return
        quiet = self.amazon_status == "CANCELLED" and not ending.needs_person
        self.write(
            {
                "state": "cancelled" if quiet else "failed",
                "attempts": attempts if ending.attempts > 1 else self.attempts,
                "failure_code": code,
                "failure_reason": self._join(
                    Part(reason, "text"), words, Part(reason, "step")
                ),
                "last_error": False,
                "next_attempt": False,
            }
        )
        if ending.needs_person:
            self._call_person(self._join(Part(reason, "step")))

    @api.model
    def _join(self, *lines):
        """Return a message of several lines."""
        return message("lines", lines=Joined(lines, "\n"))

    def _end_refused(self, error, explanation):
        """End a report that Amazon refuses to make or to hand over.

        :param explanation: `Message`: what Amazon said and what it means
        """
        code = find_reason(error.details or "")
        is_lost = isinstance(error, DocumentError)
        if is_lost or code not in ("range", "too_often"):
            # Whatever Amazon calls a refusal, it is one: the reason has its words.
            self._fail(error.code if is_lost else "refused", explanation)
            step = Part(self._describe_reason("refused"), "step")
            self._call_person(self._join(step))
        else:
            self._end(code, words=str(error))

    def _ask_again(self, code, reason, attempts):
        """Have the report made once more.

        :param reason: `Message`: why Amazon made none
        :param int attempts: how often that has happened
        """
        ending = ENDINGS[code]
        pause = self._get_pause() if ending.minutes is None else ending.minutes
        moment = fields.Datetime.now() + timedelta(minutes=pause)
        allowed, _call = self.env["amazon.api.call"]._get_next_creation(
            self.account_id, self.kind
        )
        moment = max(moment, allowed)
        self._remember_id(self.amazon_report_id)
        self.message_post(
            body=self.env._(
                "Amazon report %(report)s: %(reason)s",
                report=self.amazon_report_id,
                reason=compose(self.env, reason),
            )
        )
        self.write(
            {
                **self._prepare_asking(),
                "attempts": attempts,
                "failure_code": code,
                "last_error": message(
                    "report_asked_again",
                    reason=reason,
                    moment=moment,
                    attempt=attempts + 1,
                    attempts=ending.attempts,
                ),
                "next_attempt": moment,
            }
        )

    def _call_person(self, note, summary=NO_REPORT):
        """Give the account's responsible an activity, once for the same trouble.

        :param note: `Message`: what to do
        :param summary: `Message`: what happened
        """
        user = self.account_id._get_responsible()
        alike = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("kind", "=", self.kind),
                ("failure_code", "=", self.failure_code),
                ("activity_ids.amazon_summary", "=", summary.dump()),
            ],
            limit=1,
        )
        if user and not alike:
            self._schedule_amazon_todo(user, summary, note)

    def _after_failure(self):
        """Call a person for a file that cannot be read: nobody sits in front of it."""
        self._call_person(
            get_message(self, "failure_reason"), message("todo_report_not_imported")
        )
        return super()._after_failure()

    def _after_processing(self):
        self._settle_failures()
        return super()._after_processing()

    def _settle_failures(self):
        """Set failed reports aside whose period has come in otherwise."""
        self.ensure_one()
        failed = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("kind", "=", self.kind),
                ("state", "=", "failed"),
            ]
        )
        for report in failed.filtered(lambda report: report._came_otherwise()):
            feedback = self.env._("Its period has come in by other reports.")
            report.state = "skipped"
            report.message_post(body=feedback)
            report.activity_unlink(["mail.mail_activity_data_todo"])

    def _came_otherwise(self):
        """Whether other reports hold what this one should have held."""
        if not self.date_from or not self.date_to:
            # The latest stock is all stock; of an uploaded file nobody knows.
            return not KINDS[self.kind].dated
        return not self._get_uncovered(
            self.account_id,
            self.kind,
            self.date_from,
            self.date_to,
            marketplaces=self.marketplace_ids,
        )
