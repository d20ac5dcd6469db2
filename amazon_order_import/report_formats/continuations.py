"""Further lines of an order item that carry only what differs: a second promotion.

Such a line has the order number and mostly the item's, but neither quantity nor price;
it stands before or after the line of its item, and what it carries adds to that.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import NamedTuple

from . import values
from .sale_amounts import SaleAmounts
from .values import BadCell, RowError

#: Field -> how its cell is read. They add to those of the item.
_AMOUNTS = {
    "item_tax": values.money,
    "shipping_price": values.price,
    "shipping_tax": values.money,
    "gift_wrap_price": values.price,
    "gift_wrap_tax": values.money,
    "item_promotion": values.discount,
    "ship_promotion": values.discount,
    "payment_method_fee": values.money,
}
_PROMOTIONS = ("item_promotion", "ship_promotion")
#: Texts that list what the line is about; they are put behind those of the item.
_LISTS = ("item_promotion_ids", "ship_promotion_ids")
_IDENTIFIERS = ("order_id", "order_item_id", "shipment_id", "shipment_item_id")
#: Without them a row is no item.
_OWN = ("quantity", "item_price")
_ITEM = {"sku", "purchase_date"}
_ADDRESS = {"recipient.street1", "recipient.city", "recipient.postal_code"}


@dataclass(frozen=True, slots=True)
class ContinuationRow(SaleAmounts):
    """What a further line of an item carries.

    `order_item_id`, `shipment_id`, `shipment_item_id`, `sku` and `currency` are ``""``
    where the line does not say; `matches` tells whether an item may be its. Amounts are
    None where there is none; promotions are never above zero.
    """

    order_id: str
    order_item_id: str = ""
    shipment_id: str = ""
    shipment_item_id: str = ""
    sku: str = ""
    currency: str = ""
    payment_method_fee: Decimal | None = None
    item_promotion_ids: str = ""
    ship_promotion_ids: str = ""

    @property
    def amounts(self):
        """``{field: Decimal}`` of those that are not zero."""
        told = {name: getattr(self, name) for name in _AMOUNTS}
        return {name: amount for name, amount in told.items() if amount}

    @property
    def key(self):
        """What tells this line from others of its order: the same in each report."""
        parts = [str(getattr(self, field.name) or "") for field in fields(self)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:20]

    def matches(self, row):
        """Whether the item `row` (an order's or a shipment's) may be the one meant.

        Where it holds for just one item of the order, it is clear which.
        """
        return all(
            not getattr(self, name) or getattr(self, name) == getattr(row, name)
            for name in (*_IDENTIFIERS, "sku", "currency")
        )

    def added_to(self, row):
        """The item `row` with what this line carries added to it.

        :raise AttributeError: where it carries what such rows have no field for
        """
        changes = {
            name: (getattr(row, name) or 0) + amount
            for name, amount in self.amounts.items()
        }
        for name in _LISTS:
            if told := getattr(self, name):
                changes[name] = ", ".join(filter(None, [getattr(row, name), told]))
        return replace(row, **changes)

    def is_within(self, row):
        """Whether the item `row` lists every promotion of this line already."""
        told = {name: getattr(self, name) for name in _LISTS}
        return any(told.values()) and all(
            set(_split_list(text)) <= set(_split_list(getattr(row, name)))
            for name, text in told.items()
        )

    def repeats(self, row):
        """Whether this line only tells promotions as the item `row` has them already.

        Nobody knows whether they are meant to count twice.
        """
        amounts = self.amounts
        return (
            self.is_within(row)
            and amounts.keys() <= set(_PROMOTIONS)
            and all(getattr(row, name) == amounts[name] for name in amounts)
        )


def _split_list(text):
    return [part.strip() for part in text.replace(";", ",").split(",") if part.strip()]


class ItemPlace(NamedTuple):
    """The row of an item, as far as it tells whether a line may add to it.

    `number` is the row's within its file.
    """

    number: int
    order_id: str
    order_item_id: str
    shipment_id: str
    shipment_item_id: str
    sku: str
    currency: str
    quantity: int
    item_promotion: Decimal | None = None
    ship_promotion: Decimal | None = None
    item_promotion_ids: str = ""
    ship_promotion_ids: str = ""

    @classmethod
    def of(cls, number, row):
        """The place of the ``SaleRow`` `row`."""
        names = cls._fields[1:]
        return cls(number, *(getattr(row, name) for name in names))

    @property
    def item(self):
        """What tells the item from others of the order."""
        return self[1:6]


def find_items(items, lines, has_unread=False, in_parcels=False):
    """``{number of a line: number of the item's row}``, where it is clear.

    Both of one order and one file. A file may hold an item twice, and then its lines
    as often; equal lines that are more than their item's rows, or that repeat a
    promotion of their item's row, are left out: nobody knows whether they count once
    or twice.

    :param items: list of `ItemPlace`
    :param lines: list of ``(number, ContinuationRow)``
    :param has_unread: whether the file has rows of the order that cannot be read
    :param in_parcels: whether equal rows may be several parcels of one item, whose ids
        Amazon leaves out
    """
    equal = defaultdict(list)
    for number, line in lines:
        equal[line].append(number)
    found = {}
    for line, numbers in equal.items():
        if has_unread and not (line.order_item_id or line.shipment_item_id):
            continue
        meant = [item for item in items if line.matches(item)]
        meant = [item for item in meant if item.quantity] or meant
        if len({item.item for item in meant}) != 1 or any(map(line.repeats, meant)):
            continue
        if len(numbers) == len(meant):
            found.update(zip(numbers, (item.number for item in meant), strict=True))
        elif len(numbers) == 1 and (meant[0].shipment_item_id or not in_parcels):
            found[numbers[0]] = meant[0].number
    return found


class ContinuationReader:
    """Recognises such lines in a file with one `header`.

    :param columns: list of ``(Column, index)`` of the file's row format
    """

    def __init__(self, columns, header):
        self._indexes = {
            column.field: index for column, index in columns if index < len(header)
        }
        self._header = header
        self._names = {f.name for f in fields(ContinuationRow)}

    def read(self, cells):
        """``(ContinuationRow, error)`` of a row without quantity or price.

        Both None where the row is something else.
        """
        if not all(name in self._indexes for name in _OWN):
            return None, None
        told = {
            name: cells[index]
            for name, index in self._indexes.items()
            if not values.is_empty(cells[index])
        }
        if "order_id" not in told or any(name in told for name in _OWN):
            return None, None
        # With the rest of an item there, its quantity and price are just missing.
        if told.keys() >= _ITEM or not told.keys().isdisjoint(_ADDRESS):
            return None, None
        return self._convert(cells, told)

    def _convert(self, cells, told):
        found = {}
        for name in self._names & told.keys():
            try:
                found[name] = self._parser(name)(told[name])
            except BadCell as problem:
                column = self._header[self._indexes[name]]
                return None, RowError(problem.code, column, told[name])
        return ContinuationRow(**found), None

    def _parser(self, name):
        if name in _AMOUNTS:
            return _AMOUNTS[name]
        if name in _IDENTIFIERS:
            return values.identifier
        return {"sku": values.sku, "currency": values.currency}.get(name, values.text)
