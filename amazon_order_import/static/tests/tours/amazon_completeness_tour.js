import {chooseRecord, openMenu} from "./amazon_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const MISSING = "302-7777777-0000012";

function findOrder(query) {
    return [
        {
            content: "Enter the number",
            trigger: ".modal .o_field_widget[name='query'] input",
            run: `edit ${query}`,
        },
        {
            content: "Ask",
            trigger: ".modal button[name='action_find']",
            run: "click",
        },
    ];
}

registry.category("web_tour.tours").add("amazon_completeness_find_and_mend", {
    steps: () => [
        ...openMenu("menu_reports", "menu_completeness"),
        {
            content: "Eleven of twelve orders are here",
            trigger: ".o_amazon_figure_missing .fs-3:contains('1')",
        },
        {
            content: "The day is red and tells how many are missing",
            trigger: ".o_amazon_day.o_amazon_missing:contains('−1')",
        },
        {
            content: "FBA alone has no orders",
            trigger: ".o_amazon_filter_fulfillment",
            run: "click",
        },
        {
            content: "Choose FBA",
            trigger: ".o-dropdown-item:contains('FBA')",
            run: "click",
        },
        {
            content: "Nothing is red then",
            trigger: ".o_amazon_completeness:not(:has(.o_amazon_day.o_amazon_missing))",
        },
        {
            content: "Back to all",
            trigger: ".o_amazon_filter_fulfillment",
            run: "click",
        },
        {
            content: "Choose all",
            trigger: ".o-dropdown-item:contains('All orders')",
            run: "click",
        },
        {
            content: "Open the day",
            trigger: ".o_amazon_day.o_amazon_missing",
            run: "click",
        },
        {
            content: "The missing order comes first: ask why",
            trigger: `.o_data_row:first:contains('${MISSING}') button[name='action_find']`,
            run: "click",
        },
        {
            content: "A report has it, but its SKU has no product",
            trigger: ".modal .alert-danger:contains('did not become an order')",
        },
        {
            content: "Mend it",
            trigger: ".modal button:contains('Map the SKU')",
            run: "click",
        },
        ...chooseRecord("product_id", "MUG-RED"),
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
        ...openMenu("menu_reports", "menu_order_finder"),
        ...findOrder(` order ${MISSING} `),
        {
            content: "It is here now",
            trigger: ".modal .alert-success:contains('is in Odoo')",
        },
        {
            content: "Open it",
            trigger: ".modal button:contains('Open the order')",
            run: "click",
        },
        {
            content: "The order",
            trigger: `.o_form_view .o_field_widget[name='amazon_order_ref']:contains('${MISSING}'), .o_form_view:contains('${MISSING}')`,
        },
        ...openMenu("menu_reports", "menu_completeness"),
        {
            content: "Nothing is missing any more",
            trigger: ".o_amazon_figure_missing .text-success:contains('0')",
        },
        {
            content: "The day is green",
            trigger: ".o_amazon_day:contains('12')",
        },
    ],
});

registry.category("web_tour.tours").add("amazon_search_in_vain", {
    steps: () => [
        ...stepUtils.goToAppSteps("amazon_order_import.menu_root"),
        {
            content: "Open the orders",
            trigger: "[data-menu-xmlid='amazon_order_import.menu_orders']",
            run: "click",
        },
        {
            content: "They are open",
            trigger:
                ".o_breadcrumb:contains('Orders'), .o_last_breadcrumb_item:contains('Orders')",
        },
        {
            content: "Look for the order",
            trigger: ".o_searchview_input",
            run: `edit ${MISSING}`,
        },
        {
            content: "Search",
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {
            content: "Nothing is found: why?",
            trigger: ".o_amazon_missing_order button",
            run: "click",
        },
        {
            content: "Its report was not requested",
            trigger: ".modal .alert-danger:contains('was not requested')",
        },
        {
            content: "Request it",
            trigger: ".modal button:contains('Request the report')",
            run: "click",
        },
        {
            content: "The report is on its way",
            trigger: ".o_form_view .o_field_widget[name='kind']",
        },
        ...openMenu("menu_reports", "menu_order_finder"),
        ...findOrder(MISSING),
        {
            content: "The finder knows",
            trigger: ".modal .alert-warning:contains('on its way')",
        },
        {
            content: "Close",
            trigger: ".modal button:contains('Close')",
            run: "click",
        },
    ],
});
