"""Set-up of everything the commands in setup/ need. Python's standard library only."""

import sys

# Checked before any other module is read, so that an old Python says this and not
# "SyntaxError".
if sys.version_info < (3, 10):
    sys.exit(
        "setup: Python 3.10 or newer is needed, and this is Python %d.%d (%s).\n"
        "Install a newer one (Debian, Ubuntu: apt-get install python3 python3-venv) and\n"
        "start the command with it: python3.11 setup/test" % (
            sys.version_info[0], sys.version_info[1], sys.executable
        )
    )
