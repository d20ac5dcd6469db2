"""From the request to the file: quotas, other programs, and what Amazon does not make.

Each scenario goes over HTTP, with commits, as in production.
"""

from datetime import datetime, timedelta, timezone

import pytest

from tests.simulator import Simulator
from tests.simulator.clock import api_time
from tests.simulator.testing import SCHEDULES, Caller

from .seller import Seller

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
MFN_XML = "GET_ORDER_REPORT_DATA_INVOICING"
FBA = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"
ORDERS = "mfn_orders_eu"
SHIPMENTS = "fba_orders_eu"


@pytest.fixture
def seller(env, amazon):
    return Seller(env, amazon)


@pytest.fixture
def strict():
    """A simulated Amazon that counts calls as the real one does."""
    with Simulator(seed=77, rate_scale=1, history_days=-1) as simulator:
        yield simulator


def fault(amazon, kind, report_type=MFN, **particulars):
    match = {"operation": "createReport", "report_type": report_type}
    amazon.state.faults.add(kind, match, **particulars)


def programs(amazon, do, **body):
    """Do as another program of the same seller."""
    return Caller(amazon.url).control("POST", "programs", {"do": do, **body})


def refused(amazon):
    """The calls that Amazon refused for its quota."""
    return [entry for entry in amazon.state.requests if entry["status"] == 429]


def ask(seller, kind=ORDERS, days=22, until=0, **values):
    """Request a period; return its reports."""
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    request = seller.env["amazon.report.request"].create(
        {
            "account_id": seller.account.id,
            "kind": kind,
            "date_from": now - timedelta(days=days),
            "date_to": now - timedelta(days=until),
            **values,
        }
    )
    seller.env.cr.commit()
    return request.report_ids


def repeat(seller, kind=ORDERS, **values):
    request = seller.env["amazon.report.request"].create(
        {
            "account_id": seller.account.id,
            "kind": kind,
            "repeat": True,
            "interval_minutes": 60,
            "lookback_days": 2,
            **values,
        }
    )
    seller.env.cr.commit()
    return request


def due(request):
    """The time of the next recurring report has come."""
    request.next_run = request.env.cr.now().replace(microsecond=0)
    request.env.cr.commit()


def pass_time(seller):
    """Hours pass: for what waits in Odoo, and for what Amazon was asked for."""
    for report in seller.amazon.state.reports.values():
        report.created -= timedelta(hours=12)
    seller.wait()


def finish(seller, reports, rounds=6):
    for _round in range(rounds):
        if all(report.state != "requested" for report in reports):
            return
        pass_time(seller)
        seller.work(3)


# === QUOTAS === #


def test_no_call_is_made_that_amazon_would_refuse(env, strict):
    seller = Seller(env, strict)
    seller.sell(fulfillment="mfn", age=5 * 86400)
    reports = env["amazon.report"]
    for number in range(18):
        reports += ask(seller, days=22, until=number / 100)
    seller.work(4)
    assert refused(strict) == []
    waiting = reports.filtered(lambda report: not report.amazon_report_id)
    assert 1 <= len(waiting) <= 3
    assert "quota for new reports" in waiting[0].last_error
    assert waiting[0].next_attempt > env.cr.now() - timedelta(minutes=1)
    calls = len(seller.calls("createReport"))
    seller.work()
    assert len(seller.calls("createReport")) == calls, "asked before its time"
    for _round in range(4):
        strict.clock.advance(12 * 3600)
        finish(seller, reports, rounds=1)
    assert set(reports.mapped("state")) == {"done"}
    assert refused(strict) == []
    assert seller.problems() == []


def test_a_refusal_is_remembered_for_all_reports(seller, amazon):
    """The first 429 keeps the others from asking in vain."""
    amazon.state.faults.add("throttle", {"operation": "createReport"}, count=None)
    reports = seller.request() + seller.request() + seller.request()
    seller.work(2)
    assert len(refused(amazon)) == 1
    assert all(reports.mapped("last_error"))
    amazon.state.faults.clear()
    finish(seller, reports)
    assert set(reports.mapped("state")) <= {"done", "cancelled"}


def test_the_ledger_survives_a_rollback(seller, amazon):
    Ledger = seller.env["amazon.api.call"]
    before = Ledger.search_count([])
    with seller.account._get_client() as client:
        list(client.get_reports([MFN]))
        seller.account.name = "Lost"
        seller.env.cr.rollback()
    calls = Ledger.search([], limit=Ledger.search_count([]) - before)
    assert calls.mapped("operation") == ["getReports"]
    assert calls.report_type == MFN
    assert seller.account.name != "Lost"


def test_accounts_of_one_seller_share_its_quota(env, seller, amazon):
    """Amazon counts the seller, whatever accounts Odoo has for it."""
    seller.sell(fulfillment="fba")
    seller.account.selling_partner_id = "A1SELLER"
    other = seller.account.copy(
        {
            "name": "The same seller",
            "lwa_client_id": seller.account.lwa_client_id,
            "lwa_client_secret": seller.account.lwa_client_secret,
            "lwa_refresh_token": seller.account.lwa_refresh_token,
            "selling_partner_id": "A1SELLER",
        }
    )
    other.action_test_connection()
    env.cr.commit()
    first = ask(seller, SHIPMENTS)
    seller.work(3)
    assert first.state == "done"
    second = ask(seller, SHIPMENTS, account_id=other.id)
    seller.work(2)
    assert not second.amazon_report_id
    assert "once in 30 minutes" in second.last_error
    assert len(seller.calls("createReport")) == 1


# === ONCE IN THIRTY MINUTES === #


def test_two_fba_requests_do_not_kill_each_other(seller, amazon):
    """One by hand, one by the clock: the later waits until Amazon makes it."""
    seller.sell(fulfillment="fba")
    first, second = ask(seller, SHIPMENTS), ask(seller, SHIPMENTS)
    seller.work(4)
    states = {first.state, second.state}
    assert states == {"done", "requested"}
    waiting = (first + second).filtered(lambda r: r.state == "requested")
    assert "once in 30 minutes" in waiting.last_error
    asked = (first + second - waiting).asked_at
    assert waiting.next_attempt >= asked + timedelta(minutes=29)
    finish(seller, waiting)
    assert waiting.state == "done"
    assert waiting.attempts == 0, "Amazon never refused it"
    assert seller.problems() == []


def test_a_report_of_another_program_is_used(seller, amazon):
    """Found before asking: no second report, and no conflict."""
    seller.sell(fulfillment="fba")
    start = amazon.clock.now() - timedelta(days=25)
    theirs = programs(amazon, "create_report", report_type=FBA, start=api_time(start))[
        "report_id"
    ]
    report = ask(seller, SHIPMENTS)
    seller.work(4)
    assert (report.state, report.amazon_report_id) == ("done", theirs)
    assert report.is_foreign
    assert seller.calls("createReport") == []
    assert seller.problems() == []


def test_a_report_of_another_program_that_does_not_fit_is_waited_out(seller, amazon):
    seller.sell(fulfillment="fba")
    programs(amazon, "create_report", report_type=FBA)
    report = ask(seller, SHIPMENTS)
    seller.work(2)
    assert (report.state, report.amazon_report_id) == ("requested", False)
    assert "another program asked for one" in report.last_error
    assert report.next_attempt > report.create_date + timedelta(minutes=20)
    assert seller.calls("createReport") == []
    finish(seller, report)
    assert report.state == "done"
    assert seller.problems() == []


def test_another_program_that_comes_first_unseen(seller, amazon):
    """Amazon ends ours for theirs; theirs is used after all."""
    seller.sell(fulfillment="fba")
    # The look of today has taken place: nobody was there.
    quiet = ask(seller, SHIPMENTS, days=40, until=39)
    seller.work(4)
    assert quiet.state == "cancelled", quiet.failure_reason
    pass_time(seller)
    # Still, the last look was today.
    look = seller.env["amazon.api.call"].search([("operation", "=", "getReports")])
    assert look
    start = amazon.clock.now() - timedelta(days=25)
    theirs = programs(amazon, "create_report", report_type=FBA, start=api_time(start))[
        "report_id"
    ]
    report = ask(seller, SHIPMENTS)
    seller.work(6)
    assert report.amazon_report_id == theirs
    assert len(report.earlier_amazon_ids.split()) == 1
    assert report.state == "done"
    assert len(seller.calls("createReport")) == 2
    assert seller.problems() == []


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


# === SCHEDULES AT AMAZON === #


def schedule(seller, **values):
    schedule = seller.env["amazon.report.schedule"].create(
        {
            "account_id": seller.account.id,
            "kind": ORDERS,
            "period": "PT1H",
            **values,
        }
    )
    return schedule


def test_a_schedule_brings_its_reports(seller, amazon):
    mine = schedule(seller)
    mine.action_start()
    seller.env.cr.commit()
    assert mine.state == "active"
    amazon.clock.advance(3000)
    seller.sell(fulfillment="mfn", age=1800)
    amazon.clock.advance(5400)
    seller.work(2)
    reports = seller.account.report_ids
    assert set(reports.mapped("amazon_schedule_id")) == {mine.amazon_schedule_id}
    assert not any(reports.mapped("is_foreign"))
    seller.work(4)
    assert set(reports.mapped("state")) <= {"done", "cancelled"}
    assert "done" in reports.mapped("state")
    assert seller.calls("createReport") == []
    assert seller.problems() == []
    before = len(seller.account.report_ids)
    seller.account.schedules_looked = False
    seller.env.cr.commit()
    seller.work(2)
    assert len(seller.account.report_ids) == before, "each is taken in once"


def test_another_programs_schedule_is_named_before_it_is_replaced(seller, amazon):
    theirs = programs(amazon, "create_schedule", report_type=MFN_XML, period="PT15M")[
        "schedule_id"
    ]
    mine = schedule(seller)
    answer = mine.action_start()
    assert mine.state == "draft"
    assert theirs in answer["params"]["message"]
    assert MFN_XML in mine.conflict_text
    assert seller.calls("createReportSchedule") == []
    mine.action_replace()
    assert mine.state == "active"
    found = seller.env["amazon.report.schedule"].search(
        [
            ("account_id", "=", seller.account.id),
            ("amazon_schedule_id", "=", theirs),
        ]
    )
    assert (found.state, found.is_mine) == ("cancelled", False)
    listed = Caller(amazon.url).call(
        "GET", SCHEDULES, params={"reportTypes": f"{MFN},{MFN_XML}"}
    )
    ids = [s["reportScheduleId"] for s in listed.json()["reportSchedules"]]
    assert ids == [mine.amazon_schedule_id]
    mine.action_cancel()
    assert mine.state == "cancelled"
    seller.env.cr.commit()


def test_a_stolen_schedule_is_noticed(seller, amazon):
    mine = schedule(seller)
    mine.action_start()
    seller.env.cr.commit()
    theirs = programs(amazon, "create_schedule", report_type=MFN_XML, period="PT15M")
    assert theirs["replaced"] == [mine.amazon_schedule_id]
    seller.account.schedules_listed -= timedelta(days=2)
    seller.env.cr.commit()
    seller.work()
    assert mine.state == "gone"
    activity = seller.account.activity_ids.filtered(
        lambda a: a.summary == "Report schedule taken away"
    )
    assert activity.user_id == seller.account._get_responsible()
    assert MFN_XML in activity.note
    found = seller.env["amazon.report.schedule"].search(
        [
            ("account_id", "=", seller.account.id),
            ("amazon_schedule_id", "=", theirs["schedule_id"]),
        ]
    )
    assert (found.state, found.is_mine, found.kind) == ("active", False, False)
    # Who takes it back is told, too, whom that hits.
    answer = mine.action_start()
    assert mine.state == "gone"
    assert theirs["schedule_id"] in answer["params"]["message"]
    assert len(seller.calls("createReportSchedule")) == 1
    mine.action_replace()
    assert (mine.state, found.state) == ("active", "cancelled")
    seller.env.cr.commit()


def test_a_schedule_that_is_still_there_stops_nothing(seller):
    """Odoo takes it for cancelled, Amazon's list still has it."""
    mine = schedule(seller)
    mine.action_start()
    mine.state = "cancelled"
    seller.account.schedules_listed = False
    repeat(seller)
    report = ask(seller)
    seller.work(4)
    assert report.state != "requested"
    assert mine.state == "active", "shown as it is, to be cancelled"
    mine.action_cancel()
    seller.env.cr.commit()


# === FIRST RUN === #


def test_the_past_is_fetched_window_by_window(seller, amazon):
    """Eighteen months of FBA at the pace that Amazon sets, latest days first."""
    seller.sell(fulfillment="mfn")
    seller.sell(fulfillment="fba")
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
