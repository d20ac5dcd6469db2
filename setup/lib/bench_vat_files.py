"""Amazon's tax files about the orders of ``bench_files``."""

from collections.abc import Sequence

from .bench_files import NET, PRICES, SHIPPED, TAXES, each_item, make_file

NUMBER = "DE136695976"
#: Of ``SC_VAT_TAX_REPORT``: component -> amounts of the first item, else 0.
COMPONENTS = ("OUR_PRICE", "SHIPPING", "GIFTWRAP")
SHIPPING = ("4.99", "0.80", "4.19")


def documents(refs: Sequence[str]) -> bytes:
    """A file of the invoices that Amazon issued for orders (VCS)."""
    rows = [
        _document_row(ref, index, sku, number)
        for ref in refs
        for index, sku, number in each_item(ref)
    ]
    return make_file(rows, ",")


def _document_row(ref, index, sku, number):
    row = {
        "Marketplace ID": "DE",
        "Merchant ID": "A1MERCHANT",
        "Order Date": "05-Oct-2026 UTC",
        "Transaction Type": "SHIPMENT",
        "Is Invoice Corrected": "FALSE",
        "Order ID": ref,
        "Shipment Date": "06-Oct-2026 UTC",
        "Shipment ID": f"D{ref[4:]}",
        "Transaction ID": f"D{ref[4:]}",
        "ASIN": "",
        "SKU": sku,
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
        "Seller Tax Registration": NUMBER,
        "Seller Tax Registration Jurisdiction": "DE",
        "Buyer Tax Registration": "",
        "Buyer Tax Registration Jurisdiction": "",
        "Buyer Tax Registration Type": "",
        "Invoice Level Currency Code": "",
        "Invoice Level Exchange Rate": "",
        "Invoice Level Exchange Rate Date": "",
        "Converted Tax Amount": "",
        "VAT Invoice Number": f"DE6{number:08}TESTI",
        "Invoice Url": "",
        "Export Outside EU": "false",
        "Ship From Country": "DE",
        "Ship To Country": "DE",
        "Return Fc Country": "",
        "Is Amazon Invoiced": "true",
        "Original VAT Invoice Number": "",
        "Invoice Correction Details": "",
        "E-Invoice Delivery Status": "",
    }
    amounts = {
        "OUR_PRICE": (PRICES[index], TAXES[index], NET[index]),
        "SHIPPING": ("0.00",) * 3 if index else SHIPPING,
    }
    for component in COMPONENTS:
        gross, tax, net = amounts.get(component, ("0.00",) * 3)
        row |= {
            f"{component} Tax Inclusive Selling Price": gross,
            f"{component} Tax Amount": tax,
            f"{component} Tax Exclusive Selling Price": net,
            f"{component} Tax Inclusive Promo Amount": "0.00",
            f"{component} Tax Amount Promo": "0.00",
            f"{component} Tax Exclusive Promo Amount": "0.00",
        }
    return row


def lite(refs: Sequence[str]) -> bytes:
    """A file of what the seller is to invoice for orders (VCS Lite)."""
    rows = [
        _lite_row(ref, index, sku, number)
        for ref in refs
        for index, sku, number in each_item(ref)
    ]
    return make_file(rows)


def _lite_row(ref, index, sku, number):
    row = {
        "marketplace-id": "A1PA6795UKMFR9",
        "order-id": ref,
        "order-item-id": f"{ref.replace('-', '')}{index}",
        "shipping-id": f"D{ref[4:]}",
        "transaction-id": f"D{ref[4:]}",
        "transaction-type": "SHIPMENT",
        "invoice-number": "",
        "invoice-status": "InvoicePending",
        "invoice-status-description": "",
        "is-amazon-invoiced": "false",
        "order-date": "2026-10-05T08:15:00+00:00",
        "shipment-date": SHIPPED,
        "buyer-vat-number": "",
        "seller-vat-number": NUMBER,
        "asin": "",
        "sku": sku,
        "product-name": sku,
        "quantity-purchased": "1",
        "currency": "EUR",
        "is-business-order": "false",
        "purchase-order-number": "",
        "recipient-name": f"Käufer {number}",
        "ship-country": "DE",
        "ship-from-country": "DE",
        "buyer-tax-registration-type": "",
        "citation-de": "",
        "citation-en": "",
        "export-outside-eu": "false",
        "is-invoice-corrected": "false",
        "original-vat-invoice-number": "",
    }
    amounts = {
        "item": (PRICES[index], TAXES[index], NET[index]),
        "shipping": ("0.00",) * 3 if index else SHIPPING,
    }
    for part in (
        "item",
        "item-promo",
        "gift-wrap",
        "gift-promo",
        "shipping",
        "shipping-promo",
    ):
        gross, tax, net = amounts.get(part, ("0.00",) * 3)
        row |= {
            f"{part}-vat-incl-amount": gross,
            f"{part}-vat-amount": tax,
            f"{part}-vat-excl-amount": net,
            f"{part}-vat-rate": "0.19",
        }
    return row
