"""Instances of frozen dataclasses with slots, made fast."""

from dataclasses import fields


def _make_draft(row_class):
    """A class whose instances may still be changed, and become those of `row_class`."""
    plain = {"__setattr__": object.__setattr__, "__delattr__": object.__delattr__}
    return type(f"{row_class.__name__}Draft", (row_class,), {"__slots__": (), **plain})


class RowMaker:
    """Writes the function that makes an instance of a class out of the cells of a row.

    The class's own ``__init__`` asks Python for each field whether it may be set, and
    loops over columns look up for each row what is the same for all: together that is
    most of the time that reading a row takes. So the function is written out, a line
    for each field, once for each file.

    :param row_class: frozen dataclass with slots
    """

    def __init__(self, row_class):
        self._row_class = row_class
        self._given = {}
        self._lines = []
        self._scope = {"new": object.__new__}

    def give(self, field, value):
        """Let a field have the same value in each row."""
        self._given[field] = value

    def take(self, field, index):
        """Let a field have what stands in a cell."""
        self._lines.append(f"row.{field} = cells[{index}]")

    def convert(self, field, index, parse):
        """Let a field have what a converter makes of a cell."""
        self._lines.append(f"row.{field} = {self._name(parse)}(cells[{index}])")

    def compose(self, field, part_class, indexes):
        """Let a field have an instance of another such class, whose fields stand in
        these cells, None where they are empty.

        Where all are, it is the same one in each row.
        """
        parts = dict(zip((f.name for f in fields(part_class)), indexes, strict=True))
        told = {name: index for name, index in parts.items() if index is not None}
        empty = self._name(part_class(**dict.fromkeys(parts, "")))
        if not told:
            self._lines.append(f"row.{field} = {empty}")
            return
        draft, final = self._name(_make_draft(part_class)), self._name(part_class)
        cells = " or ".join(f"cells[{index}]" for index in told.values())
        self._lines += [
            f"if {cells}:",
            f"    part = new({draft})",
            *(
                f"    part.{name} = " + ('""' if index is None else f"cells[{index}]")
                for name, index in parts.items()
            ),
            f"    part.__class__ = {final}",
            f"    row.{field} = part",
            "else:",
            f"    row.{field} = {empty}",
        ]

    def make(self):
        """The function; its parameter is the list of cells."""
        given = self._name(tuple(self._given.values()))
        targets = "".join(f"row.{field}, " for field in self._given)
        body = [
            f"row = new({self._name(_make_draft(self._row_class))})",
            *([f"{targets}= {given}"] if targets else []),
            *self._lines,
            f"row.__class__ = {self._name(self._row_class)}",
            "return row",
        ]
        source = "\n    ".join(["def make(cells):", *body])
        # As `dataclasses` makes its functions; the names are those of the class, and
        # what a file says is not among them.
        exec(source, self._scope)  # noqa: S102
        return self._scope["make"]

    def _name(self, value):
        """A name for a value in the function."""
        name = f"value_{len(self._scope)}"
        self._scope[name] = value
        return name
