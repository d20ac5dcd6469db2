import {openMenu} from "./amazon_tour_steps";
import {registry} from "@web/core/registry";

/** The warehouse manager sees what differs from Amazon, and books it. */
registry.category("web_tour.tours").add("amazon_stock_differences", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_stock", "menu_stock_difference"),
        {
            content: "Only what differs is shown",
            trigger: ".o_facet_value:contains('Only Differences')",
        },
        {
            content: "Amazon has more than Odoo",
            trigger:
                ".o_data_row:contains('Tour mug') [name='difference_sellable']:contains('5')",
        },
        {
            content: "The reason is there",
            trigger:
                ".o_data_row:contains('Tour lamp') [name='hint']:contains('looking')",
        },
        {
            trigger: ".o_list_table:not(:contains('Tour towel'))",
        },
        {
            content: "Show the others, too",
            trigger: ".o_facet_remove",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('Tour towel')",
        },
        {
            content: "Open one",
            trigger: ".o_data_row:contains('Tour lamp') [name='product_id']",
            run: "click",
        },
        {
            trigger: ".o_form_view [name='qty_researching']:contains('2')",
        },
        {
            content: "How it went",
            trigger: "button[name='action_view_history']",
            run: "click",
        },
        {
            trigger: ".o_graph_view canvas",
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb a:contains('Differences')",
            run: "click",
        },
        {
            content: "Choose the mug",
            trigger: ".o_data_row:contains('Tour mug') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name='action_adjust']",
            run: "click",
        },
        {
            content: "The preview says what would be booked",
            trigger:
                ".modal .o_data_row:contains('Tour mug') [name='quantity']:contains('5')",
        },
        {
            trigger: ".modal [name='value']:contains('10.00')",
        },
        {
            trigger: ".modal:not(:contains('Tour lamp'))",
        },
        {
            content: "Book it",
            trigger: ".modal button[name='action_book']",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('Booked')",
        },
        {
            content: "The mug agrees now",
            trigger:
                ".o_data_row:contains('Tour mug') [name='difference_sellable']:contains(/^0.00$/)",
        },
    ],
});
