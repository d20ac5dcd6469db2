"""Orders to be shipped by the seller (MFN): one row per order item.

Source: reference/amazon-reports.md 2.1.
"""

from dataclasses import replace

from . import values
from .row_format import RowFormat, critical, optional
from .sale_rows import BUYER_COLUMNS, SALE_COLUMNS, SaleRow, check_sale
from .tax_registrations import BUYER_TAX_COLUMNS

_COLUMNS = (
    critical(
        "order_id",
        values.order_number,
        "order-id",
        "amazon-order-id",
        required=True,
    ),
    critical(
        "order_item_id",
        values.required_identifier,
        "order-item-id",
        "amazon-order-item-id",
        required=True,
    ),
    critical("quantity", values.quantity, "quantity-purchased", required=True),
    *SALE_COLUMNS,
    optional("gift_wrap_type", values.text),
    optional("gift_message", values.text, "gift-message-text", "gift-message"),
    optional("item_promotion_ids", values.text, "item-promotion-id"),
    optional("ship_promotion_ids", values.text, "ship-promotion-id"),
    optional("is_business_order", values.flag),
    optional("purchase_order_number", values.text),
    optional("price_designation", values.text),
    optional("buyer_company", values.text, "buyer-company-name", "buyer-company"),
    *BUYER_TAX_COLUMNS,
    optional("tax_collection_model", values.text),
    optional("tax_collection_responsible_party", values.text),
    optional("ioss_number", values.text),
    optional("is_replacement_order", values.flag),
    optional("is_exchange_order", values.flag),
    optional(
        "original_order_id",
        values.identifier,
        "original-order-id",
        "replaced-order-id",
    ),
    optional("is_prime", values.flag),
    optional("is_store_pickup", values.flag, "is-ispu-order"),
    optional("is_premium_order", values.flag),
    optional("is_amazon_invoiced", values.flag),
    optional("is_buyer_requested_cancellation", values.flag),
    optional("buyer_requested_cancel_reason", values.text),
    optional("earliest_ship_date", values.moment),
    optional("latest_ship_date", values.moment),
    optional("earliest_delivery_date", values.moment),
    optional("latest_delivery_date", values.moment),
    optional("delivery_instructions", values.text),
    optional("fulfilled_by", values.text),
    optional("customized_url", values.text),
    optional("points_granted", values.whole_number),
    optional("vat_exclusive_item_price", values.money),
    optional("vat_exclusive_shipping_price", values.money),
    optional(
        "vat_exclusive_gift_wrap_price",
        values.money,
        "vat-exclusive-giftwrap-price",
        "vat-exclusive-gift-wrap-price",
    ),
    optional("payment_method", values.text),
    # What the buyer pays on delivery beside the goods, and what it adds up to.
    critical("payment_method_fee", values.money),
    critical("cod_collectible_amount", values.money),
    critical("already_paid", values.money),
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
