"""Amazon's usage plans, and when the next call of an operation may be made.

Rates and bursts are Amazon's defaults, as its models state them: reports 2021-06-30,
feeds 2021-06-30, orders v0 and 2026-01-01, tokens 2021-03-01 and sellers v1
(github.com/amzn/selling-partner-api-models). They count per selling partner and
application; the answer's header ``x-amzn-RateLimit-Limit`` tells the rate that really
applies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class UsagePlan:
    """A token bucket: ``rate`` calls per second come back, at most ``burst`` wait."""

    rate: float
    burst: int


USAGE_PLANS = {
    "getReports": UsagePlan(0.0222, 10),
    "createReport": UsagePlan(0.0167, 15),
    "getReport": UsagePlan(2, 15),
    "cancelReport": UsagePlan(0.0222, 10),
    "getReportSchedules": UsagePlan(0.0222, 10),
    "createReportSchedule": UsagePlan(0.0222, 10),
    "getReportSchedule": UsagePlan(0.0222, 10),
    "cancelReportSchedule": UsagePlan(0.0222, 10),
    "getReportDocument": UsagePlan(0.0167, 15),
    "getFeeds": UsagePlan(0.0222, 10),
    "createFeed": UsagePlan(0.0083, 15),
    "getFeed": UsagePlan(2, 15),
    "cancelFeed": UsagePlan(2, 15),
    "createFeedDocument": UsagePlan(0.5, 15),
    "getFeedDocument": UsagePlan(0.0222, 10),
    "confirmShipment": UsagePlan(2, 10),
    "getOrder": UsagePlan(0.5, 30),
    "createRestrictedDataToken": UsagePlan(1, 10),
    "getMarketplaceParticipations": UsagePlan(0.016, 15),
}


def refill_seconds(operation: str) -> float:
    """Return the seconds until one more call of ``operation`` is granted."""
    return 1 / USAGE_PLANS[operation].rate


def memory_needed(operation: str) -> timedelta:
    """Return the time in which an empty bucket fills up.

    Calls before a pause of that length do not matter any more, so a ledger may forget
    them; as long as there was no such pause, they do.
    """
    plan = USAGE_PLANS[operation]
    return timedelta(seconds=plan.burst / plan.rate)


def next_allowed(
    operation: str,
    calls: Sequence[datetime],
    now: datetime,
    rate: float | None = None,
) -> datetime:
    """Say when ``operation`` may be called next without Amazon refusing it.

    :param calls: when it was called before, aware, in any order; for those that may be
        left out see :func:`memory_needed`
    :param now: aware
    :param rate: calls per second that Amazon told for this seller, default the plan's
    :return: ``now`` if a call is allowed now, else the first moment at which one is
    """
    plan = USAGE_PLANS[operation]
    rate = rate or plan.rate
    tokens = float(plan.burst)
    last = None
    # A call stamped after now (another machine's clock) counts as made now.
    for moment in sorted(min(call, now) for call in calls):
        if last is not None:
            tokens = min(plan.burst, tokens + (moment - last).total_seconds() * rate)
        # Amazon refuses a call that finds the bucket empty; it takes nothing from it.
        tokens = max(tokens - 1, 0.0)
        last = moment
    if last is None:
        return now
    tokens = min(plan.burst, tokens + (now - last).total_seconds() * rate)
    if tokens >= 1 - 1e-9:
        return now
    return now + timedelta(seconds=(1 - tokens) / rate)
