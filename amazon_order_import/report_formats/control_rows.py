"""The list of all orders, to check that none is missing: one row per order item.

It tells of an order whenever something about it changes, whoever ships it, and holds
no personal data. Source: reference/amazon-reports.md 1.3, 8.7 and 1.4 (May 2026).
"""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from . import values
from .order_numbers import is_multi_channel
from .row_format import Column, PersonalColumns, RowFormat, critical, optional
from .sale_amounts import SaleAmounts

_CHANNELS = {
    "amazon": "fba",
    "afn": "fba",
    "merchant": "mfn",
    "mfn": "mfn",
    "seller": "mfn",
}
_STATUSES = {
    "pending": "pending",
    "pendingavailability": "pending",
    "paymentpending": "pending",
    "unshipped": "unshipped",
    "invoiceunconfirmed": "unshipped",
    "partiallyshipped": "partly_shipped",
    "shipping": "partly_shipped",
    "shipped": "shipped",
    "complete": "shipped",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
_PAID = re.compile(r"\s*pending\s*-\s*waiting for pick.?up\s*", re.IGNORECASE)


def _status(told):
    """Amazon's word for a status in ours, ``"other"`` for one that is not known.

    Shipped orders come with what became of the parcel: ``Shipped - Delivered to
    Buyer``. ``Pending - Waiting for Pick Up`` is paid, and waits for its parcel.
    """
    if _PAID.fullmatch(told):
        return "unshipped"
    word = "".join(filter(str.isalpha, told.split(" - ")[0].lower()))
    return _STATUSES.get(word, "other")


@dataclass(frozen=True, slots=True)
class ControlRow(SaleAmounts):
    """One item of an order, as Amazon's list of all orders tells it.

    Text is ``""``, a moment or an amount None where the file says nothing. Moments are
    aware; amounts are totals of the row in `currency`.
    """

    order_id: str
    order_item_id: str = ""
    merchant_order_id: str = ""
    purchase_date: datetime | None = None
    last_update: datetime | None = None
    order_status: str = ""
    item_status: str = ""
    fulfillment_channel: str = ""
    sales_channel: str = ""
    sku: str = ""
    asin: str = ""
    product_name: str = ""
    quantity: int | None = None
    currency: str = ""
    is_business_order: bool | None = None

    @property
    def fulfillment(self):
        """``"mfn"``, ``"fba"``, or ``""`` where the file does not say."""
        return _CHANNELS.get(self.fulfillment_channel.lower(), "")

    @property
    def status(self):
        """The order's: ``pending``, ``unshipped``, ``partly_shipped``, ``shipped``,
        ``cancelled`` or ``other``."""
        return _status(self.order_status)

    @property
    def is_cancelled(self):
        """Whether this item will not be shipped."""
        return "cancelled" in (self.status, _status(self.item_status)) or (
            self.quantity == 0 and self.status != "pending"
        )

    @property
    def is_multi_channel(self):
        """Whether Amazon only ships the order."""
        return is_multi_channel(self.order_id, self.sales_channel)

    @property
    def amount(self):
        """What the buyer pays for the row without tax that comes on top, a Decimal."""
        parts = (
            self.item_price,
            self.shipping_price,
            self.gift_wrap_price,
            self.item_promotion,
            self.ship_promotion,
        )
        return sum((part for part in parts if part is not None), Decimal(0))


_COLUMNS = (
    critical(
        "order_id",
        values.order_number,
        "amazon-order-id",
        "order-id",
        required=True,
    ),
    Column(
        "order_item_id", ("order-item-id", "amazon-order-item-id"), values.identifier
    ),
    optional("merchant_order_id", values.text),
    critical("purchase_date", values.required_moment, required=True),
    critical(
        "last_update",
        values.required_moment,
        "last-updated-date",
        "last-update-date",
        required=True,
    ),
    Column("order_status", ("order-status",), values.text, required=True),
    optional("item_status", values.text, "item-status", "order-item-status"),
    Column("fulfillment_channel", ("fulfillment-channel",), values.text, required=True),
    optional("sales_channel", values.text),
    optional("sku", values.text, "sku", "seller-sku"),
    optional("asin", values.text),
    optional("product_name", values.text, "product-name", "item-name"),
    optional("quantity", values.whole_number, "quantity", "quantity-purchased"),
    optional("currency", values.currency),
    # Amounts of the list are for information: a bad one spoils no row.
    optional("item_price", values.money),
    optional("item_tax", values.money),
    optional("shipping_price", values.money),
    optional("shipping_tax", values.money),
    optional("gift_wrap_price", values.money),
    optional("gift_wrap_tax", values.money),
    optional("item_promotion", values.discount, "item-promotion-discount"),
    optional("ship_promotion", values.discount, "ship-promotion-discount"),
    optional("is_business_order", values.flag),
)

#: Documented columns that have no typed value.
_KEPT = frozenset(
    {
        "address-type",
        "buyer-identification-number",
        "buyer-identification-type",
        "cpf",
        "customized-page",
        "customized-url",
        "fulfilled-by",
        "is-iba",
        "is-replacement-order",
        "is-transparency",
        "licensee-name",
        "license-number",
        "license-state",
        "license-expiration-date",
        "order-channel",
        "order-invoice-type",
        "original-order-id",
        "price-designation",
        "promotion-ids",
        "purchase-order-number",
        "ship-city",
        "ship-country",
        "ship-postal-code",
        "ship-service-level",
        "ship-state",
        "signature-confirmation-recommended",
        "tax-collection-model",
        "tax-collection-responsible-party",
        "url",
        "vat-exclusive-giftwrap-price",
        "vat-exclusive-item-price",
        "vat-exclusive-shipping-price",
    }
)


def _check(_row):
    return None


#: The list names nobody, but for numbers of a few countries and what was customised.
_PERSONAL = PersonalColumns(
    always=frozenset(
        """
        buyer-identification-number cpf customized-page customized-url license-number
        licensee-name ship-city url
        """.split()
    ),
    places=frozenset({"ship-city"}),
    postcodes=(("ship-postal-code", "ship-country"),),
)

CONTROL_ROWS = RowFormat(
    "control", ControlRow, _COLUMNS, _check, _KEPT, personal=_PERSONAL
)
