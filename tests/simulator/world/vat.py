"""VAT as Amazon's calculation service sees it: regimes, numbers and documents."""

import zlib
from dataclasses import dataclass
from datetime import timedelta

from .catalogue import BY_SKU, VAT_RATES
from .marketplaces import BY_COUNTRY
from .orders import Order
from .stock import CENTER_COUNTRIES
from .transactions import SHIPMENT

# The marketplaces that have the VAT service.
VAT_COUNTRIES = ("IE", "ES", "GB", "FR", "BE", "NL", "DE", "IT", "SE", "PL")
VAT_MARKETPLACES = {BY_COUNTRY[country].id for country in VAT_COUNTRIES}
# SC_VAT_TAX_REPORT tells of a shipment three days later, and of some without number.
APPEARS_AFTER = timedelta(days=3)
NUMBER_LATE = timedelta(days=2)
_LATE_SHARE = 15
REGISTRATIONS = {
    "DE": "DE136695976",
    "FR": "FR83404833048",
    "IT": "IT12345670017",
    "ES": "ESA82743287",
    "PL": "PL5260001246",
    "GB": "GB727255821",
    "SE": "SE556012579001",
}
# EUR for one unit of what others pay in: for the VAT return of the home country.
_EURO_RATES = {"SEK": "0.0870", "PLN": "0.2300", "GBP": "1.1500"}
# Regimes: their scheme, and the last letters of invoice and credit note numbers.
_LETTERS = {
    "domestic": ("", "I", "C"),
    "simplified": ("", "S", "X"),
    "oss": ("VCS_EU_OSS", "U", "Q"),
    "deemed": ("DEEMED_RESELLER", "D", "R"),
    "intra_community": ("", "I", "C"),
    "reverse_charge": ("", "I", "C"),
    "export": ("", "I", "C"),
    "receipt": ("", "T", "T"),
}
COUNTRY_NAMES = {
    "DE": "GERMANY",
    "AT": "AUSTRIA",
    "FR": "FRANCE",
    "IT": "ITALY",
    "ES": "SPAIN",
    "NL": "NETHERLANDS",
    "BE": "BELGIUM",
    "IE": "IRELAND",
    "PL": "POLAND",
    "SE": "SWEDEN",
    "GB": "UNITED KINGDOM",
    "CH": "SWITZERLAND",
    "PT": "PORTUGAL",
    "XI": "NORTHERN IRELAND",
}
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Regime:
    """``name``: a key of ``_LETTERS``; ``country`` is the one whose VAT it is."""

    name: str
    country: str
    ship_from: str
    ship_to: str
    registration: str
    order: Order

    @property
    def scheme(self):
        place = self.order.territory
        if self.name == "deemed" and place and place.scheme:
            return place.scheme
        return _LETTERS[self.name][0]

    @property
    def responsibility(self):
        return "Marketplace" if self.name == "deemed" else "Seller"

    @property
    def reason(self):
        return "NonTaxable" if self.name == "receipt" else "Taxable"

    @property
    def export(self):
        return self.name == "export"

    def rate(self, line):
        """The VAT rate in per mille."""
        if self.name not in ("domestic", "simplified", "oss", "deemed"):
            return 0
        return self.order.vat_rate(BY_SKU[line.sku])


def is_documented(transaction):
    """Whether the service makes or wants a VAT document for it."""
    order = transaction.order
    return (
        order.tells_tax
        and not order.multi_channel
        and not transaction.void
        and bool(transaction.total() or transaction.tax())
    )


def wants_invoice(transaction):
    """Whether a seller without Amazon's invoices has to upload a document for it."""
    first = transaction.kind != SHIPMENT or transaction.original is None
    return first and is_documented(transaction)


def regime_of(seller, transaction):
    """Under which rules the transaction's order is taxed, from its own figures."""
    order = transaction.order
    ship_from = CENTER_COUNTRIES.get(transaction.center, seller.home_country)
    # Whose VAT a delivery there is; the address, where it is nobody's of the Union.
    ship_to = order.vat_country or order.buyer.ship_to.country
    name = _regime_name(seller, order, ship_from, ship_to)
    country = ship_from if name in ("intra_community", "export") else ship_to
    registered = {"oss": seller.home_country, "deemed": ship_from}.get(name, country)
    return Regime(name, country, ship_from, ship_to, registered, order)


def _regime_name(seller, order, ship_from, ship_to):
    registered_buyer = order.business and order.buyer.vat_number
    if order.withheld and not registered_buyer:
        return "deemed"
    outside = order.territory and not order.territory.vat
    if outside or (ship_to not in VAT_RATES and not order.territory):
        return "export"
    if registered_buyer and ship_to != seller.home_country:
        if ship_from == ship_to:
            return "reverse_charge"
        return "export" if ship_to == "GB" else "intra_community"
    if order.scenario == "untaxed":
        return "receipt"
    if registered_buyer or ship_to == "GB":
        return "domestic"
    if ship_from != ship_to:
        return "oss"
    return "simplified" if ship_to == "ES" else "domestic"


def invoice_number(seed, seller, transaction):
    """Amazon's number of 14 characters for the transaction's document."""
    regime = regime_of(seller, transaction)
    letter = _LETTERS[regime.name][2 if transaction.credit else 1]
    rest = zlib.crc32(f"{seed}/{seller.key}/{transaction.id}".encode())
    digits = ""
    for _ in range(5):
        rest, digit = divmod(rest, 36)
        digits = _BASE36[digit] + digits
    country = regime.country if regime.country in VAT_RATES else seller.home_country
    year = str(transaction.at.year)[-1]
    return f"{country}{year}{digits}{seller.seller_id[-5:]}{letter}"


def number_since(transaction):
    """From when on reports tell the number; until then it is N/A."""
    late = zlib.crc32(transaction.id.encode()) % 100 < _LATE_SHARE
    return transaction.at + APPEARS_AFTER + (NUMBER_LATE if late else timedelta())


def converted(transaction, regime):
    """Currency, rate and tax of the VAT return where it is another than the sale's."""
    rate = _EURO_RATES.get(transaction.order.currency)
    if regime.name != "oss" or not rate:
        return None
    return "EUR", rate


def document(seed, seller, transaction, now):
    """The VAT document as tests expect it: Amazon's signs, credit notes negative."""
    regime = regime_of(seller, transaction)
    by_amazon = seller.vat_service == "vcs"
    final = invoice_number(seed, seller, transaction) if by_amazon else ""
    since = number_since(transaction)
    appears = transaction.at + (APPEARS_AFTER if by_amazon else timedelta())
    original = transaction.original
    total, tax = transaction.total(), transaction.tax()
    place = transaction.order.territory
    return {
        "number": final if since <= now else "",
        "final_number": final,
        "type": "credit_note" if transaction.credit else "invoice",
        "letter": final[-1:],
        "transaction_type": transaction.kind,
        "transaction_id": transaction.id,
        "order_id": transaction.order.order_id,
        "shipment_id": transaction.shipment_id,
        "marketplace": transaction.order.marketplace.id,
        "date": transaction.at.date().isoformat(),
        "regime": regime.name,
        "scheme": regime.scheme,
        "responsibility": regime.responsibility,
        "country": regime.country,
        "ship_from": regime.ship_from,
        "registration": REGISTRATIONS.get(regime.registration, ""),
        "export": regime.export,
        "rates": sorted({regime.rate(entry.line) for entry in transaction.entries}),
        "territory": place.key if place else "",
        "net": transaction.text(total - tax),
        "tax": transaction.text(tax),
        "total": transaction.text(total),
        "currency": transaction.order.currency,
        "lines": len(transaction.entries),
        "original_number": (
            invoice_number(seed, seller, original) if original and by_amazon else ""
        ),
        "corrected": bool(transaction.corrected_at and transaction.corrected_at <= now),
        "correction": transaction.correction,
        "told": appears <= now,
        "uploaded_number": transaction.number,
        "upload_status": transaction.status,
        "upload_description": transaction.status_text,
    }


def documents(seed, seller, after_sales, start, end, now):
    """The documents of the transactions of a time, of those that are told by now."""
    found = [
        document(seed, seller, transaction, now)
        for transaction in after_sales.between(start, end)
        if (is_documented if seller.vat_service == "vcs" else wants_invoice)(
            transaction
        )
    ]
    return [entry for entry in found if entry["told"]]
