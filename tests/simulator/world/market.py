"""All orders of all sellers: the history at the start and what is placed later."""

from datetime import datetime, time, timedelta, timezone

from .factory import OrderFactory
from .marketplaces import BY_COUNTRY
from .transactions import AfterSales

HISTORY_DAYS = 20
# Nothing becomes reportable by itself around the start, so that a test or the
# demo sees the same orders from its first request to its last.
QUIET_BEFORE = timedelta(minutes=15)
QUIET_AFTER = timedelta(hours=6)


class Market:
    """Orders by seller key, in the order in which they were made.

    The history is made day by day from the calendar date, so that a restarted
    simulator tells the same story: the same ids with the same dates.
    """

    def __init__(self, seed):
        self.seed = seed
        self._orders = {}
        self._after_sales = {}
        self._placed = 0

    def orders(self, seller):
        return list(self._orders.get(seller.key, {}).values())

    def after_sales(self, seller):
        """What followed the seller's sales: shipments, returns, stock."""
        if seller.key not in self._after_sales:
            self._after_sales[seller.key] = AfterSales(self.seed, seller)
        return self._after_sales[seller.key]

    def open_history(self, seller, start, days=HISTORY_DAYS):
        """Makes the orders of the ``days`` before ``start`` for one seller."""
        factory = OrderFactory(self.seed, seller)
        known = self._orders.setdefault(seller.key, {})
        for back in range(days, -1, -1):
            day = (start - timedelta(days=back)).date()
            midnight = datetime.combine(day, time(), timezone.utc)
            for number in range(seller.orders_per_day):
                order = self._of_the_day(factory, seller, midnight, number)
                if not self._is_quiet(order, start) and order.order_id not in known:
                    self._add(seller, order)

    def place(
        self, seller, now, count=1, marketplace="", fulfillment="mfn", **particulars
    ):
        """Places ``count`` orders; returns them.

        ``particulars``: ``scenario``, ``sku``, ``age`` (seconds before ``now`` at
        which the last one becomes reportable, default 600; negative: in the
        future), ``spread`` (seconds over which they lie before that).
        """
        factory = OrderFactory(self.seed, seller)
        known = self._orders.setdefault(seller.key, {})
        countries = [marketplace] if marketplace else list(seller.marketplaces)
        last = now - timedelta(seconds=float(particulars.get("age", 600)))
        spread = float(particulars.get("spread", min(3600, count)))
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
                particulars.get("scenario", ""),
                particulars.get("sku", ""),
            )
            if order.order_id not in known:
                self._add(seller, order)
                made.append(order)
        return made

    def _add(self, seller, order):
        self._orders[seller.key][order.order_id] = order
        self.after_sales(seller).add(order)

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
        if order.fulfillment == "mfn":
            moments = [order.fulfillable_at]
        first, last = start - QUIET_BEFORE, start + QUIET_AFTER
        begins_later = min(moments) > last
        return begins_later or any(first < moment <= last for moment in moments)
