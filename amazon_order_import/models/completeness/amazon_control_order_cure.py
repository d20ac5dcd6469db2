from datetime import timedelta

from odoo import api, fields, models

from ...messages import Joined, get_message, message
from ...report_formats import KINDS
from ...report_formats.kinds import find_order_kind
from ..report.amazon_report import OPEN_STATES
from ..report.amazon_report_request import CLOCK_MARGIN

#: How long to wait after each request of a missing order's report: Amazon's reports
#: may be incomplete for days (models#5161), and quotas are scarce.
DISTANCES = (timedelta(hours=6), timedelta(days=1), timedelta(days=3))
#: Windows nearer to each other than this are requested as one.
NEAR = timedelta(days=2)
#: So many windows of one kind at most in one go.
MAX_WINDOWS = 3
#: What Amazon reports at the very limit of its memory is gone a moment later.
LIMIT_MARGIN = timedelta(hours=1)
#: So many orders are named in a to-do.
NAMED_ORDERS = 20


class AmazonControlOrder(models.Model):
    """How missing orders are got: by themselves, then by a person."""

    _inherit = "amazon.control.order"

    @api.model
    def _cure(self, account):
        """Request again the windows that should have brought missing orders.

        A bounded number of times, with growing distance; then a to-do names the orders
        and the next step.

        :param account: ``amazon.account`` record
        """
        self._refresh(account)
        now = fields.Datetime.now()
        missing = self.search(
            [
                ("account_id", "=", account.id),
                ("is_missing", "=", True),
                # Those that a report has and a person must help are its to-do.
                ("row_id", "=", False),
            ]
        )
        due = missing.filtered(
            lambda c: (
                c.attempts < len(DISTANCES)
                and (not c.next_attempt or c.next_attempt <= now)
            )
        )
        if account.has_credentials:
            due._request_again()
            hopeless = missing.filtered(lambda c: not c._is_hoped_for(now))
        else:
            hopeless = missing
        self._update_activity(account, hopeless)

    def _is_hoped_for(self, now):
        """Whether a further report by itself may still bring the order."""
        return self.attempts < len(DISTANCES) or (
            self.next_attempt and self.next_attempt > now
        )

    def _request_again(self):
        """Request the windows of missing orders of one account, as few as can be."""
        now = fields.Datetime.now()
        account = self.account_id
        for fulfillment, orders in self.grouped("fulfillment").items():
            kind = find_order_kind(fulfillment, account.region)
            windows = {order: order._get_window(kind, now) for order in orders}
            late = orders.filtered(lambda order, w=windows: not w[order])
            # Amazon no longer tells of them: straight to a person.
            late.write({"attempts": len(DISTANCES), "next_attempt": now})
            orders -= late
            waiting = orders.filtered(
                lambda order, w=windows, k=kind: order._is_on_its_way(k, *w[order])
            )
            waiting.next_attempt = now + timedelta(hours=1)
            orders -= waiting
            for start, end in self._group_windows(
                [windows[order] for order in orders],
                KINDS[kind].max_days if kind else 0,
            ):
                self._request(account, kind, start, end)
            for order in orders:
                order.write(
                    {
                        "next_attempt": now + DISTANCES[order.attempts],
                        "attempts": order.attempts + 1,
                    }
                )

    def _get_window(self, kind, now):
        """Return the period whose report should have the order, or None.

        Merchant-fulfilled: Amazon counts by the moment at which it may be shipped,
        between purchase and last change. FBA: by the report of the shipment, which may
        follow days later.

        :return: ``(start, end)``, naive UTC datetimes
        """
        self.ensure_one()
        if not kind:
            return None
        margin = timedelta(hours=1)
        start, end = self.purchase_date - margin, self.last_update + margin
        if self.fulfillment == "fba":
            start = max(start, self.last_update - timedelta(days=7))
            end = self.last_update + timedelta(days=7)
        days = KINDS[kind].lookback_days
        if days:
            start = max(start, now - timedelta(days=days) + LIMIT_MARGIN)
        start = max(start, end - timedelta(days=KINDS[kind].max_days))
        end = min(end, now - CLOCK_MARGIN)
        return (start, end) if start < end else None

    def _is_on_its_way(self, kind, start, end):
        """Whether a report that should have the order is at Amazon already."""
        return bool(
            self.env["amazon.report"].search_count(
                [
                    ("account_id", "=", self.account_id.id),
                    ("kind", "=", kind),
                    ("state", "in", OPEN_STATES),
                    ("date_from", "<=", start),
                    ("date_to", ">=", end),
                    *self.env["amazon.report"]._get_marketplace_domain(
                        self.marketplace_id
                    ),
                ],
                limit=1,
            )
        )

    @api.model
    def _group_windows(self, windows, max_days):
        """Join windows that are near to each other, and more of them if there are many.

        :param windows: list of ``(start, end)``
        :param int max_days: Amazon's limit for one report
        :return: sorted list of ``(start, end)``
        """
        limit = timedelta(days=max_days)
        joined = _join(sorted(windows), NEAR, limit)
        if len(joined) > MAX_WINDOWS:
            joined = _join(joined, limit, limit)
        return joined

    @api.model
    def _request(self, account, kind, start, end):
        return (
            self.env["amazon.report.request"]
            .sudo()
            .create(
                {
                    "account_id": account.id,
                    "kind": kind,
                    "date_from": start,
                    "date_to": end,
                }
            )
        )

    def action_request_again(self):
        """Request the reports of the chosen orders at once, for a person.

        :return: action that shows the requested reports
        """
        self.check_access("read")
        self.env["amazon.report.request"].check_access("create")
        now = fields.Datetime.now()
        requests = self.env["amazon.report.request"]
        for (account, fulfillment), orders in (
            self.sudo()
            .grouped(lambda order: (order.account_id, order.fulfillment))
            .items()
        ):
            kind = find_order_kind(fulfillment, account.region)
            windows = [w for order in orders if (w := order._get_window(kind, now))]
            for start, end in self._group_windows(
                windows, KINDS[kind].max_days if kind else 0
            ):
                requests |= self._request(account, kind, start, end)
        return requests.sudo(False).action_view_reports()

    # === TO-DO === #

    @api.model
    def _update_activity(self, account, orders):
        """Have one to-do on the account name the orders that need a person.

        :param orders: records that no further request will bring; maybe none
        """
        xmlid = "amazon_order_import.mail_activity_missing_orders"
        account = account.sudo()
        activity = account.activity_search([xmlid])
        if not orders:
            activity.action_feedback(
                feedback=self.env._("No order is missing any more.")
            )
            return
        user = account._get_responsible() or self.env.user
        summary = message("orders_missing", count=len(orders))
        note = self._prepare_note(account, orders)
        if not activity:
            account._schedule_amazon_todo(user, summary, note, xmlid)
        elif (
            get_message(activity[0], "amazon_summary") != summary
            or get_message(activity[0], "amazon_note") != note
        ):
            activity[0].write(account._prepare_amazon_todo(user, summary, note))

    def _prepare_note(self, account, orders):
        """Return the `Message` of the to-do: what to do next, and the orders."""
        orders = orders.sorted("purchase_date")
        lines = [
            message(
                "missing_order",
                order=order.order_ref,
                channel=order.marketplace_id.name or order.sales_channel or "–",
                date=order.purchase_date.date(),
            )
            for order in orders[:NAMED_ORDERS]
        ]
        more = len(orders) - NAMED_ORDERS
        if more > 0:
            lines.append(message("more_missing_orders", count=more))
        if account.has_credentials:
            advice = message("orders_not_brought", times=len(DISTANCES))
        else:
            advice = message("orders_not_uploaded")
        lines = Joined(tuple(lines), "\n")
        return message("lines", lines=Joined((advice, lines), "\n\n"))


def _join(windows, near, limit):
    """Join sorted windows with at most ``near`` between, up to ``limit`` each."""
    joined = []
    for start, end in windows:
        if joined:
            first, last = joined[-1]
            if start <= last + near and max(end, last) - first <= limit:
                joined[-1] = (first, max(end, last))
                continue
        joined.append((start, end))
    return joined
