"""Run by ``odoo shell`` in a fresh database: measures every kind of import.

The same orders, with the same products, taxes and stock, are imported by this addon,
one by one as connectors usually do (search, create the customer, create the order,
confirm, for FBA validate, commit), and by Odoo's own ``load()``. Each round measures
all of them one after the other, so that a machine that is busy for a while favours
none; what is told are the medians of the rounds, and the median of their ratios.
"""

import json
import os
import platform
import sys
from pathlib import Path
from statistics import median

from odoo import release

from setup.lib import bench_usual as usual
from setup.lib import bench_vat_files as vat
from setup.lib import bench_work as work
from setup.lib.bench_table import show

#: What is demanded of the ratio to the usual way (issue 13); ``parsing``: rows/s.
GOALS = {
    "mfn": 7,
    "fba": 15,
    "fba_summary": 12,
    "fba_move": 8,
    "again": 100,
    "parsing": 100_000,
}
#: Rows of the file that is only parsed.
PARSED = 10_000
MFN_COLUMNS = ("order-id", "quantity-purchased")
FBA_COLUMNS = ("amazon-order-id", "quantity-shipped")


class Round:
    """One measurement of everything; ``found`` is ``{kind: {way: figures}}``."""

    def __init__(self, env, accounts, orders, count, one_by_one):
        self.env = env
        self.accounts = accounts
        self.orders = orders
        self.count = count
        self.one_by_one = one_by_one
        self.found = {}

    def run(self):
        """Measure each kind of work; return ``found``."""
        self.merchant()
        self.fulfilled()
        self.tax_files()
        return self.found

    def note(self, kind, own, **others):
        say(f"{kind}: {own['per_second']} per second")
        self.found[kind] = {"own": own, **others}

    def bring_in(self, account, kind, content, count=None):
        return work.import_file(
            self.env, self.accounts[account], kind, content, count or self.count
        )[1]

    def merchant(self):
        """Orders that the merchant ships, new and known."""
        content = self.orders.merchant(self.one_by_one)
        _made, by_hand = usual.one_by_one(self.env, content, *MFN_COLUMNS)
        content = self.orders.merchant(self.count)
        own = self.bring_in("mfn", work.MFN, content)
        loaded = usual.load(self.env, self.orders.merchant(self.count), *MFN_COLUMNS)
        self.note("mfn", own, usual=by_hand, load=loaded)
        again = self.bring_in("mfn", work.MFN, content)
        self.note("again", again, usual=by_hand)

    def fulfilled(self):
        """FBA orders by each policy of moves, and returns of them."""
        _refs, content = self.orders.fulfilled(self.one_by_one)
        sold, by_hand = usual.one_by_one(self.env, content, *FBA_COLUMNS, validate=True)
        for account in ("fba", "fba_summary", "fba_move"):
            refs, content = self.orders.fulfilled(self.count)
            own = self.bring_in(account, work.FBA, content)
            self.note(account, own, usual=by_hand)
        back = self.bring_in(account, "fba_returns", work.returns(refs))
        self.note("returns", back, usual=usual.take_back(self.env, sold))
        self.found["invoices"] = {"usual": usual.invoice(self.env, sold)}

    def tax_files(self):
        """Invoices by VCS with their entries, and by VCS Lite."""
        by_hand = self.found.pop("invoices")
        for account, kind, make in (
            ("vcs", "vcs_invoices", vat.documents),
            ("lite", "vcs_lite", vat.lite),
        ):
            refs, content = self.orders.fulfilled(self.count)
            self.bring_in(account, work.FBA, content)
            own = self.bring_in(account, kind, make(refs))
            self.note(account, own, **by_hand)


def measure(env, count, one_by_one, rounds):
    """Everything that is measured, as a dict."""
    accounts = work.prepare(env)
    orders = work.Orders()
    say("once, not to be counted")
    Round(env, accounts, orders, 5, 3).run()
    found = []
    for number in range(1, rounds + 1):
        say(f"round {number} of {rounds}")
        found.append(Round(env, accounts, orders, count, one_by_one).run())
    content = work.Orders().merchant(PARSED // 2)
    kinds = {kind: summarise([part[kind] for part in found]) for kind in found[0]}
    return {
        "odoo": release.version,
        "postgresql": env.cr.connection.server_version // 10000,
        "python": platform.python_version(),
        "processors": os.cpu_count(),
        "rounds": rounds,
        "orders": count,
        "kinds": kinds,
        "parsing": median(work.parse(content) for _round in range(rounds)),
        "goals": GOALS,
        "wrong": sorted(
            {
                way["wrong"]
                for part in found
                for kind in part.values()
                for way in kind.values()
                if "wrong" in way
            }
        ),
    }


def summarise(parts):
    """The medians of one kind's rounds, and of the ratios within each round."""
    result = {}
    for way in parts[0]:
        names = [name for name in parts[0][way] if name != "wrong"]
        result[way] = {
            name: median(part[way][name] for part in parts) for name in names
        }
    for way in result.keys() - {"own"}:
        ratios = [p["own"]["per_second"] / p[way]["per_second"] for p in parts]
        result[way]["ratio"] = round(median(ratios), 2)
    return result


def say(text):
    print(f"  measuring: {text} ...", file=sys.stderr, flush=True)


def main(env, setting):
    result = measure(
        env,
        int(setting["AMAZON_BENCH_ORDERS"]),
        int(setting["AMAZON_BENCH_ONE_BY_ONE"]),
        int(setting["AMAZON_BENCH_ROUNDS"]),
    )
    show(result)
    output = Path(setting["AMAZON_BENCH_OUTPUT"])
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(result, indent=2) + "\n")
    print(f"All figures: {output}")
    demanded = float(setting["AMAZON_BENCH_RATIO"])
    problems = result["wrong"][:10]
    ratio = result["kinds"]["mfn"]["usual"]["ratio"]
    if ratio < demanded:
        problems.append(f"only {ratio} times as fast, not {demanded} times")
    for problem in problems:
        print(f"  ! {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(env, os.environ))  # noqa: F821 - the shell's environment
