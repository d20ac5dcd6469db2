from . import amazon_order_finder
