"""Bytes to rows: what holds for any file at all."""

import gzip
import json

from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_formats import (
    ReportFileError,
)

from .files import ORDER, opened, table

HEADER = list(ORDER)


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\t\n\r\0"), max_size=12
)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp932"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
@example([("x", "\x1a", '"')], "utf-8", "\n", True)
def test_round_trip(cells, charset, eol, zipped):
    """Whatever stands in the cells comes back: nothing splits or joins rows."""
    codec = charset.replace("-sig", "")
    cells = [
        tuple(c.encode(codec, "ignore").decode(codec) for c in three) for three in cells
    ]
    table_rows = [
        {
            **dict.fromkeys(ORDER, ""),
            "order-id": f"1-{n}",
            "product-name": a,
            "recipient-name": b,
            "sales-channel": c,
        }
        for n, (a, b, c) in enumerate(cells)
    ]
    content = table(table_rows, HEADER, eol=eol, charset=charset)
    report = opened(gzip.compress(content) if zipped else content, charset=codec)
    found = list(report.rows())
    assert report.row_count == len(cells)
    if report.charset == codec or charset in ("utf-8-sig", "utf-16"):
        for row, expected in zip(found, table_rows, strict=True):
            assert row.raw == expected


GOOD_CELLS = {
    "order-id": st.sampled_from(["302-1000001-1000001", "S01-1-1", " 7 ", "", "1E+9"]),
    "sku": st.sampled_from(["MUG", "a  b", "4.0E+12", ""]),
    "quantity-purchased": st.sampled_from(["0", "1", "2.0", "x", ""]),
    "currency": st.sampled_from(["EUR", "eur", "", "?"]),
    "item-price": st.sampled_from(["0.00", "19.99", "-1.5", "", "9,99"]),
    "item-promotion-discount": st.sampled_from(["", "5", "-5.00", "x"]),
    "payments-date": st.sampled_from(["", "2026-10-05T08:15:00+02:00", "soon"]),
    "is-prime": st.sampled_from(["", "true", "maybe"]),
    "product-name": CELLS,
    "ship-city": st.sampled_from(["", "--", "Wien", " x"]),
    "bill-city": st.sampled_from(["", "--", "Graz"]),
}


@given(st.fixed_dictionaries(GOOD_CELLS))
@settings(max_examples=300, deadline=None)
def test_the_quick_way_and_the_careful_way_agree(cells):
    report = opened(table([{**ORDER, **cells}]))
    [row] = report.rows()
    bound = report.kind.row_format.bind(report.header)
    careful = bound.read_carefully(list(row.raw.values()))
    assert (row.values, row.error, row.warnings) == careful
    assert (row.values is None) == (row.error is not None)


@given(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"",
            table([ORDER]),
            b"PK\x03\x04",
            b"\x1f\x8b",
            b"{",
            b"<",
            b"\xff\xfe",
            gzip.compress(table([ORDER])),
        ]
    ),
)
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_rows_or_a_refusal(junk, start):
    try:
        report = opened(start + junk)
    except ReportFileError as error:
        assert str(error)
    else:
        for row in report.rows():
            assert (row.values is None) == (row.error is not None)
            assert str(row.error)
            json.dumps(row.raw)
