"""A step from the empty database to the first order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FirstStep:
    """One step of the panel above the overview.

    - `title`, `text`: in the reader's words; `is_done`: whether there is nothing left
    - `buttons`: pairs of a label and the method of ``amazon.account`` that it calls
    """

    title: str
    text: str
    is_done: bool
    buttons: tuple = ()
