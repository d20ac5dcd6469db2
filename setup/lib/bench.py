"""The benchmark: each kind of import beside the way connectors usually do it."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .databases import KEPT_BY_HAND, Databases
from .environment import Environment
from .messages import say
from .processes import attend

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("bench_import.py")


def run(arguments: Sequence[str]) -> int:
    """Runs the benchmark in a database of its own; its exit code."""
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description="Imports every kind of report and, in the same database and round, "
        "as many orders one by one as connectors usually do, and by Odoo's own load(). "
        "Prints a table and writes JSON. Ends with code 0 if all is imported and the "
        "merchant's orders are at least as many times faster as demanded.",
    )
    parser.add_argument("--orders", type=int, default=200, help="of each file (200)")
    parser.add_argument(
        "--one-by-one", type=int, default=20, help="orders imported the usual way (20)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="medians of them (5)")
    parser.add_argument("--ratio", type=float, default=3.0, help="demanded (3)")
    parser.add_argument(
        "--output",
        type=Path,
        default=cache.root() / "bench.json",
        help="the JSON file (%(default)s)",
    )
    parser.add_argument("--keep-db", action="store_true", help="keep the database")
    options = parser.parse_args(arguments)
    environment = Environment(CHECKOUT)
    databases = Databases(environment)
    databases.drop_abandoned_tests()
    name = databases.test_name()
    databases.new(name)
    try:
        with SCRIPT.open() as script:
            return attend(
                environment.command(
                    "shell",
                    f"--database={name}",
                    "--no-http",
                    f"--logfile={cache.root() / 'log' / 'bench.log'}",
                ),
                cwd=CHECKOUT,
                env=environment.variables(
                    AMAZON_BENCH_ORDERS=str(options.orders),
                    AMAZON_BENCH_ROUNDS=str(options.rounds),
                    AMAZON_BENCH_ONE_BY_ONE=str(options.one_by_one),
                    AMAZON_BENCH_RATIO=str(options.ratio),
                    AMAZON_BENCH_OUTPUT=str(options.output.resolve()),
                ),
                stdin=script,
            )
    finally:
        if options.keep_db:
            databases.set_note(name, KEPT_BY_HAND)
            say(f"setup: the database {name} stays: setup/odoo -d {name}")
        else:
            databases.drop(name)
