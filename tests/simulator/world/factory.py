"""Makes orders: deterministic for a seed and a key, varied by scenarios."""

import random
from dataclasses import replace
from datetime import timedelta

from .catalogue import BY_SKU, CATALOGUE, title_for
from .money import local_price, net_of, tax_on
from .orders import Amounts, Line, Order, Parcel
from .people import buyer_country, make_buyer
from .stock import CENTER_COUNTRIES
from .territories import TERRITORIES

MFN_SCENARIOS = {
    "simple": 30,
    "quantity": 12,
    "multi_item": 12,
    "item_promotion": 6,
    "shipping_promotion": 6,
    "gift_wrap": 6,
    "business": 8,
    "cancelled_line": 4,
    "cancelled_order": 2,
    "replacement": 3,
    # Never by chance: a sale whose VAT Amazon's service does not calculate.
    "untaxed": 0,
}
FBA_SCENARIOS = {
    "simple": 30,
    "quantity": 10,
    "multi_item": 12,
    "partial": 16,
    "item_promotion": 6,
    "shipping_promotion": 8,
    "gift_wrap": 5,
    "multi_channel": 5,
    "no_shipment_item_id": 4,
}
# The column group a scenario needs: without it its amounts would be in no file.
_NEEDS = {
    "gift_wrap": "gift_wrap",
    "business": "business",
    "replacement": "replacement",
    "item_promotion": "promotion",
    "shipping_promotion": "promotion",
}
CENTERS = {
    "DE": ("LEJ1", "DTM2", "WRO5"),
    "FR": ("LYS1", "ORY1", "LEJ1"),
    "IT": ("MXP5", "FCO1"),
    "ES": ("BCN1", "MAD4"),
    "GB": ("BHX4", "LTN2"),
    "PL": ("WRO5", "POZ1"),
    "SE": ("ESL1",),
    "NL": ("DTM2",),
    "US": ("PHX6", "LEX1", "ONT8"),
    "CA": ("YVR2", "YYZ1"),
    "MX": ("MEX5",),
    "JP": ("HND3", "KIX2"),
}
CARRIERS = {"eu": "DHL", "na": "AMZN_US", "fe": "YAMATO"}
# Sales tax or GST on top in per mille, and whether Amazon collects it.
SALES_TAX = {
    "OR": (0, True),
    "NY": (89, True),
    "TX": (83, True),
    "WA": (104, True),
    "PR": (105, False),
    "QC": (150, True),
    "BC": (120, True),
    "AB": (50, False),
}
# What a life takes that is no scenario of its own.
CANCELLATIONS = ("pending", "unshipped")
_HARDLY_CANCELLED = ("cancelled_order", "multi_channel", "replacement")
_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
_DAY = timedelta(days=1)


class OrderFactory:
    """Makes one seller's orders from a seeded source of chance.

    :param key: anything that tells this order from all others; together with
        the seed it determines the whole order but its dates.
    """

    def __init__(self, seed, seller):
        self.seed = seed
        self.seller = seller

    def scenarios(self, fulfillment):
        """Scenario -> weight, without those that the seller's files cannot show."""
        table = MFN_SCENARIOS if fulfillment == "mfn" else FBA_SCENARIOS
        if fulfillment == "fba":
            return table
        return {
            name: weight
            for name, weight in table.items()
            if _NEEDS.get(name) in self.seller.columns or name not in _NEEDS
        }

    def make(self, key, marketplace, fulfillment, at, scenario="", sku="", life=None):
        """An order that becomes reportable at ``at`` (its first parcel for FBA).

        ``life``: ``territory`` (a key of ``TERRITORIES``: where it goes), ``center``
        (the fulfilment centre that its parcels leave from), and see ``_live``.
        """
        life = dict(life or {})
        territory = _named(TERRITORIES, life.pop("territory", ""), "territory")
        center = life.pop("center", "")
        _named(CENTER_COUNTRIES, center, "centre")
        rng = random.Random(f"{self.seed}/{self.seller.key}/{key}")
        table = self.scenarios(fulfillment)
        if not scenario or scenario == "mixed":
            scenario = rng.choices(list(table), list(table.values()))[0]
        elif scenario not in table:
            raise ValueError(
                f"No scenario {scenario!r} for {fulfillment} orders of seller "
                f"{self.seller.key!r}; there are: {', '.join(table)}."
            )
        order = self._head(rng, marketplace, fulfillment, at, scenario, territory)
        for product in self._products(rng, fulfillment, scenario, sku):
            order.lines.append(self._line(rng, order, product))
        self._particulars(rng, order)
        order.withheld = (
            order.withheld
            or self._is_british_deemed_supply(order, center)
            or bool(territory and territory.scheme)
        )
        if fulfillment == "fba":
            self._ship(rng, order, at, center)
        # A chance of its own: an order's contents do not depend on its life.
        rng = random.Random(f"{self.seed}/{self.seller.key}/{key}/life")
        self._live(rng, order, **life)
        return order

    def _live(self, rng, order, pending=None, cancelled="", withheld_days=None):
        """What happens to the order later.

        :param pending: seconds between purchase and release.
        :param cancelled: ``pending`` (never released), ``unshipped`` (released, then
            cancelled before it ships), ``no``, or empty: the seller's chance decides.
        :param withheld_days: how long FBA reports lack its shipments; None: the
            seller's chance decides.
        """
        seller, hours = self.seller, timedelta(hours=1)
        if pending is not None:
            order.purchased_at = order.fulfillable_at - timedelta(seconds=pending)
        if order.fulfillment == "mfn":
            order.shipped_at = order.fulfillable_at + rng.randint(4, 60) * hours
        if order.scenario == "cancelled_order":
            order.shipped_at, order.cancelled_at = None, order.fulfillable_at
        if not cancelled and order.scenario not in _HARDLY_CANCELLED:
            if rng.random() < seller.cancelled_share:
                cancelled = rng.choice(CANCELLATIONS)
        if cancelled == "pending":
            order.released = False
            order.cancel(order.purchased_at + rng.randint(20, 100) * hours)
        elif cancelled == "unshipped":
            first = order.shipped_at or order.fulfillable_at + 6 * hours
            share = rng.uniform(0.2, 0.9) * (first - order.fulfillable_at)
            order.cancel((order.fulfillable_at + share).replace(microsecond=0))
        elif cancelled not in ("", "no"):
            raise ValueError(f"No cancellation {cancelled!r}; try {CANCELLATIONS}.")
        if withheld_days is None and rng.random() < seller.withheld_share:
            withheld_days = seller.withheld_days
        if withheld_days:
            order.withhold(withheld_days)

    def _head(self, rng, marketplace, fulfillment, at, scenario, territory):
        country = buyer_country(rng, marketplace.country)
        if territory:
            country = territory.people
        business = scenario == "business"
        if business and country == "CH":
            country = "DE"
        buyer = make_buyer(
            rng,
            country,
            marketplace.channel,
            business=business,
            single_byte=fulfillment == "mfn" and marketplace.region != "fe",
        )
        if territory:
            buyer = _moved_to(territory, buyer)
        lead = timedelta(minutes=rng.randint(31, 600))
        fulfillable = at if fulfillment == "mfn" else at - timedelta(hours=9)
        prefix = rng.choice(marketplace.order_prefixes)
        order = Order(
            order_id=f"{prefix}-{rng.randrange(10**7):07d}-{rng.randrange(10**7):07d}",
            seller_key=self.seller.key,
            marketplace=marketplace,
            fulfillment=fulfillment,
            buyer=buyer,
            purchased_at=(fulfillable - lead).replace(microsecond=0),
            fulfillable_at=fulfillable,
            currency=marketplace.currency,
            sales_channel=marketplace.channel,
            service_level=rng.choice(("Standard",) * 5 + ("Expedited", "SecondDay")),
            business=business,
            scenario=scenario,
            territory=territory,
        )
        if business:
            order.price_designation = rng.choice(("BusinessPrice", ""))
            order.purchase_order_number = rng.choice(("", "PO 4711", "00012/A"))
        if marketplace.region == "na":
            _, collected = SALES_TAX.get(buyer.ship_to.state, (0, True))
            if fulfillment == "fba":
                collected = self.seller.fba_tax_withheld
            order.withheld, order.tax_on_top = collected, True
        order.tells_tax = self.seller.vcs
        return order

    @staticmethod
    def _products(rng, fulfillment, scenario, sku):
        if sku:
            return [BY_SKU[sku]]
        several = scenario in ("multi_item", "cancelled_line")
        if scenario in ("partial", "shipping_promotion"):
            several = rng.random() < 0.5
        count = rng.randint(2, 4) if several else 1
        return rng.sample(CATALOGUE, count)

    def _line(self, rng, order, product):
        quantity = 1
        if order.scenario in ("quantity", "partial"):
            quantity = rng.choice((2, 3, 3, 4, 7))
        elif order.scenario == "business":
            quantity = rng.choice((1, 5, 10, 24))
        amounts = Amounts(item=local_price(product.cents, order.currency) * quantity)
        if quantity > 1 and rng.random() < 0.6:
            # A quantity discount leaves a total that the quantity cannot divide.
            amounts.item -= rng.randrange(1, 98)
        if rng.random() < 0.35 or order.scenario == "shipping_promotion":
            amounts.shipping = local_price(rng.choice((299, 399, 499)), order.currency)
        line = Line(
            item_id=f"{rng.randrange(10**13, 10**14)}",
            sku=product.sku,
            asin=product.asin,
            title=title_for(product, order.marketplace.country),
            quantity=quantity,
            amounts=amounts,
        )
        if rng.random() < 0.1:
            line.item_id = "0" + line.item_id[1:]
        if order.scenario == "gift_wrap":
            amounts.gift = local_price(250, order.currency)
            line.gift_type = "Geschenkbeutel"
            line.gift_message = rng.choice(
                ("Alles Gute zum Geburtstag!", "Für Oma & Opa – herzlichst", "")
            )
        if order.scenario == "item_promotion":
            amounts.item_promotion = amounts.item * rng.choice((5, 10, 20)) // 100
            line.item_promotion_id = "Coupon 2026, Sommer-Aktion"
        if order.scenario == "shipping_promotion":
            amounts.shipping_promotion = amounts.shipping
            line.shipping_promotion_id = "Core Free Shipping"
        self._tax(order, product, amounts)
        return line

    def _tax(self, order, product, amounts):
        ship_to = order.buyer.ship_to
        if order.tax_on_top:
            rate, _ = SALES_TAX.get(ship_to.state, (0, True))
            amounts.item_tax = tax_on(amounts.item - amounts.item_promotion, rate)
            amounts.shipping_tax = tax_on(
                amounts.shipping - amounts.shipping_promotion, rate
            )
            amounts.gift_tax = tax_on(amounts.gift, rate)
            return
        if not self.seller.vcs or order.scenario == "untaxed":
            return
        abroad = order.vat_country != self.seller.home_country
        rate = order.vat_rate(product)
        if order.business and order.buyer.vat_number and abroad:
            # An intra-community supply: the price is net, no VAT is charged.
            amounts.item = net_of(amounts.item, rate)
            amounts.shipping = net_of(amounts.shipping, rate)
            return
        amounts.item_tax = amounts.item - net_of(amounts.item, rate)
        amounts.shipping_tax = amounts.shipping - net_of(amounts.shipping, rate)
        amounts.gift_tax = amounts.gift - net_of(amounts.gift, rate)

    def _is_british_deemed_supply(self, order, center):
        """Whether Amazon owes the VAT of a seller from abroad.

        It does for goods that lie in Britain already (FBA), and for imports worth up
        to 135 pounds.
        """
        if self.seller.home_country == "GB":
            return False
        center = center or CENTERS.get(order.marketplace.country, ("LEJ1",))[0]
        if order.fulfillment == "fba" and CENTER_COUNTRIES[center] == "GB":
            return order.vat_country in ("GB", "XI")
        return order.vat_country == "GB" and (
            sum(line.amounts.item for line in order.lines) <= 135_00
        )

    @staticmethod
    def _particulars(rng, order):
        cancelled = []
        if order.scenario == "cancelled_line":
            cancelled = order.lines[:1]
        elif order.scenario == "cancelled_order":
            cancelled = order.lines
        for line in cancelled:
            line.quantity, line.amounts = 0, Amounts()
        if order.scenario == "replacement":
            order.replaces = f"{order.order_id[:3]}-{rng.randrange(10**7):07d}-0000001"
            for line in order.lines:
                line.amounts = Amounts()
        if order.scenario == "multi_channel":
            order.order_id = "S02" + order.order_id[3:]
            order.merchant_order_id = f"S{rng.randrange(10**5):05d}"
            order.sales_channel = f"Non-Amazon {order.marketplace.country}"
            for line in order.lines:
                line.amounts = Amounts()

    def _ship(self, rng, order, at, center=""):
        centers = (
            (center,) if center else CENTERS.get(order.marketplace.country, ("LEJ1",))
        )
        for number, line in enumerate(order.lines):
            quantities = [line.quantity]
            if order.scenario == "partial" and line.quantity > 1:
                first = rng.randrange(1, line.quantity)
                quantities = [first, line.quantity - first]
            for step, (quantity, amounts) in enumerate(
                zip(quantities, line.amounts.split(quantities), strict=True)
            ):
                # Parcels of one order leave on several days from several centres.
                late = step + (number if order.scenario == "partial" else 0)
                reported = at + late * _DAY
                shipment = "".join(rng.choices(_ALPHABET, k=9))
                item = "".join(rng.choices(_ALPHABET, k=13))
                order.parcels.append(
                    Parcel(
                        line=line,
                        quantity=quantity,
                        amounts=amounts,
                        shipment_id=f"D{shipment}",
                        shipment_item_id=(
                            "" if order.scenario == "no_shipment_item_id" else item
                        ),
                        shipped_at=reported - timedelta(hours=2),
                        reported_at=reported,
                        fulfillment_center=centers[late % len(centers)],
                        carrier=CARRIERS[order.marketplace.region],
                        tracking=f"JJD{rng.randrange(10**12):012d}",
                    )
                )


def _named(table, name, what):
    """The entry of a table; None without a name, ValueError with a wrong one."""
    if name and name not in table:
        raise ValueError(f"No {what} {name!r}; there are: {', '.join(table)}.")
    return table[name] if name else None


def _moved_to(territory, buyer):
    """The buyer with all addresses in the territory, and no number of the state
    whose VAT the territory does not know."""
    place = {
        name: getattr(territory, name)
        for name in ("city", "state", "postal_code", "country")
    }
    number, country = buyer.vat_number, buyer.vat_country
    if not territory.vat:
        number = country = ""
    elif number and territory.vat == "XI":
        number, country = "XI" + number[2:], "XI"
    return replace(
        buyer,
        ship_to=replace(buyer.ship_to, **place),
        bill_to=buyer.bill_to and replace(buyer.bill_to, **place),
        vat_number=number,
        vat_country=country,
    )
