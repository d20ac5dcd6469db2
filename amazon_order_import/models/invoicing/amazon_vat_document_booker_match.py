"""Entries that hold one of Amazon's documents already."""

from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...messages import Joined, Money, Name, message
from .amazon_refund_guard import RefundExceeded


class AmazonVatDocumentBooker(models.AbstractModel):
    _inherit = "amazon.vat.document.booker"

    # === REFUNDS === #

    def _is_settled(self, document):
        """Find the credit note that holds the refund of a document already.

        A person may have made it, or VAT invoice data. See ``amazon.refund.guard``.

        :return: whether nothing is left to be done for the document
        """
        order = document.sale_order_id
        try:
            refund = self.env["amazon.refund.guard"].claim(
                order,
                self._get_refunded(document, order.currency_id),
                "vat_document",
                document.number,
                self._get_refunded_lines(document),
                document.original_id.move_id,
            )
        except RefundExceeded as error:
            self._fail(document, error)
            return True
        own = self._get_own_invoices(document)
        move = (
            own.filtered(lambda move: self._has_number(move, document.number))[:1]
            or refund.move_id
        )
        if not move:
            return False
        refund.move_id = move
        if move.state == "draft":
            self._set_entry(
                document, "waiting", message("entry_is_draft", entry=Name.of(move))
            )
        else:
            self._set_matched(document, move)
        return True

    def _get_refunded(self, document, currency):
        """Return what the buyer gets back, by the seller's books; above 0."""
        amount = (
            document.amount_untaxed
            if document.is_collected_by_amazon
            else document.amount_total
        )
        return self._convert(document, -amount, currency)

    def _convert(self, document, amount, currency):
        return document.currency_id._convert(
            amount, currency, document.company_id, document.date
        )

    def _get_refunded_lines(self, document):
        """Return ``{order line: amount}`` of a credit note, as far as it is known."""
        if not all(
            line.sale_line_id or not line._get_amounts() for line in document.line_ids
        ):
            return {}
        amounts = defaultdict(Decimal)
        for line in document.line_ids:
            for sale_line, net, tax in self._get_parts(document, line):
                amounts[sale_line] -= net
                amounts[sale_line] -= 0 if document.is_collected_by_amazon else tax
        currency = document.sale_order_id.currency_id
        return {
            line: self._convert(document, float(amount), currency)
            for line, amount in amounts.items()
        }

    # === INVOICES === #

    def _get_own_invoices(self, document):
        """Return the order's invoices (or credit notes) that no document has."""
        move_type = self._get_move_type(document)
        return document.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == move_type
            and move.state != "cancel"
            and move.payment_state != "reversed"
            and not move.amazon_vat_document_ids
        )

    def _get_move_type(self, document):
        return "out_refund" if document.is_refund else "out_invoice"

    def _match(self, document, invoices):
        """Match a document with the invoice that a person made; tell differences.

        By number first, then by the amount, then the only one there is.
        """
        posted = invoices.filtered(lambda move: move.state == "posted")
        found = (
            posted.filtered(lambda move: self._has_number(move, document.number))
            or posted.filtered(lambda move: not self._get_differences(document, move))
            or (posted if len(posted) == 1 and len(invoices) == 1 else posted.browse())
        )[:1]
        if not found:
            self._set_entry(
                document,
                "waiting" if invoices - posted else "failed",
                message(
                    "entry_not_clear",
                    order=document.order_ref,
                    names=Joined(tuple(map(Name.of, invoices))),
                    number=document.number,
                ),
            )
            return
        self._set_matched(document, found)

    def _set_matched(self, document, move):
        differences = self._get_differences(document, move)
        if not differences:
            self._set_entry(document, "matched", move=move)
            return
        reason = message(
            "entry_differs",
            entry=Name.of(move),
            number=document.number,
            differences=Joined(differences, "; "),
        )
        self._set_entry(document, "difference", reason, move)

    def _has_number(self, move, number):
        return any(
            number in (text or "")
            for text in (move.name, move.ref, move.payment_reference)
        )

    def _get_differences(self, document, move):
        """Return how an entry differs from a document: values of a message.

        :rtype: tuple
        """
        currency = document.currency_id
        sign = -1 if document.is_refund else 1
        tax = 0.0 if document.is_collected_by_amazon else document.amount_tax
        differences = []
        if move.currency_id != currency:
            differences.append(f"{currency.name} / {move.currency_id.name}")
        for label, amazon, odoo in (
            (message("net"), document.amount_untaxed, move.amount_untaxed),
            (message("tax"), tax, move.amount_tax),
        ):
            if currency.compare_amounts(sign * amazon, odoo):
                differences.append(
                    message(
                        "amount_differs",
                        label=label,
                        odoo=Money(odoo, move.currency_id.id),
                        amazon=Money(sign * amazon, currency.id),
                    )
                )
        return tuple(differences)
