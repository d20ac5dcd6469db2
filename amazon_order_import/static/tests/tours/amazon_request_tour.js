import {chooseRecord, openMenu} from "./amazon_tour_steps";
import {registry} from "@web/core/registry";

const {DateTime} = luxon;

function chooseKind(label) {
    return [
        {
            content: "Open the kinds",
            trigger: ".o_field_widget[name='kind'] input",
            run: "click",
        },
        {
            content: `Choose ${label}`,
            trigger: `.o_select_menu_item:contains("${label}")`,
            run: "click",
        },
    ];
}

function enterStart(days) {
    // In hours: a day on which the clocks change has more of them, or less.
    const moment = DateTime.now().minus({hours: 24 * days});
    return [
        {
            content: "Open the start",
            trigger: ".o_field_widget[name='date_from'] button",
            run: "click",
        },
        {
            content: `Enter a start ${days} days ago`,
            trigger: ".o_field_widget[name='date_from'] input",
            run: `edit ${moment.toFormat("MM/dd/yyyy HH:mm:ss")} && press Enter`,
        },
    ];
}

registry.category("web_tour.tours").add("amazon_request_with_limits", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_reports", "menu_report_request"),
        {
            content: "Request a report",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...chooseRecord("account_id", "Tour Limits"),
        ...chooseKind("FBA stock"),
        {
            content: "Stock has no period",
            trigger:
                ".o_form_view:not(:has(.o_field_widget[name='date_from'])) .o_field_widget[name='purpose']:contains('no period')",
        },
        ...chooseKind("VCS: invoices made by Amazon"),
        {
            content: "VAT documents are asked for by whole days, those that are over",
            trigger: ".o_field_widget[name='day_to']",
        },
        {
            content: "Nothing is wrong with the days that are offered",
            trigger: ".o_field_widget[name='plan']:contains('One report')",
        },
        ...chooseKind("FBA orders – Europe"),
        {
            content: "The screen says what the report is for",
            trigger: ".o_field_widget[name='purpose']:contains('own warehouses')",
        },
        {
            content: "And what Amazon still allows",
            trigger: ".o_field_widget[name='quota']:contains('at most 47 more today')",
        },
        ...enterStart(700),
        {
            content: "Amazon does not look back that far: said before asking",
            trigger: ".alert-danger:contains('looks back 540 days')",
        },
        ...enterStart(75),
        {
            content: "A long period becomes several reports",
            trigger:
                ".o_field_widget[name='plan']:contains('Will be requested as 3 reports')",
        },
        {
            content: "Nothing is wrong any more",
            trigger: ".o_form_sheet:not(:has(.alert-danger))",
        },
        {
            content: "Send the request",
            trigger: ".o_form_statusbar button[name='action_view_reports']",
            run: "click",
        },
        {
            content: "The three reports are in the list",
            trigger:
                ".o_list_view .o_data_row:nth-child(3):contains('FBA orders – Europe')",
        },
    ],
});

function fillInRequest() {
    return [
        {
            content: "Request a report",
            trigger: ".o_list_button_add",
            run: "click",
        },
        ...chooseRecord("account_id", "Tour Limits"),
        ...chooseKind("FBA stock"),
        {
            content: "It is ready to be sent; nothing but the button does it",
            trigger:
                ".o_form_view:not(:has(.o_form_status_indicator)) .o_field_widget[name='plan']:contains('One report')",
        },
    ];
}

const NOTHING_SENT = {
    content: "No request was made",
    trigger: ".o_list_view:not(:has(.o_data_row:contains('Tour Limits')))",
};

registry.category("web_tour.tours").add("amazon_request_not_sent", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_reports", "menu_report_request"),
        ...fillInRequest(),
        {
            content: "Leave by the breadcrumb",
            trigger: ".o_back_button a, .breadcrumb-item a",
            run: "click",
        },
        NOTHING_SENT,
        ...fillInRequest(),
        ...openMenu("menu_reports", "menu_report_processing"),
        {
            content: "Another screen is there",
            trigger: ".o_breadcrumb:contains('Report Processing')",
        },
        ...openMenu("menu_reports", "menu_report_request"),
        NOTHING_SENT,
    ],
});

registry.category("web_tour.tours").add("amazon_failed_report", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_reports", "menu_report_processing"),
        {
            content: "The list says why",
            trigger: ".o_data_row:contains('Tour Limits'):contains('gave up')",
        },
        {
            content: "Open the failed report",
            trigger:
                ".o_data_row:contains('Tour Limits'):contains('gave up') .o_data_cell[name='kind']",
            run: "click",
        },
        {
            content: "The reason, and what to do next",
            trigger: ".alert-danger:contains('open a case in Seller Central')",
        },
        {
            content: "Request it again",
            trigger: "button[name='action_request_again']",
            run: "click",
        },
        {
            content: "It is on its way again",
            trigger:
                ".o_statusbar_status .o_arrow_button_current[data-value='requested']",
        },
        {
            content: "The screen says so",
            trigger: ".alert-info:contains('asked for this report')",
        },
    ],
});
