"""Rows of VCS Lite: amounts, signs, quoting, other spellings of the header."""

from decimal import Decimal as D

import pytest
from report_formats import RowError, detect_kinds
from report_formats.vat_invoice_rows import PARTS

from tests.shared import SHARED

from .files import opened, rows, table

ROW = {
    "marketplace-id": "A1PA6795UKMFR9",
    "order-id": "302-1000001-1000001",
    "order-item-id": "10000000000011",
    "shipping-id": "82349303341",
    "transaction-id": "82349303341",
    "transaction-type": "SHIPMENT",
    "invoice-status": "InvoicePending",
    "sku": "MUG-RED",
    "quantity-purchased": "1",
    "currency": "EUR",
    "item-vat-incl-amount": "119.00",
    "item-vat-amount": "19.00",
    "item-vat-excl-amount": "100.00",
    "item-vat-rate": "0.19",
}


def row(**cells):
    cells = {name.replace("_", "-"): cell for name, cell in cells.items()}
    return rows(table([{**ROW, **cells}]), "vcs_lite")[0]


@pytest.mark.skipif(not SHARED.exists(), reason="the shared samples are not here")
def test_sample():
    sample = SHARED / "samples" / "vidr_synthetic_from_amazon_usecase.tsv"
    report = opened(sample.read_bytes(), "vcs_lite")
    assert report.unknown_columns == ()
    assert detect_kinds(report.header) == ("vcs_lite",)
    sold, returned = (parsed.values for parsed in report.rows())
    assert sold.product_name == 'Sample 10" item'
    assert (sold.transaction_type, returned.transaction_type) == ("SHIPMENT", "RETURN")
    assert sold.amounts == {
        "item": (D("120.00"), D("20.00"), D("100.00"), D("0.2")),
        "item_promotion": (D("-60.00"), D("-10.00"), D("-50.00"), D("0.2")),
        "gift_wrap": (D("6.00"), D("1.00"), D("5.00"), D("0.2")),
        "shipping": (D("12.00"), D("2.00"), D("10.00"), D("0.2")),
    }
    # Amazon's use case: 120 - 60 + 12 + 6
    assert sum(part.gross for part in sold.amounts.values()) == D("78.00")
    # As delivered: nothing is turned round.
    assert sum(part.gross for part in returned.amounts.values()) == D("-78.00")
    assert returned.amounts["item_promotion"].gross == D("60.00")
    assert returned.transaction_id == "amzn1:crow:AAAAAAAAAAAAAAAAAAAAAA"
    assert (sold.invoice_status, returned.invoice_status) == (
        "InvoicePending",
        "CreditNotePending",
    )


def test_bottle_deposit_and_unknown_columns():
    report = opened(
        table([{**ROW, "bottle-deposit-vat-amount": "0.04", "new-column": "x"}]),
        "vcs_lite",
    )
    assert report.unknown_columns == ("new-column",)
    assert next(report.rows()).values.amounts["item"].gross == D("119.00")


@pytest.mark.parametrize("quoted_header", [True, False])
def test_quoted_values(quoted_header):
    quote = '"{}"'.format
    cells = [
        quote(cell.replace('"', '""'))
        for cell in {**ROW, "product-name": 'Mug 10" & co'}.values()
    ]
    names = [*ROW, "product-name"]
    header = [quote(name) for name in names] if quoted_header else names
    (parsed,) = rows(table([cells], header), "vcs_lite")
    assert parsed.error is None
    assert parsed.values.order_id == "302-1000001-1000001"
    assert parsed.values.product_name == 'Mug 10" & co'
    assert parsed.values.amounts["item"].vat == D("19.00")


def test_bare_quotation_mark_at_the_start():
    parsed = rows(table([{"product-name": '"Best" mug', **ROW}]), "vcs_lite")[0]
    assert parsed.values.product_name == '"Best" mug'
    assert parsed.values.amounts["item"].net == D("100.00")


def test_other_spellings():
    names = {
        "order-id": "amazon-order-id",
        "shipping-id": "Shipment_ID",
        "quantity-purchased": "quantity",
        "item-vat-excl-amount": "item-vat-exclusive-amount",
    }
    cells = {names.get(name, name): cell for name, cell in ROW.items()}
    cells["giftwrap-vat-incl-amount"] = "2.38"
    cells["ship-promo-vat-incl-amount"] = "-1.19"
    values = rows(table([cells]), "vcs_lite")[0].values
    assert values.shipping_id == "82349303341"
    assert values.amounts["item"].net == D("100.00")
    assert values.amounts["gift_wrap"].gross == D("2.38")
    assert values.amounts["shipping_promotion"].gross == D("-1.19")


def test_missing_amounts_follow_from_the_others():
    found = row(
        **{"item-vat-excl-amount": "", "shipping-vat-incl-amount": "5.00"}
    ).values.amounts
    assert found["item"] == (D("119.00"), D("19.00"), D("100.00"), D("0.19"))
    assert found["shipping"] == (D("5.00"), D(0), D("5.00"), None)
    assert set(found) < set(PARTS)


def test_business_buyer():
    values = row(
        **{
            "buyer-vat-number": "FR12345678901",
            "buyer-tax-registration-type": "VAT",
            "citation-de": "Steuerschuldnerschaft des Leistungsempfängers",
            "citation-en": "Reverse charge",
            "export-outside-eu": "false",
            "purchase-order-number": "PO 4711",
        }
    ).values
    assert [r.number for r in values.buyer_tax_registrations] == ["FR12345678901"]
    assert values.citations == {
        "de": "Steuerschuldnerschaft des Leistungsempfängers",
        "en": "Reverse charge",
    }
    assert values.export_outside_eu is False
    assert values.is_invoice_corrected is None


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"transaction-type": "SALE"}, "bad_transaction", "transaction-type"),
        ({"item-vat-amount": "19,00"}, "bad_amount", "item-vat-amount"),
        ({"shipping-id": "8.2349E+10"}, "damaged_identifier", "shipping-id"),
        ({"shipping-id": "", "transaction-id": ""}, "missing_value", "shipping-id"),
        (
            {"transaction-type": "REFUND", "transaction-id": ""},
            "missing_value",
            "transaction-id",
        ),
        ({"item-vat-incl-amount": ""}, "missing_value", "item-vat-incl-amount"),
        ({"currency": ""}, "missing_value", "currency"),
    ],
)
def test_bad_rows(cells, code, column):
    error = row(**cells).error
    assert isinstance(error, RowError)
    assert (error.code, error.column) == (code, column)
    assert str(error).endswith(".")


def test_refund_of_shipping_only():
    values = row(
        **{
            "transaction-type": "REFUND",
            "transaction-id": "amzn:crow:X1",
            "quantity-purchased": "-1",
            "item-vat-incl-amount": "",
            "item-vat-amount": "",
            "item-vat-excl-amount": "",
            "shipping-vat-incl-amount": "-4.99",
            "shipping-vat-amount": "-0.80",
            "shipping-vat-excl-amount": "-4.19",
            "shipping-vat-rate": "0.19",
        }
    ).values
    assert values.quantity == 1
    assert values.amounts == {
        "shipping": (D("-4.99"), D("-0.80"), D("-4.19"), D("0.19"))
    }
