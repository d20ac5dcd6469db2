"""Settlements: made by Amazon itself, exact, each sale and refund in one of them."""

import re
from collections import defaultdict
from decimal import Decimal

import pytest
import requests

from .settlements import COLUMNS, REPORT_TYPE
from .testing import REPORTS, Caller, read_table

DAY = 86400


def close(seller, **how):
    body = {"seller": seller.key, **how}
    return seller.control("POST", "settlements", body)["settlements"]


def listed(seller):
    answer = seller.call("GET", REPORTS, params={"reportTypes": REPORT_TYPE})
    assert answer.status_code == 200, answer.text
    return answer.json()["reports"]


def table(seller, report_id):
    (report,) = (r for r in listed(seller) if r["reportId"] == report_id)
    assert report["processingStatus"] == "DONE"
    link = seller.link(report["reportDocumentId"], restricted=False)
    return read_table(link, requests.get(link["url"], timeout=60))


def number(text):
    return Decimal(text.replace(",", "."))


def sums(rows):
    """Total and amounts by description of a file, whose rows must add up."""
    control, *body = rows
    found = defaultdict(Decimal)
    for row in body:
        assert not row["total-amount"] and not row["currency"]
        found[row["transaction-type"], row["amount-description"]] += number(
            row["amount"]
        )
    total = number(control["total-amount"])
    assert sum(found.values()) == total
    return total, found


def place(seller, **particulars):
    body = {"seller": seller.key, "marketplace": "DE", "scenario": "simple"}
    body |= {"age": 5 * DAY, **particulars}
    return seller.control("POST", "orders", body)["orders"]


@pytest.mark.parametrize(
    "key, style", [("eu", r"\d\d\.\d\d\.\d{4} "), ("na", r"\d{4}-"), ("fe", r"\d{4}/")]
)
def test_every_currency_adds_up_in_the_style_of_its_region(amazon, key, style):
    seller = Caller(amazon.url, key)
    made = close(seller)
    for settlement in made:
        rows = table(seller, settlement["report_ids"][0])
        assert list(rows[0]) == list(COLUMNS)
        total, _found = sums(rows)
        assert total == Decimal(settlement["total"])
        assert len(rows) == settlement["rows"] + 1
        assert rows[0]["currency"] == settlement["currency"]
        if settlement["currency"] != "GBP":
            assert all(re.match(style, row["posted-date-time"]) for row in rows[1:])
    everything = defaultdict(Decimal)
    for settlement in made:
        for order_id, parts in settlement["orders"].items():
            everything[order_id] += Decimal(parts["sale"])
    expected = seller.control("GET", "expected", seller=key)["orders"]
    now = amazon.clock.now()
    market, own = amazon.state.market, amazon.state.seller(key)
    sold = {
        order_id: Decimal(order["total"])
        for order_id, order in expected.items()
        if market.order(own, order_id).status(now) == "Shipped"
    }
    assert len(sold) > 20
    assert {order_id: everything[order_id] for order_id in sold} == sold


def test_a_sale_is_settled_once_and_its_refund_later(amazon):
    seller = Caller(amazon.url)
    mfn, fba = (
        place(seller, fulfillment=f, sku="MUG-RED", age=5 * DAY)[0]
        for f in ("mfn", "fba")
    )
    (first,) = (s for s in close(seller) if s["currency"] == "EUR")
    rows = table(seller, first["report_ids"][0])
    kinds = {row["order-id"]: row["fulfillment-id"] for row in rows[1:]}
    assert kinds[mfn] == "MFN"
    assert kinds[fba] == "AFN"
    _total, found = sums(rows)
    assert found["other-transaction", "Subscription Fee"] == -39
    assert found["other-transaction", "Current Reserve Amount"] < 0
    assert Decimal(first["orders"][mfn]["fee"]) < 0

    amazon.clock.advance(DAY)
    seller = Caller(amazon.url)
    seller.control("POST", "returns", {"order_id": fba, "seller": "eu"})
    (second,) = (s for s in close(seller) if s["currency"] == "EUR")
    assert mfn not in second["orders"]
    sale, refund = first["orders"][fba]["sale"], second["orders"][fba]["refund"]
    assert Decimal(sale) == -Decimal(refund) > 0
    _total, later = sums(table(seller, second["report_ids"][0]))
    held = found["other-transaction", "Current Reserve Amount"]
    assert later["other-transaction", "Previous Reserve Amount Balance"] == -held
    assert later["Refund", "Commission"] > 0 > later["Refund", "RefundCommission"]


def test_debt_is_carried_over(amazon):
    seller = Caller(amazon.url)
    close(seller, reserve=0)
    (debt,) = close(seller)
    assert debt["total"] == "-39.00"
    place(seller, fulfillment="mfn", count=20)
    (settlement,) = (s for s in close(seller) if s["currency"] == "EUR")
    _total, found = sums(table(seller, settlement["report_ids"][0]))
    assert found["other-transaction", "Payable to Amazon"] == -39


def test_amazon_withholds_tax(amazon):
    """British VAT is contained in the prices, American tax comes on top."""
    for key, country, name in (
        ("eu-vcs", "GB", "MarketplaceFacilitatorVAT-Principal"),
        ("na", "US", "MarketplaceFacilitatorTax-Principal"),
    ):
        seller = Caller(amazon.url, key)
        placed = place(seller, marketplace=country, fulfillment="mfn", count=5)
        orders = seller.control("GET", "expected", seller=key)["orders"]
        # Nothing is due in some of the states.
        order = next(ref for ref in placed if Decimal(orders[ref]["withheld"]))
        told = orders[order]
        settlement = next(s for s in close(seller) if order in s["orders"])
        rows = [
            row
            for row in table(seller, settlement["report_ids"][0])
            if row["order-id"] == order and row["amount-type"] != "ItemFees"
        ]
        assert sum(number(row["amount"]) for row in rows) == Decimal(told["total"])
        withheld = sum(
            number(row["amount"])
            for row in rows
            if row["amount-type"] == "ItemWithheldTax"
        )
        assert name in {row["amount-description"] for row in rows}
        assert withheld == -Decimal(told["withheld"]) < 0


def test_nobody_can_ask_for_one_but_it_may_be_listed_twice(amazon):
    seller = Caller(amazon.url)
    answer = seller.call("POST", REPORTS, json=seller.specification(REPORT_TYPE))
    assert answer.status_code == 400
    assert listed(seller) == []
    made = close(seller, reports=2)
    assert len(listed(seller)) == 2 * len(made)
    for settlement in made:
        one, other = (table(seller, i) for i in settlement["report_ids"])
        assert one == other
