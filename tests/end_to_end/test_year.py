"""A year with Amazon: whatever goes wrong, nothing is missing at its end."""

from datetime import datetime, timezone

import pytest

from setup.lib.demo_check import check_order, check_others

from .conftest import new_env, rest
from .year import DAY, DAYS, Year

# What the Orders API (v0) would need for the same: a page of orders every 15 minutes,
# as other programs ask, and per order its items, its address and its buyer.
POLLS_PER_DAY = 96
CALLS_PER_ORDER = 3
DONE_OUTCOMES = {"created", "updated", "unchanged", "cancelled", "ignored"}


@pytest.fixture(scope="module")
def year(registry):
    from odoo.sql_db import BaseCursor

    def frozen_now(cursor):
        return datetime.now(timezone.utc).replace(tzinfo=None)

    with pytest.MonkeyPatch.context() as patch, new_env(registry) as env:
        patch.setattr(BaseCursor, "now", frozen_now)
        with Year(env) as year:
            year.run()
            yield year
            rest(env)


def test_every_order_is_in_odoo_once_with_amazons_total(year):
    expected = year.expected()
    orders = year.env["sale.order"].search(
        [("amazon_account_id", "=", year.account.id)]
    )
    by_ref = orders.grouped("amazon_order_ref")
    problems = []
    for ref, entry in expected["orders"].items():
        found = by_ref.get(ref, orders.browse())
        problems += check_order(ref, entry, found)
    others = {ref: by_ref[ref] for ref in set(by_ref) - set(expected["orders"])}
    problems += check_others(others, expected["not_sales"])
    assert problems == [], [year.why(problem.partition(":")[0]) for problem in problems]
    assert expected["awaited"] == {}
    assert len(expected["orders"]) > 0.8 * DAYS


def test_every_row_has_an_outcome(year):
    rows = year.env["amazon.report.row"].search(
        [("report_id.account_id", "=", year.account.id)]
    )
    assert len(rows) > DAYS
    open_rows = rows.filtered(lambda row: row.outcome not in DONE_OUTCOMES)
    # Amazon names no order for some returns: those are for a person to decide.
    assert set(open_rows.mapped("report_id.kind")) <= {"fba_returns"}
    assert all(open_rows.mapped("message"))


def test_every_report_came_to_an_end(year):
    reports = year.env["amazon.report"].search([("account_id", "=", year.account.id)])
    # The recurring requests go on: what was requested just now may be open.
    lately = (year.now - 2 * DAY).replace(tzinfo=None)
    left = reports.filtered(
        lambda r: (
            r.state in ("requested", "ready", "processing", "attention")
            and r.create_date < lately
            and not any(
                row.outcome == "waiting" or row.code == "held_for_tax"
                for row in r.row_ids
            )
        )
    )
    assert not left, left.mapped(lambda r: (r.display_name, r.state, r.last_error))
    silent = reports.filtered(lambda r: r.state == "failed" and not r.failure_reason)
    assert not silent


def test_no_time_is_uncovered(year):
    Report = year.env["amazon.report"]
    start = year.start.replace(tzinfo=None)
    end = start + DAYS * DAY
    for kind in ("mfn_orders_eu", "fba_orders_eu"):
        assert Report._get_uncovered(year.account, kind, start, end) == []


def test_amazon_never_had_to_refuse_for_a_quota(year):
    assert +year.state.limits.refused == {}


def test_fewer_calls_than_the_orders_api_needs(year, capsys):
    calls, expected = year.calls(), year.expected()
    orders = sum(len(expected[name]) for name in ("orders", "not_sales"))
    ours = sum(calls[name] for name in calls if name not in ("token", None))
    polls = DAYS * POLLS_PER_DAY
    theirs = polls + orders * CALLS_PER_ORDER
    with capsys.disabled():
        print(
            f"\nA year: {orders} orders, {sum(year.events.values())} troubles, "
            f"{year.runs} runs of scheduled actions. Calls of Amazon's API per 1,000 "
            f"orders: {1000 * ours // orders:,} by reports, "
            f"{1000 * theirs // orders:,} by the Orders API."
        )
    assert ours < theirs
