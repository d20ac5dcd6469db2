from datetime import datetime, time, timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools.misc import format_date

from ...report_formats import KINDS
from ...report_formats.kinds import REQUEST_SELECTION

#: Amazon refuses an end in the future; clocks differ (pitfall 27).
CLOCK_MARGIN = timedelta(minutes=2)
#: A form stays open for a while: an end so little in the future means now.
FORM_MARGIN = timedelta(minutes=5)
#: Days that are offered first for kinds of whole days.
WHOLE_DAYS = 10
#: A month's VAT documents are complete from this day of the next month on.
VAT_DAY = 3
#: A period of VAT documents that long is meant to hold the whole month.
VAT_MONTH = timedelta(days=28)


class AmazonReportRequest(models.Model):
    """What somebody, or the clock, wants of Amazon: a kind of report and a period.

    A period longer than Amazon's limit becomes several reports without a gap between
    them. What Amazon would refuse is refused here, before it is asked.
    """

    _name = "amazon.report.request"
    _description = "Request of Amazon Reports"
    _order = "id desc"

    account_id = fields.Many2one(
        "amazon.account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["amazon.account"]._get_default(),
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(REQUEST_SELECTION, required=True)
    is_dated = fields.Boolean(compute="_compute_kind_facts")
    is_whole_days = fields.Boolean(compute="_compute_kind_facts")
    can_have_period = fields.Boolean(compute="_compute_kind_facts")
    with_period = fields.Boolean(
        "For a Period",
        help="Off: what is still open of the last 90 days, which is what invoicing "
        "needs. On: everything of the orders bought in a period",
    )
    allowed_marketplace_ids = fields.Many2many(
        "amazon.marketplace", compute="_compute_allowed_marketplaces"
    )
    marketplace_ids = fields.Many2many(
        "amazon.marketplace",
        string="Marketplaces",
        domain="[('id', 'in', allowed_marketplace_ids)]",
        help="Empty: all active channels of the account",
    )
    repeat = fields.Boolean(
        help="Request this report again and again, for the latest days"
    )
    active = fields.Boolean(default=True)
    is_first_run = fields.Boolean(
        "Past Orders", readonly=True, help="Fetches the past of a new account"
    )
    date_from = fields.Datetime(
        "From", default=lambda self: fields.Datetime.now() - timedelta(days=2)
    )
    date_to = fields.Datetime("To", default=fields.Datetime.now)
    # Amazon looks at the day only for some kinds, in its own calendar (UTC).
    day_from = fields.Date("First Day", compute="_compute_days", readonly=False)
    day_to = fields.Date("Last Day", compute="_compute_days", readonly=False)
    problem = fields.Text(compute="_compute_plan")
    report_ids = fields.One2many("amazon.report", "request_id", readonly=True)
    report_count = fields.Integer("Reports", compute="_compute_report_count")

    @api.depends("kind", "repeat")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            request.display_name = labels.get(request.kind) or self.env._("New request")

    def _compute_report_count(self):
        counts = dict(
            self.env["amazon.report"]._read_group(
                [("request_id", "in", self.ids)], ["request_id"], ["__count"]
            )
        )
        for request in self:
            request.report_count = counts.get(request, 0)

    # === KIND === #

    @api.depends("kind", "with_period")
    def _compute_kind_facts(self):
        purposes = self._get_purposes()
        for request in self:
            kind = KINDS.get(request.kind)
            request.purpose = purposes.get(request.kind)
            request.can_have_period = bool(kind and kind.dated_options)
            request.is_dated = bool(kind) and (
                kind.dated or (request.can_have_period and request.with_period)
            )
            request.is_whole_days = bool(kind and kind.whole_days)

    @api.depends("account_id", "kind")
    def _compute_allowed_marketplaces(self):
        for request in self:
            request.allowed_marketplace_ids = request._get_allowed_marketplaces()

    def _get_allowed_marketplaces(self):
        """Return the active channels of the account for which Amazon has this kind."""
        channels = self.account_id.channel_ids.filtered("active").marketplace_id
        countries = KINDS[self.kind].countries if self.kind else ()
        return channels.filtered(
            lambda m: not countries or m.country_id.code in countries
        )

    def _get_marketplaces(self):
        self.ensure_one()
        allowed = self._get_allowed_marketplaces()
        return (self.marketplace_ids & allowed) or allowed

    # === PERIOD === #

    @api.model
    def _get_clock_margin(self):
        return CLOCK_MARGIN

    @api.depends("date_from", "date_to", "is_whole_days")
    def _compute_days(self):
        for request in self:
            end = request.date_to
            request.day_from = request.date_from and request.date_from.date()
            # The end is the midnight after the last day; of a moment within a day,
            # the day before is the last that is over.
            request.day_to = end and end.date() - timedelta(days=1)

    @api.onchange("kind")
    def _onchange_kind(self):
        """Offer days that Amazon has complete where it counts in days."""
        if self.is_whole_days:
            today = fields.Datetime.now().date()
            self.update(
                self._prepare_days(
                    today - timedelta(days=WHOLE_DAYS), today - timedelta(days=1)
                )
            )

    @api.onchange("day_from", "day_to")
    def _onchange_days(self):
        if self.is_whole_days:
            self.update(self._prepare_days(self.day_from, self.day_to))

    @api.model
    def _prepare_days(self, first, last):
        """Return the values of a period of whole days in Amazon's calendar."""
        return {
            "date_from": first and _midnight(first),
            "date_to": last and _midnight(last + timedelta(days=1)),
        }

    def _get_period(self):
        """Return the period that Amazon is asked for: naive UTC ``(start, end)``."""
        start, end = self.date_from, self.date_to
        if self.is_whole_days:
            # Whole days that are over, in Amazon's calendar.
            start = _midnight(start.date())
            last = end - timedelta(microseconds=1)
            end = _midnight(last.date() + timedelta(days=1))
            return start, min(end, _midnight(fields.Datetime.now().date()))
        return start, min(end, fields.Datetime.now() - CLOCK_MARGIN)

    def _split_period(self, date_from, date_to):
        """Cut a period into windows no longer than Amazon's limit, without gaps."""
        span = timedelta(days=KINDS[self.kind].max_days or 30)
        windows = []
        while date_from < date_to:
            end = min(date_from + span, date_to)
            windows.append((date_from, end))
            date_from = end
        return windows

    # === LIMITS === #

    @api.constrains("repeat", "date_from", "date_to", "kind", "with_period")
    def _check_period(self):
        for request in self.filtered(lambda r: not r.repeat):
            if problem := request._find_problem():
                raise ValidationError(problem)

    @api.constrains("kind", "account_id")
    def _check_region(self):
        for request in self:
            kind = KINDS[request.kind]
            if request.account_id.region not in kind.regions:
                raise ValidationError(request._explain_region())

    @api.constrains("marketplace_ids", "account_id", "kind")
    def _check_marketplaces(self):
        for request in self:
            others = request.marketplace_ids - request._get_allowed_marketplaces()
            if others:
                raise ValidationError(
                    self.env._(
                        "%(marketplaces)s: no active channel of the account "
                        "%(account)s, or none for which Amazon makes this report. "
                        "Choose other marketplaces.",
                        marketplaces=", ".join(others.mapped("name")),
                        account=request.account_id.name,
                    )
                )

    def _explain_region(self):
        return self.env._(
            "Amazon does not make the report “%(kind)s” in the region of the account "
            "%(account)s. Choose the report for its region.",
            kind=self.display_name,
            account=self.account_id.name,
        )

    def _find_problem(self):
        """Return why Amazon would refuse the request, with what to do; else ``""``."""
        self.ensure_one()
        if not self.is_dated:
            return ""
        now = fields.Datetime.now()
        if not self.date_from or not self.date_to:
            return self.env._("Say from when to when the report shall reach.")
        if self.date_from >= self.date_to:
            return self.env._("The period of the report ends before it begins.")
        if self.date_from >= now:
            return self.env._(
                "The period lies in the future. Amazon only reports what has "
                "happened: choose an earlier start."
            )
        if self.is_whole_days:
            today = now.date()
            if self.date_to > _midnight(today):
                return self.env._(
                    "Amazon makes this report for days that are over, in UTC: choose "
                    "%(day)s or earlier as the last day.",
                    day=format_date(self.env, today - timedelta(days=1)),
                )
        elif self.date_to > now + FORM_MARGIN:
            return self.env._(
                "The end of the period lies in the future. Amazon only reports what "
                "has happened: choose now or earlier."
            )
        return self._find_age_problem(now) or self._find_month_problem(now)

    def _find_age_problem(self, now):
        days = KINDS[self.kind].lookback_days
        if days and self.date_from < now - timedelta(days=days):
            return self.env._(
                "Amazon looks back %(days)s days at most for this report: choose "
                "%(day)s or later as the start. Older orders can be imported from a "
                "file that you still have (Amazon > Reports > Upload File).",
                days=days,
                day=format_date(self.env, now.date() - timedelta(days=days - 1)),
            )
        return ""

    def _find_month_problem(self, now):
        """VAT documents of a month that is just over are not complete."""
        first = now.date().replace(day=1)
        if (
            self.kind != "vcs_invoices"
            or now.day >= VAT_DAY
            or self.date_to < _midnight(first)
            or self.date_to - self.date_from < VAT_MONTH
        ):
            return ""
        return self.env._(
            "Amazon has the VAT documents of the last month complete on %(day)s; "
            "requests for the whole month fail before. Request it then, or a shorter "
            "period now.",
            day=format_date(self.env, first.replace(day=VAT_DAY)),
        )

    # === WHAT WILL HAPPEN === #

    @api.depends(
        "account_id",
        "kind",
        "marketplace_ids",
        "repeat",
        "with_period",
        "date_from",
        "date_to",
        "interval_minutes",
        "lookback_days",
    )
    def _compute_plan(self):
        for request in self:
            request.problem, request.plan = False, False
            if not request.kind or not request.account_id:
                continue
            kind = KINDS[request.kind]
            if request.account_id.region not in kind.regions:
                request.problem = request._explain_region()
            elif not request._get_allowed_marketplaces():
                request.problem = request._explain_channels()
            elif problem := request._find_problem():
                request.problem = problem
            else:
                request.plan = request._describe_plan()

    def _explain_channels(self):
        return self.env._(
            "The account %(account)s has no active channel for which Amazon makes this "
            "report. Test its connection: that adds its marketplaces as channels.",
            account=self.account_id.name,
        )

    # === REPORTS === #

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create([self._read_days(vals) for vals in vals_list])
        for request in requests.filtered(lambda r: not r.repeat):
            request._create_reports(request._get_windows())
        if requests:
            # Without waiting for the next of the five minutes.
            self.env.ref("amazon_order_import.ir_cron_check_reports").sudo()._trigger()
        return requests

    @api.model
    def _read_days(self, vals):
        """Return values in which days that were chosen are the period."""
        days = [fields.Date.to_date(vals.get(name)) for name in ("day_from", "day_to")]
        kind = KINDS.get(vals.get("kind"))
        if not kind or not kind.whole_days or not any(days):
            return vals
        period = self._prepare_days(*days)
        return vals | {name: value for name, value in period.items() if value}

    def _get_windows(self):
        """Return the windows of a request for one period."""
        if not self.is_dated:
            return [(False, False)]
        return self._split_period(*self._get_period())

    def _create_reports(self, windows):
        """Create the reports of some windows.

        :param windows: list of ``(start, end)``, naive UTC; False for undated reports
        :return: ``amazon.report`` records in state ``requested``
        """
        self.ensure_one()
        base = {
            "account_id": self.account_id.id,
            "kind": self.kind,
            "request_id": self.id,
            "state": "requested",
        }
        return (
            self.env["amazon.report"]
            .sudo()
            .create(
                [
                    {
                        **base,
                        "marketplace_ids": [fields.Command.set(marketplaces.ids)],
                        "date_from": start,
                        "date_to": end,
                    }
                    for marketplaces in self._get_marketplace_groups()
                    for start, end in windows
                ]
            )
        )

    def _get_marketplace_groups(self):
        """Return the marketplaces of each report to be made, as a list.

        FBA stock is told once for all marketplaces that share it: summed up over them,
        it would count several times.
        """
        marketplaces = self._get_marketplaces()
        if self.kind != "fba_inventory" or not marketplaces:
            return [marketplaces]
        return [
            marketplaces.filtered(
                lambda marketplace, pool=pool: marketplace._get_stock_pools() == [pool]
            )
            for pool in marketplaces._get_stock_pools()
        ]

    def action_view_reports(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_action"
        )
        action["domain"] = [("request_id", "in", self.ids)]
        return action


def _midnight(day):
    """Return the beginning of a day in Amazon's calendar, naive UTC."""
    return datetime.combine(day, time.min)
