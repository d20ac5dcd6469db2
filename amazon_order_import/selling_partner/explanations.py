"""What Amazon says in a document about a report that it did not make."""

import contextlib
import io
import json
import re
import unicodedata

from .errors import DocumentError

#: Bytes that are read, and characters that are shown.
MAX_WORDS_BYTES = 65_536
MAX_WORDS = 1_000
#: What such words are about: pattern -> reason.
_REASONS = (
    (
        re.compile(
            r"too (often|many|frequent)|throttl|frequen|already (been )?request"
        ),
        "too_often",
    ),
    (
        re.compile(r"date ?range|maximum.*days|(start|end) ?date|too (wide|old)"),
        "range",
    ),
    (re.compile(r"\brole|permission|not authori[sz]ed|access.*denied"), "role"),
)


def find_reason(words):
    """Return for what reason Amazon makes no report, as far as its words tell.

    :param str words: Amazon's own
    :return: ``too_often``, ``range``, ``role`` or ``""``
    """
    words = words.lower()
    return next((reason for pattern, reason in _REASONS if pattern.search(words)), "")


class Excerpt(io.BytesIO):
    """A target of a download that keeps its beginning and refuses the rest."""

    def seekable(self):
        return False

    def write(self, piece):
        room = MAX_WORDS_BYTES - self.tell()
        if len(piece) > room:
            super().write(piece[:room])
            raise DocumentError("The document is no explanation.", code="too_large")
        return super().write(piece)


def clean_words(content):
    """Return Amazon's explanation as plain text: hostile until read.

    :param bytes content: of a document that Amazon made instead of a report
    """
    text = content.decode("utf-8", errors="replace")
    with contextlib.suppress(ValueError, RecursionError):
        text = "; ".join(_texts(json.loads(text)))
    if text.count("\ufffd") > len(text) / 10:
        return ""
    text = "".join(
        " " if unicodedata.category(char).startswith("C") else char for char in text
    )
    return re.sub(r"\s+", " ", text).strip()[:MAX_WORDS]


def _texts(value, depth=0):
    """Yield the texts of a JSON value."""
    if isinstance(value, str):
        yield value
    elif depth < 5 and isinstance(value, dict):
        for item in value.values():
            yield from _texts(item, depth + 1)
    elif depth < 5 and isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
