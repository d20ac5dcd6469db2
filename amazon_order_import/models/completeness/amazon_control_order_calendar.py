from datetime import datetime, timedelta

import pytz

from odoo import api, fields, models

from ...report_formats.kinds import KINDS
from .amazon_account import LATEST_MAY_BE
from .amazon_control_order import MISSING_STATES


class AmazonControlOrder(models.Model):
    """Completeness day by day: what the calendar in the browser shows."""

    _inherit = "amazon.control.order"

    @api.model
    def get_calendar(self, account_id, date_from, date_to, **filters):
        """Return Amazon's orders against Odoo's, for each business day of an account.

        :param int account_id: ``amazon.account``
        :param str date_from: first day, ``YYYY-MM-DD``; likewise ``date_to``, included
        :param filters: ``marketplace_id`` (int) and ``fulfillment`` (``mfn``, ``fba``)
        :return: dict ``days`` (list of dicts: ``date``, ``status``, ``amazon``,
            ``odoo``, ``amazon_units``, ``odoo_units``, ``missing``, ``pending``,
            ``cancelled``, ``ignored``, ``gaps``), ``channels`` (the same numbers per
            channel), ``total``, ``time_zone``, ``today``, ``lists_until`` (naive UTC)
            and ``marketplaces`` (id and name)
        """
        account = self.env["amazon.account"].browse(account_id)
        account.check_access("read")
        zone = account._get_time_zone()
        first, last = fields.Date.to_date(date_from), fields.Date.to_date(date_to)
        start, stop = self._to_utc(first, zone), self._to_utc(last, zone, days=1)
        domain = [
            ("account_id", "=", account.id),
            ("purchase_date", ">=", start),
            ("purchase_date", "<", stop),
        ]
        for name in ("marketplace_id", "fulfillment"):
            if filters.get(name):
                domain.append((name, "=", filters[name]))
        days = {
            first + timedelta(days=number): self._new_count()
            for number in range((last - first).days + 1)
        }
        channels = {}
        for day, marketplace, fulfillment, state, *numbers in self.with_context(
            tz=zone.zone
        )._read_group(
            domain,
            ["purchase_date:day", "marketplace_id", "fulfillment", "state"],
            [
                "__count",
                "unit_count:sum",
                "odoo_unit_count:sum",
                "sale_order_id:count_distinct",
            ],
        ):
            channel = channels.setdefault((marketplace, fulfillment), self._new_count())
            for count in (days[fields.Date.to_date(day)], channel):
                self._add_count(count, state, *numbers)
        self._set_statuses(account, zone, days, filters.get("fulfillment"))
        return {
            "days": [{"date": str(day), **count} for day, count in days.items()],
            "channels": self._describe_channels(channels),
            "total": self._sum_counts(channels.values()),
            "time_zone": zone.zone,
            "today": str(self._to_local(fields.Datetime.now(), zone)),
            "lists_until": self._describe_reach(account),
            "marketplaces": self._get_marketplaces(account),
        }

    def _get_marketplaces(self, account):
        """Return the marketplaces of an account's orders, to filter by."""
        return [
            {"id": marketplace.id, "name": marketplace.name}
            for (marketplace,) in self._read_group(
                [("account_id", "=", account.id), ("marketplace_id", "!=", False)],
                ["marketplace_id"],
            )
        ]

    def _new_count(self):
        names = (
            "amazon",
            "odoo",
            "amazon_units",
            "odoo_units",
            "missing",
            "pending",
            "cancelled",
            "ignored",
        )
        return dict.fromkeys(names, 0)

    def _add_count(self, count, state, orders, units, odoo_units, here):
        """Add the orders of one state: those that both sides should have count."""
        if state in ("cancelled", "ignored"):
            count[state] += orders
            return
        count["amazon"] += orders
        count["amazon_units"] += units
        count["odoo"] += here
        count["odoo_units"] += min(odoo_units, units)
        if state in MISSING_STATES or state == "unknown":
            count["missing"] += orders
        elif state == "pending":
            count["pending"] += orders

    def _sum_counts(self, counts):
        total = self._new_count()
        for count in counts:
            for name in total:
                total[name] += count[name]
        return total

    def _describe_channels(self, channels):
        fulfillments = dict(
            self._fields["fulfillment"]._description_selection(self.env)
        )
        described = [
            {
                "marketplace_id": marketplace.id,
                "name": marketplace.name or self.env._("No channel"),
                "fulfillment": fulfillment,
                "fulfillment_name": fulfillments.get(fulfillment, "–"),
                **count,
            }
            for (marketplace, fulfillment), count in channels.items()
        ]
        return sorted(described, key=lambda c: (c["name"], c["fulfillment"] or ""))

    def _set_statuses(self, account, zone, days, fulfillment):
        """Set for each day whether it is complete, and what its reports leave open.

        ``missing``: orders are missing; ``gap``: all that is known is here, but no
        report covers a part of the day; ``pending``: orders are not due yet, or the
        lists end within the day; ``complete``; ``none``: Amazon's lists do not reach
        this day; ``empty``: they do, and there is no order.
        """
        start = self._to_utc(min(days), zone)
        stop = self._to_utc(max(days), zone, days=1)
        gaps = account._get_report_gaps(start, stop)
        last = account._get_last_control_moment() or start
        late = max(last, fields.Datetime.now() - LATEST_MAY_BE)
        lists = [period for period in gaps.pop("all_orders") if period[0] < late]
        if fulfillment:
            gaps = {
                k: v for k, v in gaps.items() if KINDS[k].fulfillment == fulfillment
            }
        for day, count in days.items():
            begin, end = self._to_utc(day, zone), self._to_utc(day, zone, days=1)
            hidden = [p for p in lists if p[0] < end and p[1] > begin]
            count["gaps"] = self._describe_gaps(gaps, begin, end, zone)
            if hidden and count["amazon"]:
                count["gaps"] += self._describe_gaps(
                    {"all_orders": hidden}, begin, end, zone
                )
            if count["missing"]:
                count["status"] = "missing"
            elif not count["amazon"] and (hidden or begin >= last):
                count["status"] = "none"
            elif count["gaps"]:
                count["status"] = "gap"
            elif count["pending"] or end > last:
                count["status"] = "pending"
            else:
                count["status"] = "complete" if count["amazon"] else "empty"
            if begin < last < end:
                count["gaps"].append(
                    self.env._(
                        "Amazon's list of all orders reaches until %s only.",
                        self._to_local_time(last, zone),
                    )
                )

    def _describe_gaps(self, gaps, begin, end, zone):
        labels = dict(
            self.env["amazon.report"]._fields["kind"]._description_selection(self.env)
        )
        return [
            self.env._(
                "%(kind)s: no report covers %(start)s to %(end)s",
                kind=labels[kind],
                start=self._to_local_time(max(period[0], begin), zone),
                end=self._to_local_time(min(period[1], end), zone),
            )
            for kind, periods in gaps.items()
            for period in periods
            if period[0] < end and period[1] > begin
        ]

    def _describe_reach(self, account):
        """Return until when Amazon's lists tell of changes, as text, or ``""``."""
        last = account._get_last_control_moment()
        return fields.Datetime.to_string(last) if last else ""

    @api.model
    def _to_utc(self, day, zone, days=0):
        """Return the naive UTC moment at which a day begins where the account is.

        :param int days: so many days later
        """
        midnight = datetime.combine(day + timedelta(days=days), datetime.min.time())
        return zone.localize(midnight).astimezone(pytz.utc).replace(tzinfo=None)

    @api.model
    def _to_local(self, moment, zone):
        return pytz.utc.localize(moment).astimezone(zone).date()

    def _to_local_time(self, moment, zone):
        local = pytz.utc.localize(moment).astimezone(zone)
        return local.strftime("%Y-%m-%d %H:%M")

    @api.model
    def action_open_day(self, account_id, date_from, date_to=None, **filters):
        """Return the action that lists the orders of business days, missing first.

        :param str date_from: first day; ``date_to``: last day, or the same
        :param filters: as for `get_calendar`, and ``missing`` (only what is missing)
        """
        account = self.env["amazon.account"].browse(account_id)
        account.check_access("read")
        zone = account._get_time_zone()
        first = fields.Date.to_date(date_from)
        last = fields.Date.to_date(date_to or date_from)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_control_order_action"
        )
        start, stop = self._to_utc(first, zone), self._to_utc(last, zone, days=1)
        action["domain"] = [
            ("account_id", "=", account.id),
            ("purchase_date", ">=", fields.Datetime.to_string(start)),
            ("purchase_date", "<", fields.Datetime.to_string(stop)),
        ]
        for name in ("marketplace_id", "fulfillment"):
            if filters.get(name):
                action["domain"].append((name, "=", filters[name]))
        action["context"] = {"search_default_missing": bool(filters.get("missing"))}
        action["display_name"] = (
            self.env._("Orders of %s", first)
            if first == last
            else self.env._("Orders from %(first)s to %(last)s", first=first, last=last)
        )
        return action
