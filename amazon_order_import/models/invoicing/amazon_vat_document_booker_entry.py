"""The journal entries of Amazon's documents and their lines."""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from odoo import Command, models

from ...messages import FieldName, Joined, MessageError, message
from ..order.lookups import TaxLookups
from .amazon_tax_correction import FOLDED_INTO


@dataclass(frozen=True)
class EntryLine:
    """What one line of a journal entry holds.

    - ``source``: ``amazon.vat.document.line``
    - ``sale_line``: ``sale.order.line``
    - ``net``, ``tax``: ``Decimal`` in the document's currency, above 0 also in credit
      notes; without tax that Amazon owes itself
    """

    source: object
    sale_line: object
    quantity: float
    net: Decimal
    tax: Decimal


class AmazonVatDocumentBooker(models.AbstractModel):
    _inherit = "amazon.vat.document.booker"

    def _create_entries(self, account, documents):
        """Create and post one entry for each document.

        :return: ``account.move`` records
        :raise UserError: where an entry does not come out as Amazon states it
        """
        lookups = TaxLookups(account)
        journal = account._get_vat_journal()
        moves = self.env["account.move"].create(
            [self._prepare_entry(lookups, journal, document) for document in documents]
        )
        made = dict(zip(documents, moves, strict=True))
        for document, move in made.items():
            self._check_entry(document, move)
        self.env["amazon.refund.guard"].hold(
            account.company_id,
            "vat_document",
            {doc.number: move for doc, move in made.items() if doc.is_refund},
        )
        moves.action_post()
        for document, move in made.items():
            self._check_entry(document, move)
            if move.name != document.number:
                raise MessageError(
                    self.env,
                    message("entry_renumbered", name=move.name, number=document.number),
                )
            self._set_entry(document, "posted", move=move)
        return moves

    def _check_entry(self, document, move):
        """Compare an entry with its document, to the cent."""
        if differences := self._get_differences(document, move):
            raise MessageError(
                self.env,
                message("entry_not_amazons", differences=Joined(differences, "; ")),
            )
        self.env["amazon.tax.finder"].check_accounts(move)

    def _prepare_entry(self, lookups, journal, document):
        """Return the values of the ``account.move`` of a document."""
        order = document.sale_order_id
        place = self.env["amazon.tax.advisor"].find_document_place(lookups, document)
        if place.problem:
            raise MessageError(self.env, place.problem)
        journal = place.journal or journal
        self._check_period(document, journal)
        values = order._prepare_invoice()
        values.update(
            move_type=self._get_move_type(document),
            name=document.number,
            journal_id=journal.id,
            invoice_date=document.date,
            # Paid to Amazon, or given back by it.
            invoice_date_due=document.date,
            currency_id=document.currency_id.id,
            fiscal_position_id=place.fiscal_position.id,
            amazon_vat_document_ids=[Command.set(document.ids)],
            invoice_line_ids=[
                Command.create(
                    {
                        **self._prepare_entry_line(lookups, place, line),
                        "sequence": 10 * position,
                    }
                )
                for position, line in enumerate(self._get_entry_lines(document), 1)
            ],
        )
        if document.is_refund:
            values["reversed_entry_id"] = document.original_id.move_id.id
        else:
            values["delivery_date"] = document.date
        if rate := self._get_rate(document):
            values["invoice_currency_rate"] = rate
        else:
            document.currency_id._check_amazon_rate(document.company_id)
        return values

    def _get_rate(self, document):
        """Return the exchange rate as Odoo writes it, where it is told; or None.

        What is given back has the rate of what was sold: its entry's, else Amazon's.
        Amazon: units of the tax currency for one of the document's; Odoo: units of the
        document's currency for one of the company's.
        """
        company_currency = document.company_id.currency_id
        if document.currency_id == company_currency:
            return None
        told = document
        if document.is_refund:
            original = document.original_id
            if original.move_id.currency_id == document.currency_id:
                return original.move_id.invoice_currency_rate
            told = original | document
        for source in told:
            if source.exchange_rate and source.currency_id == document.currency_id:
                if source.invoice_currency_id == company_currency:
                    return 1 / source.exchange_rate
        return None

    def _check_period(self, document, journal):
        if not document.date:
            raise MessageError(self.env, message("document_without_date"))
        draft = self.env["account.move"].new(
            {"journal_id": journal.id, "move_type": self._get_move_type(document)}
        )
        locks = draft._get_violated_lock_dates(document.date, True)
        if locks:
            told = [
                message("lock_date", lock=FieldName("res.company", name), date=date)
                for date, name in sorted(locks)
            ]
            raise MessageError(
                self.env,
                message("period_locked", date=document.date, locks=Joined(tuple(told))),
            )

    # === LINES === #

    def _get_entry_lines(self, document):
        """Return what the lines of a document's entry hold: a list of `EntryLine`."""
        sign = -1 if document.is_refund else 1
        lines = []
        for source in document.line_ids:
            for sale_line, net, tax in self._get_parts(document, source):
                if document.is_collected_by_amazon:
                    tax = Decimal(0)
                quantity = self._get_entry_quantity(source, sale_line)
                lines.append(
                    EntryLine(source, sale_line, quantity, sign * net, sign * tax)
                )
        return lines

    def _get_entry_quantity(self, source, sale_line):
        """Return how many units of an order line a line of a document is about.

        Charges have a quantity of 1, which several parcels share.
        """
        if sale_line.amazon_line_type == "item":
            return float(source.quantity or 1)
        ordered = source.sale_line_id.product_uom_qty
        if not source.quantity or not ordered:
            return 1.0
        return round(source.quantity / ordered, 2) or 1.0

    def _get_parts(self, document, line):
        """Return ``(order line, net, tax)`` for the amounts of a document's line.

        What the order has no line for goes to the line that it belongs to.
        """
        item, amounts = line.sale_line_id, line._get_amounts()
        if not amounts:
            # What was given away counts as invoiced, too.
            return [(item, Decimal(0), Decimal(0))] if item else []
        if not item:
            raise MessageError(
                self.env,
                message(
                    "order_item_missing",
                    order=document.order_ref,
                    quantity=line.quantity,
                    sku=line.sku or line.asin or "?",
                ),
            )
        siblings = {
            sibling.amazon_line_type: sibling
            for sibling in item.order_id.order_line
            if sibling.amazon_row_key == item.amazon_row_key
        }
        sums = defaultdict(lambda: (Decimal(0), Decimal(0)))
        for part, (net, tax) in amounts.items():
            if part not in siblings:
                part = FOLDED_INTO.get(part, part)
            sale_line = siblings.get(part, item)
            known = sums[sale_line]
            sums[sale_line] = (known[0] + net, known[1] + tax)
        return [(sale_line, net, tax) for sale_line, (net, tax) in sums.items()]

    def _prepare_entry_line(self, lookups, place, line):
        """Return the values of an ``account.move.line``.

        :param line: `EntryLine`
        """
        taxes = self._choose_taxes(lookups, place, line)
        exact = self.env["amazon.order.amounts"].prepare_amounts(
            lookups,
            line.quantity,
            line.net,
            line.tax,
            Decimal(0),
            line.source.currency_id,
            taxes,
        )
        values = line.sale_line._prepare_invoice_line(quantity=line.quantity)
        values.update(
            price_unit=exact["price_unit"],
            discount=0.0,
            extra_tax_data=exact["extra_tax_data"],
            tax_ids=[Command.set(taxes.ids)],
        )
        account = self.env["amazon.income.account"].find(
            lookups.company,
            line.sale_line.product_id,
            line.source.sale_line_id.product_id,
            taxes,
            place.fiscal_position,
        )
        values.pop("account_id", None)
        if account:
            values["account_id"] = account.id
        return values
