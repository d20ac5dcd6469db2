"""Orders, their lines and parcels, and what they must total in Odoo."""

from dataclasses import dataclass, field, fields
from datetime import datetime

from .marketplaces import Marketplace
from .money import to_text
from .people import Buyer


@dataclass(slots=True)
class Amounts:
    """Line totals in the currency's smallest unit; promotions positive."""

    item: int = 0
    item_tax: int = 0
    shipping: int = 0
    shipping_tax: int = 0
    gift: int = 0
    gift_tax: int = 0
    item_promotion: int = 0
    shipping_promotion: int = 0

    def price(self):
        """Prices minus promotions, without tax that comes on top."""
        prices = self.item + self.shipping + self.gift
        return prices - self.item_promotion - self.shipping_promotion

    def tax(self):
        return self.item_tax + self.shipping_tax + self.gift_tax

    def tax_after_promotions(self):
        """Contained tax, lowered by promotions in proportion."""
        reductions = (
            (self.item, self.item_tax, self.item_promotion),
            (self.shipping, self.shipping_tax, self.shipping_promotion),
        )
        return self.tax() - sum(
            (2 * promotion * tax + price) // (2 * price)
            for price, tax, promotion in reductions
            if price
        )

    def split(self, quantities):
        """Shares for parcels of these quantities.

        Goods divide by quantity, the last parcel takes the remainder; shipping
        and gift wrap go with the first one, as Amazon does.
        """
        total, shares = sum(quantities), []
        for position, quantity in enumerate(quantities):
            last = position == len(quantities) - 1
            share = Amounts()
            for name in ("item", "item_tax", "item_promotion"):
                whole = getattr(self, name)
                given = sum(getattr(other, name) for other in shares)
                part = whole - given if last else whole * quantity // total
                setattr(share, name, part)
            if position == 0:
                for name in _WITH_FIRST_PARCEL:
                    setattr(share, name, getattr(self, name))
            shares.append(share)
        return shares


_WITH_FIRST_PARCEL = tuple(
    f.name for f in fields(Amounts) if f.name.startswith(("shipping", "gift"))
)


@dataclass(slots=True)
class Parcel:
    """One row of the FBA shipment report: (a part of) a line in a shipment."""

    line: "Line"
    quantity: int
    amounts: Amounts
    shipment_id: str
    shipment_item_id: str
    shipped_at: datetime
    reported_at: datetime
    fulfillment_center: str
    carrier: str
    tracking: str


@dataclass(slots=True)
class Line:
    """One order item; a cancelled one has quantity 0 and no amounts."""

    item_id: str
    sku: str
    asin: str
    title: str
    quantity: int
    amounts: Amounts
    item_promotion_id: str = ""
    shipping_promotion_id: str = ""
    gift_type: str = ""
    gift_message: str = ""


@dataclass(slots=True)
class Order:
    """One Amazon order.

    It is pending from ``purchased_at`` until ``fulfillable_at``; FBA orders then
    ship parcel by parcel. ``withheld``: Amazon collects the tax itself, whether it
    comes on top of the prices or is contained in them.
    """

    order_id: str
    seller_key: str
    marketplace: Marketplace
    fulfillment: str
    buyer: Buyer
    purchased_at: datetime
    fulfillable_at: datetime
    currency: str
    sales_channel: str
    lines: list[Line] = field(default_factory=list)
    parcels: list[Parcel] = field(default_factory=list)
    service_level: str = "Standard"
    business: bool = False
    purchase_order_number: str = ""
    price_designation: str = ""
    withheld: bool = False
    tax_on_top: bool = False
    tells_tax: bool = False
    replaces: str = ""
    merchant_order_id: str = ""
    scenario: str = ""

    @property
    def multi_channel(self):
        return bool(self.merchant_order_id)

    def reportable(self, now):
        """Pairs of (SKU, quantity, amounts) that reports may show by ``now``."""
        if self.fulfillment == "fba":
            return [
                (parcel.line.sku, parcel.quantity, parcel.amounts)
                for parcel in self.parcels
                if parcel.reported_at <= now
            ]
        if self.fulfillable_at > now:
            return []
        return [(line.sku, line.quantity, line.amounts) for line in self.lines]

    def expected(self, now):
        """What must stand in Odoo, or None if nothing is reportable yet.

        ``total`` is None for what must not become a sale order (``why``).
        """
        rows = self.reportable(now)
        if not rows:
            return None
        goods = [row for row in rows if row[1]]
        result = {
            "order_id": self.order_id,
            "marketplace": self.marketplace.id,
            "country": self.marketplace.country,
            "fulfillment": self.fulfillment,
            "currency": self.currency,
            "rows": len(rows),
            "goods_lines": len(goods),
            "cancelled_rows": len(rows) - len(goods),
            "items": [{"sku": sku, "quantity": count} for sku, count, _ in goods],
            "scenario": self.scenario,
            "total": None,
            "tax": None,
            "withheld": None,
            "why": "",
        }
        if self.multi_channel:
            result["why"] = "multi-channel"
        elif not goods:
            result["why"] = "cancelled"
        else:
            result.update(self._money([amounts for _, _, amounts in goods]))
        return result

    def _money(self, amounts):
        price = sum(entry.price() for entry in amounts)
        tax = sum(entry.tax() for entry in amounts)
        collected = tax if self.tax_on_top and not self.withheld else 0
        withheld = tax if self.withheld else 0
        if self.withheld and not self.tax_on_top:
            withheld = sum(entry.tax_after_promotions() for entry in amounts)
            price -= withheld
        promoted = any(a.item_promotion or a.shipping_promotion for a in amounts)
        # A tax of 0 may as well mean that Amazon did not calculate any.
        calculated = all(a.tax() for a in amounts if a.price())
        exempt = self.business and self.buyer.vat_number and not tax
        told = None
        if self.tax_on_top:
            told = collected
        elif self.withheld:
            told = 0
        elif self.tells_tax and not promoted and (calculated or exempt):
            told = tax

        def text(amount):
            return to_text(amount, self.currency, plain=True)

        return {
            "total": text(price + collected),
            "tax": None if told is None else text(told),
            "withheld": text(withheld),
        }
