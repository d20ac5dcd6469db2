from ..report_formats.marking import mark as _
from .template import Template

#: Amazon's own documents (VCS): their rows, entries and orders; refunds.
_VAT_DOCUMENTS = {
    # === ROWS === #
    "goods_moved": Template(
        _(
            "%(transaction)s: goods only changed their place, nothing was sold to a "
            "buyer."
        ),
        reason="no_sale",
    ),
    "number_told": Template(
        _("Amazon has given it the number %(number)s meanwhile."),
        reason="settled_elsewhere",
    ),
    "number_pending": Template(
        _("Amazon gives no number yet for its document about order %(order)s."),
        _("A later report brings it; do not invoice the order yourself meanwhile."),
        by_itself=True,
    ),
    "number_of_no_service": Template(
        _(
            "Amazon makes no document about order %(order)s: by the account's setting, "
            "its VAT service does not count for it. You invoice the order yourself."
        ),
        reason="no_vat_service",
    ),
    "number_not_expected": Template(
        _(
            "Amazon gives no number for a document about order %(order)s, and says "
            "that it does not invoice it."
        ),
        _(
            "Look into Seller Central: if Amazon has made none by now, invoice the "
            "order yourself."
        ),
        reason="number_pending",
    ),
    "document_currency_unknown": Template(
        _("Odoo has no currency “%(currency)s”, in which %(number)s is."),
        _(
            "Create it under Accounting > Configuration > Currencies, then process the "
            "report again."
        ),
        reason="unknown_currency",
    ),
    "subject_vat_document": Template(
        _("Amazon's document %(number)s of order %(order)s")
    ),
    "document_of_other_order": Template(
        _(
            "%(number)s is about order %(known)s in %(currency)s, but this row is "
            "about %(order)s in %(other)s."
        ),
        _("Compare them in Seller Central, then process the report again."),
        reason="other_order",
    ),
    "document_outdated": Template(
        _("%(report)s is a later report; that counts."), reason="outdated"
    ),
    "order_pending": Template(
        _("Order %(order)s of %(number)s is not in Odoo yet."),
        _("The document is kept and joined with the order once a report brings it."),
    ),
    "document_inconsistent": Template(
        _(
            "In Amazon's row, net and tax do not add up to the total. Total and tax "
            "were taken as they stand."
        )
    ),
    # === CHANGES === #
    "document_changed": Template("%(changes)s"),
    "field_changed": Template("%(field)s → %(value)s"),
    "line_added": Template("+ %(quantity)s × %(item)s: %(amount)s"),
    "document_changed_after_booking": Template(
        _("Amazon changed %(number)s after it was booked as %(entry)s:\n%(changes)s"),
        _("Reset the entry to draft and cancel it, then choose Book to make it anew."),
    ),
    # === ORDERS === #
    "tax_figures": Template(
        _(
            "%(item)s, %(part)s: net %(old_net)s, tax %(old_tax)s → net %(net)s, "
            "tax %(tax)s"
        )
    ),
    "order_differs": Template(
        _(
            "Order %(order)s is %(state)s with other amounts than Amazon's:\n"
            "%(differences)s"
        ),
        _("Correct the documents where needed."),
    ),
    "order_without_open_item": Template(
        _("Order %(order)s has no open item for %(quantity)s × %(sku)s."),
        _("Compare it with Seller Central."),
    ),
    "todo_order_differs": Template(_("Amazon's invoice differs from this order")),
    # === NOT BOOKED === #
    "entry_waits_for_order": Template(
        _("Order %(order)s is not in Odoo yet."),
        _("The document is booked once a report brings it."),
    ),
    "entry_waits_for_original": Template(
        _("%(number)s gives %(original)s back, which is not booked yet."),
        _("It is booked with it."),
    ),
    "entry_waits_for_invoice": Template(
        _("There is no posted invoice for order %(order)s in Odoo yet."),
        _("Post it, and the document is matched by itself."),
    ),
    "entry_waits_for_credit_note": Template(
        _(
            "There is no posted credit note for order %(order)s over %(amount)s in "
            "Odoo yet."
        ),
        _("Post it, and the document is matched by itself."),
    ),
    "entry_is_draft": Template(
        _("%(entry)s holds this refund already, as a draft."),
        _("Post it, and the document is matched by itself."),
    ),
    "receipt": Template(
        _("%(number)s is a receipt: Amazon calculated no VAT."),
        _("Invoice the order yourself."),
    ),
    "receipt_gives_back": Template(
        _("%(number)s is a receipt: Amazon calculated no VAT."),
        _("Credit the order's invoice yourself."),
    ),
    "nothing_to_book": Template(
        _("%(number)s is about nothing that costs anything: there is nothing to book.")
    ),
    "document_replaced": Template(_("Amazon replaced %(number)s by %(others)s.")),
    "document_incomplete": Template(
        _("%(number)s is not complete: %(rows)s cannot be read."),
        _(
            "Request the report again; the document is booked once a report tells all "
            "of it."
        ),
    ),
    "corrected_is_booked": Template(
        _("%(number)s corrects %(original)s, which is booked as %(entry)s."),
        _("Reverse that entry, then choose Book."),
    ),
    "entry_not_clear": Template(
        _(
            "Order %(order)s has invoices of its own (%(names)s), none of which is "
            "clearly %(number)s."
        ),
        _(
            "Post the drafts, or reverse or cancel those that are wrong, then choose "
            "Book."
        ),
    ),
    "entry_differs": Template(
        _("%(entry)s is not what %(number)s says: %(differences)s."),
        _(
            "Credit it in full, then choose Book to have Amazon's document instead; or "
            "leave it as it is."
        ),
    ),
    "net": Template(_("net")),
    "tax": Template(_("tax")),
    "amount_differs": Template(_("%(label)s %(odoo)s in Odoo, %(amazon)s by Amazon")),
    "entry_deleted": Template(
        _("Its entry was deleted."), _("Choose Book to make it anew.")
    ),
    # === COULD NOT BE BOOKED === #
    "document_not_booked": Template(
        _("%(number)s could not be booked: %(error)s"),
        _("Correct this, then choose Book."),
    ),
    "document_not_booked_to_create": Template(
        _("%(number)s could not be booked: %(error)s"), reason="document_not_booked"
    ),
    "todo_not_booked": Template(_("Amazon's invoice is not booked")),
    "unexpected_error": Template(
        _("Unexpected error (%(error)s); the server log has its details.")
    ),
    "entry_renumbered": Template(
        _("Odoo numbered the entry %(name)s instead of %(number)s."),
        _("Give the account a journal that is for Amazon's documents only."),
    ),
    "document_without_date": Template(_("Amazon's report gives no date for it.")),
    "period_locked": Template(
        _("%(date)s is in a locked period (%(locks)s)."),
        _("Have the period opened."),
    ),
    "lock_date": Template("%(lock)s (%(date)s)"),
    "order_item_missing": Template(
        _("No item of order %(order)s fits %(quantity)s × %(sku)s."),
        _("Compare the order with Seller Central."),
    ),
    "entry_not_amazons": Template(
        _("The entry would not be Amazon's: %(differences)s."),
        _("Check the taxes of the products and the fiscal position."),
    ),
    # === REFUNDS === #
    "refund_exceeded": Template(
        _(
            "%(name)s over %(amount)s would credit more than was sold with %(what)s: "
            "sold %(sold)s, credited already %(before)s.\n"
            "There is: %(documents)s."
        ),
        _(
            "Use that credit note, or lower the amount. If more shall be credited all "
            "the same, an Amazon administrator enters the reason on the draft credit "
            "note (Credit More Than Sold)."
        ),
    ),
    "refund_taken_back": Template(
        _(
            "%(number)s takes a refund of order %(order)s back: Amazon's %(amount)s "
            "are yours again. Credited so far: %(documents)s."
        ),
        _(
            "Make an invoice over this amount with %(number)s as its reference, and "
            "post it."
        ),
    ),
    "refund_name": Template("%(source)s %(reference)s"),
    "credit_note_over": Template("%(credit_note)s (%(amount)s)"),
    "refund_not_booked": Template(_("%(refund)s (%(amount)s, not booked in Odoo)")),
}

INVOICING = {**_VAT_DOCUMENTS}
