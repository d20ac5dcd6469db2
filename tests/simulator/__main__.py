"""python -m tests.simulator --port 8099"""

import argparse
import signal
import sys
import threading

from .clock import Clock, parse_time
from .server import Simulator
from .world.market import HISTORY_DAYS


def main():
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulator", description="A stand-in for Amazon."
    )
    parser.add_argument("--port", type=int, default=8099, help="0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--start", type=parse_time, help="clock at the start, ISO 8601 (default: now)"
    )
    parser.add_argument(
        "--rate-scale",
        type=float,
        default=1.0,
        help="multiplies Amazon's rate limits; 0 turns them off",
    )
    parser.add_argument("--history-days", type=int, default=HISTORY_DAYS)
    parser.add_argument("--sandbox", help="JSON file of the static sandbox's pairs")
    parser.add_argument(
        "--live", action="store_true", help="orders go on coming after the start"
    )
    options = parser.parse_args()
    simulator = Simulator(
        seed=options.seed,
        clock=Clock(options.start),
        host=options.host,
        port=options.port,
        rate_scale=options.rate_scale,
        history_days=options.history_days,
        sandbox=options.sandbox,
        live=options.live,
    )
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    simulator.start()
    print(f"simulator ready at {simulator.url}", flush=True)
    stopped.wait()
    simulator.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
