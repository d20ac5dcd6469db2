"""The golden files through the parser: every row is read, or refused with reason."""

import json
from decimal import Decimal

import pytest
from report_formats import KINDS, ReportFileError, detect_file_kinds, open_report
from report_formats.order_numbers import is_multi_channel

from tests.shared import SHARED

GOLDEN = SHARED / "golden"

pytestmark = pytest.mark.skipif(
    not GOLDEN.is_dir(),
    reason=f"no golden files at {GOLDEN} (set AMAZON_SHARED to the shared folder)",
)


def _cases():
    try:
        cases = json.loads((GOLDEN / "expected.json").read_text())
    except OSError:
        return []
    return [c for c in cases if KINDS[c["kind"]].row_format]


def _read(name, kind):
    with (GOLDEN / name).open("rb") as stream:
        report = open_report(stream, kind)
        return report, list(report.rows())


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["file"])
def test_golden_file(case):
    if case.get("refused"):
        with pytest.raises(ReportFileError):
            _read(case["file"], case["kind"])
        return
    report, rows = _read(case["file"], case["kind"])
    assert report.row_count == len(rows) == sum(case["rows"].values())
    assert report.unknown_columns == ()
    errors = [row for row in rows if row.error]
    assert len(errors) == case["rows"].get("error", 0)
    assert not any(row.warnings for row in rows)
    found = {row.values.order_id for row in rows if row.values}
    assert {order for order, expected in case["orders"].items() if expected} <= found
    for row in rows:
        expected = case["orders"].get(row.values and row.values.order_id)
        if expected:
            assert row.values.currency == expected["currency"]
            if "invoice_vat" in expected:
                numbers = [r.number for r in row.values.buyer_tax_registrations]
                assert numbers == [expected["invoice_vat"]]
            if "invoice_company" in expected:
                assert row.values.buyer_company == expected["invoice_company"]


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["file"])
def test_golden_totals(case):
    """Gross of the rows is the order's total, where no tax comes on top of it."""
    if case.get("refused") or case.get("after") or case["kind"] == "mfn_orders_na":
        return
    totals = {}
    for row in _read(case["file"], case["kind"])[1]:
        v = row.values
        if v:
            parts = (
                v.item_price,
                v.shipping_price,
                v.gift_wrap_price,
                v.item_promotion,
                v.ship_promotion,
            )
            amount = sum((part for part in parts if part), Decimal(0))
            totals[v.order_id] = totals.get(v.order_id, 0) + amount
    for order, expected in case["orders"].items():
        if expected:
            assert totals[order] == Decimal(expected["total"]), order


def test_cp1252_and_bare_quote():
    report, rows = _read("mfn_eu_without_vcs.tsv", "mfn_orders_eu")
    assert report.charset == "cp1252"
    assert rows[0].values.recipient.street1 == "Lindenstraße 12"
    assert rows[0].values.recipient.city == "München"
    assert rows[3].values.product_name == 'LED lamp 24" warm'
    assert rows[4].values.item_promotion == Decimal("-5.00")
    assert rows[4].values.item_promotion_ids == "Coupon IT"
    assert rows[5].values.gift_message == "Alles Gute!"
    assert rows[6].values.billing.city == "Augsburg"
    assert not rows[0].values.billing


def test_shift_jis_and_no_city():
    report, [row] = _read("fba_jp.tsv", "fba_orders_na")
    assert report.charset == "cp932"
    assert row.values.buyer_name == "山田 太郎"
    assert row.values.recipient.city == ""
    assert row.raw["ship-city"] == "--"
    assert row.values.recipient.state == "東京都"
    assert row.values.item_price == Decimal(5000)
    assert row.values.points_granted == 50


def test_ids_that_differ_in_case_only_stay_apart():
    _, rows = _read("fba_eu.tsv", "fba_orders_eu")
    assert rows[0].values.shipment_id == "DaaA1"
    assert rows[6].values.shipment_id == "dAAa1"
    assert rows[3].values.shipment_item_id == ""
    assert [
        is_multi_channel(row.values.order_id, row.values.sales_channel) for row in rows
    ] == [False] * 5 + [True, False]


def test_bad_rows_say_why_and_leave_the_others_alone():
    _, rows = _read("mfn_eu_bad_rows.tsv", "mfn_orders_eu")
    assert [row.error and row.error.code for row in rows] == [
        None,
        "short_row",
        "damaged_identifier",
        "bad_amount",
        None,
    ]
    assert rows[2].error.column == "order-id"
    assert rows[3].error.params["value"] == "9,99 EUR"


@pytest.mark.parametrize(
    ("name", "code"),
    [("not_a_report.xml", "expired_link"), ("missing_columns.tsv", "missing_columns")],
)
def test_refused(name, code):
    with pytest.raises(ReportFileError) as refusal:
        _read(name, "mfn_orders_eu")
    assert refusal.value.code == code


def test_missing_columns_are_named():
    with pytest.raises(ReportFileError, match="order-item-id, currency") as refusal:
        _read("missing_columns.tsv", "mfn_orders_eu")
    assert refusal.value.params["columns"] == ("order-item-id", "currency")


def test_kind_is_detected_from_the_file():
    cases = json.loads((GOLDEN / "expected.json").read_text())
    for case in cases:
        if not case.get("refused"):
            with (GOLDEN / case["file"]).open("rb") as stream:
                assert case["kind"] in detect_file_kinds(stream), case["file"]
