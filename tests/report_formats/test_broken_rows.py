"""Rows that do not fit the header: each says what it is and what to do."""

import pytest
from report_formats import MISFITS

from .files import ORDER, SHIPMENT, opened, refusal, rows, table

RETURN = {
    "return-date": "2026-10-11T09:30:00+00:00",
    "order-id": "305-5000001-5000001",
    "sku": "LAMP-1",
    "fnsku": "X00LAMP",
    "quantity": "1",
    "detailed-disposition": "SELLABLE",
}
NUMBER = ORDER["order-id"]
HEAD, LINE = table([ORDER]).decode().splitlines()
CELLS = LINE.split("\t")


def read(*lines, end="\n", kind="mfn_orders_eu"):
    return rows(("\n".join([HEAD, *lines]) + end).encode(), kind)


def codes(found):
    return [row.error and row.error.code for row in found]


def test_cells_beyond_the_header_are_kept_by_their_place():
    [row] = read("\t".join([*CELLS, "a", "b"]))
    width = len(CELLS)
    assert list(row.raw.items())[-2:] == [
        (f"column {width + 1}", "a"),
        (f"column {width + 2}", "b"),
    ]
    assert (row.error.params["found"], row.error.params["expected"]) == (
        width + 2,
        width,
    )


@pytest.mark.parametrize("end", ["", "\n"])
def test_the_end_of_the_last_line_may_be_missing(end):
    assert codes(read(LINE, LINE, end=end)) == [None, None]


def test_a_file_that_ends_amid_a_row():
    short = "\t".join(CELLS[:7])
    found = read(LINE, short, end="")
    assert codes(found) == [None, "cut_off_row"]
    assert "download was cut off" in str(found[1].error)
    assert "7" in str(found[1].error)
    assert found[1].order_ref == NUMBER
    assert codes(read(LINE, short)) == [None, "short_row"]
    assert codes(read(short, LINE, end="")) == ["short_row", None]


def test_a_piece_of_a_row():
    found = read("\t".join(CELLS[:8]), "\t".join(CELLS[8:]), LINE)
    assert codes(found) == ["short_row", "fragment_row", None]
    assert [row.order_ref for row in found] == [NUMBER, "", NUMBER]
    assert "line break" in str(found[1].error)
    assert codes(read("Mug", LINE)) == ["fragment_row", None]
    assert codes(read(LINE, "Mug", end="")) == [None, "fragment_row"]


def test_a_piece_without_the_cell_of_the_order_number():
    header = [*list(ORDER)[1:], "order-id"]
    content = table([ORDER, [*CELLS[1:9]]], header)
    assert codes(rows(content)) == [None, "fragment_row"]


@pytest.mark.parametrize("number", ["S01-1234567-1234567", " 302-1234567-1234567 "])
def test_order_numbers_in_rows_that_break_off(number):
    found = read(f"{number}\t7")
    assert codes(found) == ["short_row"]
    assert found[0].order_ref == number.strip()


@pytest.mark.parametrize(
    "cell", ["Jörg Weißhaupt", "302-1234567-123456", "x302-1234567-1234567", "3021"]
)
def test_what_is_no_order_number(cell):
    assert codes(read(f"{cell}\t7")) == ["fragment_row"]
    long = read("\t".join([cell, *CELLS[1:], "x"]))
    assert codes(long) == ["long_row"]
    assert long[0].order_ref == ""


def test_the_order_of_a_row_with_one_bad_cell():
    bad = "\t".join(["305-7777777-7777777", *CELLS[1:7], "", *CELLS[8:]])
    [row] = read(bad)
    assert row.error.code == "missing_value"
    assert row.order_ref == "305-7777777-7777777"
    [row] = rows(table([{**SHIPMENT, "sku": ""}]), "fba_orders_eu")
    assert row.order_ref == SHIPMENT["amazon-order-id"]


def test_rows_of_returns_need_no_order_number():
    row = {
        "return-date": "2026-10-21T10:00:00+00:00",
        "order-id": "",
        "sku": "A",
        "quantity": "1",
        "detailed-disposition": "SELLABLE",
    }
    content = table([row]) + b"2026-10-21T10:00:00+00:00\tRE7\tA\n"
    found = rows(content, "fba_returns")
    assert codes(found) == [None, "short_row"]
    assert [row.order_ref for row in found] == ["", ""]


@pytest.mark.parametrize("between", ["", "\t"])
def test_two_rows_in_one_line(between):
    found = read(LINE + between + LINE, LINE)
    assert codes(found) == ["glued_rows", None]
    assert "Two rows" in str(found[0].error)
    assert str(len(CELLS)) in str(found[0].error)
    assert found[0].order_ref == NUMBER


def test_long_rows_that_are_not_two():
    assert codes(read("\t".join([*CELLS, *["x"] * 3]))) == ["long_row"]
    assert codes(read("\t".join([*CELLS, *["x"] * len(CELLS)]))) == ["long_row"]
    # one cell less than two rows have
    assert codes(read("\t".join([*CELLS, *CELLS[:-1]]))) == ["glued_rows"]
    assert codes(read("\t".join([*CELLS, *CELLS[:-2]]))) == ["long_row"]


def test_two_rows_in_one_line_of_other_reports():
    row = {"sku": "A", "fnsku": "X", "asin": "B", "afn-fulfillable-quantity": "1"}
    row |= {"product-name": "Mug", "condition": "New", "afn-unsellable-quantity": "0"}
    row |= {"afn-reserved-quantity": "0"}
    head, line = table([row]).decode().splitlines()
    found = rows(f"{head}\n{line}{line}\n{line}\tx\n".encode(), "fba_inventory")
    assert codes(found) == ["glued_rows", "long_row"]


def test_the_names_of_the_columns_behind_a_row():
    """Two files put together, of which the first had no line end."""
    found = read(LINE + HEAD, LINE)
    assert codes(found) == ["glued_rows", None]
    assert found[0].order_ref == NUMBER
    other = "\t".join(["amazon-order-id", "sku", "currency", "item-price"])
    assert codes(read(LINE + other)) == ["glued_rows"]
    assert codes(read("\t".join([LINE, "sku", "currency"]))) == ["long_row"]


@pytest.mark.parametrize("end", ["", "\n", f"\n{LINE}\n"])
def test_the_first_row_behind_the_names_of_the_columns(end):
    error = refusal(f"{HEAD}{LINE}{end}".encode())
    assert error.code == "glued_header"
    assert NUMBER in str(error)
    assert "line end between them is missing" in str(error)


def test_the_first_row_behind_the_names_tells_no_order():
    row = dict(RETURN, **{"order-id": ""})
    head, line = table([row]).decode().splitlines()
    assert refusal(f"{head}{line}\n".encode(), "fba_returns").code == "glued_header"


def test_the_names_of_the_columns_once_more():
    found = read(LINE, HEAD, LINE)
    assert codes(found) == [None, "repeated_header", None]
    assert "names of the columns once more" in str(found[1].error)
    assert found[1].order_ref == ""
    assert found[2].values == found[0].values


def test_a_row_is_no_header_because_of_one_cell():
    odd = "\t".join(["order-id", *CELLS[1:]])
    assert codes(read(odd)) == ["bad_order_number"]


@pytest.mark.parametrize("reorder", [sorted, lambda names: names[::-1]])
def test_files_with_other_columns_put_together(reorder):
    """Their rows must not be read by the wrong names."""
    other = reorder(list(ORDER))
    below = "\t".join(ORDER[name] for name in other)
    content = "\n".join([HEAD, LINE, "\t".join(other), below, below]) + "\n"
    report = opened(content.encode())
    found = list(report.rows())
    assert codes(found) == [
        None,
        "other_header",
        "after_other_header",
        "after_other_header",
    ]
    assert "(row 2)" in str(found[3].error)
    assert found[3].values is None
    assert list(report.rows(2)) == found[2:]


def test_another_header_with_fewer_columns_and_quoted():
    other = '"sku"\t"fnsku"\t"asin"\t"afn-fulfillable-quantity"'
    assert codes(read(LINE, other, LINE)) == [
        None,
        "other_header",
        "after_other_header",
    ]
    shipped = "\t".join(SHIPMENT)
    assert codes(read(LINE, shipped)) == [None, "other_header"]


def test_rows_that_only_look_like_a_header():
    assert codes(read("sku\tname", LINE)) == ["fragment_row", None]
    assert codes(read("sku\tasin\tname", LINE)) == ["fragment_row", None]
    assert codes(read("sku\tasin\tfnsku", LINE)) == [
        "other_header",
        "after_other_header",
    ]


def test_all_of_these_leave_the_order_in_doubt():
    assert MISFITS >= {"short_row", "long_row", "bad_quoting", "fragment_row"}
    assert "missing_value" not in MISFITS
    assert "shifted_address" not in MISFITS


def test_cells_are_quoted_by_their_beginning():
    long = "Mug " * 500
    [row] = read("\t".join([*CELLS[:9], long, *CELLS[10:]]))
    said = str(row.error)
    assert len(max(said.split("“")[1].split("”")[0].split("\n"), key=len)) <= 61
    assert "…" in said
    [row] = read("\t".join([*CELLS[:9], "x" * 60, *CELLS[10:]]))
    assert f"“{'x' * 60}”" in str(row.error)
    [row] = read("\t".join([*CELLS[:9], "x" * 61, *CELLS[10:]]))
    assert f"“{'x' * 60}…”" in str(row.error)


@pytest.mark.parametrize(
    "number", ["302-1234567", "3021234567", "=302-1234567-1234567", "x", "302-1-1"]
)
@pytest.mark.parametrize(
    ("kind", "row", "column"),
    [
        ("mfn_orders_eu", ORDER, "order-id"),
        ("fba_orders_eu", SHIPMENT, "amazon-order-id"),
    ],
)
def test_an_order_number_of_impossible_form(number, kind, row, column):
    """Its row says so; the others are read."""
    found = rows(table([{**row, column: number}, row]), kind)
    assert codes(found) == ["bad_order_number", None]
    assert number in str(found[0].error)
