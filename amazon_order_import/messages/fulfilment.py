from ..report_formats.marking import mark as _
from .template import Template

_SHIPMENTS = {
    "multi_channel_own": Template(
        _(
            "Multi-channel order %(multi)s: Amazon ships it for your order %(order)s, "
            "which took place elsewhere. Its parcel is noted there."
        ),
        reason="multi_channel",
    ),
    # === TO-DOS === #
    "multi_channel_shipped": Template(
        _("Amazon shipped from its stock (multi-channel order %(multi)s): %(goods)s")
    ),
    "multi_channel_open_summary": Template(_("Amazon shipped this order")),
    "multi_channel_open": Template(
        _("%(shipped)s\nThe delivery %(pickings)s is still open."),
        _(
            "Validate it if it is for these goods, or cancel it, so that they are not "
            "sent twice."
        ),
    ),
    "shipments_not_booked_summary": Template(_("FBA stock not booked")),
    "shipments_not_booked": Template(
        _(
            "The orders of %(report)s are imported, but their goods could not be taken "
            "out of the FBA stock: %(error)s"
        ),
        _("Correct this, then process the report again."),
    ),
}
_RETURNS = {
    "subject_return": Template(_("The return of %(sku)s")),
    "no_quantity": Template(_("Amazon names no unit of %(sku)s.")),
    "multi_channel_return": Template(
        _(
            "Return of the multi-channel order %(order)s: Amazon only shipped it, and "
            "no order in Odoo has this reference."
        ),
        reason="multi_channel",
    ),
    "return_order_missing": Template(
        _(
            "The order %(order)s of this return (%(sku)s) is not in Odoo. The return "
            "is joined to it by itself once a report brings the order."
        ),
        _("If it is older than your data in Odoo, press Import Without Order."),
        reason="unknown_order",
    ),
    "return_order_unnamed": Template(
        _(
            "Amazon names no order for this return of %(sku)s (label %(plate)s). A "
            "later report may name it."
        ),
        _("To have it in Odoo all the same, press Import Without Order."),
        reason="unknown_order",
    ),
    "return_outdated": Template(
        _("A later row tells of this return; that counts."), reason="outdated"
    ),
    "return_changed": Template(_("Before: %(old)s\nNow: %(new)s")),
    "return_condition_unknown": Template(
        _(
            "Amazon says “%(text)s” (%(field)s) of this unit of %(sku)s, which is not "
            "known here: whether it can be sold again is open, so it is not booked."
        ),
        _(
            "Enter in the account, on the tab Shipping, where returned goods with this "
            "text belong: then it is booked by itself."
        ),
    ),
    "return_condition_unknown_unbooked": Template(
        _(
            "Amazon says “%(text)s” (%(field)s) of this unit of %(sku)s, which is not "
            "known here: whether it can be sold again is open."
        ),
        reason="return_condition_unknown",
    ),
    "unknown_sku_stock": Template(
        _("No product for the SKU %(sku)s, so that its goods are not booked."),
        _(
            "Choose one under Amazon > Configuration > SKU Mapping, then process the "
            "report again."
        ),
    ),
}
_STOCK = {
    "cut_file": Template(
        _(
            "The last row of the file (%(number)s) is cut off: the file is not whole, "
            "and nothing of it is used."
        ),
        _("Download it from Amazon again, or request the report again."),
    ),
    "half_file": Template(
        _(
            "The file has %(rows)s rows only, the last one (%(date)s) had %(before)s. "
            "Most likely it is not whole, so nothing of it is used."
        ),
        _(
            "Request the report again. If so many articles have really gone, press "
            "File Is Right."
        ),
    ),
    "stock_negative": Template(
        _(
            "Amazon counts less than nothing of %(sku)s (%(counts)s): the row is not "
            "booked."
        ),
        _(
            "The next report is likely to be right. If it is not, ask Amazon's seller "
            "support."
        ),
    ),
    "stock_country": Template(
        _(
            "“%(country)s” is not the code of a country, so nobody knows where these "
            "units of %(sku)s are: the row is not booked."
        ),
        _("Request the report again; if it says the same, tell whoever made the file."),
    ),
    "alias": Template(
        _(
            "Amazon repeats the units of %(sku)s here (FNSKU %(fnsku)s): they are "
            "counted once, with %(sku)s."
        )
    ),
    "merchant": Template(
        _("You ship %(sku)s yourself: Amazon lists it without an offer by FBA.")
    ),
    "merchant_stranded": Template(
        _(
            "You ship %(sku)s yourself: Amazon lists it without an offer by FBA. "
            "Amazon still holds %(units)s units of it."
        ),
        _(
            "Make its offer FBA again or have them sent back, in Seller Central (Fix "
            "stranded inventory)."
        ),
        reason="merchant",
    ),
    "stock_figure": Template("%(figure)s: %(old)s → %(new)s"),
    "stock_changed": Template("%(figures)s"),
    # === ADJUSTMENTS === #
    "snapshot_busy": Template(_("%(snapshot)s is being booked at this moment.")),
    "snapshot_incomplete": Template(
        _("The file of %(snapshot)s is not complete: some rows could not be read."),
        _("Correct them, or request the report again."),
    ),
    "snapshot_outdated": Template(
        _("%(snapshot)s is outdated."), _("Request the report FBA stock again.")
    ),
    "snapshot_without_reserved": Template(
        _("The file of %(snapshot)s does not tell reserved units."),
        _("Request the report FBA stock, which does."),
    ),
    "stock_beyond_units": Template(
        _("%(units)s units are more than the %(limit)s of the account.")
    ),
    "stock_beyond_value": Template(
        _("%(value)s are more than the %(limit)s of the account.")
    ),
    "stock_not_booked": Template(_("It could not be booked: %(error)s")),
    "stock_differs_summary": Template(_("FBA stock differs (%(pool)s)")),
    "stock_differs": Template(
        _("Amazon counts otherwise than Odoo: %(count)s differences in %(snapshot)s."),
        _("Open Amazon > Stock > Differences and press Book Differences."),
    ),
    "stock_differs_held": Template(
        _(
            "Amazon counts otherwise than Odoo: %(count)s differences in %(snapshot)s. "
            "%(reason)s"
        ),
        _("Open Amazon > Stock > Differences and press Book Differences."),
    ),
}
FULFILMENT = {**_SHIPMENTS, **_RETURNS, **_STOCK}
