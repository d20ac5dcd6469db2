"""How often Amazon is asked: quotas, and once in half an hour for all programs.

Each scenario goes over HTTP, with commits, as in production.
"""

from datetime import timedelta

from tests.simulator.clock import api_time

from .asking import (
    FBA,
    MFN,
    SHIPMENTS,
    ask,
    finish,
    pass_time,
    programs,
    refused,
)
from .seller import Seller

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
