"""Texts without what tells of a person. Plain Python."""

import html
import json
import re

#: Stands where something was taken out.
MASK = "…"
#: Shorter texts are found in too many words.
_SHORTEST = 3


def make_pattern(texts):
    """Return what finds texts in others, however they are spaced and escaped, or None.

    :param texts: iterable of str
    """
    forms = set()
    for text in texts:
        plain = " ".join(text.split())
        if len(plain) >= _SHORTEST:
            # As it is, in HTML, and in a stored message.
            forms |= {
                plain,
                html.escape(plain),
                html.escape(plain, quote=False),
                json.dumps(plain, ensure_ascii=False)[1:-1],
            }
    if not forms:
        return None
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    choices = "|".join(
        r"\s+".join(map(re.escape, form.split())) for form in longest_first
    )
    return re.compile(rf"(?<!\w)(?:{choices})(?!\w)", re.IGNORECASE)


def mask(pattern, text):
    """Return a text without what a pattern finds.

    :param pattern: see `make_pattern`
    """
    return pattern.sub(MASK, text) if pattern and text else text
