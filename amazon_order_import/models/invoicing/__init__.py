"""Invoices and refunds: Amazon's own documents (VCS), VAT invoice data (VCS Lite),
the entries made of them, and documents sent to Amazon."""

from . import amazon_vat_document
from . import amazon_vat_document_order
from . import account_move_print

# What is posted is put into the queue before it is matched.
from . import account_move_upload
from . import account_move
from . import account_move_line
from . import account_move_line_units
from . import account_move_refund
from . import amazon_income_account
from . import amazon_account_vat
from . import amazon_buyer_vat
from . import amazon_account_invoice
from . import amazon_invoice_upload
from . import amazon_invoice_upload_gate
from . import amazon_invoice_upload_sending
from . import amazon_invoice_upload_result
from . import amazon_refund
from . import amazon_return
from . import amazon_report
from . import amazon_report_row
from . import amazon_vat_document_line
from . import amazon_vat_document_words
from . import amazon_vat_document_line_words
from . import amazon_vat_invoice
from . import amazon_vat_invoice_billing
from . import amazon_vat_document_tax
from . import amazon_vat_invoice_tax
from . import amazon_vat_invoice_line
from . import sale_order
from . import amazon_order_workflow
from . import amazon_tax_advisor
from . import sale_order_line
from . import amazon_refund_guard
from . import amazon_tax_correction
from . import amazon_vat_document_booker
from . import amazon_vat_document_booker_match
from . import amazon_vat_document_booker_entry
from . import amazon_vat_document_booker_tax
from . import amazon_vat_invoice_settler
from . import amazon_vat_invoice_maker
from . import amazon_vat_invoice_maker_obstacle
from . import amazon_todo
