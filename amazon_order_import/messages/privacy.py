"""Buyers' personal data that are to be forgotten."""

from ..report_formats.marking import mark as _
from .template import Template

PRIVACY = {
    "todo_not_forgotten": Template(_("Personal data could not be deleted")),
    "not_forgotten": Template(
        _(
            "The personal data of %(count)s Amazon orders are due, but Odoo could not "
            "delete them: %(orders)s."
        ),
        _(
            "Open the orders and choose Delete Buyer's Data: Odoo says what is in the "
            "way. It tries again every day."
        ),
    ),
}
