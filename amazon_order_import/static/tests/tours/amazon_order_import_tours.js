import {registry} from "@web/core/registry";
import {
    ROW,
    SEE_CHANNELS,
    chooseRecord,
    makeFile,
    openMenu,
    uploadFile,
} from "./amazon_tour_steps";

const {DateTime} = luxon;

// A row whose price is no amount.
const BAD_ROW = {
    ...ROW,
    "order-id": "302-7777777-0000002",
    "order-item-id": "70000000000002",
    "item-price": "a lot",
};
const FILE = makeFile(ROW, BAD_ROW);

function fill(name, value) {
    return {
        content: `Enter ${name}`,
        trigger: `.o_field_widget[name='${name}'] input`,
        run: `edit ${value}`,
    };
}

function choose(name, label) {
    return [
        {
            content: `Open the choices of ${name}`,
            trigger: `.o_field_widget[name='${name}'] input`,
            run: "click",
        },
        {
            content: `Choose ${label}`,
            trigger: `.o_select_menu_item:contains("${label}")`,
            run: "click",
        },
    ];
}

function enterMoment(name, moment) {
    return [
        {
            content: `Open ${name}`,
            trigger: `.o_field_widget[name='${name}'] button`,
            run: "click",
        },
        {
            content: `Enter ${name}`,
            trigger: `.o_field_widget[name='${name}'] input`,
            run: `edit ${moment.toFormat("MM/dd/yyyy HH:mm:ss")}`,
        },
    ];
}

registry.category("web_tour.tours").add("amazon_connect_and_request", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_configuration", "menu_account"),
        {
            content: "Create an account",
            trigger: ".o_list_button_add",
            run: "click",
        },
        fill("name", "Tour Europe"),
        fill("lwa_client_id", "amzn1.application-oa2-client.simulated-eu"),
        fill("lwa_client_secret", "amzn1.oa2-cs.v1.simulated-eu"),
        fill("lwa_refresh_token", "Atzr|simulated-eu"),
        {
            content: "Test the connection",
            trigger: "button[name='action_test_connection']",
            run: "click",
        },
        {
            content: "Amazon names the marketplaces",
            trigger: ".o_field_widget[name='connection_message']:contains('Amazon.de')",
        },
        {
            content: "The account is connected",
            trigger: ".o_field_widget[name='connection_title'] .text-bg-success",
        },
        ...SEE_CHANNELS,
        ...openMenu("menu_reports", "menu_report_request"),
        {
            content: "Request a report",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...chooseRecord("account_id", "Tour Europe"),
        ...choose("kind", "Merchant-fulfilled orders – Europe"),
        {
            content: "The screen says what the report is for",
            trigger: ".o_field_widget[name='purpose']:contains('ship yourself')",
        },
        ...enterMoment("date_from", DateTime.now().minus({days: 10})),
        {
            content: "Send the request",
            trigger: ".o_form_statusbar button[name='action_view_reports']",
            run: "click",
        },
        {
            content: "The report waits at Amazon",
            trigger: ".o_list_view .o_data_row:contains('At Amazon')",
        },
    ],
});

registry.category("web_tour.tours").add("amazon_see_it_processed", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_reports", "menu_report_processing"),
        {
            content: "Open the report of the account",
            trigger: ".o_data_row:contains('Tour Europe') .o_data_cell[name='kind']",
            run: "click",
        },
        {
            content: "It is done",
            trigger:
                ".o_statusbar_status .o_arrow_button_current[data-value='done']:visible",
        },
        {
            content: "The counter says how many rows have made orders",
            trigger: "div[name='outcomes'] button:contains('Created')",
        },
        {
            content: "Every row has its outcome",
            trigger: ".o_field_widget[name='row_ids'] .o_data_row:contains('Created')",
        },
        {
            content: "Show the orders",
            trigger: "button[name='action_view_orders']",
            run: "click",
        },
        {
            content: "Open the first of them",
            trigger: ".o_list_view .o_data_row .o_data_cell[name='amazon_order_ref']",
            run: "click",
        },
        {
            content: "Amazon's order number stands at the top",
            trigger: ".oe_title .o_field_widget[name='amazon_order_ref']",
            run() {
                if (!/\d{3}-\d{7}-\d{7}/.test(this.anchor.textContent)) {
                    throw new Error(`No order number: ${this.anchor.textContent}`);
                }
            },
        },
        {
            content: "Open what Amazon says",
            trigger: ".o_notebook a[name='amazon']",
            run: "click",
        },
        {
            content: "Odoo's total is Amazon's",
            trigger:
                ".o_field_widget[name='amazon_amount_difference'].text-success:contains('0.00')",
        },
        {
            content: "The rows of the report are named",
            trigger: ".o_field_widget[name='amazon_row_ids'] .o_data_row",
        },
    ],
});

registry.category("web_tour.tours").add("amazon_upload_file", {
    url: "/odoo",
    steps: () => [
        ...uploadFile("Tour Upload", "by hand.txt", FILE),
        {
            content: "Process it",
            trigger: ".modal button[name='action_upload']",
            run: "click",
        },
        {
            content: "Some rows need a person",
            trigger:
                ".o_statusbar_status .o_arrow_button_current[data-value='attention']",
        },
        {
            content: "One row has made an order",
            trigger: "div[name='outcomes'] [name='created_count']:contains('1')",
        },
        {
            content: "The bad row says why",
            trigger:
                ".o_field_widget[name='open_row_ids'] .o_data_row:contains('item-price')",
        },
        {
            content: "Show the errors only",
            trigger: "div[name='outcomes'] button:contains('Errors')",
            run: "click",
        },
        {
            content: "They are filtered",
            trigger: ".o_searchview_facet:contains('Errors')",
        },
        {
            content: "Back to the report",
            trigger: ".o_breadcrumb .o_back_button",
            run: "click",
        },
        {
            content: "The file can be had again",
            trigger: "button[name='action_download']",
        },
    ],
});

registry.category("web_tour.tours").add("amazon_order_without_rights", {
    steps: () => [
        {
            content: "Amazon's order number stands at the top",
            trigger: ".oe_title .o_field_widget[name='amazon_order_ref']",
        },
        {
            content: "Open what Amazon says",
            trigger: ".o_notebook a[name='amazon']",
            run: "click",
        },
        {
            content: "The amounts are there",
            trigger: ".o_field_widget[name='amazon_amount_total']",
        },
        {
            content: "The rows are not: they are for Amazon users",
            trigger: ".o_form_view:not(:has([name='amazon_row_ids']))",
        },
    ],
});
