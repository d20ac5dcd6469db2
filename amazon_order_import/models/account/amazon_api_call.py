import math
from datetime import timedelta, timezone
from functools import partial

from odoo import api, fields, models

from ...report_formats import KINDS
from ...selling_partner.errors import ThrottledError
from ...selling_partner.quotas import USAGE_PLANS, memory_needed, next_allowed

#: How long calls are remembered: for the counts of a day, in any time zone.
MEMORY = timedelta(days=14)
#: How many fillings of an empty bucket are looked back: only a longer run of calls
#: without a pause would be misjudged, and Amazon's refusal would set that right.
FILLINGS = 20
#: HTTP status of a call that Amazon refused for its quota.
TOO_MANY = 429


class AmazonApiCall(models.Model):
    """One call of Amazon's API: the ledger of what the quotas still allow.

    Amazon counts per seller, not per account of Odoo: so does the ledger.
    """

    _name = "amazon.api.call"
    _description = "Call of Amazon's API"
    _order = "called_at desc, id desc"
    _log_access = False

    account_id = fields.Many2one("amazon.account", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    seller_key = fields.Char(required=True)
    operation = fields.Char(required=True)
    report_type = fields.Char()
    called_at = fields.Datetime(required=True)
    status = fields.Integer(help="HTTP status of the answer; 0: there was none")
    rate = fields.Float(
        digits=(16, 4), help="Calls per second that Amazon told with its answer"
    )
    foreign = fields.Boolean(
        help="A report that another program asked for, as Amazon's list shows it"
    )

    _seller_operation = models.Index("(seller_key, operation, called_at)")
    _account = models.Index("(account_id)")

    @api.depends("operation", "report_type")
    def _compute_display_name(self):
        for call in self:
            call.display_name = " ".join(
                filter(None, (call.operation, call.report_type))
            )

    # === WRITING === #

    @api.model
    def _note(self, account, call):
        """Enter a call that was made; it survives a rollback of the work around it.

        :param account: ``amazon.account`` record
        :param call: ``selling_partner.network.Call``
        """
        if call.operation not in USAGE_PLANS:
            return
        self._enter(
            {
                "account_id": account.id,
                "seller_key": account._get_seller_key(),
                "operation": call.operation,
                "report_type": call.report_type,
                # The clock of the rest of Odoo, which also asks the ledger.
                "called_at": fields.Datetime.now(),
                "status": call.status or 0,
                "rate": call.rate or 0.0,
            }
        )

    @api.model
    def _note_foreign(self, account, reports):
        """Enter the reports that other programs asked for.

        :param account: ``amazon.account`` record
        :param reports: list of ``selling_partner.records.Report``
        """
        oldest = fields.Datetime.now() - MEMORY
        key = account._get_seller_key()
        known = {
            (call.report_type, call.called_at)
            for call in self.sudo().search(
                [
                    ("seller_key", "=", key),
                    ("operation", "=", "createReport"),
                    ("foreign", "=", True),
                ]
            )
        }
        for report in reports:
            moment = report.created.astimezone(timezone.utc).replace(
                tzinfo=None, microsecond=0
            )
            if moment < oldest or (report.report_type, moment) in known:
                continue
            self._enter(
                {
                    "account_id": account.id,
                    "seller_key": key,
                    "operation": "createReport",
                    "report_type": report.report_type,
                    "called_at": moment,
                    "status": 202,
                    "foreign": True,
                }
            )

    @api.model
    def _enter(self, values):
        self.sudo().create(values)
        # Amazon does not forget a call because our transaction failed.
        self.env.cr.postrollback.add(partial(self._enter_again, values))

    @api.model
    def _enter_again(self, values):
        with self.env.registry.cursor() as cr:
            env = api.Environment(cr, self.env.uid, {})
            # An account that the rollback took away needs no ledger.
            if env["amazon.account"].browse(values["account_id"]).exists():
                env["amazon.api.call"].sudo().create(values)

    @api.autovacuum
    def _gc_calls(self):
        self.search([("called_at", "<", fields.Datetime.now() - MEMORY)]).unlink()

    # === ASKING === #

    @api.model
    def _check_quota(self, account, operation):
        """Keep a call from being made that Amazon would refuse for its quota.

        :param account: ``amazon.account`` record
        :param str operation: Amazon's name of the operation
        :raise ThrottledError: with the seconds to wait
        """
        now = fields.Datetime.now()
        allowed = self._get_next_call(account, operation)
        if allowed > now:
            seconds = math.ceil((allowed - now).total_seconds())
            raise ThrottledError(
                f"Amazon's quota for {operation} is used up by the calls of the last"
                f" minutes. The next call is possible in {seconds} seconds; nothing"
                " was sent.",
                seconds=seconds,
                operation=operation,
                status=TOO_MANY,
                code="own_ledger",
            )

    @api.model
    def _get_next_call(self, account, operation):
        """Return from when on an operation may be called: naive UTC, maybe now."""
        now = fields.Datetime.now()
        if operation not in USAGE_PLANS:
            return now
        calls = self.sudo().search(
            [
                ("seller_key", "=", account._get_seller_key()),
                ("operation", "=", operation),
                ("called_at", ">", now - FILLINGS * memory_needed(operation)),
                ("foreign", "=", False),
            ]
        )
        moments = []
        for call in calls:
            # Where Amazon refuses a call, nothing is left, whatever we counted.
            weight = USAGE_PLANS[operation].burst if call.status == TOO_MANY else 1
            # Moments have full seconds: at worst, a call was made at the end of its.
            moment = call.called_at + timedelta(seconds=1)
            moments += [moment.replace(tzinfo=timezone.utc)] * weight
        told = next((call.rate for call in calls if call.rate), None)
        allowed = next_allowed(
            operation, moments, now.replace(tzinfo=timezone.utc), told
        )
        allowed = allowed.replace(tzinfo=None)
        if allowed.microsecond:
            allowed = allowed.replace(microsecond=0) + timedelta(seconds=1)
        return allowed

    @api.model
    def _get_creations(self, account, report_type, since):
        """Return when reports of a type were asked for, latest first.

        :param account: ``amazon.account`` record
        :param str report_type: Amazon's report type
        :param since: naive UTC datetime
        :return: ``amazon.api.call`` records, of our own and of other programs
        """
        return self.sudo().search(
            [
                ("seller_key", "=", account._get_seller_key()),
                ("operation", "=", "createReport"),
                ("report_type", "=", report_type),
                ("called_at", ">", since),
                # Without an answer Amazon may have begun all the same.
                ("status", "in", (0, 200, 202)),
            ]
        )

    @api.model
    def _get_next_creation(self, account, kind):
        """Return from when on Amazon makes the next report of a kind.

        :param account: ``amazon.account`` record
        :param str kind: report kind
        :return: naive UTC datetime, and the ``amazon.api.call`` that makes it wait: of
            the same type a short time before, or none (the quota of all reports)
        """
        now = fields.Datetime.now()
        pause = timedelta(minutes=KINDS[kind].min_minutes)
        report_type = KINDS[kind].report_type_in(account.region)
        last = self.browse()
        if pause:
            last = self._get_creations(account, report_type, now - pause)[:1]
        allowed = self._get_next_call(account, "createReport")
        if last and last.called_at + pause > allowed:
            return last.called_at + pause, last
        return allowed, self.browse()

    @api.model
    def _count_today(self, account, kind):
        """Return how many reports of a kind were asked for in the last 24 hours."""
        report_type = KINDS[kind].report_type_in(account.region)
        since = fields.Datetime.now() - timedelta(days=1)
        return len(self._get_creations(account, report_type, since))
