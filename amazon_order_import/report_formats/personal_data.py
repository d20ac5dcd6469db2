"""Rows and files of reports without what tells of a person.

What stays of a row are its order, its articles, amounts, taxes and countries, and of a
postcode its region. Which columns are personal, stands beside each row format.
"""

import re
from functools import lru_cache

from .kinds import KINDS
from .order_numbers import is_order_number
from .problems import ROW_PROBLEMS
from .row_format import normal_name
from .tax_registrations import BUYER_NUMBER_NAMES
from .values import BadCell, flag

#: Problems of rows whose cells stand in their columns all the same.
_WHOLE = frozenset({"continuation_line", "missing_value"})
_ORDER_NAMES = frozenset({"amazon-order-id", "order-id"})
_AGAIN = re.compile(r"(?:-\([0-9]+\))+$")
#: Columns with a tax number of the buyer's.
BUYER_NUMBERS = BUYER_NUMBER_NAMES | {"buyer-tax-registration"}
#: Kinds of tax number that only businesses have, in small letters.
_BUSINESS_KIND = re.compile(r"|vat|vatnumber|gst|gstin|abn|cnpj|ein|business[a-z]*")
#: What may stay in columns that nobody knows.
_AMOUNT = re.compile(r"[+-]?[0-9]{1,9}[.,][0-9]{2}", re.ASCII)
_NOTHING_TOLD = re.compile(r"|true|false|yes|no|0", re.IGNORECASE)
#: Stands in a line of which nothing else is left: one without content is no row.
_DELETED = "deleted"


def is_personal(kind_key):
    """Whether reports of a kind, a key of `KINDS`, tell of persons at all."""
    return bool(KINDS[kind_key].row_format.personal)


@lru_cache(maxsize=256)
def get_personal_cells(kind_key, header):
    """The `PersonalCells` of rows with a header.

    :param header: tuple of names, as in `ParsedRow.raw`
    """
    return PersonalCells(KINDS[kind_key].format_of(header), header)


class PersonalCells:
    """Tells which cells of the rows with one header are about a person.

    :param row_format: `RowFormat` with which the rows are read
    :param header: names of the cells
    """

    def __init__(self, row_format, header):
        personal = row_format.personal
        # A name that stands in the header again has a number behind it.
        plain = {name: _AGAIN.sub("", normal_name(name)) for name in header}
        self._names = {}
        for name in header:
            self._names.setdefault(plain[name], []).append(name)
        self._orders = [name for name in header if plain[name] in _ORDER_NAMES]
        self._always = [name for name in header if plain[name] in personal.always]
        self._consumers = [name for name in header if plain[name] in personal.consumers]
        self._numbers = [name for name in header if plain[name] in BUYER_NUMBERS]
        self._places = {name for name in header if plain[name] in personal.places}
        self._unknown = row_format.unknown(header)
        self._postcodes = [
            (code, *self._names.get(country, [""])[:1])
            for column, country in personal.postcodes
            for code in self._names.get(column, ())
        ]

    @property
    def columns(self):
        """The names of the columns that hold nothing once all rows are stripped."""
        return frozenset(self._always)

    def is_business(self, raw):
        """Whether the buyer of a row, ``{name: cell}``, is no consumer."""
        told = self._words(raw, "is-business-order")
        return any(map(_is_true, told)) or self._has_business_number(raw)

    def _has_business_number(self, raw):
        """Whether there are tax numbers, all of a kind that only businesses have."""
        kinds = ",".join(self._words(raw, "buyer-tax-registration-type"))
        words = (re.sub("[^a-z]", "", kind) for kind in kinds.split(","))
        numbers = any((raw[name] or "").strip() for name in self._numbers)
        return numbers and all(map(_BUSINESS_KIND.fullmatch, words))

    def _words(self, raw, plain_name):
        cells = (raw[name] or "" for name in self._names.get(plain_name, ()))
        return [cell.strip().lower() for cell in cells if cell.strip()]

    def _find_personal(self, raw):
        """The names of the columns that are about the buyer of a row."""
        names = [*self._always, *self._consumers]
        if self._has_business_number(raw):
            return self._always
        if self.is_business(raw):
            return [*self._always, *self._numbers]
        return names

    def find(self, raw):
        """The texts of a row that tell of its buyer, as a set."""
        names = set(self._find_personal(raw)) - self._places
        return {(raw[name] or "").strip() for name in names} - {""}

    def strip(self, raw, shorten, misfit=False):
        """A row without what tells of its buyer: ``{name: cell}`` with the same names.

        :param raw: ``{name: cell}``
        :param shorten: function of a country's code and a postcode that gives what
            tells the region only
        :param misfit: whether its cells may stand in wrong columns: then nothing but
            the order's number is certain not to be personal
        """
        kept = dict.fromkeys(raw, "")
        if misfit:
            orders = {name: (raw[name] or "").strip() for name in self._orders}
            kept.update(
                (n, cell) for n, cell in orders.items() if is_order_number(cell)
            )
            return kept
        kept |= raw
        kept |= dict.fromkeys(self._find_personal(raw), "")
        for name in self._unknown:
            cell = (raw[name] or "").strip()
            if not (_AMOUNT.fullmatch(cell) or _NOTHING_TOLD.fullmatch(cell)):
                kept[name] = ""
        for name, country in self._postcodes:
            kept[name] = shorten(raw.get(country) or "", raw[name] or "")
        return kept


def _is_true(word):
    try:
        return flag(word)
    except BadCell:
        return False


def is_misfit(code):
    """Whether the cells of a row with an error's code may stand in wrong columns."""
    return code in ROW_PROBLEMS and code not in _WHOLE


def strip_row(row, kind_key, shorten):
    """What stays of a `ParsedRow`: ``{name: cell}``; see `PersonalCells.strip`."""
    cells = get_personal_cells(kind_key, tuple(row.raw))
    return cells.strip(row.raw, shorten, bool(row.error and is_misfit(row.error.code)))


def strip_file(report, shorten, numbers=None):
    """The lines of a report's file, as bytes, without what tells of persons.

    :param report: open `Report`
    :param shorten: see `PersonalCells.strip`
    :param numbers: numbers of the rows to strip, which stay at their places; None: all,
        so that the columns go with them
    """
    header = report.header
    if numbers is None:
        gone = get_personal_cells(report.kind.key, header).columns
        header = tuple(name for name in header if name not in gone)
    yield report.format_line(header)
    for line, row in report.lines():
        if numbers is not None and row.number not in numbers:
            yield line if line.endswith(b"\n") else line + b"\n"
            continue
        kept = strip_row(row, report.kind.key, shorten)
        cells = [kept.get(name, "") for name in header]
        if not any(map(str.strip, cells)):
            cells[0] = _DELETED
        yield report.format_line(cells)
