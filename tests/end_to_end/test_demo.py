"""The demonstration shows a whole state, whenever it is started again."""

from datetime import datetime, timedelta, timezone

import freezegun
import pytest

from setup.lib import demo_import
from setup.lib.demo_check import Comparison
from tests.simulator import Clock, Simulator
from tests.simulator.testing import START

from .conftest import new_env, rest

# With the one that the demonstration adds, the fewest that have every kind of report.
SELLERS = ("eu-vcs",)
HISTORY_DAYS = 10
MINUTES, HOURS, DAYS = timedelta(minutes=10), timedelta(hours=1), timedelta(days=3)


class Demonstration:
    """The demonstration at a time of its own.

    :param env: environment whose transactions are committed.
    """

    def __init__(self, env, frozen):
        self.env = env
        self.frozen = frozen
        self.amazon = None

    @property
    def now(self):
        return datetime.now(timezone.utc)

    def pass_time(self, delta):
        self.frozen.tick(delta)
        if self.amazon:
            self.amazon.clock.advance(delta.total_seconds())

    def start(self):
        """Starts it, as ``setup/demo`` does, with an Amazon of its own; its code."""
        self.stop()
        self.amazon = Simulator(
            clock=Clock(self.now, frozen=True), history_days=HISTORY_DAYS
        ).start()
        for key in set(self.amazon.state.sellers) - set(SELLERS):
            del self.amazon.state.sellers[key]
        return demo_import.main(self.env, self.amazon.url)

    def stop(self):
        if self.amazon:
            self.amazon.stop()

    @property
    def accounts(self):
        accounts = self.env["amazon.account"].search([]).grouped("lwa_client_id")
        return {
            seller.key: accounts[seller.client_id]
            for seller in self.amazon.state.sellers.values()
        }

    def problems(self, reports=None):
        comparison = Comparison(self.env, self.amazon.url, reports)
        *_ignored, of_orders = comparison.orders(self.accounts)
        since = self.now.replace(tzinfo=None)
        return of_orders + comparison.more(self.accounts, since)[1]


@pytest.fixture(scope="module")
def demonstration(registry):
    from odoo.sql_db import BaseCursor

    def frozen_now(cursor):
        return datetime.now(timezone.utc).replace(tzinfo=None)

    with (
        pytest.MonkeyPatch.context() as patch,
        freezegun.freeze_time(START.replace(tzinfo=None)) as frozen,
        new_env(registry) as env,
    ):
        patch.setattr(BaseCursor, "now", frozen_now)
        demonstration = Demonstration(env, frozen)
        # While it waits for a second, a minute passes here.
        patch.setattr(
            demo_import, "sleep", lambda _s: demonstration.pass_time(MINUTES / 10)
        )
        yield demonstration
        demonstration.stop()
        rest(env)


def test_what_has_come_stays_right_while_amazon_goes_on(demonstration):
    env = demonstration.env
    assert demonstration.start() == 0
    reports = env["amazon.report"].search([])
    pools = env["amazon.stock.snapshot"].search([]).mapped("stock_pool")
    assert {"EU", "GB"} <= set(pools), "no stock waits for Amazon's turn"
    for pause in (MINUTES, HOURS, DAYS):
        demonstration.amazon.clock.advance(pause.total_seconds())
        assert demonstration.problems(reports) == []
    assert demonstration.problems(), "Amazon has gone on"


@pytest.mark.parametrize("pause", [MINUTES, HOURS, DAYS])
def test_started_again_it_is_whole_again(demonstration, pause):
    demonstration.pass_time(pause)
    assert demonstration.start() == 0
