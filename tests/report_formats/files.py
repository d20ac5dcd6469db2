"""Report files for the tests, built cell by cell."""

import io

import pytest
from report_formats import ReportFileError, open_report

ORDER = {
    "order-id": "302-1000001-1000001",
    "order-item-id": "10000000000011",
    "purchase-date": "2026-10-05T08:15:00+00:00",
    "payments-date": "2026-10-05T08:20:00+00:00",
    "buyer-email": "b1@marketplace.amazon.de",
    "buyer-name": "Jörg Weißhaupt",
    "buyer-phone-number": "+49 89 1234",
    "sku": "MUG-RED",
    "product-name": "Mug",
    "quantity-purchased": "2",
    "currency": "EUR",
    "item-price": "19.99",
    "item-tax": "3.19",
    "shipping-price": "4.99",
    "shipping-tax": "0.80",
    "ship-service-level": "Standard",
    "recipient-name": "Élodie Lefèvre",
    "ship-address-1": "3 rue de l'Église",
    "ship-address-2": "Bât. C",
    "ship-address-3": "",
    "ship-city": "Orléans",
    "ship-state": "",
    "ship-postal-code": "45000",
    "ship-country": "FR",
    "ship-phone-number": "",
    "sales-channel": "Amazon.fr",
}

SHIPMENT = {
    "amazon-order-id": "305-5000002-5000002",
    "merchant-order-id": "",
    "shipment-id": "DbbB1",
    "shipment-item-id": "SIbbB1",
    "amazon-order-item-id": "50000000000021",
    "purchase-date": "2026-10-06T05:00:00+00:00",
    "shipment-date": "2026-10-06T19:00:00+00:00",
    "sku": "TOWEL-XL",
    "quantity-shipped": "2",
    "currency": "EUR",
    "item-price": "28.58",
    "shipping-price": "3.99",
    "ship-promotion-discount": "-3.99",
    "tracking-number": "JJDbbB1",
    "fulfillment-center-id": "LEJ1",
    "fulfillment-channel": "AFN",
    "sales-channel": "Amazon.fr",
}


def table(rows, header=None, eol="\n", charset="utf-8", separator="\t"):
    """The bytes of a file of `rows` (dicts or lists of cells)."""
    header = header or list(rows[0])
    text = [separator.join(header)]
    for row in rows:
        cells = [row[name] for name in header] if isinstance(row, dict) else row
        text.append(separator.join(cells))
    return (eol.join(text) + eol).encode(charset)


def opened(content, kind="mfn_orders_eu", **options):
    return open_report(io.BytesIO(content), kind, **options)


def rows(content, kind="mfn_orders_eu", **options):
    """All `ParsedRow`s of a file's bytes."""
    return list(opened(content, kind, **options).rows())


def refusal(content, kind="mfn_orders_eu", **options):
    """The `ReportFileError` with which a file is refused."""
    with pytest.raises(ReportFileError) as problem:
        opened(content, kind, **options)
    assert str(problem.value)
    return problem.value


def order(**cells):
    """The `ParsedRow` of one order row; ``item_price="1"`` is the cell item-price."""
    return beside_a_good_row(ORDER, _with(ORDER, cells), "mfn_orders_eu")


def shipment(**cells):
    """The `ParsedRow` of one shipment row."""
    return beside_a_good_row(SHIPMENT, _with(SHIPMENT, cells), "fba_orders_eu")


def beside_a_good_row(good, row, kind, **options):
    """The `ParsedRow` of a row in a file that is no spreadsheet program's copy."""
    good = {**dict.fromkeys(row, ""), **good}
    return rows(table([good, row], list(row), **options), kind)[1]


def _with(row, cells):
    return {**row, **{name.replace("_", "-"): cell for name, cell in cells.items()}}
