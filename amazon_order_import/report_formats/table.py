"""The header of a file, or why it is refused, and its rows as text."""

import codecs
import re
from contextlib import ExitStack
from itertools import islice

from . import spreadsheets
from .broken_rows import count_names, find_data
from .cells import find_layout
from .charsets import survey
from .foreign_reports import find_foreign_report, find_local_name
from .kinds import KINDS, detect_kinds, known_names
from .limits import MAX_COLUMNS, MAX_ROW_BYTES
from .marking import mark as _
from .problems import FOUND_AT, WANTED
from .row_format import normal_name
from .sources import ReportFileError, find_beginning, lines, no_report, unpack
from .values import text as clean_text

#: Lines of words that some reports have above the names of their columns.
_MAX_PREAMBLE = 15
_LAST_DIGIT, _QUOTATION_MARK = b'9"'


class Table:
    """The header of a file and how its rows come apart."""

    def __init__(self, stream, charset, max_bytes, kind=None):
        begins = kind.row_format.begins if kind else b""
        self._begins = re.compile(begins) if begins else None
        # A file that its first lines refuse is neither unpacked nor looked through.
        self.stream = find_beginning(stream, max_bytes)
        self._find_layout()
        self.charset = survey(self.lines, charset).charset
        self._read_header(kind)
        with ExitStack() as closing:
            self.stream = unpack(stream, max_bytes, closing)
            self._find_layout()
            self._survey(charset)
            self.usual_width = max(self.usual_width, self._read_header(kind))
            self._closing = closing.pop_all()

    def close(self):
        """Remove the temporary files; the stream given stays open."""
        self._closing.close()

    def _find_layout(self):
        self.stream.seek(0)
        self.offset = 3 if self.stream.read(3) == codecs.BOM_UTF8 else 0
        self.stream.seek(self.offset)
        first = next(lines(self.stream), None)
        if first is None:
            raise ReportFileError("empty_file")
        # What stands between the names is the same in each charset.
        text = first.rstrip(b"\r\n").replace(b"\0", b"").decode("latin-1")
        self.layout, _names = find_layout(text)

    def _survey(self, charset):
        marks = spreadsheets.NumberMarks()
        #: Number of the row that holds the names of other columns, 0: there is none
        self.other_header = 0
        delimiter = self.layout.delimiter.encode()
        first = next(self.lines())
        names = {name.encode() for name in known_names()}

        def look(number, row):
            if not marks.are_settled:
                marks.look(row)
            if row[0] > _LAST_DIGIT or row[0] == _QUOTATION_MARK:
                cell = row[: row.find(delimiter)].strip(b'" ').lower()
                if (
                    cell in names
                    and not self.other_header
                    and row.strip() != first.strip()
                    and count_names(row, self.layout, known_names()) > 2
                ):
                    self.other_header = number

        found = survey(self.lines, charset, look)
        marks.check()
        self.charset = found.charset
        self.doubtful = found.doubtful
        self.row_count = found.row_count - 1
        self.usual_width = found.tab_count + 1

    def lines(self):
        """The lines with content, one for each row, the header first."""
        self.stream.seek(self.offset)
        found = self.layout.rows(lines(self.stream))
        return self._join_torn(found) if self._begins else found

    def _join_torn(self, found):
        """Join the lines that a line break in a cell has torn, as far as rows go."""
        row = next(found)
        yield row
        row = next(found, None)
        for line in found:
            if (
                self._begins.match(line)
                or len(row) + len(line) > MAX_ROW_BYTES
                or count_names(line, self.layout, known_names()) > 2
            ):
                yield row
                row = line
            else:
                row = row.rstrip(b"\r\n") + b" " + line
        if row is not None:
            yield row

    def decode(self, line):
        """``(text, valid)`` of a line's bytes, its end removed.

        Zero bytes are dropped: no database text can hold one.
        """
        line = line.rstrip(b"\r\n")
        if 0 in line:
            line = line.replace(b"\0", b"")
        try:
            return line.decode(self.charset), True
        except UnicodeDecodeError:
            return line.decode(self.charset, "replace"), False

    def _read_header(self, kind):
        """Note the names of the columns; return how many cells they take."""
        text = self.decode(next(self.lines()))[0]
        self.layout, cells = find_layout(text)
        count = len(cells)
        while cells and not cells[-1].strip():
            cells.pop()
        strange = known_names().isdisjoint(map(normal_name, cells))
        if strange or not 2 <= len(cells) <= MAX_COLUMNS:
            self._refuse(text, kind)
        if cell := find_data(cells):
            raise ReportFileError("glued_header", start=clean_text(cell[:60]))
        self.layout.width = len(cells)
        self.header = tuple(_unique(cells))
        if kind:
            _check_header(self.header, kind)
        elif not detect_kinds(self.header):
            _refuse_foreign(self.header, None)
        return count

    def _refuse(self, text, kind):
        """:raise ReportFileError: that says what the file is instead of a report"""
        if "\t" not in text and text.count(";") > text.count(","):
            names = {normal_name(cell) for cell in text.split(";")}
            if len(names & known_names()) > 1:
                raise ReportFileError(
                    "spreadsheet_file", seems=_("a table separated by semicolons")
                )
        for line in islice(self.lines(), _MAX_PREAMBLE):
            _refuse_foreign(_names_in(self.decode(line)[0]), kind)
        raise no_report(text)


def _names_in(text):
    """The cells of a line, whatever stands between them."""
    delimiter = max("\t;,", key=text.count)
    return [name.strip().strip('"') for name in text.split(delimiter)]


def _refuse_foreign(header, kind):
    """:raise ReportFileError: where a file is another of Amazon's reports, by its name

    :param kind: `ReportKind` that is wanted, None where any is
    """
    wanted = {"expected": kind.label, "found_at": kind.found_at} if kind else {}
    hints = (WANTED,) if kind else (_("Upload a report that is imported."),)
    if report := find_foreign_report(header):
        raise ReportFileError("foreign_report", report=report, hints=hints, **wanted)
    if name := find_local_name(header):
        name = clean_text(name)
        raise ReportFileError("other_language", name=name, hints=hints, **wanted)


def _unique(cells):
    """Column names without spaces around them, each once and none empty."""
    seen = set()
    for position, cell in enumerate(cells, 1):
        plain = name = cell.strip("\ufeff \t\xa0") or f"column {position}"
        again = 1
        while name in seen:
            again += 1
            name = f"{plain} ({again})"
        seen.add(name)
        yield name


def _check_header(header, kind):
    missing = kind.format_of(header).missing(header)
    if not missing:
        return
    found = detect_kinds(header)
    if found and kind.key not in found:
        raise ReportFileError(
            "wrong_kind",
            kinds=found,
            expected=kind.label,
            found=tuple(KINDS[key].label for key in found),
            found_at=kind.found_at,
            hints=(FOUND_AT,),
        )
    if not found:
        _refuse_foreign(header, kind)
    raise ReportFileError(
        "missing_columns", columns=tuple(missing), names=", ".join(missing)
    )
