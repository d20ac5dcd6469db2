from odoo import models
from odoo.tools import SQL


class AmazonOrderImporter(models.AbstractModel):
    """Confirmed orders of which a report repeats word by word what they were made of.

    Reports overlap: most of what they tell is known. Such an order is not worked out
    anew; anything that might come out otherwise takes the long way.
    """

    _inherit = "amazon.order.importer"

    def _settle_repeated(self, lookups, groups):
        """Settle orders that are told again as they are; return the numbers of them.

        :param groups: dict ``{order number: [OrderRowWork]}`` of known orders
        """
        if lookups.report.has_additions:
            return set()
        settled = {
            ref: lookups.orders[ref]
            for ref in groups
            if self._is_settled(lookups, lookups.orders[ref])
        }
        lines = self.env["sale.order"].concat(*settled.values()).order_line
        # Their cells stay in the database; see `_find_same`.
        lines.amazon_row_id.fetch(["report_id"])
        lines.amazon_row_id.report_id.fetch(["kind", "has_additions"])
        told = {
            ref: [self._find_telling_row(lookups, order, work) for work in groups[ref]]
            for ref, order in settled.items()
        }
        told = {ref: rows for ref, rows in told.items() if all(rows)}
        pairs = [
            (work.record, row)
            for ref, rows in told.items()
            for work, row in zip(groups[ref], rows, strict=True)
        ]
        same = self._find_same(pairs)
        repeated = {
            ref
            for ref, rows in told.items()
            if all(work.record.id in same for work in groups[ref])
            and lookups.orders[ref].amazon_told.get("report") == rows[0].report_id.id
        }
        self._set_repeated(lookups, {ref: groups[ref] for ref in repeated})
        return repeated

    def _is_settled(self, lookups, order):
        """Whether nothing but what a report tells can change an order."""
        return (
            order.state == "sale"
            and not order.amazon_tax_problem
            and order.amazon_account_id == lookups.account
            and order.amazon_fulfillment == lookups.fulfillment
            and "adopted" not in (order.amazon_told or {"adopted": {}})
        )

    def _find_telling_row(self, lookups, order, work):
        """Return the row that all lines of a row's item were made of, or None."""
        item = lookups.lines.get((order, work.key, "item"))
        if not item or work.is_known or item.amazon_row_id == work.record:
            return None
        lines = self._get_row_lines(order, item)
        row = lines.amazon_row_id
        if (
            len(row) != 1
            or row.report_id.kind != lookups.report.kind
            or row.report_id.has_additions
            or not all(line.amazon_figures["quantity"] for line in lines)
        ):
            return None
        return row

    def _find_same(self, pairs):
        """Return the ids of rows with the same cells as others.

        :param pairs: list of ``(row, other row)``, ``amazon.report.row`` records
        """
        if not pairs:
            return set()
        rows, others = zip(*pairs, strict=True)
        # The database compares them: nothing of their cells needs to be read.
        rows[0].flush_model(["raw"])
        found = self.env.execute_query(
            SQL(
                "SELECT pair.id FROM unnest(%s, %s) AS pair (id, other_id)"
                " JOIN amazon_report_row AS row ON row.id = pair.id"
                " JOIN amazon_report_row AS other ON other.id = pair.other_id"
                " WHERE row.raw = other.raw",
                [row.id for row in rows],
                [row.id for row in others],
            )
        )
        return {row_id for (row_id,) in found}

    def _set_repeated(self, lookups, groups):
        """Note on rows that they say nothing new; see ``_set_unchanged``."""
        works = [work for members in groups.values() for work in members]
        by_outcome = {}
        for work in works:
            known = work.record.outcome
            outcome = known if known in ("created", "updated") else "unchanged"
            by_outcome.setdefault(outcome, []).append(work.record)
        for outcome, records in by_outcome.items():
            self.env["amazon.report.row"].concat(*records).write(
                {
                    "outcome": outcome,
                    "message": None,
                    "code": None,
                    "offer_id": False,
                    "needs_attention": False,
                }
            )
        for order_ref, members in groups.items():
            rows = self.env["amazon.report.row"].concat(*(w.record for w in members))
            rows.sale_order_id = lookups.orders[order_ref]
