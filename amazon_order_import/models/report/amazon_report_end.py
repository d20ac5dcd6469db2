import contextlib
import io
import json
import logging
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...report_formats import KINDS, RESTRICTED_REPORT_TYPES
from ...report_formats.kinds import ORDER_KINDS
from ...selling_partner.errors import DataError, DocumentError
from .amazon_report import REPORT_DELAY

_logger = logging.getLogger(__name__)

#: Bytes that are read, and characters that are shown, of what Amazon says in a
#: document about a report that it did not make.
MAX_WORDS_BYTES = 65_536
MAX_WORDS = 1_000
#: What such words are about: pattern -> code of the reason.
WORDS = (
    (
        re.compile(
            r"too (often|many|frequent)|throttl|frequen|already (been )?request"
        ),
        "too_often",
    ),
    (
        re.compile(r"date ?range|maximum.*days|(start|end) ?date|too (wide|old)"),
        "range",
    ),
    (re.compile(r"\brole|permission|not authori[sz]ed|access.*denied"), "role"),
)
#: Orders bought that shortly before the end may be released after it.
RELEASE = timedelta(days=1)


@dataclass(frozen=True)
class Reason:
    """Why Amazon made no report.

    - `text`: what happened; `advice`: what to do next
    - `attempts`: how often the report is asked for in all, by itself
    - `minutes`: how long to wait before asking again
    - `needs_person`: whether the responsible gets an activity when that is over
    """

    text: str
    advice: str
    attempts: int = 1
    minutes: int = 0
    needs_person: bool = True


class AmazonReport(models.Model):
    """How a report ends that Amazon did not make, and what to do then."""

    _inherit = "amazon.report"

    status_text = fields.Char("What Happened", compute="_compute_status_text")

    @api.depends("state", "failure_reason", "last_error")
    def _compute_status_text(self):
        for report in self:
            text = (
                report.last_error
                if report.state == "requested"
                else report.failure_reason
            )
            report.status_text = (text or "").partition("\n")[0]

    def _get_reasons(self):
        """Return all reasons for which Amazon makes no report.

        :return: dict ``{failure_code: Reason}``
        """
        kind = KINDS[self.kind]
        pause = kind.min_minutes or 30
        return {
            "no_data": Reason(
                self.env._(
                    "Amazon made no report: there was nothing to report in this period."
                ),
                self.env._(
                    "If you expect something of this period, look whether it is "
                    "covered by another report, or request the period again."
                ),
                needs_person=False,
            ),
            "unexplained": Reason(
                self.env._(
                    "Amazon made no report, as if there were nothing to report, but "
                    "orders of this period are known to Odoo."
                ),
                self.env._(
                    "Request the period again. If Amazon makes none again, open a "
                    "case in Seller Central and name the report ID."
                ),
                attempts=3,
                minutes=60,
            ),
            "too_often": Reason(
                self.env._(
                    "Amazon made no report because it was requested too soon after "
                    "another one: this report is made once in %(minutes)s minutes, "
                    "for all programs together.",
                    minutes=pause,
                ),
                self.env._("Request the period again later."),
                attempts=3,
                minutes=pause,
            ),
            "other_program": Reason(
                self.env._(
                    "Amazon made no report because another program that is connected "
                    "with this seller requested one at the same time: this report is "
                    "made once in %(minutes)s minutes, for all programs together.",
                    minutes=pause,
                ),
                self.env._(
                    "Request the period again later. See in Seller Central (Apps and "
                    "Services > Manage Your Apps) which other programs fetch reports, "
                    "and switch off what is no longer needed."
                ),
                attempts=3,
                minutes=pause,
            ),
            "cancelled_by_person": Reason(
                self.env._(
                    "The report was cancelled before Amazon began with it: by somebody "
                    "in Seller Central or by another program."
                ),
                self.env._("Request it again if you need it."),
                needs_person=False,
            ),
            "range": Reason(
                self.env._(
                    "Amazon does not make this report for such a period: it is too "
                    "long, or begins too far in the past (%(days)s).",
                    days=self._describe_limits(),
                ),
                self.env._("Request a shorter or a later period."),
            ),
            "role": Reason(
                self.env._("Amazon does not give this report to the application."),
                self.env._("Then request the report again."),
            ),
            "stuck": Reason(
                self.env._(
                    "Amazon did not make this report for hours; it was given up."
                ),
                self.env._(
                    "Request it again. If it gets stuck again, open a case in Seller "
                    "Central and name the report ID."
                ),
                attempts=2,
            ),
            "fatal": Reason(
                self.env._(
                    "Amazon gave up making this report and does not say why. Most "
                    "often it is a passing trouble of Amazon's."
                ),
                self.env._(
                    "Request the period again later. If Amazon gives up again, open a "
                    "case in Seller Central and name the report ID."
                ),
                attempts=3,
                minutes=30,
            ),
            "told": Reason(
                self.env._("Amazon gave up making this report and says why."),
                self.env._("Correct what Amazon names, then request it again."),
                attempts=2,
                minutes=30,
            ),
            "refused": Reason(
                self.env._("Amazon refuses to make or to hand over this report."),
                self.env._(
                    "Request it again. If it is refused again, pass Amazon's message "
                    "on to your administrator."
                ),
            ),
        }

    def _describe_limits(self):
        kind = KINDS[self.kind]
        parts = []
        if kind.max_days:
            parts.append(self.env._("at most %(days)s days long", days=kind.max_days))
        if kind.lookback_days:
            parts.append(
                self.env._("at most %(days)s days ago", days=kind.lookback_days)
            )
        return ", ".join(parts)

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
        for pattern, code in WORDS:
            if pattern.search(words.lower()):
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

    def _had_foreign_neighbour(self):
        return bool(self._get_neighbours().filtered("foreign"))

    def _has_known_orders(self):
        """Whether Odoo knows of orders that this report should have listed."""
        if not self.date_from or self.kind not in ORDER_KINDS:
            return False
        if self._has_listed_orders():
            return True
        period = ((">=", self.date_from), ("<=", self.date_to - RELEASE))
        orders = [
            ("amazon_account_id", "=", self.account_id.id),
            ("amazon_marketplace_id", "in", self.marketplace_ids.ids),
            ("state", "!=", "cancel"),
        ]
        if KINDS[self.kind].fulfillment == "mfn":
            domain = orders + [
                ("amazon_fulfillment", "=", "mfn"),
                *(("amazon_purchase_date", *limit) for limit in period),
            ]
            return bool(self.env["sale.order"].sudo().search_count(domain, limit=1))
        domain = [
            *(("shipment_date", *limit) for limit in period),
            ("order_id", "any", orders + [("amazon_fulfillment", "=", "fba")]),
        ]
        return bool(self.env["amazon.parcel"].sudo().search_count(domain, limit=1))

    def _has_listed_orders(self):
        """Whether Amazon's own list of all orders names some of this period."""
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

    def _read_words(self, client):
        """Return what Amazon says in the document of a report that it did not make."""
        target = _Excerpt()
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

        :param str code: of ``_get_reasons``
        :param str words: Amazon's own
        """
        reason = self._get_reasons()[code]
        text = f"{reason.text}\n{words}".strip() if words else reason.text
        attempts = self.attempts + 1
        if attempts < reason.attempts:
            self._ask_again(code, text, reason, attempts)
            return
        quiet = self.amazon_status == "CANCELLED" and not reason.needs_person
        self.write(
            {
                "state": "cancelled" if quiet else "failed",
                "attempts": attempts if reason.attempts > 1 else self.attempts,
                "failure_code": code,
                "failure_reason": f"{text}\n{reason.advice}",
                "last_error": False,
                "next_attempt": False,
            }
        )
        if reason.needs_person:
            self._call_person(reason.advice)

    def _end_refused(self, error, explanation):
        """End a report that Amazon refuses to make or to hand over."""
        words = (error.details or "").lower()
        code = next((code for pattern, code in WORDS if pattern.search(words)), "")
        is_lost = isinstance(error, DocumentError)
        if is_lost or code not in ("range", "too_often"):
            # Whatever Amazon calls a refusal, it is one: the reason has its words.
            self._fail(error.code if is_lost else "refused", explanation)
            self._call_person(self._get_reasons()["refused"].advice)
        else:
            self._end(code, words=str(error))

    def _ask_again(self, code, text, reason, attempts):
        now = fields.Datetime.now()
        moment = now + timedelta(minutes=reason.minutes)
        allowed, _call = self.env["amazon.api.call"]._get_next_creation(
            self.account_id, self.kind
        )
        moment = max(moment, allowed)
        message = self.env._(
            "%(reason)s\nIt is requested again by itself at %(moment)s (attempt "
            "%(attempt)s of %(attempts)s).",
            reason=text,
            moment=self._format_moment(moment),
            attempt=attempts + 1,
            attempts=reason.attempts,
        )
        self._remember_id(self.amazon_report_id)
        self.message_post(
            body=self.env._(
                "Amazon report %(report)s: %(reason)s",
                report=self.amazon_report_id,
                reason=text,
            )
        )
        self.write(
            {
                **self._prepare_asking(),
                "attempts": attempts,
                "failure_code": code,
                "last_error": message,
                "next_attempt": moment,
            }
        )

    def _prepare_asking(self):
        """Return the values with which a report is asked for from the start."""
        return {
            "state": "requested",
            "amazon_report_id": False,
            "amazon_document_id": False,
            "amazon_status": False,
            "amazon_schedule_id": False,
            "asked_at": False,
            "is_foreign": False,
            "cancel_asked": False,
            "trouble_since": False,
            "failure_code": False,
            "failure_reason": False,
            "last_error": False,
            "next_attempt": False,
        }

    def _remember_id(self, amazon_id):
        known = (self.earlier_amazon_ids or "").split()
        if amazon_id and amazon_id not in known:
            self.earlier_amazon_ids = " ".join([*known, amazon_id])

    def _call_person(self, note, summary=None):
        """Give the account's responsible an activity, once for the same trouble.

        :param str note: what to do
        :param str summary: what happened; None: Amazon made no report
        """
        user = self.account_id._get_responsible()
        self = self.with_context(lang=user.lang or self.env.lang)
        summary = summary or self.env._("Amazon made no report")
        alike = self.search(
            [
                ("account_id", "=", self.account_id.id),
                ("kind", "=", self.kind),
                ("failure_code", "=", self.failure_code),
                ("activity_ids.summary", "=", summary),
            ],
            limit=1,
        )
        if alike or not user:
            return
        self.activity_schedule(
            "mail.mail_activity_data_todo",
            summary=summary,
            note=note,
            user_id=user.id,
        )

    def _after_failure(self):
        """Call a person for a file that cannot be read: nobody sits in front of it."""
        self._call_person(
            self.failure_reason, self.env._("A report could not be imported")
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

    def action_request_again(self):
        """Have Amazon make the reports once more that failed or were cancelled."""
        self.check_access("read")
        for report in self.sudo():
            report._request_again()
        self.env.ref("amazon_order_import.ir_cron_check_reports").sudo()._trigger()
        return True

    def _request_again(self):
        """Start from the beginning, in the same record where it holds no file.

        :raise UserError: where the report is none that can be had again
        """
        if self.state not in ("failed", "cancelled", "skipped"):
            raise UserError(
                self.env._(
                    "%(report)s is on its way or was made already. Only reports that "
                    "failed, were cancelled or skipped can be requested again.",
                    report=self.display_name,
                )
            )
        if not self.marketplace_ids and not self.amazon_report_id:
            raise UserError(
                self.env._(
                    "%(report)s was uploaded by hand, not requested from Amazon. "
                    "Upload a correct file, or request its period under Amazon > "
                    "Reports > Request.",
                    report=self.display_name,
                )
            )
        if self._is_too_old():
            raise UserError(
                self.env._(
                    "%(report)s begins longer ago than Amazon reports (%(limits)s). "
                    "Request a later period under Amazon > Reports > Request.",
                    report=self.display_name,
                    limits=self._describe_limits(),
                )
            )
        self.activity_unlink(["mail.mail_activity_data_todo"])
        if self.file_size:
            # Its file stays in the archive, beside the new one.
            self.create(
                {
                    "account_id": self.account_id.id,
                    "kind": self.kind,
                    "request_id": self.request_id.id,
                    "marketplace_ids": [Command.set(self.marketplace_ids.ids)],
                    "date_from": self.date_from,
                    "date_to": self.date_to,
                }
            )
            self.state = "skipped"
        else:
            self._remember_id(self.amazon_report_id)
            self.write({**self._prepare_asking(), "attempts": 0, "clock_attempts": 0})


class _Excerpt(io.BytesIO):
    """A target of a download that keeps its beginning and refuses the rest."""

    def seekable(self):
        return False

    def write(self, piece):
        room = MAX_WORDS_BYTES - self.tell()
        if len(piece) > room:
            super().write(piece[:room])
            raise DocumentError("The document is no explanation.", code="too_large")
        return super().write(piece)


def clean_words(content):
    """Return Amazon's explanation as plain text: hostile until read.

    :param bytes content: of a document that Amazon made instead of a report
    """
    text = content.decode("utf-8", errors="replace")
    with contextlib.suppress(ValueError, RecursionError):
        text = "; ".join(_texts(json.loads(text)))
    if text.count("\ufffd") > len(text) / 10:
        return ""
    text = "".join(
        " " if unicodedata.category(char).startswith("C") else char for char in text
    )
    return re.sub(r"\s+", " ", text).strip()[:MAX_WORDS]


def _texts(value, depth=0):
    """Yield the texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif depth < 5 and isinstance(value, dict):
        for item in value.values():
            yield from _texts(item, depth + 1)
    elif depth < 5 and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
