"""Report files to typed rows, one at a time."""

import codecs
from collections.abc import Mapping
from contextlib import ExitStack
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from . import spreadsheets, values
from .broken_rows import MISFITS, Misfits, count_names, find_data
from .cells import MAX_ROW_BYTES, BadQuoting, find_layout
from .continuations import ContinuationReader, ContinuationRow
from .foreign_reports import find_foreign_report, find_local_name
from .kinds import KINDS, detect_kinds, known_names
from .marking import mark as _
from .order_numbers import is_order_number
from .problems import FOUND_AT, WANTED
from .row_format import normal_name
from .sources import (
    MAX_UNPACKED_BYTES,
    ReportFileError,
    lines,
    no_report,
    survey,
    unpack,
)
from .values import RowError, is_clean
from .values import text as clean_text

#: More than any report has: a file with more is something else.
MAX_COLUMNS = 1000
#: Lines of words that some reports have above the names of their columns.
_MAX_PREAMBLE = 15
_LAST_DIGIT, _QUOTATION_MARK = b'9"'
_NOTHING = MappingProxyType({})


class ParsedRow(NamedTuple):
    """One data row.

    - `number` counts rows with content from 1
    - `raw` is {column: text} exactly as in the file
    - `values` is an instance of the format's row class, None if there is an `error`
      (`RowError`)
    - `warnings` are the `RowError`s of cells left empty
    - `continuation` is a `ContinuationRow` where the line only adds to an item that
      another one tells; its error is continuation_line, which holds the row for
      importers that do not join the two
    - `unknown_money` is {column: Decimal}: amounts that are not zero, in columns that
      nobody knows
    """

    number: int
    raw: dict
    values: object
    error: RowError | None
    warnings: tuple = ()
    continuation: ContinuationRow | None = None
    unknown_money: Mapping = _NOTHING

    @property
    def order_ref(self):
        """Amazon's order number, ``""`` where it is not certain.

        In a row whose cells may be shifted, what stands in its place may be anything.
        """
        told = self.values or self.continuation
        if told:
            return getattr(told, "order_id", "")
        cells = {normal_name(name): cell for name, cell in self.raw.items()}
        cell = cells.get("amazon-order-id") or cells.get("order-id") or ""
        if self.error.code in MISFITS and not is_order_number(cell.strip()):
            return ""
        return cell.strip()


class _Table:
    """The header of a file and how its rows come apart."""

    def __init__(self, stream, charset, max_bytes, kind=None):
        with ExitStack() as closing:
            self.stream = unpack(stream, max_bytes, closing)
            self._find_layout(kind)
            self._survey(charset)
            self._read_header(kind)
            self._closing = closing.pop_all()

    def close(self):
        """Remove the temporary files; the stream given stays open."""
        self._closing.close()

    def _find_layout(self, kind):
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
        return self.layout.rows(lines(self.stream))

    def decode(self, line):
        """``(text, valid)`` of a line's bytes, its end removed.

        Zero bytes are dropped: no database text can hold one.
        """
        line = line.rstrip(b"\r\n")
        if b"\0" in line:
            line = line.replace(b"\0", b"")
        try:
            return line.decode(self.charset), True
        except UnicodeDecodeError:
            return line.decode(self.charset, "replace"), False

    def _read_header(self, kind):
        text = self.decode(next(self.lines()))[0]
        self.layout, cells = find_layout(text)
        self.usual_width = max(self.usual_width, len(cells))
        while cells and not cells[-1].strip():
            cells.pop()
        strange = known_names().isdisjoint(map(normal_name, cells))
        if strange or not 2 <= len(cells) <= MAX_COLUMNS:
            self._refuse(text, kind)
        if cell := find_data(cells):
            raise ReportFileError("glued_header", start=clean_text(cell[:60]))
        self.layout.width = len(cells)
        self.header = tuple(_unique(cells))

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


class Report:
    """An opened report file.

    - `kind`: its `ReportKind`; `row_format`: the `RowFormat` of its rows
    - `header`: tuple of its column names, made unique
    - `unknown_columns`: those that Amazon's documentation does not know
    - `charset`: the Python name of the file's encoding; `doubtful_charset`: whether
      some rows do not fit it (they carry the warning bad_characters)
    - `row_count`: number of its data rows

    One iteration at a time: all share the stream's position.
    """

    def __init__(self, table, kind):
        self._table = table
        self.kind = kind
        self.header = table.header
        self.charset = table.charset
        self.doubtful_charset = table.doubtful
        self.row_count = table.row_count
        self.row_format = kind.format_of(table.header)
        self.unknown_columns = tuple(self.row_format.unknown(table.header))
        self._reader = _RowReader(self.row_format, table.header)
        self._misfits = Misfits(
            table.header,
            numbered=any(
                column.field == "order_id"
                and column.parse is values.required_identifier
                for column in self.row_format.columns
            ),
        )
        self._refuse_saved_copy()

    def _refuse_saved_copy(self):
        dates, amounts = [], []
        for row in islice(self.rows(), spreadsheets.SAMPLE_ROWS):
            if not row.error or row.error.code not in MISFITS:
                cells = list(row.raw.values())
                dates += self._reader.cells_read_by(cells, spreadsheets.DATE_PARSERS)
                amounts += self._reader.cells_read_by(
                    cells, spreadsheets.AMOUNT_PARSERS
                )
        spreadsheets.check_cells(dates, amounts)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.close()

    def close(self):
        """Remove temporary files (of compressed or UTF-16 files); the stream that
        was given stays open. Closing twice does no harm."""
        self._table.close()

    def rows(self, start=0):
        """Iterate over `ParsedRow`s, passing over the first `start` rows unread."""
        return (row for _line, row in self.lines(start))

    def lines(self, start=0):
        """Iterate over ``(bytes, ParsedRow)``: `rows` with their lines."""
        decode = self._table.decode
        found = islice(self._table.lines(), 1 + start, None)
        for number, line in enumerate(found, start + 1):
            if len(line) == MAX_ROW_BYTES and line[-1] != 10:
                yield line, self._oversized(number)
                continue
            text, valid = decode(line)
            row = self._parse(number, text, line[-1] != 10)
            yield line, row if valid else self._with_doubt(row)

    def format_line(self, cells):
        """The line of such a file with these `cells`, as bytes; the inverse of reading.

        What stands between the cells, and ends lines, is no part of them.
        """
        text = self._table.layout.join(cells)
        return text.encode(self.charset, "replace") + b"\n"

    def _parse(self, number, text, ends):
        table = self._table
        try:
            cells = table.layout.split(text)
        except BadQuoting as problem:
            return self._unread(number, problem.cells, RowError("bad_quoting"))
        width = len(self.header)
        if table.other_header and number >= table.other_header:
            return self._below_other_header(number, cells)
        if len(cells) != width:
            if not table.layout.fits(cells) or self._has_tab_inside(len(cells)):
                ends = ends and number == self.row_count
                return self._unread(number, cells, self._misfits.explain(cells, ends))
            del cells[width:]
        if self._misfits.is_header(cells):
            return self._unread(number, cells, RowError("repeated_header"))
        if not table.layout.plain or text[:1] == '"' or "\n" in text:
            # a quoted cell may hold a tab, which tells nothing apart here
            text = "\x00".join(cells) if "\t" in "".join(cells) else "\t".join(cells)
        return self._reader.read(number, cells, is_clean(text))

    def _has_tab_inside(self, width):
        """Whether a row has more cells than its file is used to, be they empty.

        A tab within an address moves the cells after it, and an empty last one out.
        """
        table = self._table
        return table.layout.plain and width > table.usual_width

    def _below_other_header(self, number, cells):
        first = self._table.other_header
        code = "other_header" if number == first else "after_other_header"
        return self._unread(number, cells, RowError(code, extra=(("first", first),)))

    def _unread(self, number, cells, error):
        width = len(self.header)
        names = [*self.header, *(f"column {n + 1}" for n in range(width, len(cells)))]
        raw = dict(zip(names, cells, strict=False))
        return ParsedRow(number, raw, None, error)

    def _oversized(self, number):
        limit = (("limit", MAX_ROW_BYTES),)
        return ParsedRow(number, {}, None, RowError("oversized_row", extra=limit))

    def _with_doubt(self, row):
        warning = RowError("bad_characters", value=self.charset)
        return row._replace(warnings=(*row.warnings, warning))


class _RowReader:
    """Makes `ParsedRow`s of the cells of one `header`."""

    def __init__(self, row_format, header):
        self._header = header
        self._empty_row = dict.fromkeys(header, "")
        self._format = row_format.bind(header)
        self._money_watch = self._format.money_watch
        self._continuations = (
            ContinuationReader(self._format.columns, header)
            if row_format.is_sale
            else None
        )

    def read(self, number, cells, clean):
        raw = self._empty_row.copy()  # faster than a dict that has to grow
        raw.update(zip(self._header, cells, strict=True))
        found, error, warnings = self._format.read(cells, clean)
        if error is None and not self._money_watch:
            return ParsedRow(number, raw, found, None, warnings)
        continuation, money = None, _NOTHING
        if error and error.code == "missing_value" and self._continuations:
            continuation, problem = self._continuations.read(cells)
            if continuation:
                order = (("order", continuation.order_id),)
                error = RowError("continuation_line", extra=order)
            error = problem or error
        if self._money_watch:
            money, unread = self._money_watch.find(cells)
            if unread and not error:
                index, name = unread[0]
                found, error = None, RowError("bad_amount", name, cells[index])
        return ParsedRow(number, raw, found, error, warnings, continuation, money)

    def cells_read_by(self, cells, parsers):
        """``[(cell, converter)]`` of the columns with one of the converters."""
        return [
            (cells[index], column.parse)
            for column, index in self._format.columns
            if column.parse in parsers and index < len(cells)
        ]


def open_report(stream, kind_key, charset=None, max_bytes=MAX_UNPACKED_BYTES):
    """Open a report file.

    `stream`: seekable binary stream of the whole file, plain or gzip, which must stay
    open while rows are read; `kind_key`: a key of `KINDS`; `charset`: as announced by
    the server, believed only where the bytes agree; `max_bytes`: limit of a
    compressed file's content. Returns a `Report`; raises `ReportFileError` for a file
    that cannot be read as this kind. Reads the file once to find its charset and to
    count its rows; memory does not grow with the file.
    """
    kind = KINDS[kind_key]
    if kind.row_format is None:
        raise ReportFileError("unsupported_kind", expected=kind.label)
    table = _Table(stream, charset, max_bytes, kind)
    try:
        _check_header(table.header, kind)
        return Report(table, kind)
    except ReportFileError:
        table.close()
        raise


def read_raw(kind_key, number, raw):
    """The `ParsedRow` of a row that was read before.

    `raw`: {column: text} as `ParsedRow.raw` gave it; `number`: its number in the file.
    """
    return _get_reader(kind_key, tuple(raw)).read(
        number, list(raw.values()), clean=False
    )


@lru_cache(maxsize=16)
def _get_reader(kind_key, header):
    return _RowReader(KINDS[kind_key].format_of(header), header)


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


def detect_file_kinds(stream, max_bytes=MAX_UNPACKED_BYTES):
    """`detect_kinds` of a file: keys of the kinds it looks like, perhaps none.

    Raises `ReportFileError` for a file that is no report at all.
    """
    table = _Table(stream, None, max_bytes)
    table.close()
    return detect_kinds(table.header)
