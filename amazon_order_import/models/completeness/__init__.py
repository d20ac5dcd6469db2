"""Whether Odoo has all orders: beside them Amazon's list of all orders; the cure."""

from . import amazon_account
from . import amazon_control_order
from . import amazon_control_order_calendar
from . import amazon_control_order_cure
from . import amazon_report
from . import amazon_todo
