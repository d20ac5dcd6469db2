"""Amazon's report files as typed rows.

Plain Python: neither Odoo nor the network is needed. `open_report` gives a `Report`;
its ``rows()`` stream `ParsedRow`s, in which a bad row is a value.
"""

from .broken_rows import BROKEN_OFF, MISFITS
from .continuations import ContinuationRow, ItemPlace, find_items
from .control_rows import ControlRow
from .kinds import KINDS, RESTRICTED_REPORT_TYPES, ReportKind, detect_kinds
from .reader import ParsedRow, Report, detect_file_kinds, open_report, read_raw
from .return_rows import ReturnRow
from .row_format import normal_name
from .sale_rows import Address, SaleRow, describe_difference, describe_facts
from .settlement_rows import SettlementRow, get_fingerprint
from .sources import ReportFileError, is_short
from .stock_rows import StockRow
from .tax_registrations import TaxRegistration
from .values import INVISIBLE_IN_CODES, RowError, drop_invisible
from .vat_invoice_rows import VatAmounts, VatInvoiceRow
from .vat_rows import DOCUMENT_LETTERS, VatRow
