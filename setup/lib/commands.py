"""The commands of setup/. Each takes its arguments and returns an exit code."""

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import chromium
from . import demo as demonstration
from . import lint as linters
from . import screenshots as pictures
from .databases import KEPT_BY_HAND, Databases
from .environment import Environment
from .messages import SetupError, expected_failure, say
from .processes import Terminated, attend_all

CHECKOUT = Path(__file__).resolve().parents[2]
# Folders of tests that take about the same time.
HALVES = ("tests", "amazon_order_import/tests")
# Pytest's exit code when it has found no test to run.
NO_TESTS = 5


def odoo(arguments: Sequence[str]) -> int:
    """Odoo's own command line."""
    environment = Environment(CHECKOUT)
    command = environment.command(*arguments)
    variables = environment.variables()
    own = os.environ.get("ODOO_RC")
    if own:
        variables["ODOO_RC"] = own
    # Odoo takes this process's place, so that signals reach it.
    os.execve(command[0], command, variables)


def newdb(arguments: Sequence[str]) -> int:
    """A fresh database with the addon."""
    parser = argparse.ArgumentParser(
        prog="setup/newdb",
        description="Makes a fresh database with the addon installed: a company in "
        "Germany (l10n_de, EUR), English and German, login admin/admin.",
    )
    parser.add_argument("name")
    parser.add_argument("--demo", action="store_true", help="with the demo data")
    parser.add_argument(
        "--force", action="store_true", help="replace a database of that name"
    )
    options = parser.parse_args(arguments)
    check_name(options.name)
    databases = Databases(Environment(CHECKOUT))
    if databases.exists(options.name):
        if not options.force:
            raise SetupError(
                f"There is a database {options.name} already.",
                f"Replace it (what is in it is lost): setup/newdb {options.name} "
                "--force",
            )
        databases.drop(options.name)
    databases.new(options.name, demo=options.demo)
    say(f"setup: database {options.name} is ready: setup/odoo -d {options.name}")
    return 0


def check_name(name: str) -> None:
    """Raises ``SetupError`` unless it can name a database and its folder of files."""
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,62}", name) or name.startswith(
        ("template", "draft", "postgres")
    ):
        raise SetupError(
            f"{name!r} cannot name a database.",
            "Use small letters, digits, _ and -, a letter first, at most 63; names "
            "that begin with template, draft or postgres are taken.",
        )


def test(arguments: Sequence[str]) -> int:
    """All tests; arguments go to pytest, ``--keep-db`` keeps the test databases.

    Unless a file or folder is named, the two halves run side by side, each with a
    database of its own.
    """
    keep = "--keep-db" in arguments
    options = [argument for argument in arguments if argument != "--keep-db"]
    halves = [[]] if any(map(_names_tests, options)) else [[half] for half in HALVES]
    environment = Environment(CHECKOUT)
    databases = Databases(environment)
    chromium.ensure()
    databases.drop_abandoned_tests()
    names = [databases.test_name() for _half in halves]
    try:
        commands = []
        for name, half in zip(names, halves, strict=True):
            databases.new(name)
            commands.append(
                [
                    str(environment.python),
                    "-m",
                    "pytest",
                    f"--odoo-database={name}",
                    "--odoo-http",
                    *(f"--override-ini=cache_dir=.pytest_cache/{h}" for h in half),
                    *options,
                    *half,
                ]
            )
        return combined(attend_all(commands, cwd=CHECKOUT, env=environment.variables()))
    finally:
        for name in names:
            if keep:
                databases.set_note(name, KEPT_BY_HAND)
                say(f"setup: the test database {name} stays: setup/odoo -d {name}")
            else:
                databases.drop(name)


def combined(codes: Sequence[int]) -> int:
    """The exit code of several runs of pytest: 0, or that of the first that failed.

    A run in which the options select nothing is no failure beside one that has tests.
    """
    ran = [code for code in codes if code != NO_TESTS] or [NO_TESTS]
    return next((code for code in ran if code), 0)


def _names_tests(argument: str) -> bool:
    return CHECKOUT.joinpath(argument.split("::")[0]).exists()


def lint(arguments: Sequence[str]) -> int:
    """The linters."""
    parser = argparse.ArgumentParser(
        prog="setup/lint", description="Checks style and the OCA's rules."
    )
    parser.add_argument("--fix", action="store_true", help="mend what can be mended")
    return linters.lint(CHECKOUT, parser.parse_args(arguments).fix)


def demo(arguments: Sequence[str]) -> int:
    """The demonstration."""
    parser = argparse.ArgumentParser(
        prog="setup/demo",
        description="Brings the orders of a simulated Amazon into Odoo, prints a "
        "summary, and serves Odoo at http://localhost:8069 (admin/admin).",
    )
    parser.add_argument(
        "--exit",
        action="store_true",
        help="stop after the summary; exit code 0 only if every order is right",
    )
    parser.add_argument("--port", type=int, default=8069, help="Odoo's (8069)")
    options = parser.parse_args(arguments)
    environment = Environment(CHECKOUT)
    return demonstration.run(environment, options.port, serve=not options.exit)


def screenshots(arguments: Sequence[str]) -> int:
    """Pictures of all screens."""
    parser = argparse.ArgumentParser(
        prog="setup/screenshots",
        description="Takes a picture of every screen of the addon, in English and "
        "German, on a desk (1440 pixels) and on a phone (390), from the demo database.",
    )
    parser.add_argument("--folder", help="where the pictures go")
    parser.add_argument("--only", default="", help="screens whose name holds this")
    parser.add_argument("--languages", default=",".join(pictures.LANGUAGES))
    parser.add_argument("--windows", default=",".join(pictures.WINDOWS))
    parser.add_argument("--database", default="", help="another one than the demo's")
    parser.add_argument(
        "--as-it-is",
        action="store_true",
        help="the database is neither made nor updated before",
    )
    options = parser.parse_args(arguments)
    return pictures.run(Environment(CHECKOUT), options)


def _terminated(*_ignored) -> None:
    # As after Ctrl-C: what was started is ended, what is half made is removed.
    raise Terminated


def main(command: Callable[[Sequence[str]], int]) -> None:
    """Ends the process with the command's code; a failure it expects has words."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = command(sys.argv[1:])
    except SetupError as error:
        say(f"\nsetup: {error}")
        code = 1
    except OSError as error:
        say(f"\nsetup: {expected_failure(error)}")
        code = 1
    except KeyboardInterrupt:
        say("\nsetup: interrupted.")
        code = 130
    sys.exit(code)
