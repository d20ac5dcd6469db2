"""Dates of Seller Central's downloads."""

from datetime import datetime, timedelta, timezone

import pytest
from report_formats.download_dates import moment, required_moment
from report_formats.values import BadCell

from .test_return_rows import returned


def utc(*parts):
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-10-20T10:00:00+00:00", utc(2026, 10, 20, 10)),
        ("2026-10-20T10:00:00", utc(2026, 10, 20, 10)),
        ("2026-10-20 10:00", utc(2026, 10, 20, 10)),
        ("2026-10-20", utc(2026, 10, 20, 12)),
        ("2026/10/20 10:05:06.000", utc(2026, 10, 20, 10, 5, 6)),
        ("2026/10/20 10:00:00 JST", utc(2026, 10, 20, 1)),
        ("20-Oct-2026", utc(2026, 10, 20, 12)),
        ("20-Oct-2026 UTC", utc(2026, 10, 20, 12)),
        ("20 October 2026 23:59:01 GMT", utc(2026, 10, 20, 23, 59, 1)),
        ("1-Jan-2026 10:00", utc(2026, 1, 1, 10)),
        ("Oct 20, 2026 10:00:00 AM PDT", utc(2026, 10, 20, 17)),
        ("Dec 31, 2026 12:30 PM PST", utc(2026, 12, 31, 20, 30)),
        ("Oct 20, 2026 12:30 AM", utc(2026, 10, 20, 0, 30)),
        ("Oct 20,2026", utc(2026, 10, 20, 12)),
        ("20.10.2026 10:00:00 CEST", utc(2026, 10, 20, 8)),
        ("20.10.2026 10:00:00 MEZ", None),
        ("05.10.2026 10:00 CET", utc(2026, 10, 5, 9)),
        ("20/10/2026", utc(2026, 10, 20, 12)),
        ("10/20/2026 10:00", utc(2026, 10, 20, 10)),
        ("13/12/2026", utc(2026, 12, 13, 12)),
        ("12/13/2026", utc(2026, 12, 13, 12)),
        ("10/10/2026 BST", utc(2026, 10, 10, 11)),
        ("12/12/2026", utc(2026, 12, 12, 12)),
        ("1/1/1995", utc(1995, 1, 1, 12)),
        ("31.12.2100", utc(2100, 12, 31, 12)),
        # which of the two is the month?
        ("05/10/2026", None),
        ("12/11/2026", None),
        ("11/12/2026", None),
        ("31.12.1994", None),
        ("1.1.2101", None),
        ("31.02.2026", None),
        ("13:00", None),
        ("20-Foo-2026", None),
        ("20.10.26", None),
        ("Oct 20, 2026 13:00 PM", None),
        ("Oct 20, 2026 0:30 AM", None),
        ("2026-10-20 25:00", None),
        ("46300", None),
        ("soon", None),
    ],
)
def test_forms(cell, expected):
    row = returned(return_date=cell)
    if expected is None:
        assert (row.error.code, row.error.column) == ("bad_date", "return-date")
        with pytest.raises(BadCell):
            moment(cell)
    else:
        assert row.values.return_date == expected
        assert row.values.return_date.utcoffset() is not None


def test_the_zone_is_kept():
    assert moment("Oct 20, 2026 PDT").utcoffset() == timedelta(hours=-7)
    assert moment("Oct 20, 2026 PST").utcoffset() == timedelta(hours=-8)
    assert moment("20.10.2026 MET").utcoffset() == timedelta(hours=1)
    assert moment("20.10.2026 MEST").utcoffset() == timedelta(hours=2)


@pytest.mark.parametrize("cell", ["", " ", "--", "N/A"])
def test_no_date(cell):
    assert moment(cell) is None
    with pytest.raises(BadCell) as problem:
        required_moment(cell)
    assert problem.value.code == "missing_value"
