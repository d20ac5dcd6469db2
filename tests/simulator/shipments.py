"""What Amazon makes of a seller's parcels: the traps of confirmShipment and of feeds.

Sources: reference/amazon-after-import.md 1.2, 1.3 and 1.8. Where no text of Amazon's is
known (dates in the future, a quantity too large), the text is our own.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .clock import parse_time

# What Amazon checks of a tracking number, as far as carriers tell; others take any.
TRACKING = {
    "DHL": r"JJD\d{12,20}|00\d{18}|\d{12}|\d{20}|[A-Z]{2}\d{9}DE",
    "DPD": r"\d{14,15}|\d{28}",
    "GLS": r"\d{11,12}|[A-Z0-9]{8}",
    "Hermes": r"\d{14,16}|[A-Z0-9]{20}",
    "UPS": r"1Z[A-Z0-9]{16}|\d{9}|T\d{10}",
    "DHL Express": r"\d{10}",
    "Deutsche Post": r"[A-Z]{2}\d{9}[A-Z]{2}|[A-Z0-9]{10,20}",
}
# Known without a form of their numbers.
CARRIERS = {
    *TRACKING,
    *("FedEx", "TNT", "La Poste", "Colissimo", "Chronopost", "Royal Mail", "Yodel"),
    *("Poste Italiane", "BRT", "Correos", "Seur", "Post NL", "PostNord", "InPost"),
    *("USPS", "Canada Post", "Japan Post", "YamatoTransport", "Other"),
}
_AHEAD = timedelta(minutes=5)


@dataclass
class Package:
    """``channel``: by which way it was confirmed (api, feed, hand)."""

    reference: str
    created: datetime
    shipped: datetime
    carrier: str
    method: str
    tracking: str
    items: dict[str, int] = field(default_factory=dict)
    channel: str = "api"
    address: dict = field(default_factory=dict)


@dataclass
class Refusal(Exception):
    """``code``: of the API; ``number``: of a feed's processing report."""

    text: str
    number: str = ""
    code: str = "InvalidInput"

    def __str__(self):
        return self.text


def packages(state, seller, order):
    """The order's parcels by reference; one that left by itself was done by hand."""
    known = state.packages.setdefault((seller.key, order.order_id), {})
    now = state.clock.now()
    by_hand = order.fulfillment == "mfn" and not known
    if by_hand and order.shipped_at and order.shipped_at <= now:
        items = {line.item_id: line.quantity for line in order.lines}
        known["1"] = Package(
            "1", order.shipped_at, order.shipped_at, "DHL", "", "", items, "hand"
        )
    return known


def left(state, seller, order, without=""):
    """Units by item that no parcel holds (but that of ``without``)."""
    open_units = {line.item_id: line.quantity for line in order.lines_at(_now(state))}
    for reference, package in packages(state, seller, order).items():
        if reference != without:
            for item, quantity in package.items.items():
                open_units[item] = open_units.get(item, 0) - quantity
    return open_units


def status(state, seller, order):
    """Orders 2026-01-01's word for where the order stands."""
    told = order.status(state.clock.now())
    if told in ("Pending", "Cancelled"):
        return told.upper()
    if order.fulfillment == "fba":
        return "SHIPPED" if told == "Shipped" else "UNSHIPPED"
    if not packages(state, seller, order):
        return "UNSHIPPED"
    open_units = any(n > 0 for n in left(state, seller, order).values())
    return "PARTIALLY_SHIPPED" if open_units else "SHIPPED"


def check_order(state, seller, order):
    """Whether anything of the order can be confirmed by the seller."""
    programs = state.order_programs.get((seller.key, order.order_id), ())
    if order.fulfillment == "fba":
        raise Refusal("The order is fulfilled by Amazon and cannot be confirmed.")
    if "FBM_SHIP_PLUS" in programs:
        raise Refusal(
            "Ship+ orders cannot be confirmed by this operation: "
            "the shipment is confirmed with Amazon's label."
        )
    if "INVOICE_BY_AMAZON" in programs:
        raise Refusal(
            "Invoice by Amazon orders can only be shipped from locations that have a "
            "valid VAT number in the tax region of the order."
        )
    told = order.status(_now(state))
    if told == "Cancelled":
        raise Refusal(f"The order {order.order_id} has been cancelled.", "18021")
    if told == "Pending":
        raise Refusal(f"The order {order.order_id} is pending and cannot ship.")


def check_date(state, order, moment):
    if moment > _now(state) + _AHEAD:
        raise Refusal("The ship date is in the future.")
    if moment < order.purchased_at:
        raise Refusal("The ship date is before the date of the order.")


def check_carrier(carrier, name, tracking):
    """The carrier as Amazon stores it: one that it does not know is another."""
    if carrier == "Other" and not name:
        raise Refusal("carrierName is required when carrierCode is Other.")
    form = TRACKING.get(carrier)
    if form and tracking and not re.fullmatch(form, tracking):
        raise Refusal(
            f"The tracking ID {tracking} does not match the expected format for the "
            f"carrier {carrier}."
        )
    # Spelling counts (docs#2530).
    return carrier if carrier in CARRIERS else "Other"


def check_items(state, seller, order, reference, items):
    """Whether the parcel's units are units that have not left yet."""
    known = {line.item_id for line in order.lines}
    for item in items:
        if item not in known:
            raise Refusal(
                "OrderItemId is invalid, please obtain the value through the "
                "getOrderItems API"
            )
    if reference not in packages(state, seller, order):
        if not any(n > 0 for n in left(state, seller, order).values()):
            raise Refusal(
                "Failed to create package due to not finding a matching package or "
                "order already fulfilled. PackageToUpdateNotFound",
                "18021",
            )
    open_units = left(state, seller, order, reference)
    for item, quantity in items.items():
        if quantity > open_units[item]:
            raise Refusal(
                f"The quantity {quantity} of the order item {item} is larger than the "
                f"quantity that can still be fulfilled ({max(open_units[item], 0)}).",
                "18021",
            )


def keep(state, seller, order, package):
    """Store a parcel; the one with its reference is replaced."""
    known = packages(state, seller, order)
    if package.reference in known:
        package.created = known[package.reference].created
    known[package.reference] = package
    state.confirmations.append((seller.key, order.order_id, package.reference))
    if any(n > 0 for n in left(state, seller, order).values()):
        # What is left does not leave by itself.
        order.shipped_at = None
    else:
        at = max(entry.shipped for entry in known.values())
        state.market.ship(seller, order.order_id, at)


def read_time(text):
    if not isinstance(text, str) or not re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", text
    ):
        raise Refusal(f"Date time {text} must be formatted by ISO 8601.")
    return parse_time(text)


def _now(state):
    return state.clock.now()
