"""Goods that customers sent back to Amazon: one row per returned unit.

There is no money in it. Source: reference/amazon-reports.md 2.6.
"""

from dataclasses import dataclass
from datetime import datetime

from . import values
from .download_dates import required_moment
from .row_format import Column, PersonalColumns, RowFormat


@dataclass(frozen=True, slots=True)
class ReturnRow:
    """A returned unit, or several.

    `return_date`: aware, when Amazon took it in, which is not when it refunded.
    `order_id` may be ``""``, or a reference of the seller's own where Amazon only
    shipped the order. `license_plate` is Amazon's label of the unit and may be ``""``.
    `disposition` and `reason` are Amazon's codes, `status` is Amazon's text.
    """

    return_date: datetime
    order_id: str = ""
    sku: str = ""
    asin: str = ""
    fnsku: str = ""
    product_name: str = ""
    quantity: int = 1
    fulfillment_center_id: str = ""
    disposition: str = ""
    reason: str = ""
    status: str = ""
    license_plate: str = ""
    comment: str = ""


_COLUMNS = (
    Column(
        "return_date",
        ("return-date",),
        required_moment,
        required=True,
        critical=True,
    ),
    Column(
        "order_id",
        ("order-id", "amazon-order-id"),
        values.identifier,
        required=True,
        critical=True,
    ),
    Column("sku", ("sku",), values.sku, required=True, critical=True),
    Column("asin", ("asin",), values.code),
    Column("fnsku", ("fnsku",), values.code),
    Column("product_name", ("product-name",), values.text),
    Column("quantity", ("quantity",), values.quantity, required=True, critical=True),
    Column("fulfillment_center_id", ("fulfillment-center-id",), values.code),
    Column(
        "disposition",
        ("detailed-disposition",),
        values.code,
        required=True,
    ),
    Column("reason", ("reason",), values.code),
    Column("status", ("status",), values.text),
    Column(
        "license_plate",
        ("license-plate-number",),
        values.identifier,
        critical=True,
    ),
    Column("comment", ("customer-comments",), values.text),
)


def _check(row):
    return None


RETURN_ROWS = RowFormat(
    "returns",
    ReturnRow,
    _COLUMNS,
    _check,
    personal=PersonalColumns(always=frozenset({"customer-comments"})),
)
