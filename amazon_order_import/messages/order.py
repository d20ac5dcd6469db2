from ..report_formats.marking import mark as _
from .template import Template

#: Rows of orders.
_ROWS = {
    "price_pending": Template(
        _(
            "Amazon gives no price yet for this item of order %(order)s (its payment "
            "is pending)."
        ),
        _("A later report brings it."),
        by_itself=True,
    ),
    "unknown_channel": Template(
        _("The sales channel “%(channel)s” of order %(order)s is not known."),
        _(
            "Add it under Amazon > Configuration > Marketplaces, then process the "
            "report again."
        ),
    ),
    "inactive_channel": Template(
        _("The channel %(channel)s is switched off in the account %(account)s."),
        _("Switch it on and process the report again to import order %(order)s."),
    ),
    "before_start": Template(
        _(
            "Order %(order)s was bought before %(start)s, from when on the account "
            "%(account)s takes orders."
        ),
        _(
            "To import it, choose an earlier “Orders From” in the account and process "
            "the report again."
        ),
    ),
    "fulfilment_off": Template(
        _(
            "The account %(account)s does not take orders that are fulfilled so "
            "(%(order)s)."
        ),
        _("Switch them on in the account and process the report again to import it."),
    ),
    "business_off": Template(
        _("The account %(account)s does not take business orders (%(order)s)."),
        _("Switch them on in the account and process the report again to import it."),
    ),
    "store_pickup_off": Template(
        _(
            "The buyer collects order %(order)s from a shop; the account %(account)s "
            "does not take such orders."
        ),
        _("Switch them on in the account and process the report again to import it."),
    ),
    "left_out_by_person": Template(
        _("Order %(order)s was left out in the preview."),
        _("Process the report again to import it."),
    ),
    "item_cancelled": Template(
        _("Amazon cancelled this item of order %(order)s (quantity 0)."),
        reason="cancelled",
    ),
    "order_cancelled": Template(
        _("Amazon cancelled order %(order)s; it is cancelled in Odoo, too."),
        reason="cancelled",
    ),
    "free_of_charge": Template(
        _("Amazon gives no price for this item of order %(order)s."),
        _(
            "It may be cancelled: check it in Seller Central, then confirm or cancel "
            "the quotation."
        ),
    ),
    "money_without_line": Template(
        _(
            "Amazon's report has amounts of order %(order)s that have no line yet: "
            "%(amounts)s."
        ),
        _("Add a line for them to the quotation, then confirm it."),
    ),
    "payment_differs": Template(
        _(
            "By Amazon's report the buyer of order %(order)s pays %(told)s "
            "(%(parts)s), but its lines come to %(total)s."
        ),
        _(
            "Compare it with Seller Central, correct the quotation where needed, and "
            "confirm it."
        ),
    ),
    "todo_order_payment": Template(_("The buyer pays another amount to Amazon")),
    "rows_contradict": Template(
        _(
            "Rows %(number)s and %(used)s of the report tell item %(sku)s of order "
            "%(order)s differently (%(differences)s). Quantity, amounts and address "
            "are those of row %(used)s, the product is that of row %(number)s."
        ),
        _(
            "Look the order up in Seller Central, correct it where needed, and confirm "
            "it."
        ),
    ),
    "todo_order_contradiction": Template(
        _("Two rows of this Amazon order contradict each other")
    ),
    "cancel_requested": Template(
        _("The buyer of order %(order)s asks to cancel %(sku)s. Reason: %(reason)s"),
        _(
            "Cancel the order in Seller Central and here, or confirm it and tell the "
            "buyer."
        ),
    ),
    "todo_order_cancel_request": Template(_("The buyer wants to cancel")),
    "item_updated": Template(_("Before: %(old)s\nNow: %(new)s")),
    "order_updated": Template("%(changes)s"),
    "outdated": Template(
        _("%(row)s is a later report and tells otherwise; that counts.")
    ),
    "left_to_person": Template(_("A person has dealt with this:\n%(difference)s")),
    "not_confirmed": Template(
        _("Order %(order)s is imported but could not be confirmed: %(error)s"),
        _("Open the quotation, correct this and confirm it."),
    ),
}
#: Further lines that only add to an item.
_ADDITIONS = {
    "read_ahead": Template(
        _("The row is not read yet; until then, order %(order)s stays a quotation."),
        _("It is processed by itself, after the rows before it."),
    ),
    "addition_joined": Template(_("Its amounts are added to those of %(row)s.")),
    "addition_known": Template(_("%(row)s tells the same; it counts once.")),
    "addition_empty": Template(_("The line adds nothing to order %(order)s.")),
    "addition_unclear": Template(
        _(
            "A further line of order %(order)s (%(amounts)s) only adds to an item, and "
            "it is not clear to which or how often."
        ),
        _(
            "Look the order up in Seller Central, correct the quotation where needed, "
            "and confirm it."
        ),
    ),
    "addition_cancelled": Template(
        _("The line only adds to order %(order)s, which is cancelled."),
        reason="cancelled",
    ),
    "additions_kept": Template(
        _(
            "The report leaves out what was added to the item before; it stays as it "
            "is (%(rows)s)."
        )
    ),
    "additions_missing": Template(
        _(
            "Amazon changed item %(sku)s and leaves out what was added to it before "
            "(%(rows)s).\nBefore: %(old)s\nNow: %(new)s"
        ),
        _("Look the order up in Seller Central and correct it where needed."),
    ),
    "todo_order_addition": Template(_("A line of this Amazon order is not clear")),
}
#: Orders that stand in Odoo already.
_DOUBLES = {
    "order_adopted": Template(
        _("%(order)s was in Odoo already and is this order; nothing of it was changed.")
    ),
    "double_differs": Template(
        _(
            "Amazon's order %(number)s seems to be in Odoo already as %(order)s, but "
            "they differ: %(difference)s"
        ),
        _(
            "Press “Adopt Order” on the report's row if they are the same, or “Import "
            "Separately” if not. No second order is made until then."
        ),
    ),
    "double_several": Template(_("several orders have its number (%(orders)s).")),
    "double_currency": Template(_("Odoo has it in %(odoo)s, Amazon in %(amazon)s.")),
    "double_product": Template("%(reason)s"),
    "double_items": Template(_("the quantity of %(product)s.")),
    "double_total": Template(_("Odoo's total is %(odoo)s, Amazon's is %(amazon)s.")),
    "double_adopted_differs": Template(
        _("The order was adopted though it differs from Amazon's: %(difference)s"),
        _("Correct it where needed."),
    ),
    "adopted_item_changed": Template(
        _(
            "Amazon changed item %(sku)s of an order that was not made from Amazon's "
            "report."
        ),
        _("Compare it with Seller Central and correct it by hand where needed."),
    ),
    "todo_order_double": Template(_("Is this Amazon's order?")),
}
#: Why an order cannot be imported.
_REFUSED = {
    "unknown_currency": Template(
        _("Odoo has no currency “%(currency)s”."),
        _("Create it under Accounting > Configuration > Currencies."),
    ),
    "total_differs": Template(
        _("Odoo comes to %(odoo)s, but Amazon to %(amazon)s."),
        _("Check the taxes of the products and the fiscal position “%(position)s”."),
    ),
    "other_fulfillment": Template(
        _(
            "It exists as %(order)s with the other way of fulfilment (merchant or "
            "Amazon)."
        ),
        _("Compare it with Seller Central."),
    ),
    "other_currency": Template(
        _("It exists as %(order)s in %(currency)s, but this row is in %(other)s.")
    ),
}
#: SKUs without product.
_SKUS = {
    "unknown_sku": Template(
        _("No product for the SKU %(sku)s (%(title)s) of order %(order)s."),
        _(
            "Choose one under Amazon > Configuration > SKU Mapping; the row is "
            "processed by itself then."
        ),
    ),
    "several_products": Template(
        _("Several products fit the SKU %(sku)s of order %(order)s: %(products)s."),
        _(
            "Choose one under Amazon > Configuration > SKU Mapping; the row is "
            "processed by itself then."
        ),
        reason="unknown_sku",
    ),
    "archived_product": Template(
        _("The product %(products)s of the SKU %(sku)s (order %(order)s) is archived."),
        _(
            "Unarchive it and process the report again, or choose another product "
            "under Amazon > Configuration > SKU Mapping."
        ),
        reason="unknown_sku",
    ),
    "no_placeholder": Template(
        _(
            "No product for the SKU %(sku)s of order %(order)s, and the account "
            "%(account)s has no placeholder product."
        ),
        _(
            "Choose one under Amazon > Configuration > Accounts, or a product for the "
            "SKU under SKU Mapping."
        ),
        reason="unknown_sku",
    ),
}
#: What Amazon changed on a known order.
_CHANGES = {
    "detail_changed": Template("%(field)s: %(old)s → %(new)s"),
    "address_changed": Template(_("Address: %(old)s → %(new)s")),
    "changed_too_late": Template(
        _(
            "Amazon changed order %(order)s after it was delivered, invoiced, locked "
            "or cancelled in Odoo.\n%(changes)s"
        ),
        _("Correct the documents where needed."),
        reason="document_closed",
    ),
    "item_added_too_late": Template(
        _(
            "Amazon reports a further item (%(sku)s, quantity %(quantity)s), but the "
            "order is cancelled or locked in Odoo."
        ),
        _(
            "Add it by hand, or set the order to quotation or unlock it, and process "
            "the report again."
        ),
        reason="document_closed",
    ),
    "item_changed_too_late": Template(
        _(
            "Amazon changed item %(sku)s, but in Odoo the order is %(state)s.\n"
            "Before: %(old)s\nNow: %(new)s"
        ),
        _("Correct it by hand (return, credit note) where needed."),
        reason="document_closed",
    ),
    "item_cancelled_too_late": Template(
        _(
            "Amazon cancelled item %(sku)s, but in Odoo the order is %(state)s.\n"
            "Before: %(old)s\nNow: cancelled (quantity 0)"
        ),
        _("Take the goods back or make a credit note where needed."),
        reason="document_closed",
    ),
    "order_cancelled_too_late": Template(
        _("Amazon cancelled order %(order)s, but in Odoo it is %(state)s."),
        _("Take the goods back or make a credit note where needed."),
        reason="document_closed",
    ),
    "taxes_to_check": Template(
        _(
            "The new address of order %(order)s changes its taxes, but the report does "
            "not tell of all its items again."
        ),
        _("Check the taxes of: %(items)s."),
    ),
    "todo_order_changed": Template(_("Amazon changed this order")),
}
#: Why an order was not taken as far as the account's settings say.
_WORKFLOW = {
    "invoiced_by_amazon": Template(
        _(
            "Amazon invoices this order to the buyer (VAT Calculation Service): Odoo "
            "makes no invoice by itself."
        )
    ),
    "invoiced_by_vat_data": Template(
        _(
            "VCS Lite: the invoices are made from Amazon's figures, one for each "
            "shipment, as soon as the report “VCS Lite: VAT invoice data” gives them."
        )
    ),
    "invoice_not_created": Template(
        _("The invoice of order %(order)s could not be created: %(error)s"),
        _("Correct this, then create the invoice on the order."),
    ),
    "invoice_period_locked": Template(
        _(
            "The invoice of order %(order)s belongs into a locked period (%(date)s; "
            "locked: %(locks)s)."
        ),
        _("Choose another invoice date, or have the period opened, and post it."),
    ),
    "invoice_not_posted": Template(
        _("The invoice of order %(order)s could not be posted: %(error)s"),
        _("Correct this and post it."),
    ),
    "payment_not_booked": Template(
        _(
            "The payment of the invoice of order %(order)s could not be booked in the "
            "clearing journal: %(error)s"
        ),
        _("Correct this and register the payment on the invoice."),
    ),
    "no_clearing_journal": Template(
        _(
            "The account %(account)s has no clearing journal with a payment method for "
            "incoming payments."
        )
    ),
    "no_clearing_journal_out": Template(
        _(
            "The account %(account)s has no clearing journal with a payment method for "
            "outgoing payments."
        )
    ),
    "missing_rate": Template(
        _("Odoo has no exchange rate of %(currency)s to %(company)s."),
        _("Enter one under Accounting > Configuration > Currencies."),
    ),
    "todo_order_invoice": Template(_("Invoice of an Amazon order")),
}
ORDER = {
    **_ROWS,
    **_ADDITIONS,
    **_DOUBLES,
    **_REFUSED,
    **_SKUS,
    **_CHANGES,
    **_WORKFLOW,
}
