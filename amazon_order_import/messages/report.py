from ..report_formats.marking import mark as _
from .template import Template

REPORT = {
    # === ROWS OF ANY REPORT === #
    "multi_channel": Template(
        _(
            "Multi-channel order %(order)s: Amazon only ships it for you, the sale "
            "took place elsewhere."
        )
    ),
    "not_imported_concurrent": Template(
        _("%(what)s was being imported by another process at the same moment."),
        _("Process the report again: it will find it."),
        reason="concurrent",
    ),
    "not_imported_refused": Template(
        _("%(what)s was not imported: %(error)s"),
        _("Correct this and process the report again."),
        reason="refused",
    ),
    "not_imported_unexpected": Template(
        _(
            "%(what)s was not imported because of an unexpected error (%(error)s); the "
            "server log has its details."
        ),
        _("Pass this on to your administrator, then process the report again."),
        reason="unexpected",
    ),
    "settled_elsewhere": Template(_("Settled by %(report)s, row %(number)s.")),
    "subject_order": Template(_("Order %(order)s")),
}
