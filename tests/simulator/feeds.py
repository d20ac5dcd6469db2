"""The life of a feed: queued, in progress, and one of three ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from . import invoice_uploads, shipment_feeds
from .clock import api_time
from .faults import REPORT_KINDS
from .world.sellers import Seller

RETENTION = timedelta(days=90)
# What each type of feed does: make, begin, judge, summary, abort.
PROCESSORS = {p.FEED_TYPE: p for p in (invoice_uploads, shipment_feeds)}
_ENDS = {"fatal": "FATAL", "cancelled": "CANCELLED"}


@dataclass
class FeedDocument:
    """``data`` is None until something was uploaded."""

    id: str
    seller_key: str
    content_type: str
    data: bytes | None = None


@dataclass
class Feed:
    """``destiny``: the end that a fault gave it, or empty."""

    id: str
    seller: Seller
    type: str
    marketplace_ids: tuple[str, ...]
    created: datetime
    job: object
    document_id: str
    status: str = "IN_QUEUE"
    polls: int = 0
    destiny: str = ""
    processing_start: datetime | None = None
    processing_end: datetime | None = None
    result_id: str = ""

    @property
    def processor(self):
        return PROCESSORS[self.type]

    def is_over(self, now):
        """Whether Amazon has forgotten the feed."""
        return self.created + RETENTION <= now

    def body(self):
        """The feed as the API shows it."""
        body = {
            "feedId": self.id,
            "feedType": self.type,
            "marketplaceIds": list(self.marketplace_ids),
            "createdTime": api_time(self.created),
            "processingStatus": self.status,
            "resultFeedDocumentId": self.result_id,
        }
        for name in ("processing_start", "processing_end"):
            if getattr(self, name):
                key = f"processing{name.partition('_')[2].title()}Time"
                body[key] = api_time(getattr(self, name))
        return {name: value for name, value in body.items() if value}


def create(state, seller, feed_type, marketplace_ids, options, document):
    """Queues a feed of an uploaded document."""
    now = state.clock.now()
    feed_id = f"{100_000_000_000 + state.number()}"
    processor = PROCESSORS[feed_type]
    job = processor.make(
        seller, feed_id, now, tuple(marketplace_ids), options, document
    )
    feed = Feed(
        feed_id, seller, feed_type, tuple(marketplace_ids), now, job, document.id
    )
    fault = state.faults.take(
        REPORT_KINDS,
        operation="createFeed",
        seller=seller.key,
        report_type=feed_type,
        method="POST",
    )
    feed.destiny = fault.kind if fault else ""
    state.feeds[seller.key, feed_id] = feed
    if processor is invoice_uploads:
        state.uploads.append(job)
    processor.begin(state, seller, job)
    return feed


def look_at(state, feed, by_clock=False):
    """Moves a feed on as far as it has come; counts the look unless ``by_clock``."""
    settings = state.settings
    if feed.status not in ("IN_QUEUE", "IN_PROGRESS"):
        return
    polls, seconds = settings["queue_polls"], settings["queue_seconds"]
    waiting = feed.status == "IN_QUEUE" and feed.destiny != "stuck"
    if waiting and _is_due(state, feed, polls, seconds):
        feed.status, feed.processing_start = "IN_PROGRESS", state.clock.now()
    if feed.status == "IN_PROGRESS":
        polls += settings["progress_polls"]
        seconds += settings["progress_seconds"]
        if _is_due(state, feed, polls, seconds):
            _finish(state, feed)
    feed.polls += not by_clock


def settle(state, seller):
    """Finishes what the clock has finished, whether or not anybody looked."""
    for feed in reversed(state.feeds.values()):
        if feed.created < state.clock.now() - timedelta(days=2):
            return
        if feed.seller is seller:
            look_at(state, feed, by_clock=True)


def cancel(state, feed):
    feed.status, feed.processing_end = "CANCELLED", state.clock.now()
    feed.processor.abort(feed.job)


def _is_due(state, feed, polls, seconds):
    if state.settings["lifecycle"] == "polls" and feed.polls >= polls:
        return True
    return state.clock.now() - feed.created >= timedelta(seconds=seconds)


def _finish(state, feed):
    if feed.destiny in _ENDS:
        feed.status, feed.processing_end = _ENDS[feed.destiny], state.clock.now()
        feed.processor.abort(feed.job)
        return
    feed.processor.judge(state, feed.seller, feed.job)
    text = feed.processor.summary(feed.seller, feed.job)
    result = FeedDocument(
        new_document_id(state, feed.seller),
        feed.seller.key,
        "text/plain; charset=UTF-8",
        text.encode(),
    )
    state.feed_documents[feed.seller.key, result.id] = result
    feed.status, feed.processing_end = "DONE", state.clock.now()
    feed.result_id = result.id


def new_document_id(state, seller):
    unique = state.opaque(128)
    return (
        f"amzn1.tortuga.4.{seller.region}.{unique[:8]}-{unique[8:12]}-"
        f"{unique[12:16]}-{unique[16:20]}-{unique[20:]}.T{state.number():013X}"
    )
