"""Schedules at Amazon, of ours and of other programs.

Each scenario goes over HTTP, with commits, as in production.
"""

from datetime import timedelta

from tests.simulator.testing import SCHEDULES, Caller

from .asking import (
    MFN,
    MFN_XML,
    ORDERS,
    ask,
    programs,
    repeat,
)


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
