"""Further lines of an item that carry only what differs."""

from decimal import Decimal

import pytest
from report_formats import ContinuationRow, read_raw

from .files import ORDER, SHIPMENT, rows, table

PROMOTIONS = (
    "item-promotion-discount",
    "item-promotion-id",
    "ship-promotion-discount",
    "ship-promotion-id",
)
FULL = {**ORDER, **dict.fromkeys((*PROMOTIONS, "gift-wrap-price"), "")}
FULL |= {"item-promotion-discount": "-2.00", "item-promotion-id": "P1"}
FULL |= {"payment-method-fee": "", "ship-city": "Wien"}


def line(**cells):
    """The `ParsedRow` of a line that carries only `cells` beside the order number."""
    cells = {name.replace("_", "-"): cell for name, cell in cells.items()}
    empty = dict.fromkeys(FULL, "")
    row = {**empty, "order-id": ORDER["order-id"], **cells}
    return rows(table([FULL, row, FULL]))[1]


@pytest.mark.parametrize(
    ("cells", "carried"),
    [
        (
            {"item_promotion_discount": "1.00", "item_promotion_id": "P2"},
            {"item_promotion": Decimal("-1.00"), "item_promotion_ids": "P2"},
        ),
        ({"item_promotion_id": "P2"}, {"item_promotion_ids": "P2"}),
        (
            {"ship_promotion_discount": "-4.99", "ship_promotion_id": "FREE"},
            {"ship_promotion": Decimal("-4.99"), "ship_promotion_ids": "FREE"},
        ),
        (
            {"shipping_price": "1.00", "shipping_tax": "0.16", "item_tax": "0.19"},
            {
                "shipping_price": Decimal("1.00"),
                "shipping_tax": Decimal("0.16"),
                "item_tax": Decimal("0.19"),
            },
        ),
        ({"payment_method_fee": "49.00"}, {"payment_method_fee": Decimal("49.00")}),
        ({"gift_wrap_price": "3.00"}, {"gift_wrap_price": Decimal("3.00")}),
        (
            {"sku": "MUG-RED", "currency": "EUR", "item_promotion_id": "P2"},
            {"sku": "MUG-RED", "currency": "EUR", "item_promotion_ids": "P2"},
        ),
        (
            {"purchase_date": ORDER["purchase-date"], "quantity_purchased": "--"},
            {},
        ),
        ({}, {}),
    ],
)
@pytest.mark.parametrize("item", ["", ORDER["order-item-id"]])
def test_what_a_line_carries(cells, carried, item):
    parsed = line(order_item_id=item, **cells)
    assert parsed.values is None
    assert parsed.error.code == "continuation_line"
    assert ORDER["order-id"] in str(parsed.error)
    assert parsed.order_ref == ORDER["order-id"]
    assert parsed.continuation == ContinuationRow(
        order_id=ORDER["order-id"], order_item_id=item, **carried
    )
    assert parsed.continuation.amounts == {
        name: value for name, value in carried.items() if isinstance(value, Decimal)
    }
    again = read_raw("mfn_orders_eu", parsed.number, parsed.raw)
    assert again == parsed


@pytest.mark.parametrize(
    "cells",
    [
        # An item of which something is missing: what it says is no addition.
        {"sku": "MUG-RED", "purchase_date": ORDER["purchase-date"]},
        {"ship_city": "Wien", "shipping_price": "4.99"},
        {"ship_address_1": "Street 1", "shipping_price": "4.99"},
        {"ship_postal_code": "1010", "shipping_price": "4.99"},
        {"quantity_purchased": "1", "item_promotion_id": "P2"},
        {"item_price": "5.00", "item_promotion_id": "P2"},
        {"order_id": "", "item_promotion_id": "P2"},
        {"order_id": "--", "item_promotion_id": "P2"},
    ],
)
def test_no_continuation(cells):
    parsed = line(**cells)
    assert parsed.continuation is None
    assert parsed.error.code == "missing_value"


def test_a_line_that_cannot_be_read():
    parsed = line(item_promotion_discount="1,00 EUR")
    assert parsed.continuation is None
    assert parsed.error.code == "bad_amount"
    assert parsed.error.column == "item-promotion-discount"


def test_an_item_is_no_continuation():
    for parsed in rows(table([FULL])):
        assert parsed.continuation is None
        assert parsed.values


def test_reports_of_shipments_have_them_too():
    line_ = {
        **dict.fromkeys(SHIPMENT, ""),
        "amazon-order-id": SHIPMENT["amazon-order-id"],
        "shipment-item-id": SHIPMENT["shipment-item-id"],
        "ship-promotion-discount": "-1.00",
    }
    found, parsed = rows(table([SHIPMENT, line_]), "fba_orders_eu")
    assert parsed.continuation.shipment_item_id == SHIPMENT["shipment-item-id"]
    assert parsed.continuation.matches(found.values)
    whole = parsed.continuation.added_to(found.values)
    assert whole.ship_promotion == Decimal("-4.99")
    assert whole.shipping_price == found.values.shipping_price


def test_which_item_is_meant():
    item = rows(table([FULL]))[0].values
    assert line(item_promotion_id="P2").continuation.matches(item)
    for name in ("order_item_id", "sku", "currency"):
        cell = ORDER[name.replace("_", "-")]
        assert line(**{name: cell}).continuation.matches(item)
    assert not line(order_item_id="7").continuation.matches(item)
    assert not line(sku="CUP").continuation.matches(item)
    assert not line(currency="GBP").continuation.matches(item)
    assert not line(order_id="302-1-1").continuation.matches(item)


def test_added_to_its_item():
    item = rows(table([FULL]))[0].values
    more = line(
        item_promotion_discount="1.00",
        item_promotion_id="P2",
        ship_promotion_discount="4.99",
    ).continuation
    whole = more.added_to(item)
    assert whole.item_promotion == Decimal("-3.00")
    assert whole.item_promotion_ids == "P1, P2"
    assert whole.ship_promotion == Decimal("-4.99")
    assert whole.ship_promotion_ids == ""
    assert whole.item_price == item.item_price
    assert whole.recipient == item.recipient
    only_id = line(ship_promotion_id="FREE").continuation
    assert only_id.added_to(item).ship_promotion_ids == "FREE"
    assert only_id.added_to(item).ship_promotion is None


def test_its_key_is_the_same_in_each_report():
    keys = {
        line(**cells).continuation.key
        for cells in (
            {},
            {"item_promotion_id": "P2"},
            {"item_promotion_id": "P3"},
            {"ship_promotion_id": "P2"},
            {"item_promotion_discount": "1.00"},
            {"order_item_id": "7"},
        )
    }
    assert len(keys) == 6
    first, second = (line(item_promotion_discount=c) for c in ("1.00", "-1.00"))
    assert first.continuation.key == second.continuation.key
    assert len(first.continuation.key) == 20
