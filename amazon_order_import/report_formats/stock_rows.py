"""What lies in Amazon's warehouses: a row per SKU, or per SKU and condition or country.

Amazon has three files for it, told apart by their columns, which differ in number (18
to 26) and order. An empty number is not zero: the file does not say. Source:
reference/amazon-reports.md 2.5.
"""

from dataclasses import dataclass

from . import values
from .row_format import Column, RowFormat


@dataclass(frozen=True, slots=True)
class StockRow:
    """Stock of a SKU; numbers are None where the file says nothing.

    Holds every field that a row of the three files can have; the others leave it
    empty. `fulfilled_by_amazon`: False for an article that the seller ships, None
    where the file does not say. `store`: the sales channel of the offer.
    `warehouse_condition`, SELLABLE, UNSELLABLE..., and `available` units of it: of the
    file by condition. `country` (its code) of the `sellable` units: of the file by
    country.
    """

    sku: str = ""
    fnsku: str = ""
    asin: str = ""
    condition: str = ""
    product_name: str = ""
    fulfilled_by_amazon: bool | None = None
    sellable: int | None = None
    unsellable: int | None = None
    reserved: int | None = None
    inbound_working: int | None = None
    inbound_shipped: int | None = None
    inbound_receiving: int | None = None
    researching: int | None = None
    store: str = ""
    warehouse_condition: str = ""
    available: int | None = None
    country: str = ""

    @property
    def inbound(self):
        """Units on their way to Amazon, None where the file does not say."""
        parts = (self.inbound_working, self.inbound_shipped, self.inbound_receiving)
        known = [part for part in parts if part is not None]
        return sum(known) if known else None


def _number(field, name, required=False):
    return Column(field, (name,), values.whole_number, required=required, critical=True)


_IDENTITY = (
    Column("fnsku", ("fnsku", "fulfillment-channel-sku"), values.identifier),
    Column("asin", ("asin",), values.code),
    Column("condition", ("condition", "condition-type"), values.code),
)


def _check(row):
    return None


def _check_condition(row):
    return None if row.warehouse_condition else "warehouse-condition-code"


def _check_country(row):
    return None if row.country else "country"


#: GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA and GET_FBA_MYI_ALL_INVENTORY_DATA
STOCK_ROWS = RowFormat(
    "stock",
    StockRow,
    (
        Column("sku", ("sku",), values.sku, required=True, critical=True),
        *_IDENTITY,
        Column("product_name", ("product-name",), values.text),
        Column("fulfilled_by_amazon", ("afn-listing-exists",), values.flag),
        _number("sellable", "afn-fulfillable-quantity", required=True),
        _number("unsellable", "afn-unsellable-quantity", required=True),
        _number("reserved", "afn-reserved-quantity"),
        _number("inbound_working", "afn-inbound-working-quantity"),
        _number("inbound_shipped", "afn-inbound-shipped-quantity"),
        _number("inbound_receiving", "afn-inbound-receiving-quantity"),
        _number("researching", "afn-researching-quantity"),
        Column("store", ("store",), values.text),
    ),
    _check,
    kept=frozenset(
        {
            "your-price",
            "mfn-listing-exists",
            "mfn-fulfillable-quantity",
            "afn-warehouse-quantity",
            "afn-total-quantity",
            "per-unit-volume",
            "afn-reserved-future-supply",
            "afn-future-supply-buyable",
            "afn-fulfillable-quantity-local",
            "afn-fulfillable-quantity-remote",
            "afn-fc-transfer-quantity",
            "afn-onhand-buyable-quantity",
        }
    ),
)

#: GET_AFN_INVENTORY_DATA: a row per SKU and condition of the units
STOCK_CONDITION_ROWS = RowFormat(
    "stock by condition",
    StockRow,
    (
        Column("sku", ("seller-sku",), values.sku, required=True, critical=True),
        *_IDENTITY,
        Column(
            "warehouse_condition",
            ("warehouse-condition-code",),
            values.code,
            required=True,
            critical=True,
        ),
        _number("available", "quantity-available", required=True),
    ),
    _check_condition,
)

#: GET_AFN_INVENTORY_DATA_BY_COUNTRY: a row per SKU and country of the units
STOCK_COUNTRY_ROWS = RowFormat(
    "stock by country",
    StockRow,
    (
        Column("sku", ("seller-sku",), values.sku, required=True, critical=True),
        *_IDENTITY,
        Column("country", ("country",), values.code, required=True, critical=True),
        _number("sellable", "quantity-for-local-fulfillment", required=True),
    ),
    _check_country,
)
