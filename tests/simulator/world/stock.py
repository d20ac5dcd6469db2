"""FBA stock: what lies in Amazon's fulfilment centres, by country and FNSKU.

Goods are counted by FNSKU, so that several SKUs of one article share them. The
stock follows sales, shipments and returns as the clock goes on, and is filled up
before it runs out.
"""

import heapq
import itertools
import zlib
from collections import defaultdict
from dataclasses import dataclass

from .catalogue import BY_SKU, CATALOGUE
from .orders import Order

CENTER_COUNTRIES = {
    "LEJ1": "DE",
    "DTM2": "DE",
    "WRO5": "PL",
    "POZ1": "PL",
    "LYS1": "FR",
    "ORY1": "FR",
    "MXP5": "IT",
    "FCO1": "IT",
    "BCN1": "ES",
    "MAD4": "ES",
    "ESL1": "SE",
    "BHX4": "GB",
    "LTN2": "GB",
    "PHX6": "US",
    "LEX1": "US",
    "ONT8": "US",
    "YVR2": "CA",
    "YYZ1": "CA",
    "MEX5": "MX",
    "HND3": "JP",
    "KIX2": "JP",
}
# The countries of the Pan-European pool that have fulfilment centres here.
EU_COUNTRIES = ("DE", "PL", "FR", "IT", "ES", "SE")
_LOW, _FILLED_UP = 12, 250


@dataclass(slots=True)
class Level:
    """Units in one country. ``present`` are sellable ones, of which ``reserved``
    belong to orders that have not left yet."""

    present: int = 0
    reserved: int = 0
    unsellable: int = 0

    @property
    def sellable(self):
        return self.present - self.reserved


@dataclass(slots=True)
class _Sale:
    """Units that an order takes; a cancelled order gives its reservation back."""

    order: Order
    place: tuple[str, str]
    quantity: int
    reserved: bool = False

    @property
    def _cancelled(self):
        return self.order.cancelled_at is not None

    def reserve(self, book):
        if not self._cancelled:
            level = book.at(*self.place)
            level.reserved += self.quantity
            self.reserved = True
            if level.sellable < _LOW:
                level.present += _FILLED_UP

    def leave(self, book):
        level = book.at(*self.place)
        if self.reserved:
            level.reserved -= self.quantity
        if not self._cancelled:
            level.present -= self.quantity


def pool_of(country):
    """The inventory pool of a marketplace: EU, or the country itself."""
    lone = ("GB", "US", "CA", "MX", "JP")
    return country if country in lone else "EU"


def countries_of(pool):
    return EU_COUNTRIES if pool == "EU" else (pool,)


class StockBook:
    """One seller's stock at Amazon; ``now`` may only grow."""

    def __init__(self, seed, seller):
        self.seed = seed
        self.seller = seller
        self._levels = defaultdict(dict)
        self._events = []
        self._count = itertools.count()

    def sell(self, order, parcel):
        """A parcel is reserved with the purchase and leaves with its shipment."""
        place = (CENTER_COUNTRIES[parcel.fulfillment_center], _fnsku(parcel.line))
        sale = _Sale(order, place, parcel.quantity)
        self._plan(order.purchased_at, sale.reserve)
        self._plan(parcel.shipped_at, sale.leave)

    def take_back(self, unit):
        """A returned unit lies in the centre again, sellable or not."""
        place = (CENTER_COUNTRIES[unit.center], _fnsku(unit.line))
        name = "present" if unit.goes_to_stock == "sellable" else "unsellable"

        def arrive(book):
            level = book.at(*place)
            setattr(level, name, getattr(level, name) + unit.quantity)

        self._plan(unit.dates[0], arrive)

    def level(self, country, fnsku, now):
        """The ``Level`` of an article in a country."""
        self._go_on(now)
        return self.at(country, fnsku)

    def pool_level(self, pool, fnsku, now):
        """The sum over the countries of a pool."""
        levels = [self.level(c, fnsku, now) for c in countries_of(pool)]
        return Level(
            sum(level.present for level in levels),
            sum(level.reserved for level in levels),
            sum(level.unsellable for level in levels),
        )

    def inbound(self, pool, fnsku):
        """Units on their way: working, shipped, receiving."""
        chance = self._chance("inbound", pool, fnsku)
        return (0, 0, 0) if chance % 3 else (chance % 40, chance % 25, chance % 7)

    def researching(self, pool, fnsku):
        return int(self._chance("researching", pool, fnsku) % 11 == 0)

    def at(self, country, fnsku):
        """The ``Level`` as the events so far have left it."""
        levels = self._levels[country]
        if fnsku not in levels:
            chance = self._chance("opening", country, fnsku)
            # Some articles lie in some countries only.
            empty = country not in ("DE", "GB", "US", "JP") and chance % 4 == 0
            levels[fnsku] = Level(0 if empty else 60 + chance % 180, 0, chance % 3)
        return levels[fnsku]

    def _plan(self, moment, happen):
        heapq.heappush(self._events, (moment, next(self._count), happen))

    def _go_on(self, now):
        while self._events and self._events[0][0] <= now:
            heapq.heappop(self._events)[2](self)

    def _chance(self, *facts):
        text = "/".join((str(self.seed), self.seller.key, *facts))
        return zlib.crc32(text.encode())


def pools_of(book, seller, now):
    """Units per pool of a seller: by SKU, by FNSKU (``articles``) and by country."""
    pools = {}
    for pool in dict.fromkeys(pool_of(country) for country in seller.marketplaces):
        skus, articles, countries = {}, {}, {}
        for product in CATALOGUE:
            level = book.pool_level(pool, product.fnsku, now)
            skus[product.sku] = {
                "fnsku": product.fnsku,
                "asin": product.asin,
                "sellable": level.sellable,
                "unsellable": level.unsellable,
                "reserved": level.reserved,
                "inbound": sum(book.inbound(pool, product.fnsku)),
                "researching": book.researching(pool, product.fnsku),
            }
            articles[product.fnsku] = skus[product.sku]
            for country in countries_of(pool):
                quantity = book.level(country, product.fnsku, now).sellable
                countries.setdefault(country, {})[product.sku] = quantity
        pools[pool] = {"skus": skus, "articles": articles, "countries": countries}
    return pools


def _fnsku(line):
    return BY_SKU[line.sku].fnsku


FNSKUS = tuple(dict.fromkeys(product.fnsku for product in CATALOGUE))
