from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.tools import SQL

from ...messages import Joined, Label, MessageError, Money, Name, message, words


class RefundExceeded(MessageError):
    """More would be credited than was sold.

    - ``moves``: ``account.move``, the credit notes that there are
    - ``refunds``: ``amazon.refund`` without credit note in Odoo
    """

    def __init__(self, env, message, moves, refunds):
        super().__init__(env, message)
        self.moves = moves
        self.refunds = refunds


@dataclass
class RefundState:
    """What was sold with an order and what of it is credited, tax included.

    Amounts in the currency of the order; ``lines`` is ``{sale.order.line: amount}``.

    - ``sold``, ``sold_lines``: by the order, or by its invoices where they say more
    - ``credited``, ``credited_lines``: by the credit notes ``moves``, drafts included
    - ``refunds``: ``amazon.refund`` that no credit note in Odoo holds yet
    """

    order: object
    sold: float = 0.0
    credited: float = 0.0
    sold_lines: dict = field(default_factory=lambda: defaultdict(float))
    credited_lines: dict = field(default_factory=lambda: defaultdict(float))
    moves: object = None
    refunds: object = None

    def get_told(self, source=None):
        """Return what Amazon refunded and no credit note in Odoo holds yet.

        Two sources may tell of the same refunds: only those of ``source`` count, or
        those of the source that tells of more.
        """
        told = defaultdict(float)
        for refund in self.refunds:
            told[refund.source] += refund.amount
        return told[source] if source else max(told.values(), default=0.0)


class AmazonRefundGuard(models.AbstractModel):
    """Sees to it that no refund is credited twice, nor more than was sold.

    Credit notes come from Amazon's VAT documents, from VAT invoice data, after returns
    and from people. Whoever makes one of Amazon's data asks first::

        guard = self.env["amazon.refund.guard"]
        refund = guard.claim(
            order, 19.99, "vat_document", "DE60000J54EX3C", {order_line: 19.99}
        )
        if refund.move_id:
            # a credit note holds it already: link it, make none
        else:
            move = ...create the credit note...
            guard.hold(company, "vat_document", {"DE60000J54EX3C": move})
            move.action_post()

    ``claim`` raises `RefundExceeded` where there is nothing left to credit. Credit
    notes of people are checked when they are posted (``account.move._post``); a credit
    note over the amount of a refund that nobody booked yet is taken for it.

    The database keeps two workers from doing it at the same time: a refund exists once
    (unique index of ``amazon.refund``), and the order is updated by whoever asks, so
    that a second transaction fails and is tried again.
    """

    _name = "amazon.refund.guard"
    _description = "Guard Against Double Refunds"

    # === FOR THOSE WHO MAKE CREDIT NOTES === #

    @api.private
    def claim(self, order, amount, source, reference, lines=None, invoice=None):
        """Say that Amazon refunded an amount, before a credit note is made of it.

        :param order: ``sale.order`` record
        :param float amount: what the buyer gets back, tax included, above 0, in the
            currency of the order
        :param str source: ``vat_document`` or ``vat_data``
        :param str reference: identifies the refund at Amazon: number of the credit
            note, or transaction id
        :param dict lines: ``{sale.order.line: amount}`` where known
        :param invoice: ``account.move`` that Amazon gives back, where known: a credit
            note for another invoice is another refund
        :return: ``amazon.refund`` record; its ``move_id`` is the credit note that
            holds it already, or empty: then the caller may make one; see ``hold``
        :raise RefundExceeded: where more would be credited than was sold
        """
        self.lock(order)
        refund = self.find(order.company_id, source, [reference])
        if refund and refund._is_booked():
            return refund
        state = self.get_states(order)[order]
        state.refunds -= refund
        move = self._find_credit_note(state, amount, source, lines, invoice)
        if not move:
            name = message(
                "refund_name",
                source=Label("amazon.refund", "source", source),
                reference=reference,
            )
            self._check_state(state, amount, lines or {}, name, source)
        if not refund:
            refund = refund.create(
                {
                    "sale_order_id": order.id,
                    "source": source,
                    "reference": reference,
                }
            )
        refund.write({"amount": amount, "move_id": move.id})
        self._tell_attached(refund)
        return refund

    @api.private
    def find(self, company, source, references):
        """Return the refunds that were claimed by these references.

        :param company: ``res.company`` record
        :param str source: see ``claim``
        :param list references: see ``claim``
        :return: ``amazon.refund`` records, in superuser mode
        """
        return (
            self.env["amazon.refund"]
            .sudo()
            .search(
                [
                    ("company_id", "=", company.id),
                    ("source", "=", source),
                    ("reference", "in", references),
                ]
            )
        )

    @api.private
    def hold(self, company, source, moves):
        """Note the credit notes that were made of claimed refunds.

        :param company: ``res.company`` record
        :param str source: see ``claim``
        :param dict moves: ``{reference: account.move}``, all of them claimed
        """
        for refund in self.find(company, source, list(moves)):
            refund.move_id = moves[refund.reference]

    @api.private
    def forget(self, company, source, references):
        """Take back what was claimed and no credit note holds.

        :param company: ``res.company`` record
        :param str source: see ``claim``
        :param list references: see ``claim``
        """
        refunds = self.find(company, source, references)
        refunds.filtered(lambda refund: not refund._is_booked()).unlink()

    @api.private
    def lock(self, orders):
        """Have any other transaction fail that credits the same orders now.

        A mere lock would not do: after it, the other transaction would go on with what
        it saw before.
        """
        if orders:
            self.env.cr.execute(
                SQL(
                    "UPDATE sale_order SET amazon_order_ref = amazon_order_ref "
                    "WHERE id IN %s",
                    tuple(sorted(orders.ids)),
                )
            )

    @api.private
    def get_states(self, orders, leave_out=None):
        """Return what was sold with orders and what of it is credited.

        :param orders: ``sale.order`` records
        :param leave_out: ``account.move`` that do not count
        :return: dict ``{sale.order: RefundState}``
        """
        refunds = self.env["amazon.refund"].sudo()
        told = refunds.search([("sale_order_id", "in", orders.ids)])
        open_refunds = told.filtered(lambda refund: not refund._is_booked())
        by_order = open_refunds.grouped("sale_order_id")
        return {
            order: self._get_state(
                order.sudo(), by_order.get(order, refunds), leave_out
            )
            for order in orders
        }

    # === CREDIT NOTES ON THEIR WAY INTO THE BOOKS === #

    @api.private
    def check_moves(self, moves):
        """Check credit notes that are about to be posted.

        One over the amount of a refund that Amazon told of and nobody booked is taken
        for it. Where an Amazon administrator gave a reason, more may be credited.

        :param moves: ``account.move``, credit notes
        :raise RefundExceeded: where more would be credited than was sold
        """
        by_order = self._split_moves(moves)
        orders = self.env["sale.order"].union(*by_order)
        self.lock(orders)
        for order, amounts in by_order.items():
            checked = self.env["account.move"]
            for move, lines in amounts.items():
                # One by one: what the one credits, the next cannot.
                state = self.get_states(order, moves - checked)[order]
                self._drop_drafts(state, checked)
                checked |= move
                amount = sum(lines.values())
                self._attach_fitting(state, move, amount)
                if not move.amazon_refund_reason:
                    by_line = {line: part for line, part in lines.items() if line}
                    self._check_state(state, amount, by_line, Name.of(move))

    @api.private
    def get_left(self, orders):
        """Return what credit notes leave to credit: dict ``{sale.order: amount}``."""
        return {
            order: order.currency_id.round(state.sold - state.credited)
            for order, state in self.get_states(orders).items()
        }

    @api.private
    def explain_credited(self, state):
        """Return the credit notes and refunds of a state as a `Message`."""
        currency = state.order.currency_id
        told = [
            message(
                "credit_note_over",
                credit_note=Name.of(move),
                amount=Money(move.amount_total, currency.id),
            )
            for move in state.moves
        ]
        told += [
            message(
                "refund_not_booked",
                refund=Name.of(refund),
                amount=Money(refund.amount, currency.id),
            )
            for refund in state.refunds
        ]
        return message("lines", lines=Joined(tuple(told))) if told else words("–")

    # === HELPERS === #

    def _get_state(self, order, refunds, leave_out):
        state = RefundState(order, refunds=refunds, moves=self.env["account.move"])
        invoiced = 0.0
        invoiced_lines = defaultdict(float)
        moves = order.order_line.invoice_lines.move_id
        moves |= moves.reversal_move_ids
        if leave_out:
            moves -= leave_out
        for move in moves.filtered(lambda move: move.state != "cancel"):
            if move.move_type == "out_refund":
                state.moves |= move
                for line, amount in self._split_move(move).get(order, {}).items():
                    state.credited += amount
                    state.credited_lines[line] += amount
            elif move.move_type == "out_invoice" and move.state == "posted":
                for line, amount in self._split_move(move).get(order, {}).items():
                    invoiced += amount
                    invoiced_lines[line] += amount
        state.sold = max(order.amount_total, invoiced)
        for line in order.order_line:
            amounts = (line.price_total, invoiced_lines[line])
            state.sold_lines[line] = max(amounts, key=abs)
        return state

    def _drop_drafts(self, state, kept):
        """Leave drafts out of a state that people made and may never post."""
        for move in (state.moves - kept).filtered(
            lambda move: move.state == "draft" and not move.sudo().amazon_refund_ids
        ):
            for line, amount in self._split_move(move).get(state.order, {}).items():
                state.credited -= amount
                state.credited_lines[line] -= amount
            state.moves -= move

    def _split_moves(self, moves):
        """Return ``{sale.order: {account.move: {sale.order.line: amount}}}``."""
        by_order = defaultdict(dict)
        for move in moves:
            for order, lines in self._split_move(move).items():
                by_order[order][move] = lines
        return by_order

    def _split_move(self, move):
        """Return how the total of an invoice or credit note belongs to Amazon orders.

        :return: dict ``{sale.order: {sale.order.line: amount}}``, amounts tax included
            in the currency of the order; an empty line stands for what a person added
        """
        move = move.sudo()
        split = defaultdict(lambda: defaultdict(float))
        lines = move.invoice_line_ids.filtered(
            lambda line: line.display_type == "product"
        )
        sources = (move | move.reversed_entry_id).invoice_line_ids.sale_line_ids
        orders = sources.order_id.filtered("amazon_order_ref")
        if not orders:
            return split
        for line in lines:
            sale_line = line.sale_line_ids[:1]
            order = sale_line.order_id if sale_line else orders[0]
            if order in orders:
                split[order][sale_line] += move.currency_id._convert(
                    line.price_total,
                    order.currency_id,
                    move.company_id,
                    move.invoice_date or fields.Date.context_today(move),
                )
        return split

    def _attach_fitting(self, state, move, amount):
        """Have a credit note stand for the open refunds over its amount.

        For one of each source: both tell of the same.
        """
        for source, refunds in state.refunds.grouped("source").items():
            if source in move.sudo().amazon_refund_ids.mapped("source"):
                continue
            fitting = refunds.filtered(
                lambda refund: not refund.currency_id.compare_amounts(
                    refund.amount, amount
                )
            )[:1]
            fitting.move_id = move
            self._tell_attached(fitting)
            state.refunds -= fitting

    def _find_credit_note(self, state, amount, source, lines, invoice):
        """Return the credit note that holds a refund already, or none.

        One over the same amount that stands for no other refund of this source; or one
        that is large enough, where crediting the amount once more would be too much.
        """
        compare = state.order.currency_id.compare_amounts
        free = {}
        for move in state.moves:
            if invoice and move.reversed_entry_id not in (invoice, invoice.browse()):
                continue
            booked = sum(
                refund.amount
                for refund in move.sudo().amazon_refund_ids
                if refund.source == source
            )
            total = sum(self._split_move(move)[state.order].values())
            free[move] = total - booked
        same = [move for move, left in free.items() if not compare(left, amount)]
        if lines:
            same.sort(key=lambda move: not self._has_lines(move, state, lines))
        if same:
            return same[0]
        too_much = compare(state.credited + amount, state.sold) > 0
        for move, left in free.items():
            if too_much and compare(left, amount) >= 0:
                return move
        return self.env["account.move"]

    def _has_lines(self, move, state, lines):
        compare = state.order.currency_id.compare_amounts
        held = self._split_move(move)[state.order]
        return all(not compare(held[line], part) for line, part in lines.items())

    def _check_state(self, state, amount, lines, name, source=None):
        """Raise where ``amount``, on top of what is credited, is more than was sold."""
        order = state.order
        compare = order.currency_id.compare_amounts
        before = state.credited + state.get_told(source)
        if compare(before + amount, state.sold) > 0:
            self._refuse(state, name, amount, before, state.sold, order.display_name)
        for line, part in lines.items():
            sold, credited = state.sold_lines[line], state.credited_lines[line]
            if sold > 0 and compare(credited + part, sold) > 0:
                what = f"{order.display_name}, {line.name.splitlines()[0]}"
                self._refuse(state, name, part, credited, sold, what)

    def _refuse(self, state, name, amount, before, sold, what):
        currency = state.order.currency_id
        raise RefundExceeded(
            self.env,
            message(
                "refund_exceeded",
                name=name,
                amount=Money(amount, currency.id),
                what=what,
                sold=Money(sold, currency.id),
                before=Money(before, currency.id),
                documents=self.explain_credited(state),
            ),
            state.moves,
            state.refunds,
        )

    def _tell_attached(self, refunds):
        """Note on the credit notes which refunds of Amazon's they hold."""
        for refund in refunds.filtered("move_id"):
            refund.move_id.sudo().message_post(
                body=self.env._(
                    "Holds a refund that Amazon told of: %(refund)s, %(amount)s.",
                    refund=refund.display_name,
                    amount=refund.currency_id.format(refund.amount),
                )
            )
