"""What rows of orders and of shipments have in common."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal

from . import values
from .addresses import (
    Address,
    address_columns,
    find_misplaced,
    name_address_columns,
)
from .row_format import Fault, PersonalColumns, critical, optional
from .sale_amounts import SaleAmounts
from .tax_registrations import BUYER_NUMBER_NAMES, BuyerTaxNumbers


@dataclass(frozen=True, slots=True)
class SaleRow(BuyerTaxNumbers, SaleAmounts):
    """One sold item: of an order (`ORDER_ROWS`) or of a shipment (`SHIPMENT_ROWS`).

    Holds every field that either of the two has; the other leaves it empty. Amounts
    are exact totals of the row, not unit prices, in `currency`; None where the file
    says nothing, which is not zero, likewise flags. Promotions are never above zero.
    Moments are aware. Text is ``""`` where the file says nothing. Amazon's own ids of
    shipments and items are case-sensitive and may be empty.
    """

    order_id: str
    order_item_id: str = ""
    purchase_date: datetime | None = None
    payments_date: datetime | None = None
    buyer_email: str = ""
    buyer_name: str = ""
    buyer_phone: str = ""
    sku: str = ""
    product_name: str = ""
    quantity: int = 0
    currency: str = ""
    ship_service_level: str = ""
    recipient: Address = field(default_factory=Address)
    billing: Address = field(default_factory=Address)
    sales_channel: str = ""
    asin: str = ""
    # Of orders.
    gift_wrap_type: str = ""
    gift_message: str = ""
    item_promotion_ids: str = ""
    ship_promotion_ids: str = ""
    is_business_order: bool | None = None
    purchase_order_number: str = ""
    price_designation: str = ""
    buyer_company: str = ""
    tax_collection_model: str = ""
    tax_collection_responsible_party: str = ""
    ioss_number: str = ""
    is_replacement_order: bool | None = None
    is_exchange_order: bool | None = None
    original_order_id: str = ""
    is_prime: bool | None = None
    is_store_pickup: bool | None = None
    is_premium_order: bool | None = None
    is_amazon_invoiced: bool | None = None
    is_buyer_requested_cancellation: bool | None = None
    buyer_requested_cancel_reason: str = ""
    earliest_ship_date: datetime | None = None
    latest_ship_date: datetime | None = None
    earliest_delivery_date: datetime | None = None
    latest_delivery_date: datetime | None = None
    delivery_instructions: str = ""
    fulfilled_by: str = ""
    customized_url: str = ""
    points_granted: int | None = None
    vat_exclusive_item_price: Decimal | None = None
    vat_exclusive_shipping_price: Decimal | None = None
    vat_exclusive_gift_wrap_price: Decimal | None = None
    payment_method: str = ""
    payment_method_fee: Decimal | None = None
    cod_collectible_amount: Decimal | None = None
    already_paid: Decimal | None = None
    # Of shipments.
    merchant_order_id: str = ""
    merchant_order_item_id: str = ""
    shipment_id: str = ""
    shipment_item_id: str = ""
    shipment_date: datetime | None = None
    reporting_date: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    estimated_arrival: datetime | None = None
    fulfillment_center_id: str = ""
    fulfillment_channel: str = ""


SHIPPING_ADDRESS_COLUMNS = address_columns(
    "recipient", "ship", name=("recipient-name",), phone=("ship-phone-number",)
)
BILLING_ADDRESS_COLUMNS = address_columns(
    "billing",
    "bill",
    name=("bill-name", "billing-name"),
    phone=("bill-phone-number", "billing-phone-number"),
)
#: Columns that reports of orders and of shipments name alike.
SALE_COLUMNS = (
    critical("purchase_date", values.required_moment, required=True),
    optional("payments_date", values.moment),
    optional("buyer_email", values.text),
    optional("buyer_name", values.text),
    optional("buyer_phone", values.text, "buyer-phone-number"),
    critical("sku", values.sku, required=True),
    optional("product_name", values.text, "product-name", "item-name"),
    critical("currency", values.currency, required=True),
    critical("item_price", values.price, required=True),
    critical("item_tax", values.money),
    critical("shipping_price", values.price),
    critical("shipping_tax", values.money),
    critical("gift_wrap_price", values.price),
    critical("gift_wrap_tax", values.money),
    critical("item_promotion", values.discount, "item-promotion-discount"),
    critical("ship_promotion", values.discount, "ship-promotion-discount"),
    optional("ship_service_level", values.text),
    optional("sales_channel", values.text),
    *SHIPPING_ADDRESS_COLUMNS,
    *BILLING_ADDRESS_COLUMNS,
)

_CITIES = frozenset({"ship-city", "bill-city"})
#: What tells of a person, in reports of orders, of shipments and of VAT invoices.
BUYER_COLUMNS = PersonalColumns(
    always=frozenset(
        """
        bill-name bill-phone-number billing-name billing-phone-number buyer-email
        buyer-name buyer-phone-number recipient-name ship-phone-number
        """.split()
    )
    | name_address_columns("ship")
    | name_address_columns("bill")
    | _CITIES,
    places=_CITIES,
    consumers=frozenset({"buyer-company", "buyer-company-name"}) | BUYER_NUMBER_NAMES,
    postcodes=(
        ("ship-postal-code", "ship-country"),
        ("bill-postal-code", "bill-country"),
    ),
)


def check_sale(row, free):
    """A `Fault` of a row, or None.

    Where there is any amount, there must be a currency.

    :param free: whether the row is no sale for money: its price may be empty
    """
    if row.item_price is None and row.quantity and not free:
        return Fault("missing_value", "item-price")
    if not row.currency and any(
        (
            row.item_price,
            row.item_tax,
            row.shipping_price,
            row.shipping_tax,
            row.gift_wrap_price,
            row.gift_wrap_tax,
            row.item_promotion,
            row.ship_promotion,
            row.payment_method_fee,
        )
    ):
        return Fault("missing_value", "currency")
    if part := find_misplaced(row.recipient):
        return Fault("shifted_address", f"recipient.{part}")
    if part := find_misplaced(row.billing):
        return Fault("shifted_address", f"billing.{part}")
    return None


#: What a row says of an item that must not differ within a file.
_FACTS = (
    "sku",
    "quantity",
    "currency",
    *(f.name for f in fields(SaleAmounts)),
    "payment_method_fee",
)


def describe_facts(row):
    """What a `SaleRow` says of its item, as a list of texts; equal where it is."""
    facts = (getattr(row, name) or 0 for name in _FACTS)
    return [
        f"{fact.normalize():f}" if isinstance(fact, Decimal) else str(fact)
        for fact in facts
    ]


def describe_difference(row, other):
    """What two `SaleRow`s of one item tell differently, ``""``: nothing.

    As ``quantity: 1 / 2, item-price: 20.00 / 25.00``; an amount that is not told is 0.
    An address is named, not quoted: it is personal.
    """
    differing = (
        (name.replace("_", "-"), getattr(row, name) or 0, getattr(other, name) or 0)
        for name in _FACTS
    )
    told = [f"{name}: {one} / {two}" for name, one, two in differing if one != two]
    if row.recipient and other.recipient and row.recipient != other.recipient:
        told.append("ship-address")
    return ", ".join(told)
