"""Everything together: Odoo, its Python, its database server and its configuration."""

import functools
import os
from collections.abc import Sequence
from pathlib import Path

from . import configuration, odoo_source, postgres, virtualenv
from .messages import SetupError
from .processes import clean_environment, run

ADDON = "amazon_order_import"


class Environment:
    """What the commands work with. Each part is made ready when first asked for.

    ``checkout`` is the folder with setup/ and the addon, ``addons_root`` the one that
    holds the addon's folder (the checkout, unless a test brings its own addon).
    """

    def __init__(self, checkout: Path, addons_root: Path | None = None):
        self.checkout = checkout
        self.addons_root = addons_root or checkout

    @property
    def addon(self) -> Path:
        folder = self.addons_root / ADDON
        if not (folder / "__manifest__.py").is_file():
            raise SetupError(
                f"There is no addon in {folder}: __manifest__.py is missing.",
                "Is this checkout complete? git status tells.",
            )
        return folder

    @functools.cached_property
    def odoo(self) -> odoo_source.Odoo:
        return odoo_source.find()

    @functools.cached_property
    def python(self) -> Path:
        return virtualenv.for_odoo(self.odoo, self.checkout)

    @functools.cached_property
    def server(self) -> postgres.Server:
        return postgres.ensure()

    @functools.cached_property
    def config(self) -> Path:
        return configuration.write(self.addons_root, self.odoo.addons, self.server)

    def variables(self, **more: str) -> dict[str, str]:
        """The environment variables that Odoo is started with."""
        programs = f"{self.server.programs}{os.pathsep}{os.environ.get('PATH', '')}"
        return clean_environment(ODOO_RC=str(self.config), PATH=programs) | more

    def command(self, *arguments: str) -> list[str]:
        """Odoo's command line."""
        return [str(self.python), "-m", "odoo", *arguments]

    def run_odoo(
        self, arguments: Sequence[str], failure: str, log: Path, remedy: str = ""
    ) -> None:
        """Runs Odoo to its end; raises ``SetupError`` with the end of its log."""
        run(
            self.command(*arguments),
            failure,
            remedy,
            environment=self.variables(),
            log=log,
            cwd=self.checkout,
        )

    def run_script(
        self, database: str, script: Path, failure: str, log: Path, **variables: str
    ) -> None:
        """Runs a Python file in ``odoo shell``; see ``run_odoo``."""
        with script.open() as stream:
            run(
                self.command("shell", "-d", database, "--no-http"),
                failure,
                environment=self.variables(**variables),
                log=log,
                cwd=self.checkout,
                stdin=stream,
            )
