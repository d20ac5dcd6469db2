"""What Amazon does not make, makes late, or finds in the future.

Each scenario goes over HTTP, with commits, as in production.
"""

from datetime import datetime, timedelta, timezone

from tests.simulator import Simulator
from tests.simulator.testing import Caller

from .asking import (
    MFN,
    ORDERS,
    SHIPMENTS,
    ask,
    due,
    fault,
    finish,
    repeat,
)
from .seller import Seller

# === WHY NOT === #


def test_cancelled_without_data(seller):
    report = seller.request()
    seller.work(4)
    assert (report.state, report.failure_code) == ("cancelled", "no_data")
    assert "nothing to report" in report.failure_reason
    assert not report.activity_ids


def test_cancelled_by_somebody(seller, amazon):
    seller.sell(fulfillment="mfn")
    fault(amazon, "foreign_cancel")
    report = seller.request()
    seller.work(4)
    assert (report.state, report.failure_code) == ("cancelled", "cancelled_by_person")
    assert "before Amazon began" in report.failure_reason
    report.action_request_again()
    seller.env.cr.commit()
    seller.work(4)
    assert report.state == "done"
    assert seller.problems() == []


def test_cancelled_although_orders_are_known(seller, amazon):
    """Empty where orders are known: not believed, asked for again."""
    seller.sell(fulfillment="mfn", age=5 * 86400)
    first = seller.request()
    seller.work(4)
    assert first.state == "done"
    fault(amazon, "cancelled")
    report = seller.request()
    seller.work(4)
    assert (report.state, report.failure_code) == ("requested", "unexplained")
    assert "are known to Odoo" in report.last_error
    assert "attempt 2 of 3" in report.last_error
    finish(seller, report)
    assert report.state == "done"


def test_cancelled_for_a_range_too_wide(seller, amazon):
    """Code may create any report; its reason is found all the same."""
    report = ask(seller, SHIPMENTS, days=20)
    report.date_from -= timedelta(days=25)
    seller.env.cr.commit()
    seller.work(4)
    assert (report.state, report.failure_code) == ("failed", "range")
    assert "30 days long" in report.failure_reason
    assert report.activity_ids.user_id == seller.account._get_responsible()


def test_cancelled_for_a_missing_role(seller, amazon):
    amazon.state.settings["missing_role"] = "cancel"
    seller.account._store_access({ORDERS: ("missing", "denied")}, "check")
    roles, seller.simulated.roles = seller.simulated.roles, set()
    report = seller.request()
    seller.work(4)
    seller.simulated.roles = roles
    assert (report.state, report.failure_code) == ("failed", "role")


def test_too_soon_after_our_own(seller, amazon):
    """Somebody emptied the ledger, or the clock jumped: Amazon's no is understood."""
    seller.sell(fulfillment="fba")
    amazon.state.settings["too_often"] = "cancelled"
    seller.env["amazon.api.call"].search([]).unlink()
    first = ask(seller, SHIPMENTS)
    seller.work(4)
    assert first.state == "done"
    calls = seller.env["amazon.api.call"].search([("operation", "=", "createReport")])
    calls.called_at -= timedelta(hours=1)
    seller.env.cr.commit()
    second = ask(seller, SHIPMENTS)
    seller.work(1)
    # The moment of the first becomes known while Amazon is at the second.
    calls.called_at += timedelta(minutes=59)
    seller.env.cr.commit()
    seller.work(4)
    assert (second.state, second.failure_code) == ("requested", "too_often")
    assert "too soon after another one" in second.last_error
    assert second.next_attempt > seller.env.cr.now() + timedelta(minutes=20)
    finish(seller, second)
    assert second.state == "done"


def test_fatal_with_a_document(seller, amazon):
    """What Amazon says is shown, and decides what to do."""
    fault(amazon, "fatal", document=True, count=2)
    report = seller.request()
    seller.work(4)
    assert report.state == "requested"
    assert "rejected by the data source" in report.last_error
    finish(seller, report)
    assert (report.state, report.failure_code) == ("failed", "told")
    assert "rejected by the data source" in report.failure_reason
    assert report.activity_ids.user_id == seller.account._get_responsible()


def test_fatal_without_a_document(seller, amazon):
    seller.sell(fulfillment="mfn")
    fault(amazon, "fatal")
    report = seller.request()
    seller.work(4)
    assert (report.state, report.failure_code) == ("requested", "fatal")
    finish(seller, report)
    assert report.state == "done"
    assert report.attempts == 1
    assert len(report.earlier_amazon_ids.split()) == 1
    assert seller.problems() == []


# === STUCK === #


def test_days_in_the_queue(seller, amazon):
    """Cancelled at Amazon, asked for once more, then left to a person."""
    seller.sell(fulfillment="mfn")
    fault(amazon, "stuck", count=2)
    report = seller.request()
    seller.work(4)
    assert (report.state, report.amazon_status) == ("requested", "IN_QUEUE")
    assert not report.is_stuck
    for attempt in (1, 2):
        report.asked_at -= timedelta(hours=7)
        seller.wait()
        assert report.is_stuck
        assert report in report.search([("is_stuck", "=", True)])
        seller.work(1)
        assert report.attempts == attempt
        assert len(seller.calls("cancelReport")) == attempt
        seller.wait()
        seller.work(2)
    assert (report.state, report.failure_code) == ("failed", "stuck")
    assert report.activity_ids.user_id == seller.account._get_responsible()
    assert len(seller.calls("createReport")) == 2
    report.action_request_again()
    assert not report.activity_ids
    seller.env.cr.commit()
    finish(seller, report)
    assert report.state == "done"
    assert seller.problems() == []


def test_a_stuck_report_holds_up_no_other(seller, amazon):
    seller.sell(fulfillment="mfn")
    request = repeat(seller)
    fault(amazon, "stuck")
    seller.work(3)
    stuck = request.report_ids
    due(request)
    seller.work()
    assert request.report_ids == stuck, "not stuck yet: it may come any minute"
    stuck.write({"asked_at": stuck.asked_at - timedelta(hours=7)})
    stuck.next_attempt = seller.env.cr.now() + timedelta(hours=1)
    stuck.last_error = "Waits"
    due(request)
    seller.work(4)
    assert (request.report_ids - stuck).state == "done"


def test_polling_backs_off(seller, amazon):
    amazon.state.settings["lifecycle"] = "clock"
    report = seller.request()
    seller.work()
    now = seller.env.cr.now()
    first = report.next_attempt - now
    assert timedelta(seconds=20) < first <= timedelta(seconds=31)
    calls = len(seller.calls("getReport"))
    seller.env.ref("amazon_order_import.ir_cron_check_reports").method_direct_trigger()
    seller.env.cr.commit()
    assert len(seller.calls("getReport")) == calls, "looked before its time"
    report.asked_at -= timedelta(hours=1)
    seller.work()
    assert report.next_attempt - seller.env.cr.now() > timedelta(minutes=4)


# === CLOCKS === #


def test_a_clock_ahead_of_amazons(env):
    """Amazon finds the end in the future: it is moved back, nobody is called."""
    late = datetime.now(timezone.utc) - timedelta(minutes=20)
    with Simulator(seed=78, clock=late, rate_scale=0, history_days=-1) as amazon:
        seller = Seller(env, amazon)
        seller.sell(fulfillment="mfn", age=3600)
        report = ask(seller, days=3)
        end = report.date_to
        seller.work(5)
        assert report.state == "done"
        assert report.date_to == end - timedelta(minutes=30)
        assert report.clock_attempts == 1


def test_a_clock_behind_amazons(env):
    """A report whose answer got lost is found although Amazon's clock differs."""
    early = datetime.now(timezone.utc) + timedelta(minutes=20)
    with Simulator(seed=79, clock=early, rate_scale=0, history_days=-1) as amazon:
        seller = Seller(env, amazon)
        seller.sell(fulfillment="mfn", age=3600)
        report = ask(seller, days=3)
        lose_answer(seller, amazon, report)
        seller.wait()
        seller.work(4)
        assert report.state == "done"


def lose_answer(seller, amazon, report):
    """Amazon makes the report, but its answer to createReport gets lost."""
    amazon.state.faults.add("drop", {"operation": "createReport"})
    seller.work()
    made = Caller(amazon.url).create(
        MFN,
        marketplaceIds=report.marketplace_ids.mapped("api_ref"),
        dataStartTime=f"{report.date_from.isoformat()}Z",
        dataEndTime=f"{report.date_to.isoformat()}Z",
    )
    assert not report.amazon_report_id
    return made


def test_a_time_out_never_asks_anew(seller, amazon):
    """Not even where Amazon's list cannot be had for a while."""
    seller.sell(fulfillment="mfn")
    report = seller.request()
    # Amazon writes full seconds; what Odoo stored may have more.
    report.date_from = report.date_from.replace(microsecond=123456)
    seller.env.cr.commit()
    made = lose_answer(seller, amazon, report)
    amazon.state.faults.add("throttle", {"operation": "getReports"})
    seller.wait()
    seller.work()
    assert not report.amazon_report_id
    asked = len(seller.calls("createReport"))
    seller.wait()
    seller.work(4)
    assert report.amazon_report_id == made
    assert len(seller.calls("createReport")) == asked
    assert report.state == "done"
