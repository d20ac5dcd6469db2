from datetime import UTC, timedelta

from odoo import api, fields, models

from ...messages import MessageText
from ...report_formats import KINDS
from ...report_formats.kinds import ORDER_KINDS
from ...selling_partner.errors import SellingPartnerError

#: For how long a report that was asked for says that its kind is used.
USE_MEMORY = timedelta(days=30)


class AmazonAccount(models.Model):
    """What an account wants of Amazon's reports, and what has come of them."""

    _inherit = "amazon.account"

    vat_service = fields.Selection(
        [
            ("none", "None: Odoo computes the tax"),
            ("vcs_lite", "VCS Lite: Amazon computes the tax, you invoice"),
            ("vcs", "VCS: Amazon computes the tax and invoices"),
        ],
        "VAT Calculation Service",
        required=True,
        default="none",
        help="Whether this seller takes part in Amazon's VAT Calculation Service",
        tracking=True,
    )
    vat_service_from = fields.Date(
        "Counts From",
        copy=False,
        help="Orders bought before this day, and orders of marketplaces without the "
        "service (Turkey, Egypt, United Arab Emirates ...), are invoiced as without "
        "it. Empty: the service counts for orders of any day",
    )
    orders_from = fields.Datetime(
        copy=False,
        help="Orders bought before this moment are not imported; their report rows say "
        "so. Empty: every order that Amazon reports",
    )
    stuck_hours = fields.Integer(
        "Hours Until Stuck",
        default=6,
        required=True,
        help="A report that waits longer in Amazon's queue is cancelled there and "
        "requested once more",
    )

    schedules_listed = fields.Datetime(readonly=True, copy=False)
    schedules_looked = fields.Datetime(readonly=True, copy=False)
    schedules_message = MessageText(readonly=True, copy=False)

    report_ids = fields.One2many("amazon.report", "account_id")
    attention_count = fields.Integer("To Do", compute="_compute_report_counts")
    last_import_at = fields.Datetime("Last Import", compute="_compute_report_counts")
    first_run_state = fields.Selection(
        [
            ("open", "Not decided"),
            ("running", "Fetching the past"),
            ("failed", "Incomplete"),
            ("done", "Done"),
        ],
        compute="_compute_first_run",
    )
    first_run_progress = fields.Float("Past Orders", compute="_compute_first_run")
    first_run_text = fields.Text(compute="_compute_first_run")

    _stuck_hours_positive = models.Constraint(
        "CHECK (stuck_hours >= 1)",
        "Amazon may take an hour for a report: give it at least that.",
    )

    def write(self, vals):
        result = super().write(vals)
        if "vat_service" in vals:
            for account in self:
                self.env["amazon.report.request"]._set_up_vat(account)
        return result

    def _get_vat_service(self, marketplace, day):
        """Return the VAT service that counts for an order: as ``vat_service``.

        :param marketplace: ``amazon.marketplace``; none: it is not known
        :param day: when it was bought, a ``date``; none: it is not known
        """
        self.ensure_one()
        if marketplace and not marketplace.has_vat_service:
            return "none"
        if self.vat_service_from and day and day < self.vat_service_from:
            return "none"
        return self.vat_service

    def _get_local_day(self, moment):
        """Return the day of a moment (naive: UTC) where the company is, or None."""
        if not moment:
            return None
        zone = self.company_id.partner_id.tz or self.user_id.tz or "UTC"
        if moment.tzinfo:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone), moment
        ).date()

    def _compute_report_counts(self):
        Report = self.env["amazon.report"]
        reports = dict(
            Report._read_group(
                [
                    ("account_id", "in", self.ids),
                    ("state", "in", ("attention", "failed")),
                ],
                ["account_id"],
                ["__count"],
            )
        )
        imports = dict(
            Report._read_group(
                [("account_id", "in", self.ids), ("kind", "in", ORDER_KINDS)],
                ["account_id"],
                ["processed_at:max"],
            )
        )
        for account in self:
            account.attention_count = reports.get(account, 0)
            account.last_import_at = imports.get(account, False)

    # === CONNECTION === #

    def _get_used_kinds(self):
        wanted = [
            ("account_id", "in", self.ids),
            ("repeat", "=", True),
        ]
        asked = [
            ("account_id", "in", self.ids),
            ("request_id", "!=", False),
            ("create_date", ">=", fields.Datetime.now() - USE_MEMORY),
        ]
        used = super()._get_used_kinds()
        for model, domain in (
            ("amazon.report.request", wanted),
            ("amazon.report", asked),
        ):
            groups = (
                self.env[model].sudo()._read_group(domain, ["account_id", "kind"], [])
            )
            used.update((account.id, kind) for account, kind in groups)
        return used

    def _wake_reports(self):
        self.env["amazon.report"].sudo().search(
            [
                ("account_id", "in", self.ids),
                ("state", "=", "requested"),
                # A report that Amazon made none of waits for another reason.
                ("failure_code", "=", False),
            ]
        ).next_attempt = False
        self.env.ref("amazon_order_import.ir_cron_check_reports").sudo()._trigger()
        return super()._wake_reports()

    # === FIRST RUN === #

    @api.depends("orders_from", "report_ids.state")
    def _compute_first_run(self):
        Report = self.env["amazon.report"]
        for account in self:
            reports = Report.search(
                [
                    ("account_id", "in", account.ids),
                    ("request_id.is_first_run", "=", True),
                ]
            )
            open_reports = reports.filtered(
                lambda r: r.state in ("requested", "ready", "processing")
            )
            failed = reports.filtered(lambda r: r.state == "failed")
            done = len(reports) - len(open_reports | failed)
            account.first_run_progress = 100 * done / len(reports) if reports else 0
            account.first_run_text = account._describe_first_run(
                reports, open_reports, failed
            )
            if open_reports:
                account.first_run_state = "running"
            elif failed:
                account.first_run_state = "failed"
            else:
                decided = reports or account.orders_from
                account.first_run_state = "done" if decided else "open"

    def _describe_first_run(self, reports, open_reports, failed):
        """Return how far the past is fetched, what failed, and when it goes on."""
        if not open_reports and not failed:
            return False
        text = self.env._(
            "%(done)s of %(all)s reports of the past are in.",
            done=len(reports) - len(open_reports | failed),
            all=len(reports),
        )
        if failed:
            text += " " + self.env._(
                "Failed: %(failed)s. Each says why; request them again after that.",
                failed=len(failed),
            )
        if not open_reports:
            return text
        moments = [r.next_attempt for r in open_reports if r.next_attempt]
        if len(moments) == len(open_reports):
            local = fields.Datetime.context_timestamp(self, min(moments))
            text += " " + self.env._(
                "The next one is due at %(time)s.", time=local.strftime("%H:%M")
            )
        return text

    def _start_first_run(self, orders_from):
        """Fetch the orders since a moment, as far back as Amazon reports.

        :param orders_from: naive UTC datetime
        :return: ``amazon.report.request`` records, one per kind of order report
        """
        self.ensure_one()
        self.sudo().orders_from = orders_from
        Request = self.env["amazon.report.request"]
        now = fields.Datetime.now()
        vals_list = [
            {
                "account_id": self.id,
                "kind": key,
                "is_first_run": True,
                "date_from": start,
                "date_to": now,
            }
            for key, start in self._get_first_run_starts(orders_from).items()
            if start < now
        ]
        return Request.create(vals_list)

    def _wants_kind(self, kind):
        """Whether the account has use for a kind of report; narrowed by domains."""
        return self.region in KINDS[kind].regions

    def _get_first_run_starts(self, orders_from):
        """Return from when on each kind of order report is fetched.

        :return: dict ``{kind: naive UTC datetime}``
        """
        now = fields.Datetime.now()
        starts = {}
        for key in ORDER_KINDS:
            kind = KINDS[key]
            if self._wants_kind(key):
                limit = now - timedelta(days=kind.lookback_days)
                # The form may stay open for some minutes.
                starts[key] = max(orders_from, limit + timedelta(minutes=10))
        return starts

    # === ACTIONS === #

    def action_view_reports(self):
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        return action

    def action_view_attention(self):
        action = self.action_view_reports()
        action["context"] = {"search_default_attention": 1}
        return action

    def action_set_up_requests(self):
        """Create the recurring requests that the account lacks, and show all."""
        self.ensure_one()
        self.check_access("read")
        self.env["amazon.report.request"]._set_up(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_request_action"
        )
        action["domain"] = [("account_id", "=", self.id), ("repeat", "=", True)]
        return action

    def action_view_first_run(self):
        action = self.action_view_reports()
        action["domain"] = [
            ("account_id", "in", self.ids),
            ("request_id.is_first_run", "=", True),
        ]
        return action

    def action_list_schedules(self):
        """Ask Amazon which schedules there are, of whatever program, and show them."""
        self.ensure_one()
        self.check_access("read")
        try:
            with self._get_client() as client:
                self.env["amazon.report.schedule"]._store_listing(self, client)
        except SellingPartnerError as error:
            self._note_api_error(error)
            return self._notify(self._explain_error(error), "danger")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_schedule_action"
        )
        action["domain"] = [("account_id", "=", self.id)]
        action["context"] = {"default_account_id": self.id}
        return action
