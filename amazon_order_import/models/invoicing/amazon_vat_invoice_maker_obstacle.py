from collections import defaultdict
from dataclasses import dataclass

from odoo import models

from ...messages import (
    Joined,
    Message,
    Money,
    Name,
    get_error_message,
    get_message,
    message,
)
from ..order.amazon_tax_cure import choose_code
from ..order.lookups import TaxLookups
from .amazon_refund_guard import RefundExceeded


@dataclass(frozen=True)
class Obstacle:
    """Why a document cannot be made now: what becomes of its VAT invoice data.

    - ``state``: the next state of the ``amazon.vat.invoice``
    - ``note``: why, or None
    """

    state: str
    note: Message | None


class AmazonVatInvoiceMaker(models.AbstractModel):
    """What stands in the way of a document."""

    _inherit = "amazon.vat.invoice.maker"

    def _get_obstacle(self, account, document, by_person, ready):
        """Return the `Obstacle` where the document cannot be made now, or None.

        :param ready: ``amazon.vat.invoice`` records that are made together with it
        """
        order = document.sale_order_id
        if not order:
            return Obstacle("waiting", get_message(document, "state_note"))
        if order.amazon_tax_withheld:
            return Obstacle(
                "amazon", message("vat_data_tax_withheld", order=order.name)
            )
        progress = document._get_progress_at_amazon()
        if progress in ("done", "processing") and not (
            by_person or self._find_made(document)
        ):
            return self._explain_elsewhere(document, progress)
        if order.state == "cancel":
            return Obstacle(
                "attention", message("vat_data_order_cancelled", order=order.name)
            )
        if order.state != "sale":
            return Obstacle(
                "to_invoice", message("vat_data_quotation", order=order.name)
            )
        if account.vat_invoice_policy == "manual" and not by_person:
            return Obstacle("to_invoice", message("vat_data_by_hand"))
        return self._get_data_obstacle(document) or (
            self._get_credit_obstacle(document)
            if document.document_type == "credit_note"
            else self._get_invoice_obstacle(document, ready)
        )

    def _explain_elsewhere(self, document, progress):
        """Return the `Obstacle` where another program invoices the transaction."""
        if progress == "processing":
            return Obstacle("to_invoice", message("vat_data_being_checked"))
        return Obstacle(
            "elsewhere",
            message("vat_data_made_elsewhere", number=document.invoice_number or "–"),
        )

    def _get_data_obstacle(self, document):
        """Return the `Obstacle` where Amazon's figures do not suffice, or None."""
        order = document.sale_order_id
        if unread := document._get_unread_rows():
            return Obstacle(
                "attention",
                message(
                    "vat_data_incomplete", rows=Joined(tuple(map(Name.of, unread)))
                ),
            )
        if document.currency_id != order.currency_id:
            return Obstacle(
                "attention",
                message(
                    "vat_data_other_currency",
                    order=order.currency_id.name,
                    amazon=document.currency_id.name,
                ),
            )
        place = self.env["amazon.tax.advisor"].find_vat_invoice_place(
            TaxLookups(document.account_id), document
        )
        if place.problem:
            return Obstacle(
                "attention",
                message(
                    choose_code("vat_data_held", place.problem), problem=place.problem
                ),
            )
        if lost := document.line_ids.filtered(lambda line: not line.sale_line_id):
            items = dict.fromkeys(f"{line.quantity} × {line.sku}" for line in lost)
            return Obstacle(
                "attention",
                message(
                    "vat_data_without_item", order=order.name, items=", ".join(items)
                ),
            )
        return None

    def _get_invoice_obstacle(self, document, ready):
        """Return the `Obstacle` where the units have an invoice already, or None."""
        if self._find_made(document):
            return None
        others = ready.line_ids.filtered(lambda line: line.line_type == "item")
        for item, lines in document.line_ids.grouped("sale_line_id").items():
            units = lines.filtered(lambda line: line.line_type == "item")
            # What was taken back to be made anew is free again.
            credited = 0 if document.is_corrected else item._get_amazon_credited()
            left = item.product_uom_qty - item.qty_invoiced - credited
            same = others.filtered(lambda line, item=item: line.sale_line_id == item)
            left -= sum(same.mapped("quantity"))
            if item.product_uom_id.compare(sum(units.mapped("quantity")), left) > 0:
                explain = (
                    self._explain_original_stands
                    if document.is_corrected
                    else self._explain_invoiced
                )
                return Obstacle("attention", explain(document))
        return None

    def _explain_original_stands(self, document):
        invoices = document.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        )
        return message(
            "vat_data_original_stands",
            order=document.sale_order_id.name,
            original=document.original_invoice_number or "–",
            moves=Joined(tuple(map(Name.of, invoices))) if invoices else "–",
        )

    def _explain_invoiced(self, document):
        currency = document.currency_id.id
        moves = tuple(
            Joined(
                (Name.of(move), Money(move.amount_total, move.currency_id.id)), by=": "
            )
            for move in self._get_other_moves(document, "out_invoice")
        )
        return message(
            "vat_data_invoiced_otherwise",
            order=document.sale_order_id.name,
            moves=Joined(moves) if moves else "–",
            total=Money(document.amount_total, currency),
            tax=Money(document.amount_tax, currency),
        )

    def _get_credit_obstacle(self, document):
        """Return the `Obstacle` where there is nothing (left) to credit, or None."""
        made = self._find_made(document)
        order = document.sale_order_id
        if document._takes_refund_back():
            return None if made else Obstacle("attention", self._explain_back(document))
        if not made and not self._get_creditable(document):
            return Obstacle(
                "to_invoice", message("vat_data_waits_for_invoice", order=order.name)
            )
        try:
            held = self._claim(document).move_id
        except RefundExceeded as error:
            return Obstacle("attention", get_error_message(error))
        if held and not made:
            return Obstacle(
                "attention",
                message(
                    "vat_data_credited_already",
                    move=Name.of(held),
                    total=Money(held.amount_total, held.currency_id.id),
                    amount=Money(-document.amount_total, document.currency_id.id),
                ),
            )
        return None

    def _explain_back(self, document):
        guard, order = self.env["amazon.refund.guard"], document.sale_order_id
        return message(
            "vat_data_taken_back",
            order=order.name,
            amount=Money(abs(document.amount_total), document.currency_id.id),
            documents=guard.explain_credited(guard.get_states(order)[order]),
        )

    def _claim(self, document):
        """Return the ``amazon.refund`` of a credit note; see ``amazon.refund.guard``.

        :raise RefundExceeded: where more would be credited than was sold
        """
        amounts = defaultdict(float)
        for line in document.line_ids:
            target = self._get_target(document.sale_order_id, line)
            amounts[target] -= document._get_sign() * line.amount_total
        return self.env["amazon.refund.guard"].claim(
            document.sale_order_id,
            -document.amount_total,
            "vat_data",
            document.reference,
            {line: amount for line, amount in amounts.items() if line},
            self._get_shipment_invoice(document),
        )
