import {stepUtils} from "@web_tour/tour_utils";

/** A row of a report of merchant-fulfilled orders in Europe. */
export const ROW = {
    "order-id": "302-7777777-0000001",
    "order-item-id": "70000000000001",
    "purchase-date": "2026-10-05T08:15:00+00:00",
    "payments-date": "2026-10-05T08:20:00+00:00",
    "buyer-email": "tour@marketplace.amazon.de",
    "buyer-name": "Jörg Weißhaupt",
    "buyer-phone-number": "",
    sku: "TOUR-SKU",
    "product-name": "Tour article",
    "quantity-purchased": "1",
    currency: "EUR",
    "item-price": "19.99",
    "item-tax": "0.00",
    "shipping-price": "0.00",
    "shipping-tax": "0.00",
    "ship-service-level": "Standard",
    "recipient-name": "Jörg Weißhaupt",
    "ship-address-1": "Lindenstraße 12",
    "ship-address-2": "",
    "ship-address-3": "",
    "ship-city": "München",
    "ship-state": "",
    "ship-postal-code": "80331",
    "ship-country": "DE",
    "ship-phone-number": "",
    "sales-channel": "Amazon.de",
};

/** In the form of an account: its channels are there. */
export const SEE_CHANNELS = [
    {
        content: "Open the channels",
        trigger: ".o_notebook a[name='channels']",
        run: "click",
    },
    {
        content: "The marketplaces are channels now",
        trigger:
            ".o_field_widget[name='channel_ids'] .o_data_row:contains('Amazon.de')",
    },
];

/** The text of a report file made of rows like `ROW`. */
export function makeFile(...rows) {
    return [Object.keys(ROW), ...rows.map(Object.values)]
        .map((cells) => `${cells.join("\t")}\r\n`)
        .join("");
}

export function openMenu(section, entry) {
    return [
        ...stepUtils.goToAppSteps("amazon_order_import.menu_root"),
        {
            content: "Open a menu of the Amazon app",
            trigger: `.o_menu_sections [data-menu-xmlid='amazon_order_import.${section}']`,
            run: "click",
        },
        {
            content: "Choose its entry",
            trigger: `.o-dropdown-item[data-menu-xmlid='amazon_order_import.${entry}']`,
            run: "click",
        },
    ];
}

export function chooseRecord(name, label) {
    return [
        {
            content: `Look for ${label}`,
            trigger: `.o_field_widget[name='${name}'] input`,
            run: `edit ${label}`,
        },
        {
            content: `Choose ${label}`,
            trigger: `.o-autocomplete--dropdown-item:contains("${label}")`,
            run: "click",
        },
    ];
}

/** Open the upload and choose a report file there. */
export function uploadFile(account, name, content) {
    return [
        ...openMenu("menu_reports", "menu_report_upload"),
        ...chooseRecord("account_id", account),
        {
            content: "Choose the file",
            trigger:
                ".modal .o_field_widget[name='file'] input[type=file]:not(:visible)",
            run() {
                const files = new DataTransfer();
                files.items.add(new File([content], name, {type: "text/plain"}));
                this.anchor.files = files.files;
                this.anchor.dispatchEvent(new Event("change", {bubbles: true}));
            },
        },
        {
            content: "The file is there",
            trigger: ".modal .o_field_widget[name='file'] input[type=text]",
        },
    ];
}
