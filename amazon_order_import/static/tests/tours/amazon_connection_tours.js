import {registry} from "@web/core/registry";
import {SEE_CHANNELS} from "./amazon_tour_steps";
import {stepUtils} from "@web_tour/tour_utils";

function fillDialog(name, value) {
    return {
        content: `Enter ${name}`,
        trigger: `.modal .o_field_widget[name='${name}'] input`,
        run: `edit ${value}`,
    };
}

const openApp = stepUtils.goToAppSteps("amazon_order_import.menu_root");

// The browser leaves Odoo here; the test presses the button of Amazon's page, which
// leads back, and the tour goes on.
const CONTINUE_TO_AMAZON = {
    content: "Go to Amazon",
    trigger: ".modal button[name='action_open_amazon']",
    run: "click",
    expectUnloadPage: true,
};

const CONNECTED = [
    {
        content: "Amazon has led back, and the account says that it is connected",
        trigger: "div[name='newly_connected']:contains('Connected with Amazon')",
    },
    {
        content: "So does its status",
        trigger:
            ".o_field_widget[name='connection_title'] .text-bg-success:contains('Connected')",
    },
];

registry.category("web_tour.tours").add("amazon_connect_by_consent", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "The overview invites to connect the first account",
            trigger: ".o_nocontent_help:contains('Connect your first account')",
        },
        {
            content: "Create it",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            content: "Name it",
            trigger: ".o_field_widget[name='name'] input",
            run: "edit Tour Consent",
        },
        {
            content: "Connect",
            trigger: ".o_form_statusbar button[name='action_connect']",
            run: "click",
        },
        {
            content: "On Amazon's consent page",
            trigger:
                ".modal .o_field_widget[name='authorization_method'] label:contains(\"consent page\")",
            run: "click",
        },
        fillDialog("client_id", "amzn1.application-oa2-client.simulated-eu"),
        fillDialog("client_secret", "amzn1.oa2-cs.v1.simulated-eu"),
        fillDialog("application_id", "amzn1.sp.solution.simulated-eu"),
        {
            content: "The redirect URI can be copied",
            trigger:
                ".modal .o_field_widget[name='redirect_uri']:contains('/amazon/authorize/callback') .o_clipboard_button",
        },
        CONTINUE_TO_AMAZON,
        ...CONNECTED,
        ...SEE_CHANNELS,
        {
            content: "Open the connection",
            trigger: ".o_notebook a[name='connection']",
            run: "click",
        },
        {
            content: "Every kind of report says whether it can be read",
            trigger:
                ".o_field_widget[name='access_ids'] .o_data_row:contains('Readable')",
        },
    ],
});

registry.category("web_tour.tours").add("amazon_renew_after_revocation", {
    url: "/odoo",
    steps: () => [
        ...openApp,
        {
            content: "The overview says what happened",
            trigger:
                ".o_kanban_record:contains('Tour Renewal') .text-bg-danger:contains('Expired or revoked')",
        },
        {
            content: "And why",
            trigger: ".o_kanban_record:contains('Authorise the application again')",
        },
        {
            content: "Connect again",
            trigger: ".o_kanban_record button[name='action_connect']",
            run: "click",
        },
        {
            content: "Nobody sees a secret",
            trigger: ".modal .o_form_view:not(:has([name='client_secret']))",
        },
        CONTINUE_TO_AMAZON,
        ...CONNECTED,
    ],
});

registry.category("web_tour.tours").add("amazon_consent_refused", {
    steps: () => [
        {
            content: "Connect again",
            trigger: ".o_form_statusbar button[name='action_connect']",
            run: "click",
        },
        CONTINUE_TO_AMAZON,
        {
            content: "The page says what happened",
            trigger: ".o_amazon_problem:contains('Access was not allowed')",
        },
        {
            content: "And leads back",
            trigger: ".o_amazon_problem a[name='back']",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "To the account",
            trigger: ".o_form_view .o_field_widget[name='connection_title']",
        },
    ],
});

registry.category("web_tour.tours").add("amazon_paste_refresh_token", {
    steps: () => [
        {
            content: "Connect",
            trigger: ".o_form_statusbar button[name='action_connect']",
            run: "click",
        },
        fillDialog("refresh_token", "Atzr|simulated-eu"),
        {
            content: "Save and test",
            trigger: ".modal button[name='action_save']",
            run: "click",
        },
        {
            content: "Odoo says how it went",
            trigger: ".o_notification:contains('Connected')",
        },
        {
            content: "The dialog is closed",
            trigger: "body:not(:has(.modal))",
        },
        ...CONNECTED,
    ],
});
