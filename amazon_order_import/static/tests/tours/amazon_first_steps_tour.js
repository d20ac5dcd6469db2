import {ROW, makeFile} from "./amazon_tour_steps";
import {registry} from "@web/core/registry";
import {stepUtils} from "@web_tour/tour_utils";

const FILE = makeFile(
    {...ROW, sku: "FIRST-1"},
    {
        ...ROW,
        "order-id": "302-7777777-0000002",
        "order-item-id": "70000000000002",
        sku: "FIRST-2",
    }
);

/** An empty database: the panel leads to the first orders of a file. */
registry.category("web_tour.tours").add("amazon_first_orders", {
    steps: () => [
        ...stepUtils.goToAppSteps("amazon_order_import.menu_root"),
        {
            content: "The first step: upload a file",
            trigger:
                ".o_amazon_first_steps button[name='action_upload_first_file']:contains('Upload')",
            run: "click",
        },
        {
            content: "No account has to be chosen; choose the file",
            trigger:
                ".modal:not(:has(.o_field_widget[name='account_id'])) .o_field_widget[name='file'] input[type=file]:not(:visible)",
            run() {
                const files = new DataTransfer();
                files.items.add(new File([FILE], "first.txt", {type: "text/plain"}));
                this.anchor.files = files.files;
                this.anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "The file is there",
            trigger: ".modal .o_field_widget[name='file'] input[type=text]",
        },
        {
            content: "Process it",
            trigger: ".modal button[name='action_upload']",
            run: "click",
        },
        {
            content: "The report says that its SKUs have no product",
            trigger:
                ".o_form_statusbar button[name='action_make_products']:contains('Products')",
            run: "click",
        },
        {
            content: "All are offered as new products",
            trigger: ".modal .o_data_row:contains('FIRST-2')",
        },
        {
            content: "Create them",
            trigger: ".modal button[name='action_make']",
            run: "click",
        },
        {
            content: "The report is done: look at its orders",
            trigger:
                ".o_form_view:has(.o_arrow_button_current[data-value='done']) button[name='action_view_orders']",
            run: "click",
        },
        {
            content: "The first orders",
            trigger: ".o_list_view .o_data_row:contains('302-7777777-0000002')",
        },
    ],
});
