"""Amounts and moments of settlements, written as in the country of the account."""

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, lru_cache

from .values import BadCell, is_empty

_MINUS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_GAPS = re.compile(
    "[ \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}'\N{RIGHT SINGLE QUOTATION MARK}]"
)


def _amount_of(point, comma):
    """A reader of amounts with a decimal `point`; `comma` parts the thousands."""
    p, c = re.escape(point), re.escape(comma)
    pattern = re.compile(
        rf"([+-]?)([0-9]{{1,15}}|[0-9]{{1,3}}(?:{c}[0-9]{{3}})+)(?:{p}([0-9]{{1,2}}|[0-9]{{2}}0{{2,}}))?",
        re.ASCII,
    )

    @lru_cache(maxsize=4096)
    def read(cell):
        value = _GAPS.sub("", cell.strip().translate(_MINUS))
        if is_empty(value):
            return None
        match = pattern.fullmatch(value)
        if not match:
            raise BadCell("bad_amount")
        sign, whole, cents = match.groups()
        return Decimal(f"{sign}{whole.replace(comma, '')}.{cents or 0}")

    return read


#: The ways of writing amounts, the one without local customs first.
AMOUNTS = (_amount_of(".", ","), _amount_of(",", "."))


@lru_cache(maxsize=4096)
def amount(cell):
    """An amount in whichever way it can be read; for single rows without their file."""
    for read in AMOUNTS:
        try:
            return read(cell)
        except BadCell:
            continue
    raise BadCell("bad_amount")


_ZONE = r" ?(UTC|GMT|Z|[+-][0-9]{2}:?[0-9]{2})?"
_TIME = r"(?:[T ,]+([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.[0-9]+)?)?)?"
_YEAR_FIRST = re.compile(
    rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}{_ZONE}", re.ASCII
)
_YEAR_LAST = re.compile(
    rf"([0-9]{{1,2}})([-/.])([0-9]{{1,2}})\2([0-9]{{4}}){_TIME}{_ZONE}", re.ASCII
)
#: Which comes first where the year comes last.
ORDERS = ("day", "month")


def choose_order(cells):
    """``"day"`` or ``"month"``: how some moments with the year last are written.

    :param cells: iterable of text
    """
    parts = [
        (int(match[1]), int(match[3]))
        for cell in cells
        if (match := _YEAR_LAST.fullmatch(cell.strip()))
    ]
    if any(first > 12 for first, _second in parts):
        return "day"
    if any(second > 12 for _first, second in parts):
        return "month"
    # Of a period of days, the months are the same and the days are not.
    firsts = {first for first, _second in parts}
    seconds = {second for _first, second in parts}
    return "month" if len(firsts) < len(seconds) else "day"


@cache
def moment(order):
    """A reader of moments; without a time zone they are UTC, as Amazon's are.

    :param order: ``"day"`` or ``"month"``; dots always have the day first
    """

    @lru_cache(maxsize=4096)
    def local_moment(cell):
        value = cell.strip()
        if is_empty(value):
            return None
        if match := _YEAR_FIRST.fullmatch(value):
            year, _sign, month, day, *rest = match.groups()
        elif match := _YEAR_LAST.fullmatch(value):
            day, sign, month, year, *rest = match.groups()
            if order == "month" and sign != ".":
                day, month = month, day
        else:
            raise BadCell("bad_date")
        *clock, zone = rest
        try:
            result = datetime(
                int(year),
                int(month),
                int(day),
                *(int(part or 0) for part in clock),
                tzinfo=_offset(zone),
            )
        except ValueError:
            raise BadCell("bad_date") from None
        if not 1995 <= result.year <= 2100:
            raise BadCell("bad_date")
        return result

    return local_moment


def _offset(zone):
    if not zone or zone[0] not in "+-":
        return timezone.utc
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if zone[0] == "-" else minutes))
