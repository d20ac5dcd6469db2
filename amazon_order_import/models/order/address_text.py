"""What buyers type into addresses: text made fit for Odoo, places recognised.

Plain functions, no Odoo record: `clean`, `shorten`, `country_code`, `place_key`,
`state_keys`, `languages_of`, `is_amazon`.
"""

import functools
import re
import unicodedata

from babel import Locale
from babel.languages import get_official_languages

#: Characters kept of a name or an address line. Odoo has no limit and carriers have
#: lower ones; what is longer is no address but pasted text, which breaks documents.
LINE_LENGTH = 128
POSTAL_CODE_LENGTH = 24
PHONE_LENGTH = 64
EMAIL_LENGTH = 254

#: Amazon itself buys, for its export programmes. Its pick-up points ("Amazon Locker
#: ...") have no legal form in their name.
_AMAZON_COMPANY = re.compile(
    r"amazon\b.*\b(s\.?\s?[àa]\.?\s?r\.?\s?l|gmbh|inc|llc|ltd|limited|corp|k\.?k)\b",
    re.IGNORECASE,
)
#: Joins letters of some scripts and emoji; the other format characters are invisible
#: or turn the direction of text around.
_KEPT_FORMAT_CHARACTERS = "\u200c\u200d"
#: Languages in which a buyer may name a country: those of Amazon's marketplaces.
_LANGUAGES = "en de fr it es nl pl sv da cs pt tr ja ar hi zh ro hu fi el no".split()
_COUNTRY_ALIASES = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "el": "GR",
    "usa": "US",
    "u s a": "US",
    "united states of america": "US",
    "brd": "DE",
    "holland": "NL",
    "czech republic": "CZ",
    "tschechische republik": "CZ",
    "turkey": "TR",
}
#: English names (Odoo has the local ones) of states, by country and state code.
_STATE_ALIASES = {
    "DE": {
        "bavaria": "by",
        "hesse": "he",
        "lower saxony": "ni",
        "mecklenburg western pomerania": "mv",
        "north rhine westphalia": "nw",
        "nrw": "nw",
        "rhineland palatinate": "rp",
        "saxony": "sn",
        "saxony anhalt": "st",
        "thuringia": "th",
    },
    "AT": {
        "carinthia": "2",
        "lower austria": "3",
        "styria": "6",
        "tyrol": "7",
        "upper austria": "4",
        "vienna": "9",
    },
    "IT": {
        "florence": "fi",
        "genoa": "ge",
        "milan": "mi",
        "naples": "na",
        "rome": "rm",
        "turin": "to",
        "venice": "ve",
    },
}


def clean(text):
    """Return `text` on one line, without control and invisible characters."""
    text = "".join(
        " "
        if character.isspace() or unicodedata.category(character) == "Cc"
        else character
        for character in text
        if character in _KEPT_FORMAT_CHARACTERS
        or unicodedata.category(character) not in ("Cf", "Cs", "Co", "Cn")
    )
    return " ".join(text.split())


def shorten(text, length=LINE_LENGTH):
    """Return `text`, its end replaced by ``…`` where it is longer than `length`."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def place_key(text):
    """Return what names of the same place have in common, however they are written.

    Without accents, case and punctuation: ``Baden-Wurttemberg`` is
    ``Baden-Württemberg``.
    """
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(
        character for character in decomposed if not unicodedata.combining(character)
    )
    return " ".join(re.findall(r"\w+", letters))


def is_amazon(name):
    """Whether a name is that of one of Amazon's companies."""
    return bool(_AMAZON_COMPANY.match(clean(name)))


@functools.cache
def _country_names():
    names = {}
    for language in _LANGUAGES:
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                names.setdefault(place_key(name), code)
    return {**names, **_COUNTRY_ALIASES}


def country_code(text):
    """Return the ISO code of a country given by code or name, or ``""``.

    Names are known in English, German and the languages of Amazon's marketplaces.
    """
    key = place_key(text)
    if key in _COUNTRY_ALIASES:
        return _COUNTRY_ALIASES[key]
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper()
    return _country_names().get(key, "")


def state_keys(country, code, name):
    """Return the keys (see `place_key`) under which a state may be named.

    :param country: ISO code of its country
    :param code: the state's code in Odoo, e.g. ``DE-BY``
    :param name: its name in Odoo, e.g. ``Alacant (Alicante)``
    """
    short_code = code.removeprefix(f"{country}-")
    short = place_key(short_code)
    names = (name, *re.split(r"[()/]", name))
    aliases = _STATE_ALIASES.get(country, {})
    return {
        short,
        place_key(f"{country}-{short_code}"),
        *(key for part in names if (key := place_key(part))),
        *(alias for alias, target in aliases.items() if target == short),
    }


@functools.cache
def languages_of(country):
    """Return the languages of a country, the main one first: ``("nl", "fr", "de")``."""
    return get_official_languages(country, de_facto=True)
