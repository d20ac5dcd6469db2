"""Odoo's configuration file for one checkout."""

from collections.abc import Sequence
from pathlib import Path

from . import cache
from .postgres import ROLE, Server


def data_folder() -> Path:
    """Odoo's ``data_dir``: filestores, sessions."""
    return cache.root() / "data"


def filestore(database: str) -> Path:
    return data_folder() / "filestore" / database


def write(checkout: Path, addons: Sequence[Path], server: Server) -> Path:
    """Writes odoo.conf and returns its path. It names no database."""
    folder = cache.root() / "checkouts" / cache.digest(str(checkout))
    folder.mkdir(parents=True, exist_ok=True)
    settings = {
        "addons_path": ",".join(map(str, [*addons, checkout])),
        "data_dir": data_folder(),
        "db_host": server.socket,
        "db_port": server.port,
        "db_user": ROLE,
        "http_interface": "127.0.0.1",
        # Odoo's own use of its libraries, a page of text at every request.
        "log_handler": ":INFO,py.warnings:ERROR",
        "pg_path": server.programs,
        "screenshots": cache.root() / "screenshots",
    }
    lines = ["[options]", *(f"{name} = {value}" for name, value in settings.items())]
    content = "\n".join(lines) + "\n"
    path = folder / "odoo.conf"
    # Left alone when it is right already: another command may be reading it.
    if not path.exists() or path.read_text() != content:
        draft = path.with_suffix(".draft")
        draft.write_text(content)
        draft.rename(path)
    return path
