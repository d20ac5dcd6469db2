"""Rows of a settlement: what Amazon paid out, and what of.

The first row holds the total and the period, all others an amount each. Amounts and
moments are written as in the country of the account; which way that is, the sum tells:
the rows add up to the total, or the file is refused. Source:
reference/amazon-after-import.md 3.1 to 3.4.
"""

import hashlib
from dataclasses import dataclass, fields, replace
from datetime import datetime, timezone
from decimal import Decimal

from . import values
from .row_format import Column, Fault, RowFormat, optional
from .settlement_values import AMOUNTS, ORDERS, amount, choose_order, moment
from .sources import ReportFileError

_ORDER_COLUMN = "order-id"


@dataclass(frozen=True, slots=True)
class SettlementRow:
    """One row of a settlement.

    Text is ``""``, a moment or an amount None where the file says nothing. Moments are
    aware. `order_id` may be the number of a shipment to Amazon.
    """

    settlement_id: str
    start: datetime | None = None
    end: datetime | None = None
    deposit: datetime | None = None
    total: Decimal | None = None
    currency: str = ""
    transaction_type: str = ""
    order_id: str = ""
    merchant_order_id: str = ""
    adjustment_id: str = ""
    shipment_id: str = ""
    marketplace: str = ""
    amount_type: str = ""
    amount_description: str = ""
    amount: Decimal | None = None
    fulfillment: str = ""
    posted: datetime | None = None
    order_item_id: str = ""
    merchant_order_item_id: str = ""
    merchant_adjustment_item_id: str = ""
    sku: str = ""
    quantity: int | None = None
    promotion_id: str = ""

    @property
    def is_control(self):
        """Whether it is the row with the total."""
        return self.total is not None


_FIELDS = tuple(field.name for field in fields(SettlementRow))


def _read_order(cell):
    """The number of an order, of a shipment or of whatever else stands there."""
    return values.code(cell)


def _columns(parse_amount, parse_moment):
    return (
        Column(
            "settlement_id",
            ("settlement-id",),
            values.required_identifier,
            required=True,
            critical=True,
        ),
        _critical("start", parse_moment, "settlement-start-date"),
        _critical("end", parse_moment, "settlement-end-date"),
        _critical("deposit", parse_moment, "deposit-date"),
        _critical("total", parse_amount, "total-amount"),
        _critical("currency", values.currency, "currency"),
        Column("transaction_type", ("transaction-type",), values.text, required=True),
        optional("order_id", _read_order, _ORDER_COLUMN),
        optional("merchant_order_id", values.code),
        optional("adjustment_id", values.code),
        optional("shipment_id", values.code),
        optional("marketplace", values.text, "marketplace-name"),
        Column("amount_type", ("amount-type",), values.text, required=True),
        Column(
            "amount_description", ("amount-description",), values.text, required=True
        ),
        _critical("amount", parse_amount, "amount"),
        optional("fulfillment", values.code, "fulfillment-id"),
        optional("posted", parse_moment, "posted-date-time"),
        optional("order_item_id", values.code, "order-item-code"),
        optional("merchant_order_item_id", values.code),
        optional("merchant_adjustment_item_id", values.code),
        optional("sku", values.code),
        optional("quantity", values.whole_number, "quantity-purchased"),
        optional("promotion_id", values.text),
    )


def _critical(field, parse, name):
    return Column(field, (name,), parse, required=True, critical=True)


def _check(row):
    """A `Fault` of a row with the total that lacks what the others lack, or None."""
    if row.is_control and not row.currency:
        return Fault("missing_value", "currency")
    if row.is_control and not (row.end or row.deposit):
        return Fault("missing_value", "settlement-end-date")


def _sum_up(report, parse):
    """``({settlement: (total, sum)}, fault)``, amounts read in one way.

    :return: the fault is ``(number of the row, cell)`` of what cannot be read so
    """
    found = {}
    for row in report.rows():
        cells = dict(zip(report.plain_header, row.raw.values(), strict=False))
        number = cells.get("settlement-id", "").strip()
        told, total = found.setdefault(number, [None, Decimal(0)])
        column = "total-amount"
        try:
            stated = parse(cells.get(column, ""))
            column = "amount"
            total += parse(cells.get(column, "")) or 0
        except values.BadCell:
            return None, (row.number, cells[column])
        told = stated if told is None else told
        found[number] = [told, total]
    return found, None


def _is_right(found):
    return all(told is not None and told == total for told, total in found.values())


def _refuse_unreadable(report, unless=()):
    """:raise ReportFileError: where a row cannot be read, unless for those reasons"""
    for row in report.rows():
        if row.error and row.error.code not in unless:
            raise ReportFileError(
                "settlement_row", number=row.number, problem=str(row.error)
            )


def choose_format(report):
    """Read an open file as its amounts are written, once they add up to the total.

    :param report: `Report`
    :raise ReportFileError: settlement_sum, settlement_no_total or settlement_row
    """
    # How amounts and moments are written, is not known yet.
    _refuse_unreadable(report, unless=("bad_amount", "bad_date"))
    sums = {}
    for parse in AMOUNTS:
        found, fault = _sum_up(report, parse)
        if found and _is_right(found):
            report.use_format(_format(parse, _find_order(report)))
            _refuse_unreadable(report)
            return
        sums[parse] = found, fault
    _refuse(sums)


def _refuse(sums):
    """Say what is wrong with a file that is right in no way of writing amounts."""
    readable = [found for found, _fault in sums.values() if found is not None]
    if not readable:
        number, cell = next(fault for _found, fault in sums.values())
        raise ReportFileError("settlement_amount", number=number, cell=cell[:40])

    def distance(found):
        return sum(abs((told or 0) - total) for told, total in found.values())

    best = min(readable, key=distance)
    for number, (told, total) in best.items():
        if told is None:
            raise ReportFileError("settlement_no_total", settlement=number)
        if told != total:
            raise ReportFileError(
                "settlement_sum",
                settlement=number,
                total=f"{told:f}",
                sum=f"{total:f}",
                difference=f"{told - total:f}",
            )
    raise ReportFileError("settlement_no_total", settlement="–")


def _find_order(report):
    """How the file orders day and month where it is written as 03/04/2026."""
    header = list(report.plain_header)
    names = ("settlement-start-date", "settlement-end-date", "posted-date-time")
    places = [header.index(name) for name in names if name in header]
    return choose_order(
        cell
        for row in report.rows()
        for cells in [list(row.raw.values())]
        for place in places
        if place < len(cells) and (cell := cells[place])
    )


def _format(parse, order):
    return replace(SETTLEMENT_ROWS, columns=_columns(parse, moment(order)))


def get_fingerprint(report):
    """What tells two files of a settlement apart: the same for the same rows.

    Seller Central and the API may write amounts and moments of one in two ways.

    :param report: `Report`
    """
    digest = hashlib.sha256()
    for row in report.rows():
        cells = (_plain(getattr(row.values, name)) for name in _FIELDS)
        digest.update("\t".join(cells).encode() + b"\n")
    return digest.hexdigest()


def _plain(value):
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.astimezone(timezone.utc).isoformat()
    return str(value)


SETTLEMENT_ROWS = RowFormat(
    "settlement",
    SettlementRow,
    _columns(amount, moment(ORDERS[0])),
    _check,
    frozenset({"posted-date"}),
    begins=rb'"?[0-9]{4,20}"?[\t,]',
    is_padded=True,
    choose=choose_format,
)
