"""The field that holds a message and shows it in the reader's words."""

from datetime import date, datetime
from decimal import Decimal

from odoo import fields
from odoo.exceptions import MissingError, RedirectWarning, UserError
from odoo.tools import SQL, format_date, format_datetime
from odoo.tools.misc import formatLang

from ..report_formats.marking import mark as _
from .catalog import CATALOG
from .message import FieldName, Joined, Label, Message, Money, Name, Part, Term, words
from .template import FormatTemplate

#: A step that its reader may not do.
ASK_GROUP = _("%(step)s (Ask somebody with the right “%(group)s”.)")


class MessageText(fields.Text):
    """A text that is stored as a `Message` and composed when it is read.

    Write a `Message`; what is read is text in the language, time zone and number
    format of the environment. Text that is written, or that an earlier version
    stored, stays as it is.
    """

    def convert_to_cache(self, value, record, validate=True):
        if isinstance(value, Message):
            value = value.dump()
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return value and compose(record.env, Message.load(value)) or False

    def _condition_to_sql(self, field_expr, operator, value, model, alias, query):
        """Search what is shown: the values as stored, the texts in every language."""
        sql = super()._condition_to_sql(
            field_expr, operator, value, model, alias, query
        )
        if operator not in ("like", "ilike"):
            return sql
        codes = [
            f'{{"code": "{code}"%'
            for code in find_codes(value, lambda text: translate(model.env, text))
        ]
        if not codes:
            return sql
        column = model._field_to_sql(alias, field_expr, query)
        return SQL("(%s OR %s LIKE ANY(%s))", sql, column, codes)

    def get_message(self, record):
        """Return the stored `Message` of a single record, or None."""
        record.ensure_one()
        record[self.name]  # pylint: disable=pointless-statement
        value = self._get_cache(record.env).get(record.id)
        return Message.load(value) if value else None


def get_message(record, name):
    """Return the `Message` that a field of a single record holds, or None.

    :param str name: name of a `MessageText` field
    """
    return record._fields[name].get_message(record)


def holds_message(record, name, message):
    """Whether a field of a single record holds a `Message`, or None, already.

    :param str name: name of a `MessageText` field
    """
    known = get_message(record, name)
    return (known and known.dump()) == (message and message.dump())


def find_codes(searched, translate):
    """Return the codes of `CATALOG` whose text holds what is searched."""
    searched = searched.casefold()
    return [
        code
        for code, entry in CATALOG.items()
        if searched in f"{translate(entry.text)} {translate(entry.step)}".casefold()
    ]


def translate(env, text):
    """Return the reader's words for a text that is marked for translation."""
    # The texts are marked where they stand: in the catalog, in report_formats.
    return env._(text) if text else ""  # pylint: disable=translation-required,prefer-env-translation


def compose(env, message):
    """Return a message as text for the reader of an environment.

    :param message: `Message`; its values may hold further ones
    :rtype: str
    """
    entry = CATALOG[message.code]
    values = message.values
    if not isinstance(entry, FormatTemplate):
        values = {name: _write(env, value) for name, value in values.items()}
    return entry.compose(
        values,
        lambda text: translate(env, text),
        lambda step, group: _ask_for_help(env, step, group),
    )


def _ask_for_help(env, step, group):
    """Say, where the reader lacks the group of a button, who has it."""
    if env.user.has_group(group):
        return step
    name = env.ref(group).sudo().full_name
    return translate(env, ASK_GROUP) % {"step": step, "group": name}


def _write_part(env, part):
    entry = CATALOG[part.message.code]
    values = {name: _write(env, value) for name, value in part.message.values.items()}
    if part.name == "step":
        return entry.compose_step(
            values,
            lambda text: translate(env, text),
            lambda step, group: _ask_for_help(env, step, group),
        )
    return translate(env, entry.text) % values


def _write(env, value):
    """Return one value of a message as text for the reader."""
    writer = _WRITERS.get(type(value))
    return writer(env, value) if writer else value


def _write_money(env, money):
    currency = env["res.currency"].sudo().browse(money.currency_id)
    return currency.format(float(money.amount))


def _write_label(env, label):
    field = env[label.model]._fields[label.field]
    return dict(field._description_selection(env)).get(label.value, label.value)


def _write_field_name(env, name):
    return env[name.model]._fields[name.field]._description_string(env)


def _write_name(env, name):
    if name.model not in env:
        return name.text
    try:
        # The name stood in the message for all its readers before.
        return env[name.model].sudo().browse(name.id).display_name or name.text
    except MissingError:
        return name.text


def _write_number(env, number):
    digits = max(0, -number.as_tuple().exponent)
    return formatLang(env, float(number), digits=digits)


_WRITERS = {
    Message: compose,
    Part: _write_part,
    Money: _write_money,
    Label: _write_label,
    FieldName: _write_field_name,
    Name: _write_name,
    Term: lambda env, term: translate(env, term.text),
    Decimal: _write_number,
    date: lambda env, day: format_date(env, day),
    datetime: lambda env, moment: format_datetime(env, moment, dt_format="short"),
    Joined: lambda env, joined: _write(env, joined.by).join(
        str(_write(env, part)) for part in joined.parts if part not in (None, "")
    ),
}


#: What Odoo and its addons raise to tell people what cannot be done, and why.
REFUSALS = (UserError, RedirectWarning)


class MessageError(UserError):
    """What cannot be done, as a `Message`: stored by whoever catches it."""

    def __init__(self, env, message):
        super().__init__(compose(env, message))
        self.message = message


def get_error_message(error):
    """Return what an exception says as a message: our own, or somebody's words."""
    if isinstance(error, MessageError):
        return error.message
    if isinstance(error, RedirectWarning):
        # A warning with a button. Only the text: whoever reads it may not press it.
        return words(error.args[0])
    return words(error)
