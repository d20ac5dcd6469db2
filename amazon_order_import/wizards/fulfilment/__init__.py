from . import amazon_stock_adjustment
