from odoo import api, models

#: The file is there (or Amazon had nothing to put into one).
GOOD_STATES = ("ready", "processing", "done", "attention")


class AmazonReport(models.Model):
    """Which time the reports of an account cover."""

    _inherit = "amazon.report"

    @api.model
    def _get_uncovered(
        self, account, kind, date_from, date_to, settled=False, marketplaces=None
    ):
        """Return the parts of a period that no good report of a kind covers.

        A report that was limited to some marketplaces covers these only: a time is
        covered once it is for every active channel of the account.

        :param account: ``amazon.account`` record
        :param str kind: report kind
        :param date_from: naive UTC datetime
        :param date_to: naive UTC datetime
        :param bool settled: count reports that are still on their way, and those that
            a person skipped, as covering: for deciding what to ask for again
        :param marketplaces: ``amazon.marketplace`` records; None: the active channels'
        :return: sorted list of ``(start, end)``, naive UTC datetimes, without overlaps
        """
        domain = [
            ("account_id", "=", account.id),
            ("kind", "=", kind),
            ("date_from", "<", date_to),
            ("date_to", ">", date_from),
            *self._get_good_domain(("requested", "skipped") if settled else ()),
        ]
        reports = self.sudo().search(domain, order="date_from")
        if not marketplaces:
            channels = account.sudo().channel_ids
            marketplaces = channels.filtered("active").marketplace_id
        gaps = []
        for marketplace in marketplaces or [None]:
            covering = reports.filtered_domain(
                self._get_marketplace_domain(marketplace)
            )
            periods = [(r.date_from, r.date_to) for r in covering]
            gaps += subtract_periods(date_from, date_to, periods)
        return merge_periods(gaps)

    @api.model
    def _get_marketplace_domain(self, marketplaces):
        """Return the domain of reports that tell of one of some marketplaces.

        :param marketplaces: ``amazon.marketplace`` records; none or None: any report
        """
        if not marketplaces:
            return []
        return [
            "|",
            ("marketplace_ids", "=", False),
            ("marketplace_ids", "in", marketplaces.ids),
        ]

    @api.model
    def _get_good_domain(self, more_states=()):
        """Return the domain of reports whose period came in whole.

        :param more_states: tuple of states that count as well
        """
        return [
            "|",
            ("state", "in", GOOD_STATES + more_states),
            "&",
            ("state", "=", "cancelled"),
            ("failure_code", "=", "no_data"),
        ]


def subtract_periods(start, end, periods):
    """Return what is left of ``start`` to ``end`` without ``periods``.

    :param periods: list of ``(start, end)``, sorted by their start
    :return: sorted list of ``(start, end)``
    """
    left = []
    for begin, stop in periods:
        if begin > start:
            left.append((start, min(begin, end)))
        start = max(start, stop)
        if start >= end:
            return left
    return [*left, (start, end)] if start < end else left


def merge_periods(periods):
    """Return sorted ``(start, end)`` of which none overlaps or touches another."""
    merged = []
    for start, end in sorted(periods):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged
