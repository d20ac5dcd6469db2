"""The linters: ruff, pylint with the OCA's checks, and prettier where npm is there."""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from . import cache, virtualenv
from .environment import ADDON
from .messages import SetupError, say, step
from .odoo_source import own_python
from .processes import clean_environment, run

PRETTIER = ("prettier@3.6.2", "@prettier/plugin-xml@3.4.2")
# What prettier looks after; libraries of others that we carry stay as they are.
PATTERNS = (f"{ADDON}/**/*.xml", f"{ADDON}/static/{{src,tests}}/**/*.js")


def lint(checkout: Path, fix: bool = False) -> int:
    """Runs every linter; the exit code is 0 only if none has anything to say."""
    python = virtualenv.for_lint(own_python(), checkout)
    ruff = [str(python), "-m", "ruff"]
    commands = [
        [*ruff, "check", "--fix" if fix else "--no-fix"],
        [*ruff, "format", *([] if fix else ["--check"])],
    ]
    if (checkout / ADDON / "__manifest__.py").exists():
        commands.append([str(python), "-m", "pylint", "--jobs=0", ADDON])
        commands += _prettier(checkout, fix)
    results = [_report(command, checkout) for command in commands]
    return int(any(results))


def _report(command: Sequence[str], checkout: Path) -> int:
    say(f"lint: {' '.join([Path(command[0]).name, *command[1:4]])}")
    done = subprocess.run(command, cwd=checkout, env=clean_environment(), check=False)
    return done.returncode


def _prettier(checkout: Path, fix: bool) -> list[list[str]]:
    """Prettier's command, none if it cannot be had (the reason is said)."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        say("lint: XML and JavaScript are not checked: node and npm are missing.")
        return []
    target = cache.root() / "npm" / cache.digest(*PRETTIER)
    try:
        cache.make_once(target, lambda folder: _install(npm, folder))
    except SetupError as error:
        say(f"lint: XML and JavaScript are not checked. {error}")
        return []
    modules = target / "node_modules"
    return [
        [
            node,
            str(modules / "prettier" / "bin" / "prettier.cjs"),
            "--write" if fix else "--check",
            f"--config={checkout / 'setup' / 'prettier.json'}",
            f"--plugin={modules / '@prettier' / 'plugin-xml' / 'src' / 'plugin.js'}",
            "--no-error-on-unmatched-pattern",
            *PATTERNS,
        ]
    ]


def _install(npm: str, folder: Path) -> None:
    with step("installing prettier with npm"):
        run(
            [npm, "install", "--no-audit", "--no-fund", "--prefix", folder, *PRETTIER],
            "npm could not install prettier",
            "Check that the npm registry is reachable and try again.",
            log=cache.root() / "log" / "npm.log",
            cwd=folder,
        )
