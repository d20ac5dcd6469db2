"""Odoo is killed in the middle of an import and started again."""

import os
import signal
import subprocess
import time

import pytest

from .seller import Seller

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
# As many as wanted, e.g. 10000; three batches are enough to be in the middle of one.
ORDERS = int(os.environ.get("AMAZON_CRASH_ORDERS", "500"))
SECONDS = 90 + ORDERS // 5


@pytest.fixture
def server(registry, databases, tmp_path):
    """Starts Odoo's server process on the database, as in production."""
    started = []

    def start():
        log = tmp_path / f"odoo-{len(started)}.log"
        process = subprocess.Popen(
            databases.environment.command(
                f"--database={registry.db_name}",
                "--no-http",
                "--max-cron-threads=1",
                f"--logfile={log}",
            ),
            cwd=databases.environment.checkout,
            env=databases.environment.variables(),
        )
        process.log = log
        started.append(process)
        wait_for(lambda: "Registry loaded" in read(log), process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def read(path):
    return path.read_text(errors="replace") if path.exists() else ""


def wait_for(condition, process):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert process.poll() is None, "Odoo ended by itself:" + end_of(process.log)
        assert time.monotonic() < deadline, "It takes too long:" + end_of(process.log)
        time.sleep(0.1)


def end_of(log):
    return "\n".join(["", *read(log).splitlines()[-15:]])


def wake(env):
    """Has the server run the scheduled action now instead of within a minute."""
    env.ref("amazon_order_import.ir_cron_check_reports")._trigger()
    env.cr.commit()


def test_every_order_once_after_a_kill(env, amazon, server):
    seller = Seller(env, amazon)
    seller.sell(ORDERS, marketplace="DE", spread=86400)
    report = env["amazon.report"].create_from_file(
        seller.account, "mfn_orders_eu", "killed.txt", seller.report_file(MFN)
    )
    env.cr.commit()

    def position():
        env.cr.commit()
        report.invalidate_recordset()
        return report.next_row

    process = server()
    wake(env)
    wait_for(lambda: position() >= ORDERS // 4, process)
    # Not right after a commit: in the middle of the next batch.
    time.sleep(0.7)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    stopped_at = position()
    assert 0 < stopped_at < report.row_count, "killed too late to prove anything"
    assert report.state == "processing"
    rows = env["amazon.report.row"].search_count([("report_id", "=", report.id)])
    assert rows == stopped_at, "rows and position were not committed together"

    process = server()
    wake(env)
    wait_for(lambda: position() and report.state != "processing", process)
    assert report.state == "done"
    numbers = report.row_ids.mapped("number")
    assert sorted(numbers) == list(range(1, report.row_count + 1))
    assert len(seller.orders()) == len(seller.expected())
    assert seller.problems() == []
