"""Dates as the downloads of Seller Central write them, where Amazon's interface gives
date, time and offset.

Source: reference/amazon-reports.md 2.6 and 2.8.
"""

import re
from datetime import datetime, timedelta, timezone
from functools import lru_cache

from . import values
from .values import BadCell

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
#: Hours from UTC of the zones in which Seller Central shows times.
_ZONES = {
    "": 0,
    "z": 0,
    "utc": 0,
    "gmt": 0,
    "bst": 1,
    "cet": 1,
    "met": 1,
    "cest": 2,
    "mest": 2,
    "pst": -8,
    "pdt": -7,
    "jst": 9,
}
_TIME = (
    r"(?:[T,]? ?(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
    r"(?: ?(?P<half>[AP])M)?)?(?: ?(?P<zone>[A-Z]{1,4}))?"
)
_DAYS = (
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})",
    r"(?P<day>\d{1,2})[-. ]+(?P<name>[A-Z]{3})[A-Z]*\.?[- ](?P<year>\d{4})",
    r"(?P<name>[A-Z]{3})[A-Z]*\.? (?P<day>\d{1,2}), ?(?P<year>\d{4})",
    # With points, the day comes first everywhere.
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})",
    r"(?P<first>\d{1,2})/(?P<other>\d{1,2})/(?P<year>\d{4})",
)
_FORMS = [re.compile(day + _TIME, re.ASCII | re.IGNORECASE) for day in _DAYS]


@lru_cache(maxsize=1024)
def moment(cell):
    """An aware `datetime`; None if empty.

    Besides what `values.moment` reads: days with or without a time, with an English
    name of the month, or in numbers, whose order must be clear (``20/10/2026`` is,
    ``05/10/2026`` is not). Without a zone it is UTC, without a time noon.
    """
    try:
        return values.moment(cell)
    except BadCell:
        value = cell.strip()
    for form in _FORMS:
        if match := form.fullmatch(value):
            try:
                result = _build(match.groupdict())
            except (ValueError, KeyError):
                break
            if 1995 <= result.year <= 2100:
                return result
    raise BadCell("bad_date")


def required_moment(cell):
    """`moment` that may not be empty."""
    value = moment(cell)
    if value is None:
        raise BadCell("missing_value")
    return value


def _build(told):
    hour, minute = int(told["hour"] or 12), int(told["minute"] or 0)
    if told["half"]:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + 12 * (told["half"].upper() == "P")
    zone = timezone(timedelta(hours=_ZONES[(told["zone"] or "").lower()]))
    year = int(told["year"])
    return datetime(
        year, *_month_and_day(told), hour, minute, int(told["second"] or 0), tzinfo=zone
    )


def _month_and_day(told):
    if told.get("name"):
        return _MONTHS.index(told["name"].lower()) + 1, int(told["day"])
    if told.get("month"):
        return int(told["month"]), int(told["day"])
    first, other = int(told["first"]), int(told["other"])
    if first != other and first <= 12 and other <= 12:
        raise ValueError
    return (other, first) if first > 12 else (first, other)
