"""Parcels that a seller confirms: taken once, refused as Amazon refuses them."""

from datetime import timedelta

import pytest
import requests

from .clock import api_time
from .shipment_feeds import COLUMNS, FEED_TYPE
from .testing import DE, FEED_DOCUMENTS, FEEDS

TRACKING = "00340434161094000001"


@pytest.fixture
def order(amazon):
    """An order of two items, several units of one."""
    market, seller = amazon.state.market, amazon.state.seller("eu")
    for _attempt in range(60):
        (order,) = market.place(seller, amazon.clock.now(), marketplace="DE")
        if len(order.lines) > 1 or order.lines[0].quantity > 1:
            return order
    raise AssertionError("no order has several units")


def zulu(moment):
    return api_time(moment).replace("+00:00", "Z")


def parcel(amazon, order, reference="1", items=None, **changes):
    items = items or {line.item_id: line.quantity for line in order.lines}
    detail = {
        "packageReferenceId": reference,
        "carrierCode": "DHL",
        "shippingMethod": "DHL Paket",
        "trackingNumber": TRACKING,
        "shipDate": zulu(amazon.clock.now()),
        "orderItems": [
            {"orderItemId": item, "quantity": count} for item, count in items.items()
        ],
    } | changes
    detail = {name: value for name, value in detail.items() if value is not None}
    return {"marketplaceId": order.marketplace.id, "packageDetail": detail}


def confirm(seller, order, body):
    path = f"/orders/v0/orders/{order.order_id}/shipmentConfirmation"
    return seller.call("POST", path, json=body)


def told(seller, order, data="PACKAGES,FULFILLMENT"):
    path = f"/orders/2026-01-01/orders/{order.order_id}"
    answer = seller.call("GET", path, params={"includedData": data})
    assert answer.status_code == 200, answer.text
    return answer.json()["order"]


def refusal(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["errors"][0]["message"]


def test_two_parcels_and_a_correction(amazon, seller, order):
    assert told(seller, order)["fulfillment"]["fulfillmentStatus"] == "UNSHIPPED"
    first = order.lines[0]
    answer = confirm(
        seller, order, parcel(amazon, order, "7", items={first.item_id: 1})
    )
    assert (answer.status_code, answer.content) == (204, b"")
    body = told(seller, order)
    assert body["fulfillment"]["fulfillmentStatus"] == "PARTIALLY_SHIPPED"
    assert body["packages"][0]["packageReferenceId"] == "7"
    left = {line.item_id: line.quantity for line in order.lines}
    left[first.item_id] -= 1
    left = {item: count for item, count in left.items() if count}
    confirm(seller, order, parcel(amazon, order, "8", items=left))
    assert told(seller, order)["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    other = TRACKING[:-1] + "9"
    body = parcel(amazon, order, "8", items=left, trackingNumber=other)
    assert confirm(seller, order, body).status_code == 204
    packages = told(seller, order)["packages"]
    assert [p["trackingNumber"] for p in packages] == [TRACKING, other]
    answer = confirm(seller, order, parcel(amazon, order, "9", items=left))
    assert "PackageToUpdateNotFound" in refusal(answer)
    entry = seller.control("GET", "packages", seller="eu")["orders"][order.order_id]
    assert not any(entry["left"].values())
    assert [p["confirmed"] for p in entry["packages"]] == [1, 2]


@pytest.mark.parametrize(
    "changes, text",
    [
        ({"packageReferenceId": 1}, "invalid type"),
        ({"packageReferenceId": "PACK0001"}, "positive numeric"),
        ({"packageReferenceId": "0"}, "positive numeric"),
        ({"shipDate": "2026-11-20T12:00:00+00:00"}, "ISO 8601"),
        ({"shipDate": "2099-01-01T00:00:00Z"}, "future"),
        ({"shipDate": "2020-01-01T00:00:00Z"}, "before"),
        ({"orderItems": {"orderItemId": "1", "quantity": 1}}, "getOrderItems"),
        ({"orderItems": [{"orderItemId": "1", "quantity": 1}]}, "getOrderItems"),
        ({"trackingNumber": None}, "Missing required"),
        ({"trackingNumber": "12345"}, "does not match the expected format"),
        ({"carrierCode": "Other"}, "carrierName"),
    ],
)
def test_what_is_wrong_is_refused(amazon, seller, order, changes, text):
    answer = confirm(seller, order, parcel(amazon, order, **changes))
    assert text in refusal(answer)
    assert told(seller, order)["packages"] == []


def test_orders_that_cannot_be_confirmed(amazon, seller, order):
    def say(**body):
        body = {"seller": "eu", "order_id": order.order_id, **body}
        seller.control("POST", "orders_told", body)

    say(programs=["FBM_SHIP_PLUS"])
    assert "Ship+" in refusal(confirm(seller, order, parcel(amazon, order)))
    say(programs=["INVOICE_BY_AMAZON"])
    assert "only be shipped from locations" in refusal(
        confirm(seller, order, parcel(amazon, order))
    )
    say(programs=[], cancel_request="Ordered by mistake")
    item = told(seller, order, "CANCELLATION")["orderItems"][0]
    assert item["cancellation"]["cancellationRequest"]["requester"] == "BUYER"
    body = parcel(amazon, order)
    body["packageDetail"]["orderItems"][0]["quantity"] = 99
    assert "can still be fulfilled" in refusal(confirm(seller, order, body))
    amazon.state.market.cancel(
        amazon.state.seller("eu"), order.order_id, amazon.clock.now()
    )
    assert "cancelled" in refusal(confirm(seller, order, parcel(amazon, order)))
    answer = seller.call("GET", "/orders/2026-01-01/orders/302-0000000-0000000")
    assert answer.status_code == 404


def test_a_carrier_that_amazon_does_not_know_becomes_another(amazon, seller, order):
    confirm(seller, order, parcel(amazon, order, carrierCode="dhl"))
    assert told(seller, order)["packages"][0]["carrier"] == "Other"


def test_a_confirmation_may_be_forgotten(amazon, seller, order):
    amazon.state.settings["forget_shipments"] = True
    assert confirm(seller, order, parcel(amazon, order)).status_code == 204
    assert told(seller, order)["packages"] == []


def test_who_leaves_in_seller_central_is_known(amazon, seller, order):
    seller.control("POST", "packages", {"seller": "eu", "order_id": order.order_id})
    assert told(seller, order)["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    answer = confirm(seller, order, parcel(amazon, order, "77"))
    assert "PackageToUpdateNotFound" in refusal(answer)


def feed(seller, rows, header=COLUMNS):
    """The processing report of a table."""
    lines = ["\t".join(header)]
    lines += ["\t".join(str(row.get(name, "")) for name in header) for row in rows]
    kind = "text/tab-separated-values; charset=UTF-8"
    made = seller.call("POST", FEED_DOCUMENTS, json={"contentType": kind}).json()
    headers = {"Content-Type": kind}
    requests.put(made["url"], "\r\n".join(lines).encode(), headers=headers)
    body = {
        "feedType": FEED_TYPE,
        "marketplaceIds": [DE],
        "inputFeedDocumentId": made["feedDocumentId"],
    }
    feed_id = seller.call("POST", FEEDS, json=body).json()["feedId"]
    for _look in range(4):
        found = seller.call("GET", f"{FEEDS}/{feed_id}").json()
    assert found["processingStatus"] == "DONE"
    document = found["resultFeedDocumentId"]
    url = seller.call("GET", f"{FEED_DOCUMENTS}/{document}").json()["url"]
    return requests.get(url).text


def test_a_feed_confirms_what_is_sound(amazon, seller, order):
    today = amazon.clock.now()
    row = {
        "order-id": order.order_id,
        "ship-date": f"{today:%Y-%m-%d}",
        "carrier-code": "Deutsche Post",
        "ship_from_address_countrycode": "DE",
    }
    rows = [
        {**row, "order-item-id": line.item_id, "quantity": line.quantity}
        for line in order.lines
    ]
    unknown = {**row, "order-id": "302-0000000-0000000"}
    late = {**row, "ship-date": f"{today + timedelta(days=3):%Y-%m-%d}"}
    text = feed(seller, [*rows, unknown, late])
    assert f"Number of records processed\t\t{len(rows) + 2}" in text
    assert "\t302-0000000-0000000\t\t18028\tError\t" in text.replace(
        f"{len(rows) + 1}\t302", "\t302"
    )
    assert "future" in text
    body = told(seller, order)
    assert body["fulfillment"]["fulfillmentStatus"] == "SHIPPED"
    (package,) = body["packages"]
    assert "trackingNumber" not in package
    assert "18021" not in feed(seller, rows), "the same parcel again"
    body = parcel(amazon, order, "9")
    assert "PackageToUpdateNotFound" in refusal(confirm(seller, order, body))
