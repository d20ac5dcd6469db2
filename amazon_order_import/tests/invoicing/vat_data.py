"""VCS Lite files for the tests."""

VAT_ROW = {
    "marketplace-id": "A1PA6795UKMFR9",
    "order-id": "302-0000001-0000001",
    "order-item-id": "10000000000001",
    "shipping-id": "82349303341",
    "transaction-id": "82349303341",
    "transaction-type": "SHIPMENT",
    "invoice-number": "",
    "invoice-status": "InvoicePending",
    "invoice-status-description": "",
    "is-amazon-invoiced": "false",
    "order-date": "2026-10-05T08:15:00+00:00",
    "shipment-date": "2026-10-06T08:00:00+00:00",
    "buyer-vat-number": "",
    "seller-vat-number": "DE136695976",
    "asin": "B000000001",
    "sku": "MUG-RED",
    "product-name": "Red mug",
    "quantity-purchased": "1",
    "currency": "EUR",
    "is-business-order": "false",
    "purchase-order-number": "",
    "recipient-name": "Jörg Weißhaupt",
    "ship-country": "DE",
    "ship-from-country": "DE",
    "buyer-tax-registration-type": "",
    "citation-de": "",
    "citation-en": "",
    "export-outside-eu": "false",
    "is-invoice-corrected": "false",
    "original-vat-invoice-number": "",
}
PARTS = {
    "item": "item",
    "item_promotion": "item-promo",
    "gift_wrap": "gift-wrap",
    "gift_wrap_promotion": "gift-promo",
    "shipping": "shipping",
    "shipping_promotion": "shipping-promo",
}


def vat_row(rate="0.19", **parts):
    """Return the cells of a row.

    :param parts: ``item="119.00 19.00"`` (gross and VAT) and likewise for the others;
        anything else is a cell, ``order_id="..."`` that of ``order-id``
    """
    row = dict(VAT_ROW)
    for name, value in parts.items():
        if name not in PARTS:
            row[name.replace("_", "-")] = value
            continue
        gross, vat = value.split()
        digits = len(gross.partition(".")[2])
        row[f"{PARTS[name]}-vat-incl-amount"] = gross
        row[f"{PARTS[name]}-vat-amount"] = vat
        net = float(gross) - float(vat)
        row[f"{PARTS[name]}-vat-excl-amount"] = f"{net:.{digits}f}"
        row[f"{PARTS[name]}-vat-rate"] = rate
    return row


def credit_row(kind="RETURN", transaction="amzn1:crow:AAAA1111", **parts):
    """Return the cells of a row for what is given back."""
    return vat_row(
        transaction_type=kind,
        transaction_id=transaction,
        invoice_status="CreditNotePending",
        **parts,
    )


def vat_file(*rows):
    """Return a VCS Lite file; always with all columns of amounts."""
    columns = list(dict.fromkeys([*VAT_ROW, *(name for row in rows for name in row)]))
    for prefix in PARTS.values():
        columns += [
            name
            for part in ("incl-amount", "amount", "excl-amount", "rate")
            if (name := f"{prefix}-vat-{part}") not in columns
        ]
    lines = ["\t".join(columns)]
    for row in rows:
        lines.append("\t".join(row.get(column, "") for column in columns))
    return ("\n".join(lines) + "\n").encode()
