from . import amazon_control_order
from . import amazon_account
from . import amazon_control_order_cure
from . import amazon_report
