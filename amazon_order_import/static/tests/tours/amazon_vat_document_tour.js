import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const NUMBER = "DE60001TEST11I";

/** An accountant finds Amazon's invoice in the list, on the order, and by number. */
registry.category("web_tour.tours").add("amazon_vat_document", {
    steps: () => [
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
