from ..report_formats.marking import mark as _
from .template import Template

SETTLEMENT = {
    "todo_settlement": Template(_("Settlement not booked")),
    "settlement_unknown": Template(
        _(
            "Nobody has said yet what this row of the settlement is: %(transaction)s, "
            "%(amount_type)s, %(description)s."
        ),
        _(
            "Press What Is This? beside the row: that is remembered for all "
            "settlements to come. Or press Post All the Same; then it stays in the "
            "suspense account."
        ),
    ),
    "settlement_not_booked": Template(
        _("Settlement %(settlement)s is not booked: %(error)s"),
        _("Correct this, then press Book."),
    ),
    "settlement_locked": Template(
        _(
            "The entry of settlement %(settlement)s belongs to %(date)s, and that "
            "period is locked (%(locks)s)."
        ),
        _("Open the period, then press Book on the settlement."),
    ),
    "settlement_no_transit": Template(
        _("The company %(company)s has no account for money on its way."),
        _("Choose one in the settings of Accounting: Internal Transfer."),
    ),
    "settlement_no_suspense": Template(
        _("The journal %(journal)s has no suspense account."),
        _("Choose one in the journal."),
    ),
    "settlement_no_chart": Template(
        _("The company %(company)s has no chart of accounts."),
        _("Install one in the settings of Accounting."),
    ),
    "settlement_differs": Template(
        _(
            "Settlement %(settlement)s is in Odoo with other rows, by %(report)s: the "
            "file is not used."
        ),
        _("If this file is the right one, undo that report, then process this one."),
    ),
    "settlement_currency": Template(
        _("“%(currency)s” is no currency that Odoo knows."),
        _("Upload the file as Amazon delivers it."),
    ),
    "settlement_of_other": Template(
        _("Settlement %(settlement)s was read from another report.")
    ),
    "settlement_at_bank": Template(
        _("The payout of settlement %(settlement)s is reconciled with the bank.")
    ),
}
