"""What the buyer pays beside the goods, and money in columns that nobody knows."""

from decimal import Decimal

import pytest
from report_formats import read_raw
from report_formats.money_columns import is_money_name

from .files import ORDER, SHIPMENT, order, rows, table


def test_cash_on_delivery():
    row = order(
        payment_method="COD",
        payment_method_fee="330",
        cod_collectible_amount="3830",
        already_paid="0",
    ).values
    assert row.payment_method == "COD"
    assert row.payment_method_fee == 330
    assert row.cod_collectible_amount == 3830
    assert row.already_paid == 0
    assert order().values.payment_method_fee is None
    assert order().values.already_paid is None


@pytest.mark.parametrize(
    "column", ["payment_method_fee", "cod_collectible_amount", "already_paid"]
)
def test_an_amount_that_cannot_be_read_holds_the_row(column):
    error = order(**{column: "9,99 EUR"}).error
    assert (error.code, error.column) == ("bad_amount", column.replace("_", "-"))


def test_a_fee_needs_its_currency():
    free = {name: "" for name in ORDER if name.endswith(("-price", "-tax"))}
    row = {**ORDER, **free, "currency": "", "quantity-purchased": "0"}
    [bare, fee] = rows(
        table([{**row, "payment-method-fee": fee} for fee in ("0.00", "3.00")])
    )
    assert bare.values
    assert (fee.error.code, fee.error.column) == ("missing_value", "currency")


@pytest.mark.parametrize(
    ("column", "cell", "amount"),
    [
        ("regulatory-fee", "0.35", "0.35"),
        ("regulatory-fee", "2", "2"),
        ("Regulatory_Fee", "-1.5", "-1.5"),
        ("new-price", "3", "3"),
        ("bottle deposit", "0.25", "0.25"),
        ("bottle-deposit-amount", "0.25", "0.25"),
        ("tax", "1", "1"),
        ("something", "0.25", "0.25"),
        ("something", "-12.00", "-12.00"),
        ("something", " 12.00 ", "12.00"),
        ("regulatory-fee", "0.00", None),
        ("regulatory-fee", "0", None),
        ("regulatory-fee", "", None),
        ("regulatory-fee", "--", None),
        ("regulatory-fee", "none", None),
        ("regulatory-fee", "see note 12 of the agreement", None),
        ("something", "0.00", None),
        ("something", "12", None),
        ("something", "1.234", None),
        ("something", "12.50 kg", None),
        ("item-weight", "0.25", None),
        ("weight-fee", "0.25", None),
        ("tax-rate", "0.19", None),
        ("price-designation", "7.00", None),
        ("promotion-id", "7.00", None),
    ],
)
def test_money_in_unknown_columns(column, cell, amount):
    expected = {column: Decimal(amount)} if amount else {}
    for base, kind in ((ORDER, "mfn_orders_eu"), (SHIPMENT, "fba_orders_eu")):
        if column == "price-designation":
            base = {**base, "item-price": base["item-price"]}
        [parsed] = rows(table([{**base, column: cell}]), kind)
        if column == "price-designation" and kind == "fba_orders_eu":
            continue
        assert parsed.error is None
        assert parsed.unknown_money == expected
        assert read_raw(kind, 1, parsed.raw).unknown_money == expected


@pytest.mark.parametrize("cell", ["9,99 EUR", "€ 9.99", "1 234,50"])
def test_unknown_money_that_cannot_be_read_holds_the_row(cell):
    [parsed] = rows(table([{**ORDER, "regulatory-fee": cell}]))
    assert parsed.values is None
    assert (parsed.error.code, parsed.error.column) == ("bad_amount", "regulatory-fee")
    assert parsed.error.value == cell


def test_an_unknown_amount_beside_another_error():
    [parsed] = rows(table([{**ORDER, "new-fee": "1.00", "sku": ""}]))
    assert parsed.error.code == "missing_value"
    assert parsed.unknown_money == {"new-fee": Decimal("1.00")}
    line = {
        **dict.fromkeys(ORDER, ""),
        "order-id": "302-0000001-0000001",
        "new-fee": "1.00",
    }
    [parsed] = rows(table([line]))
    assert parsed.continuation
    assert parsed.unknown_money == {"new-fee": Decimal("1.00")}


def test_reports_without_sales_are_not_looked_through():
    columns = {
        "return-date": "2026-10-21T10:00:00+00:00",
        "order-id": "1",
        "sku": "A",
        "quantity": "1",
        "detailed-disposition": "SELLABLE",
        "return-fee": "3.00",
    }
    [parsed] = rows(table([columns]), "fba_returns")
    assert parsed.unknown_money == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("fee", "item-fee", "total", "goods-vat", "duties")),
        *((name, False) for name in ("fee-type", "coffee", "weight-fee", "")),
    ],
)
def test_names_of_columns_for_money(name, expected):
    assert is_money_name(name) is expected
