"""VAT documents, returns and stock agree with the orders that were sold."""

import re
from collections import Counter, defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest

from .clock import parse_time
from .testing import DE, FBA_EU, FBA_RETURNS, FR, VCR, VIDR, Caller
from .vat_reports import VCR_COLUMNS, VCR_COLUMNS_2024, VIDR_COLUMNS
from .world.catalogue import CATALOGUE
from .world.stock import CENTER_COUNTRIES
from .world.transactions import COMPONENTS

MYI = "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA"
BY_COUNTRY = "GET_AFN_INVENTORY_DATA_BY_COUNTRY"
GB = "A1F83G8C2ARO7P"
CENT = Decimal("0.01")


@pytest.fixture
def lite(amazon):
    amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
    return Caller(amazon.url, "eu-vcs")


@pytest.fixture
def vcs(lite):
    """The seller for whom Amazon makes the invoices, from its first order on."""
    body = {"key": "eu-auto", "like": "eu-vcs", "seller_id": "A5SIMAUTO12345"}
    body |= {"vat_service": "vcs", "history_days": 25}
    body["marketplaces"] = ["DE", "FR", "IT", "ES", "PL", "GB"]
    lite.control("POST", "sellers", body)
    return Caller(lite.url, "eu-auto")


def place(seller, country, fulfillment="fba", **more):
    body = {"marketplace": country, "fulfillment": fulfillment, "scenario": "simple"}
    placed = seller.control("POST", "orders", {"seller": seller.key, **body, **more})
    return placed["orders"][0]


def documents(seller):
    answer = seller.control("GET", "expected_documents", seller=seller.key)
    return answer["documents"]


def amounts(row, names):
    return sum((Decimal(row[name] or "0") for name in names), Decimal())


# === VIDR === #


def vidr(seller, days=25, **changes):
    return seller.table(VIDR, days, restricted=False, reportOptions=None, **changes)


def test_vidr_has_its_columns_and_amounts_that_add_up(lite):
    rows = vidr(lite)
    assert list(rows[0]) == VIDR_COLUMNS
    assert len(VIDR_COLUMNS) == 92
    for row in rows:
        for name in ("item", "item-promo", "gift-wrap", "shipping", "shipping-promo"):
            gross, tax, net = (
                Decimal(row[f"{name}-vat-{kind}amount"] or "0")
                for kind in ("incl-", "", "excl-")
            )
            assert gross == net + tax
            rate = Decimal(row[f"{name}-vat-rate"] or "0")
            # Parcels and promotions take shares of what was rounded before.
            assert abs(net * rate - tax) <= 2 * CENT


def test_vidr_is_what_documents_and_orders_say(amazon, lite):
    gross = [n for n in VIDR_COLUMNS if n.endswith("vat-incl-amount")]
    tax = [n for n in VIDR_COLUMNS if n.endswith("vat-amount") and "bottle" not in n]
    found, of_orders = defaultdict(lambda: [0, 0]), defaultdict(Decimal)
    for row in vidr(lite):
        key = (row["transaction-id"], row["transaction-type"], row["order-id"])
        found[key][0] += amounts(row, gross)
        found[key][1] += amounts(row, tax)
        if row["transaction-type"] == "SHIPMENT":
            of_orders[row["order-id"]] += amounts(row, gross)
    expected = {
        (d["transaction_id"], d["transaction_type"], d["order_id"]): [
            Decimal(d["total"]),
            Decimal(d["tax"]),
        ]
        for d in documents(lite)
    }
    assert found == expected
    assert {key[1] for key in found} == {"SHIPMENT", "RETURN", "REFUND"}
    orders = lite.control("GET", "expected", seller="eu-vcs")["orders"]
    seller, now = amazon.state.sellers["eu-vcs"], amazon.clock.now()
    whole = 0
    for order_id, total in of_orders.items():
        order = amazon.state.market.order(seller, order_id)
        if all(parcel.is_told(now) for parcel in order.parcels):
            whole += 1
            expected = orders[order_id]
            assert total == Decimal(expected["total"]) + Decimal(expected["withheld"])
    assert whole > 40


def test_vidr_comes_with_the_shipment_and_by_order_date(lite):
    order_id = place(lite, "DE", "mfn")
    assert order_id not in {row["order-id"] for row in vidr(lite)}
    lite.control("POST", "shipments", {"seller": "eu-vcs", "order_id": order_id})
    assert order_id in {row["order-id"] for row in vidr(lite)}
    # "all" goes by the date of the order, not of its shipment.
    options = {"reportOptions": {"ReportOption=all": "true"}}
    rows = lite.table(VIDR, 4, restricted=False, **options)
    now = parse_time(lite.control("GET", "clock")["now"])
    assert order_id in {row["order-id"] for row in rows}
    first = min(parse_time(row["order-date"]) for row in rows)
    assert now - timedelta(days=4) <= first


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"reportOptions": {"ReportOption": "all"}}, "Provided reportType"),
        ({"marketplaceIds": ["A33AVAJ2PDY3EV"]}, "Report rejected"),
        ({"days": 31, "reportOptions": {"ReportOption=all": "true"}}, "30 days"),
    ],
)
def test_vidr_refuses_what_amazon_refuses(lite, changes, message):
    days = changes.pop("days", 5)
    body = lite.specification(VIDR, days, **changes)
    answer = lite.call("POST", "/reports/2021-06-30/reports", json=body)
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


def test_vidr_is_for_sellers_who_upload_their_own(amazon, lite):
    seller = Caller(amazon.url, "eu")
    report = seller.create(VIDR, reportOptions=None)
    assert seller.finish(report)["processingStatus"] == "CANCELLED"


# === SC_VAT_TAX_REPORT === #


def vcr(seller, **changes):
    return seller.table(VCR, 25, **changes)


def test_vcr_is_what_documents_say(amazon, vcs):
    rows = vcr(vcs)
    assert list(rows[0]) == VCR_COLUMNS
    assert len(VCR_COLUMNS) == 84
    found = defaultdict(lambda: [0, 0, 0])
    for row in rows:
        key = (row["Transaction ID"], row["Order ID"])
        for place_, name in enumerate(("Inclusive", "Amount", "Exclusive")):
            for component in COMPONENTS:
                price, promotion = (
                    (f"Tax {name} Selling Price", f"Tax {name} Promo Amount")
                    if name != "Amount"
                    else ("Tax Amount", "Tax Amount Promo")
                )
                found[key][place_] += Decimal(row[f"{component} {price}"])
                found[key][place_] += Decimal(row[f"{component} {promotion}"])
    first = (amazon.clock.now() - timedelta(days=25)).date().isoformat()
    told = [d for d in documents(vcs) if d["date"] >= first]
    wanted = {
        (d["transaction_id"], d["order_id"]): [
            Decimal(d["total"]),
            Decimal(d["tax"]),
            Decimal(d["net"]),
        ]
        for d in told
    }
    assert found == wanted
    assert len(found) > 60
    numbers = {row["VAT Invoice Number"] for row in rows} - {"N/A"}
    assert numbers == {d["number"] for d in told} - {""}
    assert all(re.fullmatch(r"[A-Z]{2}\d[0-9A-Z]{5}12345[A-Z]", n) for n in numbers)


def test_vcr_has_the_older_layout_too(vcs):
    vcs.control("POST", "sellers", {"key": "eu-auto", "vcr_layout": "2024"})
    rows = vcr(vcs)
    assert list(rows[0]) == VCR_COLUMNS_2024
    assert len(VCR_COLUMNS_2024) == 71
    assert "SDI Invoice Delivery Status" in VCR_COLUMNS_2024
    assert re.fullmatch(r"\d\d/\d\d/\d{4}", rows[0]["Order Date"])


def test_vcr_takes_days_and_three_of_them_pass_first(amazon, vcs):
    order_id = place(vcs, "DE")
    now = amazon.clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    times = {"dataStartTime": midnight.isoformat(), "dataEndTime": midnight.isoformat()}
    report = vcs.create(VCR, **times)
    assert vcs.finish(report)["processingStatus"] == "CANCELLED"
    assert order_id not in {row["Order ID"] for row in vcr(vcs)}
    amazon.clock.advance(4 * 86400)
    # The time of the day counts for nothing.
    times["dataEndTime"] = (midnight + timedelta(seconds=1)).isoformat()
    shipped = {row["Shipment Date"] for row in vcs.table(VCR, **times)}
    assert shipped
    assert len(shipped) == 1
    assert order_id in {row["Order ID"] for row in vcr(vcs)}


def test_late_numbers_are_filled_by_a_later_report(amazon, vcs):
    late = [d for d in documents(vcs) if not d["number"]]
    assert late, "the history has none; take another seed"
    rows = {row["Transaction ID"]: row for row in vcr(vcs)}
    assert {rows[d["transaction_id"]]["VAT Invoice Number"] for d in late} == {"N/A"}
    amazon.clock.advance(3 * 86400)
    rows = {row["Transaction ID"]: row for row in vcr(vcs)}
    for document in late:
        row = rows[document["transaction_id"]]
        assert row["VAT Invoice Number"] == document["final_number"]


CASES = [
    # marketplace, order, expected: regime, letter, responsibility, rates
    ("DE", {"fulfillment": "mfn"}, ("DE",), "domestic", "I", "Seller"),
    ("FR", {"fulfillment": "mfn"}, ("FR",), "oss", "U", "Seller"),
    ("GB", {"fulfillment": "fba"}, ("GB",), "deemed", "D", "Marketplace"),
    ("DE", {"fulfillment": "mfn"}, ("CH",), "export", "I", "Seller"),
    (
        "FR",
        {"fulfillment": "mfn", "scenario": "business"},
        ("FR",),
        "intra_community",
        "I",
        "Seller",
    ),
    (
        "IT",
        {"fulfillment": "mfn", "scenario": "untaxed"},
        ("IT",),
        "receipt",
        "T",
        "Seller",
    ),
]


@pytest.mark.parametrize("country, order, to, regime, letter, responsibility", CASES)
def test_every_regime(amazon, vcs, country, order, to, regime, letter, responsibility):
    for _ in range(40):
        order_id = place(vcs, country, sku="MUG-RED", **order)
        body = {"seller": "eu-auto", "order_id": order_id}
        seller = amazon.state.sellers["eu-auto"]
        sold = amazon.state.market.order(seller, order_id)
        vat_number = sold.buyer.vat_number or order.get("scenario") != "business"
        if sold.buyer.ship_to.country in to and vat_number:
            break
    if order["fulfillment"] == "mfn":
        vcs.control("POST", "shipments", body)
    amazon.clock.advance(6 * 86400)
    document = next(d for d in documents(vcs) if d["order_id"] == order_id)
    assert (document["regime"], document["letter"]) == (regime, letter)
    row = next(row for row in vcr(vcs) if row["Order ID"] == order_id)
    assert row["VAT Invoice Number"] == document["final_number"]
    assert row["Tax Collection Responsibility"] == responsibility
    assert row["Tax Reporting Scheme"] == {
        "oss": "VCS_EU_OSS",
        "deemed": "DEEMED_RESELLER",
    }.get(regime, "")
    untaxed = regime in ("export", "intra_community", "receipt")
    assert (Decimal(row["OUR_PRICE Tax Amount"]) == 0) == untaxed
    assert (Decimal(row["Tax Rate"]) == 0) == untaxed
    assert row["Export Outside EU"] == ("true" if regime == "export" else "false")
    assert bool(row["Buyer Tax Registration"]) == (regime == "intra_community")
    reason = "NonTaxable" if regime == "receipt" else "Taxable"
    assert row["Tax Calculation Reason Code"] == reason


def test_a_correction_takes_the_invoice_back_and_makes_another(amazon, vcs):
    order_id = place(vcs, "DE")
    amazon.clock.advance(86400)
    made = vcs.control(
        "POST", "corrections", {"seller": "eu-auto", "order_id": order_id}
    )
    assert len(made["documents"]) == 2
    amazon.clock.advance(6 * 86400)
    first, back, again = (row for row in vcr(vcs) if row["Order ID"] == order_id)
    assert first["Is Invoice Corrected"] == "TRUE"
    assert Decimal(back["OUR_PRICE Tax Inclusive Selling Price"]) == -Decimal(
        first["OUR_PRICE Tax Inclusive Selling Price"]
    )
    assert back["VAT Invoice Number"][-1] in "CQXR"
    assert again["VAT Invoice Number"][-1] == first["VAT Invoice Number"][-1]
    assert again["Original VAT Invoice Number"] == first["VAT Invoice Number"]
    assert again["Invoice Correction Details"]
    mine = [d for d in documents(vcs) if d["order_id"] == order_id]
    assert sum(Decimal(d["total"]) for d in mine) == Decimal(mine[0]["total"])


# === RETURNS AND REFUNDS === #


def test_credits_give_back_exactly_what_was_sold(amazon, lite):
    order_id = place(lite, "DE", scenario="quantity")
    body = {"seller": "eu-vcs", "order_id": order_id, "quantity": 1}
    (line,) = amazon.state.market.order(amazon.state.sellers["eu-vcs"], order_id).lines
    for _ in range(line.quantity):
        lite.control("POST", "returns", body)
    with pytest.raises(AssertionError, match="left to give back"):
        lite.control("POST", "returns", body)
    mine = [d for d in documents(lite) if d["order_id"] == order_id]
    assert len(mine) > 2
    for name in ("net", "tax", "total"):
        assert sum(Decimal(d[name]) for d in mine) == 0


def test_shipping_alone_is_refunded_once(lite):
    order_id = place(lite, "DE", "mfn", scenario="shipping_promotion", sku="MUG-RED")
    lite.control("POST", "shipments", {"seller": "eu-vcs", "order_id": order_id})
    body = {"seller": "eu-vcs", "order_id": order_id}
    lite.control("POST", "returns", body)
    mine = [d for d in documents(lite) if d["order_id"] == order_id]
    assert [d["transaction_type"] for d in mine] == ["SHIPMENT", "REFUND"]
    assert sum(Decimal(d["total"]) for d in mine) == 0


def test_returns_are_what_is_expected(amazon, lite):
    for key, days in (("eu", 30), ("na", 30), ("fe", 30)):
        seller = Caller(amazon.url, key)
        rows = seller.table(FBA_RETURNS, days, restricted=False)
        expected = lite.control("GET", "expected_returns", seller=key)["rows"]
        assert [
            (r["order-id"], r["sku"], int(r["quantity"]), r["license-plate-number"])
            for r in rows
        ] == [
            (e["order_id"], e["sku"], e["quantity"], e["license_plate"])
            for e in expected
        ]
        assert len(rows) > 2


def test_a_return_comes_back_as_told(amazon, lite):
    order_id = place(lite, "DE", age=8 * 86400)
    how = {
        "disposition": "CUSTOMER_DAMAGED",
        "reason": "DEFECTIVE",
        "comment": "Loch &#39;drin",
        "license_plate": "",
        "told_after": 86400,
        "dated_again_after": 3 * 86400,
    }
    body = {"seller": "eu-vcs", "order_id": order_id, **how}
    lite.control("POST", "returns", body)

    def rows():
        table = lite.table(FBA_RETURNS, 9, restricted=False)
        return [row for row in table if row["order-id"] == order_id]

    assert rows() == []
    amazon.clock.advance(86400 + 600)
    (row,) = rows()
    assert (row["detailed-disposition"], row["reason"]) == (
        "CUSTOMER_DAMAGED",
        "DEFECTIVE",
    )
    assert row["customer-comments"] == "Loch &#39;drin"
    assert row["license-plate-number"] == ""
    amazon.clock.advance(2 * 86400)
    first, again = rows()
    assert first["return-date"] < again["return-date"]
    assert {**first, "return-date": ""} == {**again, "return-date": ""}


def test_multi_channel_returns_name_the_merchants_order(lite):
    order_id = place(lite, "DE", scenario="multi_channel", age=86400)
    assert order_id.startswith("S02")
    lite.control("POST", "returns", {"seller": "eu-vcs", "order_id": order_id})
    rows = lite.control("GET", "expected_returns", seller="eu-vcs")["rows"]
    (row,) = [row for row in rows if row["amazon_order_id"] == order_id]
    assert re.fullmatch(r"S\d{5}", row["order_id"])
    assert order_id not in {d["order_id"] for d in documents(lite)}


def test_nothing_comes_back_before_it_left(lite):
    order_id = place(lite, "DE", "mfn")
    body = {"seller": "eu-vcs", "order_id": order_id}
    with pytest.raises(AssertionError, match="has left"):
        lite.control("POST", "returns", body)


# === STOCK === #


def stock(seller, marketplace=DE, report_type=MYI):
    return seller.table(report_type, restricted=False, marketplaceIds=[marketplace])


def level(seller, sku, pool="EU"):
    answer = seller.control("GET", "expected_stock", seller=seller.key)
    return answer["pools"][pool]["skus"][sku]


@pytest.mark.parametrize(
    "key, marketplace, pool, columns",
    [
        ("eu", DE, "EU", 26),
        ("eu", FR, "EU", 26),
        ("eu", GB, "GB", 26),
        ("na", "ATVPDKIKX0DER", "US", 21),
        ("fe", "A1VC38T7YXB528", "JP", 18),
    ],
)
def test_stock_is_what_is_expected(amazon, lite, key, marketplace, pool, columns):
    seller = Caller(amazon.url, key)
    rows = stock(seller, marketplace)
    assert len(rows[0]) == columns
    expected = lite.control("GET", "expected_stock", seller=key)["pools"][pool]
    own = [row for row in rows if row["afn-listing-exists"] == "Yes"]
    assert {
        row["sku"]: tuple(
            int(row[f"afn-{name}-quantity"])
            for name in ("fulfillable", "unsellable", "reserved")
        )
        for row in own
    } == {
        sku: (entry["sellable"], entry["unsellable"], entry["reserved"])
        for sku, entry in expected["skus"].items()
    }
    for row in own:
        number = {name: int(row[name] or 0) for name in row if "quantity" in name}
        assert number["afn-warehouse-quantity"] == (
            number["afn-fulfillable-quantity"]
            + number["afn-unsellable-quantity"]
            + number["afn-reserved-quantity"]
        )
    assert len(rows) == len(CATALOGUE) + 2, "merchant rows stand among them"


def test_stock_by_country_adds_up_to_the_pool(lite):
    rows = stock(lite, report_type=BY_COUNTRY)
    total = Counter()
    for row in rows:
        total[row["seller-sku"]] += int(row["quantity-for-local-fulfillment"])
    grade_and_resell = [sku for sku in total if sku.startswith("amzn.gr.")]
    assert grade_and_resell
    for product in CATALOGUE:
        assert total[product.sku] == level(lite, product.sku)["sellable"]
    assert total["CABLE-USBC-2M"] == total["CABLE-USBC-2M-FBA"], "one article"


def test_stock_goes_with_sales_and_returns(amazon, lite):
    before = level(lite, "LAMP-1")
    order_id = place(lite, "DE", sku="LAMP-1", age=-6 * 3600)
    reserved = level(lite, "LAMP-1")
    assert reserved["reserved"] == before["reserved"] + 1
    assert reserved["sellable"] == before["sellable"] - 1
    amazon.clock.advance(7 * 3600)
    after = level(lite, "LAMP-1")
    sold = before["sellable"] - after["sellable"]
    assert after["reserved"] == before["reserved"]
    assert sold == 1
    body = {"seller": "eu-vcs", "order_id": order_id, "disposition": "SELLABLE"}
    lite.control("POST", "returns", body)
    assert level(lite, "LAMP-1")["sellable"] == before["sellable"]
    other = place(lite, "DE", sku="LAMP-1")
    body = {"seller": "eu-vcs", "order_id": other, "disposition": "DEFECTIVE"}
    lite.control("POST", "returns", body)
    assert level(lite, "LAMP-1")["unsellable"] == before["unsellable"] + 1
    gone = place(lite, "DE", sku="LAMP-1")
    body = {"seller": "eu-vcs", "order_id": gone, "disposition": "CARRIER_DAMAGED"}
    lite.control("POST", "returns", body)
    assert level(lite, "LAMP-1")["sellable"] == before["sellable"] - 2


def test_what_a_report_told_is_kept(amazon, lite):
    """What Odoo must hold after a report does not change with what happens later."""
    order_id = place(lite, "DE", sku="LAMP-1", age=86400)
    made = {
        name: lite.finish(lite.create(report_type, reportOptions=None))["reportId"]
        for name, report_type in (
            ("expected", FBA_EU),
            ("expected_returns", FBA_RETURNS),
            ("expected_documents", VIDR),
            ("expected_stock", MYI),
        )
    }

    def told(by_report=False):
        answers = {
            name: lite.control(
                "GET", name, seller=lite.key, report=report_id if by_report else None
            )
            for name, report_id in made.items()
        }
        return {
            "orders": answers["expected"]["orders"],
            "returns": answers["expected_returns"]["rows"],
            "documents": answers["expected_documents"]["documents"],
            "stock": answers["expected_stock"]["pools"],
        }

    then = told(by_report=True)
    assert order_id in {d["order_id"] for d in then["documents"]}
    body = {"seller": lite.key, "order_id": order_id, "disposition": "SELLABLE"}
    lite.control("POST", "returns", body)
    place(lite, "DE", age=-2 * 86400)
    amazon.clock.advance(3 * 86400)
    assert told(by_report=True) == then
    now = told()
    assert [name for name in then if now[name] == then[name]] == []


def test_stock_does_not_run_out(lite):
    place(lite, "DE", sku="PEN", count=400, scenario="quantity", spread=3600)
    assert 0 <= level(lite, "PEN")["sellable"]


def test_cancelled_orders_give_their_reservation_back(amazon, lite):
    before = level(lite, "CHAIR-OAK")
    order_id = place(lite, "DE", sku="CHAIR-OAK", age=-12 * 3600)
    amazon.clock.advance(3 * 3600)
    assert level(lite, "CHAIR-OAK")["reserved"] == before["reserved"] + 1
    body = {"seller": "eu-vcs", "order_id": order_id, "cancel": 0}
    lite.control("POST", "changes", body)
    amazon.clock.advance(24 * 3600)
    after = level(lite, "CHAIR-OAK")
    assert (after["sellable"], after["reserved"]) == (
        before["sellable"],
        before["reserved"],
    )
    assert order_id not in {d["order_id"] for d in documents(lite)}


def test_every_fulfilment_centre_lies_somewhere():
    from .world.factory import CENTERS

    used = {center for centers in CENTERS.values() for center in centers}
    assert used <= set(CENTER_COUNTRIES)
