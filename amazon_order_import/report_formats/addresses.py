"""Postal addresses, and whether their cells stand in their columns.

A tab within an address moves the cells after it; where an empty cell falls out
elsewhere in the row, their number is right all the same. What shows it is a cell that
cannot be what its column says.
"""

import re
from dataclasses import dataclass, fields

from . import values
from .row_format import optional

#: ISO 3166-1, and what else is written for a country: EL, UK, XI, XK, and AN, which
#: is no more.
COUNTRY_CODES = frozenset(
    """
    AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM
    BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY
    CZ DE DJ DK DM DO DZ EC EE EG EH EL ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH
    GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC
    MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL
    NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB
    SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UK UM US UY UZ VA VC VE VG VI VN VU WF WS XI XK YE YT ZA
    ZM ZW
    """.split()
)
#: A name, or a code of three letters: no digit, and not a code of a state; or XX, which
#: stands for an unknown country.
_COUNTRY_NAME = re.compile(r"[^\W\d_][^\d_@]{2,}|XX")


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address as the buyer typed it; ``""`` where the file says nothing."""

    name: str = ""
    street1: str = ""
    street2: str = ""
    street3: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""

    def __bool__(self):
        """Whether there is anything beyond a name and a telephone number."""
        return bool(
            self.street1
            or self.street2
            or self.street3
            or self.city
            or self.postal_code
            or self.country
        )


_PARSERS = {"city": values.place, "state": values.place}


def address_columns(owner, prefix, **names):
    """The columns of an `Address`, a tuple.

    :param owner: field of the row that takes it
    :param prefix: what the names of its columns begin with
    :param names: of the parts, `name` and `phone`, that are called otherwise
    """
    told = {
        **{field.name: (f"{prefix}-{field.name}",) for field in fields(Address)},
        **{f"street{line}": (f"{prefix}-address-{line}",) for line in (1, 2, 3)},
        "postal_code": (f"{prefix}-postal-code",),
        **names,
    }
    return tuple(
        optional(f"{owner}.{part}", _PARSERS.get(part, values.text), *columns)
        for part, columns in told.items()
    )


def find_misplaced(address):
    """The part of an `Address` that cannot stand where it does, or ``""``."""
    country = address.country
    if country in COUNTRY_CODES:
        # The quick way for nearly all.
        if _is_number(address.city):
            return "" if _has_digit(address.postal_code) else "city"
        return "phone" if _is_country(address.phone) else ""
    if country and country.upper() not in COUNTRY_CODES:
        if not _COUNTRY_NAME.fullmatch(country):
            return "country"
    elif not country:
        if _is_country(address.postal_code):
            return "postal_code"
        if _is_country(address.phone):
            return "phone"
    if _is_number(address.city) and not _has_digit(address.postal_code):
        return "city"
    return ""


def _is_country(cell):
    return len(cell) == 2 and cell in COUNTRY_CODES


def _is_number(cell):
    return cell[:1].isdecimal() and cell.replace(" ", "").replace("-", "").isdecimal()


def _has_digit(cell):
    return any(map(str.isdecimal, cell))


def name_address_columns(prefix):
    """The normal names of the columns with the lines of an address."""
    return frozenset(f"{prefix}-address-{line}" for line in (1, 2, 3))
