"""The dialog that says why an Amazon order is not in Odoo, and what helps."""

from . import amazon_order_finder
from . import amazon_order_finder_answers
from . import amazon_order_finder_reports
from . import amazon_order_finder_cures
from . import amazon_order_list
from . import amazon_order_list_line
