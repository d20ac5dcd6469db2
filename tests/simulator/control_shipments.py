"""Controls of parcels that sellers confirm; listed in ``control``.

====== ===================== ================================================
method path                  body or query -> answer
====== ===================== ================================================
GET    /_control/packages    ?seller= -> parcels by order, how often each was
                             confirmed, and each order's state
POST   /_control/packages    {"seller", "order_id" [, "tracking", "items"]}: the
                             seller confirms a parcel in Seller Central, or by
                             another program; without items all that is left
POST   /_control/orders_told {"seller", "order_id"} and {"programs": [...]} or
                             {"cancel_request": the buyer's reason}
====== ===================== ================================================
"""

from collections import Counter

from . import shipments
from .clock import api_time


def get_packages(state, request, _body):
    seller = state.seller(request.args["seller"])
    counts = Counter(state.confirmations)
    orders = {}
    for key, order_id in list(state.packages):
        if key != seller.key:
            continue
        order = state.market.order(seller, order_id)
        orders[order_id] = {
            "status": shipments.status(state, seller, order),
            "left": shipments.left(state, seller, order),
            "packages": [
                {
                    "reference": package.reference,
                    "carrier": package.carrier,
                    "method": package.method,
                    "tracking": package.tracking,
                    "shipped": api_time(package.shipped),
                    "items": package.items,
                    "channel": package.channel,
                    "address": package.address,
                    "confirmed": counts[key, order_id, package.reference],
                }
                for package in shipments.packages(state, seller, order).values()
            ],
        }
    return {"seller": seller.key, "orders": orders}


def post_package(state, _request, body):
    seller = state.seller(body.get("seller", "eu"))
    order = state.market.order(seller, body["order_id"])
    known = shipments.packages(state, seller, order)
    items = body.get("items") or {
        item: count
        for item, count in shipments.left(state, seller, order).items()
        if count > 0
    }
    if not items:
        raise ValueError(f"Nothing of {order.order_id} is left to ship.")
    now = state.clock.now()
    reference = str(max(map(int, known), default=0) + 1)
    tracking = body.get("tracking", "")
    package = shipments.Package(reference, now, now, "DHL", "", tracking, items, "hand")
    shipments.keep(state, seller, order, package)
    return {"reference": reference}


def post_told(state, _request, body):
    seller = state.seller(body.get("seller", "eu"))
    key = (seller.key, state.market.order(seller, body["order_id"]).order_id)
    if "programs" in body:
        state.order_programs[key] = tuple(body["programs"])
    if "cancel_request" in body:
        state.cancel_requests[key] = body["cancel_request"]
    return {}


ACTIONS = {
    ("GET", "packages"): get_packages,
    ("POST", "packages"): post_package,
    ("POST", "orders_told"): post_told,
}
