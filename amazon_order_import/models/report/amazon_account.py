from datetime import timedelta

from odoo import api, fields, models

from ...report_formats import KINDS
from ...report_formats.kinds import ORDER_KINDS
from ...selling_partner.errors import SellingPartnerError

#: The scheduled action comes by itself after this time.
CRON_INTERVAL = timedelta(minutes=5)
#: The shortest time between two runs that the addon asks for.
SHORTEST_PAUSE = timedelta(seconds=30)


class AmazonAccount(models.Model):
    """What an account wants of Amazon's reports: from when on, how often."""

    _inherit = "amazon.account"

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
    schedules_message = fields.Text(readonly=True, copy=False)

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

    def _get_seller_accounts(self):
        """Return all accounts of the same seller in the same region.

        Amazon counts their calls together, whatever the company.
        """
        self.ensure_one()
        account = self.sudo()
        if not account.selling_partner_id:
            return account
        return account.with_context(active_test=False).search(
            [
                ("region", "=", account.region),
                ("selling_partner_id", "=", account.selling_partner_id),
            ]
        )

    def _get_seller_key(self):
        """Return the seller whose quotas the calls of this account use up."""
        self.ensure_one()
        account = self.sudo()
        seller = account.selling_partner_id or f"account {account.id}"
        return f"{account.region} {seller}"

    @api.model
    def _trigger_next_look(self):
        """Have the scheduled action run when the next report at Amazon is due."""
        now = fields.Datetime.now()
        moment = self.env["amazon.report"]._get_next_look()
        if moment and moment < now + CRON_INTERVAL:
            self.env.ref("amazon_order_import.ir_cron_check_reports")._trigger(
                max(moment, now + SHORTEST_PAUSE)
            )

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

    def _get_first_run_starts(self, orders_from):
        """Return from when on each kind of order report is fetched.

        :return: dict ``{kind: naive UTC datetime}``
        """
        now = fields.Datetime.now()
        starts = {}
        for key in ORDER_KINDS:
            kind = KINDS[key]
            if self.region in kind.regions:
                limit = now - timedelta(days=kind.lookback_days)
                # The form may stay open for some minutes.
                starts[key] = max(orders_from, limit + timedelta(minutes=10))
        return starts

    def action_set_up_requests(self):
        """Create the recurring requests that the account lacks, and show all."""
        self.ensure_one()
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
