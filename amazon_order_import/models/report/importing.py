"""What a report and the importer of its rows agree on."""

from dataclasses import dataclass

from odoo.exceptions import UserError

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


class RefusedFile(UserError):
    """A file is not to be used though its rows can be read; ``code`` names why."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


@dataclass
class UndoStep:
    """What undoing a report does with one order, or with what belongs to it.

    - ``order``: ``sale.order`` record; may be empty
    - ``rows``: the rows of the report that the step is about
    - ``remove_order``: the order goes as a whole; else the lines that ``rows`` made
    - ``records``: what the rows made beside order lines, to be removed
    - ``reason``: why all is kept instead, or ``""``
    """

    order: object
    rows: object
    remove_order: bool = False
    reason: str = ""
    records: object = None
