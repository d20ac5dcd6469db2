from datetime import timedelta

from odoo import api, fields, models

from ...report_formats import KINDS

#: What is offered first: a month, which Amazon gives in one report per kind.
DEFAULT_PAST = timedelta(days=30)


class AmazonFirstRun(models.TransientModel):
    """From when on orders are wanted, asked once for a new account."""

    _name = "amazon.first.run"
    _inherit = ["amazon.wizard"]
    _description = "Start of an Amazon Account"

    account_id = fields.Many2one("amazon.account", required=True, readonly=True)
    orders_from = fields.Datetime(
        required=True,
        default=lambda self: fields.Datetime.now() - DEFAULT_PAST,
        help="Orders bought before this moment are not imported",
    )
    set_up_requests = fields.Boolean(
        "Set Up Recurring Requests",
        default=True,
        help="Have new orders, stock, returns and VAT data requested by themselves "
        "from now on, as often as makes sense. You can change it afterwards",
    )
    preview = fields.Text("What Happens", compute="_compute_preview")

    @api.depends("account_id", "orders_from")
    def _compute_preview(self):
        for wizard in self:
            wizard.preview = wizard._describe() if wizard.orders_from else False

    def _describe(self):
        """Return how many reports that takes, how long, and what Amazon lacks."""
        account, now = self.account_id, fields.Datetime.now()
        if self.orders_from >= now:
            return self.env._(
                "Nothing is fetched now; orders bought from that moment on are "
                "imported."
            )
        Request = self.env["amazon.report.request"]
        labels = dict(Request._fields["kind"]._description_selection(self.env))
        lines = []
        for key, start in account._get_first_run_starts(self.orders_from).items():
            kind = KINDS[key]
            request = Request.new({"account_id": account.id, "kind": key})
            count = len(request._split_period(start, now))
            line = self.env._(
                "%(kind)s: reports to request: %(count)s", kind=labels[key], count=count
            )
            if count > 1 and kind.min_minutes:
                minutes = (count - 1) * kind.min_minutes
                line += ", " + self.env._(
                    "one in %(pause)s: about %(time)s",
                    pause=Request._describe_minutes(kind.min_minutes),
                    time=Request._describe_about(minutes),
                )
            if start > self.orders_from + timedelta(days=1):
                line += ". " + self.env._(
                    "Amazon looks back %(days)s days at most; older orders can be "
                    "imported from files that you have",
                    days=kind.lookback_days,
                )
            lines.append(line)
        return "\n".join(lines)

    def action_start(self):
        self.check_access("read")
        self.ensure_one()
        account = self.account_id
        account.check_access("write")
        account._start_first_run(self.orders_from)
        if self.set_up_requests:
            self.env["amazon.report.request"]._set_up(account)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
