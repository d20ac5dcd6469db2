"""The form of an entry of the catalog."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True)
class Template:
    """One text of the addon.

    - `text`: what happened, to which record; `step`: what to do next, ``""`` where
      there is nothing to do. English, marked for translation, with ``%(name)s`` for
      the values
    - `reason`: the technical name under which records are found that several texts
      share; ``""``: the code of the entry
    """

    text: str
    step: str = ""
    reason: str = ""

    @functools.cached_property
    def placeholders(self):
        """The names of the values."""
        return frozenset(_PLACEHOLDER.findall(self.text + self.step))

    def compose(self, values, translate):
        """The text for a reader.

        :param dict values: text by name, written for the reader already
        :param translate: function that gives the reader's words for an English text
        """
        text = translate(self.text) % values
        if not self.step:
            return text
        step = translate(self.step) % values
        return f"{text}\n{step}" if "\n" in text else f"{text} {step}"


@dataclass(frozen=True)
class FormatTemplate:
    """A problem of a file or of a row: `report_formats` holds its texts.

    - `explain`: function of ``(code, values, translate)`` that gives the text
    - `text`: in English
    """

    code: str
    text: str
    explain: Callable
    step: str = ""
    reason: str = ""
    # What a problem of a file says, hangs on the file.
    placeholders = None

    def compose(self, values, translate):
        """See ``Template.compose``; the values are not written yet."""
        return self.explain(self.code, values, translate)
