"""The browser of the browser tests."""

import shutil

from . import debian
from .messages import SetupError, say

# The names that Odoo's test runner looks for, in its order.
NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
# Chromium alone would show boxes instead of text on a machine without fonts.
PACKAGES = ("chromium", "fonts-liberation")


def ensure() -> str | None:
    """The browser's path; installed where that is allowed, else None, with the reason.

    Without one, Odoo skips the browser tests.
    """
    found = _find()
    if found:
        return found
    try:
        debian.install(PACKAGES, "A browser (Chromium)")
    except SetupError as error:
        say(f"setup: the browser tests will be skipped. {error}")
    return _find()


def _find() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)
