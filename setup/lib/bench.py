"""The benchmark: a large report beside the way a connector usually imports it."""

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
SCRIPT = Path(__file__).with_name("bench_import.py")


def run(arguments: Sequence[str]) -> int:
    """Runs the benchmark in a database of its own; its exit code."""
    parser = argparse.ArgumentParser(
        prog="setup/bench",
        description="Imports a large report of a simulated Amazon and, in the same "
        "database, some of the same orders one by one as connectors usually do. Prints "
        "a table and writes JSON. Ends with code 0 if an imported order is right and "
        "the import is at least as many times faster as demanded.",
    )
    parser.add_argument("--rows", type=int, default=10_000, help="of the large report")
    parser.add_argument("--small", type=int, default=2_000, help="of the small one")
    parser.add_argument(
        "--one-by-one", type=int, default=300, help="orders imported the usual way"
    )
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
        with Demo(environment, 0).simulator() as simulator, SCRIPT.open() as script:
            return attend(
                environment.command(
                    "shell",
                    f"--database={name}",
                    "--no-http",
                    f"--logfile={cache.root() / 'log' / 'bench.log'}",
                ),
                cwd=CHECKOUT,
                env=environment.variables(
                    AMAZON_SIMULATOR_URL=simulator,
                    AMAZON_BENCH_ROWS=str(options.rows),
                    AMAZON_BENCH_SMALL=str(options.small),
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
