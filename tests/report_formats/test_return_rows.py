"""Rows of returns: every trap of Amazon's file."""

from datetime import datetime, timezone

import pytest
from report_formats import detect_kinds, read_raw

from .files import beside_a_good_row, rows, table

RETURN = {
    "return-date": "2026-10-21T10:00:00+00:00",
    "order-id": "305-5000002-5000002",
    "sku": "TOWEL-XL",
    "asin": "B0TESTTOW1",
    "fnsku": "X00TOW",
    "product-name": "Towel",
    "quantity": "1",
    "fulfillment-center-id": "WRO1",
    "detailed-disposition": "CUSTOMER_DAMAGED",
    "reason": "DEFECTIVE",
    "status": "Unit returned to inventory",
    "license-plate-number": "LPN2",
    "customer-comments": "Loch &#39;drin",
}


def returned(eol="\n", charset="utf-8", **cells):
    row = {**RETURN, **{name.replace("_", "-"): cell for name, cell in cells.items()}}
    return beside_a_good_row(RETURN, row, "fba_returns", eol=eol, charset=charset)


def test_all_columns():
    row = returned().values
    assert row.return_date == datetime(2026, 10, 21, 10, tzinfo=timezone.utc)
    assert row.order_id == "305-5000002-5000002"
    assert (row.sku, row.asin, row.fnsku) == ("TOWEL-XL", "B0TESTTOW1", "X00TOW")
    assert (row.quantity, row.fulfillment_center_id) == (1, "WRO1")
    assert row.disposition == "CUSTOMER_DAMAGED"
    assert (row.reason, row.license_plate) == ("DEFECTIVE", "LPN2")
    assert row.status == "Unit returned to inventory"
    assert row.comment == "Loch 'drin"


def test_header_of_other_sites():
    row = {("amazon-order-id" if k == "order-id" else k): v for k, v in RETURN.items()}
    assert rows(table([row]), "fba_returns")[0].values.order_id == RETURN["order-id"]
    assert detect_kinds(list(row)) == ("fba_returns",)


def test_columns_that_may_be_missing():
    short = ("return-date", "order-id", "sku", "quantity", "detailed-disposition")
    row = rows(table([{name: RETURN[name] for name in short}]), "fba_returns")[0].values
    assert (row.license_plate, row.status, row.reason, row.comment) == ("",) * 4


@pytest.mark.parametrize(
    "order_id", ["", "S01-5000005-5000005", "Shopify #1001", "RE7"]
)
def test_order_ids_that_are_none_of_amazon(order_id):
    assert returned(order_id=order_id).values.order_id == order_id


def test_cp1252_and_entities():
    row = returned(
        charset="cp1252", customer_comments="Größe pa&szlig;t nicht &amp; R&D"
    )
    assert row.values.comment == "Größe paßt nicht & R&D"


def test_quantity_above_one():
    assert returned(quantity="2").values.quantity == 2


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("return-date", "", "missing_value"),
        ("return-date", "2026-10-32", "bad_date"),
        ("return-date", "05/10/2026", "bad_date"),
        ("quantity", "1,5", "bad_quantity"),
        ("sku", "", "missing_value"),
        ("order-id", "#REF!", "damaged_identifier"),
        ("license-plate-number", "#########", "damaged_identifier"),
    ],
)
def test_bad_cells(column, cell, code):
    row = returned(**{column: cell})
    assert row.values is None
    assert (row.error.code, row.error.column) == (code, column)


def test_read_again_from_what_is_kept():
    row = returned()
    # The database does not keep the order of the columns.
    kept = dict(sorted(row.raw.items()))
    again = read_raw("fba_returns", row.number, kept)
    assert again.values == row.values
    assert again.error is None
