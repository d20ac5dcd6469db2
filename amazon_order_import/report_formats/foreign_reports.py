"""Amazon's reports that are not imported, told by their columns, to say which it is.

Source: reference/amazon-reports.md 1 and 2; Seller Central's names of its reports.
"""

from dataclasses import dataclass

from .marking import mark as _
from .row_format import normal_name


@dataclass(frozen=True)
class ForeignReport:
    """A report of Amazon's: `name` for people, `marks`: normal names of columns, of
    which a file has all of one set."""

    name: str
    marks: tuple[frozenset[str], ...]


def _report(name, *marks):
    sets = tuple(frozenset(part.strip() for part in m.split("|")) for m in marks)
    return ForeignReport(name, sets)


#: The more special ones first.
_REPORTS = (
    _report(
        _("unshipped orders"),
        "order-id|quantity-to-ship|days-past-promise",
        "order-id|quantity-purchased|quantity-shipped|quantity-to-ship",
    ),
    _report(
        _("removal orders"),
        "order-id|requested-quantity|disposed-quantity",
        "order-id|removal-order-type",
        "request-date|order-id|order-type|disposition|shipped-quantity",
    ),
    _report(
        _("returns of merchant-fulfilled orders"),
        "order-id|amazon-rma-id",
        "order-id|return-request-date",
        "order-id|return-request-status",
    ),
    _report(
        _("inventory ledger"),
        "fnsku|msku|event-type",
        "fnsku|msku|starting-warehouse-balance",
        "fnsku|msku|ending-warehouse-balance",
    ),
    _report(
        _("settlement report of the old form (V1)"),
        "settlement-id|settlement-start-date",
        "settlement-id|transaction-type|order-id",
    ),
    _report(
        _("payments: transactions of a period"),
        "date/time|settlement-id|type|order-id",
        "datum/uhrzeit|abrechnungsnummer|typ|bestellnummer",
        "date/heure|numéro-de-versement|type|numéro-de-la-commande",
        "data/ora:|numero-pagamento|tipo|numero-ordine",
        "data/ora|numero-pagamento|tipo|numero-ordine",
        "fecha-y-hora|identificador-de-pago|tipo|número-de-pedido",
        "datum/tijd|schikkings-id|type|bestelnummer",
        "datum/tid|reglerings-id|typ|beställnings-id",
        "data/godzina|identyfikator-rozliczenia|typ|identyfikator-zamówienia",
        "日付/時間|決済番号|トランザクションの種類|注文番号",
    ),
    _report(
        _("reimbursements"),
        "reimbursement-id|approval-date",
        "reimbursement-id|case-id|amazon-order-id",
    ),
    _report(
        _("fee preview"),
        "sku|estimated-fee-total",
        "sku|estimated-referral-fee-per-unit",
        "sku|expected-fulfillment-fee-per-unit",
    ),
    _report(
        _("storage fees"),
        "fnsku|estimated-monthly-storage-fee",
        "fnsku|month-of-charge",
    ),
    _report(
        _("inventory age and health"),
        "sku|inv-age-0-to-90-days",
        "sku|fnsku|days-of-supply",
        "sku|fnsku|stranded-reason",
    ),
    _report(_("reserved stock"), "sku|fnsku|reserved-customerorders"),
    _report(
        _("listings"),
        "listing-id|seller-sku",
        "seller-sku|item-name|open-date",
        "sku|asin|price|quantity|business-price",
        "商品名|出品id|出品者sku|価格",
        "出品者sku|数量|価格",
    ),
    _report(
        _("sales of FBA without addresses (customer shipment sales)"),
        "shipment-date|sku|fulfillment-center-id|amazon-order-id|item-price-per-unit",
    ),
    _report(
        _("promotions of FBA orders"),
        "shipment-date|item-promotion-id|promotion-rule-value|amazon-order-id",
    ),
    _report(
        _("FBA replacements"),
        "shipment-date|replacement-reason-code",
        "replacement-amazon-order-id|original-amazon-order-id",
    ),
    _report(
        _("inbound shipments"),
        "shipment-id|received-date|fnsku",
        "shipment-id|units-expected|units-located",
    ),
    _report(
        _("VAT transactions of a month (AVTR)"),
        "unique-account-identifier|activity-period",
        "activity-transaction-id|transaction-event-id",
    ),
    _report(
        _("business report (sales and traffic)"),
        "(child)-asin|sessions",
        "(parent)-asin|sessions",
        "date|ordered-product-sales",
    ),
    _report(_("advertising"), "campaign-name|impressions", "campaign|impressions"),
)

#: Names of the column with the order number, or of the SKU, in other languages.
_LOCAL_NAMES = frozenset(
    """
    bestellnummer|bestell-id|bestell-nr.|händler-sku|artikelnummer-des-verkäufers
    |numéro-de-commande|numéro-de-la-commande|identifiant-de-commande
    |numero-ordine|numero-d'ordine|id-ordine|id-dell'ordine
    |número-de-pedido|id-de-pedido|identificador-del-pedido|id-del-pedido
    |bestelnummer|bestellings-id|beställningsnummer|beställnings-id
    |numer-zamówienia|identyfikator-zamówienia|sipariş-numarası|número-do-pedido
    |注文番号|注文id|出品者sku|商品管理番号
    """.replace("\n", "")
    .replace("    ", "")
    .split("|")
)


def find_foreign_report(header):
    """The name of Amazon's report that a file with this `header` is, or ``""``.

    Kinds that are imported must have been tried before.
    """
    names = {normal_name(name) for name in header}
    for report in _REPORTS:
        if any(marks <= names for marks in report.marks):
            return report.name
    return ""


def find_local_name(header):
    """A name of the `header` that tells of another language than English, or ``""``."""
    return next((name for name in header if normal_name(name) in _LOCAL_NAMES), "")
