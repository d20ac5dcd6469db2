import {registry} from "@web/core/registry";

/** One SKU gets its product in the list, two more together by the dialogue. */
registry.category("web_tour.tours").add("amazon_sku_mapping", {
    steps: () => [
        {
            content: "Three SKUs wait for a product",
            trigger: ".o_data_row:nth-child(3):contains('TOUR-C')",
        },
        {
            content: "Edit the first one",
            trigger: ".o_data_row:contains('TOUR-A') [name='product_id']",
            run: "click",
        },
        {
            trigger: ".o_selected_row [name='product_id'] input",
            run: "edit TOUR-PRODUCT",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('TOUR-PRODUCT')",
            run: "click",
        },
        {
            content: "Save: its row is processed at once",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            trigger:
                ".o_data_row:contains('TOUR-A') [name='waiting_row_count']:contains(/^0$/)",
        },
        {
            content: "Choose the others",
            trigger: ".o_data_row:contains('TOUR-B') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_data_row:contains('TOUR-C') .o_list_record_selector input",
            run: "click",
        },
        {
            trigger: ".o_control_panel button[name='action_assign_product']",
            run: "click",
        },
        {
            content: "Both are in the dialogue",
            trigger: ".modal [name='offer_ids']:contains('TOUR-B'):contains('TOUR-C')",
        },
        {
            trigger: ".modal [name='product_id'] input",
            run: "edit TOUR-PRODUCT",
        },
        {
            trigger: ".o-autocomplete--dropdown-item a:contains('TOUR-PRODUCT')",
            run: "click",
        },
        {
            trigger: ".modal button[name='action_assign']",
            run: "click",
        },
        {
            content: "The outcome is told",
            trigger: ".o_notification:contains('All rows of these SKUs are processed')",
        },
        {
            trigger:
                ".o_data_row:contains('TOUR-C') [name='waiting_row_count']:contains(/^0$/)",
        },
    ],
});
