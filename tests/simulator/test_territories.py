"""Sales to and from places where the country code does not tell the VAT."""

from decimal import Decimal

import pytest

from .testing import MFN_EU, VCR, VIDR, Caller
from .world.territories import TERRITORIES

HOME = "DE136695976"


@pytest.fixture
def lite(amazon):
    amazon.state.settings.update(fba_throttle=False, token_seconds=10**8)
    return Caller(amazon.url, "eu-vcs")


@pytest.fixture
def vcs(lite):
    body = {"key": "eu-auto", "like": "eu-vcs", "seller_id": "A5SIMAUTO12345"}
    body |= {"vat_service": "vcs", "history_days": 1}
    lite.control("POST", "sellers", body)
    return Caller(lite.url, "eu-auto")


def sell(amazon, seller, territory="", marketplace="", **more):
    """An order that has left; its row and its document as expected, a week later."""
    marketplace = marketplace or TERRITORIES[territory].marketplace
    body = {"seller": seller.key, "territory": territory, "marketplace": marketplace}
    body |= {"fulfillment": "mfn", "scenario": "simple", "sku": "MUG-RED"} | more
    (order_id,) = seller.control("POST", "orders", body)["orders"]
    if body["fulfillment"] == "mfn":
        of_order = {"seller": seller.key, "order_id": order_id}
        seller.control("POST", "shipments", of_order)
    amazon.clock.advance(7 * 86400)
    answer = seller.control("GET", "expected_documents", seller=seller.key)
    document = next(d for d in answer["documents"] if d["order_id"] == order_id)
    if seller.key == "eu-vcs":
        rows = seller.table(VIDR, 25, restricted=False, reportOptions=None)
        return next(row for row in rows if row["order-id"] == order_id), document
    rows = seller.table(VCR, 25)
    return next(row for row in rows if row["Order ID"] == order_id), document


OUTSIDE = {
    "canary-islands": ("ES", "35001"),
    "tenerife": ("ES", "38003"),
    "mount-athos": ("GR", "630 86"),
    "aland": ("FI", "22100"),
    "aland-own-code": ("AX", "22100"),
    "guadeloupe": ("FR", "97100"),
    "guadeloupe-own-code": ("GP", "97100"),
    "martinique": ("FR", "97200"),
    "guiana": ("FR", "97300"),
    "reunion": ("FR", "97400"),
    "reunion-own-code": ("RE", "97400"),
    "mayotte": ("FR", "97600"),
    "campione": ("IT", "22061"),
    "helgoland": ("DE", "27498"),
    "busingen": ("DE", "78266"),
    "ceuta": ("ES", "51001"),
    "melilla": ("ES", "52001"),
    "livigno": ("IT", "23041"),
}


@pytest.mark.parametrize("territory", OUTSIDE)
def test_deliveries_out_of_the_territory_of_vat_are_exports(amazon, vcs, territory):
    row, document = sell(amazon, vcs, territory)
    assert (row["Ship To Country"], row["Ship To Postal Code"]) == OUTSIDE[territory]
    assert (row["Export Outside EU"], row["Tax Reporting Scheme"]) == ("true", "")
    assert row["Tax Collection Responsibility"] == "Seller"
    assert row["Jurisdiction Name"] == "GERMANY"
    assert row["Seller Tax Registration"] == HOME
    assert Decimal(row["OUR_PRICE Tax Amount"]) == Decimal(row["Tax Rate"]) == 0
    assert document["territory"] == territory
    assert document["export"]


@pytest.mark.parametrize("territory", OUTSIDE)
def test_a_business_out_there_is_no_intra_community_customer(amazon, vcs, territory):
    row, _ = sell(amazon, vcs, territory, scenario="business")
    assert row["Export Outside EU"] == "true"
    assert row["Buyer Tax Registration"] == ""


# territory or marketplace, particulars -> country, scheme, responsibility, rate,
# jurisdiction, registration, letter
SALES = {
    "monaco": (
        {"territory": "monaco"},
        ("MC", "VCS_EU_OSS", "Seller", "0.2000", "FRANCE", HOME, "U"),
    ),
    "monaco from France": (
        {"territory": "monaco", "fulfillment": "fba", "center": "LYS1"},
        ("MC", "", "Seller", "0.2000", "FRANCE", "FR83404833048", "I"),
    ),
    "northern ireland": (
        {"territory": "northern-ireland"},
        ("GB", "VCS_EU_OSS", "Seller", "0.2000", "NORTHERN IRELAND", HOME, "U"),
    ),
    "northern ireland from Britain": (
        {"territory": "northern-ireland", "fulfillment": "fba"},
        (
            *("GB", "DEEMED_RESELLER", "Marketplace", "0.2000", "NORTHERN IRELAND"),
            *("GB727255821", "D"),
        ),
    ),
    "isle of man": (
        {"territory": "isle-of-man"},
        ("IM", "DEEMED_RESELLER", "Marketplace", "0.2000", "UNITED KINGDOM", HOME, "D"),
    ),
    "isle of man, dear": (
        {"territory": "isle-of-man", "sku": "CHAIR-OAK"},
        ("IM", "", "Seller", "0.2000", "UNITED KINGDOM", "GB727255821", "I"),
    ),
    "azores": (
        {"territory": "azores"},
        ("PT", "VCS_EU_OSS", "Seller", "0.1600", "PORTUGAL", HOME, "U"),
    ),
    "madeira, reduced": (
        {"territory": "madeira", "sku": "BOOK-BAKING"},
        ("PT", "VCS_EU_OSS", "Seller", "0.0400", "PORTUGAL", HOME, "U"),
    ),
    "britain by VOEC": (
        {"territory": "britain-voec"},
        ("GB", "UK_VOEC", "Marketplace", "0.2000", "UNITED KINGDOM", HOME, "D"),
    ),
    "switzerland by VOEC, reduced": (
        {"territory": "switzerland-voec", "sku": "TEA-GREEN-100"},
        ("CH", "CH_VOEC", "Marketplace", "0.0260", "SWITZERLAND", HOME, "D"),
    ),
    "within Italy": (
        {"marketplace": "IT", "fulfillment": "fba", "center": "MXP5"},
        ("IT", "", "Seller", "0.2200", "ITALY", "IT12345670017", "I"),
    ),
    "within Poland, reduced": (
        {
            "marketplace": "PL",
            "fulfillment": "fba",
            "center": "WRO5",
            "sku": "TEA-GREEN-100",
        },
        ("PL", "", "Seller", "0.0800", "POLAND", "PL5260001246", "I"),
    ),
    "Italy to France": (
        {"marketplace": "FR", "fulfillment": "fba", "center": "MXP5"},
        ("FR", "VCS_EU_OSS", "Seller", "0.2000", "FRANCE", HOME, "U"),
    ),
}


@pytest.mark.parametrize("name", SALES)
def test_sales_by_scheme_registration_and_rate(amazon, vcs, name):
    particulars, expected = SALES[name]
    row, document = sell(amazon, vcs, **particulars)
    assert (
        row["Ship To Country"],
        row["Tax Reporting Scheme"],
        row["Tax Collection Responsibility"],
        row["Tax Rate"],
        row["Jurisdiction Name"],
        row["Seller Tax Registration"],
        row["VAT Invoice Number"][-1],
    ) == expected
    gross = Decimal(row["OUR_PRICE Tax Inclusive Selling Price"])
    tax, rate = Decimal(row["OUR_PRICE Tax Amount"]), Decimal(row["Tax Rate"])
    assert tax == (gross - gross / (1 + rate)).quantize(Decimal("0.01"))
    assert document["registration"] == row["Seller Tax Registration"]
    assert document["scheme"] == row["Tax Reporting Scheme"]
    assert document["rates"] == [int(rate * 1000)]
    assert row["Export Outside EU"] == "false"


def test_a_business_in_northern_ireland_has_a_number_of_its_own(amazon, vcs):
    row, _ = sell(amazon, vcs, "northern-ireland", scenario="business")
    assert row["Buyer Tax Registration"].startswith("XI")
    assert row["Buyer Tax Registration Jurisdiction"] == "XI"
    assert Decimal(row["OUR_PRICE Tax Amount"]) == 0
    assert row["Export Outside EU"] == "false"


def test_vcs_lite_says_the_same(amazon, lite):
    row, _ = sell(amazon, lite, "canary-islands")
    assert (row["export-outside-eu"], row["item-vat-rate"]) == ("true", "0")
    assert row["item-vat-amount"] == "0.00"
    row, _ = sell(amazon, lite, "madeira")
    assert (row["export-outside-eu"], row["item-vat-rate"]) == ("false", "0.22")
    row, _ = sell(amazon, lite, "switzerland-voec")
    assert row["is-amazon-invoiced"] == "true"
    more = {"fulfillment": "fba", "center": "MXP5", "marketplace": "IT"}
    row, _ = sell(amazon, lite, **more)
    assert row["seller-vat-number"] == "IT12345670017"
    assert (row["ship-from-country"], row["item-vat-rate"]) == ("IT", "0.22")


def test_order_reports_tell_the_territory_by_its_address(amazon, lite):
    body = {"seller": "eu-vcs", "marketplace": "ES", "scenario": "simple"}
    body |= {"territory": "canary-islands"}
    (order_id,) = lite.control("POST", "orders", body)["orders"]
    row = next(r for r in lite.table(MFN_EU) if r["order-id"] == order_id)
    assert (row["ship-country"], row["ship-postal-code"]) == ("ES", "35001")
    assert Decimal(row["item-tax"]) == 0
    assert row["vat-exclusive-item-price"] == row["item-price"]


def test_what_amazon_collects_is_no_money_of_the_seller(amazon, lite):
    body = {"seller": "eu-vcs", "marketplace": "DE", "scenario": "simple"}
    body |= {"territory": "switzerland-voec", "sku": "MUG-RED"}
    (order_id,) = lite.control("POST", "orders", body)["orders"]
    order = lite.control("GET", "expected", seller="eu-vcs")["orders"][order_id]
    total, withheld = Decimal(order["total"]), Decimal(order["withheld"])
    assert withheld == (total * Decimal("0.081")).quantize(Decimal("0.01"))


@pytest.mark.parametrize("name", ["territory", "center"])
def test_places_must_exist(lite, name):
    with pytest.raises(AssertionError, match="atlantis"):
        lite.control("POST", "orders", {"seller": "eu-vcs", name: "atlantis"})
