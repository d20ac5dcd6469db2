"""Reports: asked for, fetched, archived, processed, taken back; their rows.

What a report becomes is told by later domains and by the importers.
"""

from . import amazon_company_check
from . import amazon_report_row
from . import amazon_report
from . import amazon_account
from . import amazon_account_work
from . import amazon_report_file
from . import amazon_report_processing
from . import amazon_report_turns
from . import amazon_report_asking
from . import amazon_report_others
from . import amazon_report_at_amazon
from . import amazon_report_columns
from . import amazon_account_columns
from . import amazon_report_coverage
from . import amazon_report_end
from . import amazon_report_live
from . import amazon_report_preview
from . import amazon_report_request
from . import amazon_report_request_texts
from . import amazon_report_request_recurring
from . import amazon_report_schedule
from . import amazon_report_undo
from . import ir_attachment
from . import ir_sequence
from . import res_config_settings
from . import amazon_report_concurrent
from . import amazon_account_overview
from . import amazon_account_first_steps
from . import amazon_todo
