"""Amazon's Selling Partner API: reports, feeds, their documents, orders and
shipments, and the rights to them.

Plain Python without Odoo. It wraps python-amazon-sp-api once and strictly; see
:mod:`.library` for what of it is used.
"""

from . import errors, quotas, redaction
from .client import ENDPOINTS, SCHEDULE_PERIODS, SellingPartnerClient
from .credentials import Credentials, authorize, consent_url
from .links import DOCUMENT_HOSTS
from .network import Call, is_plain_http
from .records import (
    Document,
    Feed,
    Order,
    OrderItem,
    Package,
    Participation,
    Report,
    ReportSchedule,
)
from .roles import REPORT_ROLES
