"""What follows a sale: shipments, returns, refunds and corrected invoices.

Everything is an ``Amounts``-exact share of what the order sold: the credits of a
shipment never exceed it, and together reach it to the cent.
"""

import bisect
import itertools
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .money import to_text
from .orders import Line, Order
from .stock import StockBook

OUR_PRICE, SHIPPING, GIFTWRAP = "OUR_PRICE", "SHIPPING", "GIFTWRAP"
COMPONENTS = (OUR_PRICE, SHIPPING, GIFTWRAP)
SHIPMENT, RETURN, REFUND = "SHIPMENT", "RETURN", "REFUND"
# Chances of what happens to a shipment, in this order.
FBA_RETURNED, MFN_REFUNDED, MONEY_ONLY, CORRECTED = 0.09, 0.05, 0.02, 0.25
DISPOSITIONS = {
    "SELLABLE": 60,
    "CUSTOMER_DAMAGED": 15,
    "DEFECTIVE": 10,
    "CARRIER_DAMAGED": 8,
    "DAMAGED": 7,
}
REASONS = (
    "UNWANTED_ITEM",
    "ORDERED_WRONG_ITEM",
    "NOT_AS_DESCRIBED",
    "DEFECTIVE",
    "QUALITY_UNACCEPTABLE",
    "NOT_COMPATIBLE",
    "SWITCHEROO",
    "UNDELIVERABLE_UNKNOWN",
    "MISSED_ESTIMATED_DELIVERY",
)
COMMENTS = (
    "",
    "",
    "Loch &#39;drin",
    "Gr&ouml;&szlig;e falsch &amp; zu klein",
    'Verpackung war "offen"',
    "Pas conforme &agrave; la description",
)
IN_INVENTORY, REIMBURSED = "Unit returned to inventory", "Reimbursed"
_AMAZON_PAYS = ("CARRIER_DAMAGED", "DAMAGED")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Figures:
    """One component's amounts in the smallest unit: gross or, where no tax is
    contained, net; promotions negative; credits negated."""

    price: int = 0
    tax: int = 0
    promotion: int = 0
    promotion_tax: int = 0

    @property
    def total(self):
        return self.price + self.promotion

    @property
    def total_tax(self):
        return self.tax + self.promotion_tax

    def times(self, factor, divisor=1):
        return Figures(*(value * factor // divisor for value in self._values()))

    def minus(self, other):
        pairs = zip(self._values(), other._values(), strict=True)
        return Figures(*(mine - theirs for mine, theirs in pairs))

    def _values(self):
        return self.price, self.tax, self.promotion, self.promotion_tax


def figures_of(amounts):
    """``Amounts`` of a line as Figures by component."""

    def of(price, tax, promotion=0):
        tax_share = (2 * promotion * tax + price) // (2 * price) if price else 0
        return Figures(price, tax, -promotion, -tax_share)

    return {
        OUR_PRICE: of(amounts.item, amounts.item_tax, amounts.item_promotion),
        SHIPPING: of(
            amounts.shipping, amounts.shipping_tax, amounts.shipping_promotion
        ),
        GIFTWRAP: of(amounts.gift, amounts.gift_tax),
    }


@dataclass(slots=True)
class Entry:
    """A line's part in a transaction, and how much of it was credited since."""

    line: Line
    quantity: int
    figures: dict[str, Figures]
    credited: int = 0
    extras_credited: bool = False


@dataclass(slots=True)
class ReturnedUnit:
    """A row of the FBA returns report: units that arrived at a fulfilment centre.

    ``dates``: under which it is told (a return may be told again under a later
    one). ``told_at``: Amazon tells some only days after that date.
    """

    order: Order
    line: Line
    reference: str
    quantity: int
    center: str
    dates: list[datetime]
    told_at: datetime
    disposition: str
    reason: str
    status: str
    license_plate: str
    comment: str

    @property
    def goes_to_stock(self):
        """sellable, unsellable or empty."""
        if self.status != IN_INVENTORY:
            return ""
        return "sellable" if self.disposition == "SELLABLE" else "unsellable"


@dataclass(slots=True, eq=False)
class Transaction:
    """A shipment, or money given back for one: what a VAT document is made of.

    ``original``: the shipment that a credit or a correction belongs to;
    ``correction``: why an invoice was corrected; ``corrected_at``: when this one was.
    ``number``, ``status`` and ``status_text`` are those of an uploaded invoice.
    """

    kind: str
    id: str
    order: Order
    shipment_id: str
    at: datetime
    entries: list[Entry]
    center: str = ""
    original: "Transaction | None" = None
    credit: bool = False
    correction: str = ""
    corrected_at: datetime | None = None
    number: str = ""
    status: str = ""
    status_text: str = ""
    returned_to: str = ""

    @property
    def void(self):
        """Whether the order was cancelled, so that this never happens."""
        return self.order.cancelled_at is not None

    def total(self):
        return sum(f.total for e in self.entries for f in e.figures.values())

    def tax(self):
        return sum(f.total_tax for e in self.entries for f in e.figures.values())

    def text(self, amount):
        return to_text(amount, self.order.currency)


class AfterSales:
    """One seller's transactions, returned units and stock, by time and by order."""

    def __init__(self, seed, seller):
        self.seed = seed
        self.seller = seller
        self.stock = StockBook(seed, seller)
        self.by_order = {}
        self.by_id = {}
        self.by_shipment = {}
        self.returned = []
        self._timeline = []
        self._told = []
        self._count = itertools.count()

    def add(self, order):
        """Ships a new order and lets chance decide what happens afterwards."""
        rng = random.Random(f"{self.seed}/{self.seller.key}/{order.order_id}/after")
        for shipment in self._shipments(rng, order):
            self._keep(shipment)
            self._let_happen(rng, shipment)
        for parcel in order.parcels:
            self.stock.sell(order, parcel)

    def between(self, start, end):
        """The transactions from ``start`` to ``end`` in their order."""
        return self._slice(self._timeline, start, end)

    def returned_between(self, start, end):
        """Pairs of a date and the unit that was returned then, in their order."""
        return self._slice(self._told, start, end)

    def shipments(self, order_id):
        """The order's shipments as they were first invoiced, in their order."""
        return [
            transaction
            for transaction in self.by_order.get(order_id, ())
            if transaction.kind == SHIPMENT and transaction.original is None
        ]

    def ship(self, order, at):
        """A merchant's order leaves at ``at``, earlier or later than by itself."""
        shipments = self.shipments(order.order_id)
        if order.fulfillment != "mfn" or not shipments:
            raise ValueError(f"{order.order_id} has nothing to ship.")
        (shipment,) = shipments
        place = next(i for i, e in enumerate(self._timeline) if e[2] is shipment)
        del self._timeline[place]
        shipment.at = order.shipped_at = at
        self._sort_in(self._timeline, at, shipment)
        return shipment

    def give_back(self, order_id, at, sku="", quantity=None, kind="", **how):
        """A buyer returns goods or gets money back; the transactions that it makes.

        ``kind``: RETURN (FBA's default) or REFUND. ``how``: ``shipping_only``,
        ``disposition``, ``reason``, ``status``, ``comment``, ``license_plate``,
        ``told_after`` and ``dated_again_after`` (seconds).
        """
        shipments = [s for s in self.shipments(order_id) if s.at <= at and not s.void]
        if not shipments:
            raise ValueError(f"Nothing of {order_id} has left by then.")
        rng = random.Random(f"{self.seed}/{order_id}/{next(self._count)}/given back")
        how.setdefault("told_after", 0)
        kind = kind or (RETURN if shipments[0].order.fulfillment == "fba" else REFUND)
        left, made = quantity, []
        for shipment in shipments:
            units = {}
            for position, entry in enumerate(shipment.entries):
                if sku and entry.line.sku != sku:
                    continue
                open_units = entry.quantity - entry.credited
                count = open_units if left is None else min(left, open_units)
                if how.get("shipping_only"):
                    count = 0
                units[position] = count
                left = left if left is None else left - count
            if any(units.values()) or (units and how.get("shipping_only")):
                credit = self._credit(rng, shipment, kind, at, units, how)
                made += [credit] if credit else []
        if not made:
            raise ValueError(f"Nothing of {order_id} is left to give back.")
        return made

    def correct(self, order_id, at, reason="Buyer VAT registration number added"):
        """Amazon takes an invoice back and makes a new one of the same figures."""
        shipments = [s for s in self.shipments(order_id) if s.at <= at and not s.void]
        open_ones = [s for s in shipments if not s.corrected_at]
        if not open_ones:
            raise ValueError(f"No invoice of {order_id} is left to correct.")
        made = []
        for shipment in open_ones:
            shipment.corrected_at = at
            for suffix, factor in (("-R", -1), ("-N", 1)):
                entries = [
                    Entry(e.line, e.quantity, _times(e.figures, factor))
                    for e in shipment.entries
                ]
                transaction = Transaction(
                    SHIPMENT,
                    shipment.id + suffix,
                    shipment.order,
                    shipment.shipment_id,
                    at,
                    entries,
                    center=shipment.center,
                    original=shipment,
                    credit=factor < 0,
                    correction=reason,
                )
                made.append(self._keep(transaction))
        return made

    def _shipments(self, rng, order):
        if order.fulfillment == "fba":
            parcels = {}
            for parcel in order.parcels:
                parcels.setdefault(parcel.shipment_id, []).append(parcel)
            for shipment_id, group in parcels.items():
                entries = [
                    Entry(p.line, p.quantity, figures_of(p.amounts)) for p in group
                ]
                yield Transaction(
                    SHIPMENT,
                    shipment_id,
                    order,
                    shipment_id,
                    group[0].shipped_at,
                    entries,
                    center=group[0].fulfillment_center,
                )
            return
        entries = [
            Entry(line, line.quantity, figures_of(line.amounts))
            for line in order.lines
            if line.quantity
        ]
        if entries and order.shipped_at:
            shipment_id = "M" + "".join(rng.choices(_LETTERS, k=9))
            yield Transaction(
                SHIPMENT,
                shipment_id,
                order,
                shipment_id,
                order.shipped_at,
                entries,
            )

    def _let_happen(self, rng, shipment):
        order, chance = shipment.order, rng.random()
        days = timedelta(days=rng.randint(4, 10), minutes=rng.randrange(1440))
        at = shipment.at + days
        whole = {i: entry.quantity for i, entry in enumerate(shipment.entries)}
        fba = order.fulfillment == "fba"
        if fba and chance < FBA_RETURNED:
            whole[0] = rng.randint(1, whole[0])
            self._credit(rng, shipment, RETURN, at, whole, {})
        elif fba and chance < FBA_RETURNED + MONEY_ONLY:
            self._credit(rng, shipment, REFUND, at, whole, {})
        elif not fba and chance < MFN_REFUNDED:
            self._credit(rng, shipment, REFUND, at, whole, {})
        elif not fba and chance < MFN_REFUNDED + MONEY_ONLY:
            self._credit(rng, shipment, REFUND, at, {}, {"shipping_only": True})
        elif self.seller.vat_service == "vcs" and order.business and shipment.tax():
            if rng.random() < CORRECTED:
                self.correct(order.order_id, at)

    def _credit(self, rng, shipment, kind, at, units, how):
        """The credit of ``units`` (by position) of a shipment; None without money
        and goods."""
        entries = []
        positions = units or range(len(shipment.entries))
        for position in positions:
            entry = shipment.entries[position]
            count = units.get(position, 0)
            figures = _credit_figures(entry, count, bool(how.get("shipping_only")))
            entries.append(Entry(entry.line, count, figures))
        crow = "".join(rng.choices(_LETTERS, k=22))
        credit = Transaction(
            kind,
            f"amzn1:crow:{crow}",
            shipment.order,
            shipment.shipment_id,
            at,
            [e for e in entries if e.quantity or any(_totals(e))],
            center=shipment.center,
            original=shipment,
            credit=True,
        )
        if not credit.entries:
            return None
        if kind == RETURN:
            credit.returned_to = shipment.center
            for entry in credit.entries:
                self._take_back(rng, credit, entry, how)
        return self._keep(credit)

    def _take_back(self, rng, credit, entry, how):
        """The rows of the returns report: one per unit, seldom one for two."""
        order, at = credit.order, credit.at
        disposition = how.get("disposition") or rng.choices(
            list(DISPOSITIONS), list(DISPOSITIONS.values())
        )[0]
        status = REIMBURSED if disposition in _AMAZON_PAYS else IN_INVENTORY
        reason, comment = rng.choice(REASONS), rng.choice(COMMENTS)
        late = timedelta(days=rng.choice((0, 0, 0, 0, 1, 2)))
        again = timedelta(days=rng.randint(3, 9)) if rng.random() < 0.12 else None
        plates = rng.random() < 0.85
        nameless = rng.random() < 0.04
        if how:
            # Asked for by a test: nothing is left to chance but what it leaves open.
            late = timedelta(seconds=float(how.get("told_after", 0)))
            again = how.get("dated_again_after")
            again = timedelta(seconds=float(again)) if again else None
            plates, nameless = True, False
        reference = order.merchant_order_id or order.order_id
        together = not plates and entry.quantity > 1
        count, units = (1, entry.quantity) if together else (entry.quantity, 1)
        for _ in range(count):
            plate = f"LPNHE{rng.randrange(10**9):09d}" if plates else ""
            unit = ReturnedUnit(
                order,
                entry.line,
                "" if nameless else reference,
                units,
                credit.center,
                [at] + ([at + again] if again else []),
                at + late,
                disposition,
                how.get("reason") or reason,
                how.get("status") or status,
                how.get("license_plate", plate),
                how.get("comment", comment),
            )
            self.returned.append(unit)
            for date in unit.dates:
                self._sort_in(self._told, date, unit)
            if unit.goes_to_stock:
                self.stock.take_back(unit)

    def _keep(self, transaction):
        self.by_order.setdefault(transaction.order.order_id, []).append(transaction)
        self.by_shipment.setdefault(transaction.shipment_id, []).append(transaction)
        self.by_id[transaction.id] = transaction
        self._sort_in(self._timeline, transaction.at, transaction)
        return transaction

    def _sort_in(self, timeline, moment, value):
        bisect.insort(timeline, (moment, next(self._count), value))

    @staticmethod
    def _slice(timeline, start, end):
        first = bisect.bisect_left(timeline, (start, -1))
        for moment, _, value in timeline[first:]:
            if moment > end:
                return
            yield (moment, value) if isinstance(value, ReturnedUnit) else value


def _credit_figures(entry, count, shipping_only):
    """The figures to give back for ``count`` more units of an entry, negated.

    Shipping and gift wrap go back with the last unit.
    """
    nothing = {name: Figures() for name in COMPONENTS}
    before, extras = entry.credited, False
    if shipping_only:
        if not entry.extras_credited:
            nothing[SHIPPING] = entry.figures[SHIPPING].times(-1)
            entry.extras_credited = True
        return nothing
    whole = entry.figures[OUR_PRICE]
    entry.credited += count
    upto = whole.times(entry.credited, entry.quantity)
    given = upto.minus(whole.times(before, entry.quantity))
    nothing[OUR_PRICE] = given.times(-1)
    extras = entry.credited == entry.quantity
    if extras and count:
        nothing[GIFTWRAP] = entry.figures[GIFTWRAP].times(-1)
        if not entry.extras_credited:
            nothing[SHIPPING] = entry.figures[SHIPPING].times(-1)
            entry.extras_credited = True
    return nothing


def _times(figures, factor):
    return {name: value.times(factor) for name, value in figures.items()}


def _totals(entry):
    return [figures.total for figures in entry.figures.values()]
