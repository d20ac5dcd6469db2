from odoo import models

from ...messages import message
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES
from ...report_formats import describe_difference


class AmazonOrderImporter(models.AbstractModel):
    """What keeps an order a quotation though each of its rows can be read."""

    _inherit = "amazon.order.importer"

    # === ROWS THAT CONTRADICT EACH OTHER === #

    def _take_contradictions(self, works):
        """Take rows out that tell an item of their file differently; the first counts.

        :param works: list of `OrderRowWork`
        :return: the others, and ``[(OrderRowWork, the one that counts)]``
        """
        first, agreeing, contradicting = {}, [], []
        for work in works:
            known = first.setdefault((work.values.order_id, work.key), work)
            if known is work or not describe_difference(known.values, work.values):
                agreeing.append(work)
            else:
                contradicting.append((work, known))
        return agreeing, contradicting

    def _leave_contradictions(self, contradicting):
        """Hold orders of which a file tells an item twice, and differently."""
        for work, known in contradicting:
            self._leave_contradiction(
                known.record.sale_order_id, work, known.record, known.values
            )

    def _leave_contradiction(self, order, work, row, values):
        """Leave a row to a person that contradicts another one of its file.

        :param row: ``amazon.report.row`` that counts; ``values``: its ``SaleRow``
        """
        told = message(
            "rows_contradict",
            sku=work.values.sku,
            order=work.values.order_id,
            used=row.number,
            number=work.record.number,
            differences=describe_difference(values, work.values),
        )
        if order:
            summary = message("todo_order_contradiction")
            self._leave_to_person(order, work, told, summary)
        else:
            self._set_outcome(work, "waiting", told)

    def _is_cancelled_here(self, lookups, work):
        """Whether an earlier row of the file told that an item is cancelled."""
        row = lookups.cancelled_here.get((work.values.order_id, work.key))
        if not row or row.number > work.record.number:
            return False
        known = row._read_again().values
        self._leave_contradiction(self.env["sale.order"], work, row, known)
        return True

    def _contradicts_file(self, lookups, order, work):
        """Whether a row differs from an earlier one of its file, which counts then.

        Rows of one batch are compared before; these stand further apart.
        """
        if work.is_known:
            return False
        if lookups.told is None:
            rows = self.env["amazon.report.row"].search(
                [
                    ("report_id", "=", lookups.report.id),
                    ("order_ref", "in", list(lookups.orders)),
                    ("is_addition", "=", False),
                    ("outcome", "in", (*IMPORTED_OUTCOMES, "cancelled")),
                ],
                order="number",
            )
            lookups.told = rows.grouped(lambda row: (row.order_ref, row.row_key))
        rows = lookups.told.get((work.values.order_id, work.key), ())
        for row in rows:
            if row.number < work.record.number:
                known = row._read_again().values
                if known and describe_difference(known, work.bare_values):
                    self._leave_contradiction(order, work, row, known)
                    return True
        return False

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
