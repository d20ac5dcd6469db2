"""Quoted files: marks that are not doubled, line breaks inside cells, torn rows."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_formats.cells import find_layout
from report_formats.limits import MAX_ROW_BYTES, MAX_TORN_LINES

from .files import ORDER, opened, rows, table

HEADER = list(ORDER)


def quoted(rows_, separator, doubled=True, eol="\n", header_quoted=True):
    """The bytes of a file in which each cell is quoted."""
    lines = []
    for number, cells in enumerate(rows_):
        if number or header_quoted:
            cells = [
                f'"{cell.replace(chr(34), chr(34) * 2) if doubled else cell}"'
                for cell in cells
            ]
        lines.append(separator.join(cells))
    return eol.join(lines).encode()


def titles(content):
    found = rows(content)
    assert [row.error for row in found] == [None] * len(found)
    return [row.values.product_name for row in found]


def with_title(title):
    return list({**ORDER, "product-name": title}.values())


TITLES = [
    'Screen 24" black',
    '24" screen',
    'Screen 24"',
    '"Best" mug',
    'The "best"',
    'Mug, 24" wide, red',
    'Webcam 1/2" Sensor, 3" lens',
    "Mug, red",
    "",
    '"',
]


@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("doubled", [True, False])
@pytest.mark.parametrize("header_quoted", [True, False])
@pytest.mark.parametrize("title", TITLES)
def test_quotation_marks_inside_quoted_cells(separator, doubled, header_quoted, title):
    content = quoted(
        [HEADER, with_title(title), with_title("Mug")],
        separator,
        doubled,
        header_quoted=header_quoted,
    )
    assert titles(content) == [title, "Mug"]


@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize("doubled", [True, False])
@pytest.mark.parametrize("header_quoted", [True, False])
@pytest.mark.parametrize("eol", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "title",
    ["Mug\nred", "Mug\n\nred", 'Mug 3"\nred, "large"', "a\nb\nc\nd", "Mug,\nred"],
)
def test_line_breaks_inside_quoted_cells(separator, doubled, header_quoted, eol, title):
    content = quoted(
        [HEADER, with_title(title.replace("\n", eol)), with_title("Cup")] * 1,
        separator,
        doubled,
        eol,
        header_quoted,
    )
    report = opened(content)
    first, second = report.rows()
    assert report.row_count == 2
    assert first.raw["product-name"] == title.replace("\n\n", "\n")
    assert first.values.product_name == " ".join(title.split())
    assert first.values.sales_channel == "Amazon.fr"
    assert (second.number, second.values.product_name) == (2, "Cup")
    assert list(report.rows(1)) == [second]


@pytest.mark.parametrize("separator", ["\t", ","])
def test_line_break_in_the_last_cell_and_at_its_ends(separator):
    header = [*HEADER, "gift-message-text"]
    messages = ["All the best\nyours", "\nHello\n", "Hello"]
    content = quoted([header, *([*ORDER.values(), m] for m in messages)], separator)
    found = rows(content)
    assert [row.values.gift_message for row in found] == [
        "All the best yours",
        "Hello",
        "Hello",
    ]


def test_only_the_cell_that_needs_it_is_quoted():
    title = '"Mug ""red""\nlarge"'
    for separator in "\t,":
        cells = [cell.replace(separator, " ") for cell in ORDER.values()]
        cells[HEADER.index("product-name")] = title
        content = table([cells, list(ORDER.values())], HEADER, separator=separator)
        assert titles(content) == ['Mug "red" large', "Mug"]


def test_line_break_without_quotation_marks_is_not_joined():
    cells = {**ORDER, "product-name": 'Mug 3" red\nlarge'}
    found = rows(table([cells, ORDER]))
    assert [row.error and row.error.code for row in found] == [
        "short_row",
        "fragment_row",
        None,
    ]


@pytest.mark.parametrize("charset", ["cp1252", "utf-8", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("separator", ["\t", ","])
def test_quoted_in_any_charset(charset, separator):
    content = quoted([HEADER, with_title('Größe 24"\nweiß')], separator, False)
    assert titles(content.decode().encode(charset)) == ['Größe 24" weiß']


def test_quoted_in_japanese():
    cells = {
        **{
            name: cell.encode("ascii", "ignore").decode()
            for name, cell in ORDER.items()
        },
        "currency": "JPY",
        "sales-channel": "Amazon.co.jp",
        "product-name": '表示 24"\n能',
    }
    content = quoted([HEADER, list(cells.values())], "\t", False)
    assert titles(content.decode().encode("cp932")) == ['表示 24" 能']


def test_line_break_in_the_first_cell():
    """The next line looks whole, but begins without a quotation mark."""
    header = ["product-name", *(name for name in HEADER if name != "product-name")]
    cells = {**ORDER, "product-name": "Mug\nred"}
    lines = [header, *([line[n] for n in header] for line in (cells, ORDER))]
    assert titles(quoted(lines, ",")) == ["Mug red", "Mug"]


def test_a_mark_never_closed_joins_no_other_row():
    cells = {**ORDER, "product-name": '"Mug'}
    short = [*list(cells.values())[:-1]]
    for separator in "\t,":
        content = table([short, ORDER, ORDER], HEADER, separator=separator)
        first, *others = rows(content)
        assert first.error.code in ("short_row", "bad_quoting")
        assert [row.error for row in others] == [None, None]


def test_a_broken_row_in_tabs_shows_nobody_as_its_order():
    cells = {**ORDER, "recipient-name": '"Weißhaupt, Jörg'}
    header = ["recipient-name", *(n for n in HEADER if n != "recipient-name")]
    content = table([cells, ORDER], header).decode()
    content = content.replace("\t302-1000001-1000001\t", "\t302-1000001-1000001\t\t", 1)
    broken, good = rows(content.encode())
    assert broken.error.code == "long_row"
    assert broken.order_ref == "302-1000001-1000001"
    assert good.order_ref == "302-1000001-1000001"
    torn = content.replace('"Weißhaupt, Jörg\t', '"Weißhaupt, Jörg\tLindau\t', 1)
    broken = rows(torn.encode())[0]
    assert "302-1000001-1000001" in broken.raw.values()
    assert broken.order_ref == ""


def test_bad_quoting_in_commas_keeps_what_comes_before():
    cells = list(ORDER.values())
    cells[HEADER.index("ship-address-1")] = '"Street 1'
    first = rows(table([cells, ORDER], HEADER, separator=","))[0]
    assert first.error.code == "bad_quoting"
    assert first.raw["recipient-name"] == ORDER["recipient-name"]
    assert list(first.raw.items())[-1] == ("ship-address-1", "Street 1")
    assert first.order_ref == ORDER["order-id"]


def test_lines_quoted_once_more_as_a_whole():
    title = 'Mug 3", red\nlarge'
    inner = [quoted([cells], ",").decode() for cells in (HEADER, with_title(title))]
    lines = [f'"{line.replace(chr(34), chr(34) * 2)}"' for line in inner]
    assert titles("\n".join(lines).encode()) == [" ".join(title.split())]


def test_a_cell_has_no_more_lines_than_a_comment():
    for count, code in ((MAX_TORN_LINES - 1, None), (MAX_TORN_LINES, "bad_quoting")):
        title = "\n".join("x" * (count + 1))
        found = rows(quoted([HEADER, with_title(title)], ","))
        assert (found[0].error and found[0].error.code) == code, count


def test_a_torn_row_is_no_longer_than_others():
    title = "x" * (MAX_ROW_BYTES - 300) + "\n" + "y" * 400
    found = rows(quoted([HEADER, with_title(title), with_title("Mug")], ","))
    assert found[0].error
    assert found[-1].error is None


def test_a_file_of_open_marks_is_read_in_time():
    lines = [",".join(HEADER), *['302-1,"x'] * 5_000]
    start = time.process_time()
    found = rows("\n".join(lines).encode())
    assert time.process_time() - start < 15
    assert len(found) == 5_000


CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r\0\ufeff"), max_size=12
).filter(lambda cell: "\n\n" not in cell and not cell.startswith("\n"))


@given(
    st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5),
    st.sampled_from(["\t", ","]),
    st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_quoted_rightly_comes_back(pairs, separator, header_quoted):
    lines = [
        {**ORDER, "product-name": title, "ship-address-3": street}
        for title, street in pairs
    ]
    header_quoted = header_quoted or separator == "\t"
    report = opened(
        quoted(
            [HEADER, *(list(line.values()) for line in lines)],
            separator,
            header_quoted=header_quoted,
        )
    )
    found = list(report.rows())
    assert report.row_count == len(found) == len(lines)
    for row, line in zip(found, lines, strict=True):
        assert {name: _solid(cell) for name, cell in row.raw.items()} == {
            name: _solid(cell) for name, cell in line.items()
        }


def _solid(cell):
    """Lines without content are left out, and blanks before a line break."""
    return [line.rstrip() for line in cell.splitlines() if line.strip()]


@pytest.mark.parametrize(
    ("text", "delimiter", "names"),
    [
        ("a\tb", "\t", ["a", "b"]),
        ("a,b", ",", ["a", "b"]),
        ('"a"\t"b, c"', "\t", ["a", "b, c"]),
        ('"a","b, c"', ",", ["a", "b, c"]),
        ('"a,""b, c"""', ",", ["a", "b, c"]),
        ('a\t"b"', "\t", ["a", '"b"']),
        ('a,"b', ",", ['a,"b']),
    ],
)
def test_layout_of_a_header(text, delimiter, names):
    layout, found = find_layout(text)
    assert (layout.delimiter, found, layout.width) == (delimiter, names, len(names))
