"""Every way in which Amazon or the way to it can fail has its own exception."""

import socket
import threading
import time
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from selling_partner import errors

from .scripted_amazon import Reply

PATH = "/reports/2021-06-30/reports/R1"
REPORTS = "/reports/2021-06-30/reports"
TOKEN = "/auth/o2/token"
DENIED = "Access to requested resource is denied."


def refused(status, code, message="", details="", **headers):
    error = {"code": code, "message": message, "details": details}
    return Reply(status, json={"errors": [error]}, headers=headers)


def failure(client, kind):
    with pytest.raises(errors.SellingPartnerError) as caught:
        client.get_report("R1")
    assert type(caught.value) is kind
    return caught.value


@pytest.mark.parametrize(
    ("reply", "kind", "attributes"),
    [
        (
            refused(400, "InvalidInput", "Bad", "reportType"),
            errors.DataError,
            {"status": 400, "code": "InvalidInput", "details": "Bad reportType"},
        ),
        (refused(404, "NotFound", "No"), errors.DataError, {"status": 404}),
        (refused(409, "Conflict", "No"), errors.DataError, {"status": 409}),
        (refused(413, "TooLarge", "No"), errors.DataError, {"status": 413}),
        (refused(415, "Unsupported", "No"), errors.DataError, {"status": 415}),
        (Reply(400, body=b""), errors.DataError, {"status": 400, "code": None}),
        (
            Reply(302, body=b"", headers={"Location": "https://example.com/"}),
            errors.DataError,
            {"status": 302},
        ),
        (refused(403, "Unauthorized", DENIED), errors.RoleMissingError, {}),
        (
            refused(403, "Unauthorized", "Access to the resource is forbidden"),
            errors.RoleMissingError,
            {"code": "Unauthorized"},
        ),
        (Reply(403, json={"message": "Forbidden"}), errors.RoleMissingError, {}),
        (
            refused(403, "MissingAuthenticationToken", "Missing"),
            errors.DataError,
            {"code": "MissingAuthenticationToken"},
        ),
        (
            Reply(403, json={"message": "Missing Authentication Token"}),
            errors.DataError,
            {"status": 403},
        ),
        (
            Reply(403, body=b"<html>Blocked by proxy</html>"),
            errors.UnavailableError,
            {"seconds": 300},
        ),
        (refused(500, "InternalFailure", "x"), errors.UnavailableError, {}),
        (refused(503, "Unavailable", "x"), errors.UnavailableError, {}),
        (Reply(502, body=b"<html>Bad gateway"), errors.UnavailableError, {}),
        (
            Reply(504, body=b""),
            errors.UnavailableError,
            {"seconds": 60, "maybe_done": False},
        ),
        (
            Reply(503, body=b"", headers={"Retry-After": "17"}),
            errors.UnavailableError,
            {"seconds": 17},
        ),
        (
            Reply(200, body=b"<html>Welcome</html>"),
            errors.AnswerError,
            {"code": "not_json"},
        ),
        (Reply(200, body=b""), errors.AnswerError, {"code": "unexpected_answer"}),
        (Reply(200, json=[]), errors.AnswerError, {}),
        (Reply(200, json=[{"reportId": "R1"}]), errors.AnswerError, {}),
        (Reply(200, json={}), errors.AnswerError, {"request_id": "request-1"}),
        (Reply(200, json={"errors": "x"}), errors.DataError, {"details": "x"}),
        (refused(200, "InvalidInput", "Bad"), errors.DataError, {"status": 200}),
        (
            Reply(200, body=b"[" * 100_000),
            errors.AnswerError,
            {"code": "not_json"},
        ),
        (
            Reply(200, body=b'"' + b"x" * (9 * 1024 * 1024) + b'"'),
            errors.AnswerError,
            {"code": "answer_too_long"},
        ),
    ],
)
def test_answers(amazon, client, reply, kind, attributes):
    amazon.on("GET", PATH, reply)
    error = failure(client, kind)
    assert error.operation == "getReport"
    for name, value in attributes.items():
        assert getattr(error, name) == value, name


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, json={}),
        Reply(200, json={"reportId": ""}),
        Reply(202, json={"reportId": 5}),
        Reply(202, json=None),
        Reply(202, body=b"R1"),
    ],
)
def test_success_without_a_report_id_creates_nothing(amazon, client, reply):
    amazon.on("POST", REPORTS, reply)
    with pytest.raises(errors.AnswerError):
        client.create_report("GET_AFN_INVENTORY_DATA", ["A"])


@pytest.mark.parametrize(
    "payload", [None, {}, [None], [{"marketplace": {"id": "A"}}], "x"]
)
def test_participations_are_complete_or_refused(amazon, client, payload):
    amazon.on(
        "GET", "/sellers/v1/marketplaceParticipations", Reply(json={"payload": payload})
    )
    with pytest.raises(errors.AnswerError):
        client.get_marketplace_participations()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, pytest.approx(0.5 * 2)),  # getReport: 2 per second, at least a second
        ({"x-amzn-RateLimit-Limit": "0.1"}, 10),
        ({"x-amzn-RateLimit-Limit": "0.1", "Retry-After": "7"}, 7),
        ({"x-amzn-RateLimit-Limit": "nonsense"}, 1),
        ({"x-amzn-RateLimit-Limit": "0"}, 1),
        ({"x-amzn-RateLimit-Limit": "nan", "Retry-After": "inf"}, 1),
        ({"Retry-After": "-5"}, 1),
        ({"Retry-After": "9999999"}, 3600),
    ],
)
def test_throttled_says_how_long_to_wait(amazon, client, headers, seconds):
    amazon.on("GET", PATH, refused(429, "QuotaExceeded", "Too fast", **headers))
    error = failure(client, errors.ThrottledError)
    assert error.seconds == seconds
    assert error.code == "QuotaExceeded"
    assert isinstance(error, errors.RetryableError)


def test_throttled_without_headers_waits_for_the_operations_own_rate(amazon, client):
    amazon.on("POST", REPORTS, Reply(429, body=b"<html>slow down"))
    with pytest.raises(errors.ThrottledError) as caught:
        client.create_report("GET_AFN_INVENTORY_DATA", ["A"])
    assert caught.value.seconds == pytest.approx(1 / 0.0167)


def test_retry_after_as_a_date(amazon, client):
    moment = datetime.now(timezone.utc) + timedelta(seconds=120)
    headers = {"Retry-After": format_datetime(moment, usegmt=True)}
    amazon.on("GET", PATH, Reply(429, body=b"", headers=headers))
    assert 110 < failure(client, errors.ThrottledError).seconds <= 120


def test_nothing_waits_in_the_worker(amazon, client):
    amazon.on("GET", PATH, Reply(429, body=b"", headers={"Retry-After": "600"}))
    started = time.monotonic()
    failure(client, errors.ThrottledError)
    assert time.monotonic() - started < 2
    assert len(amazon.calls(PATH)) == 1


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "details",
    [
        "The access token you provided has expired.",
        "The access token you provided is revoked, malformed or invalid.",
        "Access token is missing in the request header.",
    ],
)
def test_refused_token_is_renewed_once(amazon, client, status, details):
    refusal = refused(status, "Unauthorized", DENIED, details)
    report = {
        "reportId": "R1",
        "reportType": "T",
        "processingStatus": "IN_QUEUE",
        "createdTime": "2026-11-02T00:00:01Z",
    }
    amazon.on("GET", PATH, refusal, Reply(json=report), refusal)
    assert client.get_report("R1").processing_status == "IN_QUEUE"
    assert [c.token for c in amazon.calls(PATH)] == ["Atza|token-1", "Atza|token-2"]
    error = failure(client, errors.AuthorizationError)
    assert error.reason == "token_rejected"
    assert error.status == status
    assert [c.token for c in amazon.calls(PATH)][2:] == ["Atza|token-2", "Atza|token-3"]


def test_401_is_about_the_token_whatever_it_says(amazon, client):
    amazon.on("GET", PATH, Reply(401, body=b""))
    assert failure(client, errors.AuthorizationError).reason == "token_rejected"


def test_missing_role_does_not_cost_a_second_call(amazon, client):
    amazon.on("GET", PATH, refused(403, "Unauthorized", DENIED))
    failure(client, errors.RoleMissingError)
    assert len(amazon.calls(PATH)) == len(amazon.calls(TOKEN)) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "attributes"),
    [
        (
            Reply(
                400,
                json={
                    "error": "invalid_grant",
                    "error_description": "User may have revoked",
                },
            ),
            errors.AuthorizationError,
            {"reason": "invalid_grant", "details": "User may have revoked"},
        ),
        (
            Reply(401, json={"error": "invalid_client"}),
            errors.AuthorizationError,
            {"reason": "invalid_client", "status": 401},
        ),
        (
            Reply(400, json={"error": "invalid_client"}),
            errors.AuthorizationError,
            {"reason": "invalid_client"},
        ),
        (
            Reply(400, json={"error": "unauthorized_client"}),
            errors.AuthorizationError,
            {"reason": "unauthorized_client"},
        ),
        (
            Reply(400, json={"error": "invalid_request"}),
            errors.DataError,
            {"code": "invalid_request"},
        ),
        (Reply(404, body=b"<html>"), errors.DataError, {"status": 404}),
        (Reply(403, body=b"<html>proxy"), errors.UnavailableError, {"seconds": 300}),
        (Reply(401, body=b"<html>proxy"), errors.UnavailableError, {"seconds": 300}),
        (Reply(407, body=b"<html>proxy"), errors.UnavailableError, {"seconds": 300}),
        (Reply(402, body=b"<html>proxy"), errors.DataError, {"status": 402}),
        (Reply(408, body=b""), errors.UnavailableError, {"seconds": 60}),
        (Reply(409, body=b""), errors.DataError, {"status": 409}),
        (Reply(499, body=b""), errors.DataError, {"status": 499}),
        (Reply(500, body=b""), errors.UnavailableError, {"seconds": 60}),
        (
            Reply(403, json={"error": "unknown_error"}),
            errors.DataError,
            {"code": "unknown_error"},
        ),
        (
            Reply(429, body=b"", headers={"Retry-After": "11"}),
            errors.ThrottledError,
            {"seconds": 11},
        ),
        (Reply(503, body=b"<html>"), errors.UnavailableError, {"seconds": 60}),
        (Reply(400, json={"error": "server_error"}), errors.UnavailableError, {}),
        (Reply(200, body=b"<html>Welcome"), errors.AnswerError, {}),
        (Reply(200, json={"token_type": "bearer"}), errors.AnswerError, {}),
        (Reply(200, json=["access_token"]), errors.AnswerError, {}),
        (Reply(200, json={"access_token": "Atza|x"}), errors.AnswerError, {}),
        (
            Reply(200, json={"access_token": "a\r\nb", "expires_in": 3600}),
            errors.AnswerError,
            {},
        ),
        *(
            (
                Reply(200, json={"access_token": "Atza|x", "expires_in": lifetime}),
                errors.AnswerError,
                {},
            )
            for lifetime in ("soon", 0, -1, None)
        ),
    ],
)
def test_login_with_amazon(amazon, client, reply, kind, attributes):
    amazon.on("POST", TOKEN, reply)
    error = failure(client, kind)
    assert error.operation == "token"
    for name, value in attributes.items():
        assert getattr(error, name) == value, name
    assert amazon.calls(PATH) == []


def test_login_is_asked_again_after_a_failure(amazon, client):
    amazon.on("POST", TOKEN, Reply(503, body=b""), amazon.give_token)
    amazon.on("GET", PATH, Reply(404, body=b""))
    failure(client, errors.UnavailableError)
    failure(client, errors.DataError)


def test_refused_connection(make_client):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    client = make_client(endpoint=f"http://127.0.0.1:{port}")
    error = failure(client, errors.UnavailableError)
    assert f"127.0.0.1:{port} cannot be reached" in str(error)
    assert (error.code, error.status, error.seconds) == ("network", None, 60)
    with pytest.raises(errors.UnavailableError) as caught:
        client.create_report("GET_AFN_INVENTORY_DATA", ["A"])
    assert not caught.value.maybe_done


def test_no_answer_in_time(amazon, make_client):
    release = threading.Event()
    slow = Reply(json={}, wait=release)
    amazon.on("GET", PATH, slow)
    amazon.on("POST", REPORTS, slow)
    client = make_client(timeout=(1, 0.2))
    try:
        started = time.monotonic()
        error = failure(client, errors.UnavailableError)
        assert time.monotonic() - started < 1.5
        assert "did not answer in time" in str(error)
        assert not error.maybe_done
        with pytest.raises(errors.UnavailableError) as caught:
            client.create_report("GET_AFN_INVENTORY_DATA", ["A"])
        assert caught.value.maybe_done
    finally:
        release.set()


def test_an_answer_in_drops_does_not_hold_the_worker(make_client):
    """Each byte comes within the read time-out, the answer as a whole does not."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")
                try:
                    for _ in range(100):
                        connection.sendall(b" ")
                        time.sleep(0.05)
                except OSError:
                    pass

        threading.Thread(target=drip, daemon=True).start()
        client = make_client(
            lwa_endpoint=f"http://127.0.0.1:{server.getsockname()[1]}",
            timeout=(0.2, 0.2),
        )
        started = time.monotonic()
        failure(client, errors.UnavailableError)
        assert time.monotonic() - started < 2


def test_answer_cut_off(amazon, client):
    amazon.on(
        "GET", PATH, Reply(body=b'{"reportId"', headers={"Content-Length": "900"})
    )
    error = failure(client, errors.UnavailableError)
    assert "broke the connection" in str(error)


def test_server_error_on_a_changing_call_leaves_open_whether_it_was_done(
    amazon, client
):
    amazon.on("POST", REPORTS, Reply(504, body=b""))
    with pytest.raises(errors.UnavailableError) as caught:
        client.create_report("GET_AFN_INVENTORY_DATA", ["A"])
    assert caught.value.maybe_done


def test_trouble_with_the_token_never_means_that_the_report_was_made(amazon, client):
    amazon.on("POST", TOKEN, Reply(504, body=b""))
    with pytest.raises(errors.UnavailableError) as caught:
        client.create_report("GET_AFN_INVENTORY_DATA", ["A"])
    assert not caught.value.maybe_done


@pytest.mark.parametrize(
    "options",
    [
        {"endpoint": "ftp://127.0.0.1"},
        {"endpoint": "127.0.0.1:80"},
        {"endpoint": "http://"},
        {"endpoint": "http://user:secret@127.0.0.1"},
        {"endpoint": "http://127.0.0.1/?a=b"},
        {"endpoint": "http://127.0.0.1:99999"},
        {"lwa_endpoint": "nonsense"},
        {"user_agent": ""},
        {"user_agent": "x" * 500},
        {"user_agent": "a\r\nb: c"},
    ],
)
def test_unusable_settings_are_named(make_client, options):
    with pytest.raises(errors.DataError):
        make_client(**options)
