"""What an Amazon administrator agrees to before stock is booked."""

from . import amazon_stock_adjustment
