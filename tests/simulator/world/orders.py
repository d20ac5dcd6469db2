"""Orders, their lines and parcels, their lives, and what they must total in Odoo."""

from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta

from .catalogue import vat_rate
from .marketplaces import Marketplace
from .money import to_text
from .people import Buyer
from .territories import Territory


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
    """One row of the FBA shipment report: (a part of) a line in a shipment.

    Reports made before ``withheld_until`` lack it, though it belongs into them: as
    Amazon's own sometimes do for days.
    """

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
    withheld_until: datetime | None = None

    def is_told(self, now, until=None):
        """Whether reports made ``now`` of the time ``until`` then may show it."""
        moment = max(self.reported_at, self.withheld_until or self.reported_at)
        return moment <= now and self.reported_at <= (until or now)


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

    It is pending from ``purchased_at`` until ``fulfillable_at``, or until it is
    cancelled if it is never ``released``; then it ships, FBA parcel by parcel and MFN
    at ``shipped_at``, or is cancelled at ``cancelled_at``. ``withheld``: Amazon
    collects the tax itself, whether it comes on top of the prices or is contained in
    them. ``territory``: where it goes, if the country code does not tell whose VAT is
    due.
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
    territory: Territory | None = None
    released: bool = True
    shipped_at: datetime | None = None
    cancelled_at: datetime | None = None

    @property
    def multi_channel(self):
        return bool(self.merchant_order_id)

    @property
    def vat_country(self):
        """Whose VAT a delivery to the buyer is subject to; empty: none's."""
        place = self.territory
        return place.vat if place else self.buyer.ship_to.country

    def vat_rate(self, product):
        """That VAT in per mille."""
        if self.territory and self.territory.rates:
            return self.territory.rates[product.vat_class]
        return vat_rate(product, self.vat_country)

    def is_cancelled(self, now):
        return bool(self.cancelled_at) and self.cancelled_at <= now

    def status(self, now):
        """Amazon's word for where the order stands; None before it is placed."""
        if self.purchased_at > now:
            return None
        if self.is_cancelled(now):
            return "Cancelled"
        if not self.released or self.fulfillable_at > now:
            return "Pending"
        if self.fulfillment == "mfn":
            shipped = self.shipped_at and self.shipped_at <= now
            return "Shipped" if shipped else "Unshipped"
        shipped = all(parcel.shipped_at <= now for parcel in self.parcels)
        return "Shipped" if shipped else "Shipping"

    def last_update(self, now):
        """When the order last changed at Amazon; None before it is placed."""
        return max((m for m in self._changes() if m <= now), default=None)

    def moments(self):
        """All moments at which something happens to it, in no order."""
        told = [(p.reported_at, p.withheld_until) for p in self.parcels]
        return self._changes() + [m for pair in told for m in pair if m]

    def _changes(self):
        moments = [self.purchased_at, *(p.shipped_at for p in self.parcels)]
        if self.released:
            moments.append(self.fulfillable_at)
        return moments + [m for m in (self.shipped_at, self.cancelled_at) if m]

    def lines_at(self, now):
        """The lines as Amazon tells them: after a cancellation with quantity 0."""
        if not self.is_cancelled(now):
            return self.lines
        return [replace(line, quantity=0, amounts=Amounts()) for line in self.lines]

    def cancel(self, at):
        """Nothing of the order leaves after ``at``."""
        self.cancelled_at = at
        self.released = self.released and self.fulfillable_at <= at
        self.shipped_at = None
        self.parcels = []

    def withhold(self, days):
        """Reports lack the order's shipments for some days."""
        for parcel in self.parcels:
            parcel.withheld_until = parcel.reported_at + timedelta(days=days)

    def reportable(self, now, until=None):
        """Triples of SKU, quantity and amounts that reports made ``now`` may show.

        ``until``: the end of their period, if it is another.
        """
        if self.fulfillment == "fba":
            return [
                (parcel.line.sku, parcel.quantity, parcel.amounts)
                for parcel in self.parcels
                if parcel.is_told(now, until)
            ]
        if not self.released or self.fulfillable_at > (until or now):
            return []
        return [(line.sku, line.quantity, line.amounts) for line in self.lines_at(now)]

    def expected(self, now, until=None):
        """What must stand in Odoo, or None if Amazon has told nothing of it yet, in
        reports made ``now`` of the time ``until`` then.

        ``total`` is None for what must not be a sale (``why``); what is cancelled
        after its release may have been one before.
        """
        rows = self.reportable(now, until)
        if not rows and not self.is_cancelled(now):
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
