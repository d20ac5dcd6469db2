"""Which charset a file is in, by one look at each of its rows."""

import codecs
import re
from collections import Counter
from dataclasses import dataclass

from .limits import MAX_ROWS
from .sources import ReportFileError

# Not the country: sellers elsewhere ship to Japan, too.
_JAPANESE = re.compile(rb"\tJPY(?![^\t\r\n])|Amazon\.co\.jp")
# Two Japanese characters in a row, one of them beyond ASCII as a whole, or three: less
# may be the curly apostrophes of "Rock'n'Roll" and the letters after them in cp1252.
_JAPANESE_TEXT = re.compile(
    rb"[\x81-\x9f](?:[\x80-\xfc][\x81-\x9f][\x40-\x7e\x80-\xfc]"
    rb"|[\x40-\x7e][\x81-\x9f](?:[\x80-\xfc]|[\x40-\x7e][\x81-\x9f]))"
)

#: What Amazon calls its charsets, and what really stands in the files.
_ALIASES = {
    **dict.fromkeys(("cp1252", "windows-1252", "iso-8859-1", "latin-1"), "cp1252"),
    **dict.fromkeys(
        ("shift_jis", "shift-jis", "sjis", "x-sjis", "windows-31j", "ms932", "cp932"),
        "cp932",
    ),
}
_ASCII = bytes(range(32, 127)) + b"\t\r\n"


def _declared(charset):
    """The codec for a declared charset; None if it is none that can be believed."""
    name = (charset or "").strip().strip("\"'").lower().replace("_", "-")
    name = _ALIASES.get(name) or _ALIASES.get(name.replace("-", "_")) or name
    try:
        codec = codecs.lookup(name)
        if bytes.decode(_ASCII, name) != _ASCII.decode("ascii"):
            return None
    except (LookupError, ValueError):
        return None
    return codec.name


@dataclass(frozen=True)
class Survey:
    """What one look at every line tells: the charset, whether it was only a guess
    that does not fit every line, the number of rows, the header among them, and how
    many tabs most of them have (of equals, the fewest)."""

    charset: str
    doubtful: bool
    row_count: int
    tab_count: int


def _is_japanese(row):
    if (b"JP" in row or b".jp" in row) and _JAPANESE.search(row):
        return True
    # Text in UTF-8 has the same bytes in another meaning.
    return not _is_utf8(row) and bool(_JAPANESE_TEXT.search(row))


def _is_utf8(row):
    try:
        row.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fits(rows, charset):
    for row in rows:
        if not row.isascii():
            try:
                row.decode(charset)
            except UnicodeDecodeError:
                return False
    return True


def _look_away(_number, _row):
    """What to do with the rows of a `survey` that nobody else looks at."""


def survey(get_rows, declared, look=_look_away):
    """A `Survey` of a file.

    UTF-8 goes before what is announced: text of another charset is never valid
    UTF-8 by chance, while Amazon does announce wrong ones. It also goes where
    single lines are broken (Amazon cuts titles amid a character) but most are not.

    :param get_rows: function that gives an iterator of the rows, the header first
    :param declared: charset as announced
    :param look: function that is shown each data row with its number
    :raise ReportFileError: where there are too many rows
    """
    count = good = bad = 0
    tabs = Counter()
    for row in get_rows():
        if count:
            tabs[row.count(b"\t")] += 1
            look(count, row)
            if count > MAX_ROWS:
                raise ReportFileError("too_many_rows", limit=MAX_ROWS)
        count += 1
        if not row.isascii():
            if _is_utf8(row):
                good += 1
            else:
                bad += 1
    usual_tabs = max(tabs, key=lambda number: (tabs[number], -number), default=0)
    if not bad:
        return Survey("utf-8", False, count, usual_tabs)
    if good >= 10 * bad:
        return Survey("utf-8", True, count, usual_tabs)
    candidates = ("cp1252", "cp932")
    if any(map(_is_japanese, get_rows())):
        candidates = ("cp932", "cp1252")
    announced = _declared(declared)
    for charset in dict.fromkeys((announced, *candidates)):
        if charset and charset != "utf-8" and _fits(get_rows(), charset):
            return Survey(charset, False, count, usual_tabs)
    return Survey(candidates[0], True, count, usual_tabs)
