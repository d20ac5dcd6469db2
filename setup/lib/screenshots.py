"""Pictures of all screens of the addon, from the demo database."""

import json
import subprocess
from pathlib import Path

from . import cache, chromium
from .demo import DATABASE as DEMO
from .demo import ODOO_SECONDS, wait_for
from .demo import run as run_demo
from .environment import ADDON, Environment
from .messages import SetupError, say, step
from .processes import end, free_port

LANGUAGES = {"en": "en_US", "de": "de_DE"}
WINDOWS = ("desk", "phone")
BROWSER = Path(__file__).with_name("screenshots_browser.py")


class Screenshots:
    def __init__(self, environment: Environment, database: str = ""):
        self.environment = environment
        self.database = database or DEMO
        self.is_own = not database

    def make(self, folder: Path, only: str, languages: list, windows: list) -> int:
        """All pictures; the exit code."""
        browser = chromium.ensure()
        if not browser:
            raise SetupError("There is no browser.", "Install Chromium.")
        port = free_port()
        with step("starting Odoo"):
            odoo = self._start(port)
        try:
            job = {
                "browser": browser,
                "address": f"http://127.0.0.1:{port}",
                "folder": str(folder.resolve()),
                "only": only,
                "languages": [LANGUAGES[language] for language in languages],
                "windows": windows,
            }
            return subprocess.run(
                [str(self.environment.python), "-m", "lib.screenshots_browser"],
                cwd=BROWSER.parents[1],
                input=json.dumps(job),
                text=True,
                check=False,
            ).returncode
        finally:
            end(odoo)

    def ensure_database(self) -> None:
        """The demo database, made anew where the addon has changed."""
        if self.is_own:
            if code := run_demo(self.environment, port=0, serve=False):
                raise SetupError(f"The demo ended with code {code}.", "See above.")
            return
        self.environment.run_odoo(
            ["-d", self.database, "-u", ADDON, "--stop-after-init", "--no-http"],
            f"The addon could not be updated in {self.database}",
            cache.root() / "log" / f"odoo-screenshots-{self.database}.log",
        )

    def _start(self, port: int) -> subprocess.Popen:
        log = cache.root() / "log" / f"screenshots-{self.database}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        process = subprocess.Popen(
            self.environment.command(
                f"--database={self.database}",
                f"--db-filter=^{self.database}$",
                f"--http-port={port}",
                "--max-cron-threads=0",
                f"--logfile={log}",
            ),
            cwd=self.environment.checkout,
            env=self.environment.variables(),
            start_new_session=True,
        )
        try:
            wait_for(
                process,
                f"http://127.0.0.1:{port}/web/health",
                ODOO_SECONDS,
                "Odoo",
                log,
            )
        except SetupError:
            end(process)
            raise
        return process


def default_folder() -> Path:
    return cache.root() / "screenshots" / "addon"


def run(environment: Environment, options) -> int:
    """Makes the pictures that the command's options ask for; the exit code."""
    folder = Path(options.folder) if options.folder else default_folder()
    screenshots = Screenshots(environment, options.database)
    if not options.as_it_is:
        screenshots.ensure_database()
    code = screenshots.make(
        folder, options.only, options.languages.split(","), options.windows.split(",")
    )
    say(f"setup: the pictures are in {folder}")
    return code
