"""What Amazon paid out: settlements, what each row of them is, and their entries.

Imported last: it joins what all other domains made, and none of them knows of it.
"""

from . import amazon_settlement_rule
from . import amazon_settlement
from . import amazon_settlement_line
from . import amazon_settlement_order
from . import amazon_settlement_booker
from . import amazon_settlement_matcher
from . import amazon_account
from . import amazon_report
from . import amazon_report_row
from . import amazon_report_request
from . import amazon_order_workflow
from . import account_move
from . import account_move_line
from . import sale_order
