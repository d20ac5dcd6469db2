"""Which rates of VAT there are, by country: what is none of them is a contradiction.

Sources: Directive 2006/112/EC, articles 97 to 129a; "VAT rates applied in the member
states" of the European Commission, and the states' laws since. Rates of the last years
are in it, as what was sold then is given back now.
"""

from decimal import Decimal

from .territories import OWN_RATES

#: Code of the country -> its rates in percent, as text.
_RATES = {
    "AT": "20 13 10 5 4.9",
    "BE": "21 12 6 0",
    "BG": "20 9",
    "CY": "19 9 5 3 0",
    "CZ": "21 15 12 10",
    "DE": "19 16 7 5 0",
    "DK": "25 0",
    "EE": "24 22 20 13 9 5",
    "ES": "21 10 7.5 5 4 2 0",
    "FI": "25.5 24 14 13.5 10 0",
    "FR": "20 13 10 5.5 2.1 0.9",
    "GB": "20 5 0",
    "GR": "24 17 13 9 6 4",
    "HR": "25 13 5 0",
    "HU": "27 18 5",
    "IE": "23 21 13.5 9 4.8 0",
    "IT": "22 10 5 4",
    "LT": "21 12 9 5",
    "LU": "17 16 14 13 8 7 3",
    "LV": "21 12 5",
    "MT": "18 12 7 5 0",
    "NL": "21 9 0",
    "PL": "23 8 7 5 0",
    "PT": "23 13 6",
    "RO": "21 19 11 9 5",
    "SE": "25 12 6 0",
    "SI": "22 9.5 5",
    "SK": "23 20 19 10 5",
    "XI": "20 5 0",
}
#: Where many goods are sold at 0 %: books and children's clothes, for example.
ZERO_RATED = frozenset(("IE", "MT", "GB", "XI"))


def get_rates(country, territory=""):
    """The rates of a country in percent, a set of ``Decimal``; empty: not known.

    :param str country: see `is_known_rate`; likewise ``territory``
    """
    rates = set(map(Decimal, _RATES.get(country, "").split()))
    return rates | set(map(Decimal, OWN_RATES.get(territory, {}).values()))


def is_known_rate(country, rate, territory=""):
    """Whether a rate can be one of a country's, as far as that is known.

    :param str country: code of the country whose VAT it is
    :param Decimal rate: in percent
    :param str territory: code of a place of it with rates of its own
    """
    return country not in _RATES or rate in get_rates(country, territory)


def is_only_of_territory(country, rate, territory=""):
    """Whether a rate is one of a part of a country only, of which the sale is none."""
    elsewhere = any(
        rate in rates.values()
        for code, rates in OWN_RATES.items()
        if code.startswith(country)
    )
    return elsewhere and not is_known_rate(country, rate, territory)
