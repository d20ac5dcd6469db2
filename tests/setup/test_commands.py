import errno
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest

from setup.lib import commands, demo, messages
from setup.lib.messages import SetupError

CHECKOUT = Path(__file__).resolve().parents[2]


def run(name, *arguments, **variables):
    """Runs a command of setup/ as a person does."""
    return subprocess.run(
        [sys.executable, CHECKOUT / "setup" / name, *arguments],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


def assert_explained(done, *words):
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""


def test_every_command_is_executable():
    for name in ("demo", "lint", "newdb", "odoo", "test"):
        path = CHECKOUT / "setup" / name
        assert os.access(path, os.X_OK)
        assert path.read_text().startswith("#!/usr/bin/env python3\n")


@pytest.mark.parametrize(
    "name", ["Capital", "with space", "a'b", "../x", "", "-x", "template_x", "postgres"]
)
def test_a_name_that_cannot_be_a_database_is_refused(name):
    with pytest.raises(SetupError, match="cannot name a database"):
        commands.check_name(name)


def test_newdb_says_what_is_wrong_with_a_name(tmp_path):
    done = run("newdb", "Not/Good", XDG_CACHE_HOME=str(tmp_path))
    assert_explained(done, "'Not/Good' cannot name a database", "small letters")


def test_an_odoo_that_is_not_there_is_said_without_a_traceback(tmp_path):
    done = run(
        "odoo",
        "--version",
        ODOO_SOURCE=str(tmp_path / "nowhere"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    assert_explained(done, "is no Odoo source", "leave ODOO_SOURCE unset")


def test_a_cache_that_cannot_be_written_is_said(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    done = run("odoo", "--version", XDG_CACHE_HOME=str(blocked))
    assert_explained(done, "setup:", str(blocked))


def test_a_port_that_is_taken_is_said_before_anything_is_done(tmp_path):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        done = run("demo", "--port", str(port), XDG_CACHE_HOME=str(tmp_path))
    assert_explained(done, f"Port {port} is taken", f"--port {port + 1}")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_said_with_what_helps():
    error = messages.expected_failure(OSError(errno.ENOSPC, "No space left", "/x"))
    assert "disk is full" in error.message
    assert "XDG_CACHE_HOME=" in error.remedy


def test_a_server_that_ends_at_once_is_quoted(tmp_path):
    log = tmp_path / "log"
    with log.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-c", "raise SystemExit('no port for me')"],
            stderr=stream,
        )
        with pytest.raises(SetupError, match="has ended") as failed:
            demo.wait_for(process, "http://127.0.0.1:9/", 20, "The server", log)
    assert "no port for me" in str(failed.value)


def test_the_simulator_runs_for_as_long_as_it_is_needed(cache_home):
    environment = SimpleNamespace(python=sys.executable, checkout=CHECKOUT)
    with demo.Demo(environment, 0).simulator() as address:
        request = urllib.request.Request(f"{address}/", method="GET")
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(request, timeout=5)
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(address, timeout=1)
        except urllib.error.HTTPError:
            time.sleep(0.1)
        except OSError:
            return
    raise AssertionError("the simulator still answers")
