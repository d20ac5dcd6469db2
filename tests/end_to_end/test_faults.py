"""When Amazon does not do as asked: the right state, the reason, and recovery."""

import errno
from datetime import timedelta

import pytest

from tests.simulator.testing import Caller

from .seller import Seller

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
FBA = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"


def fault(amazon, kind, operation, **particulars):
    match = {"operation": operation} | particulars.pop("match", {})
    amazon.state.faults.add(kind, match, **particulars)


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        ("throttle", "createReport"),
        ("internal", "createReport"),
        ("drop", "createReport"),
        ("unavailable", "getReport"),
        ("throttle", "createRestrictedDataToken"),
        ("internal", "getReportDocument"),
        ("cut", "downloadDocument"),
        ("unavailable", "token"),
        ("non_json", "getReport"),
        ("non_json", "createReport"),
        ("drop", "getReportDocument"),
    ],
)
def test_what_passes_is_waited_for(seller, amazon, kind, operation):
    seller.sell()
    report = seller.request()
    fault(amazon, kind, operation)
    seller.work(3)
    assert report.state == "requested"
    assert report.last_error
    assert report.next_attempt > seller.env.cr.now() - timedelta(minutes=1)
    calls = len(amazon.state.requests)
    seller.work()
    assert len(amazon.state.requests) == calls, "asked again before the time"
    seller.wait()
    seller.work(4)
    assert (report.state, report.last_error) == ("done", False)
    assert seller.account.connection_state == "connected"
    assert seller.problems() == []


def test_a_lost_answer_makes_no_second_report(seller, amazon):
    seller.sell()
    report = seller.request()
    fault(amazon, "drop", "createReport")
    seller.work()
    # Amazon had begun all the same.
    made = Caller(amazon.url).create(
        MFN,
        marketplaceIds=report.marketplace_ids.mapped("api_ref"),
        dataStartTime=report.date_from.isoformat() + "Z",
        dataEndTime=report.date_to.isoformat() + "Z",
    )
    before = len(seller.calls("createReport"))
    seller.wait()
    seller.work(4)
    assert report.amazon_report_id == made
    assert len(seller.calls("createReport")) == before
    assert report.state == "done"
    assert seller.problems() == []


def test_fatal_is_a_failure_with_its_reason_and_stops_nobody(seller, amazon):
    seller.sell(fulfillment="mfn")
    fault(amazon, "fatal", "createReport", match={"report_type": FBA}, count=3)
    failing, fine = seller.request("fba_orders_eu"), seller.request()
    seller.work(4)
    assert fine.state == "done"
    assert failing.state == "requested", "asked again by itself"
    assert "requested again by itself" in failing.last_error
    for _attempt in range(2):
        seller.wait()
        seller.work(4)
    assert (failing.state, failing.failure_code) == ("failed", "fatal")
    assert "Request the period again" in failing.failure_reason
    assert len(seller.calls("createReport")) == 4
    assert seller.problems() == []


def test_cancelled_by_amazon_is_no_failure(seller, amazon):
    report = seller.request()
    seller.work(4)
    assert report.state == "cancelled"
    assert "nothing to report" in report.failure_reason
    seller.sell()
    fault(amazon, "cancelled", "createReport")
    second, third = seller.request(), seller.request()
    seller.work(4)
    # The one that ends later is asked for first, if they differ by a second.
    assert {second.state, third.state} == {"cancelled", "done"}
    assert seller.problems() == []


def test_an_expired_link_is_fetched_anew(seller, amazon):
    seller.sell()
    report = seller.request()
    fault(amazon, "expired_link", "downloadDocument")
    seller.work(4)
    assert report.state == "done"
    assert len(seller.calls("downloadDocument")) == 2
    assert seller.problems() == []


@pytest.mark.parametrize("kind", ["truncated", "not_gzip"])
def test_a_damaged_document_makes_no_order(seller, amazon, kind):
    seller.sell()
    report = seller.request()
    fault(amazon, kind, "downloadDocument", count=None)
    seller.work(5)
    assert report.state in ("requested", "failed")
    assert report.last_error or report.failure_reason
    assert not seller.orders()
    amazon.state.faults.clear()
    seller.wait()
    if report.state == "failed":
        report = seller.request()
    seller.work(4)
    assert report.state == "done"
    assert seller.problems() == []


def test_a_full_disk_is_waited_for(seller, amazon, monkeypatch):
    seller.sell()
    report = seller.request()

    def full(self, *arguments):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(type(seller.env["ir.attachment"]), "_file_write", full)
    seller.work(4)
    assert report.state == "requested"
    assert "No space left on device" in report.last_error
    assert not report.file_size and not seller.orders()
    assert len(report.activity_ids) == 1
    monkeypatch.undo()
    seller.wait()
    seller.work(4)
    assert report.state == "done"
    assert seller.problems() == []


def test_a_revoked_authorisation_is_told_and_mended(seller, amazon):
    seller.sell()
    seller.simulated.revoked = True
    report = seller.request()
    seller.work(2)
    assert seller.account.connection_state == "unauthorized"
    assert "Authorise the application again" in seller.account.connection_message
    assert not seller.orders()
    seller.simulated.revoked = False
    seller.account.action_test_connection()
    seller.env.cr.commit()
    assert seller.account.connection_state == "connected"
    # Nobody has to request anything again.
    assert report.state == "requested"
    seller.wait()
    seller.work(4)
    assert report.state == "done"
    assert seller.problems() == []


def test_a_missing_role_is_named(seller, amazon):
    roles, seller.simulated.roles = seller.simulated.roles, set()
    report = seller.request()
    seller.work()
    assert seller.account.connection_state == "role_missing"
    reason = report.failure_reason or report.last_error
    assert "Tax Invoicing" in reason
    seller.simulated.roles = roles


def test_one_accounts_trouble_is_not_anothers(env, amazon):
    broken, sound = Seller(env, amazon, "eu-vcs"), Seller(env, amazon, "eu")
    broken.simulated.revoked = True
    broken.sell()
    sound.sell()
    broken.request()
    report = sound.request()
    sound.work(4)
    assert report.state == "done"
    assert sound.problems() == []
    assert broken.account.connection_state == "unauthorized"
    assert sound.account.connection_state == "connected"
