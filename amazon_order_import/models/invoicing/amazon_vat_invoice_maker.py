from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...trusted_context import Trusted, get_trusted
from ..order.amazon_order_workflow import CONFIRM_BATCH
from ..order.lookups import TaxLookups
from ..report.importing import IMPORT_CONTEXT
from .amazon_refund_guard import RefundExceeded
from .amazon_tax_correction import FOLDED_INTO, TaxFigures


class AmazonVatInvoiceMaker(models.AbstractModel):
    """From VAT invoice data to the order's tax, and to the documents in Odoo."""

    _name = "amazon.vat.invoice.maker"
    _inherit = "amazon.order.workflow"
    _description = "Documents from VAT Invoice Data"

    # === THE ORDER === #

    @api.model
    def settle(self, documents):
        """Bring orders up to what VAT invoice data say of buyer and tax.

        Doing it again changes nothing.

        :param documents: ``amazon.vat.invoice`` records with their orders
        :return: ``{sale.order: [text]}``: what was changed on each order, or differs
        """
        self = self.with_context(**IMPORT_CONTEXT)
        told = {}
        for account, members in (
            documents.with_env(self.env).grouped("account_id").items()
        ):
            account = account.with_company(account.company_id)
            all_documents = self.env["amazon.vat.invoice"].search(
                [("sale_order_id", "in", members.sale_order_id.ids)], order="id"
            )
            by_order = all_documents.grouped("sale_order_id")
            self._note_amazon_invoices(all_documents)
            self._set_vat_numbers(account, by_order)
            told |= self._correct_taxes(account, by_order)
        return told

    def _note_amazon_invoices(self, documents):
        orders = documents.filtered("is_amazon_invoiced").sale_order_id
        orders.filtered(
            lambda order: not order.amazon_is_invoiced
        ).amazon_is_invoiced = True

    def _set_vat_numbers(self, account, by_order):
        numbers = {}
        for order, documents in by_order.items():
            # The latest counts: Amazon checks numbers again until the shipment.
            number = next(filter(None, documents[::-1].mapped("buyer_vat")), None)
            if number:
                numbers[order] = number
        if numbers:
            self.env["amazon.buyer.vat"].set_numbers(account, numbers)

    def _correct_taxes(self, account, by_order):
        figures = {
            order: self._get_figures(order, documents)
            for order, documents in by_order.items()
        }
        figures = {order: found for order, found in figures.items() if found}
        corrections = self.env["amazon.tax.correction"].correct_orders(account, figures)
        told = {}
        for order, correction in corrections.items():
            told[order] = correction.changes + correction.differences
            for figure in figures[order]:
                lines = figure.source
                item = figure.line or order.order_line.browse()
                lines.filtered(
                    lambda line, item=item: line.sale_line_id != item
                ).sale_line_id = item
        for documents in by_order.values():
            self._link_credits(documents)
        return told

    def _get_figures(self, order, documents):
        """Return the figures of what was shipped as a list of ``TaxFigures``."""
        shipped = documents.filtered(
            lambda document: (
                document.transaction_type == "shipment"
                and document.document_type == "invoice"
                and document.currency_id == order.currency_id
            )
        )
        # A correction takes the place of what it corrects.
        latest = {}
        for document in shipped:
            for row_key, lines in document.line_ids.grouped("row_key").items():
                latest[document.shipping_ref, row_key.rpartition("/")[2]] = lines
        position = self._get_fiscal_position(order)
        # VAT data need not call a parcel what the shipment report calls it.
        parcels = set(order.amazon_parcel_ids.mapped("shipment_ref"))
        return [
            self._prepare_figures(order, lines, position, parcels)
            for lines in latest.values()
            if lines.filtered(lambda line: line.line_type == "item")
        ]

    def _get_fiscal_position(self, order):
        Position = self.env["account.fiscal.position"].with_company(order.company_id)
        customer, delivery = order.partner_id, order.partner_shipping_id
        partner = customer if customer.country_id else delivery
        return Position._get_fiscal_position(partner, delivery)

    def _prepare_figures(self, order, lines, position, parcels):
        item = lines.filtered(lambda line: line.line_type == "item")
        digits = item.currency_id.decimal_places
        shipment = item.vat_invoice_id.shipping_ref or ""

        def exact(amount):
            return Decimal(f"{amount:.{digits}f}")

        return TaxFigures(
            item.sku,
            item.quantity,
            {
                line.line_type: (exact(line.amount_untaxed), exact(line.amount_tax))
                for line in lines
            },
            order_item_id=item.order_item_ref or "",
            shipment_id=shipment if shipment in parcels else "",
            # VAT invoice data do not say who owes the tax; the order knows.
            collected_by_amazon=bool(order.amazon_tax_withheld),
            fiscal_position=position,
            source=lines,
        )

    def _link_credits(self, documents):
        """Link what is given back, or corrected, to the order lines shipped."""
        shipped = documents.filtered(lambda d: d.transaction_type == "shipment")
        by_shipment, by_item = {}, {}
        for line in shipped.line_ids.filtered("sale_line_id"):
            item = line.order_item_ref or line.sku
            by_shipment[line.vat_invoice_id.shipping_ref, item] = line.sale_line_id
            by_item.setdefault(item, line.sale_line_id)
        order = documents.sale_order_id
        for line in order.order_line.filtered(
            lambda line: line.amazon_line_type == "item"
        ):
            by_item.setdefault(line._get_amazon_item_ref(), line)
            by_item.setdefault(line.amazon_row_id.sku, line)
        for document in documents:
            for line in document.line_ids.filtered(lambda line: not line.sale_line_id):
                item = line.order_item_ref or line.sku
                line.sale_line_id = (
                    by_shipment.get((document.shipping_ref, item))
                    or by_item.get(item)
                    or by_item.get(line.sku)
                    or False
                )

    # === DOCUMENTS === #

    @api.model
    def make_due(self, account, commit):
        """Make what can be made by now, for one account.

        :param account: ``amazon.account`` record
        :param commit: function that commits and returns the seconds left
        :return: whether there was time for all
        """
        Document = self.env["amazon.vat.invoice"]
        Document.search(
            [("account_id", "=", account.id), ("state", "=", "waiting")]
        )._join_orders()
        last_id = 0
        while True:
            documents = Document.search(
                [
                    ("account_id", "=", account.id),
                    ("state", "=", "to_invoice"),
                    ("id", ">", last_id),
                    # The rest of its rows may be in the next batch.
                    "|",
                    ("report_id", "=", False),
                    ("report_id.state", "!=", "processing"),
                ],
                order="id",
                limit=CONFIRM_BATCH,
            )
            if not documents:
                return bool(commit())
            last_id = documents[-1].id
            self.make(documents)
            if not commit(len(documents)):
                return False

    @api.model
    def make(self, documents, by_person=False):
        """Make, or find, the Odoo document of each; say why where that cannot be.

        :param documents: ``amazon.vat.invoice`` records
        :param by_person: a person asks for it: the account's setting does not count
        """
        self = self.with_context(
            **IMPORT_CONTEXT,
            amazon_by_person=Trusted(by_person),
            amazon_workflow=Trusted(),
        )
        documents = documents.with_env(self.env).filtered(
            lambda document: document.state == "to_invoice" and not document.move_id
        )
        for account, members in documents.grouped("account_id").items():
            maker = self.with_company(account.company_id)
            account = account.with_env(maker.env)
            members = members.with_env(maker.env)
            # Invoices first: what is credited has to be invoiced.
            for document_type in ("invoice", "credit_note"):
                chosen = members.filtered(
                    lambda d, wanted=document_type: d.document_type == wanted
                )
                maker._make_together(account, chosen)

    def _make_together(self, account, documents):
        ready = documents.browse()
        for document in documents:
            state, note = self._get_obstacle(account, document)
            if state:
                document._set_state(state, note)
            elif move := self._find_made(document):
                self._attach(document, move)
            else:
                ready |= document
        moves = self._try_together(ready, self._create_moves, self._note_failure)
        if account.vat_invoice_policy == "draft" and not self._is_by_person():
            return
        posted = self._post_invoices(self._hold_locked(moves))
        self._reconcile_credits(posted)
        if account.order_workflow == "paid":
            self._pay_invoices(
                account, posted.filtered(lambda move: move.move_type == "out_invoice")
            )

    def _is_by_person(self):
        return get_trusted(self.env, "amazon_by_person")

    def _note_failure(self, document, error):
        document._set_state(
            "attention",
            self.env._(
                "The document could not be made: %(error)s\nCorrect this, then make it "
                "with the button.",
                error=error,
            ),
        )

    # === WHAT STANDS IN THE WAY === #

    def _get_obstacle(self, account, document):
        """Return ``(state, note)`` where the document cannot be made now, or none."""
        order = document.sale_order_id
        if not order:
            return "waiting", document.state_note
        if order.amazon_tax_withheld:
            return "amazon", self.env._(
                "Amazon owes the VAT of order %(order)s and invoices the buyer itself: "
                "an invoice of yours would declare it once more.",
                order=order.name,
            )
        progress = document._get_progress_at_amazon()
        if progress in ("done", "processing") and not (
            self._is_by_person() or self._find_made(document)
        ):
            return self._explain_elsewhere(document, progress)
        if order.state == "cancel":
            return "attention", self.env._(
                "Order %(order)s is cancelled in Odoo, but Amazon has shipped it. Set "
                "the order to quotation and confirm it, then make the document.",
                order=order.name,
            )
        if order.state != "sale":
            return "to_invoice", self.env._(
                "Order %(order)s is a quotation: confirm it, and the document is made.",
                order=order.name,
            )
        if account.vat_invoice_policy == "manual" and not self._is_by_person():
            return "to_invoice", self.env._(
                "By the account's setting, a person makes the document: with the "
                "button, here or in the list."
            )
        if unread := document._get_unread_rows():
            return "attention", self.env._(
                "Amazon's figures are not complete: %(rows)s cannot be read. Request "
                "the report again; the document is made once a report tells all of it.",
                rows=", ".join(unread.mapped("display_name")),
            )
        if document.currency_id != order.currency_id:
            return "attention", self.env._(
                "The order is in %(order)s, Amazon's figures are in %(amazon)s. Make "
                "the document by hand.",
                order=order.currency_id.name,
                amazon=document.currency_id.name,
            )
        if lost := document.line_ids.filtered(lambda line: not line.sale_line_id):
            return "attention", self.env._(
                "No item of order %(order)s fits: %(items)s. Compare the order with "
                "Seller Central; if an item is missing, request the order report of "
                "that time again.",
                order=order.name,
                items=", ".join(
                    dict.fromkeys(f"{line.quantity} × {line.sku}" for line in lost)
                ),
            )
        if document.document_type == "credit_note":
            return self._get_credit_obstacle(document)
        return self._get_invoice_obstacle(document)

    def _explain_elsewhere(self, document, progress):
        """Return ``(state, note)`` where another program invoices the transaction."""
        if progress == "processing":
            return "to_invoice", self.env._(
                "Amazon is looking at a document for this transaction that is not "
                "Odoo's. If it refuses that one, Odoo makes one of its own."
            )
        return "elsewhere", self.env._(
            "Amazon has the document %(number)s for this transaction, which Odoo did "
            "not make: one more would declare the VAT twice. If Odoo shall make one "
            "all the same, make it with the button.",
            number=document.invoice_number or "–",
        )

    def _get_invoice_obstacle(self, document):
        """Whether the goods are invoiced already, with other figures."""
        nothing = (False, False)
        if self._find_made(document) or document.is_corrected:
            return nothing
        order = document.sale_order_id
        for lines in document.line_ids.grouped("sale_line_id").values():
            item = lines.sale_line_id
            quantity = sum(
                lines.filtered(lambda line: line.line_type == "item").mapped("quantity")
            )
            left = (
                item.product_uom_qty - item.qty_invoiced - item._get_amazon_credited()
            )
            if item.product_uom_id.compare(quantity, left) > 0:
                others = self._get_other_moves(document, "out_invoice")
                return "attention", self.env._(
                    "Order %(order)s is invoiced already (%(moves)s), but with other "
                    "amounts than Amazon's: %(total)s with %(tax)s VAT. Correct it "
                    "with a credit note, then make the document.",
                    order=order.name,
                    moves=", ".join(
                        f"{move.display_name}: "
                        f"{move.currency_id.format(move.amount_total)}"
                        for move in others
                    )
                    or "–",
                    total=document.currency_id.format(document.amount_total),
                    tax=document.currency_id.format(document.amount_tax),
                )
        return nothing

    def _get_credit_obstacle(self, document):
        """Whether there is nothing (left) to credit."""
        made = self._find_made(document)
        order = document.sale_order_id
        if not made and not order.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        ):
            return "to_invoice", self.env._(
                "Waits for the invoice of order %(order)s: there is nothing to credit "
                "yet. Where the sale was invoiced elsewhere, credit it there.",
                order=order.name,
            )
        try:
            held = self._claim(document).move_id
        except RefundExceeded as error:
            return "attention", str(error)
        if held and not made:
            return "attention", self.env._(
                "%(move)s over %(total)s holds this refund of %(amount)s already, so "
                "nothing more is credited. If the buyer needs a document over Amazon's "
                "amount, credit that one back and make this one.",
                move=held.display_name,
                total=held.currency_id.format(held.amount_total),
                amount=document.currency_id.format(-document.amount_total),
            )
        return False, False

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

    def _get_other_moves(self, document, move_type):
        """Return the documents of the order that no transaction of Amazon's has."""
        return document.sale_order_id.invoice_ids.filtered(
            lambda move: (
                move.move_type == move_type
                and move.state != "cancel"
                and not move.amazon_vat_invoice_ids
            )
        )

    def _find_made(self, document):
        """Return the one document of a person that has Amazon's amounts, or none."""
        move_type = (
            "out_refund" if document.document_type == "credit_note" else "out_invoice"
        )
        currency = document.currency_id
        return self._get_other_moves(document, move_type).filtered(
            lambda move: (
                move.currency_id == currency
                and not currency.compare_amounts(
                    move.amount_total, abs(document.amount_total)
                )
                and not currency.compare_amounts(
                    move.amount_tax, abs(document.amount_tax)
                )
            )
        )[:1]

    def _attach(self, document, move):
        if document.document_type == "credit_note":
            self.env["amazon.refund.guard"].hold(
                document.company_id, "vat_data", {document.reference: move}
            )
        document.move_id = move
        document._set_state("invoiced")
        move._queue_amazon_uploads()

    # === ODOO'S DOCUMENTS === #

    def _create_moves(self, documents):
        """Return the draft documents.

        :raise UserError: where one does not come out as Amazon states it, or has no
            exchange rate
        """
        account = documents.account_id
        documents.currency_id._check_amazon_rate(account.company_id)
        lookups = TaxLookups(account)
        moves = (
            self.env["account.move"]
            .sudo()
            .create([self._prepare_move(lookups, document) for document in documents])
        )
        for document, move in zip(documents, moves, strict=True):
            document.move_id = move
            if difference := document._describe_difference():
                raise UserError(difference)
        credits = documents.filtered(lambda doc: doc.document_type == "credit_note")
        self.env["amazon.refund.guard"].hold(
            account.company_id,
            "vat_data",
            {document.reference: document.move_id for document in credits},
        )
        documents._set_state("invoiced")
        documents.sale_order_id.filtered(
            "amazon_workflow_note"
        ).amazon_workflow_note = False
        return moves

    def _prepare_move(self, lookups, document):
        order = document.sale_order_id
        order = order.with_context(lang=order.partner_invoice_id.lang or self.env.lang)
        today = order._get_local_date(fields.Datetime.now())
        shipped = document.shipment_date
        shipped = order._get_local_date(shipped) if shipped else today
        is_credit = document.document_type == "credit_note"
        vals = {
            **order._prepare_invoice(),
            "delivery_date": shipped,
            # Amazon does not say when it gave the money back.
            "invoice_date": today if is_credit else min(shipped, today),
            "invoice_line_ids": [
                Command.create(vals)
                for vals in self._prepare_move_lines(lookups, order, document)
            ],
        }
        if is_credit:
            origin = self._get_credited(document)
            vals.update(
                move_type="out_refund",
                reversed_entry_id=origin.id,
                ref=self.env._("Reversal of: %s", origin.name)
                if origin
                else vals["ref"],
            )
        return vals

    def _get_posted_invoices(self, document):
        return document.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state == "posted"
        )

    def _get_shipment_invoice(self, document):
        """Return the invoice of the shipment that a document is about, or none."""
        return self._get_posted_invoices(document).filtered(
            lambda move: (
                document.shipping_ref
                in move.amazon_vat_invoice_ids.mapped("shipping_ref")
            )
        )[:1]

    def _get_credited(self, document):
        """Return the invoice that a credit note belongs to, the shipment's first."""
        invoices = self._get_posted_invoices(document)
        shipment = self._get_shipment_invoice(document)
        items = document.line_ids.sale_line_id
        holding = invoices.filtered(
            lambda move: move.invoice_line_ids.sale_line_ids & items
        )
        return shipment or (holding or invoices)[:1]

    def _prepare_move_lines(self, lookups, order, document):
        """Return the values of the lines: one for each line of the order."""
        sign = -1 if document.document_type == "credit_note" else 1
        sign *= document._get_sign()
        amounts = defaultdict(lambda: [0.0, 0.0, 0])
        for line in document.line_ids:
            target = self._get_target(order, line)
            sums = amounts[
                target, line.sale_line_id, line.line_type if not target else ""
            ]
            sums[0] += sign * line.amount_untaxed
            sums[1] += sign * line.amount_tax
            if line.line_type in ("item", target.amazon_line_type):
                sums[2] = max(sums[2], line.quantity)
        return [
            self._prepare_move_line(lookups, document, target, item, line_type, *sums)
            for (target, item, line_type), sums in amounts.items()
        ]

    def _get_target(self, order, line):
        """Return the order line that an amount belongs to, or none."""
        lines = {
            sibling.amazon_line_type: sibling
            for sibling in order.order_line
            if sibling.amazon_row_key == line.sale_line_id.amazon_row_key
        }
        return (
            lines.get(line.line_type)
            or lines.get(FOLDED_INTO.get(line.line_type))
            or order.order_line.browse()
        )

    def _prepare_move_line(
        self, lookups, document, target, item, line_type, net, tax, quantity
    ):
        Amounts = self.env["amazon.order.amounts"]
        currency = document.currency_id
        net, tax = currency.round(net), currency.round(tax)
        quantity = quantity or 1
        if target:
            # Odoo repeats the product where its name is in another language.
            vals = target._prepare_invoice_line(quantity=quantity, name=target.name)
            taxes = target.tax_ids
        else:
            if line_type == "gift_wrap_promotion":
                line_type = "gift_wrap"
            product = lookups.account._get_charge_product(line_type)
            vals = {"product_id": product.id, "quantity": quantity}
            taxes = item.tax_ids
        if tax and not taxes:
            taxes = lookups.account._get_stated_tax()
        amounts = Amounts.prepare_amounts(
            lookups, quantity, net, tax, 0.0, currency, taxes
        )
        return {
            **vals,
            "tax_ids": [Command.set(taxes.ids)],
            **{
                name: amounts[name]
                for name in ("price_unit", "discount", "extra_tax_data")
            },
        }

    def _reconcile_credits(self, moves):
        """Set credit notes off against invoices that are not paid yet."""
        for move in moves.filtered("reversed_entry_id"):
            origin = move.reversed_entry_id
            if origin.state != "posted" or not origin.amount_residual:
                continue
            lines = (move + origin).line_ids.filtered(
                lambda line: line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
            for _account, members in lines.grouped("account_id").items():
                members.reconcile()


class AmazonTaxCorrection(models.AbstractModel):
    _inherit = "amazon.tax.correction"

    def _is_own_document(self, move):
        # What is made from the same figures does not stand in their way.
        return super()._is_own_document(move) and not move.amazon_vat_invoice_ids
