"""The all-orders reports: every order with its state, without personal data.

Amazon's name for them is "All Orders"; the addon's, the control list. They tell the
state at the time at which they are made: an order that changed after the requested
period is in a later list, not in this one. They hold the whole region, whichever
marketplaces were asked for (docs#1404).
"""

from datetime import datetime, timedelta, timezone

from .formats import date_text, write_table
from .report_types import Content, report_type
from .world.money import to_text
from .world.sellers import TRACKING

COLUMNS = (
    "amazon-order-id merchant-order-id purchase-date last-updated-date order-status "
    "fulfillment-channel sales-channel order-channel url ship-service-level "
    "product-name sku asin item-status quantity currency item-price item-tax "
    "shipping-price shipping-tax gift-wrap-price gift-wrap-tax "
    "item-promotion-discount ship-promotion-discount ship-city ship-state "
    "ship-postal-code ship-country promotion-ids is-business-order "
    "purchase-order-number price-designation"
).split()
# Appeared unannounced (models#5249).
_ITEM_ID_SINCE = datetime(2026, 5, 1, tzinfo=timezone.utc)
_CHANNELS = {"fba": "Amazon", "mfn": "Merchant"}
_CHARSETS = {"fe": ("windows-31j", "UTF-8"), "eu": ("Cp1252", "UTF-8")}
_RULES = {"max_range": timedelta(days=31), "retention_days": 30}


@report_type(
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL", (TRACKING,), **_RULES
)
def by_last_update(state, report):
    return _control_list(state, report, lambda order, now: order.last_update(now))


@report_type(
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL", (TRACKING,), **_RULES
)
def by_order_date(state, report):
    return _control_list(state, report, lambda order, now: order.purchased_at)


def _control_list(state, report, date_of):
    now = state.clock.now()
    # What happened on a day of the period can only have been overtaken since.
    orders = [
        (date_of(order, now), order)
        for order in state.market.between(
            report.seller, report.data_start, report.data_end
        )
        if order.status(now)
    ]
    found = [
        (moment, order)
        for moment, order in orders
        if report.data_start <= moment <= report.data_end
    ]
    if not found:
        return None
    found.sort(key=lambda entry: (entry[0], entry[1].order_id))
    columns = [*COLUMNS, *(["order-item-id"] if now >= _ITEM_ID_SINCE else [])]
    rows = (
        _row(order, line, now)
        for _moment, order in found
        for line in order.lines_at(now)
    )
    charsets = _CHARSETS.get(report.seller.region, ("UTF-8",))
    return Content(write_table(columns, rows), charsets)


def _row(order, line, now):
    status = order.status(now)
    row = {
        "amazon-order-id": order.order_id,
        "merchant-order-id": order.merchant_order_id,
        # These lists are in UTC everywhere.
        "purchase-date": date_text(order.purchased_at, ""),
        "last-updated-date": date_text(order.last_update(now), ""),
        "order-status": status,
        "fulfillment-channel": _CHANNELS[order.fulfillment],
        "sales-channel": order.sales_channel,
        "ship-service-level": order.service_level,
        "product-name": line.title,
        "sku": line.sku,
        "asin": line.asin,
        "item-status": _item_status(order, line, status, now),
        "quantity": str(line.quantity),
        "is-business-order": str(order.business).lower(),
        "purchase-order-number": order.purchase_order_number,
        "price-designation": order.price_designation,
        "order-item-id": line.item_id,
    }
    if status != "Pending":
        ship_to = order.buyer.ship_to
        row["ship-city"] = ship_to.city
        row["ship-state"] = ship_to.state
        row["ship-postal-code"] = ship_to.postal_code
        row["ship-country"] = ship_to.country
        promotions = (line.item_promotion_id, line.shipping_promotion_id)
        row["promotion-ids"] = ",".join(filter(None, promotions))
        if line.quantity and not order.multi_channel:
            row |= _money(order, line.amounts)
    return row


def _item_status(order, line, status, now):
    if status in ("Cancelled", "Pending"):
        return status
    if not line.quantity:
        return "Cancelled"
    if status == "Shipping":
        parcels = [parcel for parcel in order.parcels if parcel.line is line]
        if all(parcel.shipped_at <= now for parcel in parcels):
            return "Shipped"
        return "Unshipped"
    return status


def _money(order, amounts):
    figures = {
        "item-price": amounts.item,
        "item-tax": amounts.item_tax,
        "shipping-price": amounts.shipping,
        "shipping-tax": amounts.shipping_tax,
        "gift-wrap-price": amounts.gift,
        "gift-wrap-tax": amounts.gift_tax,
        "item-promotion-discount": amounts.item_promotion,
        "ship-promotion-discount": amounts.shipping_promotion,
    }
    money = {
        name: to_text(amount, order.currency)
        for name, amount in figures.items()
        # Only a price is told even if it is nothing.
        if amount or name == "item-price"
    }
    return {"currency": order.currency, **money}
