import {registry} from "@web/core/registry";
import {ROW, makeFile, openMenu, uploadFile} from "./amazon_tour_steps";

/** Row `number`: an order of its own. */
function row(number, changes) {
    return {
        ...ROW,
        "order-id": `302-8888888-000000${number}`,
        "order-item-id": `8000000000000${number}`,
        ...changes,
    };
}

// Two good rows, one of an unknown SKU, one whose price is no amount.
const FILE = makeFile(
    row(1),
    row(2),
    row(3, {sku: "TOUR-UNKNOWN"}),
    row(4, {"item-price": "a lot"})
);
const LINE = ".modal [name='line_ids'] .o_data_row";

function counts(name, count) {
    return {
        content: `${name}: ${count}`,
        trigger: `.modal [name='${name}']:contains(/^${count}$/)`,
    };
}

/** Upload the file as far as its preview, and look at that. */
function previewFile() {
    return [
        ...uploadFile("Tour Preview", "to preview.txt", FILE),
        {
            content: "Preview it",
            trigger: ".modal button[name='action_preview']",
            run: "click",
        },
        {
            content: "It says that nothing is imported yet",
            trigger: ".modal .alert-info:contains('Nothing is imported yet')",
        },
        counts("created_count", 2),
        counts("waiting_count", 1),
        counts("error_count", 1),
        {
            content: "The good rows would make orders",
            trigger: `${LINE}:contains('302-8888888-0000002'):contains('Created')`,
        },
        {
            content: "The unknown SKU would wait",
            trigger: `${LINE}:contains('TOUR-UNKNOWN'):contains('Waiting')`,
        },
        {
            content: "The bad row says why",
            trigger: `${LINE}:contains('302-8888888-0000004'):contains('item-price')`,
        },
    ];
}

function noDialogue() {
    return {
        content: "The dialogue is closed",
        trigger: "body:not(:has(.modal))",
    };
}

/** A preview that is discarded. */
registry.category("web_tour.tours").add("amazon_preview_discard", {
    url: "/odoo",
    steps: () => [
        ...previewFile(),
        {
            content: "Leave it at that",
            trigger: ".modal footer button:contains('Discard')",
            run: "click",
        },
        noDialogue(),
    ],
});

/** A preview, then the report itself. */
registry.category("web_tour.tours").add("amazon_preview_process", {
    url: "/odoo",
    steps: () => [
        ...previewFile(),
        {
            content: "Do what it says",
            trigger: ".modal button[name='action_process']",
            run: "click",
        },
        {
            content: "The report is processed: some rows need a person",
            trigger:
                ".o_statusbar_status .o_arrow_button_current[data-value='attention']",
        },
        {
            content: "As many rows as previewed made orders",
            trigger: "div[name='outcomes'] [name='created_count']:contains(/^2$/)",
        },
        noDialogue(),
    ],
});

/** Taking back a report of two orders, the first of which is delivered. */
registry.category("web_tour.tours").add("amazon_undo", {
    url: "/odoo",
    steps: () => [
        ...openMenu("menu_reports", "menu_report_processing"),
        {
            content: "Open the report",
            trigger: ".o_data_row:contains('Tour Preview') .o_data_cell[name='kind']",
            run: "click",
        },
        {
            content: "Take it back",
            trigger: ".o_form_statusbar button[name='action_undo']",
            run: "click",
        },
        {
            content: "One order would be removed",
            trigger: ".modal .alert-warning [name='order_count']:contains(/^1$/)",
        },
        {
            content: "The delivered order would be kept",
            trigger: `${LINE}:contains('302-8888888-0000001'):contains('Delivered')`,
        },
        {
            content: "Do it",
            trigger: ".modal button[name='action_undo']",
            run: "click",
        },
        {
            content: "One order is removed",
            trigger: ".modal .alert-info [name='order_count']:contains(/^1$/)",
        },
        {
            content: "The delivered order is kept",
            trigger: `${LINE}:contains('302-8888888-0000001'):contains('Delivered')`,
        },
        {
            content: "Close the dialogue",
            trigger: ".modal footer button:visible:contains('Close')",
            run: "click",
        },
        noDialogue(),
        {
            content: "The report is skipped",
            trigger:
                ".o_statusbar_status .o_arrow_button_current[data-value='skipped']",
        },
        {
            content: "Its rows say what became of them",
            trigger:
                ".o_field_widget[name='row_ids'] .o_data_row:contains('302-8888888-0000002'):contains('Taken back on')",
        },
    ],
});
