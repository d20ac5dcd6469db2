"""Dialogues about orders: one product for several SKUs."""

from . import amazon_offer_assign
from . import amazon_product_maker
from . import amazon_product_maker_line
