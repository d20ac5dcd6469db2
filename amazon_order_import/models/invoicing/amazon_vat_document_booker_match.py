"""Entries that hold one of Amazon's documents already."""

from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...messages import Joined, MessageError, Money, Name, message
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

    # === REFUNDS TAKEN BACK === #

    def _match_taken_back(self, document):
        """Match a refund that Amazon took back with the invoice of a person."""
        for move in self._find_invoices_naming(document):
            if not self._get_differences(document, move):
                self._set_entry(document, "matched", move=move)
                return
        order = document.sale_order_id
        state = self.env["amazon.refund.guard"].get_states(order)[order]
        self._fail(
            document,
            MessageError(
                self.env,
                message(
                    "refund_taken_back",
                    number=document.number,
                    order=order.amazon_order_ref,
                    amount=Money(document.amount_due, document.currency_id.id),
                    documents=self.env["amazon.refund.guard"].explain_credited(state),
                ),
            ),
        )

    def _find_invoices_naming(self, document):
        """Return posted invoices that name a document as their reference."""
        return self.env["account.move"].search(
            [
                ("company_id", "=", document.company_id.id),
                ("move_type", "=", "out_invoice"),
                ("state", "=", "posted"),
                ("amazon_vat_document_ids", "=", False),
                "|",
                ("ref", "ilike", document.number),
                ("payment_reference", "ilike", document.number),
            ]
        )

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
        gives_back = document.is_refund and not document._takes_refund_back()
        return "out_refund" if gives_back else "out_invoice"

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
        if document.is_refund:
            document.move_id = move
            move._note_money_only()
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
        sign = -1 if self._get_move_type(document) == "out_refund" else 1
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
