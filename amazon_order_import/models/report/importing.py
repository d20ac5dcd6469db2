"""What a report and the importer of its rows agree on."""

from collections.abc import Callable
from dataclasses import dataclass

from ...messages import Message, MessageError
from ...trusted_context import Trusted

IMPORT_CONTEXT = {
    # One note per report says what happened; not one per order.
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "sale_no_log_for_new_lines": True,
    # A wrong VAT number must not keep an order out.
    "no_vat_validation": True,
    "amazon_import": Trusted(),
}


class ConcurrentImport(Exception):
    """Another transaction has just created the same order: try again after it."""


class RefusedFile(MessageError):
    """A file is not to be used though its rows can be read."""

    @property
    def code(self):
        """What people look for."""
        return self.message.reason


@dataclass
class UndoStep:
    """What undoing a report does with some of its rows.

    Whoever plans a step knows how it is undone: by removing ``records``, or by
    calling ``remove``.

    - ``order``: ``sale.order`` record that it is about; may be empty
    - ``rows``: the rows of the report that the step is about
    - ``records``: what is removed; None: less than whole records
    - ``remove``: function that does it and returns how many are removed; None:
      ``records`` are just deleted
    - ``counted``: what is removed: ``orders``, ``lines`` or other ``records``
    - ``reason``: `Message` that says why all is kept instead, or None
    """

    order: object
    rows: object
    records: object = None
    remove: Callable[[], int] | None = None
    counted: str = "records"
    reason: Message | None = None

    @property
    def size(self):
        """How many are going to be removed."""
        if self.reason:
            return 0
        return len(self.rows if self.records is None else self.records)

    def take_back(self):
        """Remove what the rows made.

        :return: how many were removed
        """
        if self.remove:
            return self.remove()
        count = len(self.records)
        self.records.unlink()
        return count
