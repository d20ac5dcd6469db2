"""Rows of VAT reports: Amazon's own documents (VCS) and VAT invoice data (VCS Lite)."""

from . import document_importer
from . import document_completeness
from . import document_rows
from . import document_upsert
from . import invoice_importer
from . import invoice_update
from . import order_importer
