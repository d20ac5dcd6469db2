from datetime import timedelta, timezone

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_datetime

from ...messages import MessageError, compose, message
from ...report_formats import KINDS

#: How far the clocks of Amazon and of this machine may differ.
CLOCK_DIFFERENCE = timedelta(hours=1)
#: How often a period is moved back because Amazon finds its end in the future.
CLOCK_ATTEMPTS = 3


class AmazonReport(models.Model):
    """Asking Amazon for a report, and for one that failed once more."""

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
    clock_attempts = fields.Integer(readonly=True, copy=False)

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

    def _wait_for_turn(self):
        """Have the report wait where Amazon would not make it now, and say why.

        :return: whether it waits
        """
        Ledger = self.env["amazon.api.call"]
        moment, blocker = Ledger._get_next_creation(self.account_id, self.kind)
        if moment <= fields.Datetime.now():
            return False
        if blocker:
            code = "turn_after_other_program" if blocker.foreign else "turn_after_last"
            text = message(
                code,
                minutes=KINDS[self.kind].min_minutes,
                moment=blocker.called_at,
                next=moment,
            )
        else:
            text = message("turn_after_quota", next=moment)
        self.write({"last_error": text, "next_attempt": moment})
        return True

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

    # === WHAT FOR === #

    def _get_report_type(self):
        return KINDS[self.kind].report_type_in(self.account_id.region)

    def _get_report_options(self):
        kind = KINDS[self.kind]
        if self.date_from and not kind.dated:
            return kind.dated_options
        return kind.options

    def _get_marketplace_refs(self):
        marketplaces = self.marketplace_ids
        if not marketplaces:
            raise MessageError(
                self.env, message("no_active_channel", account=self.account_id.name)
            )
        return marketplaces.mapped("api_ref")

    def _is_too_old(self):
        days = KINDS[self.kind].lookback_days
        # A request at the very limit waits for its turn like any other.
        limit = fields.Datetime.now() - timedelta(days=(days or 0) + 1)
        return bool(days and self.date_from) and self.date_from < limit

    @api.model
    def _aware(self, moment):
        return moment.replace(tzinfo=timezone.utc) if moment else None

    @api.model
    def _naive(self, moment):
        return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)

    def _format_moment(self, moment):
        """Return a moment as the responsible reads it, in their time zone."""
        timezone_name = self.env.context.get("tz") or "UTC"
        text = format_datetime(
            self.env, moment, tz=timezone_name, dt_format="short"
        ).replace("\u202f", " ")
        return text if self.env.context.get("tz") else f"{text} UTC"

    # === ONCE MORE === #

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
                "last_error": message("clock_ahead"),
            }
        )
        return True

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
                    limits=compose(self.env, self._describe_limits()),
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
