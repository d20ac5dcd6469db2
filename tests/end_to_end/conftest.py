"""Odoo with a database of its own, and the simulated Amazon, over real HTTP.

Nothing is rolled back here: transactions commit as they do in production.
"""

from pathlib import Path
from zlib import crc32

import pytest

from tests.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session", autouse=True)
def odoo(pytestconfig):
    """The package ``odoo``, configured by pytest-odoo."""
    if not pytestconfig.pluginmanager.hasplugin("odoo"):
        pytest.skip("These tests need Odoo: setup/test tests/end_to_end")
    return pytest.importorskip("odoo")


@pytest.fixture(scope="session")
def databases():
    from setup.lib.databases import Databases
    from setup.lib.environment import Environment

    return Databases(Environment(ROOT))


@pytest.fixture(scope="session")
def registry(odoo, databases):
    """The registry of a fresh database with the addon, products, taxes and stock."""
    from odoo.modules.registry import Registry
    from odoo.sql_db import close_db

    name = databases.test_name()
    databases.new(name)
    try:
        # pytest-odoo switches this on per module; loading would run Odoo's tests.
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(odoo.tools.config.options, "test_enable", False)
            registry = Registry(name)
        _prepare(registry)
        yield registry
    finally:
        Registry.delete(name)
        close_db(name)
        databases.drop(name)


def _prepare(registry):
    from setup.lib.demo_seller import ensure_products, ensure_taxes

    with new_env(registry) as env, Simulator(history_days=-1) as amazon:
        ensure_taxes(env)
        ensure_products(env, amazon.url)
        env.cr.commit()


class new_env:
    """An environment with a cursor of its own; what is not committed is lost."""

    def __init__(self, registry):
        self.registry = registry

    def __enter__(self):
        from odoo import SUPERUSER_ID, api

        self.cursor = self.registry.cursor()
        return api.Environment(self.cursor, SUPERUSER_ID, {})

    def __exit__(self, *exception):
        self.cursor.rollback()
        self.cursor.close()


def rest(env):
    """Leaves nothing for the scheduled action to do in a later test."""
    env.cr.rollback()
    open_states = ("requested", "ready", "processing")
    env["amazon.report"].search([("state", "in", open_states)]).state = "skipped"
    env["amazon.account"].search([]).active = False
    # The next test's Amazon has counted none of these calls.
    env["amazon.api.call"].search([]).unlink()
    env.cr.commit()


@pytest.fixture
def env(registry):
    """An environment. Accounts and reports of the test rest when it is over."""
    with new_env(registry) as env:
        yield env
        rest(env)


@pytest.fixture
def amazon(request):
    """A simulated Amazon without history (not even of today) and without limits.

    Each test's tells a story of its own, so that tests share a database, not orders,
    and the same one whatever other tests there are.
    """
    seed = crc32(request.node.nodeid.encode())
    with Simulator(seed=seed, rate_scale=0, history_days=-1) as simulator:
        yield simulator


@pytest.fixture
def strict():
    """A simulated Amazon that counts calls as the real one does."""
    with Simulator(seed=77, rate_scale=1, history_days=-1) as simulator:
        yield simulator


@pytest.fixture
def seller(env, amazon):
    # What it imports needs the package ``odoo`` to be configured.
    from .seller import Seller

    return Seller(env, amazon)
