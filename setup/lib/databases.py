"""Databases of Odoo: templates, built once and cloned in seconds, and their clones.

Two templates: the base (Odoo's own modules in a German company; depends on Odoo's
version) and, built on a clone of it, the addon's (depends on the Python packages and
the addon's content too). A template is marked as one in PostgreSQL when it is
complete, which also keeps Odoo from showing it and anybody from connecting to it.
"""

import os
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from . import cache, configuration
from .environment import ADDON, Environment
from .messages import SetupError, step

SCRIPTS = Path(__file__).with_name("odoo_scripts")
BASE_MODULES = (
    "sale_management",
    "stock",
    "account",
    "delivery",
    "sale_stock",
    "l10n_de",
    "l10n_eu_oss",
    "base_vat",
)
# Bundles of the web client to which the addon adds nothing, and those to which it does.
BASE_BUNDLES = (
    "web.assets_frontend",
    "web.assets_frontend_minimal",
    "web.assets_frontend_lazy",
)
ADDON_BUNDLES = ("web.assets_web", "web.assets_tests")
# How many templates of each kind stay for other versions and branches.
KEPT = 8
# The note on a test database that is not to be dropped.
KEPT_BY_HAND = "kept"
# What of the addon never reaches a database.
NOT_INSTALLED = ("tests", "readme")


class Databases:
    def __init__(self, environment: Environment):
        self.environment = environment
        self.server = environment.server

    def exists(self, name: str) -> bool:
        return bool(
            self.server.query(f"SELECT 1 FROM pg_database WHERE datname = '{name}'")
        )

    def drop(self, name: str) -> None:
        """Removes a database and its files, whoever is connected; no error if gone."""
        self.server.client(
            "dropdb",
            "--if-exists",
            "--force",
            name,
            failure=f"The database {name} could not be dropped",
        )
        shutil.rmtree(configuration.filestore(name), ignore_errors=True)

    def clone(self, source: str, name: str) -> None:
        """Copies a database nobody is connected to, with its files."""
        self.server.client(
            "createdb",
            f"--template={source}",
            name,
            failure=f"The database {name} could not be made from {source}",
        )
        files = configuration.filestore(source)
        if files.exists():
            # Odoo never writes into a stored file again: a link is as good as a copy.
            shutil.copytree(
                files,
                configuration.filestore(name),
                dirs_exist_ok=True,
                copy_function=os.link,
            )

    def new(self, name: str, demo: bool = False) -> None:
        """A fresh database with the addon, its identity its own."""
        self.clone(self.addon_template(demo), name)
        self.server.query(
            "UPDATE ir_config_parameter SET value = gen_random_uuid()::text "
            "WHERE key IN ('database.uuid', 'database.secret')",
            name,
        )

    def note(self, name: str) -> str:
        """What ``set_note`` has written on a database."""
        rows = self.server.query(
            "SELECT coalesce(shobj_description(oid, 'pg_database'), '') "
            f"FROM pg_database WHERE datname = '{name}'"
        )
        return rows[0][0] if rows else ""

    def set_note(self, name: str, text: str) -> None:
        self.server.query(f"COMMENT ON DATABASE \"{name}\" IS '{text}'")

    @staticmethod
    def test_name() -> str:
        """A name for a test database of this process."""
        return f"test_{os.getpid()}_{secrets.token_hex(3)}"

    def drop_abandoned_tests(self) -> None:
        """Drops the test databases of processes that were killed."""
        for (name,) in self._named("test"):
            owner = re.fullmatch(r"test_(\d+)_[0-9a-f]{6}", name)
            if (
                owner
                and not Path("/proc", owner.group(1)).exists()
                and self.note(name) != KEPT_BY_HAND
            ):
                self.drop(name)

    def base_template(self) -> str:
        """The template with Odoo's modules and the company, without the addon."""
        key = cache.digest(
            self.environment.odoo.version,
            SCRIPTS / "base_template.py",
            SCRIPTS / "web_assets.py",
            *BASE_MODULES,
            *BASE_BUNDLES,
        )
        return self._template(f"template_base_{key}", self._build_base)

    def addon_key(self) -> str:
        """Changes with everything that a database with the addon is made from."""
        content = cache.tree_digest(self.environment.addon, NOT_INSTALLED)
        # .../venv/odoo/<key>/bin/python: the key of the Python packages.
        packages = self.environment.python.parts[-3]
        return cache.digest(self.base_template(), packages, content, *ADDON_BUNDLES)

    def addon_template(self, demo: bool = False) -> str:
        """The template with the addon installed, with its demo data if wanted."""
        key = self.addon_key()
        plain = self._template(f"template_addon_{key}", self._build_addon)
        if not demo:
            return plain

        def add_demo_data(name: str) -> None:
            with step(f"loading the demo data of {ADDON}"):
                self.clone(plain, name)
                self.environment.run_script(
                    name,
                    SCRIPTS / "demo_data.py",
                    f"The demo data of {ADDON} could not be loaded",
                    self._log("demo"),
                    AMAZON_ADDON=ADDON,
                )

        return self._template(f"template_demo_{key}", add_demo_data)

    @staticmethod
    def _log(name: str) -> Path:
        return cache.root() / "log" / f"odoo-{name}.log"

    def _build_base(self, name: str) -> None:
        with step("installing Odoo's modules in a template (about two minutes)"):
            self.environment.run_odoo(
                ["db", "init", name, "--country", "DE"],
                "Odoo could not make a database",
                self._log("base"),
            )
            self.environment.run_odoo(
                [
                    "--database",
                    name,
                    "--init",
                    ",".join(BASE_MODULES),
                    "--load-language=de_DE",
                    "--stop-after-init",
                    "--no-http",
                ],
                "Odoo's modules could not be installed",
                self._log("base-modules"),
            )
            self.environment.run_script(
                name,
                SCRIPTS / "base_template.py",
                "The German company could not be set up",
                self._log("base-company"),
            )
            self._prepare_pages(name, BASE_BUNDLES)

    def _build_addon(self, name: str) -> None:
        base = self.base_template()
        with step(f"installing {ADDON} in a template"):
            self.clone(base, name)
            log = self._log("addon")
            self.environment.run_odoo(
                [
                    "--database",
                    name,
                    "--init",
                    ADDON,
                    "--stop-after-init",
                    "--no-http",
                ],
                f"The addon {ADDON} could not be installed",
                log,
            )
            self._check_installed(name, log)
            self._prepare_pages(name, ADDON_BUNDLES)

    def _prepare_pages(self, name: str, bundles: tuple[str, ...]) -> None:
        self.environment.run_script(
            name,
            SCRIPTS / "web_assets.py",
            "The pages of Odoo could not be prepared",
            self._log("assets"),
            BUNDLES=" ".join(bundles),
        )

    def _check_installed(self, name: str, log: Path) -> None:
        """Odoo ends with code 0 also when it left a module out."""
        rows = self.server.query(
            f"SELECT state FROM ir_module_module WHERE name = '{ADDON}'", name
        )
        if rows != [["installed"]]:
            warnings = [
                line
                for line in log.read_text(errors="replace").splitlines()
                if re.search(r" (WARNING|ERROR|CRITICAL) ", line)
            ]
            said = "\n".join(f"    {line}" for line in warnings[-5:])
            raise SetupError(
                f"Odoo did not install {ADDON}. What it said:\n{said}", f"See {log}."
            )

    def _template(self, name: str, build: Callable[[str], None]) -> str:
        """``name`` once it is complete; made by ``build(draft)`` if it is not there."""
        if self._is_template(name):
            return name
        kind = name.rsplit("_", 1)[0]
        with cache.locked(kind):
            if self._is_template(name):
                return name
            draft = name.replace("template", "draft", 1)
            self._drop_template(name)
            # Nobody else builds while we have the lock: these were interrupted.
            for (abandoned,) in self._named(kind.replace("template", "draft", 1)):
                self.drop(abandoned)
            cache.need_space(500, "A database template")
            build(draft)
            files = configuration.filestore(draft)
            if files.exists():
                files.rename(configuration.filestore(name))
            self.server.query(f"ALTER DATABASE {draft} RENAME TO {name}")
            self.server.query(
                f"ALTER DATABASE {name} IS_TEMPLATE true ALLOW_CONNECTIONS false"
            )
            self._drop_old(kind)
        return name

    def _is_template(self, name: str) -> bool:
        return bool(
            self.server.query(
                "SELECT 1 FROM pg_database "
                f"WHERE datname = '{name}' AND datistemplate AND NOT datallowconn"
            )
        )

    def _drop_old(self, kind: str) -> None:
        for (name,) in self._named(kind)[KEPT:]:
            self._drop_template(name)

    def _named(self, kind: str) -> list[list[str]]:
        """Databases named ``<kind>_...``, the newest first."""
        return self.server.query(
            "SELECT datname FROM pg_database "
            f"WHERE datname LIKE '{kind}\\_%' ORDER BY oid DESC"
        )

    def _drop_template(self, name: str) -> None:
        if self.exists(name):
            self.server.query(f"ALTER DATABASE {name} IS_TEMPLATE false")
        self.drop(name)
