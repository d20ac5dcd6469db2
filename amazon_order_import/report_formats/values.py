"""Cells to typed values: money, quantities, moments, flags, identifiers, text.

Every converter takes the text of one cell and returns its value. An empty cell is
``None`` (``""`` for text), never zero. What cannot be read raises `BadCell` with the
code of the reason; nothing is guessed, above all no decimal comma.
"""

import html
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from .order_numbers import is_order_number
from .problems import explain_row


class BadCell(ValueError):
    """A cell that cannot be read; `code` says why (see `RowError`)."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row, or one cell of it, cannot be read.

    `code`: short_row, long_row, cut_off_row, fragment_row, glued_rows, oversized_row,
    oversized_cell, bad_quoting, repeated_header, other_header, after_other_header,
    continuation_line,
    shifted_address, contradictory_columns, missing_value, damaged_identifier,
    bad_order_number,
    bad_amount, bad_quantity, bad_date, bad_currency, bad_number, bad_transaction, and
    as warnings only bad_flag, bad_day, bad_characters. `column`
    is the name in the file's header, ``""`` where the whole row is meant; `value` the
    cell as it stands in the file. ``str()`` is an English sentence for the user with
    the next step.
    """

    code: str
    column: str = ""
    value: str = ""
    extra: tuple = ()

    @property
    def params(self):
        """Everything the message says: ``{"column": ..., "value": ..., ...}``."""
        return {"column": self.column, "value": self.value, **dict(self.extra)}

    def __str__(self):
        return self.explain()

    def explain(self, translate=str):
        """The sentence for the user.

        :param translate: function that gives the user's words for an English template
        """
        return explain_row(self.code, self.params, translate)


# --- text -------------------------------------------------------------------------

# Only references that are closed by a semicolon: "R&D" or "Bed&Bath" are text.
_ENTITY = re.compile(
    r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
)
_SPACES = re.compile(r"[\s\x00-\x1f\x7f-\xa0\u2028\u2029]+")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\ufffe]")
# Text for people may need the others: they join emojis, or turn the direction.
#: Regular expression for a mark in text for machines that nobody sees.
INVISIBLE_IN_CODES = (
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\ufffe]"
)
_INVISIBLE_CODE = re.compile(INVISIBLE_IN_CODES)


def is_clean(line):
    """Whether no cell of the tab-separated `line` needs `text` or `code` to change it.

    One look at a whole row is far cheaper than one at each of its fifty cells.
    """
    return not (
        "&" in line
        or "  " in line
        or "\t " in line
        or " \t" in line
        or "\t--" in line
        or line[:1] == " "
        or line[-1:] == " "
        or not line.replace("\t", "").isprintable()
    )


def text(cell):
    """Free text for people: HTML references decoded, spaces and control characters
    (also non-breaking spaces and line separators) collapsed, ends stripped."""
    if "&" in cell:
        cell = _ENTITY.sub(lambda match: html.unescape(match[0]), cell)
    if not cell.isprintable():
        cell = _INVISIBLE.sub("", cell)
        cell = _SPACES.sub(" ", cell)
    elif "  " in cell:
        cell = _SPACES.sub(" ", cell)
    return cell.strip(" ")


_EMPTY = frozenset({"", "--", "n/a", "na"})


def is_empty(cell):
    """Whether a cell holds nothing, or what reports write for nothing: ``--``, N/A."""
    return cell.strip().lower() in _EMPTY


def place(cell):
    """`text`; ``""`` for the ``--`` that Amazon.co.jp writes where there is none."""
    value = text(cell)
    return "" if value == "--" else value


def code(cell):
    """Text for machines: kept exactly (case, inner spaces), ends and invisible marks
    stripped."""
    return drop_invisible(cell).strip()


def drop_invisible(text):
    """Text for machines without marks that nobody sees."""
    return text if text.isascii() else _INVISIBLE_CODE.sub("", text)


# 5.10141E+13, and 5,10141E+13 from a spreadsheet program that counts in German
_SCIENTIFIC = re.compile(r"[0-9]+(?:[.,][0-9]*)?E[+-][0-9]+", re.ASCII | re.IGNORECASE)
_FRACTION = re.compile(r"[0-9]+[.,]0*", re.ASCII)
_SPREADSHEET_ERROR = re.compile(r"#+|#(?:N/A|NAME\?|NV|NUM!|REF!|VALUE!|WERT!|ZAHL!)")


_PLAIN_IDENTIFIER = re.compile(r"[0-9]+(?:-[0-9]+)*|[A-Za-z][0-9A-Za-z]*", re.ASCII)


def identifier(cell):
    """A case-sensitive identifier of Amazon's, kept exactly; ``""`` if empty, or
    ``--`` or N/A.

    Raises `BadCell` damaged_identifier for what a spreadsheet program makes of one.
    """
    if not cell or _PLAIN_IDENTIFIER.fullmatch(cell):
        return cell
    value = code(cell)
    if (
        _SCIENTIFIC.fullmatch(value)
        or _FRACTION.fullmatch(value)
        or _SPREADSHEET_ERROR.fullmatch(value)
        or not value.isprintable()
    ):
        raise BadCell("damaged_identifier")
    return "" if value in ("--", "N/A", "n/a") else value


def required_identifier(cell):
    """`identifier` that may not be empty."""
    if _PLAIN_IDENTIFIER.fullmatch(cell):
        return cell
    value = identifier(cell)
    if not value:
        raise BadCell("missing_value")
    return value


def order_number(cell):
    """The number of an order at Amazon; may not be empty.

    Raises `BadCell` bad_order_number for what Amazon never gives.
    """
    value = required_identifier(cell)
    if not is_order_number(value):
        raise BadCell("bad_order_number")
    return value


# An SKU is the seller's own and may be "1E5" or "12.0"; a spreadsheet program
# always writes the sign of the exponent and a mantissa below ten.
_SCIENTIFIC_SKU = re.compile(r"[1-9](?:[.,][0-9]+)?E\+[0-9]{2,3}", re.ASCII)


# Without a sign, a blank and a hash, it can be neither damaged nor in need of care.
_PLAIN_SKU = re.compile(r"[0-9A-Za-z._-]+", re.ASCII)


def sku(cell):
    """The seller's own article number, kept exactly; may not be empty."""
    if _PLAIN_SKU.fullmatch(cell):
        return cell
    value = code(cell)
    if not value:
        raise BadCell("missing_value")
    if _SCIENTIFIC_SKU.fullmatch(value) or _SPREADSHEET_ERROR.fullmatch(value):
        raise BadCell("damaged_identifier")
    return value


def optional_sku(cell):
    """`sku` that may be empty: ``""`` then."""
    return sku(cell) if cell.strip() else ""


# --- numbers ----------------------------------------------------------------------

_AMOUNT = re.compile(r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,8})?", re.ASCII)
_WHOLE = re.compile(r"([0-9]{1,9})(?:\.0+)?", re.ASCII)
_SIGNED_WHOLE = re.compile(r"(-?[0-9]{1,9})(?:\.0+)?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


_RATE = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,18})?", re.ASCII)


@lru_cache(maxsize=256)
def rate(cell):
    """An exchange rate as exact `Decimal`; None if empty."""
    value = cell.strip()
    if is_empty(value):
        return None
    if not _RATE.fullmatch(value):
        raise BadCell("bad_amount")
    return Decimal(value)


@lru_cache(maxsize=8192)
def money(cell):
    """An exact `Decimal` with all the decimals that the file gives; None if empty.

    Only Amazon's own notation is an amount: ``-3.85``, ``24732``, ``24732.00``. A
    comma, a currency sign, a thousands separator, an exponent or NaN is not.
    """
    value = cell.strip()
    if is_empty(value):
        return None
    if not _AMOUNT.fullmatch(value):
        raise BadCell("bad_amount")
    # adding zero turns -0.00 into 0.00
    return Decimal(value) + 0


@lru_cache(maxsize=8192)
def price(cell):
    """`money` that somebody pays: never below zero."""
    value = money(cell)
    if value is not None and value < 0:
        raise BadCell("bad_amount")
    return value


@lru_cache(maxsize=2048)
def discount(cell):
    """`money` that reduces: never above zero, whatever sign the report uses."""
    value = money(cell)
    return None if value is None else -abs(value)


@lru_cache(maxsize=1024)
def quantity(cell):
    """A number of units as int, 0 for a cancelled line; may not be empty."""
    value = cell.strip()
    if is_empty(value):
        raise BadCell("missing_value")
    match = _WHOLE.fullmatch(value)
    if not match:
        raise BadCell("bad_quantity")
    return int(match[1])


@lru_cache(maxsize=1024)
def whole_number(cell):
    """An int, None if empty."""
    value = cell.strip()
    if is_empty(value):
        return None
    match = _SIGNED_WHOLE.fullmatch(value)
    if not match:
        raise BadCell("bad_number")
    return int(match[1])


@lru_cache(maxsize=256)
def currency(cell):
    """A currency code of three capital letters, ``""`` if empty."""
    value = cell.strip().upper()
    if is_empty(value):
        return ""
    if not _CURRENCY.fullmatch(value):
        raise BadCell("bad_currency")
    return value


# --- moments and flags ------------------------------------------------------------

_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?"
    r" ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)",
    re.ASCII | re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def _unusual_moment(value):
    match = _MOMENT.fullmatch(value)
    if not match:
        raise BadCell("bad_date")
    day, time, fraction, offset = match.groups()
    if len(time) == 5:
        time += ":00"
    micro = (fraction or "0")[:6].ljust(6, "0")
    if offset[0] not in "+-":
        offset = "+00:00"
    digits = offset[1:].replace(":", "").ljust(4, "0")
    offset = f"{offset[0]}{digits[:2]}:{digits[2:]}"
    return datetime.fromisoformat(f"{day}T{time}.{micro}{offset}")


def moment(cell):
    """An aware `datetime` with the offset that the file gives; None if empty.

    A date without time or without time zone raises `BadCell` bad_date: it would be
    hours away from the truth.
    """
    if not cell:
        return None
    try:
        # Python 3.10 and later agree about this one notation of Amazon's only
        if (
            len(cell) == 25
            and cell[10] == "T"
            and cell[19] in "+-"
            and cell[24].isdecimal()
        ):
            result = datetime.fromisoformat(cell)
        elif is_empty(cell):
            return None
        else:
            result = _unusual_moment(cell.strip())
    except ValueError:
        raise BadCell("bad_date") from None
    if result.tzinfo is None or not 1995 <= result.year <= 2100:
        raise BadCell("bad_date")
    return result


def required_moment(cell):
    """`moment` that may not be empty."""
    value = moment(cell)
    if value is None:
        raise BadCell("missing_value")
    return value


_MONTHS = {
    name: number
    for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), 1
    )
}
_NAMED_DAY = re.compile(
    r"(\d{1,2})[- ]([A-Za-z]{3})[A-Za-z]*[- ](\d{4})(?: (?:UTC|GMT|Z))?", re.ASCII
)
_SLASHED_DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?", re.ASCII)


@lru_cache(maxsize=1024)
def day(cell):
    """A `date` as reports of VAT write it; None if empty.

    ``28-Aug-2026 UTC`` with English names of months, ``28/08/2026`` (the day first,
    unless that is impossible), or ISO with or without a time, which is dropped.
    """
    value = cell.strip()
    if is_empty(value):
        return None
    if match := _NAMED_DAY.fullmatch(value):
        number, name, year = match.groups()
        parts = int(year), _MONTHS.get(name.lower(), 0), int(number)
    elif match := _SLASHED_DAY.fullmatch(value):
        first, second, year = map(int, match.groups())
        parts = (year, first, second) if second > 12 else (year, second, first)
    elif match := _ISO_DAY.fullmatch(value):
        parts = tuple(map(int, match.groups()))
    else:
        raise BadCell("bad_day")
    try:
        result = date(*parts)
    except ValueError:
        raise BadCell("bad_day") from None
    if not 1995 <= result.year <= 2100:
        raise BadCell("bad_day")
    return result


_FLAGS = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
    **dict.fromkeys(("", "n/a", "na", "--"), None),
}


@lru_cache(maxsize=256)
def flag(cell):
    """True, False, or None where the file does not say."""
    try:
        return _FLAGS[cell.strip().lower()]
    except KeyError:
        raise BadCell("bad_flag") from None
