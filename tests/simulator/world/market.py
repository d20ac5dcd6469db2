"""All orders of all sellers: the history at the start and what comes later."""

from collections import defaultdict
from datetime import datetime, time, timedelta, timezone

from .factory import OrderFactory
from .marketplaces import BY_COUNTRY
from .transactions import AfterSales

HISTORY_DAYS = 20
# Unless the market is live, nothing becomes reportable by itself around the start,
# so that a test or the demo sees the same orders from its first request to its last.
QUIET_BEFORE = timedelta(minutes=15)
QUIET_AFTER = timedelta(hours=6)
# An order is placed at most this long before it becomes reportable.
_AHEAD = timedelta(days=2)
_DAY = timedelta(days=1)


class Market:
    """Orders by seller, in the order in which they were made.

    The history is made day by day from the calendar date, so that a restarted
    simulator tells the same story: the same ids with the same dates. A ``live``
    market goes on selling as the clock goes on.
    """

    def __init__(self, seed, clock, live=False):
        self.seed = seed
        self.clock = clock
        self.live = live
        self._orders = {}
        self._after_sales = {}
        # seller key -> day -> order id -> order, for every day in an order's life
        self._days = defaultdict(lambda: defaultdict(dict))
        self._made_until = {}
        self._placed = 0

    def orders(self, seller):
        self._keep_up(seller)
        return list(self._orders.get(seller.key, {}).values())

    def after_sales(self, seller):
        """What followed the seller's sales: shipments, returns, stock."""
        self._keep_up(seller)
        return self._follow_up(seller)

    def _follow_up(self, seller):
        if seller.key not in self._after_sales:
            self._after_sales[seller.key] = AfterSales(self.seed, seller)
        return self._after_sales[seller.key]

    def between(self, seller, start, end):
        """The seller's orders to which anything happens on these days, by chance also
        some others; without looking at all of them."""
        self._keep_up(seller)
        days, found = self._days[seller.key], {}
        first, last = start.date(), end.date()
        for day in sorted(day for day in days if first <= day <= last):
            found |= days[day]
        return list(found.values())

    def order(self, seller, order_id):
        """One order; KeyError if the seller has none with this number."""
        self._keep_up(seller)
        try:
            return self._orders.get(seller.key, {})[order_id]
        except KeyError:
            raise KeyError(f"Seller {seller.key} has no order {order_id}.") from None

    def cancel(self, seller, order_id, at):
        """The order is cancelled; ValueError if anything of it has left before."""
        order = self.order(seller, order_id)
        left = [order.shipped_at, *(parcel.shipped_at for parcel in order.parcels)]
        if any(moment and moment <= at for moment in left):
            raise ValueError(f"Order {order_id} has been shipped already.")
        order.cancel(at)
        self._index(seller, order)
        return order

    def ship(self, seller, order_id, at):
        """A merchant's order leaves at ``at``; its shipment."""
        order = self.order(seller, order_id)
        shipment = self._follow_up(seller).ship(order, at)
        self._index(seller, order)
        return shipment

    def withhold(self, seller, order_id, days):
        """FBA reports lack the order's shipments for ``days``."""
        order = self.order(seller, order_id)
        order.withhold(days)
        self._index(seller, order)
        return order

    def open_history(self, seller, start, days=HISTORY_DAYS):
        """Makes the orders of the ``days`` before ``start`` for one seller."""
        self._orders.setdefault(seller.key, {})
        for back in range(days, -1, -1):
            self._make_day(seller, (start - back * _DAY).date(), start)
        self._made_until[seller.key] = start.date()

    def place(
        self, seller, now, count=1, marketplace="", fulfillment="mfn", **particulars
    ):
        """Places ``count`` orders; returns them.

        ``particulars``: ``scenario``, ``sku``, ``age`` (seconds before ``now`` at
        which the last one becomes reportable, default 600; negative: in the
        future), ``spread`` (seconds over which they lie before that), and of their
        later life ``pending``, ``cancelled`` and ``withheld_days``; ``territory``
        and ``center``: where they go to and come from (factory).
        """
        factory = OrderFactory(self.seed, seller)
        known = self._orders.setdefault(seller.key, {})
        countries = [marketplace] if marketplace else list(seller.marketplaces)
        last = now - timedelta(seconds=float(particulars.pop("age", 600)))
        spread = float(particulars.pop("spread", min(3600, count)))
        scenario, sku = particulars.pop("scenario", ""), particulars.pop("sku", "")
        made = []
        while len(made) < count:
            self._placed += 1
            share = (count - 1 - len(made)) / count
            at = (last - timedelta(seconds=spread * share)).replace(microsecond=0)
            order = factory.make(
                f"placed/{self._placed}",
                BY_COUNTRY[countries[len(made) % len(countries)]],
                fulfillment,
                at,
                scenario,
                sku,
                particulars,
            )
            if order.order_id not in known:
                self._add(seller, order)
                made.append(order)
        return made

    def _keep_up(self, seller):
        """A live market makes the days that have come since it was last asked."""
        made = self._made_until.get(seller.key)
        if not self.live or made is None:
            return
        last = (self.clock.now() + _AHEAD).date()
        while made < last:
            made += _DAY
            self._make_day(seller, made)
        self._made_until[seller.key] = made

    def _make_day(self, seller, day, start=None):
        if day.isoformat() in seller.days_off:
            return
        factory = OrderFactory(self.seed, seller)
        midnight = datetime.combine(day, time(), timezone.utc)
        known = self._orders[seller.key]
        for number in range(seller.orders_per_day):
            order = self._of_the_day(factory, seller, midnight, number)
            quiet = start and not self.live and self._is_quiet(order, start)
            if not quiet and order.order_id not in known:
                self._add(seller, order)

    def _add(self, seller, order):
        self._orders[seller.key][order.order_id] = order
        self._follow_up(seller).add(order)
        self._index(seller, order)

    def _index(self, seller, order):
        days = self._days[seller.key]
        for moment in order.moments():
            days[moment.date()][order.order_id] = order

    @staticmethod
    def _of_the_day(factory, seller, midnight, number):
        step = timedelta(days=1) / seller.orders_per_day
        countries = seller.marketplaces
        turn = midnight.toordinal() * seller.orders_per_day + number
        return factory.make(
            f"{midnight:%Y-%m-%d}/{number}",
            BY_COUNTRY[countries[turn // 2 % len(countries)]],
            "mfn" if turn % 2 else "fba",
            midnight + step * number + timedelta(minutes=17, seconds=turn % 60),
        )

    @staticmethod
    def _is_quiet(order, start):
        moments = [parcel.reported_at for parcel in order.parcels]
        if order.fulfillment == "mfn" or not moments:
            moments = [order.fulfillable_at]
        first, last = start - QUIET_BEFORE, start + QUIET_AFTER
        begins_later = min(moments) > last
        return begins_later or any(first < moment <= last for moment in moments)
