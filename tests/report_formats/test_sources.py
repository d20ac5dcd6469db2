"""Files that are no report, or a compressed one, and how much memory reading takes."""

import codecs
import gc
import gzip
import io
import tracemalloc
import zipfile

import pytest
from report_formats import (
    ReportFileError,
    open_report,
    sources,
)

from .files import ORDER, opened, refusal, table


def _zip(*names):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in names:
            archive.writestr(name, "x" * 20000)
    return target.getvalue()


XML = b'<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty_file", "empty"),
        (b"\r\n \t\n\x00\n", "empty_file", "empty"),
        (codecs.BOM_UTF8, "empty_file", "empty"),
        (codecs.BOM_UTF16_LE, "empty_file", "empty"),
        (gzip.compress(b""), "empty_file", "empty"),
        (
            XML + b"<Error><Code>AccessDenied</Code><Message>Request has expired"
            b"</Message><Expires>2026</Expires></Error>",
            "expired_link",
            "Request has expired",
        ),
        (b"<Error><Code>ExpiredToken</Code></Error>", "expired_link", "ExpiredToken"),
        (
            XML + b"<Error><Code>NoSuchKey</Code><Message>The key is gone</Message>",
            "not_a_report",
            "The key is gone",
        ),
        (XML + b"<AmazonEnvelope><Header/></AmazonEnvelope>", "not_a_report", "in XML"),
        (codecs.BOM_UTF8 + XML + b"<a/>", "not_a_report", "XML"),
        (
            (XML.decode() + "<a/>").encode("utf-16"),
            "not_a_report",
            "XML",
        ),
        (b"\n<!DOCTYPE html><html>", "not_a_report", "web page"),
        (b'{"errorDetails": "No such marketplace"}', "not_a_report", "No such market"),
        (
            b'{"errors": [{"code": "InvalidInput", "message": "Not you"}]}',
            "not_a_report",
            "Not you",
        ),
        (b'[{"a": 1}]', "not_a_report", "JSON"),
        (b"{" * 9000, "not_a_report", ""),
        (b"%PDF-1.7\n", "not_a_report", "PDF"),
        (_zip("[Content_Types].xml", "xl/workbook.xml"), "spreadsheet_file", "Excel"),
        (_zip("a" * 90, "xl/workbook.xml"), "spreadsheet_file", "Excel"),
        (_zip("report.txt"), "not_a_report", "ZIP"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
            "spreadsheet_file",
            "Excel",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_report", "an image"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "not_a_report", "an image"),
        (bytes(range(256)), "not_a_report", "holds no text"),
        (b"a b\x07c d\n", "not_a_report", "holds no text"),
        (b"a b\tc d\n", "not_a_report", "begins with “a b c d”"),
        (b"7z\xbc\xaf\x27\x1c", "not_a_report", "archive"),
        (b"No orders found.\n", "not_a_report", "No orders found."),
        (b"a\tb\tc\n1\t2\t3\n", "not_a_report", "names of the columns"),
        (table([ORDER]).split(b"\n", 1)[1], "not_a_report", "names of the columns"),
        (b"sku\n", "not_a_report", "sku"),
        (b"sku\t" * 2000, "not_a_report", "sku"),
        (gzip.compress(table([ORDER]))[:-9], "damaged_file", "too early"),
        (gzip.compress(table([ORDER])) + b"junk", "damaged_file", "header"),
        (gzip.compress(gzip.compress(table([ORDER]))), "not_a_report", "holds no text"),
        (b"\x1f\x8b", "damaged_file", ""),
    ],
)
def test_foreign_files(content, code, said):
    error = refusal(content)
    assert (error.code, said in str(error)) == (code, True), str(error)


def test_header_only():
    report = opened(table([ORDER]).split(b"\n")[0])
    assert report.row_count == 0
    assert list(report.rows()) == []


def test_compressed_file():
    content = table([ORDER] * 3)
    [one, two] = content[:100], content[100:]
    members = gzip.compress(one) + gzip.compress(two) + b"\0" * 512
    with opened(members) as report:
        assert len(list(report.rows())) == 3
    report.close()


def test_decompression_bomb():
    bomb = gzip.compress(b"\n" * (64 << 20))
    assert len(bomb) < 100_000
    tracemalloc.start()
    try:
        assert refusal(bomb, max_bytes=1 << 20).code == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_the_given_stream_stays_open():
    stream = io.BytesIO(table([ORDER]))
    with open_report(stream, "mfn_orders_eu"):
        pass
    assert not stream.closed
    with pytest.raises(ReportFileError):
        open_report(stream, "fba_orders_eu")
    assert not stream.closed


@pytest.mark.parametrize("zipped", [False, True])
def test_memory_does_not_grow_with_the_file(tmp_path, zipped):
    opener = gzip.open if zipped else open
    path = tmp_path / "report.txt"
    head, row, _ = table([{**ORDER, "product-name": "x" * 500}]).split(b"\n")
    cells = row.split(b"\t")
    size = len(head)
    with opener(path, "wb") as target:
        target.write(head + b"\n")
        for number in range(40_000):
            cells[1] = b"%d" % (10**13 + number)
            cells[11] = b"%d.%02d" % (number // 7, number % 100)
            size += target.write(b"\t".join(cells) + b"\n")
    gc.collect()
    with path.open("rb") as stream:
        tracemalloc.start()
        try:
            with open_report(stream, "mfn_orders_eu") as report:
                count = sum(row.error is None for row in report.rows(start=30_000))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert count == 10_000
    assert peak < 8 << 20 < size / 2


def test_a_line_too_long_takes_no_other_with_it(monkeypatch):
    monkeypatch.setattr(sources, "MAX_ROW_BYTES", 8)
    content = b"1234567\nnext\n123456789012\nlast\n\n12345678"
    found = list(sources.lines(io.BytesIO(content)))
    assert found == [b"1234567\n", b"next\n", b"12345678", b"last\n", b"12345678"]
