from . import amazon_offer_assign
