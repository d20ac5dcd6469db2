"""Every answer of the simulator, success and error, is one Amazon could give."""

import pytest
import requests

from tests.simulator.testing import (
    DE,
    DOCUMENTS,
    FBA_EU,
    FEED_DOCUMENTS,
    FEEDS,
    MFN_EU,
    PARTICIPATIONS,
    PDF,
    REPORTS,
    SCHEDULES,
    TOKENS,
)

from .models import ContractBroken

# operation -> a request that is refused with 400
WRONG = {
    "getReports": ("GET", REPORTS, {"params": {"reportTypes": "NONE"}}),
    "createReport": ("POST", REPORTS, {"json": {"reportType": "NONE"}}),
    "getReportSchedules": ("GET", SCHEDULES, {"params": {"reportTypes": "NONE"}}),
    "createReportSchedule": ("POST", SCHEDULES, {"json": {"reportType": "NONE"}}),
    "createRestrictedDataToken": ("POST", TOKENS, {"json": {}}),
    "getFeeds": ("GET", FEEDS, {"params": {"feedTypes": "NONE"}}),
    "createFeed": ("POST", FEEDS, {"json": {"feedType": "NONE"}}),
    "createFeedDocument": ("POST", FEED_DOCUMENTS, {"json": {}}),
}
# operation -> a request for something that does not exist
ABSENT = {
    "getReport": ("GET", f"{REPORTS}/1", {}),
    "cancelReport": ("DELETE", f"{REPORTS}/1", {}),
    "getReportSchedule": ("GET", f"{SCHEDULES}/1", {}),
    "cancelReportSchedule": ("DELETE", f"{SCHEDULES}/1", {}),
    "getReportDocument": ("GET", f"{DOCUMENTS}none", {}),
    "getFeed": ("GET", f"{FEEDS}/1", {}),
    "cancelFeed": ("DELETE", f"{FEEDS}/1", {}),
    "getFeedDocument": ("GET", f"{FEED_DOCUMENTS}/none", {}),
    "getOrder": ("GET", "/orders/2026-01-01/orders/302-0000000-0000000", {}),
    "confirmShipment": (
        "POST",
        "/orders/v0/orders/302-0000000-0000000/shipmentConfirmation",
        {"json": {}},
    ),
}
ANY = WRONG | ABSENT | {"getMarketplaceParticipations": ("GET", PARTICIPATIONS, {})}
FAULTS = {
    401: "unauthorized",
    403: "forbidden",
    429: "throttle",
    500: "internal",
    503: "unavailable",
}


def checked(models, operation, answer, status):
    """The answer's body after it passed the model."""
    assert answer.status_code == status, answer.text
    body = answer.json() if answer.content else None
    models.check_answer(operation, status, answer.headers, body)
    return body


def test_every_operation_succeeds_as_modelled(models, seller):
    def call(operation, status, method, path, **options):
        return checked(models, operation, seller.call(method, path, **options), status)

    call("getMarketplaceParticipations", 200, "GET", PARTICIPATIONS)
    made = call("createReport", 202, "POST", REPORTS, json=seller.specification())
    path = f"{REPORTS}/{made['reportId']}"
    states = [call("getReport", 200, "GET", path) for _ in range(3)]
    assert [s["processingStatus"] for s in states] == [
        "IN_QUEUE",
        "IN_PROGRESS",
        "DONE",
    ]
    document = states[-1]["reportDocumentId"]
    resource = {"method": "GET", "path": DOCUMENTS + document}
    token = call(
        "createRestrictedDataToken",
        200,
        "POST",
        TOKENS,
        json={"restrictedResources": [resource]},
    )["restrictedDataToken"]
    call("getReportDocument", 200, "GET", DOCUMENTS + document, token=token)
    queued = seller.create(FBA_EU)
    call("cancelReport", 200, "DELETE", f"{REPORTS}/{queued}")
    query = {"reportTypes": f"{MFN_EU},{FBA_EU}", "pageSize": 1}
    page = call("getReports", 200, "GET", REPORTS, params=query)
    query = {"nextToken": page["nextToken"]}
    assert call("getReports", 200, "GET", REPORTS, params=query)["reports"]
    schedule = {
        "reportType": MFN_EU,
        "marketplaceIds": [DE],
        "period": "PT15M",
        "reportOptions": {"ShowSalesChannel": "true"},
    }
    made = call("createReportSchedule", 201, "POST", SCHEDULES, json=schedule)
    path = f"{SCHEDULES}/{made['reportScheduleId']}"
    found = call("getReportSchedule", 200, "GET", path)
    assert found["reportOptions"] == {"ShowSalesChannel": "true"}
    query = {"reportTypes": MFN_EU}
    listed = call("getReportSchedules", 200, "GET", SCHEDULES, params=query)
    assert listed["reportSchedules"] == [found]
    call("cancelReportSchedule", 200, "DELETE", path)


def test_every_operation_of_orders_succeeds_as_modelled(models, amazon, seller):
    placed = seller.control("POST", "orders", {"seller": "eu", "marketplace": "DE"})
    (order_id,) = placed["orders"]
    path = f"/orders/2026-01-01/orders/{order_id}"
    query = {"includedData": "FULFILLMENT,PACKAGES,CANCELLATION"}
    told = {"seller": "eu", "order_id": order_id}
    seller.control("POST", "orders_told", {**told, "cancel_request": "Mistake"})
    order = amazon.state.market.order(amazon.state.seller("eu"), order_id)
    items = [
        {"orderItemId": line.item_id, "quantity": line.quantity} for line in order.lines
    ]
    package = {
        "packageReferenceId": "1",
        "carrierCode": "DHL",
        "trackingNumber": "00340434161094000001",
        "shipDate": amazon.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "orderItems": items,
    }
    body = {"marketplaceId": DE, "packageDetail": package}
    confirm = f"/orders/v0/orders/{order_id}/shipmentConfirmation"
    answer = seller.call("POST", confirm, json=body)
    assert checked(models, "confirmShipment", answer, 204) is None
    package["packageReferenceId"] = "no number"
    checked(models, "confirmShipment", seller.call("POST", confirm, json=body), 400)
    answer = seller.call("GET", path, params=query)
    found = checked(models, "getOrder", answer, 200)
    assert found["order"]["packages"][0]["packageReferenceId"] == "1"


def test_every_operation_of_feeds_succeeds_as_modelled(models, amazon, seller):
    def call(operation, status, method, path, **options):
        return checked(models, operation, seller.call(method, path, **options), status)

    def feed():
        body = {"contentType": "application/pdf"}
        made = call("createFeedDocument", 201, "POST", FEED_DOCUMENTS, json=body)
        put = requests.put(
            made["url"], PDF, headers={"Content-Type": "application/pdf"}
        )
        assert put.status_code == 200
        body = {
            "feedType": "UPLOAD_VAT_INVOICE",
            "marketplaceIds": [DE],
            "inputFeedDocumentId": made["feedDocumentId"],
            "feedOptions": {"metadata:OrderId": "none"},
        }
        return call("createFeed", 202, "POST", FEEDS, json=body)["feedId"]

    path = f"{FEEDS}/{feed()}"
    states = [call("getFeed", 200, "GET", path) for _ in range(3)]
    assert [s["processingStatus"] for s in states] == [
        "IN_QUEUE",
        "IN_PROGRESS",
        "DONE",
    ]
    result = f"{FEED_DOCUMENTS}/{states[-1]['resultFeedDocumentId']}"
    url = call("getFeedDocument", 200, "GET", result)["url"]
    assert requests.get(url).text.startswith("Feed Processing Summary")
    amazon.clock.advance(3)
    call("cancelFeed", 200, "DELETE", f"{FEEDS}/{feed()}")
    query = {"feedTypes": "UPLOAD_VAT_INVOICE", "pageSize": 1}
    page = call("getFeeds", 200, "GET", FEEDS, params=query)
    query = {"nextToken": page["nextToken"]}
    found = page["feeds"] + call("getFeeds", 200, "GET", FEEDS, params=query)["feeds"]
    assert [f["processingStatus"] for f in found] == ["CANCELLED", "DONE"]


@pytest.mark.parametrize("end", ["fatal", "cancelled", "stuck"])
def test_ends_of_reports_are_as_modelled(models, seller, end):
    seller.control("POST", "faults", {"kind": end, "document": True})
    path = f"{REPORTS}/{seller.create()}"
    for _ in range(4):
        checked(models, "getReport", seller.call("GET", path), 200)


@pytest.mark.parametrize("operation", WRONG)
def test_wrong_input_is_as_modelled(models, seller, operation):
    method, path, options = WRONG[operation]
    checked(models, operation, seller.call(method, path, **options), 400)


@pytest.mark.parametrize("operation", ABSENT)
def test_what_does_not_exist_is_as_modelled(models, seller, operation):
    method, path, options = ABSENT[operation]
    checked(models, operation, seller.call(method, path, **options), 404)


@pytest.mark.parametrize("status", FAULTS)
@pytest.mark.parametrize("operation", ANY)
def test_failures_are_as_modelled(models, seller, operation, status):
    if str(status) not in models.operations[operation].responses:
        pytest.skip(f"Amazon's model of {operation} has no answer {status}.")
    method, path, options = ANY[operation]
    seller.control("POST", "faults", {"kind": FAULTS[status]})
    checked(models, operation, seller.call(method, path, **options), status)


@pytest.mark.parametrize("operation", ANY)
def test_refused_callers_are_answered_as_modelled(models, seller, operation):
    method, path, options = ANY[operation]
    answer = seller.call(method, path, token="Atza|nonsense", **options)
    checked(models, operation, answer, 403)


@pytest.mark.parametrize(
    "operation", [name for name in ANY if name.startswith("create")]
)
def test_another_media_type_is_as_modelled(models, seller, operation):
    method, path, _ = ANY[operation]
    checked(models, operation, seller.call(method, path, data="x"), 415)


@pytest.mark.parametrize("operation", ANY)
def test_throttling_is_as_modelled(models, seller, operation):
    method, path, options = ANY[operation]
    seller.control("POST", "limits", {"scale": 0.01})
    seller.call(method, path, **options)
    checked(models, operation, seller.call(method, path, **options), 429)


def test_the_check_of_answers_finds_what_is_wrong(models):
    headers = {"x-amzn-RequestId": "1", "x-amzn-RateLimit-Limit": "2.0"}
    good = {
        "reportId": "1",
        "reportType": MFN_EU,
        "processingStatus": "DONE",
        "createdTime": "2026-11-20T12:00:00+00:00",
    }
    models.check_answer("getReport", 200, headers, good)
    for bad in (
        good | {"processingStatus": "READY"},
        good | {"surprise": 1},
        good | {"createdTime": "yesterday"},
        {"reportId": "1"},
        None,
    ):
        with pytest.raises(ContractBroken):
            models.check_answer("getReport", 200, headers, bad)
    with pytest.raises(ContractBroken, match="RequestId"):
        models.check_answer("getReport", 200, {"x-amzn-RateLimit-Limit": "2"}, good)
    with pytest.raises(ContractBroken, match="never answers 201"):
        models.check_answer("getReport", 201, headers, good)
