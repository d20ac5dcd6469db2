"""Report files to typed rows, one at a time."""

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple

from . import spreadsheets, values
from .broken_rows import MISFITS, Misfits
from .cells import BadQuoting
from .continuations import ContinuationReader, ContinuationRow
from .kinds import KINDS, detect_kinds
from .limits import (
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROW_BYTES,
    MAX_UNPACKED_BYTES,
)
from .order_numbers import is_order_number
from .row_format import normal_name
from .sources import ReportFileError
from .table import Table
from .values import RowError, is_clean

_NOTHING = MappingProxyType({})
_new_tuple = tuple.__new__


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
                column.field == "order_id" and column.parse is values.order_number
                for column in self.row_format.columns
            ),
        )
        self._refuse_saved_copy()
        if self.row_format.choose:
            self.row_format.choose(self)

    def use_format(self, row_format):
        """Read the rows from now on with a `RowFormat` that they have told."""
        self.row_format = row_format
        self._reader = _RowReader(row_format, self.header)

    @property
    def plain_header(self):
        """The normal names of the columns."""
        return tuple(map(normal_name, self.header))

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
        if len(text) > MAX_CELL_LENGTH and max(map(len, cells)) > MAX_CELL_LENGTH:
            return self._with_long_cell(number, cells)
        width = len(self.header)
        if table.other_header and number >= table.other_header:
            return self._below_other_header(number, cells)
        if len(cells) < width and self.row_format.is_padded:
            cells += [""] * (width - len(cells))
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
        # What follows them in such a row would only fill the memory.
        cells = cells[: max(width, MAX_COLUMNS)]
        names = [*self.header, *(f"column {n + 1}" for n in range(width, len(cells)))]
        raw = dict(zip(names, cells, strict=False))
        return ParsedRow(number, raw, None, error)

    def _with_long_cell(self, number, cells):
        index = max(range(len(cells)), key=lambda index: len(cells[index]))
        error = RowError(
            "oversized_cell",
            self.header[index] if index < len(self.header) else f"column {index + 1}",
            extra=(("limit", MAX_CELL_LENGTH),),
        )
        return self._unread(number, [c[:MAX_CELL_LENGTH] for c in cells], error)

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
            # what `ParsedRow` itself does, in half the time
            row = number, raw, found, None, warnings, None, _NOTHING
            return _new_tuple(ParsedRow, row)
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
    the server, believed only where the bytes agree; `max_bytes`: limit of the
    file's content once it is unpacked. Returns a `Report`; raises `ReportFileError` for
    a file that cannot be read as this kind. Reads the file once to find its charset and
    to count its rows; memory does not grow with the file.
    """
    kind = KINDS[kind_key]
    if kind.row_format is None:
        raise ReportFileError("unsupported_kind", expected=kind.label)
    table = Table(stream, charset, max_bytes, kind)
    try:
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


def detect_file_kinds(stream, max_bytes=MAX_UNPACKED_BYTES):
    """`detect_kinds` of a file: keys of the kinds it looks like, perhaps none.

    Raises `ReportFileError` for a file that is no report at all.
    """
    table = Table(stream, None, max_bytes)
    table.close()
    return detect_kinds(table.header)
