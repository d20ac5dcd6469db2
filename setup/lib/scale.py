"""A database as after years: how long each screen and each scheduled action takes."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .databases import KEPT_BY_HAND, Databases
from .demo import Demo
from .environment import Environment
from .messages import say
from .processes import attend

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("scale_measure.py")


def run(arguments: Sequence[str]) -> int:
    """Makes the database and measures; exit code 0 where nothing takes too long."""
    parser = argparse.ArgumentParser(
        prog="setup/scale",
        description="Imports some orders of a simulated Amazon into a fresh database, "
        "multiplies them by SQL with all that belongs to them, and measures each "
        "screen of the addon (with its default filters), each scheduled action and "
        "the completeness calendar.",
    )
    parser.add_argument("--orders", type=int, default=100_000, help="(%(default)s)")
    parser.add_argument("--seconds", type=float, default=1.0, help="a screen may take")
    parser.add_argument("--explain", action="store_true", help="show slow queries")
    parser.add_argument("--keep-db", action="store_true", help="keep the database")
    options = parser.parse_args(arguments)
    environment = Environment(CHECKOUT)
    databases = Databases(environment)
    databases.drop_abandoned_tests()
    name = databases.test_name()
    databases.new(name)
    try:
        with Demo(environment, 0).simulator() as simulator, SCRIPT.open() as script:
            return attend(
                environment.command(
                    "shell",
                    f"--database={name}",
                    "--no-http",
                    f"--logfile={cache.root() / 'log' / 'scale.log'}",
                ),
                cwd=CHECKOUT,
                env=environment.variables(
                    AMAZON_SIMULATOR_URL=simulator,
                    AMAZON_SCALE_ORDERS=str(options.orders),
                    AMAZON_SCALE_SECONDS=str(options.seconds),
                    AMAZON_SCALE_EXPLAIN=str(int(options.explain)),
                ),
                stdin=script,
            )
    finally:
        if options.keep_db:
            databases.set_note(name, KEPT_BY_HAND)
            say(f"setup: the database {name} stays: setup/odoo -d {name}")
        else:
            databases.drop(name)
