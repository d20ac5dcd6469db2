"""Amazon's VAT reports: VIDR (VCS Lite) and SC_VAT_TAX_REPORT (VCS).

Columns as in ``../shared/reference/amazon-reports.md`` 2.7 and 2.8.
"""

import csv
import io
from datetime import datetime, time, timedelta, timezone

from . import feeds
from .clock import api_time
from .errors import ApiError, invalid_input
from .formats import write_table
from .report_types import Content, report_type
from .world.catalogue import BY_SKU
from .world.money import to_text
from .world.sellers import TAX_INVOICING
from .world.transactions import COMPONENTS, GIFTWRAP, OUR_PRICE, SHIPPING
from .world.vat import (
    APPEARS_AFTER,
    COUNTRY_NAMES,
    REGISTRATIONS,
    VAT_MARKETPLACES,
    converted,
    invoice_number,
    is_documented,
    number_since,
    regime_of,
    wants_invoice,
)

PENDING_DAYS = timedelta(days=90)
ALL_DAYS = timedelta(days=30)
_PENDING, _ALL = "ReportOption=pendingInvoices", "ReportOption=all"

_AMOUNTS = "vat-incl-amount vat-amount vat-excl-amount vat-rate"
_PROMOTIONS = (
    "promo-vat-incl-amount promo-vat-excl-amount promo-vat-amount promo-vat-rate"
)
_ADDRESS = "address-1 address-2 address-3 city state postal-code country"


def _prefixed(prefix, names):
    return [f"{prefix}-{name}" for name in names.split()]


VIDR_COLUMNS = [
    *(
        "marketplace-id order-id order-item-id shipping-id transaction-id "
        "transaction-type invoice-number invoice-status invoice-status-description "
        "is-amazon-invoiced order-date shipment-date buyer-vat-number "
        "seller-vat-number asin sku product-name quantity-purchased currency"
    ).split(),
    *_prefixed("item", _AMOUNTS),
    *_prefixed("item", _PROMOTIONS),
    "item-promotion-id",
    *_prefixed("gift-wrap", _AMOUNTS),
    *_prefixed("gift", _PROMOTIONS),
    "gift-promotion-id",
    *_prefixed("shipping", _AMOUNTS),
    *_prefixed("shipping", _PROMOTIONS),
    "ship-promotion-id",
    *(
        "is-business-order price-designation purchase-order-number recipient-name "
        "ship-service-level fulfilled-by"
    ).split(),
    *_prefixed("ship", _ADDRESS),
    "ship-phone-number",
    *_prefixed("ship-from", "country state city postal-code"),
    "billing-name",
    *_prefixed("bill", _ADDRESS),
    *(
        "billing-phone-number buyer-name buyer-company-name "
        "legacy-customer-order-item-id recommended-invoice-format "
        "buyer-tax-registration-type buyer-e-invoice-account-id "
        "is-buyer-physically-present is-seller-physically-present citation-es "
        "citation-it citation-fr citation-de citation-en export-outside-eu "
        "is-invoice-corrected original-vat-invoice-number invoice-correction-details "
        "bottle-deposit-vat-excl-amount bottle-deposit-vat-amount"
    ).split(),
]
# regime -> language -> the text that the law wants on the invoice
CITATIONS = {
    "intra_community": {
        "es": "Entrega intracomunitaria exenta, art. 25 LIVA",
        "it": "Cessione intracomunitaria non imponibile, art. 41 D.L. 331/93",
        "fr": "Exonération de TVA, article 262 ter I du CGI",
        "de": "Steuerfreie innergemeinschaftliche Lieferung, § 4 Nr. 1b UStG",
        "en": "VAT exempt intra-Community supply, Article 138 Directive 2006/112/EC",
    },
    "reverse_charge": {
        "es": "Inversión del sujeto pasivo",
        "it": "Inversione contabile",
        "fr": "Autoliquidation",
        "de": "Steuerschuldnerschaft des Leistungsempfängers",
        "en": "Reverse charge",
    },
    "export": {
        "es": "Exportación exenta, art. 21 LIVA",
        "it": "Operazione non imponibile, art. 8 D.P.R. 633/72",
        "fr": "Exonération de TVA, article 262 I du CGI",
        "de": "Steuerfreie Ausfuhrlieferung, § 4 Nr. 1a UStG",
        "en": "VAT exempt export, Article 146 Directive 2006/112/EC",
    },
}
# component -> prefix of its amounts, of its promotions
_VIDR_PARTS = {
    OUR_PRICE: ("item", "item-promo"),
    GIFTWRAP: ("gift-wrap", "gift-promo"),
    SHIPPING: ("shipping", "shipping-promo"),
}


# === VIDR === #


def check_vidr(_seller, marketplace_ids, start, end, options):
    """Refuses what Amazon refuses of a request for the VIDR."""
    if not VAT_MARKETPLACES.issuperset(marketplace_ids):
        raise invalid_input("", "Provided MarketplaceIdList is invalid.")
    unknown = set(options) - {_PENDING, _ALL}
    if unknown or any(value.lower() != "true" for value in options.values()):
        raise invalid_input("", "Provided reportType is not valid.")
    if _ALL not in options:
        return
    if start == end:
        raise invalid_input("", "Provided startDate and endDate are required.")
    if end - start > ALL_DAYS:
        raise ApiError(
            400,
            "InvalidInput",
            "The maximum date range for ReportOptions All is 30 days. Try again with "
            "a shorter date range.",
        )


@report_type(
    "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT",
    (TAX_INVOICING,),
    dated=False,
    schedulable=True,
    check=check_vidr,
)
def vat_invoice_data(state, report):
    """Pending rows of the last 90 days, or all of the orders of the period."""
    seller, now = report.seller, state.clock.now()
    if seller.vat_service != "vcs_lite" or not seller.self_invoicing:
        return None
    feeds.settle(state, seller)
    everything = _ALL in report.options
    first = report.data_start if everything else now - PENDING_DAYS
    rows = []
    for transaction in state.market.after_sales(seller).between(first, now):
        if not wants_invoice(transaction):
            continue
        order = transaction.order
        if order.marketplace.id not in report.marketplace_ids:
            continue
        if everything:
            if not report.data_start <= order.purchased_at <= report.data_end:
                continue
        elif invoice_status(transaction) not in ("InvoicePending", "CreditNotePending"):
            continue
        rows += [_vidr_row(seller, transaction, e) for e in transaction.entries]
    if not rows:
        return None
    return Content(write_table(VIDR_COLUMNS, rows), ("UTF-8",))


def invoice_status(transaction):
    return transaction.status or (
        "CreditNotePending" if transaction.credit else "InvoicePending"
    )


def _vidr_row(seller, transaction, entry):
    order, line = transaction.order, entry.line
    regime = regime_of(seller, transaction)
    buyer, ship_to = order.buyer, order.buyer.ship_to
    bill_to = buyer.bill_to or ship_to
    shipment = transaction.original or transaction
    row = {
        "marketplace-id": order.marketplace.id,
        "order-id": order.order_id,
        "order-item-id": line.item_id,
        "shipping-id": transaction.shipment_id,
        "transaction-id": transaction.id,
        "transaction-type": transaction.kind,
        "invoice-number": transaction.number,
        "invoice-status": invoice_status(transaction),
        "invoice-status-description": transaction.status_text,
        # A deemed supplier's sale is Amazon's to invoice.
        "is-amazon-invoiced": "true" if regime.name == "deemed" else "false",
        "order-date": api_time(order.purchased_at),
        "shipment-date": api_time(shipment.at),
        "buyer-vat-number": buyer.vat_number if order.business else "",
        "seller-vat-number": REGISTRATIONS.get(regime.registration, ""),
        "asin": line.asin,
        "sku": line.sku,
        "product-name": line.title,
        "quantity-purchased": str(entry.quantity),
        "currency": order.currency,
        "item-promotion-id": line.item_promotion_id,
        "ship-promotion-id": line.shipping_promotion_id,
        "is-business-order": _flag(order.business),
        "price-designation": order.price_designation,
        "purchase-order-number": order.purchase_order_number,
        "recipient-name": ship_to.name,
        "ship-service-level": order.service_level,
        "fulfilled-by": "Amazon" if order.fulfillment == "fba" else "Merchant",
        "ship-phone-number": ship_to.phone,
        "ship-from-country": regime.ship_from,
        "billing-name": bill_to.name,
        "buyer-name": buyer.name,
        "buyer-company-name": buyer.company,
        "buyer-tax-registration-type": "VAT" if buyer.vat_number else "",
        "is-buyer-physically-present": "false",
        "is-seller-physically-present": "false",
        "export-outside-eu": _flag(regime.export),
        "is-invoice-corrected": "false",
    }
    for prefix, address in (("ship", ship_to), ("bill", bill_to)):
        values = (address.line1, address.line2, address.line3, address.city)
        values += (address.state, address.postal_code, address.country)
        row |= dict(zip(_prefixed(prefix, _ADDRESS), values, strict=True))
    for language, text in CITATIONS.get(regime.name, {}).items():
        row[f"citation-{language}"] = text
    rate = _fraction(regime.rate(line))
    for component, (prefix, promotion) in _VIDR_PARTS.items():
        figures = entry.figures[component]
        always = component == OUR_PRICE
        pairs = ((prefix, figures.price, figures.tax),)
        pairs += ((promotion, figures.promotion, figures.promotion_tax),)
        for name, gross, tax in pairs:
            if gross or (always and name == prefix):
                row[f"{name}-vat-incl-amount"] = to_text(gross, order.currency)
                row[f"{name}-vat-amount"] = to_text(tax, order.currency)
                row[f"{name}-vat-excl-amount"] = to_text(gross - tax, order.currency)
                row[f"{name}-vat-rate"] = rate
    return row


def _fraction(per_mille):
    """0.19 for 190, without zeros at the end."""
    return f"{per_mille / 1000:g}"


def _flag(value):
    return "true" if value else "false"


# === SC_VAT_TAX_REPORT === #

_MONEY = (
    "Tax Inclusive Selling Price",
    "Tax Amount",
    "Tax Exclusive Selling Price",
    "Tax Inclusive Promo Amount",
    "Tax Amount Promo",
    "Tax Exclusive Promo Amount",
)
_VCR_HEAD = (
    "Marketplace ID,Merchant ID,Order Date,Transaction Type,Is Invoice Corrected,"
    "Order ID,Shipment Date,Shipment ID,Transaction ID,ASIN,SKU,Quantity,"
    "Tax Calculation Date,Tax Rate,Product Tax Code,Currency,Tax Type,"
    "Tax Calculation Reason Code,Tax Reporting Scheme,Tax Collection Responsibility,"
    "Tax Address Role,Jurisdiction Level,Jurisdiction Name"
).split(",")
_VCR_TAIL = (
    "Seller Tax Registration,Seller Tax Registration Jurisdiction,"
    "Buyer Tax Registration,Buyer Tax Registration Jurisdiction,"
    "Buyer Tax Registration Type,Buyer E Invoice Account Id,"
    "Invoice Level Currency Code,Invoice Level Exchange Rate,"
    "Invoice Level Exchange Rate Date,Converted Tax Amount,VAT Invoice Number,"
    "Invoice Url,Export Outside EU,Ship From City,Ship From State,Ship From Country,"
    "Ship From Postal Code,Ship From Tax Location Code,Ship To City,Ship To State,"
    "Ship To Country,Ship To Postal Code,Ship To Location Code,Return Fc Country,"
    "Is Amazon Invoiced,Original VAT Invoice Number,Invoice Correction Details,"
    "E-Invoice Delivery Status,E-Invoice Error Code,E-Invoice Error Description,"
    "E-Invoice Status Last Updated Date,EInvoice URL,Buyer Peppol Id,"
    "Seller Peppol Id,Buyer NIP,Seller NIP,KSeF Number,Seller SIREN,Buyer SIREN,"
    "Seller SIRET,Buyer SIRET,Seller Routing Code,Buyer Routing Code"
).split(",")
VCR_COLUMNS = [
    *_VCR_HEAD,
    *(f"{component} {name}" for component in COMPONENTS for name in _MONEY),
    *_VCR_TAIL,
]
_SINCE_2025 = {
    "Buyer E Invoice Account Id",
    *_VCR_TAIL[_VCR_TAIL.index("EInvoice URL") :],
}
_RENAMED = {
    "E-Invoice Delivery Status": "SDI Invoice Delivery Status",
    "E-Invoice Error Code": "SDI Invoice Error Code",
    "E-Invoice Error Description": "SDI Invoice Error Description",
    "E-Invoice Status Last Updated Date": "SDI Invoice Status Last Updated Date",
}
VCR_COLUMNS_2024 = [
    _RENAMED.get(name, name) for name in VCR_COLUMNS if name not in _SINCE_2025
]
_TAX_CODES = {
    "standard": "A_GEN_STANDARD",
    "reduced": "A_FOOD_GEN",
    "book": "A_BOOKS_GEN",
}


@report_type("SC_VAT_TAX_REPORT", (TAX_INVOICING,), restricted=True, regions=("eu",))
def sc_vat_tax_report(state, report):
    """The documents of whole days: of the shipments and credits of these days."""
    seller, now = report.seller, state.clock.now()
    if report.data_end <= report.data_start or seller.vat_service != "vcs":
        return None
    start, end = _midnight(report.data_start), _midnight(report.data_end)
    last = end + timedelta(days=1) - timedelta(microseconds=1)
    rows = []
    for transaction in state.market.after_sales(seller).between(start, last):
        if transaction.order.marketplace.id not in report.marketplace_ids:
            continue
        if transaction.at + APPEARS_AFTER > now or not is_documented(transaction):
            continue
        rows += [_vcr_row(state, seller, transaction, e) for e in transaction.entries]
    if not rows:
        return None
    columns = VCR_COLUMNS if seller.vcr_layout == "2026" else VCR_COLUMNS_2024
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([row.get(column, "") for column in columns])
    return Content("\ufeff" + text.getvalue(), ("UTF-8",))


def _midnight(moment):
    return datetime.combine(moment.date(), time(), timezone.utc)


def _vcr_row(state, seller, transaction, entry):
    order, line, now = transaction.order, entry.line, state.clock.now()
    regime = regime_of(seller, transaction)
    ship_to = order.buyer.ship_to
    shipment = transaction.original or transaction
    told = number_since(transaction) <= now
    number = invoice_number(state.seed, seller, transaction) if told else "N/A"
    corrected = transaction.corrected_at and transaction.corrected_at <= now
    # A buyer's number is what Amazon corrects invoices for.
    buyer_vat = order.buyer.vat_number if order.business else ""
    row = {
        "Marketplace ID": order.marketplace.country,
        "Merchant ID": seller.seller_id,
        "Order Date": _day(seller, order.purchased_at),
        "Transaction Type": transaction.kind,
        "Is Invoice Corrected": "TRUE" if corrected else "FALSE",
        "Order ID": order.order_id,
        "Shipment Date": _day(seller, shipment.at),
        "Shipment ID": transaction.shipment_id,
        "Transaction ID": transaction.id,
        "ASIN": line.asin,
        "SKU": line.sku,
        "Quantity": str(entry.quantity),
        "Tax Calculation Date": _day(seller, order.purchased_at),
        "Tax Rate": f"{regime.rate(line) / 1000:.4f}",
        "Product Tax Code": _tax_code(line),
        "Currency": order.currency,
        "Tax Type": "VAT",
        "Tax Calculation Reason Code": regime.reason,
        "Tax Reporting Scheme": regime.scheme,
        "Tax Collection Responsibility": regime.responsibility,
        "Tax Address Role": "ShipTo"
        if regime.country == regime.ship_to
        else "ShipFrom",
        "Jurisdiction Level": "Country",
        "Jurisdiction Name": COUNTRY_NAMES[regime.country],
        "Seller Tax Registration": REGISTRATIONS.get(regime.registration, ""),
        "Seller Tax Registration Jurisdiction": regime.registration,
        "Buyer Tax Registration": buyer_vat,
        "Buyer Tax Registration Jurisdiction": order.buyer.vat_country
        if buyer_vat
        else "",
        "Buyer Tax Registration Type": "VAT" if buyer_vat else "",
        "VAT Invoice Number": number,
        "Invoice Url": f"https://example.invalid/{number}" if told else "",
        "Export Outside EU": _flag(regime.export),
        "Ship From Country": regime.ship_from,
        "Ship To City": ship_to.city,
        "Ship To State": ship_to.state,
        "Ship To Country": ship_to.country,
        "Ship To Postal Code": ship_to.postal_code,
        "Return Fc Country": regime.ship_from if transaction.returned_to else "",
        "Is Amazon Invoiced": "true",
        "Invoice Correction Details": transaction.correction,
    }
    if transaction.original:
        row["Original VAT Invoice Number"] = invoice_number(
            state.seed, seller, transaction.original
        )
    for component in COMPONENTS:
        figures = entry.figures[component]
        amounts = (
            figures.price,
            figures.tax,
            figures.price - figures.tax,
            figures.promotion,
            figures.promotion_tax,
            figures.promotion - figures.promotion_tax,
        )
        for name, amount in zip(_MONEY, amounts, strict=True):
            row[f"{component} {name}"] = to_text(amount, order.currency)
    home = converted(transaction, regime)
    if home:
        currency, rate = home
        cents = sum(f.total_tax for f in entry.figures.values())
        row |= {
            "Invoice Level Currency Code": currency,
            "Invoice Level Exchange Rate": rate,
            "Invoice Level Exchange Rate Date": _day(seller, transaction.at),
            "Converted Tax Amount": to_text(round(cents * float(rate)), currency),
        }
    return row


def _tax_code(line):
    return _TAX_CODES[BY_SKU[line.sku].vat_class]


def _day(seller, moment):
    """28-Aug-2026 UTC; in the older layout 28/08/2026."""
    if seller.vcr_layout != "2026":
        return f"{moment:%d/%m/%Y}"
    month = _MONTHS[moment.month - 1]
    return f"{moment.day:02d}-{month}-{moment.year} UTC"


_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
