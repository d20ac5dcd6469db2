"""The simulator's clock: real time from a chosen start, moved by a control.

Amazon's clock need not be the client's: ``set_skew`` puts it ahead or behind.
"""

import threading
import time
from datetime import datetime, timedelta, timezone


class Clock:
    """Runs with real time from ``start`` (default: now).

    :param start: aware datetime, or None.
    :param frozen: the clock stands still until it is moved.
    """

    def __init__(self, start=None, frozen=False):
        self._lock = threading.Lock()
        self._frozen = frozen
        self._base = start or datetime.now(timezone.utc)
        self._since = time.monotonic()
        self._skew = timedelta()

    def now(self):
        with self._lock:
            return self._now() + self._skew

    def set_skew(self, seconds):
        """How far the clock is ahead (behind: negative) of its own course."""
        with self._lock:
            self._skew = timedelta(seconds=seconds)

    def advance(self, seconds):
        """Moves the clock by ``seconds`` (forward only) and returns the new time."""
        if seconds < 0:
            raise ValueError("The clock goes forward only.")
        with self._lock:
            self._base = self._now() + timedelta(seconds=seconds)
            self._since = time.monotonic()
            return self._base + self._skew

    def freeze(self, frozen):
        with self._lock:
            self._base, self._since = self._now(), time.monotonic()
            self._frozen = frozen

    def _now(self):
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._since)


def parse_time(text):
    """An aware datetime from ISO 8601 with an offset or Z, or ValueError."""
    if not isinstance(text, str) or "T" not in text:
        raise ValueError(f"{text!r} is no ISO 8601 date and time.")
    moment = datetime.fromisoformat(_micro(text.replace("Z", "+00:00")))
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone.")
    return moment.astimezone(timezone.utc)


def _micro(text):
    """Python 3.10 reads fractions of three or six digits only."""
    head, dot, rest = text.partition(".")
    if not dot:
        return text
    if "+" not in rest and "-" not in rest:
        return head
    offset = rest[max(rest.rfind("+"), rest.rfind("-")) :]
    digits = (rest[: len(rest) - len(offset)] + "000000")[:6]
    return f"{head}.{digits}{offset}"


def api_time(moment):
    """As Amazon writes it: seconds and +00:00."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")
