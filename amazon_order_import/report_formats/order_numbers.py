"""What the number of an order tells."""

import re

#: Orders of other shops that Amazon only ships (multi-channel fulfilment).
_MULTI_CHANNEL = re.compile(r"S\d\d-", re.IGNORECASE)
#: Sales channels of such orders: Non-Amazon, Non-Amazon DE, SI UK Prod Marketplace.
_OTHER_CHANNELS = re.compile(
    r"non-?[ _]?amazon|SI (?:[A-Z]{2} )?Prod(?:uction)? Marketplace", re.IGNORECASE
)
_AMAZON_ORDER = re.compile(r"[A-Z0-9]{3}-\d{7}-\d{7}", re.IGNORECASE | re.ASCII)
#: 302-1234567-1234567 with whatever stands between the groups when it is pasted.
_PASTED = re.compile(
    r"(?<![0-9])([0-9]{3})[^0-9]{0,3}([0-9]{7})[^0-9]{0,3}([0-9]{7})(?![0-9])"
)
_PASTED_MULTI_CHANNEL = re.compile(
    r"(?<![0-9a-z])s([0-9]{2})[^0-9a-z]{0,3}([0-9]{7})[^0-9]{0,3}([0-9]{7})(?![0-9])",
    re.IGNORECASE,
)


def is_multi_channel(number, sales_channel=""):
    """Whether Amazon only ships an order: the sale took place elsewhere."""
    return bool(
        _MULTI_CHANNEL.match(number) or _OTHER_CHANNELS.match(sales_channel.strip())
    )


def is_order_number(text):
    """Whether a text is an order number of Amazon's, and no seller's own."""
    return bool(_AMAZON_ORDER.fullmatch(text))


def find_order_number(text):
    """Return the Amazon order number in a pasted text, or ``""``."""
    if match := _PASTED_MULTI_CHANNEL.search(text):
        return "S{}-{}-{}".format(*match.groups())
    if match := _PASTED.search(text):
        return "-".join(match.groups())
    return ""


def find_order_numbers(text):
    """Return all Amazon order numbers in a pasted list, each once, in its order."""
    found = [
        (match.start(), "S{}-{}-{}".format(*match.groups()))
        for match in _PASTED_MULTI_CHANNEL.finditer(text)
    ]
    found += [
        (match.start(), "-".join(match.groups())) for match in _PASTED.finditer(text)
    ]
    return list(dict.fromkeys(number for _place, number in sorted(found)))
