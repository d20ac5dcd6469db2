"""Dialogs about invoices: reversing, unlocking, down payments."""

from . import account_move_reversal
from . import amazon_invoice_upload_ask
from . import amazon_vat_unlock
from . import sale_advance_payment_inv
