"""The calls about single orders: what of them is shipped, and what Amazon knows."""

from collections.abc import Mapping
from datetime import datetime

from .arguments import given, identifier, require, time_text
from .library import OrdersOperation, ShipmentsOperation
from .records import Order, read_order

#: What is asked about an order: nothing that tells of its buyer.
ORDER_DATA = ("FULFILLMENT", "PACKAGES", "CANCELLATION")


class OrderCalls:
    """The part of :class:`~.client.SellingPartnerClient` that is about orders."""

    def confirm_shipment(
        self,
        order_id: str,
        marketplace_id: str,
        package_reference: str,
        items: Mapping[str, int],
        carrier_code: str,
        tracking_number: str,
        ship_date: datetime,
        carrier_name: str | None = None,
        shipping_method: str | None = None,
    ) -> None:
        """Tell Amazon that a parcel of an order has left. Rate 2/s, burst 10.

        The same call again corrects the parcel: it is safe to repeat it.

        :param package_reference: the seller's number of the parcel, digits only, unique
            within the order and the same for ever
        :param items: quantity by order item
        :param carrier_code: as Amazon spells it; ``Other`` needs a ``carrier_name``
        :param ship_date: aware
        :raise DataError: Amazon refuses it, in ``code`` and ``details``
        :raise RetryableError: with ``maybe_done`` Amazon may have taken it
        """
        require(
            isinstance(package_reference, str)
            and package_reference.isdecimal()
            and package_reference.isascii()
            and int(package_reference) > 0,
            f"the package reference {package_reference!r} is no positive number",
        )
        require(ship_date.utcoffset() is not None, f"{ship_date} lacks its time zone")
        require(carrier_code, "the carrier code is empty")
        require(
            carrier_code != "Other" or carrier_name, "“Other” needs a carrier's name"
        )
        require(tracking_number, "the tracking number is empty")
        require(
            items and all(type(n) is int and n > 0 for n in items.values()),
            "the parcel holds nothing, or no whole number of an item",
        )
        package = {
            "packageReferenceId": package_reference,
            "carrierCode": carrier_code,
            "trackingNumber": tracking_number,
            "shipDate": time_text(ship_date),
            "orderItems": [
                {"orderItemId": identifier(item, "order item"), "quantity": quantity}
                for item, quantity in items.items()
            ],
            **given(carrierName=carrier_name, shippingMethod=shipping_method),
        }
        ShipmentsOperation(self._exchange, "confirmShipment").confirm_shipment(
            identifier(order_id, "order number"),
            marketplaceId=identifier(marketplace_id, "marketplace"),
            packageDetail=package,
        )

    def get_order(self, order_id: str) -> Order:
        """Return an order without its buyer, with its parcels. Rate 0.5/s, burst 30."""
        answer = OrdersOperation(self._exchange, "getOrder").get_order(
            identifier(order_id, "order number"), includedData=",".join(ORDER_DATA)
        )
        return read_order(answer, answer.object())
