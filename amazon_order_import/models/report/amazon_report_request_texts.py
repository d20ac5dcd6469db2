from odoo import api, fields, models

from ...report_formats import KINDS


class AmazonReportRequest(models.Model):
    """What a request is for, what it leads to, and what Amazon allows."""

    _inherit = "amazon.report.request"

    purpose = fields.Text("What It Is For", compute="_compute_kind_facts")
    plan = fields.Text("What Happens", compute="_compute_plan")
    quota = fields.Text(compute="_compute_quota")

    @api.model
    def _get_purposes(self):
        """Return what each kind of report is for: ``{kind: text}``."""
        mfn = self.env._(
            "Orders that you ship yourself (merchant-fulfilled), from the moment at "
            "which they may be shipped: items, prices, tax, delivery and invoice "
            "address. The period counts from the release of the payment, not from the "
            "purchase."
        )
        fba = self.env._(
            "Orders that Amazon has shipped from its own warehouses (FBA), one row per "
            "item of a parcel: items, prices, tax, addresses, parcel and fulfilment "
            "centre. The period counts from the shipment; Amazon may report a parcel "
            "up to a day late."
        )
        return {
            "mfn_orders_eu": mfn,
            "mfn_orders_na": mfn,
            "fba_orders_eu": fba,
            "fba_orders_na": fba,
            "fba_returns": self.env._(
                "Goods that customers sent back to Amazon, with reason and condition. "
                "The period counts from the arrival in Amazon's warehouse; refunds "
                "without goods are not in it."
            ),
            "fba_inventory": self.env._(
                "How many pieces of each SKU lie in Amazon's warehouses right now: "
                "sellable, unsellable, reserved and on their way. It has no period."
            ),
            "vcs_invoices": self.env._(
                "The invoices and credit notes that Amazon issued for you (VAT "
                "Calculation Service): numbers, amounts, links. Amazon reports them "
                "about three days after the shipment, by whole days."
            ),
            "vcs_lite": self.env._(
                "The VAT that Amazon calculated for shipments whose invoice you issue "
                "yourself (VCS Lite). Without a period it holds what is still to be "
                "invoiced of the last 90 days; with one, everything of the orders "
                "bought in it."
            ),
            "all_orders": self.env._(
                "Every order that changed in the period, without personal data: to "
                "check that none is missing in Odoo. It makes no orders."
            ),
        }

    def _describe_plan(self):
        """Return what the request leads to, in a sentence or two."""
        if self.repeat:
            return self._describe_repetition()
        windows = [None]
        if self.is_dated:
            windows = self._split_period(*self._get_period())
        count = len(windows)
        if count <= 1:
            return self.env._("One report is requested from Amazon.")
        kind = KINDS[self.kind]
        text = self.env._(
            "Will be requested as %(count)s reports: Amazon makes at most %(days)s "
            "days in one.",
            count=count,
            days=kind.max_days,
        )
        if kind.min_minutes:
            minutes = (count - 1) * kind.min_minutes
            text += " " + self.env._(
                "Because Amazon makes one of this kind in %(pause)s, the last one "
                "comes after about %(time)s, the latest days first.",
                pause=self._describe_minutes(kind.min_minutes),
                time=self._describe_about(minutes),
            )
        return text

    @api.model
    def _describe_about(self, minutes):
        """Return about how long something takes, in the unit that people use for it."""
        for size in (24 * 60, 60):
            if minutes >= 2 * size:
                return self._describe_minutes(round(minutes / size) * size)
        return self._describe_minutes(minutes)

    @api.model
    def _describe_minutes(self, minutes):
        """Return a time span in the largest unit that says it without a rest."""
        # Always more than one: no language needs a singular.
        if minutes >= 2 * 24 * 60 and not minutes % (24 * 60):
            return self.env._("%(count)s days", count=minutes // (24 * 60))
        if minutes >= 2 * 60 and not minutes % 60:
            return self.env._("%(count)s hours", count=minutes // 60)
        return self.env._("%(count)s minutes", count=minutes)

    @api.depends("account_id", "kind")
    def _compute_quota(self):
        for request in self:
            request.quota = (
                request._describe_quota()
                if request.kind and request.account_id
                else False
            )

    def _describe_quota(self):
        """Return what Amazon still allows of this kind, from the ledger."""
        Ledger = self.env["amazon.api.call"]
        kind = KINDS[self.kind]
        used = Ledger._count_today(self.account_id, self.kind)
        moment, _call = Ledger._get_next_creation(self.account_id, self.kind)
        if kind.min_minutes:
            limit = 24 * 60 // kind.min_minutes
            text = self.env._(
                "Amazon makes this report once in %(time)s, for all programs "
                "together. Requested in the last 24 hours: %(used)s; at most %(left)s "
                "more today.",
                time=self._describe_minutes(kind.min_minutes),
                used=used,
                left=max(limit - used, 0),
            )
        else:
            text = self.env._(
                "Requested in the last 24 hours: %(used)s. Amazon sets no limit for "
                "this kind but that of all reports: 15 at once, then one a minute.",
                used=used,
            )
        if moment <= fields.Datetime.now():
            return text + " " + self.env._("The next one can be requested now.")
        local = fields.Datetime.context_timestamp(self, moment)
        return (
            text
            + " "
            + self.env._(
                "The next one can be requested at %(time)s; a request made now waits "
                "until then by itself.",
                time=local.strftime("%H:%M"),
            )
        )
