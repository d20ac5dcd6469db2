"""Items shipped by Amazon (FBA): one row per item of a shipment.

An order item that leaves in several parcels has a row, and its share of the money,
in each. Source: reference/amazon-reports.md 2.4.
"""

from dataclasses import dataclass
from datetime import datetime

from . import values
from .row_format import Column, RowFormat
from .sale_rows import SALE_COLUMNS, SaleRow, missing_money


@dataclass(frozen=True, slots=True)
class ShipmentRow(SaleRow):
    """One item of a shipment.

    Amazon's own ids of shipments and items are case-sensitive and may be empty.
    """

    merchant_order_id: str = ""
    merchant_order_item_id: str = ""
    shipment_id: str = ""
    shipment_item_id: str = ""
    shipment_date: datetime | None = None
    reporting_date: datetime | None = None
    carrier: str = ""
    tracking_number: str = ""
    estimated_arrival: datetime | None = None
    fulfillment_center_id: str = ""
    fulfillment_channel: str = ""
    points_granted: int | None = None

    @property
    def is_amazon_sale(self):
        """False for a multi-channel order, which Amazon only ships."""
        return not (
            self.order_id[:1] in "Ss"
            or self.sales_channel.lower().startswith("non-amazon")
        )


def _identifier(field, *names):
    return Column(field, names, values.identifier, critical=True)


_COLUMNS = (
    Column(
        "order_id",
        ("amazon-order-id", "order-id"),
        values.required_identifier,
        required=True,
        critical=True,
    ),
    _identifier("order_item_id", "amazon-order-item-id", "order-item-id"),
    Column(
        "quantity",
        ("quantity-shipped",),
        values.quantity,
        required=True,
        critical=True,
    ),
    *SALE_COLUMNS,
    Column("merchant_order_id", ("merchant-order-id",), values.code),
    Column("merchant_order_item_id", ("merchant-order-item-id",), values.code),
    _identifier("shipment_id", "shipment-id"),
    _identifier("shipment_item_id", "shipment-item-id"),
    Column("shipment_date", ("shipment-date",), values.moment),
    Column("reporting_date", ("reporting-date",), values.moment),
    Column("carrier", ("carrier",), values.text),
    Column("tracking_number", ("tracking-number",), values.identifier),
    Column(
        "estimated_arrival",
        ("estimated-arrival-date", "estimated-arrival"),
        values.moment,
    ),
    Column("fulfillment_center_id", ("fulfillment-center-id",), values.code),
    Column("fulfillment_channel", ("fulfillment-channel",), values.code),
    Column("points_granted", ("points-granted",), values.whole_number),
)


def _check(row):
    return missing_money(row, free=not row.is_amazon_sale)


SHIPMENT_ROWS = RowFormat("shipments", ShipmentRow, _COLUMNS, _check)
