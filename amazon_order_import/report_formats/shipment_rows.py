"""Items shipped by Amazon (FBA): one row per item of a shipment.

An order item that leaves in several parcels has a row, and its share of the money,
in each. Source: reference/amazon-reports.md 2.4.
"""

from . import values
from .order_numbers import is_multi_channel
from .row_format import Column, RowFormat
from .sale_rows import BUYER_COLUMNS, SALE_COLUMNS, SaleRow, check_sale


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
    return check_sale(row, free=is_multi_channel(row.order_id, row.sales_channel))


SHIPMENT_ROWS = RowFormat(
    "shipments", SaleRow, _COLUMNS, _check, is_sale=True, personal=BUYER_COLUMNS
)
