from ..report_formats.marking import mark as _
from .template import Template

COMPLETENESS = {
    # === ROWS OF CONTROL LISTS === #
    "told_by_later_list": Template(
        _("A later control list told of order %(order)s."), reason="outdated"
    ),
    "not_cancelled": Template(
        _(
            "Amazon cancelled order %(order)s, but it could not be cancelled in Odoo: "
            "%(error)s"
        ),
        _("Cancel %(name)s by hand, or correct this and process the report again."),
        reason="refused",
    ),
    # === THE TO-DO ABOUT MISSING ORDERS === #
    "orders_missing": Template(_("%(count)s orders of Amazon are missing")),
    "orders_not_brought": Template(
        _(
            "Amazon's list of all orders names them, but the reports that should have "
            "them, requested %(times)s times, do not bring them."
        ),
        _(
            "Look up one of them in Seller Central, then open Amazon > Reports > Find "
            "an Order."
        ),
    ),
    "orders_not_uploaded": Template(
        _(
            "Amazon's list of all orders names them, but no report that was uploaded "
            "has them."
        ),
        _(
            "Upload the order report of these days under Amazon > Reports > Upload "
            "File."
        ),
    ),
    "missing_order": Template("- %(order)s, %(channel)s, %(date)s"),
    "more_missing_orders": Template(_("and %(count)s more")),
}
