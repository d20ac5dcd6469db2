"""The operations: what is sent, and what comes back as values."""

from datetime import datetime, timedelta, timezone

import pytest
from selling_partner import Participation, errors

from .scripted_amazon import Reply

UTC = timezone.utc
REPORTS = "/reports/2021-06-30/reports"
SCHEDULES = "/reports/2021-06-30/schedules"
PARTICIPATIONS = "/sellers/v1/marketplaceParticipations"
MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
REPORT = {
    "reportId": "R1",
    "reportType": MFN,
    "processingStatus": "DONE",
    "reportDocumentId": "amzn1.spdoc.1.4.eu.D1",
    "marketplaceIds": ["A1PA6795UKMFR9"],
    "dataStartTime": "2026-11-01T00:00:00+00:00",
    "dataEndTime": "2026-11-02T01:00:00.250+01:00",
    "createdTime": "2026-11-02T00:00:01Z",
    "processingStartTime": "2026-11-02T00:00:02.000Z",
    "processingEndTime": "2026-11-02T00:00:03+00:00",
}


def participation(**changes):
    return {
        "marketplace": {
            "id": "A1PA6795UKMFR9",
            "name": "Amazon.de",
            "countryCode": "DE",
            "defaultCurrencyCode": "EUR",
            "defaultLanguageCode": "de_DE",
            "domainName": "www.amazon.de",
        },
        "participation": {"isParticipating": True, "hasSuspendedListings": False},
        "storeName": "Laden",
        **changes,
    }


def test_participations(amazon, client):
    amazon.on("GET", PARTICIPATIONS, Reply(json={"payload": [participation()]}))
    assert client.get_marketplace_participations() == [
        Participation("A1PA6795UKMFR9", "Amazon.de", "DE", "EUR", True, False, "Laden")
    ]
    request = amazon.calls("sellers")[0]
    assert request.query == {}
    assert request.token == "Atza|token-1"
    assert request.headers["host"] == f"127.0.0.1:{amazon.port}"
    assert request.headers["user-agent"].startswith("amazon_order_import/")


def test_token_request_is_a_form_with_the_credentials(amazon, client):
    amazon.on("GET", PARTICIPATIONS, Reply(json={"payload": []}))
    client.get_marketplace_participations()
    request = amazon.calls("/auth/o2/token")[0]
    assert request.headers["content-type"].startswith(
        "application/x-www-form-urlencoded"
    )
    assert request.form == {
        "grant_type": "refresh_token",
        "client_id": "amzn1.application-oa2-client.one",
        "client_secret": "amzn1.oa2-cs.v1.secret-of-one",
        "refresh_token": "Atzr|refresh-of-one",
    }


def test_create_report_sends_what_the_model_knows_and_nothing_else(amazon, client):
    amazon.on("POST", REPORTS, Reply(202, json={"reportId": "R1"}))
    berlin = timezone(timedelta(hours=1))
    report_id = client.create_report(
        MFN,
        ["A1PA6795UKMFR9", "A13V1IB3VIYZZH"],
        start=datetime(2026, 11, 1, 0, 30, tzinfo=berlin),
        end=datetime(2026, 11, 2, 23, 59, 59, 999999, tzinfo=UTC),
        options={"ShowSalesChannel": True},
    )
    assert report_id == "R1"
    request = amazon.calls(REPORTS)[0]
    assert request.query == {}
    assert request.headers["content-type"] == "application/json"
    assert request.json == {
        "reportType": MFN,
        "marketplaceIds": ["A1PA6795UKMFR9", "A13V1IB3VIYZZH"],
        "dataStartTime": "2026-10-31T23:30:00.000Z",
        "dataEndTime": "2026-11-02T23:59:59.999Z",
        "reportOptions": {"ShowSalesChannel": "true"},
    }


def test_create_report_without_period(amazon, client):
    amazon.on("POST", REPORTS, Reply(202, json={"reportId": "R1"}))
    client.create_report("GET_AFN_INVENTORY_DATA", ["A1PA6795UKMFR9"])
    assert amazon.calls(REPORTS)[0].json == {
        "reportType": "GET_AFN_INVENTORY_DATA",
        "marketplaceIds": ["A1PA6795UKMFR9"],
    }


def test_get_report(amazon, client):
    amazon.on("GET", f"{REPORTS}/R1", Reply(json=REPORT))
    report = client.get_report("R1")
    assert report.processing_status == "DONE"
    assert report.document_id == "amzn1.spdoc.1.4.eu.D1"
    assert report.marketplace_ids == ("A1PA6795UKMFR9",)
    assert report.data_start == datetime(2026, 11, 1, tzinfo=UTC)
    assert report.data_end == datetime(2026, 11, 2, 0, 0, 0, 250000, tzinfo=UTC)
    assert report.created == datetime(2026, 11, 2, 0, 0, 1, tzinfo=UTC)
    assert report.schedule_id is None
    assert amazon.calls(REPORTS)[0].query == {}


@pytest.mark.parametrize(
    "change",
    [
        {"reportDocumentId": None},
        {"processingStatus": None},
        {"createdTime": None},
        {"createdTime": "yesterday"},
        {"createdTime": "2026-11-02T00:00:01"},
        {"createdTime": "2026-13-45T00:00:01Z"},
        {"reportId": 7},
        {"marketplaceIds": "A1PA6795UKMFR9"},
    ],
)
def test_report_with_a_field_missing_or_wrong_is_no_report(amazon, client, change):
    amazon.on("GET", f"{REPORTS}/R1", Reply(json={**REPORT, **change}))
    with pytest.raises(errors.AnswerError) as caught:
        client.get_report("R1")
    assert caught.value.operation == "getReport"
    assert caught.value.request_id == "request-1"


def test_report_id_cannot_change_the_path(amazon, client):
    amazon.on("GET", f"{REPORTS}/R1/../R2?x=1", Reply(json=REPORT))
    assert client.get_report("R1/../R2?x=1").report_id == "R1"
    for bad in ("", "..", ".", " ", None, "a,b"):
        with pytest.raises(errors.DataError, match="Nothing was sent"):
            client.get_report(bad)
    assert len(amazon.calls(REPORTS)) == 1


def test_get_reports_follows_the_token_alone(amazon, client):
    second = {**REPORT, "reportId": "R2"}
    amazon.on(
        "GET",
        REPORTS,
        Reply(json={"reports": [REPORT], "nextToken": "next=="}),
        Reply(json={"reports": [second]}),
    )
    found = client.get_reports(
        report_types=[MFN, "SC_VAT_TAX_REPORT"],
        processing_statuses=["DONE", "FATAL"],
        marketplace_ids=["A1PA6795UKMFR9"],
        created_since=datetime(2026, 11, 1, tzinfo=UTC),
        created_until=datetime(2026, 11, 2, tzinfo=UTC),
    )
    assert [report.report_id for report in found] == ["R1", "R2"]
    first, second = amazon.calls(REPORTS)
    assert first.query == {
        "reportTypes": [f"{MFN},SC_VAT_TAX_REPORT"],
        "processingStatuses": ["DONE,FATAL"],
        "marketplaceIds": ["A1PA6795UKMFR9"],
        "createdSince": ["2026-11-01T00:00:00.000Z"],
        "createdUntil": ["2026-11-02T00:00:00.000Z"],
        "pageSize": ["100"],
    }
    assert second.query == {"nextToken": ["next=="]}


def test_get_reports_is_not_led_in_circles(amazon, client):
    amazon.on("GET", REPORTS, Reply(json={"reports": [], "nextToken": "again"}))
    with pytest.raises(errors.AnswerError):
        list(client.get_reports([MFN]))
    assert len(amazon.calls(REPORTS)) == 2


def test_cancel_report_takes_null_and_an_empty_answer(amazon, client):
    amazon.on("DELETE", f"{REPORTS}/R1", Reply(json=None), Reply(body=b""))
    assert client.cancel_report("R1") is None
    assert client.cancel_report("R1") is None
    assert amazon.calls(REPORTS)[0].query == {}
    assert amazon.calls(REPORTS)[0].body == b""


def test_schedules(amazon, client):
    schedule = {
        "reportScheduleId": "S1",
        "reportType": MFN,
        "period": "PT15M",
        "marketplaceIds": ["A1PA6795UKMFR9"],
        "reportOptions": {"ShowSalesChannel": "true"},
        "nextReportCreationTime": "2026-11-02T00:00:00.973Z",
    }
    amazon.on("POST", SCHEDULES, Reply(201, json={"reportScheduleId": "S1"}))
    amazon.on("GET", SCHEDULES, Reply(json={"reportSchedules": [schedule]}))
    amazon.on("GET", f"{SCHEDULES}/S1", Reply(json=schedule))
    amazon.on("DELETE", f"{SCHEDULES}/S1", Reply(json=None))
    moment = datetime(2026, 11, 2, tzinfo=UTC)
    assert (
        client.create_report_schedule(
            MFN, ["A1PA6795UKMFR9"], "PT15M", moment, {"ShowSalesChannel": "true"}
        )
        == "S1"
    )
    assert amazon.calls(SCHEDULES)[0].json == {
        "reportType": MFN,
        "marketplaceIds": ["A1PA6795UKMFR9"],
        "period": "PT15M",
        "nextReportCreationTime": "2026-11-02T00:00:00.000Z",
        "reportOptions": {"ShowSalesChannel": "true"},
    }
    (listed,) = client.get_report_schedules([MFN])
    assert listed == client.get_report_schedule("S1")
    assert (listed.schedule_id, listed.period) == ("S1", "PT15M")
    assert listed.options == {"ShowSalesChannel": "true"}
    assert listed.next_creation == datetime(2026, 11, 2, 0, 0, 0, 973000, tzinfo=UTC)
    client.cancel_report_schedule("S1")
    assert amazon.received[-1].method == "DELETE"


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.create_report(MFN, []),
        lambda c: c.create_report(MFN, "A1PA6795UKMFR9"),
        lambda c: c.create_report(MFN, ["A"] * 26),
        lambda c: c.create_report("", ["A"]),
        lambda c: c.create_report(MFN, ["A"], start=datetime(2026, 1, 1)),
        lambda c: c.create_report(
            MFN,
            ["A"],
            start=datetime(2026, 1, 2, tzinfo=UTC),
            end=datetime(2026, 1, 1, tzinfo=UTC),
        ),
        lambda c: list(c.get_reports([])),
        lambda c: list(c.get_reports(["A"] * 11)),
        lambda c: c.create_report_schedule(MFN, ["A"], "PT7M"),
        lambda c: c.create_report_schedule(MFN, ["A"], "PT5M", datetime(2026, 1, 1)),
    ],
)
def test_impossible_requests_are_not_sent(amazon, client, call):
    with pytest.raises(errors.DataError, match="Nothing was sent"):
        call(client)
    assert amazon.received == []


def test_calls_are_told_to_whoever_counts_them(amazon, make_client):
    calls = []
    client = make_client(on_call=calls.append)
    amazon.on(
        "POST",
        REPORTS,
        Reply(202, json={"reportId": "R"}, headers={"x-amzn-RateLimit-Limit": "0.5"}),
        Reply(429, json={"errors": [{"code": "QuotaExceeded", "message": "No"}]}),
    )
    client.create_report(MFN, ["A1PA6795UKMFR9"])
    with pytest.raises(errors.ThrottledError):
        client.create_report(MFN, ["A1PA6795UKMFR9"])
    assert [(c.operation, c.status, c.rate) for c in calls] == [
        ("token", 200, None),
        ("createReport", 202, 0.5),
        ("createReport", 429, None),
    ]
    assert calls[1].started.tzinfo is UTC
    assert [call.report_type for call in calls] == [None, MFN, MFN]


def test_whoever_counts_calls_can_keep_one_from_being_made(amazon, make_client):
    def refuse(operation):
        if operation == "createReport":
            raise errors.ThrottledError("Wait", seconds=7, operation=operation)

    client = make_client(before_call=refuse)
    with pytest.raises(errors.ThrottledError) as caught:
        client.create_report(MFN, ["A1PA6795UKMFR9"])
    assert caught.value.seconds == 7
    assert not [request for request in amazon.received if REPORTS in request.path]
