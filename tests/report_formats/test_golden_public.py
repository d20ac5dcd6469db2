"""The situations of public bug reports through the parser: all that it can tell."""

import json
from collections import defaultdict
from decimal import Decimal

import pytest
from report_formats import detect_file_kinds, open_report
from report_formats.order_numbers import is_multi_channel

from tests.shared import SHARED

FOLDER = SHARED / "golden" / "public"

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason=f"no golden files at {FOLDER}"
)


def _cases():
    try:
        return json.loads((FOLDER / "expected.json").read_text())
    except OSError:
        return []


def _read(case):
    with (FOLDER / case["file"]).open("rb") as stream:
        assert case["kind"] in detect_file_kinds(stream)
        report = open_report(stream, case["kind"])
        return report, list(report.rows())


def _total(row):
    parts = (
        row.item_price,
        row.shipping_price,
        row.gift_wrap_price,
        row.item_promotion,
        row.ship_promotion,
        getattr(row, "payment_method_fee", None),
        # Where nobody's VAT is contained, it comes on top.
        row.item_tax if row.currency == "USD" else None,
    )
    return sum((part for part in parts if part), Decimal(0))


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["file"])
def test_each_row_is_read_or_belongs_to_another(case):
    report, rows = _read(case)
    assert report.row_count == len(rows)
    assert report.unknown_columns == ()
    assert not any(row.unknown_money or row.warnings for row in rows)
    assert [row.error for row in rows if row.error and not row.continuation] == []


@pytest.mark.parametrize(
    "case", [c for c in _cases() if c["orders"]], ids=lambda case: case["file"]
)
def test_totals_of_the_orders(case):
    _report, rows = _read(case)
    items, further = defaultdict(list), []
    for row in rows:
        if row.values:
            items[row.values.order_id].append(row.values)
        else:
            further.append(row.continuation)
    for line in further:
        lines = items[line.order_id]
        [place] = [n for n, item in enumerate(lines) if line.matches(item)]
        lines[place] = line.added_to(lines[place])
    for order, expected in case["orders"].items():
        if expected:
            totals = expected.get("total_any") or [expected["total"]]
            assert sum(map(_total, items[order])) in map(Decimal, totals)
            assert {item.currency for item in items[order]} == {expected["currency"]}
        else:
            assert all(
                is_multi_channel(item.order_id, item.sales_channel)
                for item in items[order]
            )


@pytest.mark.parametrize(
    "case",
    [c for c in _cases() if not c["orders"]],
    ids=lambda case: case["file"],
)
def test_stock_returns_and_statuses(case):
    found = [row.values for row in _read(case)[1]]
    if "stock" in case:
        assert {row.sku: row.sellable for row in found} == case["stock"]
    if "returns" in case:
        assert {row.license_plate: row.order_id for row in found} == case["returns"]
    if "control" in case:
        statuses = {row.order_id: row.status for row in found}
        assert statuses == {**statuses, **case["control"]}


def test_the_seller_is_told_as_the_one_who_owes_the_tax():
    [case] = [c for c in _cases() if c["file"].startswith("09_")]
    [row] = _read(case)[1]
    assert row.values.tax_collection_responsible_party == "Seller"
