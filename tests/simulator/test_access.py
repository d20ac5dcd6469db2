"""Tokens, roles, regions, restricted documents, links and rate limits."""

import contextlib
import gzip
import zlib

import pytest
import requests

from .server import Simulator
from .testing import (
    DOCUMENTS,
    FBA_GENERAL,
    PARTICIPATIONS,
    REPORTS,
    TOKENS,
    Caller,
    credentials,
    read_table,
)


@pytest.fixture
def document(seller):
    """The id of a restricted document."""
    return seller.finish(seller.create())["reportDocumentId"]


def login(amazon, **changes):
    form = credentials("eu") | changes
    answer = requests.post(f"{amazon.url}/auth/o2/token", data=form)
    return answer.status_code, answer.json()


def test_login_gives_an_access_token(amazon):
    status, body = login(amazon)
    assert status == 200
    assert body["access_token"].startswith("Atza|")
    assert (body["token_type"], body["expires_in"]) == ("bearer", 3600)


@pytest.mark.parametrize(
    "changes, status, error",
    [
        ({"refresh_token": "Atzr|wrong"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "unknown"}, 401, "invalid_client"),
        ({"refresh_token": "Atzr|simulated-na"}, 400, "unauthorized_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"refresh_token": ""}, 400, "invalid_request"),
        ({"client_id": ""}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_grant"),
    ],
)
def test_login_errors(amazon, changes, status, error):
    got, body = login(amazon, **changes)
    assert (got, body["error"]) == (status, error)
    assert body["error_description"]


def test_an_authorization_code_works_once_for_five_minutes(amazon, seller):
    def redeem(code):
        return login(amazon, grant_type="authorization_code", code=code)

    code = seller.control("POST", "authorizations", {"seller": "eu"})["code"]
    assert redeem(code)[1]["refresh_token"] == "Atzr|simulated-eu"
    assert redeem(code)[1]["error"] == "invalid_grant"
    late = seller.control("POST", "authorizations", {"seller": "eu"})["code"]
    amazon.clock.advance(301)
    assert redeem(late)[1]["error"] == "invalid_grant"


def test_calls_without_a_valid_token_are_refused(amazon, seller):
    missing = requests.get(amazon.url + PARTICIPATIONS)
    wrong = seller.call("GET", PARTICIPATIONS, token="Atza|nonsense")
    amazon.clock.advance(3601)
    expired = seller.call("GET", PARTICIPATIONS)
    details = [
        answer.json()["errors"][0]["details"] for answer in (missing, wrong, expired)
    ]
    assert {a.status_code for a in (missing, wrong, expired)} == {403}
    assert "missing" in details[0]
    assert "malformed" in details[1]
    assert "expired" in details[2]


def test_a_revoked_seller_has_no_access(amazon, seller):
    seller.control("POST", "sellers", {"key": "eu", "revoked": True})
    assert seller.call("GET", PARTICIPATIONS).status_code == 403
    assert login(amazon)[1]["error"] == "invalid_grant"


def test_a_token_is_refused_at_another_regions_endpoint(seller):
    assert seller.call("GET", "/eu" + PARTICIPATIONS).status_code == 200
    assert seller.call("GET", "/na" + PARTICIPATIONS).status_code == 403


def test_an_unknown_path_is_403(seller):
    answer = seller.call("GET", "/reports/2020-09-04/reports")
    assert answer.status_code == 403
    assert answer.json()["errors"][0]["code"] == "MissingAuthenticationToken"


def test_bodies_must_be_json(seller):
    assert seller.call("POST", REPORTS, data={"a": 1}).status_code == 415
    answer = seller.call(
        "POST", REPORTS, data="{", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400


def test_a_restricted_document_needs_a_token_for_it_alone(seller, document):
    other = seller.finish(seller.create())["reportDocumentId"]
    assert seller.call("GET", DOCUMENTS + document).status_code == 403
    token = seller.restricted_token(other)
    assert seller.call("GET", DOCUMENTS + document, token).status_code == 403
    assert seller.call("GET", DOCUMENTS + other, token).status_code == 200
    assert seller.call("GET", PARTICIPATIONS, token).status_code == 403


def test_a_restricted_token_expires(amazon, seller, document):
    token = seller.restricted_token(document)
    amazon.clock.advance(3601)
    assert seller.call("GET", DOCUMENTS + document, token).status_code == 403


def test_an_ordinary_token_opens_it_when_amazon_accepts_either(seller, document):
    seller.control("POST", "settings", {"require_rdt": False})
    assert seller.call("GET", DOCUMENTS + document).status_code == 200
    roles = ["Amazon Fulfillment"]
    seller.control("POST", "sellers", {"key": "eu", "roles": roles})
    assert seller.call("GET", DOCUMENTS + document).status_code == 403


def test_there_is_no_restricted_token_for_an_open_document(seller):
    document = seller.finish(seller.create(FBA_GENERAL))["reportDocumentId"]
    resource = {"method": "GET", "path": DOCUMENTS + document}
    answer = seller.call("POST", TOKENS, json={"restrictedResources": [resource]})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == (
        "Invalid or unsupported document ID found"
    )
    assert seller.call("GET", DOCUMENTS + document).status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"restrictedResources": []},
        {"restrictedResources": [{"method": "", "path": DOCUMENTS + "x"}]},
        {"restrictedResources": [{"method": "GET", "path": DOCUMENTS + "x"}]},
        {"restrictedResources": [{"method": "GET", "path": "/orders/v0/orders"}]},
        {"restrictedResources": [{"method": "GET", "path": DOCUMENTS + "x"}] * 51},
    ],
)
def test_wrong_restricted_token_requests(seller, body):
    assert seller.call("POST", TOKENS, json=body).status_code == 400


def test_a_link_expires_after_five_minutes(amazon, seller, document):
    url = seller.link(document)["url"]
    amazon.clock.advance(299)
    assert requests.get(url).status_code == 200
    amazon.clock.advance(2)
    late = requests.get(url)
    assert late.status_code == 403
    assert "<Message>Request has expired</Message>" in late.text
    assert requests.get(seller.link(document)["url"]).status_code == 200


def test_a_link_takes_no_other_authorisation(seller, document):
    url = seller.link(document)["url"]
    for header in ("Authorization", "x-amz-access-token"):
        assert requests.get(url, headers={header: "Atza|x"}).status_code == 400
    assert requests.get(url.replace("Signature=", "Signature=0")).status_code == 403
    assert requests.get(url).status_code == 200


def test_the_link_can_declare_the_encoding(seller, document):
    token = seller.restricted_token(document)
    query = {"enableContentEncodingUrlHeader": "true"}
    link = seller.call("GET", DOCUMENTS + document, token, params=query).json()
    assert requests.get(link["url"]).headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in requests.get(seller.link(document)["url"]).headers


def test_rate_limits_refill_by_the_clock():
    with Simulator() as amazon:
        seller = Caller(amazon.url, "eu")
        answers = [seller.call("GET", PARTICIPATIONS) for _ in range(16)]
        assert [a.status_code for a in answers] == [200] * 15 + [429]
        assert answers[0].headers["x-amzn-RateLimit-Limit"] == "0.016"
        assert answers[-1].json()["errors"][0]["code"] == "QuotaExceeded"
        assert Caller(amazon.url, "na").call("GET", PARTICIPATIONS).ok
        amazon.clock.advance(63)
        assert seller.call("GET", PARTICIPATIONS).status_code == 200
        assert seller.call("GET", PARTICIPATIONS).status_code == 429
        counted = seller.control("GET", "calls")
        name = "getMarketplaceParticipations"
        assert counted["refused"] == [["eu", name, 2]]
        assert ["eu", name, 429, 2] in counted["calls"]
        assert ["eu", name, 200, 16] in counted["calls"]
        seller.control("POST", "limits", {"scale": 0})
        assert {seller.call("GET", PARTICIPATIONS).status_code for _ in range(20)} == {
            200
        }


@pytest.mark.parametrize(
    "kind, parameters, status, html",
    [
        ("throttle", {"html": True, "retry_after": 7}, 429, True),
        ("throttle", {"rate_header": "0.5"}, 429, False),
        ("internal", {"html": True}, 500, True),
        ("unavailable", {"html": True}, 503, True),
        ("unauthorized", {}, 401, False),
        ("forbidden", {}, 403, False),
        ("non_json", {}, 200, True),
    ],
)
def test_faults_of_requests(seller, kind, parameters, status, html):
    match = {"operation": "getMarketplaceParticipations"}
    seller.control("POST", "faults", {"kind": kind, "match": match, **parameters})
    answer = seller.call("GET", PARTICIPATIONS)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html") == html
    assert answer.headers.get("Retry-After") == (
        "7" if html and status == 429 else None
    )
    assert seller.call("GET", PARTICIPATIONS).json()["payload"]


def test_faults_of_the_token_endpoint_and_of_the_connection(amazon, seller):
    fault = {"kind": "internal", "match": {"operation": "token"}, "count": 2}
    seller.control("POST", "faults", fault)
    assert [login(amazon)[0] for _ in range(3)] == [500, 500, 200]
    seller.control("POST", "faults", {"kind": "drop"})
    with pytest.raises(requests.ConnectionError):
        seller.call("GET", PARTICIPATIONS)
    seller.control("POST", "faults", {"kind": "slow", "seconds": 0.2})
    assert seller.call("GET", PARTICIPATIONS).elapsed.total_seconds() > 0.2


def test_faults_stay_until_cleared_and_must_exist(amazon, seller):
    seller.control("POST", "faults", {"kind": "internal", "count": None})
    assert [seller.call("GET", PARTICIPATIONS).status_code for _ in range(3)] == [
        500
    ] * 3
    seller.control("DELETE", "faults")
    assert seller.call("GET", PARTICIPATIONS).status_code == 200
    for wrong in ({"kind": "nonsense"}, {"kind": "drop", "match": {"nonsense": 1}}):
        answer = requests.post(f"{amazon.url}/_control/faults", json=wrong)
        assert answer.status_code == 400
        assert "nonsense" in answer.json()["error"]


def test_faults_of_documents(seller, document):
    def download(kind, **parameters):
        fault = {"kind": kind, "match": {"operation": "downloadDocument"}}
        seller.control("POST", "faults", {**fault, **parameters})
        return requests.get(seller.link(document)["url"], timeout=20)

    whole = requests.get(seller.link(document)["url"]).content
    # Not every version of requests notices that bytes are missing.
    with contextlib.suppress(requests.exceptions.ChunkedEncodingError):
        assert len(download("cut").content) < len(whole)
    half = download("truncated").content
    assert half == whole[: len(whole) // 2]
    with pytest.raises(EOFError):
        gzip.decompress(half)
    assert download("expired_link").status_code == 403
    assert download("wrong_charset").headers["Content-Type"].endswith("UTF-16")
    assert download("no_charset").headers["Content-Type"] == "text/plain"
    with pytest.raises(gzip.BadGzipFile):
        gzip.decompress(download("not_gzip").content)
    bomb = download("gzip_bomb", size_mb=64).content
    assert len(bomb) < 1_000_000
    assert len(zlib.decompress(bomb, 31)) == 64 * 1024 * 1024


def test_the_request_log_keeps_no_secret(amazon, seller):
    seller.create()
    log = seller.control("GET", "requests")["requests"]
    assert [entry["operation"] for entry in log] == ["token", "createReport"]
    token, created = log
    assert token["body"]["refresh_token"] == token["body"]["client_secret"]
    assert created["headers"]["x-amz-access-token"] == "<redacted>"
    assert (created["token_kind"], created["seller"]) == ("lwa", "eu")
    assert created["body"]["reportType"]
    assert created["status"] == 202
    assert seller.token not in str(log)
    assert "oa2-cs" not in str(log)


def test_documents_without_compression(amazon, seller):
    seller.control("POST", "sellers", {"key": "eu", "compression": False})
    document = seller.finish(seller.create())["reportDocumentId"]
    link = seller.link(document)
    assert "compressionAlgorithm" not in link
    assert read_table(link, requests.get(link["url"]))
