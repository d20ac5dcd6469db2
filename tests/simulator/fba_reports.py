"""FBA stock and customer returns as Amazon reports them.

Columns as in ``../shared/reference/amazon-reports.md`` 2.5 and 2.6.
"""

from .formats import date_text, write_table
from .report_types import Content, report_type
from .world.catalogue import BY_SKU, CATALOGUE, title_for
from .world.marketplaces import BY_ID
from .world.money import local_price, to_text
from .world.sellers import FULFILLMENT, PRICING, TRACKING
from .world.stock import countries_of, pool_of, pools_of

_INVENTORY_ROLES = (FULFILLMENT, PRICING, TRACKING)
_SNAPSHOT = {"dated": False}
RETURN_COLUMNS = (
    "return-date order-id sku asin fnsku product-name quantity "
    "fulfillment-center-id detailed-disposition reason status license-plate-number "
    "customer-comments"
).split()
MYI_COLUMNS = (
    "sku fnsku asin product-name condition your-price mfn-listing-exists "
    "mfn-fulfillable-quantity afn-listing-exists afn-warehouse-quantity "
    "afn-fulfillable-quantity afn-unsellable-quantity afn-reserved-quantity "
    "afn-total-quantity per-unit-volume afn-inbound-working-quantity "
    "afn-inbound-shipped-quantity afn-inbound-receiving-quantity"
).split()
_MORE_COLUMNS = (
    "afn-researching-quantity afn-reserved-future-supply afn-future-supply-buyable"
).split()
_EU_COLUMNS = (
    "afn-fulfillable-quantity-local afn-fulfillable-quantity-remote "
    "afn-fc-transfer-quantity afn-onhand-buyable-quantity store"
).split()
AFN_COLUMNS = [
    "seller-sku",
    "fulfillment-channel-sku",
    "asin",
    "condition-type",
    "Warehouse-Condition-code",
    "Quantity Available",
]
COUNTRY_COLUMNS = AFN_COLUMNS[:4] + ["country", "quantity-for-local-fulfillment"]
# Merchant listings and what is no longer sold stand among the rows.
MERCHANT_SKUS = ("MUG-RED-MFN", "CHAIR-OAK-MFN")
ARCHIVED_SKU = "MUG-GREEN-OLD"
RESELL_SKU = "amzn.gr.LAMP-1-x7K2"


# === CUSTOMER RETURNS === #


@report_type("GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA", (FULFILLMENT,))
def customer_returns(state, report):
    """Units that came back, by the date under which each is told."""
    seller, now = report.seller, state.clock.now()
    after_sales = state.market.after_sales(seller)
    rows = [
        _return_row(date, unit)
        for date, unit in after_sales.returned_between(
            report.data_start, report.data_end
        )
        if max(date, unit.told_at) <= now
        and unit.order.marketplace.id in report.marketplace_ids
    ]
    if not rows:
        return None
    charsets = {"eu": ("Cp1252", "UTF-8"), "fe": ("windows-31j", "UTF-8")}
    return Content(
        write_table(RETURN_COLUMNS, rows), charsets.get(seller.region, ("UTF-8",))
    )


def _return_row(date, unit):
    line = unit.line
    return {
        "return-date": date_text(date, unit.order.marketplace.region),
        "order-id": unit.reference,
        "sku": line.sku,
        "asin": line.asin,
        "fnsku": BY_SKU[line.sku].fnsku,
        "product-name": line.title,
        "quantity": str(unit.quantity),
        "fulfillment-center-id": unit.center,
        "detailed-disposition": unit.disposition,
        "reason": unit.reason,
        "status": unit.status,
        "license-plate-number": unit.license_plate,
        "customer-comments": unit.comment,
    }


# === STOCK === #


def columns_of(region):
    """Header of the MYI reports: 26 columns in Europe, 21 in North America, 18."""
    if region == "eu":
        return MYI_COLUMNS + _MORE_COLUMNS + _EU_COLUMNS
    return MYI_COLUMNS + _MORE_COLUMNS if region == "na" else list(MYI_COLUMNS)


@report_type("GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA", _INVENTORY_ROLES, **_SNAPSHOT)
def manage_inventory(state, report):
    return _manage_inventory(state, report, archived=False)


@report_type("GET_FBA_MYI_ALL_INVENTORY_DATA", _INVENTORY_ROLES, **_SNAPSHOT)
def manage_inventory_all(state, report):
    return _manage_inventory(state, report, archived=True)


def _manage_inventory(state, report, archived):
    """The pool of the first marketplace asked for, one row per SKU."""
    marketplace = BY_ID[report.marketplace_ids[0]]
    book, now = _count(state, report)
    rows = [_own_row(book, p, marketplace, now) for p in CATALOGUE]
    rows += [_empty_row(sku, marketplace, "Yes") for sku in MERCHANT_SKUS]
    if archived:
        rows.append(_empty_row(ARCHIVED_SKU, marketplace, "No"))
    # A pen without volume, and numbers left out as in real files.
    rows[-1]["mfn-fulfillable-quantity"] = ""
    return _table(report, columns_of(marketplace.region), rows)


def _count(state, report):
    """The seller's stock and the moment at which it is counted for a report."""
    book, now = state.market.after_sales(report.seller).stock, report.processing_end
    report.stock = pools_of(book, report.seller, now)
    return book, now


def _own_row(book, product, marketplace, now):
    pool, fnsku = pool_of(marketplace.country), product.fnsku
    level = book.pool_level(pool, fnsku, now)
    local = book.level(marketplace.country, fnsku, now).sellable
    inbound = book.inbound(pool, fnsku)
    warehouse = level.present + level.unsellable
    price = local_price(product.cents, marketplace.currency)
    return {
        "sku": product.sku,
        "fnsku": fnsku,
        "asin": product.asin,
        "product-name": title_for(product, marketplace.country),
        "condition": "New",
        "your-price": to_text(price, marketplace.currency),
        "mfn-listing-exists": "No",
        "mfn-fulfillable-quantity": "",
        "afn-listing-exists": "Yes",
        "afn-warehouse-quantity": str(warehouse),
        "afn-fulfillable-quantity": str(level.sellable),
        "afn-unsellable-quantity": str(level.unsellable),
        "afn-reserved-quantity": str(level.reserved),
        "afn-total-quantity": str(warehouse + sum(inbound)),
        "per-unit-volume": "1657.06",
        "afn-inbound-working-quantity": str(inbound[0]),
        "afn-inbound-shipped-quantity": str(inbound[1]),
        "afn-inbound-receiving-quantity": str(inbound[2]),
        "afn-researching-quantity": str(book.researching(pool, fnsku)),
        "afn-reserved-future-supply": "0",
        "afn-future-supply-buyable": "0",
        "afn-fulfillable-quantity-local": str(local),
        "afn-fulfillable-quantity-remote": str(level.sellable - local),
        "afn-fc-transfer-quantity": "0",
        "afn-onhand-buyable-quantity": str(level.sellable),
    }


def _empty_row(sku, marketplace, merchant):
    """A listing without FBA stock: a merchant's own, or an archived one."""
    zeros = {name: "0" for name in MYI_COLUMNS if name.endswith("-quantity")}
    return zeros | {
        "sku": sku,
        "asin": "B0SIM00099",
        "product-name": sku.title(),
        "condition": "New",
        "your-price": to_text(1999, marketplace.currency),
        "mfn-listing-exists": merchant,
        "mfn-fulfillable-quantity": "25",
        "afn-listing-exists": "No",
        "afn-researching-quantity": "",
    }


@report_type("GET_AFN_INVENTORY_DATA", _INVENTORY_ROLES, **_SNAPSHOT)
def afn_inventory(state, report):
    """Sellable and unsellable units of the pool, each in a row of its own."""
    pool = pool_of(BY_ID[report.marketplace_ids[0]].country)
    book, now = _count(state, report)
    rows = []
    for product in CATALOGUE:
        level = book.pool_level(pool, product.fnsku, now)
        for code, quantity in (
            ("SELLABLE", level.sellable),
            ("UNSELLABLE", level.unsellable),
        ):
            rows.append(
                _afn_row(product.sku, product)
                | {
                    "Warehouse-Condition-code": code,
                    "Quantity Available": str(quantity),
                }
            )
    return _table(report, AFN_COLUMNS, rows)


@report_type(
    "GET_AFN_INVENTORY_DATA_BY_COUNTRY", _INVENTORY_ROLES, regions=("eu",), **_SNAPSHOT
)
def afn_inventory_by_country(state, report):
    """Units by the country in which they lie; where there are none, no row."""
    book, now = _count(state, report)
    pools = dict.fromkeys(pool_of(BY_ID[i].country) for i in report.marketplace_ids)
    rows = []
    for country in (c for pool in pools for c in countries_of(pool)):
        for product in CATALOGUE:
            quantity = book.level(country, product.fnsku, now).sellable
            if quantity:
                rows.append(
                    _afn_row(product.sku, product)
                    | {
                        "country": country,
                        "quantity-for-local-fulfillment": str(quantity),
                    }
                )
    if "EU" in pools:
        row = _afn_row(RESELL_SKU, BY_SKU["LAMP-1"])
        row |= {"fulfillment-channel-sku": "X00GRADE01", "condition-type": "UsedGood"}
        rows.append(row | {"country": "DE", "quantity-for-local-fulfillment": "2"})
    return _table(report, COUNTRY_COLUMNS, rows)


def _afn_row(sku, product):
    return {
        "seller-sku": sku,
        "fulfillment-channel-sku": product.fnsku,
        "asin": product.asin,
        "condition-type": "NewItem",
    }


def _table(report, columns, rows):
    charsets = ("UTF-8",)
    if report.seller.region == "fe":
        charsets = ("windows-31j", "UTF-8")
    return Content(write_table(columns, rows), charsets)
