"""Two reports in one slot and in two: real Odoo servers, one after the other."""

import argparse
import json
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .databases import Databases
from .demo import Demo
from .environment import Environment
from .messages import SetupError, say

CHECKOUT = Path(__file__).resolve().parents[2]
SCRIPT = Path(__file__).with_name("bench_slots_files.py")
SECONDS = 1800


def run(arguments: Sequence[str]) -> int:
    """Measures both; exit code 0 where two slots take at most the demanded share."""
    parser = argparse.ArgumentParser(
        prog="setup/bench-slots",
        description="Processes two reports of other orders each with one slot and with "
        "two (Odoo's server with --max-cron-threads=1 and 2), in fresh databases, and "
        "prints the ratio of the times. Say what else the machine does meanwhile: two "
        "slots need two free cores, and PostgreSQL some of a third.",
    )
    parser.add_argument("--orders", type=int, default=1500, help="of each report")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--share", type=float, default=0.55, help="demanded (0.55)")
    options = parser.parse_args(arguments)
    environment = Environment(CHECKOUT)
    databases = Databases(environment)
    databases.drop_abandoned_tests()
    times: dict[int, list[float]] = {1: [], 2: []}
    with Demo(environment, 0).simulator() as simulator:
        for number in range(options.rounds):
            # In turn, so that a machine that gets busier strikes both.
            for slots in (1, 2) if number % 2 == 0 else (2, 1):
                seconds = _measure(databases, simulator, slots, options.orders)
                say(f"setup: {slots} slot(s): {seconds:.1f} s")
                times[slots].append(seconds)
    one, two = (sorted(times[slots])[options.rounds // 2] for slots in (1, 2))
    result = {
        "orders": 2 * options.orders,
        "one_slot_seconds": round(one, 1),
        "two_slots_seconds": round(two, 1),
        "share": round(two / one, 3),
    }
    print(json.dumps(result, indent=1))
    return int(two / one > options.share)


def _measure(databases: Databases, simulator: str, slots: int, orders: int) -> float:
    """Seconds from the first order to the last one."""
    environment, server = databases.environment, databases.server
    name = databases.test_name()
    databases.new(name)
    try:
        environment.run_script(
            name,
            SCRIPT,
            "The reports could not be made",
            cache.root() / "log" / "bench-slots.log",
            AMAZON_SIMULATOR_URL=simulator,
            AMAZON_BENCH_SLOTS=str(slots),
            AMAZON_BENCH_ORDERS=str(orders),
        )
        log = cache.root() / "log" / f"bench-slots-{slots}.log"
        process = subprocess.Popen(
            environment.command(
                f"--database={name}",
                "--no-http",
                "--workers=1",
                f"--max-cron-threads={slots}",
                f"--logfile={log}",
            ),
            cwd=CHECKOUT,
            env=environment.variables(),
        )
        try:
            return _watch(server, name, process)
        finally:
            process.terminate()
            process.wait(60)
    finally:
        databases.drop(name)


def _watch(server, name: str, process: subprocess.Popen) -> float:
    deadline = time.monotonic() + SECONDS
    start = None
    while True:
        if process.poll() is not None or time.monotonic() > deadline:
            raise SetupError("The reports were not processed.", "Look at Odoo's log.")
        [[begun, left]] = server.query(
            "SELECT COUNT(*) FILTER (WHERE state = 'processing' OR next_row > 0), "
            "COUNT(*) FILTER (WHERE state IN ('ready', 'processing')) "
            "FROM amazon_report",
            name,
        )
        if start is None and int(begun):
            start = time.monotonic()
        if start is None:
            # The workers listen as soon as they have started.
            server.query("NOTIFY cron_trigger, '" + name + "'")
        if not int(left):
            return time.monotonic() - (start or time.monotonic())
        time.sleep(0.1)
