import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const CARD = ".o_amazon_overview .o_kanban_record:contains('Tour Overview')";

function openOverview() {
    return [
        {
            content: "Go to the overview",
            trigger:
                ".o_menu_sections [data-menu-xmlid='amazon_order_import.menu_overview']",
            run: "click",
        },
        {
            content: "The card of the account, with the bars of its revenue",
            trigger: `${CARD}:has(.o_amazon_bar)`,
        },
    ];
}

/** Each figure opens what it counts; what needs a person is one list. */
registry.category("web_tour.tours").add("amazon_overview", {
    steps: () => [
        ...stepUtils.goToAppSteps("amazon_order_import.menu_root"),
        ...openOverview(),
        {
            content: "The orders of today",
            trigger: `${CARD} .o_amazon_figure:contains('Orders today')`,
            run: "click",
        },
        {
            content: "The list has the one that was bought today",
            trigger: ".o_list_view .o_data_row:contains('302-0000001-0000001')",
        },
        ...openOverview(),
        {
            content: "What needs a person",
            trigger: `${CARD} .o_amazon_figure:contains('SKUs without product')`,
            run: "click",
        },
        {
            content: "The SKU, with the button that mends it",
            trigger:
                ".o_list_view .o_data_row:contains('TOUR-NEW') button:contains('Choose Product')",
            run: "click",
        },
        {
            content: "Its product is asked for",
            trigger:
                ".modal .o_field_widget[name='line_ids'] .o_data_row:contains('TOUR-NEW')",
        },
        {
            content: "Not now",
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            content: "Open the whole list by the menu",
            trigger:
                ".o_menu_sections [data-menu-xmlid='amazon_order_import.menu_todo']",
            run: "click",
        },
        {
            content: "It is in there",
            trigger: ".o_list_view .o_data_row:contains('TOUR-NEW')",
        },
    ],
});
