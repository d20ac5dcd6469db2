"""Files of Amazon's VAT report (SC_VAT_TAX_REPORT) for the tests."""

from decimal import Decimal

PREFIXES = {
    "item": ("OUR_PRICE", ""),
    "item_promotion": ("OUR_PRICE", "Promo"),
    "shipping": ("SHIPPING", ""),
    "shipping_promotion": ("SHIPPING", "Promo"),
    "gift_wrap": ("GIFTWRAP", ""),
    "gift_wrap_promotion": ("GIFTWRAP", "Promo"),
}
VAT_ROW = {
    "Marketplace ID": "DE",
    "Merchant ID": "A1MERCHANT",
    "Order Date": "05-Oct-2026 UTC",
    "Transaction Type": "SHIPMENT",
    "Is Invoice Corrected": "FALSE",
    "Order ID": "302-0000001-0000001",
    "Shipment Date": "06-Oct-2026 UTC",
    "Shipment ID": "Daaa",
    "Transaction ID": "Daaa",
    "ASIN": "B0TEST0001",
    "SKU": "MUG-RED",
    "Quantity": "1",
    "Tax Calculation Date": "05-Oct-2026 UTC",
    "Tax Rate": "0.1900",
    "Currency": "EUR",
    "Tax Type": "VAT",
    "Tax Calculation Reason Code": "Taxable",
    "Tax Reporting Scheme": "",
    "Tax Collection Responsibility": "Seller",
    "Jurisdiction Level": "Country",
    "Jurisdiction Name": "GERMANY",
    "Seller Tax Registration": "DE136695976",
    "Seller Tax Registration Jurisdiction": "DE",
    "Buyer Tax Registration": "",
    "Buyer Tax Registration Jurisdiction": "",
    "Buyer Tax Registration Type": "",
    "Invoice Level Currency Code": "",
    "Invoice Level Exchange Rate": "",
    "Invoice Level Exchange Rate Date": "",
    "Converted Tax Amount": "",
    "VAT Invoice Number": "DE60001TEST11I",
    "Invoice Url": "https://sellercentral.amazon.de/invoice/DE60001TEST11I",
    "Export Outside EU": "false",
    "Ship From Country": "DE",
    "Ship To Country": "DE",
    "Return Fc Country": "",
    "Is Amazon Invoiced": "true",
    "Original VAT Invoice Number": "",
    "Invoice Correction Details": "",
    "E-Invoice Delivery Status": "",
}


def _amount_columns(component, text):
    """Return the cells of ``"net tax"``."""
    prefix, promotion = PREFIXES[component]
    net, tax = map(Decimal, text.split())
    if promotion:
        names = ("Inclusive Promo Amount", "Amount Promo", "Exclusive Promo Amount")
    else:
        names = ("Inclusive Selling Price", "Amount", "Exclusive Selling Price")
    return {
        f"{prefix} Tax {name}": str(amount)
        for name, amount in zip(names, (net + tax, tax, net), strict=True)
    }


def vat_row(**values):
    """Return a row as a dict of columns.

    :param values: components as ``item="100.00 19.00"`` (net and tax), and cells by
        column name in small letters, ``order_id="..."``
    """
    names = {name.lower().replace(" ", "_").replace("-", "_"): name for name in VAT_ROW}
    row = dict(VAT_ROW)
    for component in PREFIXES:
        row.update(_amount_columns(component, values.pop(component, "0.00 0.00")))
    row.update({names[name]: cell for name, cell in values.items()})
    return row


def vat_file(*rows):
    """Return a CSV file with BOM of rows that ``vat_row`` makes of dicts."""
    rows = [vat_row(**row) for row in rows]
    lines = [",".join(f'"{name}"' for name in rows[0])]
    lines += [",".join(f'"{cell}"' for cell in row.values()) for row in rows]
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
