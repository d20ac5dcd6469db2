"""Which roles of an application open which type of report.

Source: developer-docs.amazon.com, "Role Mappings for SP-API Types" and the pages of the
report types. Any one of the roles is enough; names are those of Amazon's Solution
Provider Portal.
"""

TAX_INVOICING = "Tax Invoicing (Restricted)"
TAX_REMITTANCE = "Tax Remittance (Restricted)"
SHIPPING = "Direct-to-Consumer Shipping (Restricted)"
FULFILLMENT = "Amazon Fulfillment"
TRACKING = "Inventory and Order Tracking"
PRICING = "Pricing"
FINANCE = "Finance and Accounting"

REPORT_ROLES = {
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA": (FULFILLMENT, TRACKING, PRICING),
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA": (FULFILLMENT,),
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING": (TAX_INVOICING,),
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_TAX": (TAX_REMITTANCE,),
    "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_GENERAL": (FULFILLMENT, TRACKING, PRICING),
    "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT": (TAX_INVOICING,),
    "SC_VAT_TAX_REPORT": (TAX_INVOICING,),
    "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING": (TAX_INVOICING,),
    "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX": (TAX_REMITTANCE,),
    "GET_FLAT_FILE_ORDER_REPORT_DATA_SHIPPING": (SHIPPING,),
    "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL": (TRACKING,),
    "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2": (FINANCE,),
}
