"""The check of recorded requests finds what Amazon would refuse."""

import pytest
import requests

from tests.simulator.testing import (
    DE,
    DOCUMENTS,
    MFN_EU,
    PARTICIPATIONS,
    REPORTS,
    SCHEDULES,
    TOKENS,
    credentials,
)

from .models import ContractBroken

TIMES = {"dataStartTime": "2026-11-01T00:00:00Z"}
GOOD_REPORT = {"reportType": MFN_EU, "marketplaceIds": [DE], **TIMES}


def last(seller):
    return seller.control("GET", "requests")["requests"][-1]


def test_good_requests_pass(models, seller):
    assert models.check_request(last(seller)) == "token"
    document = seller.finish(seller.create())["reportDocumentId"]
    requests.get(seller.link(document)["url"])
    query = {"reportTypes": MFN_EU, "pageSize": 5, "processingStatuses": "DONE,FATAL"}
    seller.call("GET", REPORTS, params=query)
    checked = [
        models.check_request(entry)
        for entry in seller.control("GET", "requests")["requests"]
    ]
    assert checked == [
        "token",
        "createReport",
        *["getReport"] * 3,
        "createRestrictedDataToken",
        "getReportDocument",
        "downloadDocument",
        "getReports",
    ]


@pytest.mark.parametrize(
    "method, path, options, complaint",
    [
        ("GET", "/reports/2020-09-04/reports", {}, "Amazon has no"),
        ("PUT", REPORTS, {}, "Amazon has no"),
        ("GET", f"{REPORTS}/None", {}, "unfilled None"),
        ("GET", REPORTS, {}, "neither reportTypes nor nextToken"),
        ("GET", REPORTS, {"params": {"reportType": MFN_EU}}, "unknown parameter"),
        ("GET", REPORTS, {"params": {"reportTypes": [MFN_EU] * 2}}, "repeated"),
        (
            "GET",
            REPORTS,
            {"params": {"reportTypes": ",".join([MFN_EU] * 11)}},
            "reportTypes",
        ),
        (
            "GET",
            REPORTS,
            {"params": {"reportTypes": MFN_EU, "processingStatuses": "READY"}},
            "READY",
        ),
        (
            "GET",
            REPORTS,
            {"params": {"reportTypes": MFN_EU, "pageSize": "many"}},
            "pageSize",
        ),
        (
            "GET",
            REPORTS,
            {"params": {"reportTypes": MFN_EU, "pageSize": 101}},
            "pageSize",
        ),
        (
            "GET",
            REPORTS,
            {"params": {"reportTypes": MFN_EU, "createdSince": "2026-11-01"}},
            "createdSince",
        ),
        (
            "GET",
            REPORTS,
            {"params": {"reportTypes": MFN_EU, "nextToken": "x"}},
            "not the only",
        ),
        ("GET", SCHEDULES, {}, "reportTypes is missing"),
        ("POST", REPORTS, {}, "body is missing"),
        ("POST", REPORTS, {"json": {"reportType": MFN_EU}}, "marketplaceIds"),
        (
            "POST",
            REPORTS,
            {"json": GOOD_REPORT | {"marketplaceIds": []}},
            "marketplace",
        ),
        (
            "POST",
            REPORTS,
            {"json": GOOD_REPORT | {"MarketplaceId": DE}},
            "MarketplaceId",
        ),
        ("POST", REPORTS, {"json": GOOD_REPORT | {"dataEndTime": "x"}}, "dataEndTime"),
        (
            "POST",
            REPORTS,
            {"json": GOOD_REPORT | {"reportOptions": {"a": True}}},
            "reportOptions",
        ),
        (
            "POST",
            SCHEDULES,
            {"json": {"reportType": "X", "marketplaceIds": [DE], "period": "PT6H"}},
            "PT6H",
        ),
        (
            "POST",
            TOKENS,
            {
                "json": {
                    "restrictedResources": [{"method": "get", "path": DOCUMENTS + "x"}]
                }
            },
            "get",
        ),
        ("POST", REPORTS, {"data": "{}"}, "application/json"),
        ("GET", PARTICIPATIONS, {"params": {"MarketplaceId": DE}}, "MarketplaceId"),
        ("GET", PARTICIPATIONS, {"headers": {"User-Agent": "x" * 600}}, "user-agent"),
    ],
)
def test_wrong_requests_are_found(models, seller, method, path, options, complaint):
    seller.call(method, path, **options)
    with pytest.raises(ContractBroken, match=complaint):
        models.check_request(last(seller))


def test_wrong_logins_and_downloads_are_found(models, amazon, seller):
    url = f"{amazon.url}/auth/o2/token"
    for options in (
        {"json": credentials("eu")},
        {"data": {"grant_type": "refresh_token"}},
        {"data": credentials("eu"), "params": {"client_id": "x"}},
    ):
        requests.post(url, **options)
        with pytest.raises(ContractBroken):
            models.check_request(last(seller))
    requests.get(f"{amazon.url}/documents/x", headers={"Authorization": "x"})
    with pytest.raises(ContractBroken, match="authorization"):
        models.check_request(last(seller))
