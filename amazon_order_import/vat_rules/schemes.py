"""Amazon's words for who owes the tax and under which scheme, as ours.

Source: reference/amazon-reports.md 2.8 and 6.4.
"""

import re

#: What `read_responsibility` gives.
SELLER, AMAZON = "seller", "amazon"
#: What `read_scheme` gives: the schemes that are known.
OSS, IOSS, UK_VOEC, CH_VOEC, NO_VOEC, DEEMED = (
    "oss", "ioss", "uk_voec", "ch_voec", "no_voec", "deemed",
)  # fmt: skip
UNKNOWN = "unknown"

#: What names either party. What begins with "Amazon" is one of Amazon's companies:
#: "Amazon Seller Services Private Ltd.".
_PARTIES = (
    (re.compile("amazon|marketplace|deemed"), AMAZON),
    (re.compile("(?<!re)seller|merchant|vendor"), SELLER),
)
#: Beginning of Amazon's name without its `VCS_` -> scheme; the first that fits counts.
_SCHEMES = (
    ("deemed", DEEMED),
    ("euioss", IOSS),
    ("ioss", IOSS),
    ("euoss", OSS),
    ("unionoss", OSS),
    ("oss", OSS),
    ("ukvoec", UK_VOEC),
    ("chvoec", CH_VOEC),
    ("novoec", NO_VOEC),
)
#: Names that say that there is none.
_NO_SCHEME = frozenset(("", "regular", "none", "na", "standard"))


def _letters(text):
    return "".join(char for char in (text or "").lower() if char.isalnum())


def read_responsibility(party, model=""):
    """Who owes the tax to the tax office, by Amazon's words.

    The party counts; the model (``MarketplaceFacilitator``) only where the party is
    none that is known.

    :param party: Tax Collection Responsibility, tax-collection-responsible-party
    :param model: tax-collection-model
    :return: ``seller``, ``amazon``, ``""`` where Amazon is silent, ``unknown`` else
    """
    letters = [_letters(party), _letters(model)]
    for told in letters:
        if told.startswith("amazon"):
            return AMAZON
        named = [who for names, who in _PARTIES if names.search(told)]
        # "Seller on a marketplace" may be either.
        if len(named) == 1:
            return named[0]
    return UNKNOWN if any(letters) else ""


def read_scheme(text):
    """The scheme that Amazon names: ``""`` for none, ``unknown`` for one not known."""
    letters = _letters(text).removeprefix("vcs")
    if letters in _NO_SCHEME:
        return ""
    return next(
        (scheme for name, scheme in _SCHEMES if letters.startswith(name)), UNKNOWN
    )
