"""Amazon's rate limits: a token bucket per seller and operation."""

from collections import Counter

# Requests per second and burst (reference 4.1; Feeds, Orders, Sellers and
# Tokens models).
RATES = {
    "getReports": (0.0222, 10),
    "createReport": (0.0167, 15),
    "getReport": (2.0, 15),
    "cancelReport": (0.0222, 10),
    "getReportSchedules": (0.0222, 10),
    "createReportSchedule": (0.0222, 10),
    "getReportSchedule": (0.0222, 10),
    "cancelReportSchedule": (0.0222, 10),
    "getReportDocument": (0.0167, 15),
    "getFeeds": (0.0222, 10),
    "createFeed": (0.0083, 15),
    "getFeed": (2.0, 15),
    "cancelFeed": (2.0, 15),
    "createFeedDocument": (0.5, 15),
    "getFeedDocument": (0.0222, 10),
    "getMarketplaceParticipations": (0.016, 15),
    "confirmShipment": (2.0, 10),
    "getOrder": (0.5, 30),
    "createRestrictedDataToken": (1.0, 10),
}


class Limits:
    """Buckets that refill by the simulator's clock.

    :param scale: multiplies rates and bursts; 0 turns the limits off.

    ``refused`` counts by seller and operation what was asked too fast.
    """

    def __init__(self, clock, scale=1.0):
        self.clock = clock
        self.scale = scale
        self.refused = Counter()
        self._buckets = {}

    def rate(self, operation):
        """Requests per second allowed now (unlimited: Amazon's own number)."""
        return RATES[operation][0] * (self.scale or 1)

    def take(self, seller_key, operation):
        """Takes one token; False if there is none."""
        if not self.scale:
            return True
        rate, burst = (number * self.scale for number in RATES[operation])
        burst = max(1, burst)
        now = self.clock.now()
        level, seen = self._buckets.get((seller_key, operation), (burst, now))
        level = min(burst, level + (now - seen).total_seconds() * rate)
        allowed = level >= 1
        self.refused[seller_key, operation] += not allowed
        self._buckets[seller_key, operation] = (level - allowed, now)
        return allowed

    def reset(self):
        self._buckets.clear()
