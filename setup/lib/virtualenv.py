"""The virtual environments: one for Odoo and the tests, one for the linters."""

import platform
from collections.abc import Sequence
from pathlib import Path

from . import cache, debian
from .messages import SetupError, step
from .odoo_source import Odoo
from .processes import clean_environment, run


def for_odoo(odoo: Odoo, checkout: Path) -> Path:
    """The Python that has Odoo, the addon's packages and the test tools."""
    requirements = [
        checkout / "requirements.txt",
        checkout / "setup" / "requirements-test.txt",
    ]
    if not odoo.with_requirements:
        requirements.append(checkout / "setup" / "requirements-odoo.txt")
    return _python("odoo", odoo.interpreter, requirements, odoo.search_path)


def for_lint(interpreter: Path, checkout: Path) -> Path:
    """The Python that has the linters."""
    requirements = [checkout / "setup" / "requirements-lint.txt"]
    return _python("lint", interpreter, requirements, ())


def _python(
    purpose: str,
    interpreter: Path,
    requirements: Sequence[Path],
    search_path: Sequence[Path],
) -> Path:
    key = cache.digest(
        _identity(interpreter), *requirements, *(str(path) for path in search_path)
    )
    target = cache.root() / "venv" / purpose / key

    def build(folder: Path) -> None:
        with step(f"installing Python packages for {purpose}"):
            _create(interpreter, folder)
            # Before pip runs, which then leaves alone what is found there already.
            # addsitedir also reads the .pth files there (an editable Odoo is one).
            lines = [f"import site; site.addsitedir({str(p)!r})" for p in search_path]
            for packages in folder.glob("lib/python3.*/site-packages"):
                (packages / "setup_search_path.pth").write_text(
                    "".join(f"{line}\n" for line in lines)
                )
            _install(folder / "bin" / "python", requirements, purpose)

    return cache.make_once(target, build) / "bin" / "python"


def _identity(interpreter: Path) -> str:
    probe = "import platform; print(platform.python_version(), platform.machine())"
    found = run(
        [interpreter, "-c", probe],
        f"{interpreter} does not run",
        environment=clean_environment(),
    )
    return f"{interpreter} {found}"


def _create(interpreter: Path, folder: Path) -> None:
    command = [interpreter, "-m", "venv", folder]
    failure = f"{interpreter} could not make a virtual environment"
    try:
        run(command, failure, environment=clean_environment())
    except SetupError as error:
        # Debian and Ubuntu keep what venv needs in a package of its own.
        if "ensurepip" not in error.message:
            raise
        version = ".".join(platform.python_version_tuple()[:2])
        debian.install([f"python{version}-venv"], "Python's module ensurepip")
        run(command, failure, environment=clean_environment())


def _install(python: Path, requirements: Sequence[Path], purpose: str) -> None:
    options = [part for path in requirements for part in ("-r", str(path))]
    run(
        [python, "-m", "pip", "install", "--quiet", "--prefer-binary", *options],
        "pip could not install the Python packages",
        "Check that PyPI (or the index that pip is configured for) is reachable and "
        "try again.",
        environment=clean_environment(PIP_DISABLE_PIP_VERSION_CHECK="1"),
        log=cache.root() / "log" / f"pip-{purpose}.log",
    )
