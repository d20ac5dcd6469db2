from dataclasses import dataclass
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...report_formats import KINDS

#: How far an outage is made up for where Amazon does not say how far it looks back.
MAX_LOOKBACK_DAYS = 60
#: In how many reports a gap is asked for before it is left to a person.
GAP_ATTEMPTS = 3
#: How often a kind is asked for that Amazon refuses to this application, or that
#: cannot be asked for as the account is.
REFUSED_RETRY = timedelta(hours=6)
REFUSED_CODES = ("role", "refused", "not_requested")
#: Two reports end and begin at the same second; clocks have their jitter.
SMALLEST_GAP = timedelta(seconds=2)
DAY = 24 * 60
#: In what an interval is said and entered, the largest first: minutes in each.
UNITS = {"days": DAY, "hours": 60, "minutes": 1}


@dataclass(frozen=True)
class Cadence:
    """How often a kind is asked for, and for how many days back.

    - `hour`: of the day, in the responsible's time zone; None: at once
    - `vat_service`: only for accounts with this setting
    """

    kind: str
    minutes: int
    days: int
    hour: int | None = None
    vat_service: str = ""


#: Source: reference/amazon-reports.md 9.
CADENCES = (
    Cadence("mfn_orders_eu", 30, 2),
    Cadence("mfn_orders_na", 30, 2),
    Cadence("fba_orders_eu", 4 * 60, 3),
    Cadence("fba_orders_eu", DAY, 10, hour=2),
    Cadence("fba_orders_na", 4 * 60, 3),
    Cadence("fba_orders_na", DAY, 10, hour=2),
    Cadence("fba_returns", DAY, 8, hour=4),
    Cadence("fba_returns", 7 * DAY, 35, hour=9),
    Cadence("fba_inventory", 4 * 60, 1),
    Cadence("vcs_lite", 2 * 60, 1, vat_service="vcs_lite"),
    Cadence("vcs_invoices", DAY, 10, hour=5, vat_service="vcs"),
    Cadence("all_orders", DAY, 3, hour=3),
)
#: Where no other is known.
USUAL_CADENCE = Cadence("", 60, 2)


class AmazonReportRequest(models.Model):
    """Requests that repeat, and what they make up for."""

    _inherit = "amazon.report.request"

    interval_minutes = fields.Integer(
        "Every (minutes)",
        compute="_compute_cadence",
        store=True,
        readonly=False,
        precompute=True,
    )
    interval_number = fields.Integer(
        "Every", compute="_compute_interval", inverse="_inverse_interval"
    )
    interval_unit = fields.Selection(
        [("minutes", "Minutes"), ("hours", "Hours"), ("days", "Days")],
        "Unit",
        compute="_compute_interval",
        inverse="_inverse_interval",
    )
    interval_text = fields.Char("Rhythm", compute="_compute_interval_text")
    lookback_days = fields.Integer(
        "Days Back",
        compute="_compute_cadence",
        store=True,
        readonly=False,
        precompute=True,
        help="Each report reaches back this many days; the overlap with the one before "
        "makes sure that nothing falls between two reports",
    )
    next_run = fields.Datetime(default=fields.Datetime.now, copy=False)
    watermark = fields.Datetime(
        compute="_compute_watermark",
        help="Start of the last period that came in whole: after an outage, the next "
        "report reaches back to it",
    )

    _interval_positive = models.Constraint(
        "CHECK (interval_minutes >= 15)",
        "Amazon makes these reports every 15 minutes at best: "
        "choose an interval of at least 15 minutes.",
    )
    _lookback_positive = models.Constraint(
        "CHECK (lookback_days >= 1)", "A report reaches back at least one day."
    )

    @api.depends("kind")
    def _compute_cadence(self):
        """Offer the rhythm that suits the kind: Amazon makes some only now and then."""
        cadences = {cadence.kind: cadence for cadence in reversed(CADENCES)}
        for request in self:
            usual = cadences.get(request.kind, USUAL_CADENCE)
            request.interval_minutes = usual.minutes
            request.lookback_days = usual.days

    @api.depends("interval_minutes")
    def _compute_interval(self):
        for request in self:
            minutes = request.interval_minutes
            unit = next(u for u, size in UNITS.items() if not minutes % size)
            request.interval_unit = unit
            request.interval_number = minutes // UNITS[unit]

    @api.onchange("interval_number", "interval_unit")
    def _inverse_interval(self):
        for request in self.filtered("interval_unit"):
            request.interval_minutes = (
                request.interval_number * UNITS[request.interval_unit]
            )

    @api.depends("interval_minutes")
    @api.depends_context("lang")
    def _compute_interval_text(self):
        for request in self:
            request.interval_text = self._describe_minutes(request.interval_minutes)

    @api.constrains("repeat", "interval_minutes", "kind")
    def _check_interval(self):
        for request in self.filtered("repeat"):
            if problem := request._find_interval_problem():
                raise ValidationError(problem)

    def _find_interval_problem(self):
        """Return why Amazon would cancel such a rhythm, and what to do, or ``""``."""
        pause = KINDS[self.kind].min_minutes
        if self.interval_minutes >= pause:
            return ""
        return self.env._(
            "Amazon makes this report once in %(time)s: choose an interval at least "
            "that long.",
            time=self._describe_minutes(pause),
        )

    def _find_problem(self):
        if self.repeat:
            return self._find_interval_problem()
        return super()._find_problem()

    @api.depends("kind", "repeat", "interval_minutes", "lookback_days")
    def _compute_display_name(self):
        result = super()._compute_display_name()
        for request in self.filtered(lambda r: r.repeat and r.kind):
            request.display_name = self.env._(
                "%(kind)s, every %(time)s",
                kind=request.display_name,
                time=self._describe_minutes(request.interval_minutes),
            )
        return result

    def _compute_watermark(self):
        for request in self:
            last = request.repeat and request._get_last_good()
            request.watermark = last and last.date_from

    def _describe_repetition(self):
        every = self._describe_minutes(self.interval_minutes)
        if not self.is_dated:
            return self.env._("Requested every %(time)s by itself.", time=every)
        text = self.env._(
            "Requested every %(time)s by itself, each time for the last %(days)s days. "
            "After an outage further back, so that no time stays uncovered.",
            time=every,
            days=self.lookback_days,
        )
        if self.lookback_days * DAY <= self.interval_minutes:
            text += " " + self.env._(
                "The days back are too few for an overlap: Amazon reports some orders "
                "late. Choose more."
            )
        return text

    # === WHEN === #

    @api.model
    def _create_due_reports(self):
        """Create the reports of the recurring requests whose time has come."""
        now = fields.Datetime.now()
        due = self.search([("repeat", "=", True), ("next_run", "<=", now)])
        due = due.filtered("account_id.active").try_lock_for_update()
        for request in due.filtered("account_id.has_credentials"):
            if not request._has_report_on_its_way():
                request._create_reports(request._get_due_windows(now))
            request.next_run = request._get_next_run(now)

    def _has_report_on_its_way(self):
        """Whether a report of this request is at Amazon; a stuck one waits alone."""
        waiting = self.env["amazon.report"].search(
            [("request_id", "=", self.id), ("state", "=", "requested")]
        )
        return bool(waiting.filtered(lambda report: not report.is_stuck))

    def _get_next_run(self, now):
        """Return the next time of the rhythm; what was missed is not made up for."""
        interval = timedelta(minutes=self.interval_minutes)
        if self._is_refused():
            return now + max(interval, REFUSED_RETRY)
        missed = (now - self.next_run) // interval
        return self.next_run + (missed + 1) * interval

    def _is_refused(self):
        """Whether Amazon refuses this kind: asking all the time would not help."""
        last = self.env["amazon.report"].search(
            [("request_id", "=", self.id), ("state", "!=", "requested")], limit=1
        )
        return last.state == "failed" and last.failure_code in REFUSED_CODES

    # === WHAT FOR === #

    def _get_due_windows(self, now):
        """Return the windows that are due: the latest days, and what failed before.

        :return: list of ``(start, end)``, naive UTC; False for undated reports
        """
        self.ensure_one()
        if not self.is_dated:
            return [(False, False)]
        end = self._get_latest_end(now)
        start = self._get_start(end)
        windows = []
        for gap in self._get_gaps(start):
            windows += self._split_period(*gap)
        return windows + self._split_period(start, end)

    def _get_latest_end(self, now):
        if self.is_whole_days:
            return now.replace(hour=0, minute=0, second=0, microsecond=0)
        return now - self._get_clock_margin()

    def _get_limit(self, end):
        """Return before which moment nothing is asked for."""
        days = KINDS[self.kind].lookback_days or MAX_LOOKBACK_DAYS
        limit = end - timedelta(days=min(days, MAX_LOOKBACK_DAYS))
        if self.account_id.orders_from:
            limit = max(limit, self.account_id.orders_from)
        return limit

    def _get_start(self, end):
        """Return from when on the next report has to reach.

        Usually some days back. After an outage, or where the last reports failed, to
        the start of the last period that came in whole: what Amazon reports late is
        missing at its end.
        """
        self.ensure_one()
        span = timedelta(days=self.lookback_days)
        start = end - span
        if last := self._get_last_good():
            if last.date_to < start:
                # No further than a usual overlap, or each outage would go back to the
                # one before.
                start = max(last.date_from, last.date_to - span)
        elif first := self._get_first():
            start = min(start, first.date_from)
        return max(start, self._get_limit(end))

    def _get_gaps(self, start):
        """Return the time before ``start`` that this request has not brought in.

        A period is asked for a few times only; then the report that failed says what a
        person has to do.
        """
        Report = self.env["amazon.report"]
        first = self._get_first()
        if not first:
            return []
        begin = max(first.date_from, self._get_limit(start))
        gaps = []
        for gap in Report._get_uncovered(
            self.account_id,
            self.kind,
            begin,
            start,
            settled=True,
            # What this request does not ask for, it cannot bring in.
            marketplaces=self._get_marketplaces(),
        ):
            failed = Report.search_count(
                [
                    ("account_id", "=", self.account_id.id),
                    ("kind", "=", self.kind),
                    ("state", "in", ("failed", "cancelled")),
                    ("failure_code", "not in", REFUSED_CODES),
                    ("date_from", "<", gap[1]),
                    ("date_to", ">", gap[0]),
                ],
                limit=GAP_ATTEMPTS,
            )
            if failed < GAP_ATTEMPTS and gap[1] - gap[0] > SMALLEST_GAP:
                gaps.append(gap)
        return gaps

    def _get_first(self):
        return self.env["amazon.report"].search(
            [("request_id", "=", self.id), ("date_from", "!=", False)],
            order="date_from",
            limit=1,
        )

    def _get_last_good(self):
        """Return the report of this request whose period is the last that came in."""
        Report = self.env["amazon.report"]
        return Report.search(
            [
                ("request_id", "=", self.id),
                ("date_to", "!=", False),
                *Report._get_good_domain(),
            ],
            order="date_to desc",
            limit=1,
        )

    # === DEFAULTS === #

    @api.model
    def _set_up(self, account, cadences=CADENCES):
        """Create the recurring requests that an account should have, if missing.

        :param account: ``amazon.account`` record
        :param cadences: those to look at
        :return: ``amazon.report.request`` records that were created
        """
        known = self.with_context(active_test=False).search(
            [("account_id", "=", account.id), ("repeat", "=", True)]
        )
        # Beside what somebody has set up or switched off, a second set would ask for
        # the same days again.
        kinds = set(known.mapped("kind"))
        vals_list = []
        for cadence in cadences:
            if (
                not account._wants_kind(cadence.kind)
                or cadence.vat_service not in ("", account.vat_service)
                or cadence.kind in kinds
            ):
                continue
            vals_list.append(
                {
                    "account_id": account.id,
                    "kind": cadence.kind,
                    "repeat": True,
                    "interval_minutes": cadence.minutes,
                    "lookback_days": cadence.days,
                    "next_run": self._get_first_run(account, cadence.hour),
                }
            )
        return self.create(vals_list)

    @api.model
    def _set_up_vat(self, account):
        """Request what a VAT service needs that was chosen after the set-up."""
        known = [("account_id", "=", account.id), ("repeat", "=", True)]
        if self.with_context(active_test=False).search_count(known, limit=1):
            self._set_up(account, [c for c in CADENCES if c.vat_service])

    @api.model
    def _get_first_run(self, account, hour):
        """Return when a cadence begins: at once, or at an hour of the local day."""
        now = fields.Datetime.now()
        if hour is None:
            return now
        zone = pytz.timezone(account.user_id.tz or "UTC")
        local = pytz.utc.localize(now).astimezone(zone)
        day = local.date() + timedelta(days=local.hour >= hour)
        moment = zone.localize(
            fields.Datetime.to_datetime(day).replace(hour=hour), is_dst=False
        )
        return moment.astimezone(pytz.utc).replace(tzinfo=None)
