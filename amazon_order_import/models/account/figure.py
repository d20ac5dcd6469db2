"""What stands on a card of the overview."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """Something that is counted, and what opens when somebody presses it.

    - `label`: in the reader's words; `value`: as shown
    - `action`: name of a method of ``amazon.account`` that returns an action;
      `argument`: what it is called with, ``""`` for nothing
    - `level`: ``danger`` and ``warning`` stand out, ``muted`` steps back
    """

    label: str
    value: str
    action: str
    argument: str = ""
    level: str = ""


@dataclass(frozen=True)
class Bar:
    """One day: `label` names it, `text` says what it held, `amount` is its height."""

    label: str
    text: str
    amount: float
