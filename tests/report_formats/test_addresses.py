"""Addresses whose cells are shifted, though the row has the right number of them."""

import pytest
from report_formats.addresses import COUNTRY_CODES

from .files import ORDER, order, rows, shipment, table

PARTS = [
    "recipient-name",
    "ship-address-1",
    "ship-address-2",
    "ship-address-3",
    "ship-city",
    "ship-state",
    "ship-postal-code",
    "ship-country",
    "ship-phone-number",
]
GERMAN = ["Jörg Weiß", "Weg 1", "", "", "Berlin", "", "10115", "DE", ""]
AMERICAN = ["Ann Lee", "1 Road", "Apt 2", "", "Austin", "TX", "73301", "US", "512 1"]
BRITISH = ["Ann Lee", "1 Road", "", "", "Leeds", "", "LS1 4AP", "GB", "+44 1"]
ADDRESSES = {"DE": GERMAN, "US": AMERICAN, "GB": BRITISH}


def _row(cells):
    return rows(table([{**ORDER, **dict(zip(PARTS, cells, strict=True))}]))[0]


@pytest.mark.parametrize("cells", ADDRESSES.values(), ids=ADDRESSES)
def test_addresses_as_they_are(cells):
    assert _row(cells).error is None


@pytest.mark.parametrize("cells", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize("first", range(1, 5))
def test_shifted_to_the_right(cells, first):
    """A tab within a cell, and the last cell pushed out."""
    parsed = _row([*cells[:first], "tab", *cells[first:-1]])
    assert parsed.values is None
    assert parsed.error.code == "shifted_address"
    assert parsed.error.column == "ship-country"
    assert cells[6] in str(parsed.error)


@pytest.mark.parametrize("cells", ADDRESSES.values(), ids=ADDRESSES)
@pytest.mark.parametrize("first", range(1, 5))
def test_shifted_to_the_left(cells, first):
    parsed = _row([*cells[:first], *cells[first + 1 :], ""])
    assert parsed.error.code == "shifted_address"
    assert parsed.error.column.startswith("ship-")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"ship_country": "10115"}, "ship-country"),
        ({"ship_country": "ZZ"}, "ship-country"),
        ({"ship_country": "X"}, "ship-country"),
        ({"ship_country": "jo@example.com"}, "ship-country"),
        ({"ship_city": "45 000", "ship_postal_code": ""}, "ship-city"),
        ({"ship_city": "45000", "ship_postal_code": "FR"}, "ship-city"),
        (
            {"ship_city": "12-345", "ship_postal_code": "x", "ship_country": ""},
            "ship-city",
        ),
        ({"ship_postal_code": "FR", "ship_country": ""}, "ship-postal-code"),
        ({"ship_phone_number": "FR", "ship_country": ""}, "ship-phone-number"),
        ({"ship_phone_number": "FR"}, "ship-phone-number"),
    ],
)
def test_cells_that_cannot_be_what_their_column_says(cells, column):
    error = order(**cells).error
    assert (error.code, error.column) == ("shifted_address", column)
    assert error.value == cells[column.replace("-", "_")]


@pytest.mark.parametrize(
    "cells",
    [
        {"ship_country": "fr"},
        {"ship_country": "France"},
        {"ship_country": "FRA"},
        {"ship_country": "Österreich"},
        {"ship_country": "日本国"},
        {"ship_country": "Côte d'Ivoire"},
        {"ship_country": ""},
        {"ship_country": "", "ship_postal_code": ""},
        {"ship_country": "XI"},
        {"ship_city": "1010", "ship_postal_code": "1010"},
        {"ship_city": "75 Paris", "ship_postal_code": ""},
        {"ship_city": "", "ship_postal_code": ""},
        {"ship_city": "--"},
        {"ship_postal_code": "BT1 5GS"},
        {"ship_postal_code": "FR"},
        {"ship_phone_number": "n/a"},
        {"ship_phone_number": "ZZ"},
        {"ship_phone_number": "+33 1"},
    ],
)
def test_unusual_cells_that_may_be(cells):
    assert order(**cells).error is None


def test_billing_addresses_too():
    error = order(bill_country="10115").error
    assert (error.code, error.column) == ("shifted_address", "bill-country")
    assert shipment(ship_country="75001").error.code == "shifted_address"
    assert shipment(bill_country="75001").error.column == "bill-country"
    assert order(bill_country="DE", bill_city="Graz").error is None


def test_the_countries_of_all_marketplaces():
    assert COUNTRY_CODES >= set(
        "AE AU BE BR CA DE EG ES FR GB IE IN IT JP MX NL PL SA SE SG TR US ZA".split()
    )
    assert {len(code) for code in COUNTRY_CODES} == {2}
