"""Bytes to rows: which columns there are, by whatever names and in whatever order."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .files import ORDER, SHIPMENT, opened, refusal, rows, table

HEADER = list(ORDER)


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
