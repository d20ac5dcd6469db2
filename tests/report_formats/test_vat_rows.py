"""Amazon's own invoices: the rows of SC_VAT_TAX_REPORT."""

from datetime import date
from decimal import Decimal

import pytest
from report_formats import KINDS, detect_kinds
from report_formats.vat_rows import Component

from tests.shared import SHARED

from .files import beside_a_good_row, opened, rows, table

GOLDEN = SHARED / "golden" / "vcs_2026.csv"
KIND = "vcs_invoices"
VAT = {
    "Marketplace ID": "DE",
    "Merchant ID": "A1MERCHANT",
    "Order Date": "05-Oct-2026 UTC",
    "Transaction Type": "SHIPMENT",
    "Is Invoice Corrected": "FALSE",
    "Order ID": "305-5000001-5000001",
    "Shipment Date": "06-Oct-2026 UTC",
    "Shipment ID": "DaaA1",
    "Transaction ID": "DaaA1",
    "ASIN": "B0TEST0001",
    "SKU": "MUG-RED",
    "Quantity": "1",
    "Tax Rate": "0.1900",
    "Currency": "EUR",
    "Tax Calculation Reason Code": "Taxable",
    "Tax Reporting Scheme": "",
    "Tax Collection Responsibility": "Seller",
    "Jurisdiction Name": "GERMANY",
    "OUR_PRICE Tax Inclusive Selling Price": "19.99",
    "OUR_PRICE Tax Amount": "3.19",
    "OUR_PRICE Tax Exclusive Selling Price": "16.80",
    "OUR_PRICE Tax Inclusive Promo Amount": "-5.95",
    "OUR_PRICE Tax Amount Promo": "-0.95",
    "OUR_PRICE Tax Exclusive Promo Amount": "-5.00",
    "SHIPPING Tax Inclusive Selling Price": "0.00",
    "SHIPPING Tax Amount": "0.00",
    "SHIPPING Tax Exclusive Selling Price": "0.00",
    "GIFTWRAP Tax Inclusive Selling Price": "2.38",
    "GIFTWRAP Tax Amount": "0.38",
    "GIFTWRAP Tax Exclusive Selling Price": "2.00",
    "VAT Invoice Number": "DE60001TEST11I",
    "Invoice Url": "https://sellercentral.amazon.de/x",
    "Export Outside EU": "false",
    "Invoice Level Exchange Rate": "5.56850000000001",
    "Invoice Level Exchange Rate Date": "06-Oct-2026 UTC",
}
money = Decimal


def row(**cells):
    names = {name.lower().replace(" ", "_"): name for name in VAT}
    cells = {names[name]: cell for name, cell in cells.items()}
    return beside_a_good_row(VAT, {**VAT, **cells}, KIND, separator=",")


def test_typed_values():
    values = row().values
    assert values.order_id == "305-5000001-5000001"
    assert values.shipment_date == date(2026, 10, 6)
    assert values.rate == money("0.1900")
    assert values.exchange_rate == money("5.56850000000001")
    assert values.export_outside_eu is False
    assert values.is_corrected is False
    assert values.components == {
        "item": Component(money("16.80"), money("3.19"), money("19.99")),
        "item_promotion": Component(money("-5.00"), money("-0.95"), money("-5.95")),
        "gift_wrap": Component(money("2.00"), money("0.38"), money("2.38")),
    }
    assert values.is_consistent


@pytest.mark.parametrize("number", ["N/A", "n/a", "", "--", "-", "null", "none"])
def test_no_number_yet(number):
    assert row(vat_invoice_number=number).values.number == ""


@pytest.mark.parametrize(
    ("number", "cells", "kind"),
    [
        ("DE60001TEST11I", {}, "invoice"),
        ("DE60001TEST11C", {}, "credit_note"),
        ("ES60001TEST11S", {}, "simplified_invoice"),
        ("ES60001TEST11X", {}, "simplified_credit_note"),
        ("GB60001TEST11D", {}, "deemed_invoice"),
        ("GB60001TEST11R", {}, "deemed_credit_note"),
        ("DE60001TEST11T", {}, "receipt"),
        ("FR60001TEST11U", {}, "oss_invoice"),
        ("FR60001TEST11Q", {}, "oss_credit_note"),
        ("REC-DE-1234567", {}, "receipt"),
        ("INV-DE-1234567-2024-1", {}, "invoice"),
        ("INV-DE-1", {"transaction_type": "Return"}, "credit_note"),
        (
            "CN-DE-1",
            {"our_price_tax_inclusive_selling_price": "-19.99"},
            "credit_note",
        ),
        ("INV-FR-1", {"tax_reporting_scheme": "VCS_EU_OSS"}, "oss_invoice"),
        (
            "INV-GB-1",
            {"tax_collection_responsibility": "Marketplace"},
            "deemed_invoice",
        ),
        (
            "INV-GB-1",
            {"tax_reporting_scheme": "DEEMED_RESELLER", "transaction_type": "REFUND"},
            "deemed_credit_note",
        ),
    ],
)
def test_document_type(number, cells, kind):
    assert row(vat_invoice_number=number, **cells).values.document_type == kind


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("28-Aug-2026 UTC", date(2026, 8, 28)),
        ("1-aug-2026", date(2026, 8, 1)),
        ("01/02/2020", date(2020, 2, 1)),
        ("08/28/2026", date(2026, 8, 28)),
        ("2026-08-28", date(2026, 8, 28)),
        ("2026-08-28T23:30:00Z", date(2026, 8, 28)),
        ("", None),
    ],
)
def test_dates(cell, day):
    parsed = row(shipment_date=cell)
    assert parsed.values.shipment_date == day
    assert not parsed.warnings


@pytest.mark.parametrize("cell", ["28-Xyz-2026 UTC", "31/02/2026", "soon"])
def test_bad_date_is_a_warning(cell):
    parsed = row(shipment_date=cell)
    assert parsed.values.shipment_date is None
    assert [warning.code for warning in parsed.warnings] == ["bad_day"]
    assert "28-Aug-2026" in str(parsed.warnings[0])


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"our_price_tax_amount": "3.19 EUR"}, "bad_amount"),
        ({"quantity": "1.5"}, "bad_number"),
        ({"currency": ""}, "missing_value"),
        ({"order_id": ""}, "missing_value"),
        ({"transaction_type": ""}, "missing_value"),
        ({"transaction_type": "LIQUIDATION_SALE"}, "bad_transaction"),
        ({"sku": "#NAME?"}, "damaged_identifier"),
    ],
)
def test_bad_rows(cells, code):
    assert row(**cells).error.code == code


def test_movement_of_goods():
    parsed = row(transaction_type="FC_TRANSFER", order_id="", currency="")
    assert parsed.error is None
    assert parsed.values.is_movement


def test_quantity_has_no_sign():
    assert row(transaction_type="RETURN", quantity="-2").values.quantity == 2
    assert row(quantity="").values.quantity is None


def test_net_that_does_not_fit():
    values = row(our_price_tax_exclusive_selling_price="16.79").values
    assert not values.is_consistent
    assert values.components["item"].net == money("16.80")


def test_both_header_generations():
    old = {"SDI Invoice Delivery Status": "DELIVERED", "SDI Invoice Error Code": "7"}
    new = {"E-Invoice Delivery Status": "DELIVERED", "E-Invoice Error Code": "7"}
    for columns in (old, new):
        values = rows(table([{**VAT, **columns}], separator=","), KIND)[0].values
        assert values.e_invoice_status == "DELIVERED"
        assert values.e_invoice_error == "7"


def test_missing_columns_of_2024_and_unknown_ones():
    assert opened(table([VAT], separator=","), KIND).unknown_columns == ()
    columns = {**VAT, "Moon Phase": "full"}
    assert opened(table([columns], separator=","), KIND).unknown_columns == (
        "Moon Phase",
    )


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_notations_of_a_file(separator, quoted, mark):
    """CSV and TSV, with and without quotes, with and without BOM."""
    quote = '"{}"'.format if quoted else str
    cells = {quote(name): quote(cell) for name, cell in VAT.items()}
    content = mark.encode() + table([cells], separator=separator)
    assert rows(content, KIND)[0].values == row().values


def test_lines_quoted_as_a_whole():
    lines = table([VAT], separator=",").decode().splitlines()
    content = "".join(
        '"{}"\n'.format(
            ",".join(f'""{cell}""' if cell else "" for cell in line.split(","))
        )
        for line in lines
    )
    assert rows(content.encode(), KIND)[0].values == row().values


def test_kind_is_detected():
    assert detect_kinds(VAT) == (KIND,)
    assert KINDS[KIND].restricted and KINDS[KIND].whole_days


@pytest.mark.skipif(not GOLDEN.exists(), reason="no golden files")
def test_golden_signs():
    found = [parsed.values for parsed in rows(GOLDEN.read_bytes(), KIND)]
    assert [value.number for value in found].count("") == 1
    assert found[4].is_refund and found[4].components["item"].gross == money("-19.99")
    assert found[3].components["item_promotion"].tax == money("-1.67")
    assert found[4].original_number == "DE60001TEST11I"


def test_what_is_a_sale_on_amazon():
    assert row().values.is_sale is True
    assert row(transaction_type="INBOUND").values.is_sale is False
    assert row(order_id="S02-1234567-1234567").values.is_sale is False
