"""What set-up says: to a person, on standard error, so that output can be piped."""

import contextlib
import errno
import sys
import time


class SetupError(Exception):
    """Something is missing or refused. ``remedy`` is what mends it."""

    def __init__(self, message: str, remedy: str = ""):
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n{self.remedy}" if self.remedy else self.message


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def step(text: str):
    """Announces a step that may take long, and says afterwards how long it took."""
    say(f"setup: {text} ...")
    start = time.monotonic()
    yield
    say(f"setup: {text}: {time.monotonic() - start:.0f} s")


def expected_failure(error: OSError) -> SetupError:
    """The words for a failure of the machine that set-up cannot prevent."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return SetupError(
            f"The disk is full: {error}",
            "Free some space (an empty cache grows to about 3 GB), or put the cache on "
            "another disk: XDG_CACHE_HOME=/path/on/it setup/...",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return SetupError(
            f"No permission: {error}",
            "Make that place writable for this user, or use another cache: "
            "XDG_CACHE_HOME=/path/you/own setup/...",
        )
    return SetupError(f"The system refused: {error}")
