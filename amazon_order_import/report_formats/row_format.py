"""What a row of a report consists of, and the binding of that to a file's header."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import NamedTuple

from . import values
from .building import RowMaker
from .money_columns import MoneyWatch
from .values import BadCell, RowError

_NAME_GAPS = re.compile(r"[\s_]+")
#: What the reader puts behind a name that stands in the header again.
_AGAIN = re.compile(r"(?:-\([0-9]+\))+$")

#: Converters that leave a cell as it is where `values.is_clean` holds for its row.
_UNCHANGED_WHEN_CLEAN = {values.text, values.code, values.place}


def normal_name(name):
    """The form of a column name in which names are compared."""
    return _NAME_GAPS.sub("-", name.strip().strip('\ufeff"').strip()).lower()


class Fault(NamedTuple):
    """Why a row cannot be right though each cell can be read: a code of `RowError`
    and the column, by its normal name or by its field."""

    code: str
    column: str


class Column(NamedTuple):
    """One column of a report.

    `field` is where its value goes (``"recipient.city"`` into the address),
    `names` its normal names in order of preference, `parse` a converter of
    `values`. A file without a `required` column is refused. A cell that cannot be
    read spoils its row if the column is `critical`; else it is a warning, and the
    value is that of an empty cell.
    """

    field: str
    names: tuple[str, ...]
    parse: Callable
    required: bool = False
    critical: bool = False


def optional(field, parse, *names):
    """A `Column` that rows can do without, by default named as its field."""
    return Column(field, names or (field.replace("_", "-"),), parse)


def critical(field, parse, *names, required=False):
    """A `Column` that spoils rows where it cannot be read, named likewise."""
    return optional(field, parse, *names)._replace(required=required, critical=True)


@dataclass(frozen=True, slots=True)
class PersonalColumns:
    """Which columns tell of a person; all by their normal names.

    - `always`: whoever the buyer is; `places`: those of them that tell of no one alone
    - `consumers`: only where the buyer is no business
    - `postcodes`: pairs of the column of a postcode and that of its country
    """

    always: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    consumers: frozenset[str] = frozenset()
    postcodes: tuple[tuple[str, str], ...] = ()

    def __bool__(self):
        return bool(self.always)


@dataclass(frozen=True, slots=True)
class RowFormat:
    """The columns of one kind of row and the dataclass that they make.

    `begins`: pattern of the bytes that each row begins with, so that the lines of a
    torn one are joined; `is_padded`: empty cells at the end may be missing;
    `choose(report)` has a report use the format that only its rows tell, or refuses it.
    `check(row)` returns a `Fault` or None. `kept` names documented columns without a
    typed value. `is_sale`: rows are what a buyer pays, so that amounts in columns that
    nobody knows are looked for. `personal`: what has to be forgotten some day.
    """

    name: str
    row_class: type
    columns: tuple[Column, ...]
    check: Callable
    kept: frozenset[str] = frozenset()
    is_sale: bool = False
    personal: PersonalColumns = PersonalColumns()
    begins: bytes = b""
    is_padded: bool = False
    choose: Callable | None = None

    def missing(self, header):
        """Names of the required columns that `header` (any spelling) lacks."""
        present = {normal_name(name) for name in header}
        return [
            column.names[0]
            for column in self.columns
            if column.required and present.isdisjoint(column.names)
        ]

    def unknown(self, header):
        """The cells of `header` that Amazon's documentation does not know."""
        known = set(self.kept)
        for column in self.columns:
            known.update(column.names)
        return [
            name
            for name, plain in zip(header, _plain_names(header), strict=True)
            if plain not in known
        ]

    def bind(self, header):
        """A `BoundFormat` for a file with this `header` (list of names)."""
        return BoundFormat(self, header)


def _plain_names(header):
    """The normal names of a header, the same for a name that comes again."""
    names = list(map(normal_name, header))
    first = set(names)
    for name in names:
        plain = _AGAIN.sub("", name)
        yield plain if plain in first else name


class BoundFormat:
    """A `RowFormat` whose columns are found in one file's header.

    A row in which all is well, which nearly all are, is made by a function written for
    this header; any other goes cell by cell, so that the cell at fault is named. Both
    give the same values.
    """

    def __init__(self, row_format, header):
        self._format = row_format
        self._header = header
        positions = {}
        for index, name in enumerate(_plain_names(header)):
            positions.setdefault(name, []).append(index)
        # Cells of columns that the file lacks are read from one empty extra cell.
        absent = [len(header)]
        self.columns, self._twins = [], []
        for column in row_format.columns:
            places = next(
                (positions[n] for n in column.names if n in positions), absent
            )
            self.columns.append((column, places[0]))
            if len(places) > 1:
                self._twins.append((column, places))
        unknown = set(row_format.unknown(header)) if row_format.is_sale else ()
        self.money_watch = MoneyWatch(
            [
                (index, name, normal_name(name))
                for index, name in enumerate(header)
                if name in unknown
            ]
        )
        self._read_clean = self._make_reader()

    def _make_reader(self):
        """A function that makes the row of clean cells; see `RowMaker`."""
        row_class = self._format.row_class
        maker = RowMaker(row_class)
        # Also the fields that files of this format never tell.
        absent = {f.name: f.default for f in fields(row_class)}
        addresses = {}
        for column, index in self.columns:
            owner, _, part = column.field.partition(".")
            absent.pop(owner, None)
            is_told = index < len(self._header)
            if part:
                addresses.setdefault(owner, {})[part] = index if is_told else None
            elif not is_told:
                absent[owner] = column.parse("")
            elif column.parse in _UNCHANGED_WHEN_CLEAN:
                maker.take(owner, index)
            else:
                maker.convert(owner, index, column.parse)
        for owner, parts in addresses.items():
            address_class = row_class.__dataclass_fields__[owner].type
            indexes = [parts[f.name] for f in fields(address_class)]
            maker.compose(owner, address_class, indexes)
        for name, value in absent.items():
            maker.give(name, value)
        return maker.make()

    def read(self, cells, clean):
        """``(values, error, warnings)`` of a row.

        `cells` are as many as the header has; `clean` is `values.is_clean` of them.
        """
        if clean and not self._twins:
            try:
                row = self._read_clean(cells)
            except BadCell:
                pass
            else:
                if self._format.check(row) is None:
                    return row, None, ()
        return self.read_carefully(cells)

    def read_carefully(self, cells):
        """`read` cell by cell: slower, and knows which cell is at fault."""
        cells, contradictions = self._without_twins([*cells, ""])
        found, parts, warnings = {}, {}, []
        for column, index in self.columns:
            try:
                value = column.parse(cells[index])
            except BadCell as problem:
                error = self._error(problem.code, index, cells[index])
            else:
                error = contradictions.get(index)
            if error:
                if column.critical:
                    return None, error, ()
                warnings.append(error)
                value = column.parse("")
            owner, _, part = column.field.partition(".")
            if part:
                parts.setdefault(owner, {})[part] = value
            else:
                found[owner] = value
        row_class = self._format.row_class
        for field, address in parts.items():
            found[field] = row_class.__dataclass_fields__[field].type(**address)
        row = row_class(**found)
        fault = self._format.check(row)
        if fault is not None:
            return None, self._explain(fault, cells), ()
        return row, None, tuple(warnings)

    def _without_twins(self, cells):
        """``(cells, {index: RowError})``: of two columns with one name the filled one
        counts; where both are filled, they must say the same."""
        contradictions = {}
        for column, places in self._twins:
            filled = [i for i in places if not values.is_empty(cells[i])]
            if not filled:
                continue
            cells[places[0]] = cells[filled[0]]
            for index in filled[1:]:
                if not _are_alike(column.parse, cells[filled[0]], cells[index]):
                    contradictions[places[0]] = RowError(
                        "contradictory_columns",
                        self._header[places[0]],
                        cells[filled[0]],
                        (("other", cells[index]),),
                    )
        return cells, contradictions

    def _error(self, code, index, value):
        return RowError(code, self._header[index], value)

    def _explain(self, fault, cells):
        for column, index in self.columns:
            if fault.column in (*column.names, column.field) and index < len(
                self._header
            ):
                return self._error(fault.code, index, cells[index])
        return RowError(fault.code, fault.column)


def _are_alike(parse, cell, other):
    try:
        return cell.strip() == other.strip() or parse(cell) == parse(other)
    except BadCell:
        return False
