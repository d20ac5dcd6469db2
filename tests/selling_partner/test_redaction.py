"""No token, secret or link in any log, message or traceback, at any level."""

import gzip
import io
import logging
import traceback

import pytest
from selling_partner import errors, redaction

from .conftest import CREDENTIALS
from .scripted_amazon import Reply

DOCUMENT = "/reports/2021-06-30/documents/D1"
RDT = "/tokens/2021-03-01/restrictedDataToken"
SECRETS = (
    "token-1",
    "secret-of-one",
    "refresh-of-one",
    "the-restricted-one",
    "signature-of-the-link",
    "buyer@marketplace.amazon.de",
)


@pytest.fixture
def everything_logged(caplog):
    """Even the loggers that have a level of their own."""
    levels = {}
    for name in ("", *logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        levels[name] = logger.level
        logger.setLevel(logging.DEBUG)
    yield caplog
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


@pytest.fixture
def document(amazon):
    link = f"{amazon.url}/bucket/D1?token=signature-of-the-link"
    amazon.on("POST", RDT, Reply(json={"restrictedDataToken": "the-restricted-one"}))
    amazon.on(
        "GET", DOCUMENT, Reply(json={"url": link, "compressionAlgorithm": "GZIP"})
    )
    content = gzip.compress(b"buyer@marketplace.amazon.de")
    amazon.on("GET", "/bucket/D1", Reply(body=content))


def assert_clean(text):
    for secret in SECRETS:
        assert secret not in text


def test_a_whole_download_leaves_no_secret_in_the_log(
    amazon, client, document, everything_logged
):
    client.download_report_document("D1", io.BytesIO(), True)
    assert_clean(everything_logged.text)
    messages = [r.getMessage() for r in everything_logged.records]
    assert any(m.startswith(f"GET {DOCUMENT} -> 200 in") for m in messages)
    assert any(m.startswith("POST /auth/o2/token -> 200 in") for m in messages)
    assert any(m.startswith("GET document from 127.0.0.1: complete") for m in messages)
    assert any("request id request-1" in m for m in messages)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, body=b"<Error><Code>AccessDenied</Code></Error>"),
        Reply(500, body=b""),
        Reply(body=b"cut", headers={"Content-Length": "99"}),
        Reply(302, body=b"", headers={"Location": "/?token=signature-of-the-link"}),
    ],
)
def test_nor_does_one_that_fails(amazon, client, document, everything_logged, reply):
    amazon.on("GET", "/bucket/D1", reply)
    with pytest.raises(errors.SellingPartnerError) as caught:
        client.download_report_document("D1", io.BytesIO(), True)
    assert_clean(everything_logged.text)
    assert_clean("".join(traceback.format_exception(caught.value)))
    assert_clean(repr(caught.value) + repr(vars(caught.value)))


def chain(error):
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def test_unreachable_hosts_leave_no_chained_exception(amazon, client, document):
    """httpx holds the request, with its link, in its exceptions."""
    amazon.on(
        "GET",
        DOCUMENT,
        Reply(json={"url": "http://127.0.0.1:1/x?token=signature-of-the-link"}),
    )
    with pytest.raises(errors.UnavailableError) as caught:
        client.download_report_document("D1", io.BytesIO(), False)
    assert list(chain(caught.value)) == [caught.value]
    amazon.on("GET", DOCUMENT, Reply(body=b"{", headers={"Content-Length": "99"}))
    with pytest.raises(errors.UnavailableError) as caught:
        client.download_report_document("D1", io.BytesIO(), False)
    assert list(chain(caught.value)) == [caught.value]


def test_what_amazon_repeats_of_our_secrets_is_taken_out(amazon, client):
    message = (
        "Token Atza|token-1 of amzn1.oa2-cs.v1.secret-of-one and refresh_token="
        "refresh-of-one for buyer@marketplace.amazon.de is bad"
    )
    error = {"code": "InvalidInput", "message": message, "details": message}
    amazon.on(
        "GET", "/reports/2021-06-30/reports/R", Reply(400, json={"errors": [error]})
    )
    with pytest.raises(errors.DataError) as caught:
        client.get_report("R")
    assert_clean(str(caught.value) + caught.value.details)
    assert "is bad" in caught.value.details


def test_other_users_of_the_http_libraries_are_logged_as_ever(
    amazon, client, document, everything_logged
):
    import requests

    client.download_report_document("D1", io.BytesIO(), False)
    amazon.on("GET", "/other", Reply(json={}))
    requests.get(f"{amazon.url}/other", timeout=2)
    assert "GET /other HTTP/1.1" in everything_logged.text


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("Atza|IwEBIA-_x is old", "[REDACTED] is old"),
        ("Atzr|IwEBIA.", "[REDACTED]"),
        ("use Atz.sprdt|AODF", "use [REDACTED]"),
        ("amzn1.oa2-cs.v1.0a1b", "[REDACTED]"),
        (
            "https://x.amazonaws.com/D?a=1&X-Amz-Signature=s and",
            "https://x.amazonaws.com/D?[REDACTED] and",
        ),
        ("{'client_secret': 'abcdefghij'}", "{'client_secret': [REDACTED]}"),
        ('"access_token":"abcdefghij",', '"access_token":[REDACTED],'),
        ("Authorization: Bearer abcdefghij", "Authorization: [REDACTED]"),
        ("x@y.example wrote", "[REDACTED] wrote"),
        ("the access token is missing", "the access token is missing"),
        ("HTTP 400, code: 400", "HTTP 400, code: 400"),
    ],
)
def test_redact(text, redacted):
    assert redaction.redact(text) == redacted


def test_filter_for_handlers():
    record = logging.makeLogRecord({"msg": "token %s", "args": ("Atza|abc",)})
    assert redaction.RedactingFilter().filter(record)
    assert record.getMessage() == "token [REDACTED]"


def test_credentials_in_a_format_string(caplog):
    logging.getLogger("x").warning("with %s %r", CREDENTIALS, CREDENTIALS)
    assert_clean(caplog.text)
