from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo import Command, api, models

from ...messages import (
    CLOSED_STATES,
    Label,
    MessageError,
    Money,
    Name,
    Term,
    message,
)
from ..order.amazon_tax_advisor_place import TaxPlace
from ..order.lookups import ZERO, TaxLookups
from ..report.importing import IMPORT_CONTEXT

#: Where an amount goes if the order has no line for it (promotions may be taken off
#: the price, and nobody reports a promotion on gift wrap apart).
FOLDED_INTO = {
    "item_promotion": "item",
    "shipping_promotion": "shipping",
    "gift_wrap_promotion": "gift_wrap",
}


@dataclass
class TaxFigures:
    """What Amazon calculated for some units of one item of an order.

    - ``sku``, ``quantity``: which item, and how many units the amounts are for
    - ``amounts``: ``{line type: (net, tax)}`` with the line types of
      ``sale.order.line`` and ``gift_wrap_promotion``; ``Decimal`` in the order's
      currency, promotions negative; what Amazon does not tell is left out
    - ``order_item_id``, ``shipment_id``: Amazon's ids, ``""`` where unknown
    - ``collected_by_amazon``: Amazon owes the tax, it is no part of the order
    - ``place``: ``TaxPlace`` that gives the taxes; None: that of the order
    - ``rate``: that Amazon states, in percent; None: it does not
    - ``source``: whatever the caller wants to recognise them by
    - ``line``: set by `correct_orders` and `match_lines`: the item line of the order
      that they are about, or None
    """

    sku: str
    quantity: int
    amounts: dict
    order_item_id: str = ""
    shipment_id: str = ""
    collected_by_amazon: bool = False
    place: TaxPlace | None = None
    rate: Decimal | None = None
    source: object = None
    line: object = None


@dataclass
class TaxCorrection:
    """What became of the figures for one order.

    - ``changes``: a `Message` for each order line that was corrected
    - ``differences``: a `Message` for each line that differs but stands, as its order
      is invoiced, locked or cancelled
    - ``problems``: a `Message` for each line whose right tax cannot be told, or that
      Odoo has no tax for; it stands as it is
    - ``closed``: why it stands, a `Term`, or None
    - ``unmatched``: `TaxFigures` that no item of the order fits
    - ``partial``: `TaxFigures` of items of which other units are not told yet
    """

    changes: list = field(default_factory=list)
    differences: list = field(default_factory=list)
    problems: list = field(default_factory=list)
    closed: Term | None = None
    unmatched: list = field(default_factory=list)
    partial: list = field(default_factory=list)


@dataclass(frozen=True)
class LineFigures:
    """What one order line shall hold.

    - ``item``: the item line of the order that it belongs to
    - ``line``: the order line; empty where the order has none for it yet
    - ``line_type``: see ``sale.order.line.amazon_line_type``
    - ``net``, ``tax``, ``withheld``: ``Decimal`` in the order's currency; ``withheld``
      is tax that Amazon collects
    - ``source``: one of the `TaxFigures` of the item
    """

    item: object
    line: object
    line_type: str
    net: Decimal
    tax: Decimal
    withheld: Decimal
    source: TaxFigures

    @property
    def quantity(self):
        return self.line.product_uom_qty or 1.0


class AmazonTaxCorrection(models.AbstractModel):
    """Brings orders to the net and tax amounts that Amazon calculated later.

    VAT reports come after the order and are the truth for its tax. An order line is
    corrected once the figures for all its units are known.
    """

    _name = "amazon.tax.correction"
    _description = "Correction of Orders by Amazon's Tax Figures"

    @api.private
    def correct_orders(self, account, figures_by_order):
        """Correct the lines of open orders, tell how the others differ.

        Doing it again changes nothing. Orders that are delivered are corrected, too;
        those that are invoiced (other than by Amazon's own documents), locked or
        cancelled never are.

        :param account: ``amazon.account`` record of all orders
        :param dict figures_by_order: ``{sale.order: [TaxFigures]}``, each list with
            all figures known for the order, not only the new ones
        :return: ``{sale.order: TaxCorrection}``
        """
        self = self.with_context(**IMPORT_CONTEXT).with_company(account.company_id)
        lookups = TaxLookups(account)
        skus = self._get_skus(
            account, self.env["sale.order"].concat(*figures_by_order).order_line
        )
        corrections = {}
        for order, figures in figures_by_order.items():
            order = order.with_env(self.env)
            correction = corrections[order] = TaxCorrection(
                closed=self._get_closed_reason(order)
            )
            complete = self._match(order, figures, skus, correction)
            positions = set()
            for line, told in complete.items():
                positions |= self._correct_item(lookups, line, told, correction)
            if len(positions) == 1 and positions != {order.fiscal_position_id}:
                (order.fiscal_position_id,) = positions
        self.env.flush_all()
        self.env["sale.order"].union(*corrections)._release_by_document_tax()
        return corrections

    @api.private
    def match_lines(self, account, figures_by_order, once=True):
        """Find the item line of each of the figures: sets their ``line``.

        :param account: ``amazon.account`` record of all orders
        :param dict figures_by_order: ``{sale.order: [TaxFigures]}``
        :param bool once: each unit of an order once only; else figures beyond its
            units find a line, too
        """
        skus = self._get_skus(
            account, self.env["sale.order"].concat(*figures_by_order).order_line
        )
        for order, figures in figures_by_order.items():
            correction = TaxCorrection()
            self._match(order, figures, skus, correction)
            if once:
                continue
            anywhere = dict.fromkeys(
                order.order_line.filtered(
                    lambda line: line.amazon_line_type == "item"
                    and line.product_uom_qty
                ),
                float("inf"),
            )
            for figure in correction.unmatched:
                figure.line = self._find_line(figure, anywhere, skus)

    # === ITEMS === #

    def _get_skus(self, account, lines):
        """Return the SKUs that an item line may be known by: ``{line: {sku}}``."""
        lines = lines.filtered(lambda line: line.amazon_line_type == "item")
        skus = {
            line: {line.amazon_row_id.sku, line.product_id.default_code} - {False}
            for line in lines
        }
        by_product = defaultdict(set)
        for product, sku in self.env["amazon.offer"]._read_group(
            [
                ("account_id", "=", account.id),
                ("product_id", "in", lines.product_id.ids),
            ],
            ["product_id", "sku"],
        ):
            by_product[product].add(sku)
        for line in lines:
            skus[line] |= by_product[line.product_id]
        return skus

    def _match(self, order, figures, skus, correction):
        """Match figures with item lines, each unit once.

        :return: ``{item line: [TaxFigures]}`` of the lines that are told completely
        """
        left = {
            line: line.product_uom_qty
            for line in order.order_line
            if line.amazon_line_type == "item" and line.product_uom_qty
        }
        told = defaultdict(list)
        for figure in figures:
            figure.line = self._find_line(figure, left, skus)
            if figure.line:
                left[figure.line] -= figure.quantity
                told[figure.line].append(figure)
            else:
                correction.unmatched.append(figure)
        complete = {}
        for line, members in told.items():
            if line.product_uom_id.compare(left[line], 0.0) == 0:
                complete[line] = members
            else:
                correction.partial += members
        return complete

    def _find_line(self, figure, left, skus):
        """Return the line with room for the units that fits best, or None."""
        best = None
        for line, room in left.items():
            if room < figure.quantity:
                continue
            item = (line.amazon_row_key or "").rpartition("/")[2]
            if figure.order_item_id and item:
                if figure.order_item_id != item:
                    continue
            elif figure.sku not in skus[line]:
                continue
            shipment = line.amazon_parcel_id.shipment_ref
            if figure.shipment_id and shipment and figure.shipment_id != shipment:
                continue
            rank = (
                bool(shipment) and figure.shipment_id == shipment,
                self._has_price(figure, line),
                room == figure.quantity,
            )
            if best is None or rank > best[0]:
                best = rank, line
        return best and best[1]

    def _has_price(self, figure, line):
        """Whether figures say of a line's units what the order does, net or gross."""
        if "item" not in figure.amounts:
            return False
        net, tax = map(float, figure.amounts["item"])
        price = line.price_total * figure.quantity / line.product_uom_qty
        compare = line.currency_id.compare_amounts
        return not (compare(price, net + tax) and compare(price, net))

    def _get_closed_reason(self, order):
        """Return why the lines of an order can no longer be changed, or None."""
        if order.state == "cancel":
            return CLOSED_STATES["cancelled"]
        if order.locked:
            return CLOSED_STATES["locked"]
        if any(self._is_own_document(move) for move in order.invoice_ids):
            return CLOSED_STATES["invoiced"]
        return None

    def _is_own_document(self, move):
        """Whether an invoice counts that was made without Amazon's figures."""
        told = move.amazon_vat_document_ids or move.amazon_vat_invoice_ids
        return move.state != "cancel" and not told

    # === LINES === #

    def _correct_item(self, lookups, item, told, correction):
        """Correct the lines of one item.

        :return: set of the fiscal positions whose taxes they got
        """
        order = item.order_id
        is_held = order.state == "draft" and bool(order.amazon_tax_problem)
        lines = {
            line.amazon_line_type: line
            for line in order.order_line
            if line.amazon_row_key == item.amazon_row_key and line.product_uom_qty
        }
        used = set()
        for line_type, (net, tax) in self._sum_amounts(told, lines).items():
            collected = told[0].collected_by_amazon
            wanted = LineFigures(
                item,
                lines.get(line_type, order.order_line.browse()),
                line_type,
                net,
                ZERO if collected else tax,
                tax if collected else ZERO,
                told[0],
            )
            is_right = self._is_right(wanted)
            if is_right and not is_held:
                continue
            if correction.closed:
                correction.differences.append(self._describe(wanted))
                continue
            try:
                taxes, position = self._choose_taxes(lookups, wanted)
            except MessageError as error:
                if error.message not in correction.problems:
                    correction.problems.append(error.message)
                continue
            if position or not wanted.source.collected_by_amazon:
                used.add(position)
            if not is_right:
                correction.changes.append(self._describe(wanted))
            if not is_right or taxes != wanted.line.tax_ids:
                self._write_line(lookups, wanted, taxes)
            elif not wanted.line.amazon_has_document_tax:
                wanted.line.amazon_has_document_tax = True
        return used

    def _sum_amounts(self, told, lines):
        """Add up the figures of an item by the lines that the order has for them."""
        sums = defaultdict(lambda: (ZERO, ZERO))
        for figure in told:
            for line_type, (net, tax) in figure.amounts.items():
                if line_type not in lines:
                    line_type = FOLDED_INTO.get(line_type, line_type)
                known = sums[line_type]
                sums[line_type] = (known[0] + net, known[1] + tax)
        return {
            line_type: amounts
            for line_type, amounts in sums.items()
            if line_type in lines or any(amounts)
        }

    def _is_right(self, wanted):
        line, compare = wanted.line, wanted.line.currency_id.compare_amounts
        return bool(line) and not (
            compare(line.price_subtotal, float(wanted.net))
            or compare(line.price_tax, float(wanted.tax))
            or compare(line.amazon_tax_withheld, float(wanted.withheld))
        )

    def _choose_taxes(self, lookups, wanted):
        """Return the taxes that give Amazon's tax, and the fiscal position used.

        :raise MessageError: where they cannot be told, or Odoo has none
        """
        account, figure = lookups.account, wanted.source
        place = figure.place or self._get_order_place(wanted.item.order_id)
        taxes = (wanted.line or wanted.item).tax_ids
        if figure.collected_by_amazon:
            if account.withheld_tax_ids or any(taxes.mapped("amount")):
                taxes = account.withheld_tax_ids
            return taxes, place.fiscal_position
        if place.problem:
            raise MessageError(self.env, place.problem)
        found = self.env["amazon.tax.finder"].find_fitting(
            lookups,
            place,
            wanted.item.product_id.taxes_id._filter_taxes_by_company(lookups.company),
            wanted.net,
            wanted.tax,
            wanted.quantity,
            figure.rate,
        )
        return found, place.fiscal_position

    def _get_order_place(self, order):
        """Return the ``TaxPlace`` that an order has, for figures without their own."""
        return self.env["amazon.tax.advisor"].get_position_place(
            order.company_id, order.fiscal_position_id
        )

    def _write_line(self, lookups, wanted, taxes):
        values = {
            "tax_ids": [Command.set(taxes.ids)],
            "amazon_has_document_tax": True,
            **self.env["amazon.order.amounts"].prepare_amounts(
                lookups,
                wanted.quantity,
                wanted.net,
                wanted.tax,
                wanted.withheld,
                wanted.item.currency_id,
                taxes,
            ),
        }
        if wanted.line:
            # Without the quantity, which would have Odoo look after the deliveries.
            wanted.line.write(values)
        else:
            self.env["sale.order.line"].create(
                {**self._prepare_further_line(lookups, wanted), **values}
            )

    def _prepare_further_line(self, lookups, wanted):
        """Return the values of a line for an amount that no order report gave."""
        item = wanted.item
        product = lookups.account._get_charge_product(wanted.line_type)
        return {
            "order_id": item.order_id.id,
            "product_id": product.id,
            "product_uom_qty": 1.0,
            "sequence": item.sequence,
            "amazon_line_type": wanted.line_type,
            "amazon_row_key": item.amazon_row_key,
            "amazon_row_id": item.amazon_row_id.id,
            "amazon_fingerprint": item.amazon_fingerprint,
            "amazon_shipment_date": item.amazon_shipment_date,
            # The order report knows nothing of it, and takes nothing back.
            "amazon_figures": {
                "quantity": 0,
                "amount": "0",
                "tax": "0",
                "withheld": "0",
            },
        }

    def _describe(self, wanted):
        """Return a line's old and new amounts as a `Message`."""
        line, currency = wanted.line, wanted.item.currency_id

        def money(amount):
            return Money(amount, currency.id)

        return message(
            "tax_figures",
            item=Name.of(wanted.item.product_id),
            part=Label("sale.order.line", "amazon_line_type", wanted.line_type),
            old_net=money(line.price_subtotal),
            old_tax=money(line.price_tax),
            net=money(wanted.net),
            tax=money(wanted.tax),
        )
