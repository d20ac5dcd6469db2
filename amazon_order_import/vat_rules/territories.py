"""VAT territories: where the VAT of a place is not that of its country code.

Sources: Directive 2006/112/EC, article 5 (the territory of the Union), article 6
(territories that are left out), article 7 (Monaco, Isle of Man, the sovereign bases on
Cyprus), articles 104 and 105 (Jungholz and Mittelberg, the Azores, Madeira), article
120 (Greek islands); the Protocol on Ireland/Northern Ireland (Windsor Framework),
article 8 and annex 3; the Italian-Vatican and Italian-San Marinese conventions.
"""

import re
import unicodedata
from dataclasses import dataclass

#: Codes of the member states, and ``XI``: Northern Ireland, which is one for goods.
EU_COUNTRIES = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    " XI".split()
)
#: Codes by which files and people name a country otherwise.
_ALIASES = {"EL": "GR", "UK": "GB", "IC": "ES", "EA": "ES"}


@dataclass(frozen=True)
class Territory:
    """Where a place lies as VAT sees it.

    - `code`: of the territory: a country's code, or ``ES-CANARY`` ...
    - `country`: code of the country as addresses name it
    - `vat_country`: code of the country whose VAT applies; the own country for places
      outside the Union
    - `name`: English; ``""`` for the whole country
    - `source`: the provision that says so, ``""`` for the whole country
    """

    code: str
    country: str
    vat_country: str
    name: str = ""
    source: str = ""

    @property
    def in_union(self):
        """Whether goods that come here stay in the Union's VAT territory."""
        return self.vat_country in EU_COUNTRIES


@dataclass(frozen=True)
class _Entry:
    """One line of the table.

    - `country`: code as addresses name it
    - `postcodes`: regular expression for the start of the postcode, without spaces;
      ``""``: the whole country
    - `places`: names of towns and provinces, where there is no postcode
    """

    code: str
    country: str
    postcodes: str
    places: str
    vat_country: str
    name: str
    source: str


_OUTSIDE = "outside"
_ART_6_1 = "Directive 2006/112/EC, article 6(1)"
_ART_6_2 = "Directive 2006/112/EC, article 6(2)"
_ART_7 = "Directive 2006/112/EC, article 7"
_PROTOCOL = "Protocol on Ireland/Northern Ireland, article 8"

_TABLE = tuple(
    _Entry(*line)
    for line in (
        # Spain.
        ("ES-CANARY", "ES", "35|38",
         "las palmas|santa cruz de tenerife|islas canarias|canarias", _OUTSIDE,
         "Canary Islands", _ART_6_1),
        ("ES-CEUTA", "ES", "51", "ceuta", _OUTSIDE, "Ceuta", _ART_6_2),
        ("ES-MELILLA", "ES", "52", "melilla", _OUTSIDE, "Melilla", _ART_6_2),
        # Germany.
        ("DE-BUESINGEN", "DE", "78266", "busingen|busingen am hochrhein|buesingen",
         _OUTSIDE, "Büsingen", _ART_6_2),
        ("DE-HELGOLAND", "DE", "27498", "helgoland|heligoland", _OUTSIDE,
         "Helgoland", _ART_6_2),
        # Italy.
        ("IT-LIVIGNO", "IT", "23041|23030(?=livigno)", "livigno", _OUTSIDE, "Livigno",
         _ART_6_2),
        ("IT-CAMPIONE", "IT", "22061|22060(?=campione)",
         "campione|campione d italia", _OUTSIDE, "Campione d'Italia", _ART_6_1),
        ("VA", "IT", "00120", "citta del vaticano|vatican city", _OUTSIDE,
         "Vatican City", "Directive 2006/112/EC, article 5"),
        ("SM", "IT", "4789[0-9]", "san marino|repubblica di san marino", _OUTSIDE,
         "San Marino", "Directive 2006/112/EC, article 5"),
        # Finland.
        ("AX", "FI", "22[0-9]", "aland|ahvenanmaa|mariehamn", _OUTSIDE,
         "Åland Islands", _ART_6_1),
        ("AX", "AX", "", "", _OUTSIDE, "Åland Islands", _ART_6_1),
        # Greece.
        ("GR-ATHOS", "GR", "63086|63087", "agion oros|mount athos|karyes", _OUTSIDE,
         "Mount Athos", _ART_6_1),
        # France.
        ("FR-971", "FR", "971", "guadeloupe", _OUTSIDE, "Guadeloupe", _ART_6_1),
        ("FR-972", "FR", "972", "martinique", _OUTSIDE, "Martinique", _ART_6_1),
        ("FR-973", "FR", "973", "guyane|guyane francaise|french guiana", _OUTSIDE,
         "French Guiana", _ART_6_1),
        ("FR-974", "FR", "974", "la reunion|reunion", _OUTSIDE, "Réunion", _ART_6_1),
        ("FR-975", "FR", "975", "saint pierre et miquelon", _OUTSIDE,
         "Saint Pierre and Miquelon", "Treaty on the Functioning, article 355"),
        ("FR-976", "FR", "976|985", "mayotte", _OUTSIDE, "Mayotte", _ART_6_1),
        ("FR-977", "FR", "977|97133", "saint barthelemy", _OUTSIDE,
         "Saint Barthélemy", "Treaty on the Functioning, article 355"),
        ("FR-978", "FR", "978|97150", "saint martin", _OUTSIDE, "Saint Martin",
         _ART_6_1),
        ("FR-98X", "FR", "984|986|987|988",
         "nouvelle caledonie|polynesie francaise|wallis et futuna", _OUTSIDE,
         "French overseas countries", "Treaty on the Functioning, article 355"),
        ("MC", "MC", "", "", "FR", "Monaco", _ART_7),
        ("MC", "FR", "980", "monaco|monte carlo", "FR", "Monaco", _ART_7),
        # United Kingdom.
        ("GB-NIR", "GB", "BT[0-9]", "northern ireland|belfast", "XI",
         "Northern Ireland", _PROTOCOL),
        ("GB-NIR", "XI", "", "", "XI", "Northern Ireland", _PROTOCOL),
        ("IM", "IM", "", "", "GB", "Isle of Man", _ART_7),
        ("IM", "GB", "IM[0-9]", "isle of man", "GB", "Isle of Man", _ART_7),
        ("JE", "GB", "JE[0-9]", "jersey", "JE", "Jersey", _ART_6_1),
        ("GG", "GB", "GY[0-9]", "guernsey|alderney|sark", "GG", "Guernsey", _ART_6_1),
        # Inside, with rates of their own.
        ("PT-MADEIRA", "PT", "9[0-4]", "madeira|funchal|porto santo", "PT", "Madeira",
         "Directive 2006/112/EC, article 105(2)"),
        ("PT-AZORES", "PT", "9[5-9]", "azores|acores|ponta delgada", "PT", "Azores",
         "Directive 2006/112/EC, article 105(2)"),
        ("AT-CUSTOMS", "AT", "6691|699[1-3]",
         "jungholz|mittelberg|hirschegg|riezlern", "AT", "Jungholz and Mittelberg",
         "Directive 2006/112/EC, article 104"),
    )
)  # fmt: skip

_BY_COUNTRY = {}
for _entry in _TABLE:
    _BY_COUNTRY.setdefault(_entry.country, []).append(_entry)

#: Territory -> {rate of its country: own rate instead}, in percent.
OWN_RATES = {
    "PT-MADEIRA": {23: 22, 13: 12, 6: 4},
    "PT-AZORES": {23: 16, 13: 9, 6: 4},
    "AT-CUSTOMS": {20: 19},
}


def get_own_rate(territory, rate):
    """Return the rate of a territory in place of its country's, in percent.

    :param str territory: code of the territory
    """
    return OWN_RATES.get(territory, {}).get(rate, rate)


def find_territory(country, postcode="", city="", state=""):
    """Where an address lies as VAT sees it.

    The postcode decides; where there is none, the name of the town or the province.

    :param str country: ISO code, upper or lower case; ``""``: unknown
    :return: `Territory`, or None for an unknown country
    """
    code = (country or "").strip().upper()
    if not code:
        return None
    number = re.sub(r"[^0-9A-Z]", "", (postcode or "").upper())
    # D-27498, FR-97400; British postcodes have fewer digits in a row.
    number = re.sub(r"^[A-Z]{1,3}(?=[0-9]{4})", "", number)
    names = {_plain(city), _plain(state)} - {""}
    if code == "IC":
        return _found(_BY_COUNTRY["ES"][0])
    code = _ALIASES.get(code, code)
    for entry in _BY_COUNTRY.get(code, ()):
        if _is_in(entry, number, names):
            return _found(entry)
    return Territory(code, code, code)


def shorten_postcode(country, postcode):
    """The start of a postcode that tells its region, and where it lies for VAT.

    Two characters mostly, more where a territory of its own begins with them.

    :param str country: see `find_territory`
    """
    postcode = postcode.strip()
    territory = find_territory(country, postcode)
    return next(
        (
            postcode[:length]
            for length in range(2, len(postcode))
            if find_territory(country, postcode[:length]) == territory
        ),
        postcode,
    )


def get_territory_name(code):
    """The English name of a territory; the code itself of one without a name."""
    return next((entry.name for entry in _TABLE if entry.code == code), code)


def _is_in(entry, number, names):
    if not entry.postcodes:
        return True
    if not number:
        return bool(names & set(entry.places.split("|")))
    for pattern in entry.postcodes.split("|"):
        # Some postcodes are shared with places that lie inside.
        pattern, _shared, town = pattern.partition("(?=")
        if re.match(pattern, number) and (not town or town.rstrip(")") in names):
            return True
    return False


def _found(entry):
    vat_country = entry.vat_country
    if vat_country == _OUTSIDE:
        vat_country = entry.code
    return Territory(entry.code, entry.country, vat_country, entry.name, entry.source)


def _plain(name):
    """A name without accents, case and punctuation."""
    letters = unicodedata.normalize("NFKD", (name or "").casefold())
    letters = "".join(char for char in letters if not unicodedata.combining(char))
    return " ".join(re.findall(r"[a-z]+", letters))
