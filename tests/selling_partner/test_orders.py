"""Parcels: what Amazon would refuse is not sent, what it refuses is told apart."""

from datetime import datetime, timezone

import pytest
from selling_partner import errors

from .scripted_amazon import Reply

ORDER = "302-0000001-0000001"
CONFIRM = f"/orders/v0/orders/{ORDER}/shipmentConfirmation"
GET = f"/orders/2026-01-01/orders/{ORDER}"
SHIPPED = datetime(2026, 11, 28, 10, tzinfo=timezone.utc)
GOOD = {
    "package_reference": "12",
    "items": {"10000000000001": 1},
    "carrier_code": "DHL",
    "tracking_number": "00340434161094000001",
    "ship_date": SHIPPED,
}


def confirm(client, **changes):
    client.confirm_shipment(ORDER, "A1PA6795UKMFR9", **{**GOOD, **changes})


def test_a_parcel_is_sent_as_amazon_wants_it(amazon, client):
    amazon.on("POST", CONFIRM, Reply(204, body=b""))
    confirm(client, shipping_method="DHL Paket")
    (call,) = amazon.calls(CONFIRM)
    assert call.json == {
        "marketplaceId": "A1PA6795UKMFR9",
        "packageDetail": {
            "packageReferenceId": "12",
            "carrierCode": "DHL",
            "trackingNumber": "00340434161094000001",
            "shipDate": "2026-11-28T10:00:00.000Z",
            "orderItems": [{"orderItemId": "10000000000001", "quantity": 1}],
            "shippingMethod": "DHL Paket",
        },
    }


@pytest.mark.parametrize(
    "changes",
    [
        {"package_reference": 12},
        {"package_reference": "0"},
        {"package_reference": "PACK0001"},
        {"package_reference": "٣"},
        {"items": {}},
        {"items": {"1": 0}},
        {"items": {"1": 1.0}},
        {"carrier_code": ""},
        {"carrier_code": "Other"},
        {"tracking_number": ""},
        {"ship_date": datetime(2026, 11, 28)},
    ],
)
def test_what_amazon_would_refuse_is_not_sent(amazon, client, changes):
    with pytest.raises(errors.DataError) as caught:
        confirm(client, **changes)
    assert caught.value.code == "invalid_argument"
    assert not amazon.calls(CONFIRM)


def test_a_refusal_is_amazons_and_a_lost_answer_may_be_done(amazon, client):
    body = {"errors": [{"code": "InvalidInput", "message": "No", "details": ""}]}
    amazon.on("POST", CONFIRM, Reply(400, json=body), Reply(503, json=body))
    with pytest.raises(errors.DataError) as caught:
        confirm(client)
    assert (caught.value.code, caught.value.details) == ("InvalidInput", "No")
    with pytest.raises(errors.UnavailableError) as caught:
        confirm(client)
    assert caught.value.maybe_done


def test_an_order_is_read_strictly(amazon, client):
    order = {
        "orderId": ORDER,
        "orderItems": [
            {
                "orderItemId": "1",
                "quantityOrdered": 3,
                "fulfillment": {"quantityFulfilled": 2},
                "cancellation": {
                    "cancellationRequest": {"requester": "BUYER", "cancelReason": "x"}
                },
            }
        ],
        "packages": [{"packageReferenceId": "12"}],
        "programs": ["PRIME"],
    }
    broken = {**order, "packages": [{"packageReferenceId": 12}]}
    amazon.on("GET", GET, *(Reply(json={"order": o}) for o in (order, broken)))
    found = client.get_order(ORDER)
    assert (found.status, found.programs) == ("", ("PRIME",))
    (item,) = found.items
    assert (item.ordered, item.fulfilled, item.cancel_requested) == (3, 2, True)
    assert found.packages[0].items == {}
    assert amazon.calls(GET)[0].query == {
        "includedData": ["FULFILLMENT,PACKAGES,CANCELLATION"]
    }
    with pytest.raises(errors.AnswerError):
        client.get_order(ORDER)
