import {openMenu} from "./amazon_tour_steps";
import {registry} from "@web/core/registry";

/** A refused upload tells its reason and what to do; it is sent again from there. */
registry.category("web_tour.tours").add("amazon_upload_queue", {
    steps: () => [
        ...openMenu("menu_accounting", "menu_invoice_upload"),
        {
            content: "The refused one is in the list, with the reason",
            trigger:
                ".o_data_row:contains('Refused'):contains('may not upload invoices')",
        },
        {
            content: "Another one shows the difference to Amazon's figures",
            trigger: ".o_data_row:contains('By Hand'):contains('19.02')",
        },
        {
            content: "Open the refused one",
            trigger: ".o_data_row:contains('Refused') [name='number']",
            run: "click",
        },
        {
            content: "What it means",
            trigger:
                ".o_form_view .alert-danger [name='explanation']:contains('may not upload')",
        },
        {
            content: "What to do",
            trigger:
                ".o_form_view .alert-danger [name='advice']:contains('VAT Calculation Service')",
        },
        {
            content: "Amazon's own words and code",
            trigger:
                ".alert-danger:contains('79509'):contains('Invoice Upload API is in a closed beta')",
        },
        {
            content: "It is put right in Seller Central: upload again",
            trigger: ".o_form_view button[name='action_upload']",
            run: "click",
        },
        {
            content: "It is asked first: the buyer gets it",
            trigger: ".modal:contains('buyer') .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "It is in the queue",
            trigger: ".o_statusbar_status .o_arrow_button_current:contains('Queued')",
        },
        {
            content: "Look at the invoice",
            trigger: "button[name='action_view_document']",
            run: "click",
        },
        {
            content: "The invoice shows the state of its upload",
            trigger: "button[name='action_view_amazon_uploads']:contains('Queued')",
        },
        ...openMenu("menu_accounting", "menu_invoice_upload"),
        {
            content: "The other one is not for Odoo: open it",
            trigger: ".o_data_row:contains('By Hand') [name='number']",
            run: "click",
        },
        {
            content: "Set it aside",
            trigger: ".o_form_view button[name='action_set_aside']",
            run: "click",
        },
        {
            content: "It has no due date any more",
            trigger:
                ".o_form_view:not(:has([name='due_at'])) .o_arrow_button_current:contains('Set Aside')",
        },
        {
            content: "Back to the list",
            trigger: ".o_back_button, .breadcrumb-item.o_back_button a",
            run: "click",
        },
        {
            content: "It has left the list",
            trigger: ".o_list_view:not(:has(.o_data_row:contains('By Hand')))",
        },
        ...openMenu("menu_accounting", "menu_vat_invoice"),
        {
            content: "Amazon's figures, with the documents made from them",
            trigger: ".o_data_row:contains('82349303341'):contains('Invoiced')",
        },
    ],
});
