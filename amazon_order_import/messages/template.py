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
    - `group`: XML id of the group that has the button that the step names; ``""``:
      whoever reads it has it
    - `by_itself`: Amazon or the clock brings the rest; no person has to do anything
    """

    text: str
    step: str = ""
    reason: str = ""
    by_itself: bool = False
    group: str = ""

    @functools.cached_property
    def placeholders(self):
        """The names of the values."""
        return frozenset(_PLACEHOLDER.findall(self.text + self.step))

    def compose(self, values, translate, ask=None):
        """The text for a reader.

        :param dict values: text by name, written for the reader already
        :param translate: function that gives the reader's words for an English text
        :param ask: function of ``(step, group)`` that gives the step for a reader who
            may not have the group; None: the reader has all
        """
        text = translate(self.text) % values
        step = self.compose_step(values, translate, ask)
        if not step:
            return text
        return f"{text}\n{step}" if "\n" in text else f"{text} {step}"

    def compose_step(self, values, translate, ask=None):
        """What to do next, for a reader; ``""`` where there is nothing to do."""
        step = self.step and translate(self.step) % values
        return ask(step, self.group) if step and self.group and ask else step


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
    by_itself: bool = False
    group: str = ""
    # What a problem of a file says, hangs on the file.
    placeholders = None

    def compose(self, values, translate, ask=None):
        """See ``Template.compose``; the values are not written yet."""
        return self.explain(self.code, values, translate)
