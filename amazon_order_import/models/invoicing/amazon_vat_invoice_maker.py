from collections import defaultdict
from decimal import Decimal

from odoo import Command, api, fields, models

from ...messages import MessageError, get_error_message, message
from ...trusted_context import Trusted
from ..order.amazon_order_workflow import CONFIRM_BATCH
from ..order.amazon_tax_cure import choose_code
from ..order.lookups import TaxLookups
from ..report.importing import IMPORT_CONTEXT
from .amazon_tax_correction import FOLDED_INTO


class AmazonVatInvoiceMaker(models.AbstractModel):
    """From VAT invoice data to the documents in Odoo."""

    _name = "amazon.vat.invoice.maker"
    _inherit = "amazon.order.workflow"
    _description = "Documents from VAT Invoice Data"

    # === DOCUMENTS === #

    @api.private
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

    @api.private
    def make(self, documents, by_person=False):
        """Make, or find, the Odoo document of each; say why where that cannot be.

        :param documents: ``amazon.vat.invoice`` records
        :param by_person: a person asks for it: the account's setting does not count
        """
        self = self.with_context(**IMPORT_CONTEXT, amazon_workflow=Trusted())
        documents = documents.with_env(self.env).filtered(
            lambda document: document.state == "to_invoice" and not document.move_id
        )
        for account, members in documents.grouped("account_id").items():
            maker = self.with_company(account.company_id)
            account = account.with_env(maker.env)
            members = members.with_env(maker.env)
            # Invoices first: what is credited has to be invoiced; then what takes
            # the place of those that are credited.
            credits = members.filtered(lambda d: d.document_type == "credit_note")
            anew = (members - credits).filtered("is_corrected")
            maker._make_together(account, members - credits - anew, by_person)
            maker._make_together(account, credits, by_person)
            anew |= credits.filtered("move_id").sale_order_id._get_held_corrections()
            maker._make_together(account, anew, by_person)

    def _make_together(self, account, documents, by_person):
        ready = documents.browse()
        for document in documents:
            obstacle = self._get_obstacle(account, document, by_person, ready)
            if obstacle:
                document._set_state(obstacle.state, obstacle.note)
            elif move := self._find_made(document):
                self._attach(document, move)
            else:
                ready |= document
        moves = self._try_together(ready, self._create_moves, self._note_failure)
        if account.vat_invoice_policy == "draft" and not by_person:
            return
        posted = self._post_invoices(self._hold_locked(moves))
        self._reconcile_credits(posted)
        if account.order_workflow == "paid":
            self._pay_invoices(
                account, posted.filtered(lambda move: move.move_type == "out_invoice")
            )

    def _note_failure(self, document, error):
        cause = get_error_message(error)
        document._set_state(
            "attention",
            message(choose_code("vat_data_not_made", cause), error=cause),
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
        gives_back = (
            document.document_type == "credit_note"
            and not document._takes_refund_back()
        )
        move_type = "out_refund" if gives_back else "out_invoice"
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
                raise MessageError(self.env, difference)
        self.env["amazon.tax.finder"].check_accounts(moves)
        credits = documents.filtered(lambda doc: doc.document_type == "credit_note")
        self.env["amazon.refund.guard"].hold(
            account.company_id,
            "vat_data",
            {document.reference: document.move_id for document in credits},
        )
        credits.move_id._note_money_only()
        documents._set_state("invoiced")
        documents.sale_order_id.filtered(
            "amazon_workflow_note"
        ).amazon_workflow_note = False
        return moves

    def _prepare_move(self, lookups, document):
        order = document.sale_order_id
        order = order.with_context(lang=order.partner_invoice_id.lang or self.env.lang)
        place = self.env["amazon.tax.advisor"].find_vat_invoice_place(lookups, document)
        today = order._get_local_date(fields.Datetime.now())
        shipped = document.shipment_date
        shipped = order._get_local_date(shipped) if shipped else today
        is_credit = document.document_type == "credit_note"
        # Amazon does not say when it gave the money back.
        day = today if is_credit else min(shipped, today)
        vals = {
            **order._prepare_invoice(),
            "fiscal_position_id": place.fiscal_position.id,
            "delivery_date": shipped,
            "invoice_date": day,
            "invoice_date_due": day,
            "invoice_line_ids": [
                Command.create(vals)
                for vals in self._prepare_move_lines(lookups, order, document, place)
            ],
        }
        if place.journal:
            vals["journal_id"] = place.journal.id
        if billed := document._find_billing_partner():
            vals["partner_id"] = billed.id
        if is_credit:
            origin = self._get_credited(document)
            vals.update(
                partner_id=origin.partner_id.id or vals["partner_id"],
                move_type="out_refund",
                reversed_entry_id=origin.id,
                ref=self.env._("Reversal of: %s", origin.name)
                if origin
                else vals["ref"],
            )
        return vals

    def _get_posted_invoices(self, document):
        return self._get_creditable(document).filtered(
            lambda move: move.state == "posted"
        )

    def _get_creditable(self, document):
        """Return the invoices that a document may be about.

        That which a correction names; else none of those that take its place.
        """
        invoices = document.sale_order_id.invoice_ids.filtered(
            lambda move: move.move_type == "out_invoice" and move.state != "cancel"
        )
        original = document.original_invoice_number
        if not document.is_corrected:
            return invoices
        return invoices.filtered(lambda move: move.name == original) or (
            invoices.filtered(
                lambda move: not any(
                    made.is_corrected and made.original_invoice_number == original
                    for made in move.amazon_vat_invoice_ids
                )
            )
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

    def _prepare_move_lines(self, lookups, order, document, place):
        """Return the values of the lines: one for each line of the order."""
        sign = -1 if document.document_type == "credit_note" else 1
        sign *= document._get_sign()
        amounts = defaultdict(lambda: [0.0, 0.0, 0, None])
        for line in document.line_ids:
            target = self._get_target(order, line)
            sums = amounts[
                target, line.sale_line_id, line.line_type if not target else ""
            ]
            sums[0] += sign * line.amount_untaxed
            sums[1] += sign * line.amount_tax
            if line.line_type in ("item", target.amazon_line_type):
                sums[2] = max(sums[2], line.quantity)
                sums[3] = line._get_rate()
        return [
            self._prepare_move_line(
                lookups, document, place, target, item, line_type, *sums
            )
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
        self,
        lookups,
        document,
        place,
        target,
        item,
        line_type,
        net,
        tax,
        quantity,
        rate,
    ):
        Amounts = self.env["amazon.order.amounts"]
        currency = document.currency_id
        net, tax = currency.round(net), currency.round(tax)
        quantity = quantity or 1
        if target:
            # Odoo repeats the product where its name is in another language.
            product = target.product_id
            vals = target._prepare_invoice_line(quantity=quantity, name=target.name)
        else:
            if line_type == "gift_wrap_promotion":
                line_type = "gift_wrap"
            product = lookups.account._get_charge_product(line_type)
            vals = {"product_id": product.id, "quantity": quantity}
        digits = currency.decimal_places
        taxes = self.env["amazon.tax.finder"].find_fitting(
            lookups,
            place,
            item.product_id.taxes_id._filter_taxes_by_company(lookups.company),
            Decimal(f"{net:.{digits}f}"),
            Decimal(f"{tax:.{digits}f}"),
            quantity,
            rate,
        )
        amounts = Amounts.prepare_amounts(
            lookups, quantity, net, tax, 0.0, currency, taxes
        )
        account = self.env["amazon.income.account"].find(
            lookups.company,
            product,
            item.product_id,
            taxes,
            place.fiscal_position,
        )
        vals.pop("account_id", None)
        if account:
            vals["account_id"] = account.id
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
