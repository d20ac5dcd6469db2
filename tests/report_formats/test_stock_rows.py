"""Rows of FBA stock: three files, many headers, and what is not said."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_formats import ReportFileError, detect_file_kinds, open_report

from tests.shared import SHARED

from .files import opened, rows, table

SAMPLES = SHARED / "samples"
LEGACY = (
    "sku fnsku asin product-name condition your-price mfn-listing-exists"
    " mfn-fulfillable-quantity afn-listing-exists afn-warehouse-quantity"
    " afn-fulfillable-quantity afn-unsellable-quantity afn-reserved-quantity"
    " afn-total-quantity per-unit-volume afn-inbound-working-quantity"
    " afn-inbound-shipped-quantity afn-inbound-receiving-quantity"
).split()
LATER = (
    "afn-researching-quantity afn-reserved-future-supply afn-future-supply-buyable"
    " afn-fulfillable-quantity-local afn-fulfillable-quantity-remote"
    " afn-fc-transfer-quantity afn-onhand-buyable-quantity store"
).split()
STOCK = {
    **dict.fromkeys(LEGACY, "0"),
    "sku": "MUG-RED",
    "fnsku": "X00MUG",
    "asin": "B0TESTMUG1",
    "product-name": 'Mug 10" red',
    "condition": "New",
    "your-price": "19.99",
    "mfn-listing-exists": "No",
    "afn-listing-exists": "Yes",
    "afn-fulfillable-quantity": "5",
    "afn-unsellable-quantity": "2",
    "afn-reserved-quantity": "3",
    "afn-inbound-shipped-quantity": "12",
}

needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="no shared samples")


def stock(**cells):
    row = {**STOCK, **{name.replace("_", "-"): cell for name, cell in cells.items()}}
    return rows(table([row]), "fba_inventory")[0]


def sample(name):
    content = (SAMPLES / name).read_bytes()
    assert detect_file_kinds(io.BytesIO(content)) == ("fba_inventory",)
    report = open_report(io.BytesIO(content), "fba_inventory")
    assert report.unknown_columns == ()
    found = list(report.rows())
    assert not any(row.error or row.warnings for row in found)
    return [row.values for row in found]


@pytest.mark.parametrize("count", [18, 21, 23, 26])
def test_headers_through_the_years(count):
    header = (LEGACY + LATER)[:count]
    row = {**dict.fromkeys(header, ""), **STOCK}
    report = opened(table([{name: row[name] for name in header}]), "fba_inventory")
    assert report.unknown_columns == ()
    [parsed] = report.rows()
    assert parsed.values.sellable == 5
    assert parsed.values.researching is None


@given(st.permutations(LEGACY + LATER))
@settings(max_examples=20)
def test_order_of_columns_does_not_matter(header):
    row = {**dict.fromkeys(header, "7"), **STOCK}
    values = rows(table([row], header=header), "fba_inventory")[0].values
    found = (values.sku, values.sellable, values.unsellable, values.researching)
    assert found == ("MUG-RED", 5, 2, 7)


def test_empty_is_not_zero():
    values = stock(
        afn_fulfillable_quantity="",
        afn_reserved_quantity="",
        afn_inbound_working_quantity="",
        afn_inbound_shipped_quantity="",
        afn_inbound_receiving_quantity="",
    ).values
    assert (values.sellable, values.reserved, values.inbound) == (None, None, None)
    assert values.unsellable == 2
    assert stock(afn_inbound_shipped_quantity="").values.inbound == 0


def test_article_of_the_merchant():
    assert stock(afn_listing_exists="No").values.fulfilled_by_amazon is False
    assert stock(afn_listing_exists="").values.fulfilled_by_amazon is None


def test_number_that_cannot_be_read_spoils_its_row():
    row = stock(afn_unsellable_quantity="1,000")
    assert row.values is None
    assert (row.error.code, row.error.column) == (
        "bad_number",
        "afn-unsellable-quantity",
    )


def test_without_the_numbers_it_is_refused():
    row = {k: v for k, v in STOCK.items() if k != "afn-fulfillable-quantity"}
    with pytest.raises(ReportFileError, match="afn-fulfillable-quantity"):
        opened(table([row]), "fba_inventory")


@needs_samples
def test_sample_of_26_columns():
    values = sample("fba_myi_unsuppressed_eu_2026_26cols_synthetic.tsv")
    assert [row.sku for row in values] == [f"SKU-0000{n}" for n in range(1, 6)]
    assert values[0].product_name == 'Figura 10" Deluxe, edicion 1'
    assert [row.sellable for row in values] == [5] * 5
    assert [row.inbound for row in values] == [0, 12, 0, 0, 0]
    assert [row.researching for row in values] == [0, 0, 0, None, 0]
    assert [row.fulfilled_by_amazon for row in values] == [True] * 4 + [False]
    assert values[4].store == "Amazon.es"
    assert values[4].condition == "UsedGood"


@needs_samples
@pytest.mark.parametrize("name", ["ALL", "UNSUPPRESSED"])
def test_samples_of_21_columns(name):
    values = sample(f"amzn_local_ai_sandbox_GET_FBA_MYI_{name}_INVENTORY_DATA.tsv")
    console, coffee, bottle = values[:3]
    assert (console.sellable, console.reserved, console.inbound) == (156, 12, 40)
    assert (coffee.sellable, coffee.reserved, coffee.inbound) == (535, 25, 80)
    assert (bottle.sellable, bottle.unsellable, bottle.reserved) == (1263, 4, 45)
    # Stock by Amazon's formula: fulfillable + unsellable + reserved
    assert console.sellable + console.unsellable + console.reserved == 168
    if name == "ALL":
        assert values[3].fulfilled_by_amazon is False


@needs_samples
def test_sample_by_condition():
    values = sample("amzn_local_ai_sandbox_GET_AFN_INVENTORY_DATA.tsv")
    assert [(row.sku, row.warehouse_condition, row.available) for row in values] == [
        ("SKU-CONSOLE-2025", "SELLABLE", 156),
        ("SKU-COFFEE-401", "SELLABLE", 535),
        ("SKU-BOTTLE-150", "SELLABLE", 1263),
    ]
    assert values[0].fnsku == "X0001AB1CD"


@needs_samples
def test_sample_by_country():
    values = sample("amzn_local_ai_sandbox_GET_AFN_INVENTORY_DATA_BY_COUNTRY.tsv")
    assert [(row.sku, row.country, row.sellable) for row in values] == [
        ("SKU-CONSOLE-2025", "US", 156),
        ("SKU-COFFEE-401", "US", 535),
        ("SKU-BOTTLE-150", "US", 1263),
    ]
