"""The life of reports and schedules."""

from datetime import timedelta

import pytest

from .clock import api_time
from .testing import DE, FBA_EU, FBA_GENERAL, FR, MFN_EU, REPORTS, SCHEDULES, Caller


def test_report_goes_from_queue_to_done_by_polls(seller):
    report = seller.create()
    assert [seller.status(report) for _ in range(4)] == [
        "IN_QUEUE",
        "IN_PROGRESS",
        "DONE",
        "DONE",
    ]


def test_report_goes_by_the_clock_when_told(amazon, seller):
    seller.control("POST", "settings", {"lifecycle": "clock"})
    report = seller.create()
    assert [seller.status(report) for _ in range(3)] == ["IN_QUEUE"] * 3
    amazon.clock.advance(301)
    assert seller.status(report) == "IN_PROGRESS"
    amazon.clock.advance(300)
    assert seller.finish(report)["processingStatus"] == "DONE"


def test_without_data_a_report_is_cancelled(amazon, seller):
    now = api_time(amazon.clock.now() - timedelta(minutes=3))
    body = seller.finish(seller.create(dataStartTime=now))
    assert body["processingStatus"] == "CANCELLED"
    assert "reportDocumentId" not in body


def test_only_a_queued_report_can_be_cancelled(seller):
    report = seller.create()
    assert seller.call("DELETE", f"{REPORTS}/{report}").status_code == 200
    assert seller.status(report) == "CANCELLED"
    other = seller.create()
    seller.finish(other)
    assert seller.call("DELETE", f"{REPORTS}/{other}").status_code == 400
    assert seller.status(other) == "DONE"


def test_fba_reports_of_the_same_data_within_30_minutes_are_fatal(amazon, seller):
    first, second = seller.create(FBA_EU), seller.create(FBA_EU)
    assert seller.finish(first)["processingStatus"] == "DONE"
    assert seller.finish(second)["processingStatus"] == "FATAL"
    elsewhere = {
        "dataStartTime": api_time(amazon.clock.now() - timedelta(days=50)),
        "dataEndTime": api_time(amazon.clock.now() - timedelta(days=26)),
    }
    other_period = seller.finish(seller.create(FBA_EU, **elsewhere))
    assert other_period["processingStatus"] == "CANCELLED"
    amazon.clock.advance(1801)
    assert seller.finish(seller.create(FBA_EU))["processingStatus"] == "DONE"
    seller.control("POST", "settings", {"fba_throttle": False})
    assert seller.finish(seller.create(FBA_EU))["processingStatus"] == "DONE"


def test_fba_period_beyond_31_days_is_cancelled(seller):
    assert (
        seller.finish(seller.create(FBA_EU, days=40))["processingStatus"] == "CANCELLED"
    )


def test_reports_are_forgotten_after_their_retention(amazon, seller):
    report = seller.create()
    document = seller.finish(report)["reportDocumentId"]
    amazon.clock.advance(31 * 86400)
    late = Caller(amazon.url, "eu")
    assert late.call("GET", f"{REPORTS}/{report}").status_code == 404
    answer = late.call("GET", f"/reports/2021-06-30/documents/{document}")
    assert answer.status_code == 404
    listing = late.call("GET", REPORTS, params={"reportTypes": MFN_EU}).json()
    assert listing["reports"] == []


def test_another_sellers_report_is_unknown(amazon, seller):
    report = seller.create()
    stranger = Caller(amazon.url, "eu-vcs")
    assert stranger.call("GET", f"{REPORTS}/{report}").status_code == 404


@pytest.mark.parametrize(
    "changes, status",
    [
        ({"reportType": "GET_NO_SUCH_REPORT"}, 400),
        ({"reportType": None}, 400),
        ({"marketplaceIds": None}, 400),
        ({"marketplaceIds": []}, 400),
        ({"marketplaceIds": ["ATVPDKIKX0DER"]}, 400),
        ({"dataStartTime": None}, 400),
        ({"dataStartTime": "2026-11-01"}, 400),
        ({"dataStartTime": "2026-11-01T00:00:00"}, 400),
        ({"dataEndTime": "2099-01-01T00:00:00Z"}, 400),
        ({"reportOptions": {"ShowSalesChannel": True}}, 400),
        ({"reportType": "GET_FLAT_FILE_ORDER_REPORT_DATA_TAX"}, 403),
        ({"reportType": "GET_ORDER_REPORT_DATA_INVOICING"}, 400),
    ],
)
def test_wrong_requests_are_refused(seller, changes, status):
    body = seller.specification(**changes)
    answer = seller.call("POST", REPORTS, json=body)
    assert answer.status_code == status
    assert answer.json()["errors"][0]["code"]


def test_a_missing_role_is_403(amazon, seller):
    roles = ["Amazon Fulfillment"]
    seller.control("POST", "sellers", {"key": "eu", "roles": roles})
    answer = seller.call("POST", REPORTS, json=seller.specification())
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["message"] == (
        "Access to requested resource is denied."
    )
    seller.create(FBA_GENERAL)


def test_listing_filters_and_pages_by_the_token_alone(amazon, seller):
    mine = []
    for number in range(5):
        mine.append(seller.create(marketplaceIds=[DE if number % 2 else FR]))
        amazon.clock.advance(60)
    seller.create(FBA_EU)
    first = seller.call(
        "GET", REPORTS, params={"reportTypes": MFN_EU, "pageSize": 3}
    ).json()
    alone = seller.call("GET", REPORTS, params={"nextToken": first["nextToken"]})
    assert [r["reportId"] for r in first["reports"] + alone.json()["reports"]] == (
        mine[::-1]
    )
    assert "nextToken" not in alone.json()
    both = {"nextToken": first["nextToken"], "reportTypes": MFN_EU}
    assert seller.call("GET", REPORTS, params=both).status_code == 400
    german = {"reportTypes": f"{MFN_EU},{FBA_GENERAL}", "marketplaceIds": DE}
    found = seller.call("GET", REPORTS, params=german).json()["reports"]
    assert [report["reportId"] for report in found] == [mine[3], mine[1]]
    early = {
        "reportTypes": MFN_EU,
        "createdUntil": api_time(amazon.clock.now() - timedelta(seconds=270)),
    }
    found = seller.call("GET", REPORTS, params=early).json()["reports"]
    assert [report["reportId"] for report in found] == [mine[0]]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"reportTypes": ",".join([MFN_EU] * 11)},
        {"reportTypes": "GET_NO_SUCH_REPORT"},
        {"reportTypes": MFN_EU, "processingStatuses": "READY"},
        {"reportTypes": MFN_EU, "pageSize": "101"},
        {"reportTypes": MFN_EU, "createdSince": "2020-01-01T00:00:00Z"},
        {"nextToken": "made-up"},
    ],
)
def test_wrong_listings_are_refused(seller, query):
    assert seller.call("GET", REPORTS, params=query).status_code == 400


def test_a_schedule_makes_reports_in_time(amazon, seller):
    body = {"reportType": MFN_EU, "marketplaceIds": [DE], "period": "P1D"}
    made = seller.call("POST", SCHEDULES, json=body)
    assert made.status_code == 201
    amazon.clock.advance(2 * 86400 + 700)
    late = Caller(amazon.url, "eu")
    found = late.call("GET", REPORTS, params={"reportTypes": MFN_EU}).json()["reports"]
    assert [report["reportScheduleId"] for report in found] == [
        made.json()["reportScheduleId"]
    ] * 2
    assert found[0]["dataStartTime"] == found[1]["dataEndTime"]
    assert found[1]["processingStatus"] in ("DONE", "CANCELLED")


def test_a_new_schedule_replaces_as_amazon_does(seller):
    def schedule(report_type, ids):
        body = {"reportType": report_type, "marketplaceIds": ids, "period": "PT1H"}
        answer = seller.call("POST", SCHEDULES, json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["reportScheduleId"]

    def listed(*types):
        query = {"reportTypes": ",".join(types)}
        found = seller.call("GET", SCHEDULES, params=query).json()["reportSchedules"]
        return [entry["reportScheduleId"] for entry in found]

    vidr = "GET_FLAT_FILE_VAT_INVOICE_DATA_REPORT"
    schedule(vidr, [DE])
    french = schedule(vidr, [FR])
    german = schedule(vidr, [DE])
    assert listed(vidr) == [french, german]
    flat = schedule(MFN_EU, [DE])
    xml = schedule("GET_ORDER_REPORT_DATA_INVOICING", [FR])
    assert listed(MFN_EU, "GET_ORDER_REPORT_DATA_INVOICING") == [xml]
    assert seller.call("GET", f"{SCHEDULES}/{flat}").status_code == 404
    assert seller.call("DELETE", f"{SCHEDULES}/{xml}").status_code == 200
    assert listed("GET_ORDER_REPORT_DATA_INVOICING") == []
    body = {"reportType": FBA_EU, "marketplaceIds": [DE], "period": "PT1H"}
    assert seller.call("POST", SCHEDULES, json=body).status_code == 400


@pytest.mark.parametrize(
    "kind, parameters, status, document",
    [
        ("fatal", {}, "FATAL", False),
        ("fatal", {"document": True}, "FATAL", True),
        ("cancelled", {}, "CANCELLED", False),
    ],
)
def test_faults_end_reports(seller, kind, parameters, status, document):
    fault = {"kind": kind, "match": {"report_type": MFN_EU}, **parameters}
    seller.control("POST", "faults", fault)
    body = seller.finish(seller.create())
    assert body["processingStatus"] == status
    assert ("reportDocumentId" in body) == document
    assert seller.finish(seller.create())["processingStatus"] == "DONE"


def test_a_stuck_report_stays_in_the_queue(amazon, seller):
    seller.control("POST", "faults", {"kind": "stuck"})
    report = seller.create()
    amazon.clock.advance(3000)
    assert [seller.status(report) for _ in range(5)] == ["IN_QUEUE"] * 5
