"""Files that blow up end in bounded time and memory, with a reason."""

import gzip
import io
import itertools
import time
import tracemalloc

import pytest
from report_formats import ReportFileError, charsets, limits, open_report, sources
from report_formats.limits import (
    BEGINNING_BYTES,
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROW_BYTES,
)

from .files import ORDER, SHIPMENT, rows, table

HEADER = table([], list(ORDER))
ROW = table([ORDER])[len(HEADER) :]


def refusal(content, kind="mfn_orders_eu", **options):
    stream = content if hasattr(content, "read") else io.BytesIO(content)
    with pytest.raises(ReportFileError) as caught:
        open_report(stream, kind, **options)
    assert str(caught.value)
    return caught.value


class Watched(io.BytesIO):
    """Counts what is read."""

    taken = 0

    def read(self, size=-1):
        data = super().read(size)
        self.taken += len(data)
        return data

    def readline(self, size=-1):
        data = super().readline(size)
        self.taken += len(data)
        return data


def bomb(start, filling, size):
    """The compressed bytes of a file that goes on and on, made piece by piece."""
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb", mtime=0) as packed:
        packed.write(start)
        piece = filling * max(1, (1 << 20) // len(filling))
        for _ in range(size // len(piece)):
            packed.write(piece)
    return target.getvalue()


@pytest.fixture
def few_rows(monkeypatch):
    monkeypatch.setattr(charsets, "MAX_ROWS", 1000)


# --- the first lines decide before all else -------------------------------------------


@pytest.mark.parametrize(
    ("start", "code"),
    [
        (b"order-id\tsku\tquantity-purchased\n", "missing_columns"),
        (b"amazon-order-id\tmerchant-order-id\tshipment-id\n", "wrong_kind"),
        (b"Hello\tworld\n", "not_a_report"),
        (b"<!DOCTYPE html><html>\n", "not_a_report"),
        (b"Hello " * BEGINNING_BYTES, "not_a_report"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
@pytest.mark.parametrize("charset", ["utf-8", "utf-16"])
def test_the_beginning_refuses_a_file_before_its_rest_is_read(
    start, code, pack, charset
):
    if code == "wrong_kind":
        start = table([], list(SHIPMENT))
    text = start + b"302-1\tx\ty\n" * 400_000
    stream = Watched(pack(text.decode().encode(charset)))
    assert refusal(stream).code == code
    assert stream.taken < 8 * BEGINNING_BYTES


def test_blanks_before_the_names_are_passed_over_quickly():
    content = b"\r\n" * 1_000_000 + HEADER + ROW
    [row] = rows(content)
    assert row.error is None
    [row] = rows(gzip.compress(content))
    assert row.error is None


@pytest.mark.parametrize("filling", [b"\r", b"\n", b" ", b"\0", b"\r\n", b"\t\r"])
def test_a_file_of_blanks_is_refused_at_once(filling):
    content = filling * (50_000_000 // len(filling))
    start = time.process_time()
    assert refusal(content).code == "empty_file"
    assert time.process_time() - start < 5


@pytest.mark.parametrize("filling", [b"\r", b"\n", b"\r\n", b" \n"])
def test_blanks_below_the_names_are_bounded(filling):
    end = b"\r" if filling == b"\r" else b"\n"
    content = HEADER.rstrip() + end + filling * 6_000_000
    start = time.process_time()
    assert refusal(content).code == "too_many_rows"
    assert time.process_time() - start < 15


# --- bytes, rows, lines, cells --------------------------------------------------------


def test_unpacked_bytes_are_counted_while_unpacking():
    packed = bomb(HEADER, ROW, 256 << 20)
    assert len(packed) < 2 << 20
    stream = Watched(packed)
    tracemalloc.start()
    try:
        assert refusal(stream, max_bytes=16 << 20).code == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()
    assert stream.taken < len(packed) / 4


def test_a_bomb_is_stopped_by_how_much_it_grows():
    packed = bomb(HEADER, ROW, 256 << 20)
    start = time.process_time()
    error = refusal(packed)
    assert time.process_time() - start < 5
    assert error.code == "damaged_file"
    assert "grows" in str(error)
    assert len(rows(bomb(HEADER, ROW, 2 << 20))) > 1000


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "utf-32"])
def test_a_plain_file_has_the_same_limit(charset):
    content = (HEADER + ROW * 400).decode().encode(charset)
    assert refusal(content, max_bytes=50_000).code == "too_large"
    assert len(rows(content, max_bytes=len(content))) == 400


def test_compressed_twice_is_no_report():
    assert refusal(gzip.compress(gzip.compress(HEADER + ROW))).code == "not_a_report"


def test_a_file_of_countless_compressed_pieces(monkeypatch):
    monkeypatch.setattr(sources, "MAX_GZIP_MEMBERS", 100)
    packed = gzip.compress(HEADER) + gzip.compress(b"") * 101
    assert refusal(packed).code == "damaged_file"
    assert len(rows(gzip.compress(HEADER) + gzip.compress(ROW) * 99)) == 99


@pytest.mark.parametrize("line", [ROW, b"x\n", b'"\n'])
def test_rows_are_counted(few_rows, line):
    assert len(rows(HEADER + line * 1000)) >= 1
    error = refusal(HEADER + line * 1001)
    assert error.code == "too_many_rows"
    assert "1000" in str(error)


def test_a_giant_cell_spoils_its_row_only():
    fits = table([{**ORDER, "product-name": "x" * MAX_CELL_LENGTH}])
    over = table([{**ORDER, "product-name": "x" * (MAX_CELL_LENGTH + 1)}])
    found = rows(fits + over[len(HEADER) :] + ROW)
    assert [row.error and row.error.code for row in found] == [
        None,
        "oversized_cell",
        None,
    ]
    assert found[1].error.column == "product-name"
    assert found[1].values is None
    assert found[1].raw["order-id"] == ORDER["order-id"]
    assert len(found[1].raw["product-name"]) == MAX_CELL_LENGTH


def test_a_row_of_countless_cells_takes_no_memory():
    tabs = b"\t" * (MAX_ROW_BYTES - 10) + b"x\n"
    tracemalloc.start()
    try:
        found = rows(HEADER + tabs * 5 + ROW)
        assert tracemalloc.get_traced_memory()[1] < 64 << 20
    finally:
        tracemalloc.stop()
    assert {len(row.raw) for row in found[:-1]} == {MAX_COLUMNS}
    assert all(row.error for row in found[:-1])
    assert found[-1].error is None


@pytest.mark.parametrize(
    "line",
    [
        b'"' * 200_000 + b"\n",
        b'","' * 60_000 + b"\n",
        b'"a""' * 50_000 + b"\n",
        b'x,"' * 60_000 + b"\n",
        b'"x\n' * 50 + b'"' + b"y" * 1_000 + b"\n",
        b'302-1,"' + b"y" * 2_000 + b"\n",
        b'"' + b"y" * 2_000 + b'","x\n',
    ],
)
@pytest.mark.parametrize("separator", ["\t", ","])
def test_quotation_marks_without_end(line, separator):
    names = [f'"{name}"' for name in ORDER] if separator == "," else list(ORDER)
    content = separator.join(names).encode() + b"\n"
    content += b"".join(itertools.repeat(line, 2_000_000 // len(line)))
    start = time.process_time()
    found = rows(content)
    assert time.process_time() - start < 20
    assert found
    assert all(row.error for row in found)


def test_the_limits_are_beyond_what_sellers_have():
    assert limits.MAX_ROWS > 1_000_000
    assert limits.MAX_UNPACKED_BYTES > 1_000_000 * 1_500
    # fields.Integer of Odoo, which holds the size of a file
    assert limits.MAX_UNPACKED_BYTES < 1 << 31
