"""What becomes of orders, and what the control list says of it."""

from collections import Counter
from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
import requests

from .clock import Clock, api_time, parse_time
from .control_list import COLUMNS
from .server import Simulator
from .testing import DE, FBA_EU, MFN_EU, START, Caller, read_table

CONTROL = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
BY_ORDER_DATE = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_ORDER_DATE_GENERAL"
HOUR, DAY = 3600, 86400
PRICES = ("item-price", "shipping-price", "gift-wrap-price")
PROMOTIONS = ("item-promotion-discount", "ship-promotion-discount")


@pytest.fixture
def amazon():
    with Simulator(clock=START, rate_scale=0, history_days=-1) as simulator:
        simulator.clock.freeze(True)
        simulator.state.settings["fba_throttle"] = False
        yield simulator


class Seller(Caller):
    def login(self):
        """Access tokens live for an hour of the clock."""
        self.token = Caller(self.url, self.key).token

    def place(self, **particulars):
        body = {"seller": self.key, "marketplace": "DE", "scenario": "simple"}
        return self.control("POST", "orders", body | particulars)["orders"]

    def list(self, report_type=CONTROL, days=20, **changes):
        """The control list by order number; {} if there is none."""
        self.login()
        end = parse_time(self.control("GET", "clock")["now"])
        changes.setdefault("dataEndTime", api_time(end))
        body = self.finish(self.create(report_type, days, **changes))
        if body["processingStatus"] == "CANCELLED":
            return {}
        link = self.link(body["reportDocumentId"], False)
        return read(link)

    def rows(self, report_type, days=20):
        self.login()
        end = self.control("GET", "clock")["now"]
        body = self.finish(self.create(report_type, days, dataEndTime=end))
        if body["processingStatus"] == "CANCELLED":
            return []
        link = self.link(body["reportDocumentId"])
        return [row for rows in read(link).values() for row in rows]

    def expected(self):
        return self.control("GET", "expected", seller=self.key)


def amount(rows, names):
    return sum(Decimal(row[name] or 0) for row in rows for name in names)


def read(link):
    found = {}
    for row in read_table(link, requests.get(link["url"], timeout=60)):
        order_id = row.get("amazon-order-id") or row["order-id"]
        found.setdefault(order_id, []).append(row)
    return found


@pytest.fixture
def seller(amazon):
    return Seller(amazon.url, "eu")


def test_a_merchants_order_goes_from_pending_to_shipped(amazon, seller):
    (order_id,) = seller.place(age=-2 * HOUR, pending=3 * HOUR)
    (row,) = seller.list()[order_id]
    assert list(row) == [*COLUMNS, "order-item-id"]
    assert (row["order-status"], row["item-status"]) == ("Pending", "Pending")
    assert (row["item-price"], row["currency"], row["ship-country"]) == ("", "", "")
    assert (row["quantity"], row["fulfillment-channel"]) == ("1", "Merchant")
    assert row["last-updated-date"] == row["purchase-date"]
    assert seller.expected()["awaited"] == {order_id: "Pending"}
    assert seller.rows(MFN_EU) == []
    amazon.clock.advance(2 * HOUR + 1)
    (row,) = seller.list()[order_id]
    (ordered,) = seller.rows(MFN_EU)
    assert row["order-status"] == "Unshipped"
    assert row["item-price"] == ordered["item-price"] != ""
    assert row["order-item-id"] == ordered["order-item-id"]
    assert row["last-updated-date"] == ordered["payments-date"]
    assert not seller.expected()["awaited"]
    amazon.clock.advance(61 * HOUR)
    (row,) = seller.list()[order_id]
    assert (row["order-status"], row["item-status"]) == ("Shipped", "Shipped")
    assert row["last-updated-date"] > ordered["payments-date"]


def test_a_list_holds_what_last_changed_in_its_period(amazon, seller):
    (order_id,) = seller.place(age=600, pending=HOUR)
    then = amazon.clock.now()
    assert order_id in seller.list(days=1)
    amazon.clock.advance(61 * HOUR)
    until_then = {"dataEndTime": api_time(then)}
    assert order_id not in seller.list(days=5, **until_then)
    assert order_id in seller.list(days=3)
    assert order_id in seller.list(BY_ORDER_DATE, days=5, **until_then)
    assert seller.list(BY_ORDER_DATE, days=1) == {}


def test_an_fba_order_ships_parcel_by_parcel(amazon, seller):
    (order_id,) = seller.place(
        fulfillment="fba", age=-3 * HOUR, scenario="partial", sku="PEN"
    )

    def state():
        (row,) = seller.list()[order_id]
        return row["order-status"], row["item-status"], row["fulfillment-channel"]

    assert state() == ("Shipping", "Unshipped", "Amazon")
    amazon.clock.advance(HOUR + 1)
    # Two parcels, of which the second leaves a day later.
    assert state() == ("Shipping", "Unshipped", "Amazon")
    assert seller.expected()["awaited"] == {order_id: "Shipping"}
    amazon.clock.advance(DAY)
    assert state() == ("Shipped", "Shipped", "Amazon")


def test_the_list_holds_the_whole_region(seller):
    placed = seller.place(marketplace="FR") + seller.place(marketplace="DE")
    assert set(seller.list(marketplaceIds=[DE])) == set(placed)


def test_multi_channel_orders_are_in_the_list(seller):
    (order_id,) = seller.place(fulfillment="fba", scenario="multi_channel")
    (row,) = seller.list()[order_id]
    assert row["sales-channel"] == "Non-Amazon DE"
    assert row["merchant-order-id"]
    assert row["item-price"] == ""


@pytest.mark.parametrize("key, on_top", [("eu", False), ("na", True)])
def test_lists_total_what_is_expected(amazon, key, on_top):
    amazon.state.market.live = True
    amazon.state.seller(key).orders_per_day = 12
    amazon.clock.advance(25 * DAY)
    seller = Seller(amazon.url, key)
    assert set(seller.expected()["orders"]) <= set(seller.list(days=30))
    # The list knows of a parcel at once, the reports of shipments hours later.
    then = api_time(amazon.clock.now())
    amazon.clock.advance(3 * HOUR)
    listed = seller.list(days=30, dataEndTime=then)
    compared = 0
    for order_id, entry in seller.expected()["orders"].items():
        rows = listed.get(order_id)
        if not rows or rows[0]["order-status"] == "Shipping":
            continue
        total = amount(rows, PRICES) - amount(rows, PROMOTIONS)
        if on_top and not Decimal(entry["withheld"]):
            total += Decimal(entry["tax"])
        kept = 0 if on_top else Decimal(entry["withheld"])
        assert total == Decimal(entry["total"]) + kept, order_id
        compared += 1
    assert compared > 200


@pytest.mark.parametrize("fulfillment", ["mfn", "fba"])
def test_a_pending_order_is_cancelled_unreleased(amazon, seller, fulfillment):
    (order_id,) = seller.place(
        fulfillment=fulfillment, cancelled="pending", age=0, pending=10 * HOUR
    )
    assert seller.list()[order_id][0]["order-status"] == "Pending"
    amazon.clock.advance(200 * HOUR)
    assert seller.list()[order_id][0]["order-status"] == "Cancelled"
    assert seller.rows(MFN_EU if fulfillment == "mfn" else FBA_EU) == []
    entry = seller.expected()["not_sales"][order_id]
    assert (entry["why"], entry["rows"]) == ("cancelled", 0)


def test_an_order_is_cancelled_after_its_import(amazon, seller):
    (order_id,) = seller.place(cancelled="unshipped", age=60)
    before = seller.expected()["orders"][order_id]
    (row,) = seller.rows(MFN_EU)
    assert row["quantity-purchased"] == "1"
    amazon.clock.advance(60 * HOUR)
    (row,) = seller.rows(MFN_EU)
    assert (row["quantity-purchased"], row["item-price"]) == ("0", "0.00")
    assert seller.list()[order_id][0]["order-status"] == "Cancelled"
    after = seller.expected()
    assert order_id not in after["orders"]
    assert after["not_sales"][order_id]["rows"] == before["rows"] == 1
    assert after["not_sales"][order_id]["total"] is None


def test_orders_can_be_cancelled_by_hand_until_they_ship(amazon, seller):
    (order_id,) = seller.place()
    body = {"order_id": order_id, "cancel": 0}
    assert seller.control("POST", "changes", body)["order"]["why"] == "cancelled"
    (late,) = seller.place(age=70 * HOUR)
    for wrong in ({"order_id": late, "cancel": 0}, {"order_id": "1", "cancel": 0}):
        answer = requests.post(f"{amazon.url}/_control/changes", json=wrong)
        assert answer.status_code == 400
        assert wrong["order_id"] in answer.json()["error"]


def test_a_share_of_the_orders_is_cancelled_by_chance(amazon, seller):
    seller.control("POST", "sellers", {"key": "eu", "cancelled_share": 0.3})
    placed = seller.place(count=100, age=5 * DAY, spread=DAY)
    states = Counter(rows[0]["order-status"] for rows in seller.list().values())
    assert 15 < states["Cancelled"] < 45
    assert states["Cancelled"] + states["Shipped"] == len(placed)
    entries = seller.expected()["not_sales"].values()
    assert {entry["rows"] for entry in entries} == {0, 1}


def test_contents_do_not_depend_on_cancellations(amazon):
    def story(share):
        with Simulator(clock=amazon.clock.now(), rate_scale=0) as other:
            seller = other.state.seller("eu")
            seller.cancelled_share = share
            other.state.market.place(seller, other.clock.now(), 30)
            orders = other.state.market.orders(seller)
            return [(o.order_id, o.buyer, o.lines) for o in orders]

    assert story(0.0) == story(0.5)


def test_shipments_are_missing_for_days_and_then_delivered(amazon, seller):
    (late,) = seller.place(fulfillment="fba", withheld_days=3)
    (prompt,) = seller.place(fulfillment="fba")

    def told():
        return {row["amazon-order-id"] for row in seller.rows(FBA_EU)}

    assert told() == {prompt}
    assert set(seller.list()) == {late, prompt}
    assert seller.expected()["awaited"] == {late: "Shipped"}
    amazon.clock.advance(3 * DAY)
    assert told() == {late, prompt}
    assert set(seller.expected()["orders"]) == {late, prompt}
    assert seller.expected()["awaited"] == {}


def test_shipments_can_be_withheld_by_hand_and_by_chance(amazon, seller):
    (order_id,) = seller.place(fulfillment="fba")
    body = {"order_id": order_id, "withheld_days": 2}
    assert seller.control("POST", "changes", body) == {"order": None}
    body = {"key": "eu", "withheld_share": 0.5, "withheld_days": 4}
    seller.control("POST", "sellers", body)
    placed = seller.place(fulfillment="fba", count=40)
    assert 10 < len(seller.expected()["orders"]) < 30
    amazon.clock.advance(4 * DAY)
    assert len(seller.expected()["orders"]) == len(placed) + 1


def test_a_live_market_goes_on_selling():
    start = datetime(2026, 3, 1, 7, 0, tzinfo=timezone.utc)
    clock = Clock(start, frozen=True)
    with Simulator(clock=clock, rate_scale=0, history_days=1, live=True) as amazon:
        seller = Seller(amazon.url, "eu")
        counts = []
        for _step in range(8):
            expected = seller.expected()
            counts.append(len(expected["orders"]) + len(expected["not_sales"]))
            amazon.clock.advance(6 * HOUR)
        assert counts == sorted(counts)
        assert counts[-1] >= counts[0] + 6
        off = (start + timedelta(days=5)).date().isoformat()
        seller.control("POST", "sellers", {"key": "eu", "days_off": [off]})
        amazon.clock.advance(10 * DAY)
        bought = Counter(
            row["purchase-date"][:10]
            for rows in seller.list(BY_ORDER_DATE).values()
            for row in rows
        )
        assert len(bought) > 9
        seen = {
            order.fulfillable_at.date().isoformat()
            for order in amazon.state.market.orders(amazon.state.seller("eu"))
            if order.fulfillment == "mfn"
        }
        assert off not in seen


def test_a_year_passes_quickly_and_is_forgotten():
    clock = Clock(datetime(2026, 1, 1, tzinfo=timezone.utc), frozen=True)
    with Simulator(clock=clock, rate_scale=0, history_days=0, live=True) as amazon:
        state = amazon.state
        state.settings |= {"authorization_days": 0, "secret_days": 0}
        for _step in range(120):
            amazon.clock.advance(3 * DAY)
            caller = Caller(amazon.url, "eu")
            body = caller.finish(caller.create(MFN_EU, days=4))
            if body["processingStatus"] == "DONE":
                caller.link(body["reportDocumentId"])
        assert len(state.market.orders(state.seller("eu"))) > 1400
        assert len(state.reports) <= 12
        assert len(state.documents) <= 12
        assert len(state.tokens) <= 4
        assert len(state.links) <= 4
