"""Where everything is kept that need not be made twice, and how it is made once."""

import contextlib
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from .messages import SetupError, say

NAME = "amazon_order_import"


def root() -> Path:
    """The cache folder: ``$XDG_CACHE_HOME/amazon_order_import`` or ``~/.cache/...``."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    # The XDG specification: a path that is not absolute is to be ignored.
    folder = Path(base) if os.path.isabs(base) else Path.home() / ".cache"
    return folder / NAME


def digest(*parts: str | bytes | Path) -> str:
    """Twelve hexadecimal digits that change with any of the parts (files: content)."""
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            part = part.read_bytes()
        elif isinstance(part, str):
            part = part.encode()
        total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:12]


def tree_digest(folder: Path, leave_out: Iterable[str] = ()) -> str:
    """``digest`` of a folder: names and contents of its files.

    ``leave_out`` holds names of direct sub-folders; compiled Python never counts.
    """
    left_out = set(leave_out)
    parts: list[str | Path] = []
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        if (
            relative.parts[0] in left_out
            or "__pycache__" in relative.parts
            or path.suffix == ".pyc"
            or not path.is_file()
        ):
            continue
        parts += [relative.as_posix(), path]
    return digest(*parts)


@contextlib.contextmanager
def locked(name: str):
    """Only one process of this cache at a time is inside; others wait here."""
    folder = root() / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"setup: waiting for another set-up that is busy with: {name}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_once(target: Path, build: Callable[[Path], None], keep: int = 3) -> Path:
    """Returns the folder ``target``, filled by ``build(target)`` if it is not yet.

    A mark is written last, so that an interrupted build counts as none and is begun
    anew; a lock lets two set-ups build it once. Of its siblings, the ``keep`` used
    last stay.
    """
    mark = target / ".complete"
    with locked(f"{target.parent.name}-{target.name}"):
        if not mark.exists():
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            build(target)
            mark.touch()
            _drop_unused(target, keep)
        mark.touch()
    return target


def _drop_unused(target: Path, keep: int) -> None:
    marks = [mark for mark in target.parent.glob("*/.complete")]
    marks.sort(key=lambda mark: mark.stat().st_mtime, reverse=True)
    for mark in marks[keep:]:
        mark.unlink()
        shutil.rmtree(mark.parent, ignore_errors=True)


def need_space(megabytes: int, purpose: str) -> None:
    """Raises ``SetupError`` when the cache's disk has less than this left."""
    folder = root()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise SetupError(
            f"{purpose} needs about {megabytes} MB on the disk of {folder}; "
            f"{free} MB are free.",
            "Free some space, or put the cache on another disk: "
            "XDG_CACHE_HOME=/path/on/it setup/...",
        )
