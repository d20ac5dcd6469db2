"""Copies of reports that a spreadsheet program has saved: refused whole, never half.

Such a program turns long identifiers into numbers (``9.04E+13``), drops leading zeros,
and writes dates and amounts in the way of its country. Some rows of the copy still look
right, so that reading those would import half of a file, or wrong numbers.
"""

import re

from . import download_dates, values
from .marking import mark as _
from .sources import ReportFileError
from .values import BadCell

#: What such a program makes of a number with twelve digits or more. It always writes
#: the sign of the exponent and a mantissa below ten.
_SCIENTIFIC = re.compile(
    rb'(?:^|[\t,;"])([1-9](?:[.,][0-9]+)?E\+[0-9]{2,3})(?=[\t,;"\r\n]|$)'
)
#: None of its numbers shows so many.
_LONG_NUMBER = re.compile(rb'(?:^|[\t,"])[0-9]{12,20}(?=[\t,"\r\n]|$)')

_SEARCHED_ROWS = 500

_REWRITTEN_DATE = re.compile(
    r"(?:[0-9]{1,2}([./-])[0-9]{1,2}\1[0-9]{2,4}|[0-9]{4}([/.])[0-9]{1,2}\2[0-9]{1,2})"
    r"(?:,? [0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?: ?[AP]M)?)?"
    r"|[0-9]{5}(?:[.,][0-9]+)?",
    re.ASCII | re.IGNORECASE,
)
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]{1,3}(?:\.?[0-9]{3})*,[0-9]{1,2}", re.ASCII)
DATE_PARSERS = (values.moment, values.required_moment, download_dates.required_moment)
AMOUNT_PARSERS = (values.money, values.price, values.discount)
#: So many rows tell how a file writes its dates and amounts.
SAMPLE_ROWS = 20


class NumberMarks:
    """Looks at every line of a file for identifiers that have become numbers.

    One damaged row among whole ones is an error of that row: in a spreadsheet
    program's copy no long number is left anywhere.
    """

    def __init__(self):
        self._looked = 0
        self._sample = None
        #: Whether a whole number is found, so that no further line tells anything
        self.are_settled = False

    def look(self, line):
        self._looked += 1
        # Where a file has long numbers, they stand in nearly every row.
        if (self._looked <= _SEARCHED_ROWS or self._sample) and (
            _LONG_NUMBER.search(line)
        ):
            self.are_settled = True
        elif self._sample is None and b"E+" in line:
            match = _SCIENTIFIC.search(line)
            self._sample = match and match[1].decode()

    def check(self):
        """:raise ReportFileError: for a saved copy"""
        if self._sample and not self.are_settled:
            raise _saved(
                _("a copy of a report in which identifiers are numbers ({sample})"),
                self._sample,
            )


def check_cells(dates, amounts):
    """Look at what stands in the first rows of a file.

    :param dates: list of ``(cell, converter)`` of columns with moments
    :param amounts: the same for columns with amounts
    :raise ReportFileError: for a copy in which all are written anew
    """
    sample = _all_rewritten(dates, _REWRITTEN_DATE)
    if sample:
        raise _saved(
            _("a copy of a report in which dates are written anew ({sample})"), sample
        )
    sample = _all_rewritten(
        [pair for pair in amounts if re.search("[.,]", pair[0])], _DECIMAL_COMMA
    )
    if sample:
        raise _saved(
            _("a copy of a report with commas in its amounts ({sample})"), sample
        )


def _all_rewritten(pairs, pattern):
    """The first cell, if each is written so and cannot be read; else None."""
    cells = [(cell.strip(), parse) for cell, parse in pairs if cell.strip()]
    for cell, parse in cells:
        if not pattern.fullmatch(cell):
            return None
        try:
            parse(cell)
        except BadCell:
            continue
        return None
    return cells[0][0] if cells else None


def _saved(seems, sample):
    return ReportFileError("spreadsheet_file", seems=seems, sample=sample)
