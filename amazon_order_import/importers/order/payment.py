from decimal import Decimal
from itertools import product

from odoo import models

from ...messages import Money, message
from ...models.order.lookups import ZERO
from ...models.report.amazon_report_row import IMPORTED_OUTCOMES

#: Field of a row -> how its column is called.
PAYMENTS = {
    "cod_collectible_amount": "cod-collectible-amount",
    "already_paid": "already-paid",
}


class AmazonOrderImporter(models.AbstractModel):
    """What the buyer pays by Amazon's report, against the total of the order."""

    _inherit = "amazon.order.importer"

    def _check_payments(self, lookups, groups):
        """Hold orders whose lines come to something else than the buyer pays.

        Where the lines of the rest of an order come later, it is compared again.

        :param dict groups: ``{order number: [OrderRowWork]}``
        """
        right = self.env["sale.order"]
        for order_ref, works in groups.items():
            order = lookups.orders.get(order_ref)
            if not order or not self._note_payments(order, works):
                continue
            if difference := self._find_payment_difference(order):
                self._hold_payment(order, works, difference)
            else:
                right |= order
        if right:
            self.env["amazon.report.row"].search(
                [
                    ("sale_order_id", "in", right.ids),
                    ("needs_attention", "=", True),
                    ("code", "=", "payment_differs"),
                ]
            ).write({"needs_attention": False, "message": False, "code": False})

    def _note_payments(self, order, works):
        """Keep what rows say of the payment; return whether any of the order does."""
        told = order.amazon_told or {}
        payments = dict(told.get("payments", {}))
        for work in works:
            amounts = [getattr(work.values, name) for name in PAYMENTS]
            payments.pop(work.key, None)
            if work.values.quantity and any(amounts):
                payments[work.key] = [str(amount or 0) for amount in amounts]
        if payments != told.get("payments", {}):
            order.amazon_told = {**told, "payments": payments}
        return bool(payments)

    def _find_payment_difference(self, order):
        """Return a `Message` where the buyer pays another amount than the total.

        Amazon may give the amounts of each row, or those of the order in each row.
        """
        payments = order.amazon_told["payments"].values()
        sums, choices = [], []
        for amounts in zip(*payments, strict=True):
            amounts = [Decimal(amount) for amount in amounts]
            sums.append(sum(amounts, ZERO))
            choices.append(
                {sums[-1], *(set(amounts) if len(set(amounts)) == 1 else ())}
            )
        currency = order.currency_id
        total = order.amazon_amount_total
        totals = (total, total + order.amazon_tax_withheld)
        for chosen in product(*choices):
            paid = float(sum(chosen))
            if any(not currency.compare_amounts(paid, due) for due in totals):
                return None
        parts = zip(PAYMENTS.values(), sums, strict=True)
        return message(
            "payment_differs",
            order=order.amazon_order_ref,
            told=Money(sum(sums), currency.id),
            parts=", ".join(f"{column} {amount}" for column, amount in parts),
            total=Money(total, currency.id),
        )

    def _hold_payment(self, order, works, difference):
        summary = message("todo_order_payment")
        if order.state != "draft":
            if any(work.record.outcome in ("created", "updated") for work in works):
                order._schedule_amazon_activity(difference, summary)
            return
        for work in works:
            row = work.record
            if row.outcome in IMPORTED_OUTCOMES and not row.needs_attention:
                self._set_outcome(work, row.outcome, difference, needs_attention=True)
