"""Items shipped by Amazon (FBA): one row per item of a shipment.

An order item that leaves in several parcels has a row, and its share of the money,
in each. Source: reference/amazon-reports.md 2.4.
"""

from . import values
from .order_numbers import is_multi_channel
from .row_format import RowFormat, critical, optional
from .sale_rows import BUYER_COLUMNS, SALE_COLUMNS, SaleRow, check_sale

_COLUMNS = (
    critical(
        "order_id",
        values.order_number,
        "amazon-order-id",
        "order-id",
        required=True,
    ),
    critical(
        "order_item_id", values.identifier, "amazon-order-item-id", "order-item-id"
    ),
    critical("quantity", values.quantity, "quantity-shipped", required=True),
    *SALE_COLUMNS,
    optional("merchant_order_id", values.code),
    optional("merchant_order_item_id", values.code),
    critical("shipment_id", values.identifier),
    critical("shipment_item_id", values.identifier),
    optional("shipment_date", values.moment),
    optional("reporting_date", values.moment),
    optional("carrier", values.text),
    optional("tracking_number", values.identifier),
    optional(
        "estimated_arrival",
        values.moment,
        "estimated-arrival-date",
        "estimated-arrival",
    ),
    optional("fulfillment_center_id", values.code),
    optional("fulfillment_channel", values.code),
    optional("points_granted", values.whole_number),
)


def _check(row):
    return check_sale(row, free=is_multi_channel(row.order_id, row.sales_channel))


SHIPMENT_ROWS = RowFormat(
    "shipments", SaleRow, _COLUMNS, _check, is_sale=True, personal=BUYER_COLUMNS
)
