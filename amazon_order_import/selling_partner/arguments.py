"""What callers give, checked before anything is sent, and as Amazon wants it."""

import re

from .errors import DataError
from .records import format_time


def require(condition, problem):
    if not condition:
        raise DataError(
            f"Nothing was sent to Amazon: {problem}. Correct it and try again.",
            code="invalid_argument",
        )


def identifier(value, what):
    require(
        isinstance(value, str)
        and re.fullmatch(r"[^\s,]+", value)
        and value not in (".", ".."),
        f"the {what} {value!r} is none",
    )
    return value


def identifiers(values, what, limit):
    values = [] if isinstance(values, str) else list(values)
    require(1 <= len(values) <= limit, f"give 1 to {limit} {what}")
    return [identifier(value, f"entry of the {what}") for value in values]


def check_period(start, end):
    for moment in filter(None, (start, end)):
        require(moment.utcoffset() is not None, f"{moment} lacks its time zone")
    require(not (start and end) or start < end, "the period ends before it starts")


def time_text(moment):
    return format_time(moment) if moment else None


def option_texts(options):
    return {
        str(key): str(value).lower() if isinstance(value, bool) else str(value)
        for key, value in (options or {}).items()
    }


def given(**values):
    return {name: value for name, value in values.items() if value}
