"""Who owes the tax of a sale to the tax office, by Amazon's words."""

import re

_AMAZON = re.compile(r"amazon|marketplace|deemed", re.IGNORECASE)
_SELLER = re.compile(r"seller|merchant|vendor", re.IGNORECASE)


def collecting_party(responsible, model=""):
    """``"amazon"``, ``"seller"``, or ``""`` where the report does not say.

    The party counts; the model (``MarketplaceFacilitator``) only where none is named.

    :param responsible: tax-collection-responsible-party, Tax Collection Responsibility
    :param model: tax-collection-model
    """
    for told in (responsible, model):
        # "Amazon Seller Services Private Ltd." is Amazon.
        if _AMAZON.search(told):
            return "amazon"
        if _SELLER.search(told):
            return "seller"
    return ""
