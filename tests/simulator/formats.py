"""Amazon's flat files: columns, and how orders become rows.

Headers follow ``../shared/reference/amazon-reports.md`` 2.1 and 2.4 and the files
in ``../shared/golden``: unquoted, tab-separated, CRLF.
"""

from datetime import timedelta, timezone

from .world.catalogue import BY_SKU
from .world.money import net_of, to_text

_ADDRESS_FIELDS = ("line1", "line2", "line3", "city", "state", "postal_code", "country")
_ADDRESS_NAMES = (
    "address-1",
    "address-2",
    "address-3",
    "city",
    "state",
    "postal-code",
    "country",
)


def _names(text):
    """Column names from words."""
    return text.split()


# US reports are written in Pacific time (standard time here), Japan's in its own.
_ZONES = {"na": timezone(timedelta(hours=-8)), "fe": timezone(timedelta(hours=9))}
_BASE = _names(
    "order-id order-item-id purchase-date payments-date buyer-email "
    "buyer-name buyer-phone-number sku product-name quantity-purchased "
    "currency item-price item-tax shipping-price shipping-tax "
    "ship-service-level recipient-name ship-address-1 ship-address-2 "
    "ship-address-3 ship-city ship-state ship-postal-code ship-country "
    "ship-phone-number delivery-start-date delivery-end-date "
    "delivery-time-zone delivery-Instructions"
)
COLUMN_GROUPS = {
    "billing": (
        "bill-address-1 bill-address-2 bill-address-3 bill-city bill-state "
        "bill-postal-code bill-country"
    ),
    "promotion": (
        "item-promotion-discount item-promotion-id ship-promotion-discount "
        "ship-promotion-id"
    ),
    "gift_wrap": "gift-wrap-price gift-wrap-tax gift-wrap-type gift-message-text",
    "business": (
        "is-business-order purchase-order-number price-designation "
        "buyer-company-name buyer-tax-registration-id buyer-tax-registration-country"
    ),
    "vat": (
        "buyer-vat-number vat-exclusive-item-price vat-exclusive-shipping-price "
        "vat-exclusive-giftwrap-price"
    ),
    "replacement": "is-replacement-order original-order-id",
    "promise": (
        "earliest-ship-date latest-ship-date earliest-delivery-date "
        "latest-delivery-date is-prime"
    ),
    "tax_collection": "tax-collection-model tax-collection-responsible-party",
}
SHIPMENT_COLUMNS = _names(
    "amazon-order-id merchant-order-id shipment-id shipment-item-id "
    "amazon-order-item-id merchant-order-item-id purchase-date "
    "payments-date shipment-date reporting-date buyer-email buyer-name "
    "buyer-phone-number sku product-name quantity-shipped currency "
    "item-price item-tax shipping-price shipping-tax gift-wrap-price "
    "gift-wrap-tax ship-service-level recipient-name ship-address-1 "
    "ship-address-2 ship-address-3 ship-city ship-state ship-postal-code "
    "ship-country ship-phone-number bill-address-1 bill-address-2 "
    "bill-address-3 bill-city bill-state bill-postal-code bill-country "
    "item-promotion-discount ship-promotion-discount carrier "
    "tracking-number estimated-arrival-date fulfillment-center-id "
    "fulfillment-channel sales-channel"
)
_PERSONAL = {
    "buyer-email",
    "buyer-name",
    "buyer-phone-number",
    "recipient-name",
    "ship-phone-number",
    *(f"ship-{name}" for name in _ADDRESS_NAMES[:3]),
    *(f"bill-{name}" for name in _ADDRESS_NAMES),
}


def write_table(columns, rows):
    """An unquoted TSV as text; ``rows`` are dicts, missing cells are empty."""
    lines = ["\t".join(columns)]
    for row in rows:
        lines.append("\t".join([row.get(column, "") for column in columns]))
    return "\r\n".join(lines) + "\r\n"


def date_text(moment, region):
    zone = _ZONES.get(region, timezone.utc)
    return moment.astimezone(zone).isoformat(timespec="seconds")


def order_columns(seller, show_sales_channel):
    """The header of the seller's MFN order reports, by the columns switched on."""
    columns = list(_BASE)
    if show_sales_channel:
        columns.append("sales-channel")
    for group, names in COLUMN_GROUPS.items():
        if group in seller.columns:
            columns += _names(names)
    return columns


def order_row(order, line):
    """One MFN row with every column we know; the header selects."""
    row = {
        "order-id": order.order_id,
        "order-item-id": line.item_id,
        "quantity-purchased": str(line.quantity),
        "delivery-Instructions": "",
        "sales-channel": order.sales_channel,
        "item-promotion-id": line.item_promotion_id,
        "ship-promotion-id": line.shipping_promotion_id,
        "gift-wrap-type": line.gift_type,
        "gift-message-text": line.gift_message,
    }
    _head(row, order, line)
    _money(row, order, line.amounts)
    _promises(row, order)
    amounts, currency = line.amounts, order.currency
    # Amazon gives promotions as positive numbers here, negative in FBA reports.
    if amounts.item_promotion:
        row["item-promotion-discount"] = to_text(amounts.item_promotion, currency)
    if amounts.shipping_promotion:
        row["ship-promotion-discount"] = to_text(amounts.shipping_promotion, currency)
    if amounts.gift:
        row["gift-wrap-price"] = to_text(amounts.gift, currency)
        row["gift-wrap-tax"] = to_text(amounts.gift_tax, currency)
    if order.business:
        row |= _business(order)
    if order.tells_tax:
        row |= _net_prices(order, line)
    if order.replaces:
        row["is-replacement-order"] = "true"
        row["original-order-id"] = order.replaces
    if order.withheld:
        row["tax-collection-model"] = "MarketplaceFacilitator"
        row["tax-collection-responsible-party"] = "Amazon Services, Inc."
    return row


def shipment_row(order, parcel, personal=True, addresses=True):
    """One FBA row; ``personal`` False empties all personal data (_GENERAL)."""
    region, currency = order.marketplace.region, order.currency
    amounts = parcel.amounts
    row = {
        "amazon-order-id": order.order_id,
        "merchant-order-id": order.merchant_order_id,
        "shipment-id": parcel.shipment_id,
        "shipment-item-id": parcel.shipment_item_id,
        "amazon-order-item-id": parcel.line.item_id,
        "shipment-date": date_text(parcel.shipped_at, region),
        "reporting-date": date_text(parcel.reported_at, region),
        "quantity-shipped": str(parcel.quantity),
        "gift-wrap-price": to_text(amounts.gift, currency),
        "gift-wrap-tax": to_text(amounts.gift_tax, currency),
        "item-promotion-discount": to_text(-amounts.item_promotion, currency),
        "ship-promotion-discount": to_text(-amounts.shipping_promotion, currency),
        "carrier": parcel.carrier,
        "tracking-number": parcel.tracking,
        "estimated-arrival-date": date_text(
            parcel.shipped_at + timedelta(days=2), region
        ),
        "fulfillment-center-id": parcel.fulfillment_center,
        "fulfillment-channel": "AFN",
        "sales-channel": order.sales_channel,
    }
    _head(row, order, parcel.line)
    row["buyer-phone-number"] = ""
    _money(row, order, amounts)
    if region == "fe":
        row["points-granted"] = str(amounts.item // 100)
    if not personal:
        for name in _PERSONAL:
            row[name] = ""
    elif not addresses:
        for name in ("ship-address-1", "ship-address-2", "ship-address-3"):
            row[name] = ""
    return row


def _head(row, order, line):
    buyer, region = order.buyer, order.marketplace.region
    row["purchase-date"] = date_text(order.purchased_at, region)
    row["payments-date"] = date_text(order.fulfillable_at, region)
    row["buyer-email"] = buyer.email
    row["buyer-name"] = buyer.name
    row["buyer-phone-number"] = buyer.phone
    row["sku"] = line.sku
    row["product-name"] = line.title
    row["ship-service-level"] = order.service_level
    row["recipient-name"] = buyer.ship_to.name
    row["ship-phone-number"] = buyer.ship_to.phone
    _address(row, "ship", buyer.ship_to)
    if buyer.bill_to:
        _address(row, "bill", buyer.bill_to)


def _address(row, prefix, address):
    for name, attribute in zip(_ADDRESS_NAMES, _ADDRESS_FIELDS, strict=True):
        row[f"{prefix}-{name}"] = getattr(address, attribute)


def _money(row, order, amounts):
    currency = order.currency
    row["currency"] = currency
    row["item-price"] = to_text(amounts.item, currency, plain=True)
    row["item-tax"] = to_text(amounts.item_tax, currency)
    row["shipping-price"] = to_text(amounts.shipping, currency)
    row["shipping-tax"] = to_text(amounts.shipping_tax, currency)


def _promises(row, order):
    region = order.marketplace.region
    for name, days in (
        ("earliest-ship-date", 0),
        ("latest-ship-date", 2),
        ("earliest-delivery-date", 3),
        ("latest-delivery-date", 6),
    ):
        row[name] = date_text(order.fulfillable_at + timedelta(days=days), region)
    row["is-prime"] = "false"


def _business(order):
    buyer = order.buyer
    return {
        "is-business-order": "true",
        "purchase-order-number": order.purchase_order_number,
        "price-designation": order.price_designation,
        "buyer-company-name": buyer.company,
        "buyer-tax-registration-id": buyer.vat_number,
        "buyer-tax-registration-country": buyer.vat_country,
        "buyer-vat-number": buyer.vat_number,
    }


def _net_prices(order, line):
    amounts, currency = line.amounts, order.currency
    rate = order.vat_rate(BY_SKU[line.sku])
    if not amounts.item_tax:
        rate = 0
    return {
        "vat-exclusive-item-price": to_text(amounts.item - amounts.item_tax, currency),
        "vat-exclusive-shipping-price": to_text(
            net_of(amounts.shipping, rate), currency
        ),
        "vat-exclusive-giftwrap-price": to_text(net_of(amounts.gift, rate), currency),
    }
