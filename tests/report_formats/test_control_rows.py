"""Amazon's list of all orders: what a row says of the order's state and its worth."""

from decimal import Decimal

import pytest
from report_formats import KINDS, detect_kinds

from .files import refusal, rows, table

CONTROL = {
    "amazon-order-id": "305-6000001-6000001",
    "merchant-order-id": "",
    "purchase-date": "2026-10-05T08:15:00+00:00",
    "last-updated-date": "2026-10-06T10:00:00+00:00",
    "order-status": "Shipped",
    "fulfillment-channel": "Amazon",
    "sales-channel": "Amazon.de",
    "order-channel": "",
    "ship-service-level": "Expedited",
    "product-name": 'Mug 3" red',
    "sku": "MUG-RED",
    "asin": "B000000001",
    "item-status": "Shipped",
    "quantity": "2",
    "currency": "EUR",
    "item-price": "39.98",
    "item-tax": "6.38",
    "shipping-price": "3.99",
    "shipping-tax": "0.64",
    "gift-wrap-price": "",
    "gift-wrap-tax": "",
    "item-promotion-discount": "",
    "ship-promotion-discount": "3.99",
    "ship-city": "München",
    "ship-state": "",
    "ship-postal-code": "80331",
    "ship-country": "DE",
    "promotion-ids": "Free Shipping",
    "is-business-order": "false",
    "purchase-order-number": "",
    "price-designation": "",
}


def read(**changes):
    row = {**CONTROL, **{name.replace("_", "-"): v for name, v in changes.items()}}
    [parsed] = rows(table([row]), "all_orders")
    assert parsed.error is None
    return parsed.values


def test_a_row_is_read():
    row = read()
    assert (row.order_id, row.sku, row.quantity) == (
        "305-6000001-6000001",
        "MUG-RED",
        2,
    )
    assert row.last_update.isoformat() == "2026-10-06T10:00:00+00:00"
    assert (row.status, row.fulfillment) == ("shipped", "fba")
    # What the buyer pays; the promotion reduces, whatever its sign in the file.
    assert row.amount == Decimal("39.98")
    assert not row.is_multi_channel and not row.is_cancelled


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ("Pending", "pending"),
        ("Pending - Waiting for Pick Up", "unshipped"),
        ("Unshipped", "unshipped"),
        ("PartiallyShipped", "partly_shipped"),
        ("Shipping", "partly_shipped"),
        ("Shipped", "shipped"),
        ("Shipped - Delivered to Buyer", "shipped"),
        ("Cancelled", "cancelled"),
        ("Canceled", "cancelled"),
        ("Lost in space", "other"),
        ("", "other"),
    ],
)
def test_status_of_the_order(told, status):
    assert read(order_status=told).status == status


@pytest.mark.parametrize(
    ("told", "fulfillment"),
    [("Amazon", "fba"), ("AFN", "fba"), ("Merchant", "mfn"), ("MFN", "mfn"), ("", "")],
)
def test_who_ships(told, fulfillment):
    assert read(fulfillment_channel=told).fulfillment == fulfillment


def test_one_cancelled_item_of_a_shipped_order():
    # Amazon leaves the price on it (sample of Amazon.it).
    assert read(item_status="Cancelled").is_cancelled
    assert read(quantity="0").is_cancelled
    assert not read(order_status="Pending", item_status="", quantity="0").is_cancelled


def test_multi_channel_orders_are_no_sales():
    assert read(amazon_order_id="S01-1234567-1234567").is_multi_channel
    assert read(sales_channel="Non-Amazon DE").is_multi_channel


def test_an_order_without_prices_yet():
    row = read(
        order_status="Pending", currency="", **{"item-price": "", "item-tax": ""}
    )
    assert row.item_price is None
    assert row.amount == 0


def test_a_bad_amount_spoils_no_row():
    row = {**CONTROL, "item-price": "39,98"}
    [parsed] = rows(table([row]), "all_orders")
    assert parsed.error is None
    assert [warning.code for warning in parsed.warnings] == ["bad_amount"]


def test_the_columns_of_2026_and_of_before():
    assert KINDS["all_orders"].row_format.unknown(list(CONTROL)) == []
    # Undocumented since May 2026 (models#5249).
    assert read(order_item_id="60000000000001").order_item_id == "60000000000001"
    assert detect_kinds(list(CONTROL)) == ("all_orders",)


def test_a_list_without_the_status_is_refused():
    header = [name for name in CONTROL if name != "order-status"]
    error = refusal(table([CONTROL], header), "all_orders")
    assert error.params["columns"] == ("order-status",)
