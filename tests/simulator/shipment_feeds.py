"""POST_FLAT_FILE_FULFILLMENT_DATA: parcels told in a table, many at once.

The processing report names the rows that Amazon did not take; it is written as Amazon
writes it: a summary, an empty line or several, then a table (ids 37825161525,
37996897910). Blank cells leave what was told before, ``NULL`` deletes it (SC/641).
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from . import shipments

FEED_TYPE = "POST_FLAT_FILE_FULFILLMENT_DATA"
COLUMNS = (
    *("order-id", "order-item-id", "quantity", "ship-date", "carrier-code"),
    *("carrier-name", "tracking-number", "ship-method", "transparency_code"),
    *("ship_from_address_name", "ship_from_address_line1", "ship_from_address_line2"),
    *("ship_from_address_line3", "ship_from_address_city", "ship_from_address_county"),
    *("ship_from_address_state_or_region", "ship_from_address_postalcode"),
    *("ship_from_address_countrycode", "ship_from_supply_source_id"),
)
_CARRIER_CHARSETS = ("utf-8", "cp1252")


@dataclass
class Job:
    """A table of parcels. ``problems``: row, order, item, code, kind, text."""

    seller_key: str
    feed_id: str
    content: bytes
    rows: int = 0
    problems: list = field(default_factory=list)


def make(seller, feed_id, _now, _marketplaces, _options, document):
    return Job(seller.key, feed_id, document.data)


def begin(_state, _seller, _job):
    """Nothing shows before the feed has ended."""


def abort(_job):
    """The feed came to no end: nothing has changed."""


def judge(state, seller, job):
    """Take over the rows that are sound."""
    header, *rows = _table(job.content)
    job.rows = len(rows)
    for name in header:
        if name not in COLUMNS:
            text = f"The {name} field heading is invalid, so values were ignored."
            job.problems.append((0, "", "", "90061", "Warning", text))
    parcels = {}
    for number, cells in enumerate(rows, 1):
        row = dict(zip(header, cells, strict=False))
        try:
            key, parcel = _read(state, seller, row)
        except shipments.Refusal as refusal:
            _note(job, number, row, refusal)
            continue
        parcels.setdefault(key, (parcel, []))[1].append((number, row))
    for (order_id, _tracking, _date), (parcel, told) in parcels.items():
        try:
            _take(state, seller, order_id, parcel, told)
        except shipments.Refusal as refusal:
            for number, row in told:
                _note(job, number, row, refusal)


def summary(_seller, job):
    """The processing report as text."""
    wrong = {row for row, *_rest, kind, _text in job.problems if kind == "Error"}
    lines = [
        "Feed Processing Summary:",
        f"\tNumber of records processed\t\t{job.rows}",
        f"\tNumber of records successful\t\t{job.rows - len(wrong)}",
        "",
        "original-record-number\torder-id\torder-item-id\terror-code\terror-type\t"
        "error-message",
    ]
    lines += ["\t".join(map(str, problem)) for problem in job.problems]
    return "\r\n".join(lines) + "\r\n"


def _table(content):
    for charset in _CARRIER_CHARSETS:
        try:
            text = content.decode(charset)
            break
        except UnicodeDecodeError:
            continue
    lines = [line for line in text.replace("\r\n", "\n").split("\n") if line.strip()]
    return [line.split("\t") for line in lines] or [[]]


def _note(job, number, row, refusal):
    job.problems.append(
        (
            number,
            row.get("order-id", ""),
            row.get("order-item-id", ""),
            refusal.number or "90057",
            "Error",
            refusal.text,
        )
    )


def _read(state, seller, row):
    """What a row tells of its parcel: the parcels' key and the parcel."""
    order_id = row.get("order-id", "")
    for name in ("order-id", "ship-date"):
        if not row.get(name):
            raise shipments.Refusal(f"A required field is missing: {name}.", "90012")
    try:
        order = state.market.order(seller, order_id)
    except KeyError:
        text = f"The order-id {order_id} is not associated with this merchant."
        raise shipments.Refusal(text, "18028") from None
    shipments.check_order(state, seller, order)
    shipped = _date(row["ship-date"])
    tracking = row.get("tracking-number", "")
    carrier = shipments.check_carrier(
        row.get("carrier-code", ""), row.get("carrier-name", ""), tracking
    )
    address = {
        name: row[name]
        for name in COLUMNS
        if name.startswith("ship_from_address_") and row.get(name)
    }
    now = state.clock.now()
    # A day is told, not a moment: the whole of it counts.
    moment = min(max(shipped, order.purchased_at), now)
    parcel = shipments.Package(
        "", now, moment, carrier, row.get("ship-method", ""), tracking, {}, "feed"
    )
    parcel.address = address
    if shipped.date() > now.date():
        raise shipments.Refusal("The ship date is in the future.", "90057")
    if shipped + timedelta(days=1) <= order.purchased_at:
        raise shipments.Refusal("The ship date is before that of the order.", "90057")
    return (order_id, tracking, row["ship-date"]), parcel


def _take(state, seller, order_id, parcel, told):
    order = state.market.order(seller, order_id)
    items = {}
    for _number, row in told:
        item = row.get("order-item-id", "")
        if not item:
            # No item: the whole order.
            items = {
                name: count
                for name, count in shipments.left(state, seller, order).items()
                if count > 0
            }
            break
        items[item] = items.get(item, 0) + int(row.get("quantity") or 0)
    known = shipments.packages(state, seller, order)
    same = [
        package
        for package in known.values()
        if package.items == items and package.channel == "feed"
    ]
    if not items or (not same and not _fits(state, seller, order, items)):
        raise shipments.Refusal(
            "The quantity is greater than the quantity that can still be fulfilled.",
            "18021",
        )
    parcel.reference = (
        same[0].reference if same else str(max(map(int, known), default=0) + 1)
    )
    parcel.items = items
    shipments.keep(state, seller, order, parcel)


def _fits(state, seller, order, items):
    open_units = shipments.left(state, seller, order)
    return all(count <= open_units.get(item, 0) for item, count in items.items())


def _date(text):
    try:
        return datetime.strptime(text[:10], "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise shipments.Refusal("The ship-date is invalid.", "90057") from None
