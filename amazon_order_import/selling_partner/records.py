"""What Amazon's answers hold, as plain values."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
    r"(?:(Z)|([+-])(\d\d):?(\d\d))"
)


@dataclass(frozen=True, slots=True)
class Participation:
    """A marketplace, and the seller's part in it."""

    marketplace_id: str
    name: str
    country_code: str
    currency_code: str
    is_participating: bool
    has_suspended_listings: bool
    store_name: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report as Amazon knows it. All times are aware.

    ``processing_status`` is IN_QUEUE, IN_PROGRESS, DONE, CANCELLED or FATAL;
    ``document_id`` stands with DONE, and may explain a FATAL.
    """

    report_id: str
    report_type: str
    processing_status: str
    document_id: str | None
    marketplace_ids: tuple[str, ...]
    data_start: datetime | None
    data_end: datetime | None
    created: datetime
    processing_start: datetime | None
    processing_end: datetime | None
    schedule_id: str | None


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """A report that Amazon makes again and again. ``period`` is ISO 8601 (PT15M)."""

    schedule_id: str
    report_type: str
    period: str
    marketplace_ids: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)
    next_creation: datetime | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as Amazon knows it. All times are aware.

    ``processing_status`` is IN_QUEUE, IN_PROGRESS, DONE, CANCELLED or FATAL; DONE
    means that Amazon has worked through it, not that it took it: that stands in the
    processing report (``result_document_id``), of VAT invoices in the VIDR report.
    """

    feed_id: str
    feed_type: str
    processing_status: str
    result_document_id: str | None
    marketplace_ids: tuple[str, ...]
    created: datetime
    processing_start: datetime | None
    processing_end: datetime | None


@dataclass(frozen=True, slots=True)
class Package:
    """A parcel of an order that the seller ships, as Amazon knows it.

    ``items``: quantity by order item; ``status``: PENDING, IN_TRANSIT, SHIPPED,
    DELIVERED, CANCELLED, UNDELIVERABLE or empty.
    """

    reference: str
    carrier: str
    tracking_number: str
    status: str
    shipped: datetime | None
    items: dict[str, int]


@dataclass(frozen=True, slots=True)
class OrderItem:
    """``cancel_requested``: the buyer asks to cancel it."""

    item_id: str
    ordered: int
    fulfilled: int
    cancel_requested: bool
    cancel_reason: str


@dataclass(frozen=True, slots=True)
class Order:
    """An order as Amazon knows it, without its buyer.

    ``status``: PENDING_AVAILABILITY, PENDING, UNSHIPPED, PARTIALLY_SHIPPED, SHIPPED,
    CANCELLED, UNFULFILLABLE or empty; ``programs``: PRIME, FBM_SHIP_PLUS, ...
    """

    order_id: str
    status: str
    programs: tuple[str, ...]
    items: tuple[OrderItem, ...]
    packages: tuple[Package, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was downloaded.

    :ivar charset: Python's name of the encoding that its header tells, None if it
        tells none that is known
    :ivar size: bytes written, after decompression
    :ivar sha256: hexadecimal digest of these bytes
    """

    charset: str | None
    size: int
    sha256: str


def format_time(moment):
    """Return an aware datetime as Amazon writes it: 2026-11-01T23:30:00.000Z.

    :raise ValueError: it has no time zone
    """
    if moment.tzinfo is None or moment.utcoffset() is None:
        raise ValueError("a time without its time zone")
    moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
    return moment.isoformat(timespec="milliseconds") + "Z"


def parse_time(text):
    """Return Amazon's ISO 8601 text as an aware datetime in UTC.

    :raise ValueError: it is something else, or lacks its time zone
    """
    match = _TIME.fullmatch(text)
    if not match:
        raise ValueError("not an ISO 8601 time with its time zone")
    *numbers, fraction, zulu, sign, hours, minutes = match.groups()
    moment = datetime(*map(int, numbers), tzinfo=timezone.utc)
    if fraction:
        moment = moment.replace(microsecond=int(fraction[:6].ljust(6, "0")))
    if not zulu:
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        moment -= offset if sign == "+" else -offset
    return moment


def is_token(value):
    """Whether ``value`` can stand in a header."""
    return isinstance(value, str) and bool(re.fullmatch(r"[!-~]+", value))


class Fields:
    """Reads a JSON object of an answer; whatever is amiss is the answer's error."""

    def __init__(self, answer, values, what):
        self._answer = answer
        self._what = what
        if not isinstance(values, dict):
            raise answer.error(f"holds no {what}")
        self._values = values

    def _error(self, name, problem):
        return self._answer.error(f"{problem} {name} in its {self._what}")

    def object(self, name, what):
        return Fields(self._answer, self._values.get(name), what)

    def list(self, name):
        value = self._values.get(name)
        if not isinstance(value, list):
            raise self._error(name, "lacks the list")
        return value

    def text(self, name):
        value = self._values.get(name)
        if not isinstance(value, str) or not value:
            raise self._error(name, "lacks")
        return value

    def token(self, name):
        value = self.text(name)
        if not is_token(value):
            raise self._error(name, "has an unusable")
        return value

    def optional(self, name):
        value = self._values.get(name)
        if value is not None and not isinstance(value, str):
            raise self._error(name, "has an unexpected")
        return value or None

    def texts(self, name):
        value = self._values.get(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            raise self._error(name, "has an unexpected")
        return tuple(value)

    def objects(self, name, what):
        """The objects of a list, which may be absent."""
        if self._values.get(name) is None:
            return []
        return [Fields(self._answer, value, what) for value in self.list(name)]

    def part(self, name, what):
        """An object, which may be absent."""
        return Fields(self._answer, self._values.get(name) or {}, what)

    def count(self, name):
        """A whole number, 0 where it is absent."""
        value = self._values.get(name)
        if value is None:
            return 0
        if type(value) is not int:
            raise self._error(name, "has an unexpected")
        return value

    def flag(self, name):
        value = self._values.get(name)
        if not isinstance(value, bool):
            raise self._error(name, "lacks")
        return value

    def mapping(self, name):
        value = self._values.get(name)
        if value is not None and not isinstance(value, dict):
            raise self._error(name, "has an unexpected")
        return {str(key): str(text) for key, text in (value or {}).items()}

    def time(self, name):
        value = self.optional(name)
        try:
            return parse_time(value) if value else None
        except ValueError:
            pass
        raise self._error(name, "has an unreadable time")

    def needed_time(self, name):
        self.text(name)
        return self.time(name)


def read_participation(answer, values):
    item = Fields(answer, values, "participation")
    marketplace = item.object("marketplace", "marketplace")
    participation = item.object("participation", "participation")
    return Participation(
        marketplace_id=marketplace.text("id"),
        name=marketplace.text("name"),
        country_code=marketplace.text("countryCode"),
        currency_code=marketplace.text("defaultCurrencyCode"),
        is_participating=participation.flag("isParticipating"),
        has_suspended_listings=participation.flag("hasSuspendedListings"),
        store_name=item.optional("storeName") or "",
    )


def read_report(answer, values):
    report = Fields(answer, values, "report")
    return Report(
        report_id=report.text("reportId"),
        report_type=report.text("reportType"),
        processing_status=report.text("processingStatus"),
        document_id=report.optional("reportDocumentId"),
        marketplace_ids=report.texts("marketplaceIds"),
        data_start=report.time("dataStartTime"),
        data_end=report.time("dataEndTime"),
        created=report.needed_time("createdTime"),
        processing_start=report.time("processingStartTime"),
        processing_end=report.time("processingEndTime"),
        schedule_id=report.optional("reportScheduleId"),
    )


def read_schedule(answer, values):
    schedule = Fields(answer, values, "report schedule")
    return ReportSchedule(
        schedule_id=schedule.text("reportScheduleId"),
        report_type=schedule.text("reportType"),
        period=schedule.text("period"),
        marketplace_ids=schedule.texts("marketplaceIds"),
        options=schedule.mapping("reportOptions"),
        next_creation=schedule.time("nextReportCreationTime"),
    )


def read_feed(answer, values):
    feed = Fields(answer, values, "feed")
    return Feed(
        feed_id=feed.text("feedId"),
        feed_type=feed.text("feedType"),
        processing_status=feed.text("processingStatus"),
        result_document_id=feed.optional("resultFeedDocumentId"),
        marketplace_ids=feed.texts("marketplaceIds"),
        created=feed.needed_time("createdTime"),
        processing_start=feed.time("processingStartTime"),
        processing_end=feed.time("processingEndTime"),
    )


def read_order(answer, values):
    order = Fields(answer, values, "answer").object("order", "order")
    return Order(
        order_id=order.text("orderId"),
        status=order.part("fulfillment", "state").optional("fulfillmentStatus") or "",
        programs=order.texts("programs"),
        items=tuple(map(_read_item, order.objects("orderItems", "order item"))),
        packages=tuple(map(_read_package, order.objects("packages", "package"))),
    )


def _read_item(item):
    state = item.part("fulfillment", "item's state")
    cancellation = item.part("cancellation", "cancellation")
    request = cancellation.part("cancellationRequest", "request to cancel")
    return OrderItem(
        item_id=item.text("orderItemId"),
        ordered=item.count("quantityOrdered"),
        fulfilled=state.count("quantityFulfilled"),
        cancel_requested=(request.optional("requester") or "").upper() == "BUYER",
        cancel_reason=request.optional("cancelReason") or "",
    )


def _read_package(package):
    items = {}
    for item in package.objects("packageItems", "package's item"):
        reference = item.text("orderItemId")
        items[reference] = items.get(reference, 0) + item.count("quantity")
    return Package(
        reference=package.text("packageReferenceId"),
        carrier=package.optional("carrier") or "",
        tracking_number=package.optional("trackingNumber") or "",
        status=package.part("packageStatus", "state").optional("status") or "",
        shipped=package.time("shipTime"),
        items=items,
    )
