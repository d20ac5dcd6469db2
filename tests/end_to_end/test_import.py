"""From the simulated Amazon into Odoo: every order, once, with Amazon's total."""

from datetime import timedelta

import pytest

from setup.lib.demo_amazon import ask
from setup.lib.demo_check import Comparison
from setup.lib.demo_import import (
    KINDS,
    ORDER_KINDS,
    is_fine,
    request_reports,
    work_off,
)
from setup.lib.demo_seller import ensure_account
from tests.contract.conftest import models, shared  # noqa: F401 - fixtures
from tests.simulator import Simulator

from .conftest import new_env, rest


@pytest.fixture(scope="module")
def world(registry):
    """All sellers' orders imported: ``(env, simulator, accounts, reports)``."""
    simulator = Simulator(seed=7, rate_scale=0, history_days=7)
    with new_env(registry) as env, simulator as amazon:
        sellers = ask(amazon.url, "sellers")["sellers"]
        accounts = {
            seller["key"]: ensure_account(env, amazon.url, seller) for seller in sellers
        }
        reports = run(env, accounts)
        yield env, amazon, accounts, reports
        rest(env)


def run(env, accounts):
    """Requests everything and lets the scheduled action work it off."""
    last = env["amazon.report"].search([], order="id desc", limit=1).id or 0
    request_reports(env, accounts.values())
    env.cr.commit()
    return work_off(env, last)


def told(report):
    """What one has to know of a report that went wrong."""
    return (
        report.kind,
        report.state,
        report.failure_reason,
        report.open_row_ids.mapped(lambda row: (row.order_ref, row.code, row.message)),
    )


def test_sellers_are_connected_with_their_marketplaces(world):
    _env, amazon, accounts, _reports = world
    for key, account in accounts.items():
        seller = amazon.state.seller(key)
        countries = account.channel_ids.marketplace_id.country_id.mapped("code")
        assert account.connection_state == "connected"
        assert sorted(countries) == sorted(seller.marketplaces)


def test_every_kind_of_order_report_is_done(world):
    _env, _amazon, accounts, reports = world
    # Some orders wait for the seller's tax registrations.
    assert [told(report) for report in reports if not is_fine(report)] == []
    assert sorted(reports.mapped("kind")) == sorted(
        kind
        for account in accounts.values()
        for kind in ORDER_KINDS
        if account.region in KINDS[kind].regions
    )


def test_every_order_has_amazons_figures(world):
    env, amazon, accounts, _reports = world
    channels, _refs, problems = Comparison(env, amazon.url).orders(accounts)
    assert problems == []
    assert sum(channel[0] for channel in channels.values()) > 80
    assert all(there == here for there, here, *_totals in channels.values())
    assert all(amazon == odoo for *_counts, amazon, odoo in channels.values())


def test_what_is_no_sale_makes_no_order(world):
    env, amazon, accounts, _reports = world
    left_out = {
        ref
        for key in accounts
        for ref in ask(amazon.url, "expected", seller=key)["not_sales"]
    }
    assert left_out
    rows = env["amazon.report.row"].search([("order_ref", "in", list(left_out))])
    assert set(rows.mapped("order_ref")) == left_out
    assert set(rows.mapped("outcome")) <= {"cancelled", "ignored"}
    assert not env["sale.order"].search([("amazon_order_ref", "in", list(left_out))])


def test_requests_are_what_amazons_models_allow(world, models):  # noqa: F811
    _env, amazon, _accounts, _reports = world
    sent = {models.check_request(entry) for entry in amazon.state.requests}
    assert sent == {
        "token",
        "getMarketplaceParticipations",
        "createReport",
        "getReport",
        # Does another program ask for the same reports, has it a schedule?
        "getReports",
        "getReportSchedules",
        "createRestrictedDataToken",
        "getReportDocument",
        "downloadDocument",
    }


def test_the_same_period_again_makes_nothing_twice(world):
    env, amazon, accounts, reports = world
    # Amazon makes a FBA report of the same days once in 30 minutes.
    pause = timedelta(minutes=31)
    amazon.clock.advance(pause.total_seconds())
    for call in env["amazon.api.call"].search([]):
        call.called_at -= pause
    env.cr.commit()
    before = snapshot(env, accounts)
    again = run(env, accounts)
    assert [told(report) for report in again if not is_fine(report)] == []
    assert again.mapped("row_count") == reports.mapped("row_count")
    assert not any(again.mapped("created_count"))
    assert not any(again.mapped("updated_count"))
    assert snapshot(env, accounts) == before


def snapshot(env, accounts):
    """Everything that an import could have made or changed."""
    ids = [account.id for account in accounts.values()]
    orders = env["sale.order"].search([("amazon_account_id", "in", ids)], order="id")
    return {
        "orders": [(o.id, o.amount_total, o.state) for o in orders],
        "lines": [(line.id, line.product_uom_qty) for line in orders.order_line],
        "partners": env["res.partner"].with_context(active_test=False).search_count([]),
        "deliveries": env["stock.picking"].search_count([]),
    }
