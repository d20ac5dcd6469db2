"""Faults on demand: what can go wrong between a client and Amazon.

A fault has a ``kind``, a ``match`` (all given keys must be equal: ``operation``,
``seller``, ``report_type``, ``method``, ``path``), a ``count`` (how often it
strikes; None = until cleared) and parameters of its kind. Faults of requests know
no ``report_type``; those of reports strike at createReport, those of documents at
the download.

``operation`` is Amazon's operation id, or ``token`` for Login with Amazon, or
``downloadDocument`` and ``uploadDocument`` for the link of a document. The ends of
reports strike feeds too, at createFeed, with the feed's type as ``report_type``.

=================== ========================================================
kind                what happens (parameters)
=================== ========================================================
throttle            429 (``html``, ``rate_header``, ``retry_after``)
internal            500 (``html``)
unavailable         503 (``html``, ``retry_after``)
unauthorized        401
forbidden           403
non_json            200 with a page of HTML
slow                the answer comes after ``seconds`` (default 5)
drop                the connection closes without an answer
lost_answer         the same, after the request was carried out
fatal               the created report ends FATAL (``document``: with reasons)
cancelled           the created report ends CANCELLED
stuck               the created report stays IN_QUEUE (for ``seconds``)
foreign_cancel      another program cancels the created report while IN_QUEUE
cut                 the document's connection closes half-way
truncated           half of the document's bytes, as if that were all
gzip_bomb           a document that unpacks to ``size_mb`` (default 512)
not_gzip            announced as GZIP but plain
expired_link        the link answers as after its five minutes
wrong_charset       the header names ``charset`` (default UTF-16)
no_charset          the header names no character set
=================== ========================================================
"""

import itertools
from dataclasses import asdict, dataclass, field

REQUEST_KINDS = {
    "throttle",
    "internal",
    "unavailable",
    "unauthorized",
    "forbidden",
    "non_json",
    "slow",
    "drop",
}
# After the request: no answer, though it was done.
AFTER_KINDS = {"lost_answer"}
REPORT_KINDS = {"fatal", "cancelled", "stuck", "foreign_cancel"}
DOCUMENT_KINDS = {
    "cut",
    "truncated",
    "gzip_bomb",
    "not_gzip",
    "expired_link",
    "wrong_charset",
    "no_charset",
}
UPLOAD_KINDS = {"expired_link"}
_KINDS = REQUEST_KINDS | AFTER_KINDS | REPORT_KINDS | DOCUMENT_KINDS
MATCH_KEYS = {"operation", "seller", "report_type", "method", "path"}


@dataclass
class Fault:
    id: int
    kind: str
    match: dict
    count: int | None = 1
    parameters: dict = field(default_factory=dict)

    def get(self, name, default=None):
        return self.parameters.get(name, default)


class FaultBook:
    """The faults in force, in the order in which they were added."""

    def __init__(self):
        self._faults = []
        self._ids = itertools.count(1)

    def add(self, kind, match=None, count=1, **parameters):
        """Adds a fault; ValueError for a kind or match key that does not exist."""
        if kind not in _KINDS:
            raise ValueError(f"No fault of the kind {kind!r}.")
        unknown = set(match or {}) - MATCH_KEYS
        if unknown:
            raise ValueError(f"A fault cannot match {sorted(unknown)}.")
        fault = Fault(next(self._ids), kind, match or {}, count, parameters)
        self._faults.append(fault)
        return fault

    def take(self, kinds, **facts):
        """The first fault of these kinds that fits, used up by one; or None."""
        for fault in self._faults:
            if fault.kind not in kinds or fault.count == 0:
                continue
            if all(facts.get(key) == value for key, value in fault.match.items()):
                if fault.count is not None:
                    fault.count -= 1
                return fault
        return None

    def clear(self, fault_id=None):
        self._faults = [f for f in self._faults if fault_id and f.id != fault_id]

    def listing(self):
        return [asdict(fault) for fault in self._faults]
