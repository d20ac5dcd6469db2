"""Which of Amazon's documents is booked when."""

from datetime import date
from functools import partial

from odoo import api, models
from odoo.tools import split_every

from ...messages import REFUSALS, Joined, Money, Name, get_error_message, message
from ...trusted_context import Trusted, get_trusted
from ..order.amazon_tax_cure import choose_code
from ..report.importing import IMPORT_CONTEXT

#: Journal entries made in one call (see design.md, "Batches").
BOOK_BATCH = 50


class AmazonVatDocumentBooker(models.AbstractModel):
    """Makes, or finds, the journal entry of each of Amazon's documents.

    By the account's choice (``vat_document_policy``). A document keeps one entry: doing
    it again books nothing twice. Nothing raises: a document that cannot be booked
    tells why.
    """

    _name = "amazon.vat.document.booker"
    _inherit = "amazon.order.workflow"
    _description = "Journal Entries of Amazon VAT Documents"

    @api.private
    def book(self, documents):
        """Book documents that are not yet, the originals of credit notes first.

        A preview books nothing.

        :param documents: ``amazon.vat.document`` records, in superuser mode
        """
        if get_trusted(self.env, "amazon_preview"):
            return
        # What is posted here must not start to book what is in hand already.
        self = self.with_context(**IMPORT_CONTEXT, amazon_booking=Trusted())
        documents = documents.with_env(self.env)
        documents = (documents | self._get_related(documents)).filtered("can_book")
        for account, group in documents.grouped("account_id").items():
            if account.vat_document_policy == "none":
                continue
            company = account.company_id
            for members in self._get_stages(group):
                for ids in split_every(BOOK_BATCH, members.ids):
                    self.with_company(company)._book_batch(
                        account, members.with_company(company).browse(ids)
                    )

    def _get_related(self, documents):
        """Return what credit notes make bookable: what they give back, and what
        replaces that; and credit notes that wait for what they give back."""
        originals = documents.filtered("is_refund").original_id
        waiting = documents.successor_ids.filtered(
            lambda doc: doc.is_refund and doc.entry_state == "waiting"
        )
        return originals | originals.successor_ids | waiting

    def _get_stages(self, documents):
        """Return documents in the order in which they have to be booked.

        Invoices, credit notes for them, invoices that replace those, credit notes for
        these, and so on.

        :return: list of ``amazon.vat.document`` records
        """
        by_stage = documents.grouped(self._get_stage)
        return [
            by_stage[stage].sorted(lambda doc: (doc.date or date.min, doc.id))
            for stage in sorted(by_stage)
        ]

    def _get_stage(self, document):
        seen, original = document, document.original_id
        stage = 1 if document.is_refund else 0
        while original and original not in seen:
            if not document.is_refund:
                stage += 2
            seen |= original
            document, original = original, original.original_id
        return stage

    def _book_batch(self, account, documents):
        to_create = documents.browse()
        documents.match_items()
        for document in documents:
            if obstacle := self._get_obstacle(document):
                self._set_entry(document, *obstacle)
            elif document._takes_refund_back():
                self._match_taken_back(document)
            elif document.is_refund and self._is_settled(document):
                continue
            elif self._is_to_wait(account, document):
                self._set_entry(
                    document,
                    "waiting",
                    message(
                        "entry_waits_for_original",
                        number=document.number,
                        original=document.original_id.number,
                    ),
                )
            elif not document.is_refund and (
                invoices := self._get_own_invoices(document)
            ):
                self._match(document, invoices)
            elif account.vat_document_policy == "create":
                to_create |= document
            else:
                self._set_entry(document, "waiting", self._explain_waiting(document))
        self._create_together(account, to_create)

    def _create_together(self, account, documents):
        """Create and post entries at once; if that fails, one by one."""
        moves = self._try_together(
            documents, partial(self._create_entries, account), self._fail
        )
        if account.order_workflow == "paid":
            self._pay_invoices(
                account, moves.filtered(lambda move: move.move_type == "out_invoice")
            )

    # === WHAT STANDS IN THE WAY === #

    def _get_obstacle(self, document):
        """Return ``(state, Message)`` where a document cannot be booked, or None."""
        return (
            self._get_order_obstacle(document)
            or self._get_needlessness(document)
            or self._get_gap(document)
            or self._get_corrected_obstacle(document)
            or self._get_double(document)
        )

    def _get_order_obstacle(self, document):
        if document.sale_order_id:
            return None
        return "waiting", message("entry_waits_for_order", order=document.order_ref)

    def _get_needlessness(self, document):
        """See ``_get_obstacle``: where there is nothing to book."""
        number = document.number
        if document.document_type == "receipt":
            code = "receipt_gives_back" if document.is_refund else "receipt"
            return "none", message(code, number=number)
        if not any(line._get_amounts() for line in document.line_ids):
            return "none", message("nothing_to_book", number=number)
        successors = document.successor_ids
        # With a credit note for it, it has to be in the books as well.
        if document._get_superseded() and not any(successors.mapped("is_refund")):
            others = tuple(successors.mapped("number"))
            return "none", message(
                "document_replaced", number=number, others=Joined(others)
            )
        return None

    def _get_gap(self, document):
        if unread := document._get_unread_rows():
            return "failed", message(
                "document_incomplete",
                number=document.number,
                rows=Joined(tuple(map(Name.of, unread))),
            )
        return None

    def _get_corrected_obstacle(self, document):
        """See ``_get_obstacle``: where what it replaces stands in the books."""
        original = document.original_id
        if document.is_refund or not original.move_id or self._is_taken_back(original):
            return None
        return "failed", message(
            "corrected_is_booked",
            number=document.number,
            original=original.number,
            entry=Name.of(original.move_id),
        )

    def _get_double(self, document):
        """See ``_get_obstacle``: where its units have a document already.

        Of several numbers for one unit, none of which names another, the first is
        booked; a person decides about the others.
        """
        if document.is_refund:
            return None
        others = document.sale_order_id.amazon_vat_document_ids.filtered(
            lambda other: other != document
            and not other.is_refund
            and other.document_type != "receipt"
            and (other.move_id or other.id < document.id)
        )
        others -= others._get_superseded()
        others -= document.original_id | document.successor_ids
        told = others.filtered(lambda other: not self._is_taken_back(other)).line_ids
        for line in document.line_ids.filtered("sale_line_id"):
            item = line.sale_line_id
            same = told.filtered(lambda other, item=item: other.sale_line_id == item)
            units = sum(same.mapped("quantity")) + line.quantity
            if same and item.product_uom_id.compare(units, item.product_uom_qty) > 0:
                numbers = tuple(same.document_id.mapped("number"))
                return "failed", message(
                    "unit_has_document",
                    number=document.number,
                    sku=line.sku or line.asin or "?",
                    others=Joined(numbers),
                )
        return None

    def _is_taken_back(self, document):
        """Whether the entry of a document is cancelled or credited in full."""
        move = document.move_id
        refunds = move.reversal_move_ids.filtered(lambda other: other.state == "posted")
        return (
            move.state == "cancel"
            or bool(move)
            and (
                move.currency_id.compare_amounts(
                    sum(refunds.mapped("amount_total")), move.amount_total
                )
                >= 0
            )
        )

    def _is_to_wait(self, account, document):
        """Whether a credit note would be in the books without its invoice."""
        original = document.original_id
        return (
            account.vat_document_policy == "create"
            and document.is_refund
            and original.entry_state in ("failed", "waiting")
            and not original.move_id
        )

    def _explain_waiting(self, document):
        order_ref = document.order_ref
        if not document.is_refund:
            return message("entry_waits_for_invoice", order=order_ref)
        currency = document.currency_id
        return message(
            "entry_waits_for_credit_note",
            order=order_ref,
            amount=Money(self._get_refunded(document, currency), currency.id),
        )

    # === OUTCOME === #

    def _set_entry(self, document, state, reason=None, move=None):
        """Store how far the booking of a document is.

        :param reason: `Message`, or None
        """
        values = {"entry_state": state, "entry_message": reason}
        if move:
            values["move_id"] = move.id
        document.write(values)

    def _fail(self, document, error):
        """Note on a document, and on its order, why it could not be booked."""
        if isinstance(error, REFUSALS):
            cause = get_error_message(error)
        else:
            cause = message(
                "unexpected_error", error=f"{type(error).__name__}: {error}"
            )
        code = choose_code("document_not_booked", cause)
        reason = message(code, number=document.number, error=cause)
        self._set_entry(document, "failed", reason)
        document.sale_order_id._schedule_amazon_activity(
            reason, message("todo_not_booked")
        )
