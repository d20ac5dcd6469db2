"""Buyers' personal data: when they are due to be forgotten, where they lie, what stays.

Amazon's Data Protection Policy lets nobody keep them longer than 30 days after the
delivery, but for what the law demands. Other domains know nothing of it.
"""

from . import amazon_privacy_log
from . import sale_order
from . import res_partner
from . import amazon_report_row
from . import amazon_report
from . import amazon_privacy_trace
from . import amazon_privacy_contact
from . import amazon_privacy_contact_use
from . import amazon_privacy_order
from . import amazon_privacy_leftover
from . import amazon_privacy_lookup
from . import amazon_account
