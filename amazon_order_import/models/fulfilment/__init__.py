"""What Amazon and the seller ship and take back, and where the goods lie.

Parcels, returns and Amazon's counts, the stock moves that follow from them, and what
orders know of all that.
"""

from . import amazon_account_carrier
from . import amazon_account_location
from . import amazon_account
from . import amazon_fulfillment_center
from . import amazon_offer
from . import amazon_parcel
from . import amazon_report
from . import amazon_report_row
from . import amazon_return
from . import amazon_return_rule
from . import amazon_stock_snapshot
from . import amazon_stock_level
from . import amazon_stock_difference
from . import sale_order
from . import sale_order_line
from . import stock_move
from . import stock_picking
from . import stock_quant
from . import stock_rule
from . import amazon_stock_adjuster
from . import amazon_stock_booker
from . import amazon_stock_booker_orders
from . import amazon_stock_booker_returns
from . import amazon_account_overview
from . import amazon_todo
