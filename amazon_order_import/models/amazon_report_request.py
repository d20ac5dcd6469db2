from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..report_formats import KINDS
from .amazon_report import KIND_SELECTION

#: Amazon refuses an end in the future; clocks differ (pitfall 27).
CLOCK_MARGIN = timedelta(minutes=2)

#: How far an outage is made up for where Amazon does not say how far it looks back.
MAX_LOOKBACK_DAYS = 60


class AmazonReportRequest(models.Model):
    _name = "amazon.report.request"
    _description = "Request of Amazon Reports"
    _order = "id desc"

    account_id = fields.Many2one(
        "amazon.account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["amazon.account"].search([], limit=1),
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(KIND_SELECTION, required=True)
    purpose = fields.Text("What It Is For", compute="_compute_purpose")
    marketplace_ids = fields.Many2many(
        "amazon.marketplace",
        string="Marketplaces",
        help="Empty: all active channels of the account",
    )
    repeat = fields.Boolean(
        help="Request this report again and again, for the latest days"
    )
    active = fields.Boolean(default=True)
    interval_minutes = fields.Integer("Every (minutes)", default=60)
    lookback_days = fields.Integer(
        "Days Back",
        default=2,
        help="Each report reaches back this many days; the overlap with the one before "
        "makes sure that nothing falls between two reports",
    )
    next_run = fields.Datetime(default=fields.Datetime.now, copy=False)
    date_from = fields.Datetime(
        "From", default=lambda self: fields.Datetime.now() - timedelta(days=2)
    )
    date_to = fields.Datetime("To", default=fields.Datetime.now)
    report_ids = fields.One2many("amazon.report", "request_id", readonly=True)
    report_count = fields.Integer("Reports", compute="_compute_report_count")

    _interval_positive = models.Constraint(
        "CHECK (interval_minutes >= 15)",
        "Amazon makes these reports every 15 minutes at best: "
        "choose an interval of at least 15 minutes.",
    )
    _lookback_positive = models.Constraint(
        "CHECK (lookback_days >= 1)", "A report reaches back at least one day."
    )

    @api.depends("kind")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for request in self:
            request.display_name = labels.get(request.kind) or self.env._("New request")

    @api.depends("kind")
    def _compute_purpose(self):
        mfn = self.env._(
            "Orders that you ship yourself (merchant-fulfilled), from the moment at "
            "which they may be shipped: items, prices, tax, delivery and invoice "
            "address. The period counts from the release of the payment, not from the "
            "purchase."
        )
        fba = self.env._(
            "Orders that Amazon has shipped from its own warehouses (FBA), one row per "
            "item of a parcel: items, prices, tax, addresses, parcel and fulfilment "
            "centre. The period counts from the shipment."
        )
        for request in self:
            request.purpose = {"mfn": mfn, "fba": fba}.get((request.kind or "")[:3])

    def _compute_report_count(self):
        counts = dict(
            self.env["amazon.report"]._read_group(
                [("request_id", "in", self.ids)], ["request_id"], ["__count"]
            )
        )
        for request in self:
            request.report_count = counts.get(request, 0)

    @api.constrains("repeat", "date_from", "date_to", "kind")
    def _check_period(self):
        for request in self.filtered(lambda r: not r.repeat and r._is_dated()):
            if not request.date_from or not request.date_to:
                raise ValidationError(
                    self.env._("Say from when to when the report shall reach.")
                )
            if request.date_from >= request.date_to:
                raise ValidationError(
                    self.env._("The period of the report ends before it begins.")
                )
            if request.date_from >= fields.Datetime.now():
                raise ValidationError(
                    self.env._(
                        "The period lies in the future. Amazon only reports what has "
                        "happened: choose an earlier start."
                    )
                )

    @api.constrains("kind", "account_id")
    def _check_region(self):
        for request in self:
            kind = KINDS[request.kind]
            if request.account_id.region not in kind.regions:
                raise ValidationError(
                    self.env._(
                        "Amazon does not make the report “%(kind)s” in the region of "
                        "the account %(account)s. Choose the report for its region.",
                        kind=request.display_name,
                        account=request.account_id.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        requests = super().create(vals_list)
        for request in requests.filtered(lambda r: not r.repeat):
            request._create_reports(request.date_from, request.date_to)
        if requests:
            # Without waiting for the next of the five minutes.
            self.env.ref("amazon_order_import.ir_cron_check_reports").sudo()._trigger()
        return requests

    def _is_dated(self):
        self.ensure_one()
        return KINDS[self.kind].dated

    def _create_reports(self, date_from, date_to):
        """Create the reports of one period, cut into what Amazon allows per report.

        :param date_from: naive UTC datetime
        :param date_to: naive UTC datetime
        :return: ``amazon.report`` records in state ``requested``
        """
        self.ensure_one()
        base = {
            "account_id": self.account_id.id,
            "kind": self.kind,
            "request_id": self.id,
            "marketplace_ids": [fields.Command.set(self._get_marketplaces().ids)],
            "state": "requested",
        }
        if not self._is_dated():
            windows = [(False, False)]
        else:
            date_to = min(date_to, fields.Datetime.now() - CLOCK_MARGIN)
            windows = self._split_period(date_from, date_to)
        return (
            self.env["amazon.report"]
            .sudo()
            .create(
                [dict(base, date_from=start, date_to=end) for start, end in windows]
            )
        )

    def _split_period(self, date_from, date_to):
        """Cut a period into windows no longer than Amazon's limit, without gaps."""
        span = timedelta(days=KINDS[self.kind].max_days or 30)
        windows = []
        while date_from < date_to:
            end = min(date_from + span, date_to)
            windows.append((date_from, end))
            date_from = end
        return windows

    def _get_marketplaces(self):
        self.ensure_one()
        channels = self.account_id.channel_ids.filtered("active")
        return self.marketplace_ids or channels.marketplace_id

    @api.model
    def _create_due_reports(self):
        """Create the reports of the recurring requests whose time has come."""
        now = fields.Datetime.now()
        due = self.search([("repeat", "=", True), ("next_run", "<=", now)])
        due = due.filtered("account_id.active").try_lock_for_update()
        for request in due.filtered("account_id.has_credentials"):
            pending = self.env["amazon.report"].search_count(
                [("request_id", "=", request.id), ("state", "=", "requested")], limit=1
            )
            if not pending:
                request._create_reports(request._get_start(now), now)
            request.next_run = now + timedelta(minutes=request.interval_minutes)

    def _get_start(self, now):
        """Return from when on the next recurring report has to reach.

        After an outage, or a report that failed, further back than usual: to where
        the last good report ended, as far as Amazon still tells.
        """
        self.ensure_one()
        start = now - timedelta(days=self.lookback_days)
        Report = self.env["amazon.report"]
        mine = [("request_id", "=", self.id), ("date_to", "!=", False)]
        good = [("state", "not in", ("requested", "failed", "skipped"))]
        if last := Report.search(mine + good, order="date_to desc", limit=1):
            start = min(start, last.date_to)
        elif first := Report.search(mine, order="date_from", limit=1):
            start = min(start, first.date_from)
        limit = KINDS[self.kind].lookback_days or MAX_LOOKBACK_DAYS
        return max(start, now - timedelta(days=limit))

    def action_view_reports(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_action"
        )
        action["domain"] = [("request_id", "in", self.ids)]
        return action
