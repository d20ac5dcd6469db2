from odoo import models

from ...messages import message
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES
from ...report_formats import describe_difference


class AmazonOrderImporter(models.AbstractModel):
    """What keeps an order a quotation though each of its rows can be read."""

    _inherit = "amazon.order.importer"

    # === ROWS THAT CONTRADICT EACH OTHER === #

    def _leave_contradictions(self, report, works):
        """Hold orders of which a file tells an item twice, and differently.

        The later row counts. One that cancels the item is no contradiction.

        :param works: list of `OrderRowWork` that are imported
        """
        told = self._find_earlier_rows(report, works)
        for work in sorted(works, key=lambda work: work.record.number):
            key = (work.values.order_id, work.key)
            known = told.get(key)
            told[key] = (work.record, work.bare_values)
            if not known or work.is_known or not work.values.quantity:
                continue
            differences = describe_difference(known[1], work.bare_values)
            if differences and work.record.outcome in IMPORTED_OUTCOMES:
                self._leave_contradiction(work, known[0], differences)

    def _find_earlier_rows(self, report, works):
        """Return what earlier batches of a file tell of the works' items.

        :return: dict ``{(order number, key): (amazon.report.row, SaleRow)}``
        """
        first = min((work.record.number for work in works), default=1)
        asked = works if report.only_open_rows else self._filter_changed(works)
        if first == 1 or not asked:
            return {}
        rows = self.env["amazon.report.row"].search(
            [
                ("report_id", "=", report.id),
                ("order_ref", "in", [work.values.order_id for work in asked]),
                ("row_key", "in", [work.key for work in asked]),
                ("is_addition", "=", False),
                ("id", "not in", [work.record.id for work in works]),
                ("outcome", "in", (*IMPORTED_OUTCOMES, "cancelled")),
            ],
            order="number",
        )
        return {
            (row.order_ref, row.row_key): (row, values)
            for row in rows
            if (values := row._read_again().values)
        }

    def _filter_changed(self, works):
        changed = ("created", "updated")
        return [work for work in works if work.record.outcome in changed]

    def _leave_contradiction(self, work, row, differences):
        """Leave a row to a person that contradicts another one of its file.

        :param row: ``amazon.report.row`` of the other one
        :param str differences: see ``describe_difference``
        """
        told = message(
            "rows_contradict",
            sku=work.values.sku,
            order=work.values.order_id,
            used=work.record.number,
            number=row.number,
            differences=differences,
        )
        self._leave_to_person(
            work.record.sale_order_id, work, told, message("todo_order_contradiction")
        )

    # === THE BUYER WANTS TO CANCEL === #

    def _get_cancel_request(self, row):
        """Return the `Message` about a buyer's request to cancel an item, or None."""
        reason = row.buyer_requested_cancel_reason
        if not row.is_buyer_requested_cancellation and not reason:
            return None
        return message(
            "cancel_requested",
            order=row.order_id,
            sku=row.sku,
            reason=reason or "–",
        )

    def _note_cancel_requests(self, lookups, groups):
        """Give a person a to-do for each order that its buyer wants to cancel.

        Once for each request: what a person has dealt with does not come again.

        :param dict groups: ``{order number: [OrderRowWork]}``
        """
        for order_ref, works in groups.items():
            order = lookups.orders.get(order_ref)
            if not order or order.state == "cancel":
                continue
            told = order.amazon_told or {}
            known = told.get("cancel_requests", {})
            requests = {}
            for work in works:
                request = self._get_cancel_request(work.values)
                reason = work.values.buyer_requested_cancel_reason
                if request and work.values.quantity and known.get(work.key) != reason:
                    requests[work.key] = reason
                    summary = message("todo_order_cancel_request")
                    order._schedule_amazon_activity(request, summary)
            if requests:
                order.amazon_told = {**told, "cancel_requests": {**known, **requests}}
