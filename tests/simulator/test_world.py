"""The simulated orders: deterministic, varied, and equal to what files say."""

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from .server import Simulator
from .testing import FBA_EU, FBA_GENERAL, MFN_EU, START, Caller

PRICES = ("item-price", "shipping-price", "gift-wrap-price")
TAXES = ("item-tax", "shipping-tax", "gift-wrap-tax")
PROMOTIONS = ("item-promotion-discount", "ship-promotion-discount")
# seller -> its MFN and FBA report types, whether the FBA one is restricted
TYPES = {
    "eu": (MFN_EU, FBA_EU, True),
    "eu-vcs": (MFN_EU, FBA_EU, True),
    "na": (
        "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX",
        "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX",
        True,
    ),
    "fe": ("GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING", FBA_GENERAL, False),
}


def amount(row, names):
    return sum((Decimal(row.get(name) or "0") for name in names), Decimal())


def totals_of(rows, order_column, quantity_column, on_top, withheld):
    """Order id -> total by the rules of design.md, from the file alone."""
    totals = defaultdict(Decimal)
    for row in rows:
        if row[quantity_column] == "0" or row["sales-channel"].startswith("Non-"):
            continue
        total = amount(row, PRICES)
        total -= sum(abs(Decimal(row.get(name) or "0")) for name in PROMOTIONS)
        if on_top and not withheld(row):
            total += amount(row, TAXES)
        totals[row[order_column]] += total
    return dict(totals)


@pytest.mark.parametrize("key", TYPES)
def test_files_total_what_is_expected(amazon, key):
    seller = Caller(amazon.url, key)
    mfn, fba, restricted = TYPES[key]
    on_top = key == "na"
    found = totals_of(
        seller.table(mfn),
        "order-id",
        "quantity-purchased",
        on_top,
        lambda row: row["tax-collection-responsible-party"],
    ) | totals_of(
        seller.table(fba, restricted=restricted),
        "amazon-order-id",
        "quantity-shipped",
        on_top,
        lambda row: True,
    )
    expected = seller.control("GET", "expected", seller=key)
    # In Europe the prices contain what Amazon collects.
    kept = 0 if on_top else 1
    assert found == {
        order_id: Decimal(order["total"]) + kept * Decimal(order["withheld"])
        for order_id, order in expected["orders"].items()
    }
    assert len(found) == expected["count"] > 40


def test_the_history_shows_every_kind_of_order(amazon):
    seen = set()
    for key in TYPES:
        seller = Caller(amazon.url, key)
        expected = seller.control("GET", "expected", seller=key)
        entries = [*expected["orders"].values(), *expected["not_sales"].values()]
        seen |= {(entry["fulfillment"], entry["scenario"]) for entry in entries}
    assert seen >= {
        ("mfn", "business"),
        ("mfn", "gift_wrap"),
        ("mfn", "replacement"),
        ("mfn", "cancelled_line"),
        ("fba", "partial"),
        ("fba", "multi_channel"),
        ("fba", "no_shipment_item_id"),
    }


def test_a_restart_tells_the_same_story():
    def story(start, seed=1):
        with Simulator(seed=seed, clock=start, rate_scale=0) as amazon:
            seller = Caller(amazon.url, "eu")
            rows = seller.table(MFN_EU, days=10) + seller.table(FBA_EU, days=10)
            return {(row["sku"], tuple(row.items())) for row in rows}

    first = story(START)
    assert story(START) == first
    assert story(START, seed=2).isdisjoint(first)
    later = story(START + timedelta(days=1))
    assert len(first & later) > len(first) * 0.8


def test_nothing_happens_by_itself_around_the_start(amazon, seller):
    before = seller.control("GET", "expected", seller="eu")["orders"]
    amazon.clock.advance(5 * 3600)
    assert seller.control("GET", "expected", seller="eu")["orders"] == before


def test_partial_shipments_arrive_one_by_one(amazon, seller):
    placed = seller.control(
        "POST",
        "orders",
        {"fulfillment": "fba", "scenario": "partial", "sku": "PEN", "seller": "eu"},
    )
    (order_id,) = placed["orders"]

    def entry():
        return seller.control("GET", "expected", seller="eu")["orders"][order_id]

    first = entry()
    amazon.clock.advance(86400)
    second = entry()
    assert (first["rows"], second["rows"]) == (1, 2)
    assert Decimal(second["total"]) > Decimal(first["total"])


def test_orders_placed_for_later_are_not_there_yet(amazon, seller):
    body = {"marketplace": "FR", "age": -3600, "scenario": "simple"}
    (order_id,) = seller.control("POST", "orders", body)["orders"]
    query = {"seller": "eu", "marketplace": "FR", "fulfillment": "mfn"}
    assert order_id not in seller.control("GET", "expected", **query)["orders"]
    amazon.clock.advance(3601)
    assert order_id in seller.control("GET", "expected", **query)["orders"]


def test_a_business_order_abroad_is_net_with_vat_service(amazon):
    seller = Caller(amazon.url, "eu-vcs")
    body = {"seller": "eu-vcs", "marketplace": "FR", "scenario": "business"}
    (order_id,) = seller.control("POST", "orders", body)["orders"]
    (row,) = [row for row in seller.table() if row["order-id"] == order_id]
    assert row["is-business-order"] == "true"
    assert row["buyer-vat-number"] == row["buyer-tax-registration-id"] != ""
    assert row["item-tax"] == "0.00"
    assert row["vat-exclusive-item-price"] == row["item-price"]


def test_columns_follow_the_sellers_choice(seller):
    base = seller.table(reportOptions=None)[0]
    assert "sales-channel" not in base
    assert "bill-city" in base
    seller.control("POST", "sellers", {"key": "eu", "columns": ["promise"]})
    changed = seller.table()[0]
    assert changed["sales-channel"]
    assert "bill-city" not in changed
    assert changed["latest-ship-date"]


def test_the_general_report_has_no_personal_data(seller):
    rows = seller.table(FBA_GENERAL, restricted=False)
    personal = ("buyer-name", "recipient-name", "ship-address-1", "buyer-email")
    assert {row[name] for row in rows for name in personal} == {""}
    assert all(row["ship-country"] for row in rows)


def test_only_requested_marketplaces_are_reported(seller):
    rows = seller.table(marketplaceIds=["A1PA6795UKMFR9"])
    assert {row["sales-channel"] for row in rows} == {"Amazon.de"}


def test_text_beyond_the_code_page_makes_the_report_utf8(amazon, seller):
    order = amazon.state.market.place(
        amazon.state.seller("eu"), amazon.clock.now(), scenario="simple"
    )[0]
    order.lines[0].title = "Kubek „Łódź”"
    rows = {row["order-id"]: row for row in seller.table()}
    assert rows[order.order_id]["product-name"] == "Kubek „Łódź”"


def test_ten_thousand_rows_come_quickly(seller):
    began = time.monotonic()
    body = {"count": 10_000, "marketplace": "DE", "scenario": "simple"}
    placed = seller.control("POST", "orders", body)
    rows = seller.table(days=1)
    assert placed["rows"] == 10_000
    assert set(placed["orders"]) <= {row["order-id"] for row in rows}
    assert time.monotonic() - began < 20


def test_a_scenario_must_exist(amazon):
    for body in ({"scenario": "nonsense"}, {"seller": "na", "scenario": "gift_wrap"}):
        answer = requests.post(f"{amazon.url}/_control/orders", json=body)
        assert answer.status_code == 400
        assert body["scenario"] in answer.json()["error"]


def test_a_seller_can_be_added(amazon, seller):
    body = {
        "key": "small",
        "seller_id": "A9SMALL",
        "region": "eu",
        "marketplaces": ["DE"],
        "home_country": "DE",
        "roles": ["Tax Invoicing (Restricted)"],
        "columns": ["promotion"],
        "history_days": 3,
    }
    seller.control("POST", "sellers", body)
    small = Caller(amazon.url, "small")
    expected = small.control("GET", "expected", seller="small")
    assert 3 <= expected["count"] <= 16
    assert {row["sales-channel"] for row in small.table()} == {"Amazon.de"}


def test_the_command_line_serves_until_told_to_stop():
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-m", "tests.simulator", "--port", "0"]
    command += ["--start", "2026-11-20T12:00:00Z", "--history-days", "1"]
    process = subprocess.Popen(
        command,
        cwd=root,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )
    try:
        line = process.stdout.readline()
        assert line.startswith("simulator ready at http://127.0.0.1:")
        url = line.split()[-1]
        now = requests.get(f"{url}/_control/clock").json()["now"]
        assert now.startswith("2026-11-20T12:00")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
