"""Bytes to rows: lines, columns, charsets, foreign files."""

import codecs
import gc
import gzip
import io
import json
import tracemalloc
import zipfile
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from report_formats import (
    KINDS,
    ReportFileError,
    detect_file_kinds,
    detect_kinds,
    open_report,
)
from report_formats.cells import MAX_ROW_BYTES
from report_formats.kinds import KIND_SELECTION, ORDER_KINDS, find_order_kind

from .files import ORDER, SHIPMENT, opened, rows, table

HEADER = list(ORDER)


def refusal(content, kind="mfn_orders_eu", **options):
    with pytest.raises(ReportFileError) as problem:
        opened(content, kind, **options)
    assert str(problem.value)
    return problem.value


# --- columns ----------------------------------------------------------------------


@given(st.permutations(HEADER))
@settings(max_examples=20)
def test_columns_in_any_order(header):
    [row] = rows(table([ORDER], header))
    assert row.values == rows(table([ORDER]))[0].values
    assert list(row.raw) == header


def test_column_names_in_any_spelling():
    header = [f"  {name.upper()} " for name in HEADER]
    report = opened(table([list(ORDER.values())], header))
    assert report.header[0] == "ORDER-ID"
    assert report.unknown_columns == ()
    [row] = report.rows()
    assert row.values == rows(table([ORDER]))[0].values
    assert row.raw["ORDER-ID"] == ORDER["order-id"]


@pytest.mark.parametrize(
    ("name", "alias", "field"),
    [
        ("product-name", "item-name", "product_name"),
        ("order-id", "amazon-order-id", "order_id"),
        ("order-item-id", "amazon-order-item-id", "order_item_id"),
    ],
)
def test_aliases(name, alias, field):
    header = [alias if column == name else column for column in HEADER]
    [row] = rows(table([list(ORDER.values())], header))
    assert getattr(row.values, field) == ORDER[name]


def test_delivery_instructions_as_amazon_spells_it():
    [row] = rows(table([{**ORDER, "delivery-Instructions": "Ring twice"}]))
    assert row.values.delivery_instructions == "Ring twice"


def test_unknown_columns_are_kept_and_listed():
    report = opened(table([{**ORDER, "Brand New": " x ", "cpf": "1"}]))
    assert report.unknown_columns == ("Brand New",)
    [row] = report.rows()
    assert row.raw["Brand New"] == " x "


def test_a_column_name_twice():
    header = [*HEADER, "sku", "sku (2)"]
    report = opened(table([[*ORDER.values(), "", "MUG-RED"]], header))
    assert report.header[-2:] == ("sku (2)", "sku (2) (2)")
    assert report.unknown_columns == ()
    [row] = report.rows()
    assert row.values.sku == row.raw["sku"] == "MUG-RED"
    assert row.raw["sku (2)"] == ""
    assert row.raw["sku (2) (2)"] == "MUG-RED"


@pytest.mark.parametrize("filled", [0, 1, 2])
def test_of_two_equal_columns_the_filled_one_counts(filled):
    header = [*HEADER, "Item Price", "item_price"]
    cells = {name: "" if name == "item-price" else c for name, c in ORDER.items()}
    places = [HEADER.index("item-price"), len(HEADER), len(HEADER) + 1]
    cells = [*cells.values(), "--", " "]
    cells[places[filled]] = "7.00"
    [row] = rows(table([cells], header))
    assert row.values.item_price == Decimal("7.00")


def test_equal_columns_that_contradict_each_other():
    header = [*HEADER, "item-price", "product-name"]
    two = [
        [*ORDER.values(), "19.990", ""],
        [*ORDER.values(), "20.99", ""],
        [*ORDER.values(), "", "Cup"],
        [*ORDER.values(), "x", ""],
    ]
    same, price, name, unread = rows(table(two, header))
    assert same.values.item_price == Decimal("19.99")
    assert (price.values, price.error.code) == (None, "contradictory_columns")
    assert price.error.column == "item-price"
    assert "“19.99”" in str(price.error)
    assert "“20.99”" in str(price.error)
    assert name.values.product_name == ""
    assert [w.code for w in name.warnings] == ["contradictory_columns"]
    assert unread.error.code == "contradictory_columns"


def test_columns_without_a_name():
    header = [*HEADER[:1], "", *HEADER[1:], "", " "]
    cells = list(ORDER.values())
    report = opened(table([[cells[0], "x", *cells[1:], "", ""]], header))
    assert report.header[1] == "column 2"
    assert len(report.header) == len(HEADER) + 1
    assert next(report.rows()).values.sku == "MUG-RED"


@pytest.mark.parametrize(
    ("kind", "row", "required"),
    [
        (
            "mfn_orders_eu",
            ORDER,
            "order-id order-item-id purchase-date sku quantity-purchased item-price"
            + " currency",
        ),
        (
            "fba_orders_na",
            SHIPMENT,
            "amazon-order-id purchase-date sku quantity-shipped currency item-price",
        ),
    ],
)
def test_only_required_columns_are_required(kind, row, required):
    names = required.split()
    [parsed] = rows(table([row], names), kind)
    assert parsed.error is None
    assert parsed.values.item_tax is None
    for name in names:
        error = refusal(table([row], [n for n in names if n != name]), kind)
        assert error.code == "missing_columns"
        assert error.params["columns"] == (name,)
        assert name in str(error)


# --- kinds ------------------------------------------------------------------------


def test_nine_kinds():
    assert list(KINDS) == [
        "fba_inventory",
        "fba_returns",
        "fba_orders_eu",
        "fba_orders_na",
        "vcs_lite",
        "vcs_invoices",
        "mfn_orders_eu",
        "mfn_orders_na",
        "all_orders",
    ]
    assert {key for key, kind in KINDS.items() if kind.row_format} >= {
        "fba_inventory",
        "fba_returns",
        "fba_orders_eu",
        "fba_orders_na",
        "mfn_orders_eu",
        "mfn_orders_na",
        "all_orders",
        "vcs_invoices",
        "vcs_lite",
    }
    assert {key for key, kind in KINDS.items() if kind.restricted} == {
        "fba_orders_eu",
        "fba_orders_na",
        "vcs_invoices",
        "mfn_orders_eu",
        "mfn_orders_na",
    }
    assert {key for key, kind in KINDS.items() if not kind.dated} == {
        "fba_inventory",
        "vcs_lite",
    }
    assert KINDS["mfn_orders_na"].options == {"ShowSalesChannel": "true"}
    for kind in KINDS.values():
        assert set(kind.regions) <= {"eu", "na", "fe"}
        assert kind.label
        assert kind.purpose.endswith(".")
        for region in kind.regions:
            assert kind.report_type_in(region) in (
                kind.report_type,
                *kind.alternate_types,
            )


LIMITS = {
    # key: longest period, how far back it may begin, minutes between, days kept
    "fba_inventory": (None, None, 30, 90),
    "fba_returns": (30, None, 240, 90),
    "fba_orders_eu": (30, 540, 30, 90),
    "fba_orders_na": (30, 540, 30, 90),
    "vcs_lite": (30, 90, 0, 90),
    "vcs_invoices": (30, None, 0, 90),
    "mfn_orders_eu": (30, 60, 0, 30),
    "mfn_orders_na": (30, 60, 0, 30),
    "all_orders": (30, 730, 0, 30),
}


def test_limits_as_amazon_documents_them():
    """Source: reference/amazon-reports.md 1.1, 1.3 and 9."""
    assert {
        key: (
            kind.max_days,
            kind.lookback_days,
            kind.min_minutes,
            kind.retention_days,
        )
        for key, kind in KINDS.items()
    } == LIMITS


def test_kinds_that_bring_orders():
    assert ORDER_KINDS == (
        "mfn_orders_eu",
        "mfn_orders_na",
        "fba_orders_eu",
        "fba_orders_na",
    )
    assert {key for key, _label in KIND_SELECTION} == set(KINDS)
    found = {
        (fulfillment, region): find_order_kind(fulfillment, region)
        for fulfillment in ("mfn", "fba", "")
        for region in ("eu", "na", "fe", "xx")
    }
    assert {pair: key for pair, key in found.items() if key} == {
        ("mfn", "eu"): "mfn_orders_eu",
        ("mfn", "na"): "mfn_orders_na",
        ("mfn", "fe"): "mfn_orders_na",
        ("fba", "eu"): "fba_orders_eu",
        ("fba", "na"): "fba_orders_na",
        ("fba", "fe"): "fba_orders_na",
    }


def test_europe_and_america_have_one_header():
    assert detect_kinds(HEADER) == ("mfn_orders_eu", "mfn_orders_na")
    assert detect_kinds(list(SHIPMENT)) == ("fba_orders_eu", "fba_orders_na")
    assert rows(table([ORDER]), "mfn_orders_na")[0].values


VIDR = [
    "marketplace-id",
    "order-id",
    "order-item-id",
    "shipping-id",
    "transaction-id",
    "transaction-type",
    "quantity-purchased",
    "currency",
    "item-vat-incl-amount",
]
ALL_ORDERS = [
    "amazon-order-id",
    "merchant-order-id",
    "purchase-date",
    "last-updated-date",
    "order-status",
    "fulfillment-channel",
    "sales-channel",
    "sku",
    "asin",
    "item-status",
    "quantity",
    "currency",
    "item-price",
]


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (table([SHIPMENT]), "mfn_orders_eu", ("fba_orders_eu", "fba_orders_na")),
        (table([ORDER]), "fba_orders_na", ("mfn_orders_eu", "mfn_orders_na")),
        (table([VIDR], VIDR), "mfn_orders_eu", ("vcs_lite",)),
        (table([ALL_ORDERS], ALL_ORDERS), "mfn_orders_eu", ("all_orders",)),
        (table([ALL_ORDERS], ALL_ORDERS), "fba_orders_eu", ("all_orders",)),
    ],
)
def test_wrong_kind(content, kind, found):
    error = refusal(content, kind)
    assert error.code == "wrong_kind"
    assert error.params["kinds"] == found
    assert KINDS[found[0]].label in str(error)
    assert KINDS[kind].label in str(error)
    assert detect_file_kinds(io.BytesIO(content)) == found


def test_kind_that_cannot_be_read_yet():
    unread = [key for key, kind in KINDS.items() if kind.row_format is None]
    for key in unread:
        assert refusal(table([ORDER]), key).code == "unsupported_kind"


# --- rows and lines ---------------------------------------------------------------


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends(eol, final):
    content = table([ORDER, ORDER], eol=eol)
    content = content if final else content.removesuffix(eol.encode())
    report = opened(content)
    assert report.row_count == 2
    found = list(report.rows())
    assert [row.values.sales_channel for row in found] == ["Amazon.fr"] * 2
    assert found[1].raw["sales-channel"] == "Amazon.fr"


def test_lines_without_content_do_not_count():
    head, row, _ = table([ORDER], eol="\r\n").split(b"\r\n")
    tabs = b"\t" * (len(HEADER) - 1)
    content = b"\r\n".join(
        [b"", b"  ", head, b"", row, tabs, b"\x00", row, b"", b"\t \t", b"\x1a\x00"[1:]]
    )
    report = opened(content + b"\n\n")
    assert report.row_count == 2
    assert [row.number for row in report.rows()] == [1, 2]
    assert [row.number for row in report.rows(start=1)] == [2]


@pytest.mark.parametrize(
    "inside", ["\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029", "\r"]
)
def test_what_python_takes_for_a_line_end_but_amazon_does_not(inside):
    cell = f"Mug{inside}red"
    found = rows(table([{**ORDER, "product-name": cell}, ORDER]))
    assert len(found) == 2
    assert found[0].raw["product-name"] == cell
    assert found[0].values.product_name == "Mug red"


@pytest.mark.parametrize(
    "cell",
    ['24" lamp', '"', '"Best" mug', '"quoted"', '""', "'", 'a "', '"open', "a,b;c|d"],
)
def test_quotation_marks_are_text(cell):
    found = rows(table([{**ORDER, "product-name": cell}, ORDER]))
    assert [row.values.product_name for row in found] == [cell, "Mug"]
    assert found[0].raw["product-name"] == cell


def test_a_tab_in_a_title_spoils_its_row_only():
    found = rows(table([{**ORDER, "product-name": "Mug\tred"}, ORDER]))
    assert found[0].error.code == "long_row"
    assert found[0].raw["product-name"] == "Mug"
    assert list(found[0].raw.values()).count("Amazon.fr") == 1
    assert found[1].error is None


def test_a_tab_before_an_empty_last_cell_spoils_its_row():
    """It moves the address by a cell, and the empty last one out of the row."""
    header = [name for name in HEADER if name != "recipient-name"]
    header.append("recipient-name")
    moved = {**ORDER, "recipient-name": "", "ship-address-1": "Street\t1"}
    whole = {**ORDER, "recipient-name": ""}
    found = rows(table([moved, whole, whole], header))
    assert [row.error and row.error.code for row in found] == ["long_row", None, None]


def test_all_rows_may_end_in_empty_cells():
    content = table([ORDER, ORDER, ORDER]).replace(b"\n", b"\t\t\n")
    head, rest = content.split(b"\n", 1)
    for header in (head, head.rstrip()):
        found = rows(header + b"\n" + rest + b"only three\tcells\t\n")
        assert [row.error and row.error.code for row in found] == [
            *[None] * 3,
            "fragment_row",
        ]


def test_a_line_break_in_a_title_spoils_its_row_only():
    found = rows(table([{**ORDER, "product-name": "Mug\nred"}, ORDER]))
    assert [row.error and row.error.code for row in found] == [
        "short_row",
        "fragment_row",
        None,
    ]
    assert [row.order_ref for row in found] == [
        ORDER["order-id"],
        "",
        ORDER["order-id"],
    ]


def test_short_row_is_never_taken_for_a_full_one():
    """Cells missing at the end may be promotions: the total would be wrong."""
    header = [*HEADER, "item-promotion-discount"]
    error = rows(table([list(ORDER.values())], header))[0].error
    assert error.code == "short_row"
    assert (error.params["found"], error.params["expected"]) == (26, 27)


def test_empty_cells_beyond_the_header_are_ignored():
    [row] = rows(table([[*ORDER.values(), "", " "]], HEADER))
    assert row.error is None
    assert list(row.raw) == HEADER


def test_zero_bytes_are_dropped():
    [row] = rows(table([{**ORDER, "product-name": "M\0ug"}]))
    assert row.raw["product-name"] == row.values.product_name == "Mug"


def test_a_giant_line_spoils_itself_only():
    head, row, _ = table([ORDER]).split(b"\n")
    giant = b"x" * (3 * MAX_ROW_BYTES + 5)
    full = row[:-9] + b"y" * (MAX_ROW_BYTES - len(row)) + row[-9:]
    assert len(full) == MAX_ROW_BYTES
    found = rows(b"\n".join([head, giant, row, full, row]))
    assert [row.error and row.error.code for row in found] == [
        "oversized_row",
        None,
        "oversized_row",
        None,
    ]
    assert refusal(giant).code == "not_a_report"


def test_resuming_gives_the_same_rows():
    many = [
        {**ORDER, "order-item-id": str(n), "item-price": f"{n}.00"} for n in range(50)
    ]
    many[7]["item-price"] = "x"
    report = opened(table(many).replace(b"\n", b"\n\n"))
    everything = list(report.rows())
    assert report.row_count == 50
    for start in (0, 1, 7, 8, 49, 50, 60):
        assert list(report.rows(start)) == everything[start:]
    assert list(report.rows()) == everything


# --- charsets ---------------------------------------------------------------------

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


# --- other separators -------------------------------------------------------------


def _quoted(rows_, separator):
    lines = [
        separator.join('"' + cell.replace('"', '""') + '"' for cell in cells)
        for cells in rows_
    ]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("separator", ["\t", ","])
def test_all_cells_quoted(separator):
    cells = {**ORDER, "product-name": 'LED 24", warm\tred; round'}
    report = opened(_quoted([cells, cells.values(), ORDER.values()], separator))
    assert report.header == tuple(HEADER)
    first, second = report.rows()
    assert first.raw["product-name"] == cells["product-name"]
    assert first.values.product_name == 'LED 24", warm red; round'
    assert second.values.item_price == Decimal("19.99")
    assert next(report.rows(1)) == second


def test_commas_and_quotes_where_needed():
    """Seller Central offers its FBA reports as .csv too."""
    cells = {**ORDER, "product-name": '"Mug, red"', "ship-address-1": 'Haus "A"'}
    report = opened(table([cells, ORDER], HEADER, separator=",", eol="\r\n"))
    first, second = report.rows()
    assert first.values.product_name == "Mug, red"
    assert first.values.recipient.street1 == 'Haus "A"'
    assert second.values.sku == "MUG-RED"


def test_quote_never_closed_spoils_its_row_only():
    cells = {**ORDER, "product-name": '"Mug'}
    report = opened(table([cells, ORDER], HEADER, separator=","))
    assert [row.error and row.error.code for row in report.rows()] == [
        "bad_quoting",
        None,
    ]
    # What comes before it is told apart all the same.
    assert next(report.rows()).raw["order-id"] == ORDER["order-id"]


def test_semicolons_come_from_a_spreadsheet_program():
    error = refusal(table([ORDER], separator=";"))
    assert error.code == "spreadsheet_file"
    assert "semicolons" in str(error)


# --- foreign files ----------------------------------------------------------------


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
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not_a_report", "begins with"),
        (b"7z\xbc\xaf\x27\x1c", "not_a_report", "archive"),
        (b"No orders found.\n", "not_a_report", "No orders found."),
        (b"a\tb\tc\n1\t2\t3\n", "not_a_report", "names of the columns"),
        (table([ORDER]).split(b"\n", 1)[1], "not_a_report", "names of the columns"),
        (b"sku\n", "not_a_report", "sku"),
        (b"sku\t" * 2000, "not_a_report", "sku"),
        (gzip.compress(table([ORDER]))[:-9], "damaged_file", "too early"),
        (gzip.compress(table([ORDER])) + b"junk", "damaged_file", "header"),
        (gzip.compress(gzip.compress(table([ORDER]))), "not_a_report", "begins with"),
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
