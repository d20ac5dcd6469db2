"""Orders to be shipped by the seller (MFN): one row per order item.

Source: reference/amazon-reports.md 2.1.
"""

from dataclasses import replace

from . import values
from .row_format import Column, RowFormat
from .sale_rows import BUYER_COLUMNS, SALE_COLUMNS, SaleRow, check_sale
from .tax_registrations import BUYER_TAX_COLUMNS


def _optional(field, parse, *names):
    return Column(field, names or (field.replace("_", "-"),), parse)


def _money(field):
    return Column(field, (field.replace("_", "-"),), values.money, critical=True)


_COLUMNS = (
    Column(
        "order_id",
        ("order-id", "amazon-order-id"),
        values.required_identifier,
        required=True,
        critical=True,
    ),
    Column(
        "order_item_id",
        ("order-item-id", "amazon-order-item-id"),
        values.required_identifier,
        required=True,
        critical=True,
    ),
    Column(
        "quantity",
        ("quantity-purchased",),
        values.quantity,
        required=True,
        critical=True,
    ),
    *SALE_COLUMNS,
    _optional("gift_wrap_type", values.text),
    _optional("gift_message", values.text, "gift-message-text", "gift-message"),
    _optional("item_promotion_ids", values.text, "item-promotion-id"),
    _optional("ship_promotion_ids", values.text, "ship-promotion-id"),
    _optional("is_business_order", values.flag),
    _optional("purchase_order_number", values.text),
    _optional("price_designation", values.text),
    _optional("buyer_company", values.text, "buyer-company-name", "buyer-company"),
    *BUYER_TAX_COLUMNS,
    _optional("tax_collection_model", values.text),
    _optional("tax_collection_responsible_party", values.text),
    _optional("ioss_number", values.text),
    _optional("is_replacement_order", values.flag),
    _optional("is_exchange_order", values.flag),
    _optional(
        "original_order_id",
        values.identifier,
        "original-order-id",
        "replaced-order-id",
    ),
    _optional("is_prime", values.flag),
    _optional("is_premium_order", values.flag),
    _optional("is_amazon_invoiced", values.flag),
    _optional("is_buyer_requested_cancellation", values.flag),
    _optional("buyer_requested_cancel_reason", values.text),
    _optional("earliest_ship_date", values.moment),
    _optional("latest_ship_date", values.moment),
    _optional("earliest_delivery_date", values.moment),
    _optional("latest_delivery_date", values.moment),
    _optional("delivery_instructions", values.text),
    _optional("fulfilled_by", values.text),
    _optional("customized_url", values.text),
    _optional("points_granted", values.whole_number),
    _optional("vat_exclusive_item_price", values.money),
    _optional("vat_exclusive_shipping_price", values.money),
    _optional(
        "vat_exclusive_gift_wrap_price",
        values.money,
        "vat-exclusive-giftwrap-price",
        "vat-exclusive-gift-wrap-price",
    ),
    _optional("payment_method", values.text),
    # What the buyer pays on delivery beside the goods, and what it adds up to.
    _money("payment_method_fee"),
    _money("cod_collectible_amount"),
    _money("already_paid"),
)

#: Documented columns that have no typed value.
_KEPT = frozenset(
    {
        "amazon-programs",
        "buyer-citizen-id",
        "buyer-citizen-name",
        "buyer-cst-number",
        "buyer-identification-number",
        "buyer-identification-type",
        "cpf",
        "customized-page",
        "default-ship-from-address-1",
        "default-ship-from-address-2",
        "default-ship-from-address-3",
        "default-ship-from-address-name",
        "default-ship-from-city",
        "default-ship-from-country",
        "default-ship-from-postal-code",
        "default-ship-from-state",
        "delivery-end-date",
        "delivery-preferred-time",
        "delivery-start-date",
        "delivery-time-zone",
        "drop-off-location",
        "invoice-business-address",
        "invoice-business-legal-name",
        "invoice-business-tax-id",
        "invoice-business-tax-office",
        "is-heavy-or-bulky",
        "is-iba",
        "is-ispu-order",
        "is-pickup-point-order",
        "is-shipping-settings-automation-enabled",
        "is-transparency",
        "licensee-name",
        "order-invoice-type",
        "pallet-delivery",
        "payment-method-details",
        "signature-confirmation-recommended",
        "ssa-carrier",
        "ssa-ship-method",
        "store-chain-store-id",
        "verge-of-cancellation",
        "verge-of-lateshipment",
    }
)

_PERSONAL = replace(
    BUYER_COLUMNS,
    always=BUYER_COLUMNS.always
    | frozenset(
        """
        buyer-citizen-id buyer-citizen-name buyer-cst-number
        buyer-identification-number buyer-requested-cancel-reason cpf customized-page
        customized-url delivery-instructions drop-off-location gift-message
        gift-message-text licensee-name payment-method-details
        """.split()
    ),
    consumers=BUYER_COLUMNS.consumers
    | frozenset(
        """
        invoice-business-address invoice-business-legal-name invoice-business-tax-id
        """.split()
    ),
)


def _check(row):
    return check_sale(row, free=bool(row.is_replacement_order))


ORDER_ROWS = RowFormat(
    "orders", SaleRow, _COLUMNS, _check, _KEPT, is_sale=True, personal=_PERSONAL
)
