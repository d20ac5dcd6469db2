"""A year with Amazon: whatever goes wrong, nothing is missing at its end."""

import pytest

from setup.lib import demo_import

from .conftest import new_env, rest
from .year import DAYS, Year

# What the Orders API (v0) would need for the same: a page of 100 orders as often as
# the addon asks for merchant-fulfilled orders, and per order its items, its address
# and its buyer.
PAGES = 100
CALLS_PER_ORDER = 3
DONE_OUTCOMES = {"created", "updated", "unchanged", "cancelled", "ignored"}


@pytest.fixture(scope="module")
def year(registry):
    from odoo.sql_db import BaseCursor

    def frozen_now(cursor):
        from datetime import datetime, timezone

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
        problems += demo_import.check_order(ref, entry, found)
    for ref in expected["not_sales"]:
        kept = by_ref.get(ref, orders.browse()).filtered(lambda o: o.state != "cancel")
        problems += [f"{ref}: in Odoo, but cancelled at Amazon"] if kept else []
    strangers = set(by_ref) - set(expected["orders"]) - set(expected["not_sales"])
    problems += [f"{ref}: unknown to Amazon" for ref in sorted(strangers)]
    assert problems == []
    assert expected["awaited"] == {}
    assert len(expected["orders"]) > 0.8 * DAYS


def test_every_row_has_an_outcome(year):
    rows = year.env["amazon.report.row"].search(
        [("report_id.account_id", "=", year.account.id)]
    )
    assert len(rows) > DAYS
    assert set(rows.mapped("outcome")) <= DONE_OUTCOMES


def test_every_report_came_to_an_end(year):
    reports = year.env["amazon.report"].search([("account_id", "=", year.account.id)])
    open_reports = reports.filtered(
        lambda r: r.state in ("requested", "ready", "processing", "attention")
    )
    assert not open_reports, open_reports.mapped("last_error")
    silent = reports.filtered(lambda r: r.state == "failed" and not r.failure_reason)
    assert not silent


def test_no_time_is_uncovered(year):
    Report = year.env["amazon.report"]
    start = year.start.replace(tzinfo=None)
    end = start + DAYS * (year.now - year.now + __import__("datetime").timedelta(1))
    for kind in ("mfn_orders_eu", "fba_orders_eu"):
        assert Report._get_uncovered(year.account, kind, start, end) == []


def test_amazon_never_had_to_refuse_for_a_quota(year):
    assert +year.state.limits.refused == {}


def test_how_many_calls_it_takes(year, capsys):
    calls, expected = year.calls(), year.expected()
    orders = len(expected["orders"]) + len(expected["not_sales"])
    api = sum(calls[name] for name in calls if name and name[0] != "_")
    print(calls, year.events, year.runs, orders, api)
