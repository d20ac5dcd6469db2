"""Money in columns that nobody knows: it must not vanish from an order in silence."""

import re

from . import values
from .values import BadCell

_MONEY_NAME = re.compile(
    r"(?:^|-)(?:fees?|prices?|tax|taxes|vat|gst|amounts?|discounts?|charges?"
    r"|surcharges?|costs?|deposits?|rebates?|credits?|promotions?|totals?|subtotals?"
    r"|duty|duties|paid|collected|collectible|withheld|tip|donation|refunds?|balance)$"
)
#: Numbers with decimals that are no money.
_OTHER_NAME = re.compile(
    r"weight|volume|length|width|height|depth|size|rate|ratio|percent|dimension|score"
    r"|version|quantity|count|number|points|days|hours|latitude|longitude|-id$"
)
#: 9,99 EUR or € 9.99: an amount, though not as Amazon writes them.
_UNREADABLE = re.compile(r"[^\d\s]{0,4} ?[0-9][0-9., ']*[^\d\s]{0,4}")
_AMOUNT = re.compile(r"[+-]?[0-9]{1,12}\.[0-9]{2}", re.ASCII)


def is_money_name(name):
    """Whether a column's normal name says that its cells are amounts."""
    return bool(_MONEY_NAME.search(name)) and not _OTHER_NAME.search(name)


class MoneyWatch:
    """Finds amounts in the columns of a file that no format knows.

    :param columns: list of ``(index, name in the file, normal name)``
    """

    def __init__(self, columns):
        self._named = [
            (index, shown) for index, shown, name in columns if is_money_name(name)
        ]
        named = {index for index, _shown in self._named}
        self._others = [
            (index, shown)
            for index, shown, name in columns
            if index not in named and not _OTHER_NAME.search(name)
        ]

    def __bool__(self):
        return bool(self._named or self._others)

    def find(self, cells):
        """``({name in the file: Decimal}, [(index, name)])`` of a row.

        The first: amounts that are not zero; the second: cells of columns for money
        that cannot be read.
        """
        found, unread = {}, []
        for index, shown in self._named:
            try:
                amount = values.money(cells[index])
            except BadCell:
                if _UNREADABLE.fullmatch(cells[index].strip()):
                    unread.append((index, shown))
                continue
            if amount:
                found[shown] = amount
        for index, shown in self._others:
            cell = cells[index].strip()
            if _AMOUNT.fullmatch(cell) and (amount := values.money(cell)):
                found[shown] = amount
        return found, unread
