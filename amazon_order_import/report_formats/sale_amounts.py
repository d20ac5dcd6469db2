"""The amounts that each report of sales has of an item."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleAmounts:
    """Exact totals of a row, not unit prices, in the row's currency.

    None where the file says nothing, which is not zero. Promotions are never above
    zero.
    """

    item_price: Decimal | None = None
    item_tax: Decimal | None = None
    shipping_price: Decimal | None = None
    shipping_tax: Decimal | None = None
    gift_wrap_price: Decimal | None = None
    gift_wrap_tax: Decimal | None = None
    item_promotion: Decimal | None = None
    ship_promotion: Decimal | None = None
