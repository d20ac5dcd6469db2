"""The control endpoints, by which tests and the demo steer the simulator.

====== ================== ===================================================
method path               body or query -> answer
====== ================== ===================================================
GET    /_control/sellers  -> the sellers with their credentials
POST   /_control/sellers  {"key", ...}: changes a seller or adds one, which takes
                          from another what {"like": key} has, if given
POST   /_control/authorizations {"seller"} -> {"code"} for authorization_code
POST   /_control/secrets  {"seller"} -> {"client_secret"}: rotates it; the old
                          one is good for ``old_secret_days`` more
GET    /_control/catalogue -> the products
GET    /_control/expected ?seller= [&marketplace=DE&fulfillment=mfn|fba
                          &start=&end=&report=] -> what must stand in Odoo by now,
                          or after a report that was made before
POST   /_control/orders   {"seller", "marketplace", "fulfillment", "count",
                          "scenario", "sku", "age", "spread", "pending",
                          "cancelled", "withheld_days", "territory", "center"}
                          (market.py, factory.py, territories.py)
POST   /_control/changes  {"seller", "order_id"} and {"cancel": seconds from now}
                          or {"withheld_days"}: -> the order as expected
POST   /_control/programs what other programs of a seller do: programs.py
GET    /_control/clock    -> {"now"}
POST   /_control/clock    {"advance": seconds}, {"frozen": bool} or {"skew":
                          seconds that Amazon's clock is ahead}
GET/POST /_control/settings  see state.DEFAULT_SETTINGS
GET/POST /_control/limits {"scale": 0 turns limits off, 1 is Amazon's}
GET/POST/DELETE /_control/faults  see faults.py; DELETE [?id=] clears
GET/DELETE /_control/requests  the log of received requests, tokens redacted
GET    /_control/calls    -> {"calls": all requests ever, "refused": those of them
                          that were too fast}, as lists of seller, operation
                          (and status) with their number
====== ================== ===================================================

What follows the sales (shipments, returns, VAT documents, stock, uploads) is in
control_after_sales.py; what Amazon pays out, in settlements.py.

Expected: ``orders`` must be in Odoo with these figures, ``not_sales`` must be no
sales (multi-channel, or cancelled: one that was released first may be in Odoo,
cancelled), ``awaited`` are known to Amazon but in no order report yet (its status
by order number: pending, not shipped, or shipped and withheld).
"""

from collections import Counter
from copy import copy
from dataclasses import asdict
from datetime import datetime, timedelta

from werkzeug.exceptions import HTTPException

from . import control_after_sales, control_shipments, programs, settlements
from .clock import api_time, parse_time
from .control_after_sales import asked_about
from .errors import json_response
from .formats import COLUMN_GROUPS
from .tokens import issue_code, rotate_secret
from .world.catalogue import CATALOGUE
from .world.market import HISTORY_DAYS
from .world.marketplaces import BY_COUNTRY
from .world.money import to_text
from .world.sellers import Seller

_SETS = ("roles", "columns", "pending_roles", "old_refresh_tokens")
_TUPLES = ("marketplaces", "suspended", "redirect_uris", "days_off")
_COPIED = ("region", "marketplaces", "home_country", "roles", "columns", "vat_service")
_TIMES = ("authorized_at", "secret_changed_at")


def handle(state, request):
    """Answers a request below /_control; mistakes are 400 with their reason."""
    name = request.path.removeprefix("/_control/").strip("/")
    action = _ACTIONS.get((request.method, name))
    if action is None:
        known = sorted(f"{method} /_control/{path}" for method, path in _ACTIONS)
        return json_response({"error": "No such control.", "known": known}, 404)
    try:
        body = {}
        if request.method == "POST":
            body = request.get_json(force=True, silent=False)
        with state.lock:
            return json_response(action(state, request, body))
    except (KeyError, TypeError, ValueError, HTTPException) as error:
        return json_response({"error": str(error) or repr(error)}, 400)


def expected(
    state, seller, marketplace="", fulfillment="", start=None, end=None, now=None
):
    """What Odoo must hold of the seller's reportable orders.

    ``start`` and ``end`` select by the time at which rows became reportable; an
    order counts with all its rows up to ``end``, as it stands ``now``.
    """
    now = now or state.clock.now()
    end = min(end or now, now)
    orders, excluded, awaited = {}, {}, {}
    for order in state.market.orders(seller):
        if marketplace and marketplace not in (
            order.marketplace.country,
            order.marketplace.id,
        ):
            continue
        if fulfillment and order.fulfillment != fulfillment:
            continue
        if start and not _reportable_since(order, start, end):
            continue
        entry = order.expected(now, end)
        if entry is None:
            if order.status(now):
                awaited[order.order_id] = order.status(now)
            continue
        (orders if entry["total"] is not None else excluded)[order.order_id] = entry
    count = Counter(entry["country"] for entry in orders.values())
    return {
        "now": api_time(state.clock.now()),
        "seller": seller.key,
        "count": len(orders),
        "by_marketplace": dict(count),
        "orders": orders,
        "not_sales": excluded,
        "awaited": awaited,
    }


def _reportable_since(order, start, end):
    moments = [order.fulfillable_at]
    if order.fulfillment == "fba" and order.parcels:
        moments = [parcel.reported_at for parcel in order.parcels]
    return any(start <= moment <= end for moment in moments)


def _get_expected(state, request, _body):
    query = request.args
    seller, start, end, now = asked_about(state, query)
    return expected(
        state,
        seller,
        query.get("marketplace", ""),
        query.get("fulfillment", ""),
        start,
        end,
        now,
    )


def _place_orders(state, _request, body):
    body = dict(body)
    seller = state.seller(body.pop("seller", "eu"))
    orders = state.market.place(seller, state.clock.now(), **body)
    return {
        "orders": [order.order_id for order in orders],
        "rows": sum(len(order.parcels or order.lines) for order in orders),
    }


def _change_order(state, _request, body):
    seller, order_id = state.seller(body.get("seller", "eu")), body["order_id"]
    now = state.clock.now()
    if "cancel" in body:
        at = now + timedelta(seconds=float(body["cancel"]))
        state.market.cancel(seller, order_id, at)
    if "withheld_days" in body:
        state.market.withhold(seller, order_id, float(body["withheld_days"]))
    return {"order": state.market.order(seller, order_id).expected(now)}


def _post_program(state, _request, body):
    return programs.act(state, body)


def seller_body(seller):
    body = asdict(seller)
    body |= {name: sorted(body[name]) for name in _SETS}
    body |= {
        name: api_time(value)
        for name, value in body.items()
        if isinstance(value, datetime)
    }
    del body["old_secrets"]
    body["marketplace_ids"] = [BY_COUNTRY[c].id for c in seller.marketplaces]
    return body


def _get_sellers(state, _request, _body):
    return {"sellers": [seller_body(seller) for seller in state.sellers.values()]}


def _post_seller(state, _request, body):
    body = dict(body)
    for name in _SETS:
        if name in body:
            body[name] = set(body[name])
    for name in _TUPLES:
        if name in body:
            body[name] = tuple(body[name])
    if "vat_service" in body:
        body["vcs"] = body["vat_service"] != "none"
    elif "vcs" in body:
        body["vat_service"] = "vcs_lite" if body["vcs"] else "none"
    for name in _TIMES:
        if name in body:
            body[name] = parse_time(body[name])
    unknown = set(body.get("columns", ())) - set(COLUMN_GROUPS)
    if unknown:
        raise ValueError(f"No columns {sorted(unknown)}.")
    key = body["key"]
    if key in state.sellers:
        seller = state.sellers[key]
        unknown = [name for name in body if not hasattr(seller, name)]
        if unknown:
            raise ValueError(f"A seller has no {unknown}.")
        for name, value in body.items():
            setattr(seller, name, value)
    else:
        days = body.pop("history_days", HISTORY_DAYS)
        if "like" in body:
            model = state.seller(body.pop("like"))
            body = {name: copy(getattr(model, name)) for name in _COPIED} | body
        seller = Seller(**body)
        state.sellers[key] = seller
        state.welcome(seller)
        state.market.open_history(seller, state.clock.now(), days)
    return seller_body(seller)


def _post_authorization(state, _request, body):
    seller = state.seller(body["seller"])
    return {"code": issue_code(state, seller), "selling_partner_id": seller.seller_id}


def _post_secret(state, _request, body):
    return {"client_secret": rotate_secret(state, state.seller(body["seller"]))}


def _get_catalogue(_state, _request, _body):
    return {
        "products": [
            asdict(product)
            | {"fnsku": product.fnsku, "price": to_text(product.cents, "EUR")}
            for product in CATALOGUE
        ]
    }


def _get_clock(state, _request, _body):
    return {"now": api_time(state.clock.now())}


def _post_clock(state, request, body):
    if "frozen" in body:
        state.clock.freeze(bool(body["frozen"]))
    if "advance" in body:
        state.clock.advance(float(body["advance"]))
    if "skew" in body:
        state.clock.set_skew(float(body["skew"]))
    return _get_clock(state, request, body)


def _get_settings(state, _request, _body):
    return state.settings


def _post_settings(state, _request, body):
    unknown = set(body) - set(state.settings)
    if unknown:
        raise ValueError(f"No settings {sorted(unknown)}.")
    state.settings.update(body)
    return state.settings


def _get_limits(state, _request, _body):
    return {"scale": state.limits.scale}


def _post_limits(state, _request, body):
    state.limits.scale = float(body["scale"])
    state.limits.reset()
    return {"scale": state.limits.scale}


def _get_faults(state, _request, _body):
    return {"faults": state.faults.listing()}


def _post_fault(state, _request, body):
    return asdict(state.faults.add(**body))


def _delete_faults(state, request, _body):
    state.faults.clear(request.args.get("id", type=int))
    return {"faults": state.faults.listing()}


def _get_requests(state, _request, _body):
    return {"requests": list(state.requests)}


def _get_calls(state, _request, _body):
    def rows(counter):
        return [[*key, number] for key, number in counter.items() if number]

    return {"calls": rows(state.calls), "refused": rows(state.limits.refused)}


def _delete_requests(state, _request, _body):
    state.requests.clear()
    return {"requests": []}


_ACTIONS = {
    ("GET", "sellers"): _get_sellers,
    ("POST", "sellers"): _post_seller,
    ("POST", "authorizations"): _post_authorization,
    ("POST", "secrets"): _post_secret,
    ("GET", "catalogue"): _get_catalogue,
    ("GET", "expected"): _get_expected,
    ("POST", "orders"): _place_orders,
    ("POST", "changes"): _change_order,
    ("POST", "programs"): _post_program,
    ("GET", "clock"): _get_clock,
    ("POST", "clock"): _post_clock,
    ("GET", "settings"): _get_settings,
    ("POST", "settings"): _post_settings,
    ("GET", "limits"): _get_limits,
    ("POST", "limits"): _post_limits,
    ("GET", "faults"): _get_faults,
    ("POST", "faults"): _post_fault,
    ("DELETE", "faults"): _delete_faults,
    ("GET", "requests"): _get_requests,
    ("DELETE", "requests"): _delete_requests,
    ("GET", "calls"): _get_calls,
    **control_after_sales.ACTIONS,
    **control_shipments.ACTIONS,
    **settlements.ACTIONS,
}
