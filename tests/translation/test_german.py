"""The German translation is complete and fits the template.

After a change of texts: export the template into the addon with
``setup/odoo i18n export -d NAME -l pot -- amazon_order_import``, take it over with
``msgmerge --update --no-fuzzy-matching`` (gettext) or a .po editor, translate.
"""

import re
from pathlib import Path

import polib
import pytest

FOLDER = Path(__file__).resolve().parents[2] / "amazon_order_import" / "i18n"

#: What a translation has to repeat: placeholders of both kinds, tags, entities.
FIXED = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}|<[^>]+>|&\w+;")


@pytest.fixture(scope="module")
def template():
    return polib.pofile(FOLDER / "amazon_order_import.pot")


@pytest.fixture(scope="module")
def german():
    return polib.pofile(FOLDER / "de.po")


def _texts(entries):
    return {entry.msgid for entry in entries}


def test_the_template_is_no_empty_file(template):
    assert len(template) > 500


def test_every_text_is_there(template, german):
    active = [entry for entry in german if not entry.obsolete]
    assert _texts(template) - _texts(active) == set()


def test_every_text_is_translated(german):
    assert [entry.msgid for entry in german if not entry.translated()] == []


def test_nothing_is_fuzzy(german):
    assert _texts(german.fuzzy_entries()) == set()


def test_nothing_is_left_over(template, german):
    assert _texts(german) - _texts(template) == set()


def test_no_text_is_there_twice(german):
    assert len(_texts(german)) == len(german)


def test_placeholders_and_markup_are_the_same(german):
    differing = {
        entry.msgid: entry.msgstr
        for entry in german
        if sorted(FIXED.findall(entry.msgid)) != sorted(FIXED.findall(entry.msgstr))
    }
    assert differing == {}


def test_line_breaks_of_messages_are_the_same(german):
    # Views are indented; line breaks of other texts are meant.
    differing = {
        entry.msgid: entry.msgstr
        for entry in german
        if "\n  " not in entry.msgid.replace("\n  - ", "")
        and entry.msgid.count("\n") != entry.msgstr.count("\n")
    }
    assert differing == {}


def test_quotation_marks_are_german(german):
    assert [entry.msgid for entry in german if "”" in entry.msgstr] == []


def test_the_language_is_named(german):
    assert german.metadata["Language"] == "de"
    assert german.metadata["Content-Type"] == "text/plain; charset=UTF-8"
