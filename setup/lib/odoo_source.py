"""Which Odoo is used: the one the caller names, else Debian's, unpacked."""

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import cache, debian
from .messages import SetupError, say, step
from .processes import clean_environment, run

SERIES = "19.0"
NEWEST_PYTHON = (3, 13)
PACKAGE = "odoo-19"
SUITE = "sid"
# Odoo's package has links into these; they are unpacked beside it. From a release that
# still has Font Awesome 4, which Odoo's icons are: sid's is newer and lacks them.
LINKED_SUITE = "trixie"
LINKED_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
)
# Debian leaves this file out as not free; every browser test asks for it.
LEFT_OUT = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"

_PROBE = """
import json, os, site, sys
import odoo, odoo.release
print(json.dumps({
    "version": odoo.release.version,
    "packages": [os.path.realpath(path) for path in odoo.__path__],
    "site": [path for path in sys.path if path and os.path.isdir(path)
             and not path.startswith(os.path.dirname(os.__file__) + os.sep + "lib-")
             and path != os.path.dirname(os.__file__)],
    "python": os.path.realpath(sys.executable),
}))
"""


@dataclass(frozen=True)
class Odoo:
    """An Odoo that was found.

    ``version`` changes with the code, ``interpreter`` is the Python that the virtual
    environment is made with, ``search_path`` the folders it gets beside its own
    packages, ``with_requirements`` whether Odoo's Python packages are there already.
    """

    version: str
    interpreter: Path
    search_path: tuple[Path, ...]
    addons: tuple[Path, ...]
    with_requirements: bool = False


def find() -> Odoo:
    """The Odoo of ``ODOO_PYTHON`` or ``ODOO_SOURCE``, else Debian's.

    Raises ``SetupError`` when the one named is not there or not Odoo 19.
    """
    source = os.environ.get("ODOO_SOURCE")
    python = os.environ.get("ODOO_PYTHON")
    if python:
        return _installed(Path(python).expanduser(), source)
    if source:
        return _checkout(Path(source).expanduser().resolve())
    return _unpacked()


def _checkout(folder: Path) -> Odoo:
    release = folder / "odoo" / "release.py"
    if not release.is_file():
        raise SetupError(
            f"ODOO_SOURCE={folder} is no Odoo source: {release} is missing.",
            "Name the folder that holds odoo/release.py, or leave ODOO_SOURCE unset.",
        )
    found = re.search(r"^version_info = \((\d+), (\d+)", release.read_text(), re.M)
    series = ".".join(found.groups()) if found else "unknown"
    _check_series(series, f"ODOO_SOURCE={folder}")
    return Odoo(
        version=f"{series}-{_state_of(folder)}",
        interpreter=own_python(),
        search_path=(folder,),
        addons=_addons([folder / "odoo"]),
    )


def _state_of(folder: Path) -> str:
    """What a checkout's content is known by: its commit, else its release file."""
    head = (
        subprocess.run(
            ["git", "-C", str(folder), "rev-parse", "--verify", "HEAD"],
            capture_output=True,
            text=True,
            check=False,
        )
        if shutil.which("git") and (folder / ".git").exists()
        else None
    )
    if head and head.returncode == 0:
        return cache.digest(str(folder), head.stdout)
    return cache.digest(str(folder), folder / "odoo" / "release.py")


def _installed(python: Path, source: str | None) -> Odoo:
    environment = clean_environment(PYTHONPATH=source) if source else None
    answer = run(
        [python, "-c", _PROBE],
        f"ODOO_PYTHON={python} cannot import odoo",
        "Name a Python with Odoo 19 installed, or leave ODOO_PYTHON unset: "
        "set-up then brings its own Odoo.",
        environment=environment or clean_environment(),
        cwd="/",
    )
    facts = json.loads(answer.splitlines()[-1])
    _check_series(facts["version"], f"ODOO_PYTHON={python}")
    packages = [Path(path) for path in facts["packages"]]
    return Odoo(
        version=f"{facts['version']}-{cache.digest(*facts['packages'])}",
        interpreter=Path(facts["python"]),
        search_path=tuple(Path(path) for path in facts["site"]),
        addons=_addons(packages),
        with_requirements=True,
    )


def _check_series(version: str, where: str) -> None:
    if not version.startswith(SERIES):
        raise SetupError(
            f"{where} is Odoo {version}; this addon is for Odoo {SERIES}.",
            f"Name an Odoo {SERIES}.",
        )


def _addons(packages: list[Path]) -> tuple[Path, ...]:
    """The addons folders that belong to the folders of the package ``odoo``."""
    candidates = [
        place / "addons" for package in packages for place in (package, package.parent)
    ]
    return tuple(
        folder for folder in candidates if any(folder.glob("*/__manifest__.py"))
    )


def own_python() -> Path:
    """The Python that runs set-up if Odoo can run on it, else another one."""
    if sys.version_info[:2] <= NEWEST_PYTHON:
        # Not that of a virtual environment around it.
        return Path(getattr(sys, "_base_executable", None) or sys.executable)
    for minor in range(NEWEST_PYTHON[1], 9, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            return Path(found)
    newest = ".".join(map(str, NEWEST_PYTHON))
    raise SetupError(
        f"Odoo {SERIES} runs on Python 3.10 to {newest}; this one is newer "
        f"({sys.version.split()[0]}), and none of those is on the PATH.",
        f"Install one of them, for instance python{newest}.",
    )


def _unpacked() -> Odoo:
    folder = cache.root() / "odoo"
    recipe = cache.digest(PACKAGE, SUITE, LINKED_SUITE, *LINKED_PACKAGES, LEFT_OUT)
    with cache.locked("odoo"):
        ready = sorted(
            folder.glob(f"{SERIES}*-{recipe}/.complete"),
            key=lambda mark: mark.stat().st_mtime,
        )
        target = ready[-1].parent if ready else _fetch(folder, recipe)
    packages = target / "usr" / "lib" / "python3" / "dist-packages"
    return Odoo(
        version=target.name,
        interpreter=own_python(),
        search_path=(packages,),
        addons=_addons([packages / "odoo"]),
    )


def _fetch(folder: Path, recipe: str) -> Path:
    cache.need_space(3000, "Odoo and its virtual environment")
    with step("fetching Odoo 19 from Debian (130 MB, unpacked 1.2 GB)"):
        work = folder / "download"
        shutil.rmtree(work, ignore_errors=True)
        archive = debian.Archive(work, (SUITE, LINKED_SUITE))
        version = archive.version(PACKAGE).replace(":", "_")
        target = folder / f"{version}-{recipe}"
        linked = (f"{package}/{LINKED_SUITE}" for package in LINKED_PACKAGES)

        def build(place: Path) -> None:
            archive.unpack([PACKAGE, *linked], place)
            _complete(place)

        cache.make_once(target, build)
        shutil.rmtree(work, ignore_errors=True)
    return target


def _complete(place: Path) -> None:
    """Mends what keeps the unpacked package from working outside its own system."""
    packages = place / "usr" / "lib" / "python3" / "dist-packages"
    # Top-level leftovers of the package's build; importable, they would hide others'.
    for stray in ("addons", "doc", "setup"):
        shutil.rmtree(packages / stray, ignore_errors=True)
    left_out = packages / "odoo" / LEFT_OUT
    left_out.parent.mkdir(parents=True, exist_ok=True)
    left_out.touch()
    dangling = [
        path for path in packages.rglob("*") if path.is_symlink() and not path.exists()
    ]
    if dangling:
        say(
            f"setup: {len(dangling)} links of Debian's Odoo lead nowhere (the first: "
            f"{dangling[0]}); some fonts or scripts may be missing in the browser."
        )
