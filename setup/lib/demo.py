"""The demonstration: a simulated Amazon, its orders in Odoo, Odoo in the browser."""

import contextlib
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import cache
from .databases import Databases
from .environment import Environment
from .messages import SetupError, say, step
from .processes import attend, clean_environment, end, free_port, port_is_taken

DATABASE = "amazon_demo"
# Connects to the simulator, imports, prints the table and exits with 0 only if every
# order has Amazon's total.
IMPORT = Path(__file__).with_name("demo_import.py")
SIMULATOR_SECONDS = 20
ODOO_SECONDS = 120


class Demo:
    def __init__(self, environment: Environment, port: int):
        self.environment = environment
        self.port = port

    def check_port(self) -> None:
        if port_is_taken(self.port):
            raise SetupError(
                f"Port {self.port} is taken by another program (another setup/demo?).",
                f"End it, or take another port: setup/demo --port {self.port + 1}",
            )

    def ensure_database(self) -> None:
        """The demo database, kept from the last time unless the addon has changed."""
        databases = Databases(self.environment)
        key = databases.addon_key()
        if databases.exists(DATABASE):
            if databases.note(DATABASE) == key:
                say(f"setup: the database {DATABASE} of the last demo is used again.")
                return
            say(f"setup: the addon has changed: the database {DATABASE} is made anew.")
            databases.drop(DATABASE)
        databases.new(DATABASE)
        databases.set_note(DATABASE, key)

    @contextlib.contextmanager
    def simulator(self):
        """A simulated Amazon on a free port; gives its address."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        log = cache.root() / "log" / "simulator.log"
        command = [str(self.environment.python), "-m", "tests.simulator"]
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [*command, "--port", str(port)],
                cwd=self.environment.checkout,
                env=clean_environment(),
                stdout=stream,
                stderr=subprocess.STDOUT,
                # Ctrl-C is for Odoo first; this one is ended when Odoo is done.
                start_new_session=True,
            )
            try:
                wait_for(
                    process, address, SIMULATOR_SECONDS, "The simulated Amazon", log
                )
                yield address
            finally:
                end(process)

    def import_orders(self, script: Path, simulator: str) -> int:
        """Runs a script in ``odoo shell``; its exit code."""
        with script.open() as stream:
            return attend(
                self.environment.command(
                    "shell",
                    f"--database={DATABASE}",
                    "--no-http",
                    f"--logfile={cache.root() / 'log' / 'demo-import.log'}",
                ),
                cwd=self.environment.checkout,
                env=self.environment.variables(AMAZON_SIMULATOR_URL=simulator),
                stdin=stream,
            )

    def serve(self, simulator: str) -> None:
        """Serves Odoo until somebody ends it."""
        log = cache.root() / "log" / "demo.log"
        process = subprocess.Popen(
            self.environment.command(
                f"--database={DATABASE}",
                f"--db-filter=^{DATABASE}$",
                f"--http-port={self.port}",
                f"--logfile={log}",
            ),
            cwd=self.environment.checkout,
            env=self.environment.variables(AMAZON_SIMULATOR_URL=simulator),
            start_new_session=True,
        )
        try:
            with step("starting Odoo"):
                address = f"http://127.0.0.1:{self.port}/web/health"
                wait_for(process, address, ODOO_SECONDS, "Odoo", log)
            say(
                f"\nOdoo: http://localhost:{self.port}  login: admin  password: admin\n"
                f"Log:  {log}\nCtrl-C ends it; the database stays for the next time."
            )
            code = process.wait()
            raise SetupError(
                f"Odoo has ended by itself, with code {code}.", f"See {log}."
            )
        except KeyboardInterrupt:
            say("\nsetup: ending Odoo ...")
        finally:
            end(process)


def wait_for(
    process: subprocess.Popen, address: str, seconds: int, what: str, log: Path
) -> None:
    """Returns when a server answers; ``SetupError`` if it ends or is too slow."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.2)
    state = "is not there yet" if process.poll() is None else "has ended"
    lines = log.read_text(errors="replace").strip().splitlines()[-8:]
    said = "\n".join(f"    {line}" for line in lines)
    raise SetupError(
        f"{what} {state} after at most {seconds} s. What it said:\n{said}",
        f"See {log}.",
    )


def run(environment: Environment, port: int, serve: bool) -> int:
    """The whole demonstration; the import's exit code."""
    demo = Demo(environment, port)
    if serve:
        demo.check_port()
    demo.ensure_database()
    with demo.simulator() as simulator:
        code = demo.import_orders(IMPORT, simulator)
        if code:
            say(
                f"setup: the import ended with code {code}; see above and its log in "
                f"{cache.root() / 'log' / 'demo-import.log'}."
            )
        if serve:
            demo.serve(simulator)
    return code
