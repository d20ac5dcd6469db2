"""Bytes to rows: lines, cells, separators."""

from decimal import Decimal

import pytest
from report_formats.limits import MAX_ROW_BYTES

from .files import ORDER, opened, refusal, rows, table

HEADER = list(ORDER)


# --- rows and lines -----------------------------------------------------------------


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
