"""Reports that do not come, other programs of the seller, and Amazon's clock."""

from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

import pytest
import requests

from .clock import Clock, api_time
from .server import Simulator
from .testing import (
    DE,
    FBA_EU,
    FR,
    MFN_EU,
    PARTICIPATIONS,
    REPORTS,
    SCHEDULES,
    Caller,
)

VAT = "GET_VAT_TRANSACTION_DATA"
RETURNS = "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA"
CONTROL = "GET_FLAT_FILE_ALL_ORDERS_DATA_BY_LAST_UPDATE_GENERAL"
VIDR = "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT"


def end_of(seller, *args, **changes):
    return seller.finish(seller.create(*args, **changes))["processingStatus"]


def program(seller, do, **body):
    return seller.control("POST", "programs", {"do": do, **body})


def test_near_real_time_too_often_is_fatal_or_cancelled(seller):
    assert end_of(seller, FBA_EU) == "DONE"
    assert end_of(seller, FBA_EU) == "FATAL"
    seller.control("POST", "settings", {"too_often": "cancelled"})
    assert end_of(seller, FBA_EU) == "CANCELLED"


def test_daily_reports_come_every_four_hours(amazon, seller, monkeypatch):
    from . import report_types, reports

    rules = report_types.REPORT_TYPES[RETURNS]
    data = report_types.ReportType(
        rules.name, rules.roles, make=lambda *_: report_types.Content("some data")
    )
    monkeypatch.setitem(reports.REPORT_TYPES, RETURNS, data)
    assert end_of(seller, RETURNS) == "DONE"
    assert end_of(seller, RETURNS, days=3) == "CANCELLED"
    amazon.clock.advance(4 * 3600)
    assert end_of(Caller(amazon.url), RETURNS) == "DONE"


def test_a_range_that_is_too_wide_is_cancelled(seller):
    assert end_of(seller, CONTROL, days=30) == "DONE"
    assert end_of(seller, CONTROL, days=40) == "CANCELLED"


@pytest.mark.parametrize(
    "report_type, days, status",
    [
        (MFN_EU, 60, "DONE"),
        (MFN_EU, 62, "FATAL"),
        (FBA_EU, 547, "CANCELLED"),
        (FBA_EU, 550, "FATAL"),
    ],
)
def test_reports_beyond_amazons_memory_are_fatal(
    amazon, seller, report_type, days, status
):
    changes = {}
    if report_type == FBA_EU:
        end = amazon.clock.now() - timedelta(days=days - 20)
        changes["dataEndTime"] = api_time(end)
    assert end_of(seller, report_type, days, **changes) == status


def test_the_monthly_vat_report_comes_from_the_third():
    clock = Clock(datetime(2026, 3, 2, 23, 0, tzinfo=timezone.utc), frozen=True)
    period = {
        "dataStartTime": "2026-02-01T00:00:00Z",
        "dataEndTime": "2026-02-28T23:59:59Z",
    }
    with Simulator(clock=clock, rate_scale=0) as amazon:
        assert end_of(Caller(amazon.url), VAT, **period) == "FATAL"
        amazon.clock.advance(3600)
        assert end_of(Caller(amazon.url), VAT, **period) == "CANCELLED"


def test_a_missing_role_can_cancel_instead_of_refusing(seller):
    seller.control("POST", "settings", {"missing_role": "cancel"})
    seller.control("POST", "sellers", {"key": "eu", "roles": ["Pricing"]})
    assert end_of(seller) == "CANCELLED"


def test_a_report_waits_in_the_queue_for_days(amazon, seller):
    fault = {"kind": "stuck", "seconds": 2 * 86400}
    seller.control("POST", "faults", fault)
    report = seller.create()
    amazon.clock.advance(86400)
    late = Caller(amazon.url)
    assert [late.status(report) for _ in range(3)] == ["IN_QUEUE"] * 3
    amazon.clock.advance(86400)
    assert Caller(amazon.url).finish(report)["processingStatus"] == "DONE"


def test_another_program_cancels_what_is_in_the_queue(seller):
    report, done = seller.create(), seller.create()
    seller.finish(done)
    assert program(seller, "cancel_reports") == {"report_ids": [report]}
    body = seller.finish(report)
    assert body["processingStatus"] == "CANCELLED"
    assert "processingStartTime" not in body
    seller.control("POST", "faults", {"kind": "foreign_cancel"})
    assert end_of(seller) == "CANCELLED"
    assert end_of(seller) == "DONE"


def test_another_programs_reports_are_ours_to_read_and_take_our_slot(seller):
    made = program(
        seller,
        "create_report",
        report_type=FBA_EU,
        start=seller.specification()["dataStartTime"],
    )["report_id"]
    assert end_of(seller, FBA_EU) == "FATAL"
    query = {"reportTypes": FBA_EU, "processingStatuses": "IN_QUEUE,IN_PROGRESS,DONE"}
    listed = seller.call("GET", REPORTS, params=query).json()["reports"]
    assert [report["reportId"] for report in listed] == [made]
    document = seller.finish(made)["reportDocumentId"]
    assert requests.get(seller.link(document)["url"]).status_code == 200
    seller.control("POST", "settings", {"foreign_reports": False})
    assert seller.call("GET", REPORTS, params=query).json()["reports"] == []
    assert seller.call("GET", f"{REPORTS}/{made}").status_code == 404


def test_another_program_takes_our_schedule(amazon, seller):
    body = {"reportType": MFN_EU, "marketplaceIds": [DE], "period": "PT1H"}
    ours = seller.call("POST", SCHEDULES, json=body).json()["reportScheduleId"]
    stolen = program(
        seller,
        "create_schedule",
        report_type="GET_ORDER_REPORT_DATA_INVOICING",
        period="PT30M",
        marketplace_ids=[FR],
    )
    assert stolen["replaced"] == [ours]
    query = {"reportTypes": "GET_ORDER_REPORT_DATA_INVOICING"}
    (listed,) = seller.call("GET", SCHEDULES, params=query).json()["reportSchedules"]
    assert listed["reportScheduleId"] == stolen["schedule_id"]
    gone = program(seller, "cancel_schedules")
    assert gone == {"schedule_ids": [stolen["schedule_id"]]}


def test_a_program_must_know_what_to_do(amazon):
    for wrong in ({}, {"do": "dance"}, {"do": "create_report", "report_type": "X"}):
        answer = requests.post(f"{amazon.url}/_control/programs", json=wrong)
        assert answer.status_code == 400


@pytest.mark.parametrize("skew", [-600, 600])
def test_amazons_clock_may_differ(amazon, seller, skew):
    now = amazon.clock.now()
    seller.control("POST", "clock", {"skew": skew})
    body = seller.specification(dataEndTime=api_time(now))
    answer = seller.call("POST", REPORTS, json=body)
    assert answer.status_code == (400 if skew < 0 else 202)
    date = parsedate_to_datetime(answer.headers["Date"])
    assert abs((date - now).total_seconds() - skew) < 60
    seller.control("POST", "clock", {"skew": 0})
    answer = seller.call("GET", PARTICIPATIONS)
    date = parsedate_to_datetime(answer.headers["Date"])
    assert abs((date - now).total_seconds()) < 60
