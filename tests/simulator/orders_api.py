"""Orders API: confirmShipment of v0, and getOrder of 2026-01-01."""

from werkzeug.wrappers import Response

from . import shipments
from .clock import api_time
from .errors import ApiError, denied, invalid_input, json_response
from .world.sellers import SHIPPING, TRACKING

_INCLUDED = {
    *("BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION"),
    *("FULFILLMENT", "PACKAGES", "TAX", "PAYMENT", "FULFILLMENT_ORDERS"),
}


def confirm_shipment(state, call, order_id):
    """confirmShipment: 204 without a body, or what is wrong with the parcel."""
    seller, order = _find(state, call, order_id)
    try:
        _confirm(state, seller, order, call.body)
    except shipments.Refusal as refusal:
        raise ApiError(400, refusal.code, refusal.text) from None
    return Response("", 204)


def _confirm(state, seller, order, body):
    detail = body.get("packageDetail")
    if body.get("marketplaceId") != order.marketplace.id or not isinstance(
        detail, dict
    ):
        raise invalid_input("marketplaceId or packageDetail is missing or wrong.")
    missing = [
        name
        for name in (
            "packageReferenceId",
            "carrierCode",
            "trackingNumber",
            "shipDate",
            "orderItems",
        )
        if detail.get(name) in (None, "")
    ]
    if missing:
        raise shipments.Refusal(f"Missing required fields {missing}")
    reference = detail["packageReferenceId"]
    if not isinstance(reference, str):
        raise shipments.Refusal(
            "fields with invalid type [packageDetail.packageReferenceId]"
        )
    if not (reference.isdecimal() and int(reference) > 0):
        raise shipments.Refusal(
            "PackageReferenceId: is invalid, must be a positive numeric value"
        )
    shipments.check_order(state, seller, order)
    shipped = shipments.read_time(detail["shipDate"])
    shipments.check_date(state, order, shipped)
    items = _items(detail["orderItems"])
    shipments.check_items(state, seller, order, reference, items)
    carrier = shipments.check_carrier(
        detail["carrierCode"], detail.get("carrierName"), detail["trackingNumber"]
    )
    if state.settings["forget_shipments"]:
        # 204, but nothing is stored (models#5232).
        return
    package = shipments.Package(
        reference,
        state.clock.now(),
        shipped,
        carrier,
        detail.get("shippingMethod", ""),
        detail["trackingNumber"],
        items,
    )
    shipments.keep(state, seller, order, package)


def _items(rows):
    if not isinstance(rows, list) or not rows:
        raise shipments.Refusal(
            "OrderItemId is invalid, please obtain the value through the "
            "getOrderItems API"
        )
    items = {}
    for row in rows:
        item, quantity = row.get("orderItemId"), row.get("quantity")
        if type(quantity) is not int or quantity < 1:
            raise shipments.Refusal("quantity: must be a positive number")
        items[item] = items.get(item, 0) + quantity
    return items


def get_order(state, call, order_id):
    """getOrder: without its buyer, which this simulator does not tell here."""
    seller, order = _find(state, call, order_id)
    text = call.request.args.get("includedData", "")
    included = set(filter(None, text.split(",")))
    if not included <= _INCLUDED:
        raise invalid_input("Invalid includedData.")
    return json_response({"order": _order_body(state, seller, order, included)})


def _find(state, call, order_id):
    seller = call.seller
    if not seller.roles & {TRACKING, SHIPPING}:
        raise denied()
    try:
        order = state.market.order(seller, order_id)
    except KeyError:
        order = None
    if order is None or order.status(state.clock.now()) is None:
        raise ApiError(404, "NotFound", f"The order {order_id} does not exist.")
    return seller, order


def _order_body(state, seller, order, included):
    now = state.clock.now()
    sent = {}
    for package in shipments.packages(state, seller, order).values():
        for item, quantity in package.items.items():
            sent[item] = sent.get(item, 0) + quantity
    body = {
        "orderId": order.order_id,
        "createdTime": api_time(order.purchased_at),
        "lastUpdatedTime": api_time(order.last_update(now)),
        "salesChannel": {
            "channelName": "NON_AMAZON" if order.multi_channel else "AMAZON",
            "marketplaceId": order.marketplace.id,
            "marketplaceName": order.marketplace.channel,
        },
        "orderItems": [
            _item_body(state, seller, order, line, sent, included)
            for line in order.lines
        ],
    }
    programs = state.order_programs.get((seller.key, order.order_id))
    if programs:
        body["programs"] = sorted(programs)
    if "FULFILLMENT" in included:
        body["fulfillment"] = {
            "fulfillmentStatus": shipments.status(state, seller, order),
            "fulfilledBy": "MERCHANT" if order.fulfillment == "mfn" else "AMAZON",
        }
    if "PACKAGES" in included and order.fulfillment == "mfn":
        body["packages"] = [
            _package_body(package)
            for package in shipments.packages(state, seller, order).values()
        ]
    return body


def _item_body(state, seller, order, line, sent, included):
    ordered = 0 if order.is_cancelled(state.clock.now()) else line.quantity
    body = {
        "orderItemId": line.item_id,
        "quantityOrdered": line.quantity,
        "product": {"asin": line.asin, "title": line.title, "sellerSku": line.sku},
    }
    if "FULFILLMENT" in included:
        body["fulfillment"] = {
            "quantityFulfilled": sent.get(line.item_id, 0),
            "quantityUnfulfilled": max(ordered - sent.get(line.item_id, 0), 0),
        }
    reason = state.cancel_requests.get((seller.key, order.order_id))
    if "CANCELLATION" in included and reason is not None:
        body["cancellation"] = {
            "cancellationRequest": {"requester": "BUYER", "cancelReason": reason}
        }
    return body


def _package_body(package):
    body = {
        "packageReferenceId": package.reference,
        "createdTime": api_time(package.created),
        "packageStatus": {"status": "SHIPPED"},
        "carrier": package.carrier,
        "shipTime": api_time(package.shipped),
        "shippingService": package.method,
        "trackingNumber": package.tracking,
        "packageItems": [
            {"orderItemId": item, "quantity": quantity}
            for item, quantity in package.items.items()
        ],
    }
    return {name: value for name, value in body.items() if value}
