from ..report_formats.marking import mark as _
from .template import Template

#: VCS Lite: rows, documents made of them, and their uploads.
VAT_DATA = {
    # === ROWS === #
    "subject_vat_data": Template(_("The VAT invoice data of order %(order)s")),
    "vat_data_no_amounts": Template(
        _(
            "Amazon gives no amount for this item of order %(order)s: there is nothing "
            "to invoice or to credit."
        ),
        reason="no_amounts",
    ),
    "vat_data_amounts_differ": Template(
        _(
            "Amazon's figures for %(part)s of order %(order)s do not add up: %(gross)s "
            "is not %(net)s and %(vat)s VAT."
        ),
        _("Compare them with Seller Central and make the document by hand."),
        reason="amounts_differ",
    ),
    "vat_data_unknown_currency": Template(
        _("Odoo has no currency “%(currency)s”."),
        _("Create it under Accounting > Configuration > Currencies."),
        reason="unknown_currency",
    ),
    "vat_data_rows_differ": Template(
        _("The file tells of item %(sku)s twice, with different figures."),
        _("Compare them with Seller Central and make the document by hand."),
        reason="rows_differ",
    ),
    "vat_data_amazon_invoices": Template(
        _("Amazon invoices this transaction itself: Odoo makes no document."),
        reason="amazon_invoices",
    ),
    # `unknown_order` is a return's, which can be imported without its order.
    "vat_unknown_order": Template(
        _(
            "Order %(order)s is not in Odoo yet. Its VAT data are kept and joined to "
            "it as soon as it is imported;"
        ),
        _("if it stays away, request the order report of that time again."),
    ),
    "vat_data_changed": Template("%(changes)s"),
    "vat_amount_changed": Template(
        _("%(sku)s, %(part)s: %(old)s → %(new)s (VAT %(old_tax)s → %(new_tax)s)")
    ),
    "vat_data_changed_late": Template(
        _(
            "Amazon changed the figures of %(document)s after %(move)s was made.\n"
            "%(changes)s"
        ),
        _("Correct the document with a credit note where needed."),
        reason="document_closed",
    ),
    # === DOCUMENTS === #
    "vat_data_differs": Template(
        _(
            "%(move)s comes to %(total)s with %(tax)s VAT, Amazon to %(amazon_total)s "
            "with %(amazon_tax)s VAT."
        )
    ),
    "vat_data_not_made": Template(
        _("The document could not be made: %(error)s"),
        _("Correct this, then make it with the button."),
    ),
    "vat_data_not_made_to_create": Template(
        _("The document could not be made: %(error)s"), reason="vat_data_not_made"
    ),
    "vat_data_tax_withheld": Template(
        _(
            "Amazon owes the VAT of order %(order)s and invoices the buyer itself: an "
            "invoice of yours would declare it once more."
        )
    ),
    "vat_data_order_cancelled": Template(
        _("Order %(order)s is cancelled in Odoo, but Amazon has shipped it."),
        _("Set the order to quotation and confirm it, then make the document."),
    ),
    "vat_data_quotation": Template(
        _("Order %(order)s is a quotation:"),
        _("confirm it, and the document is made."),
    ),
    "vat_data_by_hand": Template(
        _("By the account's setting, a person makes the document:"),
        _("with the button, here or in the list."),
    ),
    "vat_data_incomplete": Template(
        _("Amazon's figures are not complete: %(rows)s cannot be read."),
        _(
            "Request the report again; the document is made once a report tells all of "
            "it."
        ),
    ),
    "vat_data_other_currency": Template(
        _("The order is in %(order)s, Amazon's figures are in %(amazon)s."),
        _("Make the document by hand."),
    ),
    "vat_data_without_item": Template(
        _("No item of order %(order)s fits: %(items)s."),
        _(
            "Compare the order with Seller Central; if an item is missing, request the "
            "order report of that time again."
        ),
    ),
    "vat_data_being_checked": Template(
        _(
            "Amazon is looking at a document for this transaction that is not Odoo's. "
            "If it refuses that one, Odoo makes one of its own."
        )
    ),
    "vat_data_made_elsewhere": Template(
        _(
            "Amazon has the document %(number)s for this transaction, which Odoo did "
            "not make: one more would declare the VAT twice."
        ),
        _("If Odoo shall make one all the same, make it with the button."),
    ),
    "vat_data_invoiced_otherwise": Template(
        _(
            "Order %(order)s is invoiced already (%(moves)s), but with other amounts "
            "than Amazon's: %(total)s with %(tax)s VAT."
        ),
        _("Correct it with a credit note, then make the document."),
    ),
    "vat_data_original_stands": Template(
        _(
            "A further document for units of order %(order)s, which are invoiced "
            "already (%(moves)s). It corrects %(original)s, which is not credited."
        ),
        _(
            "It is made once Amazon's data for the credit note come, or credit the "
            "invoice yourself, then choose Make Document."
        ),
    ),
    "vat_data_waits_for_invoice": Template(
        _("Waits for the invoice of order %(order)s: there is nothing to credit yet."),
        _("Where the sale was invoiced elsewhere, credit it there."),
    ),
    "vat_data_credited_already": Template(
        _(
            "%(move)s over %(total)s holds this refund of %(amount)s already, so "
            "nothing more is credited."
        ),
        _(
            "If the buyer needs a document over Amazon's amount, credit that one back "
            "and make this one."
        ),
    ),
    "vat_data_taken_back": Template(
        _(
            "Amazon took a refund of %(order)s back: %(amount)s are yours again. "
            "Credited so far: %(documents)s."
        ),
        _(
            "Make an invoice over this amount for the order and post it, then choose "
            "Make Document: it is taken for this one."
        ),
    ),
    # === UPLOADS: WHAT THEY WAIT FOR === #
    "upload_by_hand": Template(
        _("By the account's setting, a person chooses what is uploaded:"),
        _("with the button Upload, here or in the list."),
        reason="by_hand",
    ),
    "upload_not_posted": Template(
        _("The document is not posted (any more)."), reason="not_posted"
    ),
    "upload_amazon_invoices": Template(
        _("Amazon makes the invoice of this sale itself."),
        _("Check whether your own document is needed at all."),
        reason="amazon_invoices",
    ),
    "upload_marketplace": Template(
        _(
            "Amazon takes invoices in %(countries)s only. The channel of this order is "
            "%(channel)s."
        ),
        reason="marketplace",
    ),
    "upload_number": Template(
        _(
            "The number %(number)s holds characters that Amazon does not take, e.g. "
            "spaces."
        ),
        _(
            "Change the number format of the journal; upload this document in Seller "
            "Central."
        ),
        reason="number",
    ),
    "upload_needs_transaction": Template(
        _(
            "Amazon takes a credit note only with its own transaction ID, which VCS "
            "Lite data alone tell."
        ),
        _("Upload it in Seller Central."),
        reason="no_transaction",
    ),
    "upload_no_transaction": Template(
        _("Amazon gave no transaction ID for this credit note."),
        reason="no_transaction",
    ),
    "upload_not_shipped": Template(
        _(
            "Order %(order)s is not shipped yet. Amazon takes its invoice after the "
            "shipment is confirmed."
        ),
        reason="not_shipped",
    ),
    "upload_no_data": Template(
        _("No VCS Lite data of this sale yet: Amazon gives them once it is shipped."),
        _("Request the report “VCS Lite: VAT invoice data” if they stay away."),
        reason="no_data",
    ),
    "upload_known_at_amazon": Template(
        _("Amazon has the document already."), reason="accepted"
    ),
    "upload_another_document": Template(
        _(
            "Amazon has the document %(theirs)s for this transaction, and takes one "
            "only."
        ),
        _("Compare both, and remove the wrong one."),
        reason="another_document",
    ),
    "upload_totals_differ": Template(
        _("%(difference)s Amazon would refuse it:"),
        _(
            "correct it with a credit note and make the document from the VAT invoice "
            "data."
        ),
        reason="totals_differ",
    ),
    # === UPLOADS: WHAT BECAME OF THEM === #
    "upload_unexpected": Template(
        _("An unexpected error (%(error)s); the server log has its details."),
        _("Pass this on to your administrator, then upload again."),
        reason="unexpected",
    ),
    "upload_given_up": Template(
        _("Not accepted after %(attempts)s attempts since %(first)s."),
        _(
            "The last error stands below: put its cause right, then upload again, or "
            "upload the document in Seller Central."
        ),
        reason="given_up",
    ),
    "upload_refused_again": Template(
        _("Amazon refused it; it is sent again in an hour."), reason="retry"
    ),
    "upload_cancelled": Template(
        _("Amazon cancelled the upload; it is sent again in an hour."), reason="retry"
    ),
    "upload_left_list": Template(
        _("Amazon no longer lists the transaction among those without a document."),
        reason="accepted",
    ),
    "upload_not_arrived": Template(
        _(
            "A day after the upload (feed %(feed)s), Amazon still lists the "
            "transaction as without document, and gives no reason."
        ),
        _("Upload it again, or in Seller Central."),
        reason="not_arrived",
    ),
    "upload_other_number": Template(
        _("Amazon has the document %(theirs)s, not %(ours)s.")
    ),
    "upload_set_aside": Template(_("Set aside by %(user)s."), reason="set_aside"),
    "upload_elsewhere": Template(
        _("Uploaded in Seller Central, says %(user)s."), reason="elsewhere"
    ),
}
