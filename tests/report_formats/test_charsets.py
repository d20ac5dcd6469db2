"""Bytes to rows: in which charset a file is written."""

import codecs

import pytest

from .files import ORDER, opened, refusal, table

HEADER = list(ORDER)


NAMES = {
    "cp1252": "Jörg Weißhaupt – “Café” €",
    "utf-8": "Łódź 東京 Ωμέγα",
    "cp932": "山田 太郎（グレー）ｱｲｳ",
}


@pytest.mark.parametrize("charset", NAMES)
@pytest.mark.parametrize("declared", [None, "UTF-8", "nonsense", "utf-16", "hex", ""])
def test_charset_from_the_bytes(charset, declared):
    japanese = {"currency": "JPY", "ship-country": "JP"} if charset == "cp932" else {}
    row = {**ORDER, "buyer-name": NAMES[charset], "recipient-name": "", **japanese}
    row = {
        k: v if k == "buyer-name" else v.encode("ascii", "ignore").decode()
        for k, v in row.items()
    }
    content = table([row] * 3, charset=charset)
    report = opened(content, charset=declared)
    assert report.charset == charset
    assert not report.doubtful_charset
    for parsed in report.rows():
        assert parsed.raw["buyer-name"] == NAMES[charset]
        assert parsed.warnings == ()


@pytest.mark.parametrize(
    ("declared", "charset"),
    [
        ("Cp1252", "cp1252"),
        ("ISO-8859-1", "cp1252"),
        ("windows-1252", "cp1252"),
        ("Shift_JIS", "cp932"),
        ("windows-31j", "cp932"),
        ("ISO-8859-2", "iso8859-2"),
    ],
)
def test_declared_charset_is_believed_where_the_bytes_agree(declared, charset):
    name = "日本" if charset == "cp932" else "Wörter"
    content = table(
        [{**ORDER, "buyer-name": name}],
        ["buyer-name", *HEADER[:5], *HEADER[6:16], "sales-channel"],
        charset=charset,
    )
    report = opened(content, charset=declared)
    assert report.charset == charset
    assert next(report.rows()).values.buyer_name == name


def test_wrongly_declared_charset():
    utf8 = table([ORDER])
    assert opened(utf8, charset="Cp1252").charset == "utf-8"
    assert opened(utf8, charset="Shift_JIS").charset == "utf-8"
    cp1252 = table([ORDER], charset="cp1252")
    assert opened(cp1252, charset="UTF-8").charset == "cp1252"
    assert opened(cp1252, charset="us-ascii").charset == "cp1252"


def _single_name(name):
    cells = {n: c.encode("ascii", "ignore").decode() for n, c in ORDER.items()}
    return {**cells, "buyer-name": name}


@pytest.mark.parametrize("name", ["東京", "山田 太郎", "グレー", "さくら"])
def test_japanese_name_in_an_order_from_elsewhere(name):
    report = opened(table([_single_name(name)], charset="cp932"))
    assert report.charset == "cp932"
    assert next(report.rows()).values.buyer_name == name


@pytest.mark.parametrize(
    "name",
    [
        *("Men’s", "“Best” mug", "Œuvre", "Zoë – x", "5 €", "ÄÖÜ ß", "l’été", "À…"),
        *("Rock’n’Roll, Hélène", "Jörg François", "“A”B Lefèvre"),
    ],
)
@pytest.mark.parametrize("country", ["FR", "JP"])
def test_western_text_is_not_taken_for_japanese(name, country):
    row = {**_single_name(name), "ship-country": country}
    report = opened(table([row], charset="cp1252"))
    assert report.charset == "cp1252"
    assert next(report.rows()).values.buyer_name == name


def test_a_title_cut_amid_a_character_does_not_garble_the_other_rows():
    good = table([ORDER] * 20)
    cut = good.replace("Élodie Lefèvre".encode(), "Élodie Lef".encode() + b"\xc3", 1)
    report = opened(cut)
    assert report.charset == "utf-8"
    assert report.doubtful_charset
    first, *others = report.rows()
    assert first.values.recipient.name == "Élodie Lef\ufffd"
    assert [w.code for w in first.warnings] == ["bad_characters"]
    assert "utf-8" in str(first.warnings[0])
    assert {row.values.recipient.name for row in others} == {"Élodie Lefèvre"}
    assert not any(row.warnings for row in others)


@pytest.mark.parametrize(("good", "charset"), [(10, "utf-8"), (9, "cp1252")])
def test_how_many_rows_speak_for_utf_8(good, charset):
    whole = table([ORDER] * good)
    bare = {n: c.encode("ascii", "ignore").decode() for n, c in ORDER.items()}
    latin = table([{**bare, "buyer-name": "Jörg"}, bare], charset="cp1252")
    assert opened(whole + latin.split(b"\n", 1)[1]).charset == charset


def test_the_last_resort_marks_the_rows_it_cannot_read():
    content = table([ORDER, ORDER], charset="cp1252")
    content = content.replace(b"\tMug\t", b"\tMug\x81\xff\x8d\t", 1)
    report = opened(content)
    assert (report.charset, report.doubtful_charset) == ("cp1252", True)
    first, second = report.rows()
    assert first.values.product_name == "Mug\ufffdÿ\ufffd"
    assert first.warnings
    assert not second.warnings


@pytest.mark.parametrize(
    "mark_and_charset",
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
def test_byte_order_marks_and_wide_characters(mark_and_charset, eol):
    mark, charset = mark_and_charset
    content = mark + table([ORDER, ORDER], charset=charset, eol=eol)
    with opened(content) as report:
        assert report.header[0] == "order-id"
        assert report.charset == "utf-8"
        first, _ = report.rows()
        assert first.values.recipient.name == "Élodie Lefèvre"
        assert next(report.rows(1)).number == 2


def test_broken_wide_characters():
    content = table([ORDER], charset="utf-16")[:-1]
    assert refusal(content).code == "unreadable_encoding"
