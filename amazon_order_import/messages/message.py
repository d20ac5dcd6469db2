"""A message as a code with its values, and its way into a column and back.

Plain Python: neither Odoo nor a database is needed.
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .catalog import CATALOG

#: How a stored message begins; whatever else stands in a column is text of a version
#: that stored texts.
_START = '{"code": '


@dataclass(frozen=True)
class Money:
    """An amount of money: a number and the id of its ``res.currency``."""

    amount: object
    currency_id: int


@dataclass(frozen=True)
class Label:
    """What a value of a selection field is called."""

    model: str
    field: str
    value: str


@dataclass(frozen=True)
class FieldName:
    """What a field is called."""

    model: str
    field: str


@dataclass(frozen=True)
class Name:
    """What a record is called; `text` where it is not there any more."""

    model: str
    id: int
    text: str

    @classmethod
    def of(cls, record):
        """The name of a single record of Odoo."""
        return cls(record._name, record.id, record.display_name)


@dataclass(frozen=True)
class Term:
    """An English text that is marked for translation where it stands."""

    text: str


@dataclass(frozen=True)
class Part:
    """Of a message, only what happened (``text``), or only the next ``step``."""

    message: object
    name: str


@dataclass(frozen=True)
class Joined:
    """Several values, each written like one, `by` (text or message) between."""

    parts: tuple
    by: object = ", "


@dataclass(frozen=True)
class Message:
    """A code of `CATALOG` with its values.

    ``values`` holds text, numbers, dates, naive moments in UTC, the types of this
    module, and messages. Use `message` to make one: it checks them.
    """

    code: str
    values: dict = field(default_factory=dict)

    @property
    def reason(self):
        """The technical name of the reason, which several texts may share."""
        return CATALOG[self.code].reason or self.code

    def dump(self):
        """The message as text for a column; `load` reads it."""
        return json.dumps(_pack(self)["message"], ensure_ascii=False)

    @classmethod
    def load(cls, text):
        """The message of a column; text of versions that stored texts stays as is.

        :rtype: Message
        """
        if text.startswith(_START):
            data = json.loads(text)
            if data["code"] in CATALOG:
                return _unpack({"message": data})
        return words(text)


def message(code, **values):
    """Return the `Message` of a code.

    :raise ValueError: unless the values are just those that the text names
    """
    wanted = CATALOG[code].placeholders
    if wanted is not None and wanted != values.keys():
        raise ValueError(
            f"{code} has the values {sorted(wanted)}, not {sorted(values)}"
        )
    return Message(code, values)


def words(text):
    """Return somebody else's words, which are not ours to translate, as a message."""
    return Message("words", {"text": str(text)})


def format_message(error):
    """Return the message of a problem of a file or of a row.

    :param error: ``report_formats.ReportFileError`` or ``RowError``
    """
    return Message(error.code, dict(error.params))


# === INTO A COLUMN AND BACK === #


def _pack(value):
    if isinstance(value, Message):
        values = {name: _pack(part) for name, part in value.values.items()}
        return {"message": {"code": value.code, "values": values}}
    if isinstance(value, Money):
        return {"money": str(value.amount), "currency": value.currency_id}
    if isinstance(value, Label):
        return {"label": [value.model, value.field, value.value]}
    if isinstance(value, FieldName):
        return {"field": [value.model, value.field]}
    if isinstance(value, Name):
        return {"name": [value.model, value.id, value.text]}
    if isinstance(value, Term):
        return {"term": value.text}
    if isinstance(value, Part):
        return {"part": value.name, "of": _pack(value.message)}
    if isinstance(value, Joined):
        return {"joined": [_pack(part) for part in value.parts], "by": _pack(value.by)}
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, Decimal):
        return {"number": str(value)}
    if isinstance(value, (list, tuple)):
        return {"list": [_pack(part) for part in value]}
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    # Exceptions, and lazy texts: what they say.
    return str(value)


_UNPACK = {
    "message": lambda data: Message(
        data["message"]["code"],
        {name: _unpack(part) for name, part in data["message"]["values"].items()},
    ),
    "money": lambda data: Money(Decimal(data["money"]), data["currency"]),
    "label": lambda data: Label(*data["label"]),
    "field": lambda data: FieldName(*data["field"]),
    "name": lambda data: Name(*data["name"]),
    "term": lambda data: Term(data["term"]),
    "part": lambda data: Part(_unpack(data["of"]), data["part"]),
    "joined": lambda data: Joined(
        tuple(map(_unpack, data["joined"])), _unpack(data["by"])
    ),
    "moment": lambda data: datetime.fromisoformat(data["moment"]),
    "date": lambda data: date.fromisoformat(data["date"]),
    "number": lambda data: Decimal(data["number"]),
    "list": lambda data: list(map(_unpack, data["list"])),
}


def _unpack(value):
    if not isinstance(value, dict):
        return value
    return _UNPACK[next(iter(value))](value)
