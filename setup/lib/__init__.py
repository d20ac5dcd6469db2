"""Set-up of everything the commands in setup/ need. Python's standard library only."""

import sys

# Checked before any other module is read, so that an old Python says this and not
# "SyntaxError"; hence nothing that an old Python cannot read here.
if sys.version_info < (3, 10):  # noqa: UP036
    sys.exit(
        "setup: Python 3.10 or newer is needed, and {} is {}.{}.\n"
        "Install a newer one (Debian, Ubuntu: apt-get install python3 python3-venv)\n"
        "and start the command with it: python3.11 setup/test".format(
            sys.executable, *sys.version_info[:2]
        )
    )
