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

    def start(cron_threads=1):
        log = tmp_path / f"odoo-{len(started)}.log"
        process = subprocess.Popen(
            databases.environment.command(
                f"--database={registry.db_name}",
                "--no-http",
                f"--max-cron-threads={cron_threads}",
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
    """Has the server run the scheduled actions now instead of within a minute."""
    env.ref("amazon_order_import.ir_cron_check_reports")._trigger()
    env["amazon.report"]._trigger_processing()
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


def test_two_servers_with_two_slots_each_share_the_files(env, amazon, server):
    """As many files at once as there are slots; each order once."""
    seller = Seller(env, amazon)
    seller.sell(ORDERS, marketplace="DE", spread=86400)
    head, *rows = seller.report_file(MFN).splitlines(keepends=True)
    size = len(rows) // 4 + 1
    reports = env["amazon.report"]
    for start in range(0, len(rows), size):
        # Each file begins with rows of the one before: they overlap.
        part = rows[max(start - size // 4, 0) : start + size]
        reports |= reports.create_from_file(
            seller.account, "mfn_orders_eu", f"{start}.txt", b"".join([head, *part])
        )
    env["amazon.account"]._set_processing_slots(2)
    env.cr.commit()
    processes = [server(cron_threads=2), server(cron_threads=2)]

    def state():
        env.cr.commit()
        reports.invalidate_recordset()
        return set(reports.mapped("state"))

    wake(env)
    for process in processes:
        wait_for(lambda: not state() & {"ready", "processing"}, process)
    slots = env["amazon.account"]._get_processing_slots()
    worked = env["ir.cron.progress"].search([("done", ">", 0)]).cron_id & slots
    assert worked == slots, "one slot did all of the work"
    assert state() == {"done"}
    outcomes = set(reports.row_ids.mapped("outcome"))
    assert outcomes <= {"created", "unchanged", "cancelled"}
    assert len(seller.orders()) == len(seller.expected())
    assert seller.problems() == []
