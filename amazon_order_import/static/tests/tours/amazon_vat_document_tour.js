import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const NUMBER = "DE60001TEST11I";

function openDocuments() {
    return [
        ...stepUtils.goToAppSteps("account.menu_finance"),
        {
            trigger:
                ".o_menu_sections [data-menu-xmlid='account.menu_finance_receivables']",
            run: "click",
        },
        {
            trigger:
                ".o-dropdown-item[data-menu-xmlid='amazon_order_import.menu_finance_vat_document']",
            run: "click",
        },
    ];
}

/** An accountant finds Amazon's invoice in the list, on the order, and by number. */
registry.category("web_tour.tours").add("amazon_vat_document", {
    steps: () => [
        ...openDocuments(),
        {
            content: "Number, type, amounts and booking are in the list",
            trigger: `.o_data_row:contains('${NUMBER}'):contains('Invoice'):contains('119.00'):contains('Booked')`,
        },
        {
            content: "The credit note is below zero",
            trigger: ".o_data_row:contains('DE60002TEST11C'):contains('-119.00')",
        },
        {
            content: "Look for the number",
            trigger: ".o_searchview_input",
            run: `edit ${NUMBER}`,
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {
            trigger: ".o_data_row:only-child, .o_data_row:contains('DE60001TEST11I')",
        },
        {
            trigger: `.o_data_row .o_data_cell[name='number']:contains('${NUMBER}')`,
            run: "click",
        },
        {
            content: "Amazon's link can be opened",
            trigger: ".o_form_view button[name='action_open_link']",
        },
        {
            content: "It is booked, and the entry is a click away",
            trigger: `.o_form_view button[name='action_view_move']:contains('${NUMBER}')`,
            run: "click",
        },
        {
            trigger: `.o_form_view [name='name']:contains('${NUMBER}')`,
        },
        {
            content: "Back to the document",
            trigger: `.o_back_button a, .breadcrumb-item.o_back_button`,
            run: "click",
        },
        {
            trigger: ".o_form_view button[name='action_view_move']",
        },
        {
            content: "Open the order",
            trigger: ".o_form_view [name='sale_order_id'] a",
            run: "click",
        },
        {
            content: "The smart button counts both documents",
            trigger:
                ".o_form_view button[name='action_view_amazon_vat_documents']:contains('2')",
        },
        {
            content: "Invoicing is left to Amazon",
            trigger: ".o_form_view:not(:has(button#create_invoice))",
        },
        {
            trigger: ".o_notebook a[name='amazon_vat']",
            run: "click",
        },
        {
            content: "Amazon's number, type, amounts and link on the order",
            trigger: `[name='amazon_vat_document_ids'] .o_data_row:contains('${NUMBER}'):contains('Invoice'):contains('119.00'):has(a[href^='https://sellercentral.amazon.de/'])`,
        },
    ],
});

/** An administrator unlocks an order: who and why is on it. */
registry.category("web_tour.tours").add("amazon_vat_unlock", {
    steps: () => [
        {
            trigger: ".o_notebook a[name='amazon_vat']",
            run: "click",
        },
        {
            trigger: "button:contains('Unlock Own Invoices')",
            run: "click",
        },
        {
            trigger: ".modal [name='reason'] input",
            run: "edit Amazon made none, case 4711",
        },
        {
            trigger: ".modal button[name='action_unlock']",
            run: "click",
        },
        {
            trigger: ".modal [name='result']:contains('Unlocked')",
        },
        {
            trigger: ".modal footer button:contains('Close')",
            run: "click",
        },
        {
            trigger: ".o-mail-Message:contains('case 4711')",
        },
    ],
});

function openHeld(number) {
    return [
        {
            trigger: `.o_data_row:contains('${number}') .o_data_cell[name='number']`,
            run: "click",
        },
        {
            content: "It is not booked, so it has no entry",
            trigger: `.o_form_view:has(h1:contains('${number}')):not(:has(button[name='action_view_move']))`,
        },
    ];
}

/** What follows *Book* or *Create Tax*: the entry with Amazon's amounts. */
function seeEntry(number, net, tax, rate) {
    return [
        {
            content: "Booked, and the reason is gone",
            trigger:
                ".o_form_view:not(:has(.alert-warning [name='entry_message'])) .o_arrow_button_current[data-value='posted']",
        },
        {
            content: "The entry is a click away",
            trigger: `.o_form_view button[name='action_view_move']:contains('${number}')`,
            run: "click",
        },
        {
            content: "Amazon's number, and the tax that was missing",
            trigger: `.o_form_view:has([name='name']:contains('${number}')) [name='invoice_line_ids'] .o_data_row:contains('${rate}')`,
        },
        {
            content: "Amazon's net amount",
            trigger: `.oe_subtotal_footer:contains(/${net}/):contains(/${tax}/)`,
        },
    ];
}

/** An accountant finds what is held, reads why, and releases it. In each language. */
registry.category("web_tour.tours").add("amazon_held_documents", {
    steps: () => [
        ...openDocuments(),
        {
            content: "What is booked and what is held are in the list",
            trigger: `.o_list_view:has(.o_data_row:contains('${NUMBER}')) .o_data_row:contains('DE60003TEST11I')`,
        },
        {
            content: "Only what waits for a person",
            trigger: ".o_searchview_dropdown_toggler",
            run: "click",
        },
        {
            trigger: ".o_filter_menu .o_menu_item:contains(/To Do|Zu erledigen/)",
            run: "click",
        },
        {
            content: "What is booked is not among them",
            trigger: `.o_list_view:not(:has(.o_data_row:contains('${NUMBER}'))) .o_data_row:contains('DE60003TEST11I') .text-bg-danger`,
        },
        ...openHeld("DE60003TEST11I"),
        {
            content: "The reason names the country and the button",
            trigger:
                ".alert-warning [name='entry_message']:contains(/Italy|Italien/):contains(/Add Registration|Registrierung/)",
        },
        {
            content: "Another tax would not be right: the button for it is not there",
            trigger: ".o_form_view:not(:has(button[name='action_create_tax']))",
        },
        {
            trigger: ".o_form_view button[name='action_register_tax']",
            run: "click",
        },
        {
            content: "Country and number are filled in",
            trigger: ".modal [name='country_id'] input:value(/Italy|Italien/)",
        },
        {
            trigger: ".modal [name='vat'] input:value(IT00159560366)",
        },
        {
            content: "The fiscal position with Italy's taxes",
            trigger: ".modal [name='fiscal_position_id'] input",
            run: "edit Accounts in Rome",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Accounts in Rome')",
            run: "click",
        },
        {
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view button[name='action_book']",
            run: "click",
        },
        ...seeEntry("DE60003TEST11I", "100.00", "22.00", "22.0% IT"),
        ...openDocuments(),
        ...openHeld("DE60004TEST11I"),
        {
            content: "The reason names rate, country and the button",
            trigger:
                ".alert-warning [name='entry_message']:contains('13 %'):contains(/France|Frankreich/):contains(/Create Tax|Steuer anlegen/)",
        },
        {
            trigger: ".o_form_view button[name='action_create_tax']",
            run: "click",
        },
        ...seeEntry("DE60004TEST11I", "100.00", "13.00", "13"),
    ],
});
