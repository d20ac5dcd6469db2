"""No time stays uncovered: gaps, outages, and the first run.

Each scenario goes over HTTP, with commits, as in production.
"""

from datetime import timedelta

from .asking import (
    ORDERS,
    SHIPMENTS,
    due,
    finish,
    refused,
    repeat,
)

# === NOTHING STAYS UNCOVERED === #


def test_a_window_that_failed_is_asked_for_again(seller, amazon):
    """By itself, a few times; the watermark is not the end of the last window."""
    seller.sell(fulfillment="mfn")
    request = repeat(seller)
    seller.work(4)
    first = request.report_ids
    assert first.state == "done"
    # A week passes: one window failed, the one after it came in.
    week = timedelta(days=7)
    first.write({"date_from": first.date_from - week, "date_to": first.date_to - week})
    failed = first.copy(
        {
            "amazon_report_id": False,
            "state": "failed",
            "failure_code": "fatal",
            "date_from": first.date_to - timedelta(hours=1),
            "date_to": first.date_to + timedelta(days=2),
        }
    )
    good = first.copy(
        {
            "amazon_report_id": False,
            "state": "done",
            "date_from": failed.date_to - timedelta(hours=1),
            "date_to": first.date_to + week,
        }
    )
    due(request)
    seller.work(4)
    made = request.report_ids - first - failed - good
    assert len(made) == 2
    gap = made.filtered(lambda r: r.date_from == first.date_to)
    assert gap.date_to == good.date_from
    assert set(made.mapped("state")) <= {"done", "cancelled"}
    assert (
        seller.env["amazon.report"]._get_uncovered(
            seller.account, ORDERS, first.date_from, good.date_to
        )
        == []
    )
    due(request)
    seller.work(4)
    assert len(request.report_ids) == 6, "the gap is closed"


def test_a_gap_is_not_asked_for_for_ever(seller, amazon):
    request = repeat(seller)
    now = seller.env.cr.now().replace(microsecond=0)
    base = {
        "account_id": seller.account.id,
        "kind": ORDERS,
        "request_id": request.id,
        "marketplace_ids": seller.account.channel_ids.marketplace_id.ids,
    }
    Report = seller.env["amazon.report"]
    for days in (9, 9, 9):
        Report.create(
            {
                **base,
                "state": "failed",
                "failure_code": "fatal",
                "date_from": now - timedelta(days=days),
                "date_to": now - timedelta(days=7),
            }
        )
    Report.create(
        {
            **base,
            "state": "done",
            "date_from": now - timedelta(days=7),
            "date_to": now - timedelta(hours=1),
        }
    )
    assert request._get_gaps(now - timedelta(days=2)) == []
    windows = request._get_due_windows(now)
    assert len(windows) == 1
    seller.env.cr.rollback()


def test_after_an_outage(seller, amazon):
    """The next window begins at the start of the last good one, not at its end."""
    seller.sell(fulfillment="mfn")
    request = repeat(seller)
    seller.work(4)
    first = request.report_ids
    back = timedelta(days=10)
    first.write({"date_from": first.date_from - back, "date_to": first.date_to - back})
    assert request.watermark == first.date_from
    due(request)
    seller.work(4)
    second = request.report_ids - first
    assert len(second) == 1
    assert second.date_from == first.date_from


# === FIRST RUN === #


def test_the_past_is_fetched_window_by_window(seller, amazon):
    """Eighteen months of FBA at the pace that Amazon sets, latest days first."""
    seller.sell(fulfillment="mfn")
    # From German stock: a sale within another country waits for its registration.
    seller.sell(fulfillment="fba", marketplace="DE", center="LEJ1")
    account = seller.account
    now = seller.env.cr.now().replace(microsecond=0)
    wizard = seller.env["amazon.first.run"].create(
        {
            "account_id": account.id,
            "orders_from": now - timedelta(days=95),
            "set_up_requests": False,
        }
    )
    assert "reports to request: 4" in wizard.preview
    assert "60 days at most" in wizard.preview
    wizard.action_start()
    seller.env.cr.commit()
    reports = account.report_ids
    fba = reports.filtered(lambda r: r.kind == SHIPMENTS).sorted("date_to")
    assert len(fba) == 4
    assert len(reports) == 6
    assert account.first_run_state == "running"
    seller.work(4)
    assert fba[-1].state == "done", "the latest days first"
    assert set(fba[:3].mapped("state")) == {"requested"}
    account.invalidate_recordset()
    assert account.first_run_text.startswith("3 of 6")
    assert "next one is due" in account.first_run_text
    for _window in range(3):
        finish(seller, reports, rounds=1)
    assert set(reports.mapped("state")) <= {"done", "cancelled"}
    account.invalidate_recordset()
    assert (account.first_run_state, account.first_run_progress) == ("done", 100)
    assert refused(amazon) == []
    assert not any(reports.mapped("attempts"))
    assert seller.problems() == []
