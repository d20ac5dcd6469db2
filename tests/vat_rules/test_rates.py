"""Which rates are a country's, and which are not."""

from decimal import Decimal

import pytest
from vat_rules import (
    EU_COUNTRIES,
    get_rates,
    is_known_rate,
    is_only_of_territory,
)


@pytest.mark.parametrize(
    ("country", "rate", "known"),
    [
        ("DE", "19", True),
        ("AT", "19", False),
        ("AT", "13", True),
        ("FR", "12", False),
        ("FR", "5.5", True),
        ("IE", "0", True),
        ("IT", "0", False),
        ("FI", "25.5", True),
        # Nothing is known of it: anything may be.
        ("CH", "8.1", True),
        ("", "19", True),
    ],
)
def test_rates_of_countries(country, rate, known):
    assert is_known_rate(country, Decimal(rate)) is known


def test_every_member_state_has_rates():
    assert all(len(get_rates(country)) > 1 for country in EU_COUNTRIES)


@pytest.mark.parametrize(
    ("country", "rate", "territory", "known"),
    [
        ("PT", "22", "PT-MADEIRA", True),
        ("PT", "22", "", False),
        ("PT", "16", "PT-AZORES", True),
        ("PT", "16", "PT-MADEIRA", False),
        ("AT", "19", "AT-CUSTOMS", True),
        ("AT", "20", "AT-CUSTOMS", True),
    ],
)
def test_rates_of_territories(country, rate, territory, known):
    assert is_known_rate(country, Decimal(rate), territory) is known
    assert is_only_of_territory(country, Decimal(rate), territory) is not known


def test_a_rate_of_elsewhere_is_no_territorys():
    # Nobody's rate may be new.
    assert not is_only_of_territory("AT", Decimal(21))
    assert not is_only_of_territory("", Decimal(22))
