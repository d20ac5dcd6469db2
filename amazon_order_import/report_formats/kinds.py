"""The kinds of report: how Amazon is asked for them and how a file is recognised.

Source: reference/amazon-reports.md 1.1, 1.3, 2, 4, 5.4 and 9.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from types import MappingProxyType

from .control_rows import CONTROL_ROWS
from .marking import mark as _
from .order_rows import ORDER_ROWS
from .return_rows import RETURN_ROWS
from .row_format import RowFormat, normal_name
from .settlement_rows import SETTLEMENT_ROWS
from .shipment_rows import SHIPMENT_ROWS
from .stock_rows import STOCK_CONDITION_ROWS, STOCK_COUNTRY_ROWS, STOCK_ROWS
from .vat_invoice_rows import VAT_INVOICE_ROWS
from .vat_rows import VAT_ROWS

#: Report types whose document holds personal data, so that Amazon wants a
#: restricted data token for it. Asked with one for any other, it answers 400.
RESTRICTED_REPORT_TYPES = frozenset(
    {
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING",
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING",
        "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX",
        "GET_ORDER_REPORT_DATA_INVOICING",
        "GET_ORDER_REPORT_DATA_SHIPPING",
        "GET_ORDER_REPORT_DATA_TAX",
        "GET_VAT_TRANSACTION_DATA",
        "SC_VAT_TAX_REPORT",
    }
)


def _nothing():
    return MappingProxyType({})


@dataclass(frozen=True)
class FileVariant:
    """Another file of the same kind: `marks` tell it, `row_format` reads it."""

    marks: frozenset[str]
    row_format: RowFormat


@dataclass(frozen=True)
class ReportKind:
    """One kind of report.

    - `label`, `purpose`: English, for people; `found_at`: where Seller Central has it
    - `report_type`: Amazon's name of it; `alternate_types`: types with the same
      purpose; `regional_types`: the type where a region needs another
    - `regions`: where it is offered, of ``"eu"``, ``"na"``, ``"fe"``
    - `fulfillment`: who ships the orders that its rows become: the merchant,
      ``"mfn"``, or Amazon, ``"fba"``; ``""`` where rows become no orders
    - `requestable`: whether Amazon makes it when asked; others it makes by itself, and
      they are found in its list
    - `dated`: whether it is asked for with a period; `max_days`: the longest period
      of one report, None if undated; `lookback_days`: how far back a period may
      begin, None if not documented
    - `options`: reportOptions to send; `dated_options`: those to send instead when
      a kind that is not `dated` is asked for with a period all the same
    - `countries`: codes of the marketplaces it is offered for, empty: all
    - `whole_days`: Amazon ignores the time of day, and the end must be a later day
    - `min_minutes`: Amazon cancels or fails a report asked for again sooner
    - `retention_days`: how long Amazon keeps the finished file
    - `marks`, `foreign_marks`: normal names of columns that a file of this kind has
      all of, and none of
    - `row_format`: None where files of this kind cannot be read yet
    - `variants`: files of `alternate_types` that need another format
    """

    key: str
    label: str
    purpose: str
    found_at: str
    report_type: str
    regions: tuple[str, ...]
    marks: frozenset[str]
    fulfillment: str = ""
    alternate_types: tuple[str, ...] = ()
    regional_types: Mapping[str, str] = field(default_factory=_nothing)
    requestable: bool = True
    dated: bool = True
    max_days: int | None = 30
    lookback_days: int | None = None
    options: Mapping[str, str] = field(default_factory=_nothing)
    dated_options: Mapping[str, str] = field(default_factory=_nothing)
    countries: tuple[str, ...] = ()
    whole_days: bool = False
    min_minutes: int = 0
    retention_days: int = 90
    foreign_marks: frozenset[str] = frozenset()
    row_format: RowFormat | None = None
    variants: tuple[FileVariant, ...] = ()

    @property
    def restricted(self):
        """Whether the document of `report_type` needs a restricted data token."""
        return self.report_type in RESTRICTED_REPORT_TYPES

    def report_type_in(self, region):
        """Amazon's type for this kind in ``"eu"``, ``"na"`` or ``"fe"``."""
        return self.regional_types.get(region, self.report_type)

    def matches(self, header):
        """Whether a file with this `header` (list of names) looks like this kind."""
        names = {normal_name(name) for name in header}
        return any(marks <= names for marks in self._all_marks()) and (
            self.foreign_marks.isdisjoint(names)
        )

    def format_of(self, header):
        """The `RowFormat` that reads a file with this `header` (list of names)."""
        names = {normal_name(name) for name in header}
        for variant in self.variants:
            if variant.marks <= names:
                return variant.row_format
        return self.row_format

    def column_names(self):
        """Normal names of the columns by which files of this kind are known or read."""
        formats = [self.row_format, *(variant.row_format for variant in self.variants)]
        return frozenset().union(
            *self._all_marks(),
            *(
                column.names
                for row_format in formats
                if row_format
                for column in row_format.columns
            ),
        )

    def _all_marks(self):
        return self.marks, *(variant.marks for variant in self.variants)


def _marks(names):
    return frozenset(names.split())


_VAT_COUNTRIES = ("BE", "DE", "ES", "FR", "GB", "IE", "IT", "NL", "PL", "SE")
_VAT_INVOICE_MARKS = _marks("shipping-id transaction-type item-vat-incl-amount")
#: Orders shipped by the seller, and by Amazon: what is the same in all regions.
_mfn_orders = partial(
    ReportKind,
    found_at=_("Orders > Order Reports > New Orders"),
    alternate_types=("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING",),
    marks=_marks("order-id order-item-id quantity-purchased item-price"),
    foreign_marks=_VAT_INVOICE_MARKS,
    fulfillment="mfn",
    lookback_days=60,
    options=MappingProxyType({"ShowSalesChannel": "true"}),
    retention_days=30,
    row_format=ORDER_ROWS,
)
_fba_orders = partial(
    ReportKind,
    found_at=_("Reports > Fulfilment > Sales > Amazon Fulfilled Shipments"),
    alternate_types=("GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL",),
    marks=_marks("amazon-order-id quantity-shipped item-price"),
    fulfillment="fba",
    lookback_days=540,
    min_minutes=30,
    row_format=SHIPMENT_ROWS,
)

_ALL = (
    ReportKind(
        key="fba_inventory",
        label=_("FBA stock"),
        purpose="Tells how many units of each article lie in Amazon's warehouses.",
        found_at=_("Reports > Fulfilment > Inventory > Manage FBA Inventory"),
        report_type="GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
        alternate_types=(
            "GET_FBA_MYI_ALL_INVENTORY_DATA",
            "GET_AFN_INVENTORY_DATA",
            "GET_AFN_INVENTORY_DATA_BY_COUNTRY",
        ),
        regions=("eu", "na", "fe"),
        marks=_marks("fnsku afn-fulfillable-quantity"),
        dated=False,
        max_days=None,
        min_minutes=30,
        row_format=STOCK_ROWS,
        variants=(
            FileVariant(
                _marks("seller-sku warehouse-condition-code quantity-available"),
                STOCK_CONDITION_ROWS,
            ),
            FileVariant(
                _marks("seller-sku country quantity-for-local-fulfillment"),
                STOCK_COUNTRY_ROWS,
            ),
        ),
    ),
    ReportKind(
        key="fba_returns",
        label=_("FBA customer returns"),
        purpose="Tells which goods customers sent back to Amazon, and their condition.",
        found_at=_(
            "Reports > Fulfilment > Customer Concessions > FBA Customer Returns"
        ),
        report_type="GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
        regions=("eu", "na", "fe"),
        marks=_marks("return-date fnsku detailed-disposition"),
        min_minutes=240,
        row_format=RETURN_ROWS,
    ),
    _fba_orders(
        key="fba_orders_eu",
        label=_("FBA orders – Europe"),
        purpose="Brings in the orders that Amazon has shipped for you in Europe.",
        report_type="GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING",
        regions=("eu",),
    ),
    _fba_orders(
        key="fba_orders_na",
        label=_("FBA orders – North America, Far East"),
        purpose="Brings in the orders that Amazon has shipped for you outside Europe.",
        report_type="GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX",
        regional_types=MappingProxyType(
            {"fe": "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL"}
        ),
        regions=("na", "fe"),
    ),
    ReportKind(
        key="vcs_lite",
        label=_("VCS Lite: VAT invoice data"),
        purpose="Tells the VAT that Amazon calculated for the invoices that you issue.",
        found_at=_("Reports > Tax Document Library > VAT Invoice Data Report"),
        report_type="GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT",
        alternate_types=("GET_XML_VAT_INVOICE_DATA_REPORT",),
        regions=("eu",),
        marks=_VAT_INVOICE_MARKS,
        dated=False,
        lookback_days=90,
        countries=_VAT_COUNTRIES,
        dated_options=MappingProxyType({"ReportOption=all": "true"}),
        row_format=VAT_INVOICE_ROWS,
    ),
    ReportKind(
        key="vcs_invoices",
        label=_("VCS: invoices made by Amazon"),
        purpose="Brings in the numbers and amounts of the invoices that Amazon issued.",
        found_at=_("Reports > Tax Document Library > VAT Calculation Report"),
        report_type="SC_VAT_TAX_REPORT",
        alternate_types=("GET_VAT_TRANSACTION_DATA",),
        regions=("eu",),
        marks=_marks("vat-invoice-number transaction-id tax-calculation-reason-code"),
        countries=_VAT_COUNTRIES,
        whole_days=True,
        row_format=VAT_ROWS,
    ),
    _mfn_orders(
        key="mfn_orders_eu",
        label=_("Merchant-fulfilled orders – Europe"),
        purpose="Brings in the orders that you ship yourself in Europe.",
        report_type="GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING",
        regions=("eu",),
    ),
    _mfn_orders(
        key="mfn_orders_na",
        label=_("Merchant-fulfilled orders – North America, Far East"),
        purpose="Brings in the orders that you ship yourself outside Europe.",
        report_type="GET_FLAT_FILE_ORDER_REPORT_DATA_TAX",
        regional_types=MappingProxyType(
            {"fe": "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING"}
        ),
        regions=("na", "fe"),
    ),
    ReportKind(
        key="all_orders",
        label=_("All orders (control list)"),
        purpose="Lists every order, to check that none is missing.",
        found_at=_("Reports > Fulfilment > Sales > All Orders"),
        report_type="GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL",
        alternate_types=("GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL",),
        regions=("eu", "na", "fe"),
        marks=_marks("amazon-order-id last-updated-date order-status"),
        lookback_days=730,
        retention_days=30,
        row_format=CONTROL_ROWS,
    ),
    ReportKind(
        key="settlement",
        label=_("Settlements"),
        purpose="Tells what Amazon paid out, and what of: sales, refunds and fees.",
        found_at=_("Payments > Reports Repository > Settlement (flat file V2)"),
        report_type="GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2",
        regions=("eu", "na", "fe"),
        marks=_marks("settlement-id total-amount amount-type amount-description"),
        requestable=False,
        dated=False,
        max_days=None,
        lookback_days=90,
        row_format=SETTLEMENT_ROWS,
    ),
)

#: key -> `ReportKind`, all ten
KINDS = MappingProxyType({kind.key: kind for kind in _ALL})

#: Kinds whose rows become orders, the merchant's own first.
ORDER_KINDS = tuple(
    key
    for fulfillment in ("mfn", "fba")
    for key, kind in KINDS.items()
    if kind.fulfillment == fulfillment
)
#: ``[(key, label)]`` in the order in which people are shown them
KIND_SELECTION = [
    (key, KINDS[key].label)
    for key in (
        *ORDER_KINDS,
        "fba_returns",
        "fba_inventory",
        "vcs_invoices",
        "vcs_lite",
        "all_orders",
        "settlement",
    )
]
#: Those that Amazon can be asked for, in the same form
REQUEST_SELECTION = [
    (key, label) for key, label in KIND_SELECTION if KINDS[key].requestable
]


def find_order_kind(fulfillment, region):
    """Key of the kind that brings the orders of a region, or ``""``.

    `fulfillment` is ``"mfn"`` or ``"fba"``, `region` ``"eu"``, ``"na"`` or ``"fe"``.
    """
    for key in ORDER_KINDS:
        if KINDS[key].fulfillment == fulfillment and region in KINDS[key].regions:
            return key
    return ""


def detect_kinds(header):
    """Keys of the kinds that a file with this `header` (list of names) looks like.

    The regional variants of a kind have one header: both are named. Empty if the
    header is that of no kind.
    """
    return tuple(key for key, kind in KINDS.items() if kind.matches(header))


@cache
def known_names():
    """Normal names of all columns by which any kind is known or read."""
    return frozenset().union(*(kind.column_names() for kind in _ALL))
