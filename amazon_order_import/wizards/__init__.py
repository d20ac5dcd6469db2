from . import account_move_reversal
from . import amazon_offer_assign
from . import amazon_report_preview
from . import amazon_report_undo
from . import amazon_report_upload
from . import amazon_stock_adjustment
