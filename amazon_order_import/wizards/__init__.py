from . import amazon_account_connect
from . import amazon_first_run
from . import amazon_offer_assign
from . import amazon_order_finder
from . import amazon_report_preview
from . import amazon_report_undo
from . import amazon_report_upload
