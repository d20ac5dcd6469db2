"""Report files of a thousand equal days: made here, so that each kind has as many."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

SKUS = tuple(f"BENCH-{number}" for number in range(1, 9))
#: The prices of the two items of an order, with 19 % in them.
PRICES = ("19.99", "34.90")
TAXES = ("3.19", "5.57")
NET = ("16.80", "29.33")
MOMENT = "2026-10-05T08:15:00+00:00"
SHIPPED = "2026-10-06T19:00:00+00:00"


@dataclass
class Series:
    """The numbers of orders of a kind, which no two measurements share."""

    prefix: str
    number: int = field(default=0)

    def take(self, count: int) -> list[str]:
        """The next Amazon order numbers."""
        start, self.number = self.number, self.number + count
        return [
            f"{self.prefix}-{n // 10_000_000:07}-{n % 10_000_000:07}"
            for n in range(start, start + count)
        ]


def make_file(rows: Sequence[dict], delimiter: str = "\t") -> bytes:
    """A report file of rows that have the same columns."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def each_item(ref: str) -> Iterator[tuple[int, str, int]]:
    """``(index, SKU, number)`` of the two items of an order."""
    number = int(ref[4:].replace("-", ""))
    for index in range(2):
        yield index, SKUS[(number + index * 3) % len(SKUS)], number


def _sale(ref: str, index: int, sku: str, number: int) -> dict:
    name = f"Käufer {number}"
    return {
        "purchase-date": MOMENT,
        "payments-date": MOMENT,
        "buyer-email": f"b{ref}@marketplace.amazon.de",
        "buyer-name": name,
        "buyer-phone-number": "",
        "sku": sku,
        "product-name": sku,
        "currency": "EUR",
        "item-price": PRICES[index],
        "item-tax": "0.00",
        "shipping-price": "0.00" if index else "4.99",
        "shipping-tax": "0.00",
        "gift-wrap-price": "0.00",
        "gift-wrap-tax": "0.00",
        "ship-service-level": "Standard",
        "recipient-name": name,
        "ship-address-1": f"Lindenstraße {number}",
        "ship-address-2": "",
        "ship-address-3": "",
        "ship-city": "München",
        "ship-state": "",
        "ship-postal-code": f"{80000 + number % 9999}",
        "ship-country": "DE",
        "ship-phone-number": "",
        "item-promotion-discount": "0.00",
        "ship-promotion-discount": "0.00",
        "sales-channel": "Amazon.de",
    }


def merchant_rows(refs: Sequence[str]) -> list[dict]:
    """Rows of orders of two items each that the merchant ships."""
    return [
        {
            "order-id": ref,
            "order-item-id": f"{ref.replace('-', '')}{index}",
            "quantity-purchased": "1",
            **_sale(ref, index, sku, number),
        }
        for ref in refs
        for index, sku, number in each_item(ref)
    ]


def fba_rows(refs: Sequence[str]) -> list[dict]:
    """Rows of orders of two items each that Amazon has shipped in one parcel."""
    return [
        {
            "amazon-order-id": ref,
            "merchant-order-id": "",
            "shipment-id": f"D{ref[4:]}",
            "shipment-item-id": f"S{ref[4:]}-{index}",
            "amazon-order-item-id": f"{ref.replace('-', '')}{index}",
            "merchant-order-item-id": "",
            "shipment-date": SHIPPED,
            "reporting-date": SHIPPED,
            "quantity-shipped": "1",
            **_sale(ref, index, sku, number),
            "carrier": "DHL",
            "tracking-number": f"JJD{ref[4:]}",
            "estimated-arrival-date": "",
            "fulfillment-center-id": "LEJ1",
            "fulfillment-channel": "AFN",
        }
        for ref in refs
        for index, sku, number in each_item(ref)
    ]


def return_rows(refs: Sequence[str]) -> list[dict]:
    """Rows of one returned unit of each order."""
    return [
        {
            "return-date": "2026-10-20T10:00:00+00:00",
            "order-id": ref,
            "sku": next(each_item(ref))[1],
            "asin": "",
            "fnsku": "",
            "product-name": "",
            "quantity": "1",
            "fulfillment-center-id": "LEJ1",
            "detailed-disposition": "SELLABLE",
            "reason": "UNWANTED_ITEM",
            "status": "Unit returned to inventory",
            "license-plate-number": f"LPN{ref}",
            "customer-comments": "",
        }
        for ref in refs
    ]
