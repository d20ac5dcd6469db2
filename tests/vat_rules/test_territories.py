"""Addresses on both sides of each border of the Union's VAT territory."""

import pytest
from vat_rules import find_territory, get_own_rate, shorten_postcode

OUTSIDE = [
    ("ES", "35001", "Las Palmas de Gran Canaria", "ES-CANARY"),
    ("ES", "38003", "", "ES-CANARY"),
    ("IC", "", "", "ES-CANARY"),
    ("ES", "51001", "Ceuta", "ES-CEUTA"),
    ("ES", "52 006", "Melilla", "ES-MELILLA"),
    ("DE", "78266", "Büsingen am Hochrhein", "DE-BUESINGEN"),
    ("de", "D-27498", "Helgoland", "DE-HELGOLAND"),
    ("DE", "", "Büsingen", "DE-BUESINGEN"),
    ("IT", "23041", "Livigno", "IT-LIVIGNO"),
    ("IT", "23030", "Livigno", "IT-LIVIGNO"),
    ("IT", "22061", "Campione d'Italia", "IT-CAMPIONE"),
    ("IT", "22060", "Campione", "IT-CAMPIONE"),
    ("IT", "47890", "San Marino", "SM"),
    ("IT", "00120", "Città del Vaticano", "VA"),
    ("FI", "22100", "Mariehamn", "AX"),
    ("AX", "22100", "Mariehamn", "AX"),
    ("GR", "63086", "Karyes", "GR-ATHOS"),
    ("EL", "630 86", "Karyes", "GR-ATHOS"),
    ("FR", "97110", "Pointe-à-Pitre", "FR-971"),
    ("FR", "97200", "Fort-de-France", "FR-972"),
    ("FR", "97300", "Cayenne", "FR-973"),
    ("FR", "97400", "Saint-Denis", "FR-974"),
    ("FR", "97600", "Mamoudzou", "FR-976"),
    ("FR", "98800", "Nouméa", "FR-98X"),
    ("GB", "JE2 3AB", "Saint Helier", "JE"),
    ("GB", "GY1 1AA", "", "GG"),
    ("GB", "SW1A 1AA", "London", "GB"),
    ("IM", "IM1 1AA", "Douglas", "IM"),
    ("CH", "8001", "Zürich", "CH"),
    ("NO", "0150", "Oslo", "NO"),
    ("RE", "97400", "Saint-Denis", "RE"),
]
INSIDE = [
    ("ES", "28001", "Madrid", "ES"),
    ("ES", "07001", "Palma", "ES"),
    ("DE", "78262", "Gailingen", "DE"),
    ("DE", "27499", "Neuwerk", "DE"),
    ("DE", "51103", "Köln", "DE"),
    ("DE", "35037", "Marburg", "DE"),
    ("IT", "23030", "Valdidentro", "IT"),
    ("IT", "22060", "Carugo", "IT"),
    ("IT", "47899", "Serravalle", "SM"),
    ("IT", "47921", "Rimini", "IT"),
    ("FI", "20100", "Turku", "FI"),
    ("FI", "02200", "Espoo", "FI"),
    ("GR", "63075", "Ierissos", "GR"),
    ("FR", "97", "", "FR"),
    ("FR", "20000", "Ajaccio", "FR"),
    ("MC", "98000", "Monaco", "FR"),
    ("FR", "98000", "Monaco", "FR"),
    ("GB", "BT1 5GS", "Belfast", "XI"),
    ("XI", "BT1 5GS", "Belfast", "XI"),
    ("UK", "", "Belfast", "XI"),
    ("PT", "9000-017", "Funchal", "PT"),
    ("PT", "9500-119", "Ponta Delgada", "PT"),
    ("PT", "8900-123", "Vila Real", "PT"),
    ("AT", "6991", "Riezlern", "AT"),
    ("CY", "1010", "Nicosia", "CY"),
]


@pytest.mark.parametrize(("country", "postcode", "city", "code"), OUTSIDE)
def test_outside(country, postcode, city, code):
    territory = find_territory(country, postcode, city)
    assert territory.code == code
    assert not territory.in_union


@pytest.mark.parametrize(("country", "postcode", "city", "vat_country"), INSIDE)
def test_inside(country, postcode, city, vat_country):
    territory = find_territory(country, postcode, city)
    assert territory.vat_country == vat_country
    assert territory.in_union == (vat_country != "SM")


def test_the_isle_of_man_is_taxed_as_the_united_kingdom():
    assert find_territory("IM", "IM1 1AA").vat_country == "GB"
    assert find_territory("GB", "IM1 1AA").vat_country == "GB"


def test_the_postcode_counts_more_than_the_name():
    # A street or a part of a town may bear the name of an island.
    assert find_territory("DE", "20095", "Helgoland").in_union


def test_a_province_tells_where_there_is_no_postcode():
    assert not find_territory("ES", "", "Arona", "Santa Cruz de Tenerife").in_union


def test_rates_of_their_own():
    assert get_own_rate("PT-MADEIRA", 23) == 22
    assert get_own_rate("PT-AZORES", 13) == 9
    assert get_own_rate("AT-CUSTOMS", 20) == 19
    assert get_own_rate("AT-CUSTOMS", 10) == 10
    assert get_own_rate("", 23) == 23


def test_nowhere_is_no_territory():
    assert find_territory("") is None
    assert find_territory(None) is None


@pytest.mark.parametrize(
    ("country", "postcode", "kept"),
    [
        ("DE", "10115", "10"),
        ("DE", "27498", "27498"),
        ("ES", "35001", "35"),
        ("FR", "97400", "974"),
        ("GB", "BT1 5GS", "BT1"),
        ("GB", "SW1A 1AA", "SW"),
        ("PT", "9500-150", "95"),
        ("US", "94107-1234", "94"),
        ("", "4711", "47"),
        ("DE", "", ""),
    ],
)
def test_region_of_a_postcode(country, postcode, kept):
    assert shorten_postcode(country, postcode) == kept
    assert find_territory(country, kept) == find_territory(country, postcode)
