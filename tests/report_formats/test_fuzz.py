"""Whatever the damage: rows, or a reason, in bounded time; never half a row."""

import io
import time

import pytest
from report_formats import KINDS, ReportFileError, detect_file_kinds, open_report

from tests.damaged_files import FREE_TEXT, file_count, make_files

FILES = list(make_files(KINDS, file_count(300)))
#: Of processor time; the longest takes a tenth of it.
SECONDS = 20


#: How the files have ended, by name; each is read once.
ENDS = {}


def note_end(file, report, rows):
    good = sum(row.error is None for row in rows)
    if isinstance(report, ReportFileError):
        ENDS[file.name] = "refused"
    elif good:
        ENDS[file.name] = "whole" if good == len(rows) else "part"
    else:
        ENDS[file.name] = "none"


def read(file):
    """The rows of a file, or its refusal."""
    try:
        with open_report(io.BytesIO(file.content), file.kind) as report:
            return report, list(report.rows())
    except ReportFileError as refusal:
        return refusal, []


@pytest.mark.parametrize("file", FILES, ids=[file.name for file in FILES])
def test_a_damaged_file_is_read_or_says_why_not(file):
    start = time.process_time()
    report, rows = read(file)
    assert time.process_time() - start < SECONDS
    note_end(file, report, rows)
    if isinstance(report, ReportFileError):
        assert report.code
        assert len(str(report)) > 20
        return
    assert report.row_count == len(rows)
    for number, row in enumerate(rows, 1):
        assert row.number == number
        assert (row.values is None) == (row.error is not None)
        for problem in (*filter(None, [row.error]), *row.warnings):
            assert problem.code
            assert len(str(problem)) > 20
        assert "\0" not in str(row.raw)
    if file.cells_kept:
        check_whole(file, rows)


def check_whole(file, rows):
    """What is read as a row is one of those that the file was made of."""
    known = [_fixed(row.values(), row) for row in file.rows]
    for row in rows:
        if row.error is None:
            assert _fixed(row.raw.values(), file.rows[0]) in known


def _fixed(cells, row):
    # A charset that lacks a letter has a question mark there.
    pairs = zip(cells, row, strict=True)
    return [cell.strip() for cell, name in pairs if name not in FREE_TEXT]


def test_the_kind_of_a_damaged_file_is_told_or_refused():
    for file in FILES[::3]:
        try:
            assert set(detect_file_kinds(io.BytesIO(file.content))) <= set(KINDS)
        except ReportFileError as refusal:
            assert str(refusal)


def test_the_files_are_what_they_are_made_for():
    """Some are read as a whole, some in part, some not at all; of each kind."""
    for file in FILES:
        if file.name not in ENDS:
            note_end(file, *read(file))
    ends = {kind: set() for kind in KINDS}
    for file in FILES:
        ends[file.kind].add(ENDS[file.name])
    for kind, found in ends.items():
        # A settlement is whole, or its rows do not add up to the total.
        parts = set() if kind == "settlement" else {"part"}
        assert {"refused", "whole", *parts} <= found, (kind, found)
