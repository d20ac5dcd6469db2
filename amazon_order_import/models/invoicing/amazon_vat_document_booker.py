import logging
from collections import defaultdict
from datetime import date
from decimal import Decimal

from odoo import Command, api, models
from odoo.exceptions import UserError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from ...messages import words
from ...trusted_context import Trusted
from ..order.lookups import TaxLookups
from ..report.importing import IMPORT_CONTEXT
from .amazon_refund_guard import RefundExceeded
from .amazon_tax_correction import FOLDED_INTO, TaxFigures

_logger = logging.getLogger(__name__)

#: Journal entries made in one call (see design.md, "Batches").
BOOK_BATCH = 50


class AmazonVatDocumentBooker(models.AbstractModel):
    """Makes, or finds, the journal entry of each of Amazon's documents.

    By the account's choice (``vat_document_policy``). A document keeps one entry: doing
    it again books nothing twice. Nothing raises: a document that cannot be booked
    tells why.
    """

    _name = "amazon.vat.document.booker"
    _description = "Journal Entries of Amazon VAT Documents"

    @api.model
    def book(self, documents):
        """Book documents that are not yet, the originals of credit notes first.

        :param documents: ``amazon.vat.document`` records, in superuser mode
        """
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
        self.match_items(account, documents)
        for document in documents:
            if reason := self._get_obstacle(document):
                self._set_entry(document, *reason)
            elif document.is_refund and self._is_settled(document):
                continue
            elif self._is_to_wait(account, document):
                self._set_entry(
                    document,
                    "waiting",
                    self.env._(
                        "%(number)s gives %(original)s back, which is not booked yet. "
                        "It is booked with it.",
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

    def _get_obstacle(self, document):
        """Return ``(state, reason)`` where a document cannot be booked, or None."""
        if not document.sale_order_id:
            return "waiting", self.env._(
                "Order %(order)s is not in Odoo yet. The document is booked once a "
                "report brings it.",
                order=document.order_ref,
            )
        if document.document_type == "receipt":
            if document.is_refund:
                return "none", self.env._(
                    "%(number)s is a receipt: Amazon calculated no VAT. Credit the "
                    "order's invoice yourself.",
                    number=document.number,
                )
            return "none", self.env._(
                "%(number)s is a receipt: Amazon calculated no VAT. Invoice the order "
                "yourself.",
                number=document.number,
            )
        if not any(line._get_amounts() for line in document.line_ids):
            return "none", self.env._(
                "%(number)s is about nothing that costs anything: there is nothing to "
                "book.",
                number=document.number,
            )
        if document._get_superseded() and not any(
            # With a credit note for it, it has to be in the books as well.
            document.successor_ids.mapped("is_refund")
        ):
            return "none", self.env._(
                "Amazon replaced %(number)s by %(others)s.",
                number=document.number,
                others=", ".join(
                    document.successor_ids.filtered(
                        lambda other: not other.is_refund
                    ).mapped("number")
                ),
            )
        if unread := document._get_unread_rows():
            return "failed", self.env._(
                "%(number)s is not complete: %(rows)s cannot be read. Request the "
                "report again; the document is booked once a report tells all of it.",
                number=document.number,
                rows=", ".join(unread.mapped("display_name")),
            )
        original = document.original_id
        if (
            not document.is_refund
            and original.move_id
            and not self._is_taken_back(original)
        ):
            return "failed", self.env._(
                "%(number)s corrects %(original)s, which is booked as %(entry)s. "
                "Reverse that entry, then choose Book.",
                number=document.number,
                original=original.number,
                entry=original.move_id.display_name,
            )
        return None

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
        if document.is_refund:
            return self.env._(
                "There is no posted credit note for order %(order)s over %(amount)s "
                "in Odoo yet. Post it, and the document is matched by itself.",
                order=document.order_ref,
                amount=document.currency_id.format(
                    self._get_refunded(document, document.currency_id)
                ),
            )
        return self.env._(
            "There is no posted invoice for order %(order)s in Odoo yet. Post it, and "
            "the document is matched by itself.",
            order=document.order_ref,
        )

    def _is_taken_back(self, document):
        """Whether the entry of a document is cancelled or credited in full."""
        move = document.move_id
        refunds = move.reversal_move_ids.filtered(lambda other: other.state == "posted")
        return move.state == "cancel" or (
            move.currency_id.compare_amounts(
                sum(refunds.mapped("amount_total")), move.amount_total
            )
            >= 0
        )

    def _set_entry(self, document, state, message=False, move=None):
        values = {"entry_state": state, "entry_message": message}
        if move:
            values["move_id"] = move.id
        document.write(values)

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
                document,
                "waiting",
                self.env._(
                    "%(entry)s holds this refund already, as a draft. Post it, and the "
                    "document is matched by itself.",
                    entry=move.display_name,
                ),
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

    # === MATCH === #

    def _get_own_invoices(self, document):
        """Return the order's invoices (or credit notes) that no document has."""
        move_type = self._get_move_type(document)
        return document.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == move_type
            and move.state != "cancel"
            and move.payment_state != "reversed"
            and not move.amazon_vat_document_ids
        )

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
                self.env._(
                    "Order %(order)s has invoices of its own (%(names)s), none of "
                    "which is clearly %(number)s. Post the drafts, or reverse or "
                    "cancel those that are wrong, then choose Book.",
                    order=document.order_ref,
                    names=", ".join(invoices.mapped("display_name")),
                    number=document.number,
                ),
            )
            return
        self._set_matched(document, found)

    def _set_matched(self, document, move):
        differences = self._get_differences(document, move)
        self._set_entry(
            document,
            "difference" if differences else "matched",
            self._explain_difference(document, move, differences)
            if differences
            else False,
            move,
        )

    def _has_number(self, move, number):
        return any(
            number in (text or "")
            for text in (move.name, move.ref, move.payment_reference)
        )

    def _get_differences(self, document, move):
        """Return how an entry differs from a document as a list of texts."""
        currency = document.currency_id
        sign = -1 if document.is_refund else 1
        tax = 0.0 if document.is_collected_by_amazon else document.amount_tax
        differences = []
        if move.currency_id != currency:
            differences.append(f"{currency.name} / {move.currency_id.name}")
        for label, amazon, odoo in (
            (self.env._("net"), document.amount_untaxed, move.amount_untaxed),
            (self.env._("tax"), tax, move.amount_tax),
        ):
            if currency.compare_amounts(sign * amazon, odoo):
                differences.append(
                    self.env._(
                        "%(label)s %(odoo)s in Odoo, %(amazon)s by Amazon",
                        label=label,
                        odoo=move.currency_id.format(odoo),
                        amazon=currency.format(sign * amazon),
                    )
                )
        return differences

    def _explain_difference(self, document, move, differences):
        return self.env._(
            "%(entry)s is not what %(number)s says: %(differences)s. Credit it "
            "in full, then choose Book to have Amazon's document instead; or leave it "
            "as it is.",
            entry=move.display_name,
            number=document.number,
            differences="; ".join(differences),
        )

    # === CREATE === #

    def _create_together(self, account, documents):
        """Create and post entries at once; if that fails, one by one."""
        if not documents:
            return
        try:
            with self.env.cr.savepoint():
                moves = self._create_entries(account, documents)
                self.env.flush_all()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception as error:
            if len(documents) > 1:
                for document in documents:
                    self._create_together(account, document)
                return
            if not isinstance(error, UserError):
                _logger.exception("VAT document %s cannot be booked", documents.id)
            self._fail(documents, error)
            return
        if account.order_workflow == "paid":
            self.env["amazon.order.workflow"]._pay_invoices(
                account, moves.filtered(lambda move: move.move_type == "out_invoice")
            )

    def _fail(self, document, error):
        if isinstance(error, UserError):
            text = str(error)
        else:
            text = self.env._(
                "Unexpected error (%s); the server log has its details.",
                f"{type(error).__name__}: {error}",
            )
        message = self.env._(
            "%(number)s could not be booked: %(error)s\nCorrect this, then choose "
            "Book.",
            number=document.number,
            error=text,
        )
        self._set_entry(document, "failed", message)
        document.sale_order_id._schedule_amazon_activity(
            words(message), words(self.env._("Amazon's invoice is not booked"))
        )

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
                raise UserError(
                    self.env._(
                        "Odoo numbered the entry %(name)s instead of %(number)s. Give "
                        "the account a journal that is for Amazon's documents only.",
                        name=move.name,
                        number=document.number,
                    )
                )
            self._set_entry(document, "posted", move=move)
        return moves

    @api.model
    def match_items(self, account, documents):
        """Find the order item of each line of documents that has none yet.

        Each unit of an item is invoiced once. What is given back, or replaced, is
        counted apart, and may be about a unit more than once: the price is lowered,
        then the goods come back, then Amazon gives the shipping costs back.

        :param documents: ``amazon.vat.document`` records
        """
        missing = documents.filtered(
            lambda doc: doc.sale_order_id
            and not all(line.sale_line_id or not line.sku for line in doc.line_ids)
        )
        known = missing.sale_order_id.amazon_vat_document_ids.sorted("id")
        refunds = known.filtered("is_refund")
        superseded = (known - refunds)._get_superseded()
        Correction = self.env["amazon.tax.correction"]
        for members, once in (
            (known - refunds - superseded, True),
            (superseded, False),
            (refunds, False),
        ):
            figures = defaultdict(list)
            for document in members:
                for line in document.line_ids.filtered("sku"):
                    figures[document.sale_order_id].append(
                        TaxFigures(
                            line.sku,
                            line.quantity,
                            {},
                            # What comes back is not told by its shipment.
                            shipment_id=""
                            if document.is_refund
                            else document.shipment_ref or "",
                            source=line,
                        )
                    )
            Correction.match_lines(account, figures, once=once)
            for figure in [f for members in figures.values() for f in members]:
                if figure.line and not figure.source.sale_line_id:
                    figure.source.sale_line_id = figure.line
        for line in documents.line_ids:
            if line.document_id.sale_order_id and not (line.sku or line.sale_line_id):
                line.sale_line_id = self._find_unnamed_item(line)

    def _find_unnamed_item(self, line):
        """Return the item of a line without SKU: by its ASIN, or the only one."""
        order = line.document_id.sale_order_id
        known = order.amazon_vat_document_ids.line_ids.filtered(
            lambda other: line.asin and other.asin == line.asin and other.sale_line_id
        )
        items = known.sale_line_id or order.order_line.filtered(
            lambda item: item.amazon_line_type == "item" and item.product_uom_qty
        )
        return items if len(items) == 1 else items.browse()

    def _get_move_type(self, document):
        return "out_refund" if document.is_refund else "out_invoice"

    def _prepare_entry(self, lookups, journal, document):
        """Return the values of the ``account.move`` of a document."""
        order = document.sale_order_id
        treatment = self.env["amazon.tax.advisor"].get_document_treatment(
            lookups, document
        )
        self._check_period(document, journal)
        values = order._prepare_invoice()
        values.update(
            move_type=self._get_move_type(document),
            name=document.number,
            journal_id=journal.id,
            invoice_date=document.date,
            currency_id=document.currency_id.id,
            fiscal_position_id=treatment.fiscal_position.id,
            amazon_vat_document_ids=[Command.set(document.ids)],
            invoice_line_ids=self._prepare_entry_lines(lookups, document, treatment),
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
        """Return Amazon's exchange rate as Odoo writes it, where it is told.

        Amazon: units of the tax currency for one of the document's; Odoo: units of the
        document's currency for one of the company's.
        """
        company_currency = document.company_id.currency_id
        if (
            document.exchange_rate
            and document.currency_id != company_currency
            and document.invoice_currency_id == company_currency
        ):
            return 1 / document.exchange_rate
        return None

    def _check_period(self, document, journal):
        if not document.date:
            raise UserError(self.env._("Amazon's report gives no date for it."))
        draft = self.env["account.move"].new(
            {"journal_id": journal.id, "move_type": self._get_move_type(document)}
        )
        locks = draft._get_violated_lock_dates(document.date, True)
        if locks:
            raise UserError(
                self.env._(
                    "%(date)s is in a locked period (%(locks)s). Have the period "
                    "opened.",
                    date=document.date,
                    locks=self.env["res.company"]._format_lock_dates(locks),
                )
            )

    def _prepare_entry_lines(self, lookups, document, treatment):
        commands = []
        shares = self._get_shares(document)
        for line in document.line_ids:
            for sale_line, net, tax in self._get_parts(document, line):
                commands.append(
                    Command.create(
                        self._prepare_entry_line(
                            lookups,
                            document,
                            treatment,
                            line,
                            sale_line,
                            net,
                            tax,
                            shares[line],
                        )
                    )
                )
        for sequence, (_command, _id, values) in enumerate(commands, 1):
            values["sequence"] = 10 * sequence
        return commands

    def _get_shares(self, document):
        """Return how much of an order item each line is about, as a fraction.

        Charges have a quantity of 1, which several parcels share.
        """
        return {
            line: (line.quantity / line.sale_line_id.product_uom_qty)
            if line.quantity and line.sale_line_id.product_uom_qty
            else 1.0
            for line in document.line_ids
        }

    def _get_parts(self, document, line):
        """Return ``(order line, net, tax)`` for the amounts of a document's line.

        What the order has no line for goes to the line that it belongs to.
        """
        item, amounts = line.sale_line_id, line._get_amounts()
        if not amounts:
            # What was given away counts as invoiced, too.
            return [(item, Decimal(0), Decimal(0))] if item else []
        if not item:
            raise UserError(
                self.env._(
                    "No item of order %(order)s fits %(quantity)s × %(sku)s. Compare "
                    "the order with Seller Central.",
                    order=document.order_ref,
                    quantity=line.quantity,
                    sku=line.sku or line.asin or "?",
                )
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

    def _prepare_entry_line(
        self, lookups, document, treatment, line, sale_line, net, tax, share
    ):
        sign = -1 if document.is_refund else 1
        tax = Decimal(0) if document.is_collected_by_amazon else tax
        net, tax = sign * net, sign * tax
        is_item = sale_line.amazon_line_type == "item"
        quantity = float(line.quantity or 1) if is_item else (round(share, 2) or 1.0)
        Amounts = self.env["amazon.order.amounts"]
        taxes = self._choose_taxes(
            lookups, treatment, line, sale_line, quantity, net, tax
        )
        exact = Amounts.prepare_amounts(
            lookups, quantity, net, tax, Decimal(0), document.currency_id, taxes
        )
        values = sale_line._prepare_invoice_line(quantity=quantity)
        values.update(
            price_unit=exact["price_unit"],
            discount=0.0,
            extra_tax_data=exact["extra_tax_data"],
            tax_ids=[Command.set(taxes.ids)],
        )
        return values

    def _choose_taxes(self, lookups, treatment, line, sale_line, quantity, net, tax):
        """Return the taxes of an entry's line: those of its fiscal position.

        :raise UserError: where VAT of another country would be booked as one's own
        """
        Amounts = self.env["amazon.order.amounts"]
        currency = line.currency_id
        if treatment.collected_by_amazon:
            return lookups.account.withheld_tax_ids or sale_line.tax_ids.filtered(
                lambda candidate: not candidate.amount
            )
        own = line.sale_line_id.product_id.taxes_id._filter_taxes_by_company(
            lookups.company
        )
        mapped = treatment.fiscal_position.map_tax(own)
        for taxes in (mapped, sale_line.tax_ids):
            if taxes and Amounts.fits_rate(
                lookups, taxes, net, tax, currency, quantity
            ):
                return taxes
        self._check_tax_country(line.document_id, tax)
        taxes = mapped or sale_line.tax_ids
        if tax and not taxes:
            return lookups.account._get_stated_tax()
        if net and not tax:
            # Else the tax authority would get the amount as one with tax.
            return taxes.filtered(
                lambda candidate: not any(
                    candidate.flatten_taxes_hierarchy().mapped("amount")
                )
            )
        return taxes

    def _check_tax_country(self, document, tax):
        """Refuse VAT of a sale within another country that no tax of Odoo's fits."""
        advisor = self.env["amazon.tax.advisor"]
        country = document.ship_to_country_id
        home = advisor.get_home_country(document.company_id)
        is_within = country and country == document.ship_from_country_id
        if tax and is_within and country != home:
            raise UserError(
                self.env._(
                    "It is a sale within %(country)s, but no tax of Odoo's has that "
                    "country's rate. Create the fiscal position for %(country)s with "
                    "your tax number there and its taxes (under Accounting > "
                    "Configuration > Fiscal Positions).",
                    country=country.name,
                )
            )

    def _check_entry(self, document, move):
        """Compare an entry with its document, to the cent."""
        differences = self._get_differences(document, move)
        if differences:
            raise UserError(
                self.env._(
                    "The entry would not be Amazon's: %s. Check the taxes of the "
                    "products and the fiscal position.",
                    "; ".join(differences),
                )
            )
