"""Further lines of an item that carry only what differs."""

from decimal import Decimal

import pytest
from report_formats import ContinuationRow, ItemPlace, find_items, read_raw

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
    assert not line(order_id="302-0000001-0000009").continuation.matches(item)


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


# === WHICH ITEM A LINE ADDS TO === #


@pytest.mark.parametrize(
    ("amount", "ids", "found"),
    [
        ("-1.00", "A", {}),
        ("-2.00", "A", {2: 1}),
        ("-1.00", "B", {2: 1}),
        ("-1.00", "", {2: 1}),
    ],
)
def test_a_promotion_told_once_more_is_not_added_in_silence(amount, ids, found):
    item = place(1)._replace(item_promotion=Decimal("-1.00"), item_promotion_ids="A, C")
    line = adding(amount=amount, item_promotion_ids=ids)
    assert find_items([item], [(2, line)]) == found


def place(number, item="1", sku="MUG", quantity=1, parcel=""):
    return ItemPlace(
        number, "302-0000001-0000001", item, "", parcel, sku, "EUR", quantity
    )


def adding(item="1", amount="-1.00", **told):
    return ContinuationRow(
        "302-0000001-0000001", item, item_promotion=Decimal(amount), **told
    )


@pytest.mark.parametrize(
    ("items", "lines", "found"),
    [
        ([place(1)], [(2, adding())], {2: 1}),
        ([place(2)], [(1, adding())], {1: 2}),
        ([place(1)], [(2, adding("")), (3, adding("", "-2.00"))], {2: 1, 3: 1}),
        ([place(1), place(2, "2")], [(3, adding("2"))], {3: 2}),
        ([place(1), place(2, "2")], [(3, adding(""))], {}),
        ([place(1), place(2, "2", "CUP")], [(3, adding("", sku="CUP"))], {3: 2}),
        ([place(1), place(2, "2", quantity=0)], [(3, adding(""))], {3: 1}),
        ([place(1, quantity=0)], [(3, adding(""))], {3: 1}),
        ([place(1)], [(2, adding("3"))], {}),
        ([place(1)], [(2, adding(currency="GBP"))], {}),
        ([], [(2, adding())], {}),
        # The same line twice: once or twice? Unless the item stands there twice, too.
        ([place(1)], [(2, adding()), (3, adding())], {}),
        ([place(1), place(3)], [(2, adding()), (4, adding())], {2: 1, 4: 3}),
        ([place(1), place(3)], [(2, adding())], {2: 1}),
    ],
)
def test_item_of_a_line(items, lines, found):
    assert find_items(items, lines) == found


def test_a_line_that_may_belong_to_an_unread_row():
    assert find_items([place(1)], [(2, adding(""))], has_unread=True) == {}
    assert find_items([place(1)], [(2, adding())], has_unread=True) == {2: 1}


def test_parcels_without_ids_are_not_the_same():
    items = [place(1), place(2)]
    assert find_items(items, [(3, adding())], in_parcels=True) == {}
    named = [place(1, parcel="S"), place(2, parcel="S")]
    line = adding(shipment_item_id="S")
    assert find_items(named, [(3, line)], in_parcels=True) == {3: 1}


@pytest.mark.parametrize(
    ("told", "listed", "within"),
    [
        ("P2", "P1, P2", True),
        ("P2", "P1;P2", True),
        ("P2", "P1", False),
        ("P1,P2", "P2, P1", True),
        ("P1,P3", "P2, P1", False),
        ("", "P1", False),
    ],
)
def test_promotions_that_the_item_lists(told, listed, within):
    item = rows(table([{**FULL, "item-promotion-id": listed}]))[0].values
    assert adding(item_promotion_ids=told).is_within(item) is within
