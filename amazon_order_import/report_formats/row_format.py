"""What a row of a report consists of, and the binding of that to a file's header."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from . import values
from .values import BadCell, RowError

_NAME_GAPS = re.compile(r"[\s_]+")

#: Converters that leave a cell as it is where `values.is_clean` holds for its row.
_UNCHANGED_WHEN_CLEAN = {values.text, values.code, values.place}


def normal_name(name):
    """The form of a column name in which names are compared."""
    return _NAME_GAPS.sub("-", name.strip().strip('\ufeff"').strip()).lower()


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


@dataclass(frozen=True, slots=True)
class RowFormat:
    """The columns of one kind of row and the dataclass that they make.

    `check(row)` returns the normal name of a column whose cell may not be empty in
    this row, or None. `kept` names documented columns without a typed value.
    """

    name: str
    row_class: type
    columns: tuple[Column, ...]
    check: Callable
    kept: frozenset[str] = frozenset()

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
        return [name for name in header if normal_name(name) not in known]

    def bind(self, header):
        """A `BoundFormat` for a file with this `header` (list of names)."""
        return BoundFormat(self, header)


def _picker(indexes):
    """A function from a list to the tuple of its items at `indexes`."""
    if len(indexes) > 1:
        return itemgetter(*indexes)
    if indexes:
        index = indexes[0]
        return lambda cells: (cells[index],)
    return lambda cells: ()


class BoundFormat:
    """A `RowFormat` whose columns are found in one file's header.

    A row in which all is well, which nearly all are, is converted type by type with
    loops that run in C; any other goes cell by cell, so that the cell at fault is
    named. Both give the same values.
    """

    def __init__(self, row_format, header):
        self._format = row_format
        self._header = header
        positions = {}
        for index, name in enumerate(header):
            positions.setdefault(normal_name(name), index)
        # Cells of columns that the file lacks are read from one empty extra cell.
        absent = len(header)
        self._bound = [
            (
                column,
                next((positions[n] for n in column.names if n in positions), absent),
            )
            for column in row_format.columns
        ]
        self._plan_fields()

    def _plan_fields(self):
        row_class = self._format.row_class
        converted, untouched, addresses = {}, {}, {}
        # Also the fields that files of this format never tell.
        absent = {f.name: f.default for f in fields(row_class)}
        for column, index in self._bound:
            owner, _, part = column.field.partition(".")
            absent.pop(owner, None)
            if part:
                addresses.setdefault(owner, {})[part] = index
            elif index == len(self._header):
                absent[owner] = column.parse("")
            elif column.parse in _UNCHANGED_WHEN_CLEAN:
                untouched[owner] = index
            else:
                converted.setdefault(column.parse, {})[owner] = index
        self._absent = tuple(absent.values())
        self._untouched = _picker(list(untouched.values()))
        self._converted = [
            (parse, _picker(list(members.values())))
            for parse, members in converted.items()
        ]
        self._addresses = []
        for owner, parts in addresses.items():
            address_class = row_class.__dataclass_fields__[owner].type
            indexes = [parts[f.name] for f in fields(address_class)]
            self._addresses.append((address_class, address_class(), _picker(indexes)))
        # the order in which `_read_clean` finds the values
        found = chain(absent, untouched, *converted.values(), addresses)
        places = {name: place for place, name in enumerate(found)}
        self._arrange = _picker([places[f.name] for f in fields(row_class)])

    def read(self, cells, clean):
        """``(values, error, warnings)`` of a row.

        `cells` are as many as the header has; `clean` is `values.is_clean` of them.
        """
        if clean:
            try:
                row = self._read_clean([*cells, ""])
            except BadCell:
                pass
            else:
                missing = self._format.check(row)
                if missing is None:
                    return row, None, ()
        return self.read_carefully(cells)

    def _read_clean(self, cells):
        found = [*self._absent, *self._untouched(cells)]
        for parse, pick in self._converted:
            found += map(parse, pick(cells))
        for address_class, empty, pick in self._addresses:
            parts = pick(cells)
            found.append(address_class(*parts) if any(parts) else empty)
        return self._format.row_class(*self._arrange(found))

    def read_carefully(self, cells):
        """`read` cell by cell: slower, and knows which cell is at fault."""
        cells = [*cells, ""]
        found, parts, warnings = {}, {}, []
        for column, index in self._bound:
            try:
                value = column.parse(cells[index])
            except BadCell as problem:
                error = self._error(problem.code, index, cells[index])
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
        missing = self._format.check(row)
        if missing is not None:
            return None, self._missing(missing, cells), ()
        return row, None, tuple(warnings)

    def _error(self, code, index, value):
        return RowError(code, self._header[index], value)

    def _missing(self, name, cells):
        for column, index in self._bound:
            if name in column.names and index < len(self._header):
                return self._error("missing_value", index, cells[index])
        return RowError("missing_value", name)
