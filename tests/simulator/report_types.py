"""The report types: who may have them, and how each is made.

A type that is simulated is a function ``(state, report) -> Content | None``
registered with ``@report_type``; None means that there is no data. Types that
Amazon has but that are not simulated yet are known with their rules and never
have data.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from . import formats
from .world.sellers import (
    FINANCE,
    FULFILLMENT,
    SHIPPING,
    TAX_INVOICING,
    TAX_REMITTANCE,
    TRACKING,
)

ALL_REGIONS = ("eu", "na", "fe")


@dataclass(frozen=True)
class Content:
    """Text of a report and the character sets it may be written in, best first."""

    text: str
    charsets: tuple[str, ...] = ("UTF-8",)


@dataclass(frozen=True)
class ReportType:
    """``roles``: any one of them is enough. ``dated``: needs dataStartTime.

    ``near_real_time``: at most one in 30 minutes for the same data (refusals.py).
    ``check``: refuses a request by ApiError, called with the seller, the marketplace
    ids, start, end and options.
    ``exclusive``: only one schedule among the types of the same name here.
    """

    name: str
    roles: tuple[str, ...]
    restricted: bool = False
    regions: tuple[str, ...] = ALL_REGIONS
    requestable: bool = True
    schedulable: bool = False
    dated: bool = True
    max_range: timedelta | None = None
    near_real_time: bool = False
    retention_days: int = 90
    exclusive: str = ""
    check: Callable | None = None
    make: Callable | None = None


REPORT_TYPES = {}


def report_type(name, roles, **rules):
    """Registers the decorated function as the maker of the report type."""

    def register(make):
        REPORT_TYPES[name] = ReportType(name, roles, make=make, **rules)
        return make

    return register


def known(name, roles, **rules):
    """Registers a report type that exists but never has data here."""
    REPORT_TYPES[name] = ReportType(name, roles, **rules)


def _orders(state, report, fulfillment):
    """Orders of the requested marketplaces to which something happens then."""
    for order in state.market.between(
        report.seller, report.data_start, report.data_end
    ):
        if order.fulfillment != fulfillment:
            continue
        if order.marketplace.id in report.marketplace_ids:
            yield order


def _merchant_orders(state, report):
    """MFN orders that left Pending within the report's period, as a table.

    What was cancelled since then is told with the quantity 0.
    """
    now = state.clock.now()
    end = min(report.data_end, now)
    found = [
        order
        for order in _orders(state, report, "mfn")
        if order.released and report.data_start <= order.fulfillable_at <= end
    ]
    if not found:
        return None
    found.sort(key=lambda order: order.fulfillable_at)
    channel = report.options.get("ShowSalesChannel", "").lower() == "true"
    columns = formats.order_columns(report.seller, channel)
    rows = (
        formats.order_row(order, line)
        for order in found
        for line in order.lines_at(now)
    )
    return Content(formats.write_table(columns, rows), _CHARSETS[report.seller.region])


_CHARSETS = {
    "eu": ("Cp1252", "UTF-8"),
    "na": ("UTF-8",),
    "fe": ("windows-31j", "UTF-8"),
}
_MFN = {"schedulable": True, "retention_days": 30, "exclusive": "mfn"}


@report_type(
    "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING",
    (TAX_INVOICING,),
    restricted=True,
    regions=("eu",),
    **_MFN,
)
def merchant_orders_invoicing(state, report):
    return _merchant_orders(state, report)


@report_type(
    "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX",
    (TAX_REMITTANCE,),
    restricted=True,
    regions=("na",),
    **_MFN,
)
def merchant_orders_tax(state, report):
    return _merchant_orders(state, report)


@report_type(
    "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING",
    (SHIPPING,),
    restricted=True,
    **_MFN,
)
def merchant_orders_shipping(state, report):
    return _merchant_orders(state, report)


def _shipments(state, report, personal):
    """FBA shipment items reported within the report's period, as a table."""
    now = state.clock.now()
    found = [
        (parcel.reported_at, order, parcel)
        for order in _orders(state, report, "fba")
        for parcel in order.parcels
        if report.data_start <= parcel.reported_at <= report.data_end
        and parcel.is_told(now)
    ]
    if not found:
        return None
    found.sort(key=lambda entry: entry[0])
    region = report.seller.region
    columns = list(formats.SHIPMENT_COLUMNS)
    if region == "fe":
        columns.append("points-granted")
    rows = (
        formats.shipment_row(order, parcel, personal, report.seller.fba_addresses)
        for _, order, parcel in found
    )
    charsets = ("windows-31j", "UTF-8") if region == "fe" else ("UTF-8",)
    return Content(formats.write_table(columns, rows), charsets)


_FBA = {
    "max_range": timedelta(days=31),
    "near_real_time": True,
    "retention_days": 30,
}


@report_type(
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING",
    (TAX_INVOICING,),
    restricted=True,
    regions=("eu",),
    **_FBA,
)
def shipments_invoicing(state, report):
    return _shipments(state, report, personal=True)


@report_type(
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX",
    (TAX_REMITTANCE,),
    restricted=True,
    regions=("na",),
    **_FBA,
)
def shipments_tax(state, report):
    return _shipments(state, report, personal=True)


@report_type(
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL", (FULFILLMENT, TRACKING), **_FBA
)
def shipments_general(state, report):
    return _shipments(state, report, personal=False)


#: Amazon makes them by itself; nobody can ask for one.
known(
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
    (FINANCE,),
    requestable=False,
    dated=False,
)
known(
    "GET_FLAT_FILE_ACTIONABLE_ORDER_DATA_SHIPPING",
    (SHIPPING,),
    restricted=True,
    schedulable=True,
    retention_days=30,
)
known(
    "GET_XML_VAT_INVOICE_DATA_REPORT", (TAX_INVOICING,), dated=False, schedulable=True
)
known("GET_VAT_TRANSACTION_DATA", (TAX_INVOICING,), restricted=True, regions=("eu",))
for _suffix, _role, _regions in (
    ("INVOICING", TAX_INVOICING, ("eu",)),
    ("TAX", TAX_REMITTANCE, ("na",)),
    ("SHIPPING", SHIPPING, ALL_REGIONS),
):
    known(
        f"GET_ORDER_REPORT_DATA_{_suffix}",
        (_role,),
        restricted=True,
        regions=_regions,
        requestable=False,
        **_MFN,
    )
