"""The quotas are Amazon's, and the ledger's arithmetic is a token bucket's."""

import json
import re
from datetime import datetime, timedelta, timezone

import pytest
from selling_partner.quotas import (
    USAGE_PLANS,
    UsagePlan,
    memory_needed,
    next_allowed,
    refill_seconds,
)

from tests.shared import SHARED

NOW = datetime(2026, 11, 2, 12, tzinfo=timezone.utc)
MODELS = (
    "reports_2021-06-30.json",
    "feeds_2021-06-30.json",
    "orders_2026-01-01.json",
    "ordersV0.json",
    "tokens_2021-03-01.json",
    "sellers.json",
)
# Of pick-up in shops, and of regulated goods.
OF_OTHERS = (
    "updateShipmentStatus",
    "getOrderRegulatedInfo",
    "updateVerificationStatus",
)


def ago(*seconds):
    return [NOW - timedelta(seconds=s) for s in seconds]


@pytest.mark.skipif(
    not (SHARED / "spec").is_dir(),
    reason="Amazon's models are not at ../shared/spec (or AMAZON_SHARED)",
)
def test_plans_are_those_of_amazons_models():
    stated = {}
    for model in MODELS:
        paths = json.loads((SHARED / "spec" / model).read_text())["paths"]
        for methods in paths.values():
            for operation in methods.values():
                if "operationId" not in operation or operation.get("deprecated"):
                    continue
                rate, burst = re.search(
                    r"\|\s*([\d.]+)\s*\|\s*(\d+)\s*\|", operation["description"]
                ).groups()
                plan = UsagePlan(float(rate), int(burst))
                stated[operation["operationId"]] = plan
    for unused in ("getAccount", "searchOrders", *OF_OTHERS):
        del stated[unused]
    assert stated == USAGE_PLANS


def test_first_call_is_free():
    assert next_allowed("createReport", [], NOW) == NOW


def test_burst_then_one_a_minute():
    calls = ago(*[0] * 14)
    assert next_allowed("createReport", calls, NOW) == NOW
    calls = ago(*[0] * 15)
    wait = (next_allowed("createReport", calls, NOW) - NOW).total_seconds()
    assert wait == pytest.approx(1 / 0.0167, abs=1e-3)
    assert wait == pytest.approx(refill_seconds("createReport"), abs=1e-3)


def test_refused_calls_take_nothing_from_the_bucket():
    assert next_allowed("createReport", ago(*[0] * 40), NOW) == next_allowed(
        "createReport", ago(*[0] * 15), NOW
    )


def test_part_of_the_wait_is_over():
    calls = ago(*[20] * 15)
    wait = (next_allowed("createReport", calls, NOW) - NOW).total_seconds()
    assert wait == pytest.approx(1 / 0.0167 - 20, abs=1e-3)


def test_the_moment_told_is_allowed():
    calls = ago(*[7] * 15)
    moment = next_allowed("createReport", calls, NOW)
    assert next_allowed("createReport", calls, moment) == moment
    earlier = moment - timedelta(seconds=1)
    assert next_allowed("createReport", calls, earlier) > earlier


def test_bucket_never_holds_more_than_the_burst():
    calls = ago(86400, *[1] * 10)
    assert next_allowed("getReports", calls, NOW) > NOW
    assert next_allowed("getReports", calls[:-1], NOW) == NOW


def test_order_does_not_matter():
    calls = ago(600, 300, 200, 100, 50, *[10] * 12)
    assert next_allowed("createReport", calls, NOW) == next_allowed(
        "createReport", calls[::-1], NOW
    )


def test_calls_stamped_by_a_clock_that_is_ahead():
    calls = ago(*[-30] * 15)
    wait = (next_allowed("createReport", calls, NOW) - NOW).total_seconds()
    assert 0 < wait <= refill_seconds("createReport") + 1e-3


def test_rate_that_amazon_told():
    calls = ago(*[0] * 15)
    moment = next_allowed("createReport", calls, NOW, rate=0.5)
    assert (moment - NOW).total_seconds() == pytest.approx(2)


def test_calls_before_a_long_pause_do_not_matter():
    pause = memory_needed("getReport").total_seconds()
    recent = ago(*[0.1] * 15)
    older = ago(*[pause + 1] * 15)
    assert next_allowed("getReport", older + recent, NOW) == next_allowed(
        "getReport", recent, NOW
    )


def test_a_seller_who_follows_it_is_never_refused():
    """Ten hours of wanting more than the quota gives, against a bucket of our own."""
    rate, burst = USAGE_PLANS["getReports"].rate, USAGE_PLANS["getReports"].burst
    tokens, last, calls, moment = float(burst), NOW, [], NOW
    while moment < NOW + timedelta(hours=10):
        moment = next_allowed("getReports", calls, moment)
        tokens = min(burst, tokens + (moment - last).total_seconds() * rate) - 1
        last = moment
        assert tokens >= -1e-3
        calls.append(moment)
        moment += timedelta(seconds=5)
    assert len(calls) == pytest.approx(burst + 36000 * rate, abs=2)
