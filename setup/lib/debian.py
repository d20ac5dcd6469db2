"""Debian's packages: installed by root, or only unpacked, which anybody may."""

import functools
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from . import cache
from .messages import SetupError, step
from .processes import run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
OTHER_WAY = (
    "Or name an Odoo 19 that you have: ODOO_SOURCE=/path/to/checkout setup/... or "
    "ODOO_PYTHON=/path/to/python setup/..."
)


def has_apt() -> bool:
    return bool(shutil.which("apt-get") and shutil.which("dpkg-deb"))


def may_install() -> bool:
    return os.geteuid() == 0 and has_apt()


def install(packages: Sequence[str], purpose: str) -> None:
    """Installs packages with apt-get; raises ``SetupError`` where we may not."""
    command = f"apt-get install -y {' '.join(packages)}"
    if not may_install():
        raise SetupError(f"{purpose} is missing.", f"As root: {command}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    remedy = f"Try by hand: apt-get update && {command}"
    with step(f"installing {', '.join(packages)} with apt-get"):
        _update_system_lists()
        run(
            ["apt-get", "install", "-y", "--no-install-recommends", *packages],
            f"{purpose} could not be installed",
            remedy,
            environment=environment,
            log=cache.root() / "log" / "apt-install.log",
        )


@functools.cache
def _update_system_lists() -> None:
    run(
        ["apt-get", "update"],
        "apt-get could not read the package lists",
        "Check the network and /etc/apt/sources.list.d.",
        log=cache.root() / "log" / "apt-update.log",
    )


def mirrors(targets: str) -> list[str]:
    """Debian's mirrors in the answer of ``apt-get indextargets`` (see ``_ask_apt``).

    Each line is ``address|origin|label``; security archives hold no suite sid.
    """
    found = []
    for line in targets.splitlines():
        address, origin, label = (line.split("|") + ["", ""])[:3]
        if origin == "Debian" and label == "Debian" and address not in found:
            found.append(address)
    return found


def _ask_apt(options: Sequence[str]) -> str:
    return run(
        [
            "apt-get",
            *options,
            "indextargets",
            "--format",
            "$(REPO_URI)|$(ORIGIN)|$(LABEL)",
            "Created-By: Packages",
        ],
        "apt-get could not name its package sources",
    )


def _options(folder: Path) -> list[str]:
    """Makes apt-get work in a folder of ours, without root."""
    for name in ("lists/partial", "cache/archives/partial"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    settings = {
        "Dir::State::lists": folder / "lists",
        "Dir::Cache": folder / "cache",
        "Acquire::Languages": "none",
        # Without this, an unreachable mirror is but a warning.
        "APT::Update::Error-Mode": "any",
        "Acquire::Retries": 3,
        # As root, apt would fetch as user _apt, who may not enter root's home.
        "APT::Sandbox::User": "root",
    }
    return [part for item in settings.items() for part in ("-o", "{}={}".format(*item))]


def _find_mirror(folder: Path) -> str:
    chosen = os.environ.get("DEBIAN_MIRROR")
    if chosen:
        return chosen
    found = mirrors(_ask_apt([]))
    if not found:
        # A fresh machine has read no package lists yet: read them into our folder.
        options = _options(folder)
        run(
            ["apt-get", *options, "update"],
            "apt-get could not read the package lists of this machine",
            f"Check the network and /etc/apt/sources.list.d. {OTHER_WAY}",
        )
        found = mirrors(_ask_apt(options))
    if not found:
        raise SetupError(
            "No Debian mirror is configured on this machine "
            "(apt-get indextargets names none), so Odoo cannot be fetched.",
            f"Name one: DEBIAN_MIRROR=<its address> setup/... {OTHER_WAY}",
        )
    return found[0]


class Archive:
    """Suites of Debian, read without adding them to the machine's own sources."""

    def __init__(self, folder: Path, suites: Sequence[str]):
        """``folder``: a place of ours for package lists and archives."""
        if not has_apt():
            raise SetupError(
                "apt-get is missing on this machine, so Debian's package of Odoo "
                "cannot be fetched.",
                OTHER_WAY,
            )
        if not KEYRING.exists():
            raise SetupError(
                f"Debian's keys ({KEYRING}) are missing, so that a download could not "
                "be verified.",
                f"As root: apt-get install -y debian-archive-keyring. {OTHER_WAY}",
            )
        self.folder = folder
        mirror = _find_mirror(folder / "system")
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / "sources.list"
        source.write_text(
            "".join(f"deb [signed-by={KEYRING}] {mirror} {s} main\n" for s in suites)
        )
        self.options = [
            *_options(folder / "suites"),
            "-o",
            f"Dir::Etc::sourcelist={source}",
            "-o",
            "Dir::Etc::sourceparts=-",
        ]
        run(
            ["apt-get", *self.options, "update"],
            f"The package lists of Debian ({', '.join(suites)}) could not be read",
            f"Check the network and try again. {OTHER_WAY}",
        )

    def version(self, package: str) -> str:
        """The newest version there; raises ``SetupError`` when there is none."""
        shown = run(
            ["apt-cache", *self.options, "show", "--no-all-versions", package],
            f"Debian's archive has no package {package}",
            OTHER_WAY,
        )
        for line in shown.splitlines():
            if line.startswith("Version: "):
                return line.removeprefix("Version: ").strip()
        raise SetupError(f"Debian's archive has no package {package}.", OTHER_WAY)

    def unpack(self, packages: Sequence[str], target: Path) -> None:
        """Downloads packages (verified by apt) and unpacks them into ``target``.

        Each is the name of a package, or ``name/suite``.
        """
        archives = self.folder / "archives"
        archives.mkdir(parents=True, exist_ok=True)
        run(
            ["apt-get", *self.options, "download", *packages],
            f"Debian's {packages[0]} could not be downloaded",
            f"Check the network and try again. {OTHER_WAY}",
            cwd=archives,
        )
        for archive in sorted(archives.glob("*.deb")):
            run(
                ["dpkg-deb", "-x", archive, target],
                f"{archive.name} could not be unpacked",
            )
