from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...messages import MessageError, Name, message
from ...report_formats import KINDS
from ...report_formats.kinds import KIND_SELECTION
from ...selling_partner.errors import AuthorizationError, SellingPartnerError

#: Amazon's periods -> label, minutes.
PERIODS = {
    "PT5M": ("5 minutes", 5),
    "PT15M": ("15 minutes", 15),
    "PT30M": ("30 minutes", 30),
    "PT1H": ("1 hour", 60),
    "PT2H": ("2 hours", 120),
    "PT4H": ("4 hours", 240),
    "PT8H": ("8 hours", 480),
    "PT12H": ("12 hours", 720),
    "P1D": ("1 day", 1440),
    "P2D": ("2 days", 2880),
    "P3D": ("3 days", 4320),
    "PT84H": ("3½ days", 5040),
    "P7D": ("7 days", 10080),
    "P14D": ("14 days", 20160),
    "P15D": ("15 days", 21600),
    "P18D": ("18 days", 25920),
    "P30D": ("30 days", 43200),
    "P1M": ("1 month", 43200),
}
#: Order reports: Amazon keeps one schedule among all of these.
ORDER_TYPES = tuple(
    f"GET_{form}ORDER_REPORT_DATA_{purpose}"
    for form in ("FLAT_FILE_", "")
    for purpose in ("INVOICING", "SHIPPING", "TAX")
)
SCHEDULED_KINDS = ("mfn_orders_eu", "mfn_orders_na")
#: How often Amazon is asked which schedules there are.
LIST_INTERVAL = timedelta(days=1)
#: How often at most, and how far back, new reports of schedules are looked for.
LOOK_INTERVAL = timedelta(minutes=30)
LOOK_OVERLAP = timedelta(hours=1)
RETRY = timedelta(hours=1)


class AmazonReportSchedule(models.Model):
    """A report that Amazon makes again and again: of Odoo's, or of another program's.

    Odoo does not need them: it requests by itself. They are shown because Amazon keeps
    only one among all order reports: who creates one takes another program's away.
    """

    _name = "amazon.report.schedule"
    _description = "Report Schedule at Amazon"
    _order = "state, account_id, id"

    account_id = fields.Many2one(
        "amazon.account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env["amazon.account"]._get_default(),
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    kind = fields.Selection(
        [entry for entry in KIND_SELECTION if entry[0] in SCHEDULED_KINDS]
    )
    report_type = fields.Char(
        "Amazon Report Type", compute="_compute_report_type", store=True
    )
    period = fields.Selection(
        [(key, label) for key, (label, _minutes) in PERIODS.items()],
        "Every",
        required=True,
        default="PT1H",
    )
    marketplace_ids = fields.Many2many("amazon.marketplace", string="Marketplaces")
    amazon_schedule_id = fields.Char("Schedule ID", readonly=True, copy=False)
    is_mine = fields.Boolean("Created by Odoo", readonly=True, copy=False, default=True)
    state = fields.Selection(
        [
            ("draft", "Not at Amazon yet"),
            ("active", "Active"),
            ("gone", "Replaced or Cancelled by Another Program"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    next_creation = fields.Datetime("Next Report", readonly=True, copy=False)
    take_in = fields.Boolean(
        "Fetch Its Reports",
        default=True,
        help="Have the reports that this schedule makes imported like requested ones",
    )
    conflict_ids = fields.Many2many(
        "amazon.report.schedule", compute="_compute_conflicts"
    )
    conflict_text = fields.Text(compute="_compute_conflicts")

    _amazon_schedule_unique = models.UniqueIndex(
        "(account_id, amazon_schedule_id) WHERE amazon_schedule_id IS NOT NULL",
        "This schedule of Amazon is in the list already.",
    )

    @api.depends("report_type", "period")
    def _compute_display_name(self):
        labels = dict(self._fields["period"]._description_selection(self.env))
        for schedule in self:
            schedule.display_name = self.env._(
                "%(type)s every %(period)s",
                type=schedule.report_type or self.env._("New schedule"),
                period=labels.get(schedule.period, schedule.period),
            )

    @api.depends("kind", "account_id.region")
    def _compute_report_type(self):
        for schedule in self:
            if schedule.kind:
                kind = KINDS[schedule.kind]
                schedule.report_type = kind.report_type_in(schedule.account_id.region)

    @api.depends("account_id", "report_type", "marketplace_ids", "state", "is_mine")
    def _compute_conflicts(self):
        for schedule in self:
            schedule.conflict_ids = schedule._find_conflicts()
            schedule.conflict_text = schedule._describe_conflicts()

    def _find_conflicts(self):
        """Return the schedules that Amazon would cancel in favour of this one."""
        if self.state == "active" or not self.is_mine:
            return self.browse()
        if not self.account_id or not self.report_type:
            return self.browse()
        others = self.search(
            [
                ("account_id", "in", self.account_id._get_seller_accounts().ids),
                ("state", "=", "active"),
                ("id", "not in", self.ids),
            ]
        )
        return others.filtered(
            lambda s: (
                (s.report_type in ORDER_TYPES and self.report_type in ORDER_TYPES)
                or (
                    s.report_type == self.report_type
                    and s.marketplace_ids == self.marketplace_ids
                )
            )
        )

    def _describe_conflicts(self):
        if not self.conflict_ids:
            return False
        names = "\n".join(
            f"• {conflict.display_name} ({conflict.amazon_schedule_id})"
            for conflict in self.conflict_ids
        )
        if all(self.conflict_ids.mapped("is_mine")):
            return self.env._(
                "Amazon replaces this schedule of Odoo by the new one:\n%(names)s",
                names=names,
            )
        return self.env._(
            "Amazon keeps one schedule among all order reports. The new one takes away "
            "that of another program, which will get no more orders through it:\n"
            "%(names)s\nFind out which program uses it before you go on. Odoo does not "
            "need a schedule: recurring requests bring the same orders.",
            names=names,
        )

    @api.constrains("kind", "account_id")
    def _check_region(self):
        for schedule in self.filtered("kind"):
            if schedule.account_id.region not in KINDS[schedule.kind].regions:
                raise ValidationError(
                    self.env._(
                        "Amazon does not make this report in the region of the account "
                        "%(account)s. Choose the report for its region.",
                        account=schedule.account_id.name,
                    )
                )

    # === AT AMAZON === #

    def action_start(self):
        """Have Amazon make the report regularly, unless that takes another away."""
        self.ensure_one()
        self.check_access("write")
        return self._start(replace=False)

    def action_replace(self):
        """The same, although it takes another program's schedule away."""
        self.ensure_one()
        self.check_access("write")
        return self._start(replace=True)

    def _start(self, replace):
        if self.state == "active":
            raise UserError(
                self.env._("%(name)s is at Amazon already.", name=self.display_name)
            )
        if not self.kind:
            raise UserError(self.env._("Choose which report Amazon shall make."))
        account = self.account_id
        marketplaces = (
            self.marketplace_ids
            or account.channel_ids.filtered("active").marketplace_id
        )
        if not marketplaces:
            raise MessageError(
                self.env, message("no_active_channel", account=account.name)
            )
        self.marketplace_ids = marketplaces
        try:
            with account._get_client() as client:
                # What another program has done since the last look.
                self._store_listing(account, client)
                self.invalidate_recordset(["conflict_ids", "conflict_text"])
                if self._find_conflicts().filtered(lambda s: not s.is_mine) and (
                    not replace
                ):
                    return account._notify(self.conflict_text, "warning")
                schedule_id = client.create_report_schedule(
                    self.report_type,
                    marketplaces.mapped("api_ref"),
                    self.period,
                    options=dict(KINDS[self.kind].options) or None,
                )
        except SellingPartnerError as error:
            account._note_api_error(error)
            return account._notify(account._explain_error(error), "danger")
        replaced = self._find_conflicts()
        replaced.sudo().state = "cancelled"
        minutes = PERIODS[self.period][1]
        self.sudo().write(
            {
                "amazon_schedule_id": schedule_id,
                "state": "active",
                "is_mine": True,
                "next_creation": fields.Datetime.now() + timedelta(minutes=minutes),
            }
        )
        return account._notify(
            self.env._("Amazon makes this report every %s now.", self._get_every()),
            "success",
        )

    def _get_every(self):
        return dict(self._fields["period"]._description_selection(self.env))[
            self.period
        ]

    def action_cancel(self):
        """Have Amazon make this report no longer."""
        self.ensure_one()
        self.check_access("write")
        account = self.account_id
        if self.state == "active":
            try:
                with account._get_client() as client:
                    client.cancel_report_schedule(self.amazon_schedule_id)
            except SellingPartnerError as error:
                if error.status != 404:
                    account._note_api_error(error)
                    return account._notify(account._explain_error(error), "danger")
        self.sudo().state = "cancelled"
        return account._notify(
            self.env._("Amazon makes this report no longer by itself."), "success"
        )

    @api.model
    def _store_listing(self, account, client):
        """Store which schedules Amazon has; what is missing there is gone.

        :param account: ``amazon.account`` record
        :param client: ``SellingPartnerClient``
        """
        found = {s.schedule_id: s for s in client.get_report_schedules(ORDER_TYPES)}
        schedules = self.sudo()
        known = schedules.search(
            [("account_id", "=", account.id), ("amazon_schedule_id", "!=", False)]
        )
        for schedule in known:
            listed = found.pop(schedule.amazon_schedule_id, None)
            if listed:
                schedule.write({"state": "active", **self._prepare_seen(listed)})
            elif schedule.state == "active":
                schedule._note_gone(found)
        for listed in found.values():
            schedules.create(
                {
                    "account_id": account.id,
                    "amazon_schedule_id": listed.schedule_id,
                    "kind": self._get_kind(account, listed.report_type),
                    "report_type": listed.report_type,
                    "is_mine": False,
                    "state": "active",
                    **self._prepare_seen(listed),
                }
            )
        account.sudo().schedules_listed = fields.Datetime.now()

    @api.model
    def _prepare_seen(self, listed):
        moment = listed.next_creation
        marketplaces = self.env["amazon.marketplace"].search(
            [("api_ref", "in", list(listed.marketplace_ids))]
        )
        return {
            "period": listed.period if listed.period in PERIODS else "P1D",
            "marketplace_ids": [fields.Command.set(marketplaces.ids)],
            "next_creation": moment
            and moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0),
        }

    @api.model
    def _get_kind(self, account, report_type):
        """Return the kind whose files a type gives, False for XML and others."""
        for key in SCHEDULED_KINDS:
            kind = KINDS[key]
            if account.region in kind.regions and report_type in (
                kind.report_type_in(account.region),
                *kind.alternate_types,
            ):
                return key
        return False

    def _note_gone(self, found):
        """A schedule is no longer at Amazon although nobody cancelled it here.

        :param found: dict of the schedules that are there and not known yet
        """
        self.ensure_one()
        self.state = "gone"
        user = self.account_id._get_responsible()
        if not self.is_mine or not user:
            return
        others = ", ".join(f"{s.report_type} ({s.period})" for s in found.values())
        self.account_id._schedule_amazon_todo(
            user,
            message("todo_schedule_gone"),
            message(
                "schedule_gone",
                name=Name.of(self),
                id=self.amazon_schedule_id,
                others=others or message("by_no_known_program"),
            ),
        )

    # === SCHEDULED ACTION === #

    @api.model
    def _look(self, account, commit):
        """See which schedules Amazon has, and take in the reports that they made.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        """
        now = fields.Datetime.now()
        active = self.search(
            [("account_id", "=", account.id), ("state", "=", "active")]
        )
        taken = active.filtered(lambda s: s.take_in and s.kind)
        list_due = self._is_listing_due(account, active, now)
        look_due = taken and (account.schedules_looked or now) <= now - LOOK_INTERVAL
        look_due = look_due or (taken and not account.schedules_looked)
        if not (list_due or look_due) or not account.has_credentials:
            return
        if account.disconnected_since:
            return
        try:
            with account._get_client() as client:
                if list_due:
                    self._store_listing(account, client)
                if look_due:
                    self._take_in(account, taken, client)
                    account.schedules_looked = now
            account.schedules_message = False
        except SellingPartnerError as error:
            if isinstance(error, AuthorizationError):
                account._note_api_error(error)
            # Requested reports do not depend on it: said there, tried again later.
            account.schedules_message = account._get_error_message(error)
            account.schedules_listed = now - LIST_INTERVAL + RETRY
            account.schedules_looked = now - LOOK_INTERVAL + RETRY
        commit()

    @api.model
    def _is_listing_due(self, account, active, now):
        """Whether to ask Amazon which schedules there are: daily, if it matters."""
        if account.schedules_listed and account.schedules_listed > now - LIST_INTERVAL:
            return False
        return bool(active) or bool(
            self.env["amazon.report.request"].search_count(
                [
                    ("account_id", "=", account.id),
                    ("repeat", "=", True),
                    ("kind", "in", SCHEDULED_KINDS),
                ],
                limit=1,
            )
        )

    @api.model
    def _take_in(self, account, schedules, client):
        """Create the reports that Amazon's schedules made since the last look."""
        Report = self.env["amazon.report"]
        since = account.schedules_looked or fields.Datetime.now() - LIST_INTERVAL
        by_id = {s.amazon_schedule_id: s for s in schedules}
        vals_list = []
        reports = client.get_reports(
            report_types=sorted(set(schedules.mapped("report_type"))),
            created_since=Report._aware(since - LOOK_OVERLAP),
        )
        for found in Report._drop_known(account, reports):
            schedule = by_id.get(found.schedule_id)
            if not schedule:
                continue
            if found.processing_status not in ("DONE", "IN_PROGRESS", "IN_QUEUE"):
                # Nothing to report in that period, and nothing that was asked for.
                continue
            marketplaces = self.env["amazon.marketplace"].search(
                [("api_ref", "in", list(found.marketplace_ids))]
            )
            vals_list.append(
                {
                    "account_id": account.id,
                    "kind": schedule.kind,
                    "amazon_report_id": found.report_id,
                    "amazon_status": found.processing_status,
                    "amazon_schedule_id": found.schedule_id,
                    "is_foreign": not schedule.is_mine,
                    "asked_at": Report._naive(found.created),
                    "date_from": found.data_start and Report._naive(found.data_start),
                    "date_to": found.data_end and Report._naive(found.data_end),
                    "marketplace_ids": [fields.Command.set(marketplaces.ids)],
                }
            )
        return Report.create(vals_list)
