"""What people are told: each text once, used as it is written, in German too."""

import re
from collections import Counter

import polib
from report_formats.problems import PROBLEMS

from .code import ADDON
from .messages import PLACEHOLDER, entries, named, uses
from .test_house import broken

#: How a sentence ends, or a value or a list that ends with one.
ENDS = (".", "?", "!", ":", ")s", ")", "”")
#: A title or a part of a sentence is shorter than this, and no step follows it.
TITLE = 70


def test_the_catalogue_is_found():
    assert len(entries()) > 5
    assert len(uses()) > 5


def test_each_code_is_there_once():
    count = Counter([entry.code for entry in entries()] + list(PROBLEMS))
    assert [code for code, number in count.items() if number > 1] == []


def test_each_used_code_is_there():
    known = {entry.code for entry in entries()} | set(PROBLEMS)
    problems = [f"{use.place} {use.code}" for use in uses() if use.code not in known]
    assert not problems, broken(problems)


def test_each_entry_is_used():
    texts, beginnings, ends = named()
    problems = [
        f"{entry.place} {entry.code}"
        for entry in entries()
        if entry.code not in texts
        and not entry.code.startswith(beginnings)
        and not entry.code.endswith(ends)
    ]
    assert not problems, broken(problems)


def test_each_use_gives_the_values_of_its_text():
    values = {entry.code: entry.values for entry in entries()}
    problems = [
        f"{use.place} {use.code} gives {sorted(use.values)}, "
        f"its text has {sorted(values[use.code])}"
        for use in uses()
        if use.code in values
        and use.values is not None
        and use.values != values[use.code]
    ]
    assert not problems, broken(problems)


def test_each_text_ends_like_one():
    problems = [
        f"{entry.place} {entry.code}: …{text[-40:]}"
        for entry in entries()
        for text in (entry.text, entry.step)
        if text and not _is_part(entry, text) and not text.endswith(ENDS)
    ]
    problems += [
        f"{entry.place} {entry.code}: spaces around {text!r}"
        for entry in entries()
        for text in (entry.text, entry.step)
        if text != text.strip() and len(text.split()) > 1  # a word between others
    ]
    assert not problems, broken(problems)


def _is_part(entry, text):
    if entry.step:
        # Before its step, a sentence may go on.
        return text == entry.text and text.endswith((";", ","))
    return len(text) < TITLE and ". " not in text


def test_each_text_is_german_too():
    catalog = polib.pofile(ADDON / "i18n" / "de.po")
    german = {e.msgid for e in catalog if e.msgstr and not e.obsolete}
    problems = [
        f"{entry.place} {entry.code}: {text!r}"
        for entry in entries()
        for text in (entry.text, entry.step)
        # Some texts are values with signs between them.
        if re.search("[a-z]", PLACEHOLDER.sub("", text)) and text not in german
    ]
    assert not problems, broken(problems)
