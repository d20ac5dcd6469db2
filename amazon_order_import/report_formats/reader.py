"""Report files to typed rows, one at a time."""

import codecs
import csv
from contextlib import ExitStack
from functools import partial
from itertools import islice
from typing import NamedTuple

from .kinds import KINDS, detect_kinds, known_names
from .marking import mark as _
from .row_format import normal_name
from .sources import (
    MAX_ROW_BYTES,
    MAX_UNPACKED_BYTES,
    ReportFileError,
    lines,
    survey,
    unpack,
)
from .values import RowError, is_clean
from .values import text as clean_text

#: More than any report has: a file with more is something else.
MAX_COLUMNS = 1000


class ParsedRow(NamedTuple):
    """One data row.

    `number` counts rows with content from 1; `raw` is {column: text} exactly as in
    the file; `values` is an instance of the format's row class, None if there is an
    `error` (`RowError`); `warnings` are the `RowError`s of cells left empty.
    """

    number: int
    raw: dict
    values: object
    error: RowError | None
    warnings: tuple = ()


def _split_tabs(text):
    cells = text.split("\t")
    if text[:1] == '"' and all(map(_is_quoted, filter(str.strip, cells))):
        # some exports quote the values below a header without quotes
        return _split_quoted(text, "\t")
    return cells


def _split_quoted(text, delimiter):
    # A lone CR inside a cell is no line end here, but the csv module takes it for one
    return next(
        csv.reader([text.replace("\r", " ")], delimiter=delimiter, strict=True), []
    )


def _split_quoted_twice(text):
    cells = _split_quoted(text, ",")
    return _split_quoted(cells[0], ",") if len(cells) == 1 else cells


def _is_quoted(cell):
    cell = cell.strip()
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


class _Table:
    """The header of a file and how its lines come apart."""

    def __init__(self, stream, charset, max_bytes):
        with ExitStack() as closing:
            self.stream = unpack(stream, max_bytes, closing)
            self._survey(charset)
            self._read_header()
            self._closing = closing.pop_all()

    def close(self):
        """Remove the temporary files; the stream given stays open."""
        self._closing.close()

    def _survey(self, charset):
        self.offset = 0
        self.stream.seek(0)
        if self.stream.read(3) == codecs.BOM_UTF8:
            self.offset = 3
        found = survey(self.stream, self.offset, charset)
        if not found.line_count:
            raise ReportFileError("empty_file")
        self.charset = found.charset
        self.doubtful = found.doubtful
        self.row_count = found.line_count - 1
        self.usual_width = found.tab_count + 1

    def lines(self):
        """The lines with content, the header first."""
        self.stream.seek(self.offset)
        return lines(self.stream)

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

    def _read_header(self):
        line = next(self.lines())
        text = self.decode(line)[0]
        cells = self._split_header(text)
        self.usual_width = max(self.usual_width, len(cells))
        while cells and not cells[-1].strip():
            cells.pop()
        strange = known_names().isdisjoint(map(normal_name, cells))
        if len(cells) < 2 or strange or len(cells) > MAX_COLUMNS:
            shown = clean_text(text[:60])
            raise ReportFileError(
                "not_a_report",
                seems=_("a file that begins with “{start}”"),
                start=shown,
                hints=(_("Its first line must hold the names of the columns."),),
            )
        self.header = tuple(_unique(cells))

    def _split_header(self, text):
        if "\t" in text:
            self.split = _split_tabs
            cells = text.split("\t")
            if all(map(_is_quoted, filter(str.strip, cells))):
                self.split = partial(_split_quoted, delimiter="\t")
        elif text.count(";") > text.count(","):
            names = {normal_name(cell) for cell in text.split(";")}
            if len(names & known_names()) > 1:
                raise ReportFileError(
                    "spreadsheet_file", seems=_("a table separated by semicolons")
                )
            return [text]
        else:
            self.split = partial(_split_quoted, delimiter=",")
        try:
            cells = self.split(text)
            if len(cells) == 1 and "," in cells[0]:
                # Some downloads quote each line once more as a whole.
                self.split = _split_quoted_twice
                cells = self.split(text)
            return cells
        except csv.Error:
            return [text]


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
        self._format = self.row_format.bind(table.header)
        self._empty_row = dict.fromkeys(table.header, "")

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
        decode = self._table.decode
        found = islice(self._table.lines(), 1 + start, None)
        for number, line in enumerate(found, start + 1):
            if len(line) == MAX_ROW_BYTES and line[-1] != 10:
                yield self._oversized(number)
                continue
            text, valid = decode(line)
            row = self._parse(number, text)
            yield row if valid else self._with_doubt(row)

    def _parse(self, number, text):
        try:
            cells = self._table.split(text)
        except csv.Error:
            # As far as they can be told apart, which shows where the row belongs.
            cells = next(csv.reader([text.replace("\r", " ")]), [text])
            raw = dict(zip(self.header, cells, strict=False))
            return ParsedRow(number, raw, None, RowError("bad_quoting"))
        width = len(self.header)
        if len(cells) != width:
            extra = cells[width:]
            if (
                not extra
                or any(map(str.strip, extra))
                or self._has_tab_inside(len(cells))
            ):
                return self._ragged(number, cells)
            del cells[width:]
        raw = self._empty_row.copy()  # faster than a dict that has to grow
        raw.update(zip(self.header, cells, strict=True))
        if self._table.split is not _split_tabs or text[:1] == '"':
            # a quoted cell may hold a tab, which tells nothing apart here
            text = "\x00".join(cells) if "\t" in "".join(cells) else "\t".join(cells)
        return ParsedRow(number, raw, *self._format.read(cells, is_clean(text)))

    def _has_tab_inside(self, width):
        """Whether a row has more cells than its file is used to, be they empty.

        A tab within an address moves the cells after it, and an empty last one out.
        """
        table = self._table
        return table.split is _split_tabs and width > table.usual_width

    def _ragged(self, number, cells):
        width = len(self.header)
        names = [*self.header, *(f"column {n + 1}" for n in range(width, len(cells)))]
        code = "short_row" if len(cells) < width else "long_row"
        counts = (("found", len(cells)), ("expected", width))
        raw = dict(zip(names, cells, strict=False))
        return ParsedRow(number, raw, None, RowError(code, extra=counts))

    def _oversized(self, number):
        limit = (("limit", MAX_ROW_BYTES),)
        return ParsedRow(number, {}, None, RowError("oversized_row", extra=limit))

    def _with_doubt(self, row):
        warning = RowError("bad_characters", value=self.charset)
        return row._replace(warnings=(*row.warnings, warning))


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
    table = _Table(stream, charset, max_bytes)
    try:
        _check_header(table.header, kind)
    except ReportFileError:
        table.close()
        raise
    return Report(table, kind)


def read_raw(kind_key, number, raw):
    """The `ParsedRow` of a row that was read before.

    `raw`: {column: text} as `ParsedRow.raw` gave it; `number`: its number in the file.
    """
    header = list(raw)
    bound = KINDS[kind_key].format_of(header).bind(header)
    return ParsedRow(number, raw, *bound.read_carefully(list(raw.values())))


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
        )
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
