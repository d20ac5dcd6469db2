from datetime import UTC, datetime, time, timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..account.figure import Bar, Figure

#: So many days the bars of a card show.
GRAPH_DAYS = 30


class AmazonAccount(models.Model):
    """Orders and revenue on the card of an account."""

    _inherit = "amazon.account"

    # Read by figures and bars: the database adds it up once.
    overview_days = fields.Json(compute="_compute_overview_days")

    def _get_figures(self):
        figures = super()._get_figures()
        today = str(fields.Date.context_today(self))
        for account in self:
            days = account.overview_days or {}
            count, revenue = days.get(today, (0, 0.0))
            currency = account.company_id.currency_id
            figures[account][:0] = [
                Figure(
                    self.env._("Orders today"),
                    f"{count} · {currency.format(revenue)}",
                    "action_view_orders_of_days",
                    argument="0",
                    level="" if count else "muted",
                ),
                Figure(
                    self.env._("Orders of %(days)s days", days=GRAPH_DAYS),
                    f"{sum(day[0] for day in days.values())} · "
                    f"{currency.format(sum(day[1] for day in days.values()))}",
                    "action_view_orders_of_days",
                    argument=str(GRAPH_DAYS - 1),
                ),
            ]
        return figures

    def _get_bars(self):
        sums = {account: account.overview_days or {} for account in self}
        today = fields.Date.context_today(self)
        days = [today - timedelta(days=n) for n in reversed(range(GRAPH_DAYS))]
        labels = {day: format_date(self.env, day, date_format="d MMM") for day in days}
        return {
            account: [
                account._make_bar(labels[day], *sums[account].get(str(day), (0, 0)))
                for day in days
            ]
            for account in self
        }

    def _make_bar(self, label, count, revenue):
        text = self.env._(
            "%(day)s: orders %(count)s, %(revenue)s",
            day=label,
            count=count,
            revenue=self.company_id.currency_id.format(revenue),
        )
        return Bar(label, text, revenue)

    def _get_bars_title(self):
        return self.env._("Revenue of %(days)s days", days=GRAPH_DAYS)

    @api.depends_context("tz")
    def _compute_overview_days(self):
        """Orders and revenue, in the company's currency, of the latest days.

        ``{date as ISO text: [number of orders, revenue]}``; the days are those of the
        reader's time zone.
        """
        names = ("amazon_account_id", "amazon_purchase_date", "amount_total", "state")
        self.env["sale.order"].flush_model([*names, "currency_rate"])
        first = fields.Date.context_today(self) - timedelta(days=GRAPH_DAYS - 1)
        rows = self.env.execute_query(
            SQL(
                """
                SELECT account_id, day, COUNT(*), SUM(revenue)
                  FROM (
                      SELECT amazon_account_id AS account_id,
                             (amazon_purchase_date AT TIME ZONE 'UTC'
                              AT TIME ZONE %(zone)s)::date AS day,
                             amount_total / COALESCE(NULLIF(currency_rate, 0), 1)
                                 AS revenue
                        FROM sale_order
                       WHERE amazon_account_id = ANY(%(accounts)s)
                         AND amazon_purchase_date >= %(first)s
                         AND state != 'cancel'
                  ) AS sale
                 WHERE day >= %(first_day)s
                 GROUP BY account_id, day
                """,
                zone=self.env.tz.zone,
                accounts=list(self.ids),
                first=first - timedelta(days=1),
                first_day=first,
            )
        )
        sums = {}
        for account_id, day, count, revenue in rows:
            sums.setdefault(account_id, {})[str(day)] = (count, float(revenue))
        for account in self:
            account.overview_days = sums.get(account.id, {})

    def action_view_orders_of_days(self, days=0):
        """List the orders bought today, or since so many days ago.

        :param days: a number, as text or as such
        """
        action = self.action_view_orders()
        day = fields.Date.context_today(self) - timedelta(days=int(days))
        midnight = self.env.tz.localize(datetime.combine(day, time.min))
        moment = midnight.astimezone(UTC).replace(tzinfo=None)
        action["domain"] += [
            ("amazon_purchase_date", ">=", fields.Datetime.to_string(moment)),
            ("state", "!=", "cancel"),
        ]
        return action
