"""What the addon tells people: all codes, their texts, and how they are stored.

Whoever notes what became of a row, a report, an upload, a document or a to-do stores
a `Message`: a code of `CATALOG` with its values. It becomes text when somebody reads
it, in the reader's language, time zone and number format (`MessageText`). The words of
Amazon and of Odoo stay as they are: they are values.
"""

from .catalog import BY_ITSELF, CATALOG
from .closed_states import CLOSED_STATES
from .template import Template
from .message import (
    FieldName,
    Joined,
    Label,
    Message,
    Money,
    Name,
    Part,
    Term,
    format_message,
    message,
    words,
)
from .message_text import (
    REFUSALS,
    MessageError,
    MessageText,
    compose,
    get_error_message,
    get_message,
    holds_message,
)
