"""What is wrong with a row whose cells do not fit the header, as a `RowError`."""

import re

from .cells import BadQuoting
from .order_numbers import is_order_number
from .row_format import normal_name
from .values import RowError

#: Codes of rows whose cells may stand in wrong columns.
MISFITS = frozenset(
    {
        "short_row",
        "long_row",
        "cut_off_row",
        "fragment_row",
        "glued_rows",
        "bad_quoting",
        "other_header",
        "after_other_header",
        "repeated_header",
    }
)
#: Those that break off: their last cell may be cut.
BROKEN_OFF = frozenset({"short_row", "cut_off_row", "bad_quoting"})
_ORDER_NAMES = ("amazon-order-id", "order-id")
#: What the name of no column holds: an order number, a date.
_DATA = re.compile(r"[0-9]{3}-[0-9]{7}-[0-9]{7}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_ORDER_AT_END = re.compile(r"[0-9]{3}-[0-9]{7}-[0-9]{7}$", re.ASCII)


class Misfits:
    """Explains the rows of a file with one `header` that do not fit it.

    :param numbered: whether each row begins the cells of one of Amazon's orders
    """

    def __init__(self, header, numbered):
        self._width = len(header)
        names = list(map(normal_name, header))
        self._names = frozenset(names)
        self._first = header[0]
        self._order_index = next(
            (names.index(name) for name in _ORDER_NAMES if name in names), None
        )
        if not numbered:
            self._order_index = None

    def explain(self, cells, ends):
        """The error of a row with another number of cells than the header.

        :param ends: whether its line is the last one and has no end
        """
        counts = (("found", len(cells)), ("expected", self._width))
        if len(cells) > self._width:
            code = "glued_rows" if self._is_glued(cells) else "long_row"
        elif self._is_fragment(cells):
            code = "fragment_row"
        else:
            code = "cut_off_row" if ends else "short_row"
        return RowError(code, extra=counts)

    def _is_glued(self, cells):
        """Whether another row begins in the cell where this one should end.

        Also the names of the columns, where files were put together.
        """
        if sum(normal_name(cell) in self._names for cell in cells) > 2:
            return True
        if len(cells) < 2 * self._width - 1:
            return False
        joint = cells[self._width - 1].strip()
        following = cells[self._width].strip()
        if self._order_index == 0:
            return bool(_ORDER_AT_END.search(joint)) or is_order_number(
                following.strip()
            )
        return True

    def _is_fragment(self, cells):
        """Whether it is the rest of a row: no order number where one should be."""
        index = self._order_index
        if index is None:
            return False
        return len(cells) <= index or not is_order_number(cells[index].strip())

    def is_header(self, cells):
        """Whether a row holds the names of the columns once more."""
        return cells[0].strip() == self._first and self._names.issubset(
            map(normal_name, cells)
        )


def find_data(header):
    """The first cell of a header that is none, as a row stands in the same line."""
    return next((cell for cell in header if _DATA.search(cell)), None)


def count_names(line, layout, names):
    """How many of the `names` of columns stand in a line of bytes."""
    try:
        cells = layout.split(line.decode("latin-1").rstrip("\r\n"))
    except BadQuoting as problem:
        cells = problem.cells
    return sum(normal_name(cell) in names for cell in cells)
