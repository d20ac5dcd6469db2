"""Amazon's own invoices (VCS): one row per item, shipment or refund, and jurisdiction.

Source: reference/amazon-reports.md 2.8, 6.3 and 6.4.
"""

import datetime
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from . import values
from .order_numbers import is_multi_channel
from .row_format import Column, Fault, PersonalColumns, RowFormat

#: Last letter of a number of 14 characters -> what the document is.
DOCUMENT_LETTERS = {
    "I": "invoice",
    "C": "credit_note",
    "S": "simplified_invoice",
    "X": "simplified_credit_note",
    "D": "deemed_invoice",
    "R": "deemed_credit_note",
    "T": "receipt",
    "U": "oss_invoice",
    "Q": "oss_credit_note",
}
#: Country, digit of the year, sequence, end of the seller's id, type (since 2025).
_NUMBER = re.compile(r"[A-Z]{2}[0-9][0-9A-Z]{10}([ICSXDRTUQ])", re.ASCII)
_ZERO = Decimal(0)

_SALES = frozenset({"SHIPMENT", "RETURN", "REFUND"})
#: Goods on their way, which Amazon's reports of VAT list beside the sales.
_MOVEMENTS = frozenset(
    {
        "COMMINGLING_BUY",
        "COMMINGLING_SELL",
        "DONATION",
        "FC_TRANSFER",
        "INBOUND",
        "TRANSFER",
    }
)


class Component(NamedTuple):
    """Amounts of one part of a row as delivered: gross = net + tax; below zero for
    promotions, and for what is given back."""

    net: Decimal
    tax: Decimal
    gross: Decimal


#: Column prefix -> (field prefix, component, component of its promotion).
_PARTS = {
    "our-price": ("price", "item", "item_promotion"),
    "shipping": ("shipping", "shipping", "shipping_promotion"),
    "giftwrap": ("gift_wrap", "gift_wrap", "gift_wrap_promotion"),
}


@dataclass(frozen=True, slots=True)
class VatRow:
    """One row of the report of VAT calculations.

    Amounts are exact totals of the row in `currency` with Amazon's own signs (what is
    given back is below zero); None where the file says nothing. `quantity` has no
    sign. Days are as Amazon writes them, without time. Text is ``""`` where the file
    says nothing; `number` is ``""`` also where Amazon writes that it has none yet,
    `order_id` only where `is_movement`.
    """

    order_id: str
    transaction_type: str
    transaction_id: str = ""
    shipment_id: str = ""
    number: str = ""
    original_number: str = ""
    url: str = ""
    marketplace: str = ""
    merchant_id: str = ""
    order_date: datetime.date | None = None
    shipment_date: datetime.date | None = None
    tax_date: datetime.date | None = None
    asin: str = ""
    sku: str = ""
    quantity: int | None = None
    currency: str = ""
    rate: Decimal | None = None
    tax_type: str = ""
    reason: str = ""
    scheme: str = ""
    responsibility: str = ""
    address_role: str = ""
    jurisdiction_level: str = ""
    jurisdiction: str = ""
    price_gross: Decimal | None = None
    price_tax: Decimal | None = None
    price_net: Decimal | None = None
    price_promo_gross: Decimal | None = None
    price_promo_tax: Decimal | None = None
    price_promo_net: Decimal | None = None
    shipping_gross: Decimal | None = None
    shipping_tax: Decimal | None = None
    shipping_net: Decimal | None = None
    shipping_promo_gross: Decimal | None = None
    shipping_promo_tax: Decimal | None = None
    shipping_promo_net: Decimal | None = None
    gift_wrap_gross: Decimal | None = None
    gift_wrap_tax: Decimal | None = None
    gift_wrap_net: Decimal | None = None
    gift_wrap_promo_gross: Decimal | None = None
    gift_wrap_promo_tax: Decimal | None = None
    gift_wrap_promo_net: Decimal | None = None
    seller_vat: str = ""
    seller_vat_country: str = ""
    buyer_vat: str = ""
    buyer_vat_country: str = ""
    buyer_vat_type: str = ""
    invoice_currency: str = ""
    exchange_rate: Decimal | None = None
    exchange_rate_date: datetime.date | None = None
    converted_tax: Decimal | None = None
    export_outside_eu: bool | None = None
    ship_from_country: str = ""
    ship_to_country: str = ""
    return_country: str = ""
    is_amazon_invoiced: bool | None = None
    is_corrected: bool | None = None
    correction_details: str = ""
    e_invoice_status: str = ""
    e_invoice_error: str = ""
    e_invoice_error_text: str = ""
    e_invoice_url: str = ""

    @property
    def components(self):
        """``{name: Component}`` of the parts that have any amount.

        Names are ``item``, ``shipping``, ``gift_wrap`` and those with ``_promotion``.
        Where gross and tax are not net and tax, the net amount is what they leave.
        """
        found = {}
        for prefix, name, promotion in _PARTS.values():
            for component, middle in ((name, ""), (promotion, "_promo")):
                gross, tax, net = self._amounts(prefix + middle)
                if gross or tax or net:
                    found[component] = Component(gross - tax, tax, gross)
        return found

    @property
    def is_consistent(self):
        """Whether gross is net and tax in every part, as it should be."""
        return all(
            gross == net + tax
            for prefix, _name, _promotion in _PARTS.values()
            for gross, tax, net in (
                self._amounts(prefix),
                self._amounts(f"{prefix}_promo"),
            )
        )

    def _amounts(self, prefix):
        gross, tax, net = (
            getattr(self, f"{prefix}_{part}") for part in ("gross", "tax", "net")
        )
        tax = tax or _ZERO
        if gross is None:
            gross = (net or _ZERO) + tax
        return gross, tax, gross - tax if net is None else net

    @property
    def date(self):
        """The day to which the row belongs, or None."""
        return self.shipment_date or self.tax_date or self.order_date

    @property
    def document_type(self):
        """What the document is: one of `DOCUMENT_LETTERS`.

        The number tells since 2025; before, the transaction and the scheme do.
        """
        if match := _NUMBER.fullmatch(self.number):
            return DOCUMENT_LETTERS[match[1]]
        if self.number.upper().startswith("REC"):
            return "receipt"
        if self.is_collected_by_amazon:
            kind = "deemed_"
        else:
            kind = "oss_" if "OSS" in self.scheme.upper() else ""
        return f"{kind}{'credit_note' if self.is_refund else 'invoice'}"

    @property
    def is_refund(self):
        """Whether the row gives something back: so it says, or its amounts do."""
        if self.transaction_type in ("RETURN", "REFUND"):
            return True
        return sum(part.gross for part in self.components.values()) < 0

    @property
    def is_movement(self):
        """Whether goods only change their place: nothing was sold to a buyer."""
        return self.transaction_type in _MOVEMENTS

    @property
    def is_sale(self):
        """Whether the row is about a sale on Amazon, or gives back one of it."""
        return not self.is_movement and not is_multi_channel(self.order_id)

    @property
    def is_collected_by_amazon(self):
        """Whether Amazon owes the tax to the authorities (deemed supplier)."""
        return self.responsibility.casefold() in ("marketplace", "amazon") or (
            self.scheme.upper() in ("DEEMED_RESELLER", "CH_VOEC")
        )


def _transaction_type(cell):
    value = values.required_identifier(cell).upper()
    if value not in _SALES and value not in _MOVEMENTS:
        raise values.BadCell("bad_transaction")
    return value


def _number(cell):
    """A document's number; ``""`` for what Amazon writes where it has none yet.

    That is ``N/A`` mostly; all numbers have a digit.
    """
    value = values.code(cell)
    return value if any(map(str.isdigit, value)) else ""


def _units(cell):
    """Units as Amazon writes them, perhaps negative for what came back."""
    value = values.whole_number(cell)
    return value and abs(value)


def _part_columns(prefix, field):
    names = {
        f"{field}_gross": "tax-inclusive-selling-price",
        f"{field}_tax": "tax-amount",
        f"{field}_net": "tax-exclusive-selling-price",
        f"{field}_promo_gross": "tax-inclusive-promo-amount",
        f"{field}_promo_tax": "tax-amount-promo",
        f"{field}_promo_net": "tax-exclusive-promo-amount",
    }
    return tuple(
        Column(
            name,
            (f"{prefix}-{column}",),
            values.money,
            required=name in ("price_gross", "price_tax"),
            critical=True,
        )
        for name, column in names.items()
    )


def _codes(**columns):
    return tuple(Column(name, names, values.code) for name, names in columns.items())


_COLUMNS = (
    Column(
        "order_id",
        ("order-id",),
        values.identifier,
        required=True,
        critical=True,
    ),
    Column(
        "transaction_type",
        ("transaction-type",),
        _transaction_type,
        required=True,
        critical=True,
    ),
    Column("transaction_id", ("transaction-id",), values.identifier, critical=True),
    Column("shipment_id", ("shipment-id",), values.identifier, critical=True),
    Column("number", ("vat-invoice-number",), _number, required=True, critical=True),
    Column("original_number", ("original-vat-invoice-number",), _number),
    Column("sku", ("sku",), values.optional_sku, critical=True),
    Column("quantity", ("quantity",), _units, critical=True),
    Column("currency", ("currency",), values.currency, required=True, critical=True),
    *(
        column
        for prefix, (field, _name, _promotion) in _PARTS.items()
        for column in _part_columns(prefix, field)
    ),
    Column("order_date", ("order-date",), values.day),
    Column("shipment_date", ("shipment-date",), values.day),
    Column("tax_date", ("tax-calculation-date",), values.day),
    Column("rate", ("tax-rate",), values.money),
    Column("invoice_currency", ("invoice-level-currency-code",), values.currency),
    Column("exchange_rate", ("invoice-level-exchange-rate",), values.rate),
    Column("exchange_rate_date", ("invoice-level-exchange-rate-date",), values.day),
    Column("converted_tax", ("converted-tax-amount",), values.money),
    Column("export_outside_eu", ("export-outside-eu",), values.flag),
    Column("is_amazon_invoiced", ("is-amazon-invoiced",), values.flag),
    Column("is_corrected", ("is-invoice-corrected",), values.flag),
    Column("correction_details", ("invoice-correction-details",), values.text),
    Column(
        "e_invoice_error_text",
        ("e-invoice-error-description", "sdi-invoice-error-description"),
        values.text,
    ),
    *_codes(
        url=("invoice-url",),
        marketplace=("marketplace-id",),
        merchant_id=("merchant-id",),
        asin=("asin",),
        tax_type=("tax-type",),
        reason=("tax-calculation-reason-code",),
        scheme=("tax-reporting-scheme",),
        responsibility=("tax-collection-responsibility",),
        address_role=("tax-address-role",),
        jurisdiction_level=("jurisdiction-level",),
        jurisdiction=("jurisdiction-name",),
        seller_vat=("seller-tax-registration",),
        seller_vat_country=("seller-tax-registration-jurisdiction",),
        buyer_vat=("buyer-tax-registration",),
        buyer_vat_country=("buyer-tax-registration-jurisdiction",),
        buyer_vat_type=("buyer-tax-registration-type",),
        ship_from_country=("ship-from-country",),
        ship_to_country=("ship-to-country",),
        return_country=("return-fc-country",),
        e_invoice_status=(
            "e-invoice-delivery-status",
            "sdi-invoice-delivery-status",
        ),
        e_invoice_error=("e-invoice-error-code", "sdi-invoice-error-code"),
        e_invoice_url=("einvoice-url", "e-invoice-url"),
    ),
)

_KEPT = frozenset(
    """
    product-tax-code buyer-e-invoice-account-id ship-from-city ship-from-state
    ship-from-postal-code ship-from-tax-location-code ship-to-city ship-to-state
    ship-to-postal-code ship-to-location-code e-invoice-status-last-updated-date
    sdi-invoice-status-last-updated-date buyer-peppol-id seller-peppol-id buyer-nip
    seller-nip ksef-number seller-siren buyer-siren seller-siret buyer-siret
    seller-routing-code buyer-routing-code
    """.split()
)

_PERSONAL = PersonalColumns(
    always=frozenset({"invoice-correction-details", "ship-to-city"}),
    places=frozenset({"ship-to-city"}),
    consumers=frozenset(
        """
        buyer-e-invoice-account-id buyer-nip buyer-peppol-id buyer-routing-code
        buyer-siren buyer-siret buyer-tax-registration
        """.split()
    ),
    postcodes=(("ship-to-postal-code", "ship-to-country"),),
)


def _check(row):
    if row.is_movement:
        return None
    if not row.order_id:
        return Fault("missing_value", "order-id")
    if not row.currency and row.components:
        return Fault("missing_value", "currency")
    return None


VAT_ROWS = RowFormat(
    "vat documents", VatRow, _COLUMNS, _check, _KEPT, personal=_PERSONAL
)
