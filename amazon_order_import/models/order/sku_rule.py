"""How internal references are made of a seller's SKUs. Plain Python, no Odoo."""

import re
from dataclasses import dataclass
from functools import lru_cache
from math import comb, inf

try:
    from re import _parser as parser
except ImportError:  # Python 3.10
    import sre_parse as parser  # pylint: disable=deprecated-module

#: Amazon allows 40 characters; longer ones take no rule, so that none takes long.
SKU_LENGTH = 64
PATTERN_LENGTH = 200
#: In how many ways a pattern may be tried on one SKU: some 50 ms at worst.
MAX_WAYS = 1_000_000
#: The parser's names of what fits one character, and of repeats.
_SINGLE = {"LITERAL", "NOT_LITERAL", "ANY", "IN", "RANGE", "CATEGORY"}
_REPEATS = {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}


@dataclass(frozen=True)
class SkuRule:
    """Takes a prefix and a suffix off a SKU, then applies a regular expression.

    The expression has to fit the whole rest; its first group is the reference.
    """

    prefix: str = ""
    suffix: str = ""
    pattern: str = ""

    def __bool__(self):
        return bool(self.prefix or self.suffix or self.pattern)

    def apply(self, sku):
        """Return the internal reference, or ``""`` where the rule does not fit.

        A rule fits that changes something and leaves something.
        """
        rest = sku
        if len(sku) > SKU_LENGTH:
            return ""
        if self.prefix:
            rest = rest.removeprefix(self.prefix)
        if self.suffix:
            rest = rest.removesuffix(self.suffix)
        if self.pattern and not find_pattern_fault(self.pattern):
            found = re.fullmatch(self.pattern, rest)
            rest = (found.group(1) or "") if found else rest
        return rest if rest != sku else ""


@lru_cache(maxsize=256)
def find_pattern_fault(pattern):
    """Say what is wrong with a regular expression for SKUs.

    Python's engine has no time limit: it goes back and tries every other way to fit
    a text. An expression is accepted only where those ways are few for any text.

    :return: ``""`` or one of ``too_long``, ``invalid``, ``no_group``,
        ``repeated_group``, ``too_many_repeats``
    """
    if len(pattern) > PATTERN_LENGTH:
        return "too_long"
    try:
        compiled = re.compile(pattern)
        ways = _count_ways(parser.parse(pattern))
    except (re.error, OverflowError, RecursionError):
        return "invalid"
    if ways == inf:
        return "repeated_group"
    if ways > MAX_WAYS:
        return "too_many_repeats"
    if not compiled.groups:
        return "no_group"
    return ""


def _count_ways(expression):
    """Return at most in how many ways an expression can be tried on a SKU.

    :param expression: what Python's parser makes of it
    :return: a number, ``inf`` for a repeated group
    """
    choices, repeats = _count_choices(expression)
    # Repeats share the text: so often it can be cut into pieces.
    return choices * comb(SKU_LENGTH + repeats, repeats)


def _count_choices(expression):
    """Return the choices between alternatives, and the number of repeats.

    :param expression: what Python's parser makes of it: pairs of a code and its value
    """
    choices, repeats = 1, 0
    for code, value in expression:
        if code.name not in _REPEATS:
            found = [_count_choices(part) for part in _get_parts(value)]
            choices *= sum(ways for ways, _repeats in found) or 1
            repeats += max((number for _ways, number in found), default=0)
            continue
        least, most, inner = value
        if most <= 1:
            ways, number = _count_choices(inner)
            choices *= most - least + ways
            repeats += number
        elif len(inner) != 1 or inner[0][0].name not in _SINGLE:
            return inf, 0
        elif least < most:
            repeats += 1
    return choices, repeats


def _get_parts(value):
    """Return the expressions in the value of a code: the alternatives it leaves."""
    if isinstance(value, parser.SubPattern):
        return [value]
    if isinstance(value, (list, tuple)):
        return [part for inner in value for part in _get_parts(inner)]
    return []
