import os
import shutil
import signal
import stat
import subprocess
import time

import pytest

from setup.lib import cache, postgres
from setup.lib.messages import SetupError


def server_pid(cluster):
    return int((cluster.data / "postmaster.pid").read_text().split("\n", 1)[0])


def kill(cluster):
    pid = server_pid(cluster)
    os.kill(pid, signal.SIGKILL)
    for _ in range(100):
        if not postgres.runs_server(pid, cluster.data):
            # Its children see the death of their parent, and end, a moment later.
            time.sleep(0.5)
            return
        time.sleep(0.05)
    raise AssertionError("the server does not die")


def test_the_server_is_private_and_its_role_modest(server):
    assert server.query("SHOW listen_addresses") == []
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o700
    assert server.query(
        "SELECT current_user, usesuper, usecreatedb FROM pg_user "
        "WHERE usename = current_user"
    ) == [["odoo", "f", "t"]]
    server.client("createdb", "one", failure="createdb")
    assert server.query("SELECT lower('ÄÖÜ')", "one") == [["äöü"]]


def test_the_data_are_outside_the_checkout_and_not_roots(server, shared_cluster):
    _home, cluster = shared_cluster
    owner = cluster.data.stat().st_uid
    assert owner != 0
    assert os.geteuid() in (0, owner)


def test_a_running_server_is_left_alone(server, shared_cluster):
    _home, cluster = shared_cluster
    pid = server_pid(cluster)
    cluster.ensure()
    assert server_pid(cluster) == pid


def test_a_killed_server_is_started_again(cluster):
    server = cluster.ensure()
    server.client("createdb", "kept", failure="createdb")
    kill(cluster)
    server = cluster.ensure()
    assert ["kept"] in server.query("SELECT datname FROM pg_database")


def test_a_pid_file_with_another_programs_number_is_no_obstacle(cluster):
    """After a restart of the machine its number may belong to anything."""
    cluster.ensure()
    kill(cluster)
    user = cluster.user.pw_uid if cluster.user else None
    other = subprocess.Popen(["sleep", "60"], user=user, cwd="/")
    try:
        pid_file = cluster.data / "postmaster.pid"
        lines = pid_file.read_text().split("\n")
        lines[0] = str(other.pid)
        pid_file.write_text("\n".join(lines))
        server = cluster.ensure()
        assert server.query("SELECT 1") == [["1"]]
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_an_emptied_cache_is_an_empty_start(cluster):
    """Databases without their files, which were in the cache, are worth nothing."""
    server = cluster.ensure()
    server.client("createdb", "old", failure="createdb")
    shutil.rmtree(cache.root())
    server = cluster.ensure()
    assert ["old"] not in server.query("SELECT datname FROM pg_database")


def test_a_refused_statement_is_an_error_with_its_reason(server):
    with pytest.raises(SetupError, match="no_such_table"):
        server.query("SELECT * FROM no_such_table")


def test_settings_of_the_caller_do_not_lead_elsewhere(server, monkeypatch):
    monkeypatch.setenv("PGHOST", "db.example.invalid")
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("PGDATABASE", "production")
    assert server.query("SELECT current_database()") == [["postgres"]]


def test_the_newest_complete_server_is_chosen(tmp_path):
    def programs(name, version, leave_out=()):
        folder = tmp_path / name
        folder.mkdir()
        for program in set(postgres.PROGRAMS) - set(leave_out):
            path = folder / program
            path.write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
            path.chmod(0o755)
        return folder

    old = programs("old", "12.9")
    good = programs("good", "15.18 (Debian 15.18-0+deb12u1)")
    client = programs("client", "17.2", leave_out=("initdb", "postgres"))
    assert postgres.newest([old, good, client, tmp_path / "none"]) == (15, good)
    assert postgres.newest([old, client]) is None
