"""Amazon's words for who owes the tax and under which scheme, as ours.

Source: reference/amazon-reports.md 2.8 and 6.4.
"""

#: What `read_responsibility` gives.
SELLER, AMAZON = "seller", "amazon"
#: What `read_scheme` gives: the schemes that are known.
OSS, IOSS, UK_VOEC, CH_VOEC, NO_VOEC, DEEMED = (
    "oss", "ioss", "uk_voec", "ch_voec", "no_voec", "deemed",
)  # fmt: skip
UNKNOWN = "unknown"

_RESPONSIBLE = {
    "": "",
    "seller": SELLER,
    "merchant": SELLER,
    "marketplace": AMAZON,
    "marketplacefacilitator": AMAZON,
    "amazon": AMAZON,
}
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


def read_responsibility(text):
    """``seller``, ``amazon``, ``""`` where Amazon is silent, ``unknown`` else."""
    letters = _letters(text)
    if letters.startswith("amazon"):
        # Amazon has several companies.
        return AMAZON
    return _RESPONSIBLE.get(letters, UNKNOWN)


def read_scheme(text):
    """The scheme that Amazon names: ``""`` for none, ``unknown`` for one not known."""
    letters = _letters(text).removeprefix("vcs")
    if letters in _NO_SCHEME:
        return ""
    return next(
        (scheme for name, scheme in _SCHEMES if letters.startswith(name)), UNKNOWN
    )
