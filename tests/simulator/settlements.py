"""Settlements: Amazon closes one per currency by itself and lists it as a report.

``POST /_control/settlements`` takes ``{"seller" [, "reserve", "reports"]}``: what was
shipped and given back since the last one is settled, ``reserve`` per cent of it (10)
are held back until the next, and each settlement is listed ``reports`` times (1), as
Amazon sometimes does. The answer holds what must stand in Odoo: ``settlements`` with
total, currency, the number of rows and, by order, sale, refund and fee.

Columns and signs: ``../shared/reference/amazon-after-import.md`` 3.2 to 3.6.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from . import documents
from .formats import write_table
from .report_types import REPORT_TYPES, Content
from .reports import Report
from .world.marketplaces import BY_COUNTRY
from .world.money import PRICE_LEVEL, to_text
from .world.transactions import GIFTWRAP, OUR_PRICE, SHIPMENT, SHIPPING

REPORT_TYPE = "GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2"
COLUMNS = (
    "settlement-id settlement-start-date settlement-end-date deposit-date total-amount "
    "currency transaction-type order-id merchant-order-id adjustment-id shipment-id "
    "marketplace-name amount-type amount-description amount fulfillment-id posted-date "
    "posted-date-time order-item-code merchant-order-item-id "
    "merchant-adjustment-item-id sku quantity-purchased promotion-id"
).split()
#: In cents of the home country, and of a unit that Amazon sends.
SUBSCRIPTION_FEE, UNIT_FEE = 3900, 350
COMMISSION = 15
_PERIOD = timedelta(days=14)
_NEVER = datetime(2000, 1, 1, tzinfo=timezone.utc)
# Component -> description of its price, of its tax, suffix of the tax withheld.
_NAMES = {
    OUR_PRICE: ("Principal", "Tax", "Principal"),
    SHIPPING: ("Shipping", "ShippingTax", "Shipping"),
    GIFTWRAP: ("GiftWrap", "GiftWrapTax", "Giftwrap"),
}
# How accounts write moments and decimals.
_GERMAN = "%d.%m.%Y %H:%M:%S UTC", ","
_STYLES = {
    "eu": _GERMAN,
    "na": ("%Y-%m-%d %H:%M:%S UTC", "."),
    "fe": ("%Y/%m/%d %H:%M:%S UTC", "."),
}


@dataclass
class Settled:
    """What a seller's next settlements have to know of the last ones."""

    until: datetime | None = None
    transactions: set[str] = field(default_factory=set)
    reserves: dict[str, int] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)


@dataclass
class Settlement:
    """``rows``: pairs of an amount and the other cells, in their order."""

    id: str
    currency: str
    start: datetime
    end: datetime
    rows: list = field(default_factory=list)

    @property
    def total(self):
        return sum(amount for amount, _cells in self.rows)

    def add(self, amount, transaction, amount_type, description, at, **cells):
        # What was free stands there with an amount of 0.
        if not amount and description != "Principal":
            return
        cells = {name.replace("_", "-"): value for name, value in cells.items()}
        cells |= {
            "transaction-type": transaction,
            "amount-type": amount_type,
            "amount-description": description,
            "posted-date-time": at,
        }
        self.rows.append((amount, cells))

    def add_other(self, amount, description, at):
        self.add(amount, "other-transaction", "other-transaction", description, at)


def close(state, seller, reserve=10, reports=1):
    """Settles what has happened by now; the settlements as tests expect them."""
    now = state.clock.now().replace(microsecond=0)
    known = state.settlements.setdefault(seller.key, Settled())
    new = [
        transaction
        for transaction in state.market.after_sales(seller).between(_NEVER, now)
        if transaction.id not in known.transactions and _is_settled(transaction)
    ]
    known.transactions.update(transaction.id for transaction in new)
    groups = defaultdict(list)
    for transaction in new:
        groups[transaction.order.currency].append(transaction)
    home = BY_COUNTRY[seller.home_country].currency
    first = min([now - _PERIOD, *(transaction.at for transaction in new)])
    start = known.until or first
    result = []
    for currency in sorted({home, *groups, *known.reserves, *known.debts}):
        settlement = Settlement(f"{state.number()}", currency, start, now)
        _carry_over(settlement, known)
        for transaction in groups[currency]:
            _settle(settlement, transaction)
        if currency == home:
            fee = _local(SUBSCRIPTION_FEE, currency)
            settlement.add_other(-fee, "Subscription Fee", now)
        _hold_back(settlement, known, reserve)
        if settlement.rows:
            ids = [_list(state, seller, settlement).id for _ in range(reports)]
            result.append(_expected(settlement, ids))
    known.until = now
    return result


def _is_settled(transaction):
    """Whether it moves money; a corrected invoice does not."""
    order = transaction.order
    if transaction.void or (transaction.kind == SHIPMENT and transaction.original):
        return False
    return order.fulfillment == "fba" or bool(order.shipped_at)


def _carry_over(settlement, known):
    currency, at = settlement.currency, settlement.start
    reserve = known.reserves.pop(currency, 0)
    settlement.add_other(reserve, "Previous Reserve Amount Balance", at)
    settlement.add_other(known.debts.pop(currency, 0), "Payable to Amazon", at)


def _hold_back(settlement, known, per_cent):
    held = max(settlement.total, 0) * per_cent // 100
    if held:
        # Amazon books it when the period is over.
        at = settlement.end + timedelta(seconds=3)
        settlement.add_other(-held, "Current Reserve Amount", at)
        known.reserves[settlement.currency] = held
    if settlement.total < 0:
        known.debts[settlement.currency] = settlement.total


# === ORDERS === #


def _settle(settlement, transaction):
    order = transaction.order
    kind = "Refund" if transaction.credit else "Order"
    for entry in transaction.entries:
        cells = {
            "order_id": order.merchant_order_id or order.order_id,
            "merchant_order_id": order.merchant_order_id,
            "adjustment_id": transaction.id if transaction.credit else "",
            "shipment_id": transaction.shipment_id,
            "marketplace_name": (
                "Non-Amazon" if order.multi_channel else order.marketplace.channel
            ),
            "fulfillment_id": "AFN" if order.fulfillment == "fba" else "MFN",
            "order_item_code": entry.line.item_id,
            "sku": entry.line.sku,
            "quantity_purchased": str(entry.quantity),
        }
        rows = []
        if not order.multi_channel:
            for name, figures in entry.figures.items():
                rows += _buyer_rows(order, entry.line, name, figures)
        paid = sum(row[2] for row in rows)
        for amount_type, description, amount, *promotion in rows:
            settlement.add(
                amount,
                kind,
                amount_type,
                description,
                transaction.at,
                promotion_id=promotion[0] if promotion else "",
                **cells,
            )
        for description, amount in _fees(transaction, entry, paid):
            settlement.add(
                amount, kind, "ItemFees", description, transaction.at, **cells
            )


def _buyer_rows(order, line, name, figures):
    """Amount type, description and amount of what the buyer paid for a component."""
    price_name, tax_name, suffix = _NAMES[name]
    told = order.tax_on_top or order.withheld or order.tells_tax
    tax = figures.tax if told else 0
    price = figures.price if order.tax_on_top else figures.price - tax
    yield "ItemPrice", price_name, price
    yield "ItemPrice", tax_name, tax
    promotion_id = (
        line.item_promotion_id if name == OUR_PRICE else line.shipping_promotion_id
    )
    if figures.promotion:
        yield "Promotion", price_name, figures.promotion, promotion_id
    if not order.withheld:
        return
    what = (
        "MarketplaceFacilitatorTax" if order.tax_on_top else "MarketplaceFacilitatorVAT"
    )
    withheld = figures.tax if order.tax_on_top else figures.total_tax
    yield "ItemWithheldTax", f"{what}-{suffix}", -withheld


def _fees(transaction, entry, paid):
    """Description and amount of what Amazon takes for an entry."""
    order = transaction.order
    commission = abs(paid) * COMMISSION // 100
    if transaction.credit:
        yield "Commission", commission
        yield "RefundCommission", -(commission // 5)
        return
    yield "Commission", -commission
    if order.fulfillment == "fba":
        fee = _local(UNIT_FEE, order.currency)
        yield "FBAPerUnitFulfillmentFee", -fee * entry.quantity
        shipping = entry.figures[SHIPPING].price
        if shipping and not order.multi_channel:
            yield "ShippingChargeback", -shipping


def _local(cents, currency):
    level = PRICE_LEVEL.get(currency, 1.0)
    return round(cents * level / (100 if currency == "JPY" else 1))


# === REPORTS === #


def _list(state, seller, settlement):
    """The report of a settlement: nobody asked for it, and it is there at once."""
    rules = REPORT_TYPES[REPORT_TYPE]
    now = state.clock.now()
    report = Report(
        id=f"{400_000_000_000 + state.number()}",
        seller=seller,
        type=rules.name,
        # Not those that it is about: Amazon names all of them.
        marketplace_ids=tuple(BY_COUNTRY[code].id for code in seller.marketplaces),
        data_start=settlement.start,
        data_end=settlement.end,
        created=now,
        status="DONE",
        processing_start=now,
        processing_end=now,
    )
    content = Content(write(settlement, seller.region))
    report.document_id = documents.store(state, seller, rules, content).id
    state.reports[seller.key, report.id] = report
    return report


def write(settlement, region):
    """The file of a settlement as accounts of the region get it."""
    # How British accounts write is not known; that they differ in one region, is.
    style = _STYLES["na" if settlement.currency == "GBP" else region]
    moment, point = style

    def amount(value):
        return to_text(value, settlement.currency, plain=True).replace(".", point)

    rows = [
        {
            "settlement-start-date": settlement.start.strftime(moment),
            "settlement-end-date": settlement.end.strftime(moment),
            "deposit-date": (settlement.end + timedelta(days=2)).strftime(moment),
            "total-amount": amount(settlement.total),
            "currency": settlement.currency,
        }
    ]
    for value, cells in settlement.rows:
        at = cells["posted-date-time"]
        rows.append(
            {
                **cells,
                "amount": amount(value),
                "posted-date": at.strftime(moment.partition(" ")[0]),
                "posted-date-time": at.strftime(moment),
            }
        )
    for row in rows:
        row["settlement-id"] = settlement.id
    return write_table(COLUMNS, rows)


def _expected(settlement, report_ids):
    orders = defaultdict(lambda: dict.fromkeys(("sale", "refund", "fee"), 0))
    for amount, cells in settlement.rows:
        order_id = cells.get("order-id")
        if not order_id:
            continue
        part = "refund" if cells["transaction-type"] == "Refund" else "sale"
        fee = cells["amount-type"] == "ItemFees"
        orders[order_id]["fee" if fee else part] += amount

    def text(value):
        return to_text(value, settlement.currency, plain=True)

    return {
        "settlement_id": settlement.id,
        "report_ids": report_ids,
        "currency": settlement.currency,
        "total": text(settlement.total),
        "rows": len(settlement.rows),
        "orders": {
            order_id: {part: text(value) for part, value in parts.items()}
            for order_id, parts in orders.items()
        },
    }


def post_settlements(state, _request, body):
    body = dict(body)
    seller = state.seller(body.pop("seller", "eu"))
    return {"settlements": close(state, seller, **body)}


ACTIONS = {("POST", "settlements"): post_settlements}
