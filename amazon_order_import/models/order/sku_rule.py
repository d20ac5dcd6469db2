"""How internal references are made of a seller's SKUs. Plain Python, no Odoo."""

import re
from dataclasses import dataclass

#: Amazon allows 40 characters; longer ones take no rule, so that none takes long.
SKU_LENGTH = 64
PATTERN_LENGTH = 200
#: A pattern tries at most about ``SKU_LENGTH ** MAX_REPEATS`` ways.
MAX_REPEATS = 4

# An escaped character or a set: nothing in it is an operator.
_LITERAL = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_REPEATED_GROUP = re.compile(r"\)\s*(?:[*+]|\{)")
_REPEAT = re.compile(r"[*+]|\{\d*,?\d*\}")


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
        if self.pattern:
            found = re.fullmatch(self.pattern, rest)
            rest = (found.group(1) or "") if found else rest
        return rest if rest != sku else ""


def find_pattern_fault(pattern):
    """Say what is wrong with a regular expression for SKUs.

    Python's engine has no time limit: expressions that can take very long on a short
    text (nested repeats) are refused.

    :return: ``""`` or one of ``too_long``, ``invalid``, ``no_group``,
        ``repeated_group``, ``too_many_repeats``
    """
    if len(pattern) > PATTERN_LENGTH:
        return "too_long"
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return "invalid"
    operators = _LITERAL.sub("x", pattern)
    if _REPEATED_GROUP.search(operators):
        return "repeated_group"
    if len(_REPEAT.findall(operators)) > MAX_REPEATS:
        return "too_many_repeats"
    if not compiled.groups:
        return "no_group"
    return ""
