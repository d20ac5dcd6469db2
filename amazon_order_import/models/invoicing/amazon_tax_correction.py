from collections import defaultdict
from dataclasses import dataclass, field

from odoo import api, models

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
    - ``fiscal_position``: gives the taxes where those of the order do not fit the
      amounts; may be empty
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
    fiscal_position: object = None
    source: object = None
    line: object = None


@dataclass
class TaxCorrection:
    """What became of the figures for one order.

    - ``changes``: a text for each order line that was corrected
    - ``differences``: a text for each line that differs but stands, as its order is
      invoiced, locked or cancelled
    - ``closed``: why it stands, or ``""``
    - ``unmatched``: `TaxFigures` that no item of the order fits
    - ``partial``: `TaxFigures` of items of which other units are not told yet
    """

    changes: list = field(default_factory=list)
    differences: list = field(default_factory=list)
    closed: str = ""
    unmatched: list = field(default_factory=list)
    partial: list = field(default_factory=list)


class AmazonTaxCorrection(models.AbstractModel):
    """Brings orders to the net and tax amounts that Amazon calculated later.

    VAT reports come after the order and are the truth for its tax. An order line is
    corrected once the figures for all its units are known.
    """

    _name = "amazon.tax.correction"
    _description = "Correction of Orders by Amazon's Tax Figures"

    @api.model
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
            position = self.env["account.fiscal.position"]
            for line, told in complete.items():
                position |= self._correct_item(lookups, line, told, correction)
            if len(position) == 1 and position != order.fiscal_position_id:
                order.fiscal_position_id = position
        self._set_tags(lookups, corrections)
        self.env.flush_all()
        return corrections

    @api.model
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
                room == figure.quantity,
            )
            if best is None or rank > best[0]:
                best = rank, line
        return best and best[1]

    def _get_closed_reason(self, order):
        """Return why the lines of an order can no longer be changed, or ``""``."""
        if order.state == "cancel":
            return self.env._("cancelled")
        if order.locked:
            return self.env._("locked")
        if any(self._is_own_document(move) for move in order.invoice_ids):
            return self.env._("invoiced")
        return ""

    def _is_own_document(self, move):
        """Whether an invoice counts that was made without Amazon's figures."""
        told = move.amazon_vat_document_ids or move.amazon_vat_invoice_ids
        return move.state != "cancel" and not told

    # === LINES === #

    def _correct_item(self, lookups, item, told, correction):
        """Correct the lines of one item.

        :return: the fiscal position whose taxes they got, or none
        """
        order = item.order_id
        lines = {
            line.amazon_line_type: line
            for line in order.order_line
            if line.amazon_row_key == item.amazon_row_key and line.product_uom_qty
        }
        used = self.env["account.fiscal.position"]
        for line_type, (net, tax) in self._sum_amounts(told, lines).items():
            line = lines.get(line_type, order.order_line.browse())
            collected = told[0].collected_by_amazon
            withheld = tax if collected else ZERO
            tax = ZERO if collected else tax
            if self._is_right(line, net, tax, withheld):
                continue
            if correction.closed:
                correction.differences.append(
                    self._describe(item, line_type, line, net, tax)
                )
                continue
            quantity = line.product_uom_qty or 1.0
            taxes, position = self._choose_taxes(
                lookups, item, line or item, told[0], quantity, net, tax
            )
            used |= position
            correction.changes.append(self._describe(item, line_type, line, net, tax))
            self._write_line(
                lookups, item, line_type, line, quantity, net, tax, withheld, taxes
            )
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

    def _is_right(self, line, net, tax, withheld):
        currency = line.currency_id
        return bool(line) and not (
            currency.compare_amounts(line.price_subtotal, float(net))
            or currency.compare_amounts(line.price_tax, float(tax))
            or currency.compare_amounts(line.amazon_tax_withheld, float(withheld))
        )

    def _choose_taxes(self, lookups, item, line, figure, quantity, net, tax):
        """Return the taxes that give Amazon's tax, and the fiscal position used.

        The line keeps its taxes where they fit; else those of the position of the
        figures are taken. Where neither fits, Amazon's amounts stand on the line's
        own taxes, and the order is flagged for the accountant.
        """
        Amounts = self.env["amazon.order.amounts"]
        nothing = self.env["account.fiscal.position"]
        currency = item.currency_id
        taxes = line.tax_ids
        if figure.collected_by_amazon:
            if lookups.account.withheld_tax_ids or any(taxes.mapped("amount")):
                taxes = lookups.account.withheld_tax_ids
            return taxes, figure.fiscal_position or nothing
        if Amounts.fits_rate(lookups, taxes, net, tax, currency, quantity):
            return taxes, nothing
        position = figure.fiscal_position or nothing
        mapped = position.map_tax(
            item.product_id.taxes_id._filter_taxes_by_company(lookups.company)
        )
        if position and Amounts.fits_rate(
            lookups, mapped, net, tax, currency, quantity
        ):
            return mapped, position
        lookups.flag(
            item.order_id.amazon_order_ref,
            "tax_rate_differs" if taxes else "tax_missing",
        )
        return taxes or (lookups.account._get_stated_tax() if tax else taxes), nothing

    def _write_line(
        self, lookups, item, line_type, line, quantity, net, tax, withheld, taxes
    ):
        Amounts = self.env["amazon.order.amounts"]
        values = {
            "tax_ids": [(6, 0, taxes.ids)],
            **Amounts.prepare_amounts(
                lookups, quantity, net, tax, withheld, item.currency_id, taxes
            ),
        }
        if line:
            # Without the quantity, which would have Odoo look after the deliveries.
            line.write(values)
        else:
            self.env["sale.order.line"].create(
                {**self._prepare_further_line(lookups, item, line_type), **values}
            )

    def _prepare_further_line(self, lookups, item, line_type):
        """Return the values of a line for an amount that no order report gave."""
        product = lookups.account._get_charge_product(line_type)
        return {
            "order_id": item.order_id.id,
            "product_id": product.id,
            "product_uom_qty": 1.0,
            "sequence": item.sequence,
            "amazon_line_type": line_type,
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

    def _describe(self, item, line_type, line, net, tax):
        """Return a line's old and new amounts as text."""
        currency = item.currency_id
        labels = dict(line._fields["amazon_line_type"]._description_selection(self.env))
        return self.env._(
            "%(item)s, %(part)s: net %(old_net)s, tax %(old_tax)s → net %(net)s, "
            "tax %(tax)s",
            item=item.product_id.display_name,
            part=labels.get(line_type, line_type),
            old_net=currency.format(line.price_subtotal),
            old_tax=currency.format(line.price_tax),
            net=currency.format(float(net)),
            tax=currency.format(float(tax)),
        )

    def _set_tags(self, lookups, corrections):
        orders = {order.amazon_order_ref: order for order in corrections}
        for order_ref, names in lookups.flags.items():
            orders[order_ref]._add_amazon_tags(names)
