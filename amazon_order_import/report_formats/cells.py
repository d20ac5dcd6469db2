"""Lines to rows, and rows to cells: separated by tabs or commas, quoted or not.

Amazon writes its flat files without quoting; a quotation mark is text there. Downloads
of Seller Central are quoted, some of them without doubling the marks inside a cell.
"""

import csv
import re
from collections import deque

from .limits import (
    MAX_COLUMNS,
    MAX_FAILED_JOIN_BYTES,
    MAX_FAILED_JOINS,
    MAX_ROW_BYTES,
    MAX_TORN_LINES,
)

#: The byte of a quotation mark: looking for it is five times faster by its number.
_MARK = ord('"')


class BadQuoting(ValueError):
    """A row whose quotation marks leave its cells in doubt; `cells` are those that
    can be told apart, the last one may be cut."""

    def __init__(self, cells):
        super().__init__()
        self.cells = cells


def is_quoted(cell):
    """Whether quotation marks stand around the text of a cell."""
    cell = cell.strip()
    return len(cell) > 1 and cell[0] == cell[-1] == '"'


def _is_open(cell):
    """Whether a cell, as bytes, begins with a quotation mark and goes on."""
    return cell[:1] == b'"' and (len(cell) == 1 or cell[-1:] != b'"')


def _undoubled(inner):
    """The text between quotation marks: ``""`` stands for one, if each is doubled."""
    if '"' in inner and '"' not in inner.replace('""', ""):
        return inner.replace('""', '"')
    return inner


def _quoted(text):
    return '"{}"'.format(text.replace('"', '""'))


def _bare(cell):
    return _undoubled(cell.strip()[1:-1]) if is_quoted(cell) else cell


class _Patience:
    """What is left of it for rows of a file that cannot be joined."""

    def __init__(self):
        self.bytes_left = MAX_FAILED_JOIN_BYTES
        self._failures = 0

    def __bool__(self):
        return self.bytes_left > 0 and self._failures < MAX_FAILED_JOINS

    def note_failure(self, tried):
        self._failures += 1
        self.bytes_left -= tried


class Layout:
    """How the rows of a file come apart.

    - `delimiter`: what stands between the cells
    - `quoted`: whether the names of the columns are quoted, so that cells may be
    - `wrapped`: whether each line is quoted once more as a whole
    - `width`: number of columns, set once the header is read
    """

    def __init__(self, delimiter, quoted, wrapped=False):
        self.delimiter = delimiter
        self.quoted = quoted
        self.wrapped = wrapped
        self.width = 0
        #: Whether a quotation mark is text, unless the row shows that it is not
        self.plain = delimiter == "\t" and not quoted
        stop = re.escape(delimiter)
        # A quotation mark ends a cell only where the cell ends.
        self._cell = re.compile(
            rf'(?:"((?:[^"]|"(?!{stop}|\Z))*)"|((?!")[^{stop}\n]*))({stop}|\Z)'
        )

    def split(self, text):
        """The cells of a row, which may be too few or too many.

        :raise BadQuoting: where they cannot be told apart
        """
        if self.wrapped:
            text = self._unwrapped(text)
        plain = text.split(self.delimiter)
        if '"' not in text or (
            self.plain and not is_quoted(plain[0]) and "\n" not in text
        ):
            return plain
        if len(plain) > self.width + MAX_COLUMNS:
            # No marks make a row of that; to try takes a hundred times longer.
            return plain
        return self._split_quoted(text, plain)

    def join(self, cells):
        """The text of a row with these cells, which `split` takes apart again."""
        cells = [re.sub(r"[\t\r\n]", " ", cell) for cell in cells]
        if self.plain:
            return self.delimiter.join(cells)
        text = self.delimiter.join(map(_quoted, cells))
        return _quoted(text) if self.wrapped else text

    def read_names(self, text):
        """The names in the first line of a file."""
        if self.plain:
            return text.split(self.delimiter)
        return self._strictly(text) or [text]

    def _split_quoted(self, text, plain):
        ways = [self._strictly, self._between_marks, self._as_far_as_marks]
        # Where tabs stand between the cells, hardly any holds one.
        place = 0 if self.delimiter == "\t" else 2
        ways.insert(place, lambda _text: self._plainly(plain))
        for way in ways:
            cells = way(text)
            if cells is not None and self.fits(cells):
                return cells
        strict = self._strictly(text)
        if strict is None:
            raise BadQuoting(self._readable(text, plain))
        return strict

    def fits(self, cells):
        """Whether there are as many cells as columns; empty ones may follow."""
        return len(cells) >= self.width and not any(map(str.strip, cells[self.width :]))

    def _strictly(self, text):
        # A lone CR inside a cell is no line end, but the csv module takes it for one.
        lines = [text.replace("\r", " ")]
        try:
            return next(csv.reader(lines, delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            return None

    def _plainly(self, plain):
        for cell in plain:
            if not is_quoted(cell) and (
                # in a file with commas, the cell goes on after the next one
                "\n" in cell or (self.delimiter == "," and cell.strip()[:1] == '"')
            ):
                return None
        return list(map(_bare, plain))

    def _between_marks(self, text):
        """Where every cell is quoted: whatever stands between ``","``."""
        text = text.strip()
        if not is_quoted(text):
            return None
        return list(map(_undoubled, text[1:-1].split(f'"{self.delimiter}"')))

    def _as_far_as_marks(self, text):
        cells, position = [], 0
        while match := self._cell.match(text, position):
            quoted, bare, stop = match.groups()
            cells.append(bare if quoted is None else _undoubled(quoted))
            position = match.end()
            if not stop:
                return cells
        return None

    def _readable(self, text, plain):
        """The cells before the one where the quotation marks go wrong, and that one
        as far as the next delimiter."""
        for count, cell in enumerate(plain, 1):
            marks = cell.strip()
            if marks[:1] == '"' and not is_quoted(marks):
                return [*map(_bare, plain[: count - 1]), marks[1:]]
        return [*map(_bare, plain)]

    def _unwrapped(self, text):
        cells = self._strictly(text)
        return cells[0] if cells and len(cells) == 1 else text

    # === LINES TO ROWS === #

    def rows(self, lines):
        """Join the lines of a row again that line breaks in quoted cells have torn.

        :param lines: iterable of bytes with their ends
        :return: generator of bytes
        """
        lines, ahead, patience = iter(lines), deque(), _Patience()
        while True:
            line = ahead.popleft() if ahead else next(lines, None)
            if line is None:
                return
            if _MARK in line and patience and not self._is_whole(line):
                count = self._count_torn(line, lines, ahead, patience)
                line = self._joined(line, [ahead.popleft() for _ in range(count)])
            yield line

    def _is_whole(self, line):
        if self.delimiter == "\t":
            stops = line.count(b"\t") - self.width + 1
            last = line.rpartition(b"\t")[2].strip()
            return stops > 0 or (stops == 0 and not _is_open(last))
        if b'"' not in line:
            return line.count(b",") >= self.width - 1
        # Most rows are quoted cell by cell.
        line = line.strip()
        if line.count(b'","') == self.width - 1 and line[-1:] == b'"':
            return line[-2:] != b',"'
        # Those with quotation marks only where needed come from programs that double
        # them, so that their number tells.
        if line[:1] != b'"' and line.count(b'"') % 2 == 0:
            if line.count(b",") >= self.width - 1:
                return True
        return self._cells_of(line, at_least=True)

    def _cells_of(self, line, at_least=False):
        # The delimiters and quotation marks are the same in each charset.
        try:
            cells = self.split(line.decode("latin-1").rstrip("\r\n"))
        except BadQuoting:
            return False
        return self.fits(cells) or (at_least and len(cells) > self.width)

    def _count_torn(self, line, lines, ahead, patience):
        """How many of the next lines go on with the row that `line` begins, or 0."""
        stop = self.delimiter.encode()
        size, stops = len(line), line.count(stop)
        tried = 0
        for count in range(1, MAX_TORN_LINES):
            if len(ahead) < count:
                following = next(lines, None)
                if following is None:
                    break
                ahead.append(following)
            following = ahead[count - 1]
            size += len(following)
            stops += following.count(stop)
            begins_alike = (following[:1] == b'"') == (line[:1] == b'"')
            if (
                size > MAX_ROW_BYTES
                or stops > self.width + MAX_COLUMNS
                or (begins_alike and self._is_whole(following))
            ):
                break
            if stops < self.width - 1:
                continue
            if self._cells_of(self._joined(line, list(ahead)[:count])):
                return count
            tried += size
            if tried > patience.bytes_left:
                break
        patience.note_failure(tried)
        return 0

    def _joined(self, line, others):
        for other in others:
            line = line.rstrip(b"\r\n") + b"\n" + other
        return line


def find_layout(text):
    """``(layout, names)`` of a file that begins with the line `text`."""
    delimiter = "\t" if "\t" in text else ","
    plain = text.split(delimiter)
    quoted = all(map(is_quoted, filter(str.strip, plain)))
    layout = Layout(delimiter, quoted or delimiter == ",")
    names = layout.read_names(text)
    if len(names) == 1 and "," in names[0]:
        # Some downloads quote each line once more as a whole.
        layout = Layout(delimiter, quoted=True, wrapped=True)
        names = layout.read_names(names[0])
    layout.width = len(names)
    return layout, names
