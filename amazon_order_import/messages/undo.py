"""Taking back what a report made: what is kept, and why."""

from ..report_formats.marking import mark as _
from .template import Template

UNDO = {
    "undone": Template(
        _("Taken back on %(date)s."), _("Process the report again to import it anew.")
    ),
    "undo_kept": Template(_("Not taken back. %(reason)s")),
    # === WHY === #
    "undo_refused": Template(_("Odoo refuses to remove it: %(error)s")),
    "undo_also_told": Template(_("Also told by %(row)s.")),
    "undo_changed": Template(_("What Amazon changed is not set back.")),
    "undo_changed_or_cancelled": Template(
        _("What Amazon changed or cancelled is not set back.")
    ),
    "undo_order_closed": Template(_("The order is %(state)s.")),
    "undo_order_cancelled": Template(_("Cancelled already.")),
    "undo_order_locked": Template(_("The order is locked.")),
    "undo_changed_by_hand": Template(_("Changed by hand in Odoo.")),
    "undo_invoiced": Template(_("Invoiced: %(names)s.")),
    "undo_delivered": Template(_("Delivered: %(names)s.")),
    "undo_returned": Template(
        _("Its goods were returned: %(returns)s."),
        _("Take back the report of returns first."),
    ),
    "undo_stock_booked": Template(
        _("It is booked as inventory adjustment: %(count)s moves."),
        _("The next report of FBA stock corrects what is wrong."),
    ),
    "undo_document_booked": Template(_("%(number)s is booked as %(entry)s.")),
    "undo_told_by_later_list": Template(
        _("A later control list told of these orders.")
    ),
}
