import logging
from datetime import timedelta

import pytz

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from ...report_formats.kinds import ORDER_KINDS

_logger = logging.getLogger(__name__)

#: So late the latest report of a kind may be without there being a gap.
LATEST_MAY_BE = timedelta(hours=36)


class AmazonAccount(models.Model):
    _inherit = "amazon.account"

    missing_order_count = fields.Integer(
        "Missing Orders",
        compute="_compute_missing_order_count",
        help="Orders that Amazon's list of all orders names and Odoo has not, or not "
        "with all units",
    )

    def _compute_missing_order_count(self):
        counts = dict(
            self.env["amazon.control.order"]._read_group(
                [("account_id", "in", self.ids), ("is_missing", "=", True)],
                ["account_id"],
                ["__count"],
            )
        )
        for account in self:
            account.missing_order_count = counts.get(account, 0)

    def _get_time_zone(self):
        """Return the time zone in which a business day of the account begins.

        :rtype: pytz time zone
        """
        self.ensure_one()
        account = self.sudo()
        name = account.company_id.partner_id.tz or account.user_id.tz
        return pytz.timezone(name if name in pytz.all_timezones_set else "UTC")

    # === COVERAGE === #

    def _get_report_gaps(self, start, stop):
        """Return which parts of a period the reports of the account leave out.

        Only kinds of which the account has reports, from their first one on.

        :param start: naive UTC datetime; likewise ``stop``
        :return: dict ``{kind: [(start, end)]}``, always with ``all_orders``, whose
            gaps include the time before the first list and after the last one
        """
        self.ensure_one()
        Report = self.env["amazon.report"]
        now = fields.Datetime.now()
        reach = {
            kind: (first, last)
            for kind, first, last in Report.sudo()._read_group(
                [
                    ("account_id", "=", self.id),
                    ("kind", "in", (*ORDER_KINDS, "all_orders")),
                    ("date_from", "!=", False),
                    ("date_to", "!=", False),
                ],
                ["kind"],
                ["date_from:min", "date_to:max"],
            )
        }
        gaps = {}
        for kind, (first, last) in reach.items():
            if kind == "all_orders":
                continue
            limit = max(last, now - LATEST_MAY_BE)
            begin, end = max(start, first), min(stop, limit)
            if begin < end:
                gaps[kind] = Report._get_uncovered(self, kind, begin, end)
        gaps["all_orders"] = Report._get_uncovered(self, "all_orders", start, stop)
        return gaps

    def _get_last_control_moment(self):
        """Return up to when Amazon's lists of all orders tell, naive UTC, or False."""
        self.ensure_one()
        [(last,)] = (
            self.env["amazon.report"]
            .sudo()
            ._read_group(
                [
                    ("account_id", "=", self.id),
                    ("kind", "=", "all_orders"),
                    ("state", "in", ("done", "attention")),
                ],
                [],
                ["date_to:max"],
            )
        )
        return last

    # === SCHEDULED ACTION === #

    @api.model
    def _cron_check_completeness(self):
        """Compare Odoo with Amazon's lists and request again what is missing."""
        accounts = self.search([])
        commit = self.env["ir.cron"]._commit_progress
        commit(remaining=len(accounts))
        for account in accounts:
            try:
                self.env["amazon.control.order"]._cure(account)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                # Somebody else changed the orders: the next run compares them.
                self.env.cr.rollback()
            except Exception:
                # One account that nobody foresaw must not stop all others.
                self.env.cr.rollback()
                _logger.exception("Account %s cannot be compared", account.id)
            if not commit(1):
                break

    # === ACTIONS === #

    def action_view_missing(self):
        """List the orders that are missing."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_control_order_action"
        )
        action["domain"] = [("account_id", "in", self.ids)]
        action["context"] = {"search_default_missing": 1}
        return action

    def action_view_completeness(self):
        """Show the days of this account against Amazon's list of all orders."""
        self.check_access("read")
        action = self.env["ir.actions.client"]._for_xml_id(
            "amazon_order_import.amazon_completeness_action"
        )
        return {**action, "params": {"account_id": self[:1].id}}
