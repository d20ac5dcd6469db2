"""Figures of invoices that the seller issues (VCS Lite, VIDR): one row per item of a
shipment, a return or a refund.

Source: reference/amazon-reports.md 2.7 and 6.4.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from . import values
from .addresses import Address
from .row_format import Column, Fault, RowFormat, critical, optional
from .sale_rows import (
    BILLING_ADDRESS_COLUMNS,
    BUYER_COLUMNS,
    SHIPPING_ADDRESS_COLUMNS,
)
from .tax_registrations import BUYER_TAX_COLUMNS, BuyerTaxNumbers

#: What Amazon gives amounts for, and the prefix of the columns.
PARTS = {
    "item": "item",
    "item_promotion": "item-promo",
    "gift_wrap": "gift-wrap",
    "gift_wrap_promotion": "gift-promo",
    "shipping": "shipping",
    "shipping_promotion": "shipping-promo",
}
#: Further spellings of a prefix.
_PREFIXES = {
    "gift-wrap": ("gift-wrap", "giftwrap"),
    "gift-promo": ("gift-promo", "gift-wrap-promo", "giftwrap-promo"),
    "shipping-promo": ("shipping-promo", "ship-promo"),
}
LANGUAGES = ("es", "it", "fr", "de", "en")


class VatAmounts(NamedTuple):
    """Exact totals in the row's currency, with the signs of the file.

    `rate` is a fraction (``0.19``), None where the file gives none.
    """

    gross: Decimal
    vat: Decimal
    net: Decimal
    rate: Decimal | None


@dataclass(frozen=True, slots=True)
class VatInvoiceRow(BuyerTaxNumbers):
    """One item of an invoice or credit note to be made.

    `transaction_type` is ``SHIPMENT``, ``RETURN`` or ``REFUND``; `quantity` has no
    sign. Amounts are as the file gives them, None where it says nothing: `amounts`
    has them by part. Flags are None where the file does not say.
    """

    order_id: str
    transaction_type: str
    marketplace_id: str = ""
    order_item_id: str = ""
    shipping_id: str = ""
    transaction_id: str = ""
    invoice_number: str = ""
    invoice_status: str = ""
    invoice_status_description: str = ""
    is_amazon_invoiced: bool | None = None
    order_date: datetime | None = None
    shipment_date: datetime | None = None
    seller_vat_number: str = ""
    asin: str = ""
    sku: str = ""
    product_name: str = ""
    quantity: int = 0
    currency: str = ""
    item_gross: Decimal | None = None
    item_vat: Decimal | None = None
    item_net: Decimal | None = None
    item_rate: Decimal | None = None
    item_promotion_gross: Decimal | None = None
    item_promotion_vat: Decimal | None = None
    item_promotion_net: Decimal | None = None
    item_promotion_rate: Decimal | None = None
    gift_wrap_gross: Decimal | None = None
    gift_wrap_vat: Decimal | None = None
    gift_wrap_net: Decimal | None = None
    gift_wrap_rate: Decimal | None = None
    gift_wrap_promotion_gross: Decimal | None = None
    gift_wrap_promotion_vat: Decimal | None = None
    gift_wrap_promotion_net: Decimal | None = None
    gift_wrap_promotion_rate: Decimal | None = None
    shipping_gross: Decimal | None = None
    shipping_vat: Decimal | None = None
    shipping_net: Decimal | None = None
    shipping_rate: Decimal | None = None
    shipping_promotion_gross: Decimal | None = None
    shipping_promotion_vat: Decimal | None = None
    shipping_promotion_net: Decimal | None = None
    shipping_promotion_rate: Decimal | None = None
    is_business_order: bool | None = None
    purchase_order_number: str = ""
    fulfilled_by: str = ""
    recipient: Address = Address()
    billing: Address = Address()
    buyer_name: str = ""
    buyer_company: str = ""
    ship_from_country: str = ""
    citation_es: str = ""
    citation_it: str = ""
    citation_fr: str = ""
    citation_de: str = ""
    citation_en: str = ""
    export_outside_eu: bool | None = None
    is_invoice_corrected: bool | None = None
    original_invoice_number: str = ""
    correction_details: str = ""

    @property
    def amounts(self):
        """``{part: VatAmounts}`` of the parts of which the file gives an amount.

        Of net, VAT and gross, the one that is missing follows from the other two, or
        from the gross amount alone where there is no VAT.
        """
        found = {}
        for part in PARTS:
            gross, vat, net = (
                getattr(self, f"{part}_{name}") for name in ("gross", "vat", "net")
            )
            if gross is None and net is None:
                continue
            if vat is None:
                vat = gross - net if None not in (gross, net) else Decimal(0)
            if gross is None:
                gross = net + vat
            if net is None:
                net = gross - vat
            found[part] = VatAmounts(gross, vat, net, getattr(self, f"{part}_rate"))
        return found

    @property
    def citations(self):
        """The legal texts to print: ``{language code: text}``."""
        texts = {
            language: getattr(self, f"citation_{language}") for language in LANGUAGES
        }
        return {language: text for language, text in texts.items() if text}


def _transaction(cell):
    value = values.required_identifier(cell).upper()
    if value not in ("SHIPMENT", "RETURN", "REFUND"):
        raise values.BadCell("bad_transaction")
    return value


def _units(cell):
    """Units as Amazon writes them, negative for what came back; 0 if empty."""
    return abs(values.whole_number(cell) or 0)


def _amount_columns():
    for part, prefix in PARTS.items():
        prefixes = _PREFIXES.get(prefix, (prefix,))
        for name, suffixes in {
            "gross": ("vat-incl-amount", "vat-inclusive-amount"),
            "vat": ("vat-amount",),
            "net": ("vat-excl-amount", "vat-exclusive-amount"),
            "rate": ("vat-rate",),
        }.items():
            yield Column(
                f"{part}_{name}",
                tuple(f"{start}-{end}" for start in prefixes for end in suffixes),
                values.money,
                required=(part, name) in (("item", "gross"), ("item", "vat")),
                critical=name != "rate",
            )


_COLUMNS = (
    critical(
        "order_id",
        values.order_number,
        "order-id",
        "amazon-order-id",
        required=True,
    ),
    critical("transaction_type", _transaction, required=True),
    optional("marketplace_id", values.code),
    critical(
        "order_item_id", values.identifier, "order-item-id", "amazon-order-item-id"
    ),
    critical(
        "shipping_id", values.identifier, "shipping-id", "shipment-id", required=True
    ),
    critical("transaction_id", values.identifier),
    optional("invoice_number", values.code, "invoice-number", "vat-invoice-number"),
    optional("invoice_status", values.code),
    optional("invoice_status_description", values.text),
    optional("is_amazon_invoiced", values.flag),
    optional("order_date", values.moment),
    optional("shipment_date", values.moment),
    optional("seller_vat_number", values.code),
    *BUYER_TAX_COLUMNS,
    optional("asin", values.code),
    critical("sku", values.sku, required=True),
    optional("product_name", values.text),
    critical("quantity", _units, "quantity-purchased", "quantity", required=True),
    critical("currency", values.currency, required=True),
    *_amount_columns(),
    optional("is_business_order", values.flag),
    optional("purchase_order_number", values.text),
    optional("fulfilled_by", values.text),
    *SHIPPING_ADDRESS_COLUMNS,
    *BILLING_ADDRESS_COLUMNS,
    optional("buyer_name", values.text),
    optional("buyer_company", values.text, "buyer-company-name", "buyer-company"),
    optional("ship_from_country", values.text),
    *(optional(f"citation_{language}", values.text) for language in LANGUAGES),
    optional("export_outside_eu", values.flag),
    optional("is_invoice_corrected", values.flag),
    optional(
        "original_invoice_number",
        values.code,
        "original-vat-invoice-number",
        "original-invoice-number",
    ),
    optional("correction_details", values.text, "invoice-correction-details"),
)

#: Documented columns that have no typed value. The deposit on bottles is part of the
#: item's amounts already.
_KEPT = frozenset(
    {
        "bottle-deposit-vat-amount",
        "bottle-deposit-vat-excl-amount",
        "buyer-e-invoice-account-id",
        "gift-promotion-id",
        "is-buyer-physically-present",
        "is-seller-physically-present",
        "item-promotion-id",
        "legacy-customer-order-item-id",
        "price-designation",
        "recommended-invoice-format",
        "ship-from-city",
        "ship-from-postal-code",
        "ship-from-state",
        "ship-promotion-id",
        "ship-service-level",
    }
)

_PERSONAL = replace(
    BUYER_COLUMNS,
    always=BUYER_COLUMNS.always | {"invoice-correction-details"},
    consumers=BUYER_COLUMNS.consumers | {"buyer-e-invoice-account-id"},
)


def _check(row):
    if not (row.shipping_id or row.transaction_id):
        return Fault("missing_value", "shipping-id")
    if row.transaction_type != "SHIPMENT" and not row.transaction_id:
        # The credit note cannot be uploaded without it.
        return Fault("missing_value", "transaction-id")
    if not row.currency:
        return Fault("missing_value", "currency")
    if row.transaction_type == "SHIPMENT" and row.item_gross is None:
        return Fault("missing_value", "item-vat-incl-amount")
    return None


VAT_INVOICE_ROWS = RowFormat(
    "VAT invoice data", VatInvoiceRow, _COLUMNS, _check, _KEPT, personal=_PERSONAL
)
