"""Odoo's configuration file."""

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
    # One file for every content: no command changes what another is reading.
    folder = cache.root() / "config" / cache.digest(content)
    cache.make_once(
        folder, lambda place: (place / "odoo.conf").write_text(content), keep=30
    )
    return folder / "odoo.conf"
