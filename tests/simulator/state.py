"""Everything the simulator remembers, and the settings that tests may change."""

import itertools
import random
import threading
from collections import Counter, deque
from datetime import timedelta

from .clock import Clock
from .faults import FaultBook
from .limits import Limits
from .report_types import REPORT_TYPES
from .world.market import HISTORY_DAYS, Market
from .world.sellers import default_sellers

MAX_LOGGED_REQUESTS = 20_000
_FORGET_EVERY = timedelta(days=1)
DEFAULT_SETTINGS = {
    # "polls": a report moves on with every look at it, or by the clock, whichever
    # comes first; "clock": by the clock only.
    "lifecycle": "polls",
    "queue_polls": 1,
    "progress_polls": 1,
    "queue_seconds": 300,
    "progress_seconds": 300,
    "token_seconds": 3600,
    "rdt_seconds": 3600,
    # How long an authorisation and a client secret are good; 0 is for ever.
    "authorization_days": 365,
    "secret_days": 180,
    "old_secret_days": 7,
    # Whether refresh tokens from before a new consent stay good.
    "old_refresh_tokens": True,
    "link_seconds": 300,
    # The pause that Amazon wants between two uploads of invoices.
    "upload_seconds": 3,
    # Amazon's tokens guide demands a restricted data token; its changelog says
    # that an ordinary token will do where the role is granted.
    "require_rdt": True,
    # FBA reports of the same data only after 30 minutes, or 4 hours (refusals.py),
    # and how one that comes too early in near real time ends: fatal or cancelled.
    "fba_throttle": True,
    "too_often": "fatal",
    # Without role or region: "refuse" is 403 at createReport, "cancel" a report that
    # ends CANCELLED.
    "missing_role": "refuse",
    # Whether getReports and getReport show what other programs of the seller asked
    # for: they do, an Amazon solutions architect says (models#4032).
    "foreign_reports": True,
    # Whether confirmShipment says 204 and stores nothing (models#5232).
    "forget_shipments": False,
}


class State:
    """Shared by all request threads; hold ``lock`` to read or change it."""

    def __init__(
        self,
        seed=1,
        clock=None,
        rate_scale=1.0,
        history_days=HISTORY_DAYS,
        live=False,
    ):
        self.lock = threading.RLock()
        self.seed = seed
        self.clock = clock or Clock()
        self.settings = dict(DEFAULT_SETTINGS)
        self.limits = Limits(self.clock, rate_scale)
        self.faults = FaultBook()
        self.sellers = default_sellers()
        self.market = Market(seed, self.clock, live)
        self.tokens = {}
        self.reports = {}
        self.schedules = {}
        self.documents = {}
        self.links = {}
        self.feeds = {}
        self.feed_documents = {}
        self.upload_links = {}
        self.uploads = []
        # Parcels by seller and order, then by reference; and each time that one of
        # them was confirmed. What is particular of orders, by seller and order.
        self.packages = {}
        self.confirmations = []
        self.order_programs = {}
        self.cancel_requests = {}
        # What was settled, by seller.
        self.settlements = {}
        self.last_upload = {}
        self.pages = {}
        self.requests = deque(maxlen=MAX_LOGGED_REQUESTS)
        # All requests ever, by seller, operation and status.
        self.calls = Counter()
        self.sandbox_pairs = None
        self._forgotten_at = self.clock.now()
        self._random = random.Random(f"{seed}/opaque")
        # A simulator that is started again must not give the ids of the last one.
        self._numbers = itertools.count(100 * int(self.clock.now().timestamp()))
        for seller in self.sellers.values():
            self.welcome(seller)
            self.market.open_history(seller, self.clock.now(), history_days)

    def welcome(self, seller):
        """Starts the terms of a seller's authorisation and of its secret."""
        seller.authorized_at = seller.authorized_at or self.clock.now()
        seller.secret_changed_at = seller.secret_changed_at or self.clock.now()

    def forget(self):
        """Once a day lets go of what has run out, so that years fit into memory."""
        now = self.clock.now()
        if now - self._forgotten_at < _FORGET_EVERY:
            return
        self._forgotten_at = now
        for store in (self.tokens, self.links, self.upload_links, self.documents):
            for key, entry in list(store.items()):
                if entry.expires_at < now - _FORGET_EVERY:
                    del store[key]
        for key, report in list(self.reports.items()):
            days = REPORT_TYPES[report.type].retention_days
            if report.created < now - timedelta(days=days + 1):
                del self.reports[key]
        for key, feed in list(self.feeds.items()):
            if feed.is_over(now):
                del self.feeds[key]
                self.feed_documents.pop((feed.seller.key, feed.document_id), None)
                self.feed_documents.pop((feed.seller.key, feed.result_id), None)
        self.pages.clear()

    def number(self):
        """The next of a sequence that all ids share."""
        return next(self._numbers)

    def opaque(self, bits=160):
        """Text that tells nothing: for tokens, links and request ids."""
        return f"{self._random.getrandbits(bits):0{bits // 4}x}"

    def seller(self, key):
        """The seller with this key or seller id; KeyError says which there are."""
        for seller in self.sellers.values():
            if key in (seller.key, seller.seller_id):
                return seller
        known = ", ".join(self.sellers)
        raise KeyError(f"No seller {key!r}; there are: {known}.")
