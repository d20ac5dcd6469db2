"""Feeds: a document goes to Amazon complete and to nobody else, or not at all."""

import gzip
import threading
from datetime import datetime, timezone

import pytest
from selling_partner import errors

from .scripted_amazon import Reply
from .test_documents import EXPIRED

UTC = timezone.utc
FEEDS = "/feeds/2021-06-30/feeds"
DOCUMENTS = "/feeds/2021-06-30/documents"
LINK = "/bucket/upload"
QUERY = "?X-Amz-Signature=abc%2Fdef"
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
TYPE = "UPLOAD_VAT_INVOICE"
FEED = {
    "feedId": "F1",
    "feedType": TYPE,
    "marketplaceIds": ["A1PA6795UKMFR9"],
    "createdTime": "2026-11-02T00:00:01+00:00",
    "processingStatus": "DONE",
    "processingStartTime": "2026-11-02T00:00:02Z",
    "processingEndTime": "2026-11-02T01:00:03.000+01:00",
    "resultFeedDocumentId": "amzn1.tortuga.4.eu.R1",
}


@pytest.fixture
def accept(amazon):
    """Let Amazon hand out a link, and the storage behind it answer."""

    def accept(*replies, link=None):
        answer = {"feedDocumentId": "D1", "url": link or f"{amazon.url}{LINK}{QUERY}"}
        amazon.on("POST", DOCUMENTS, Reply(201, json=answer))
        amazon.on("PUT", LINK, *(replies or [Reply(200, body=b"")]))

    return accept


def refusal(client, kind, code=None):
    with pytest.raises(errors.SellingPartnerError) as caught:
        client.upload_feed_document(PDF, "application/pdf")
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert "X-Amz" not in str(caught.value)
    return caught.value


# --- the document ---------------------------------------------------------------------


def test_document_is_put_behind_the_link_without_credentials(amazon, client, accept):
    accept()
    assert client.upload_feed_document(PDF, "application/pdf") == "D1"
    (asked,) = amazon.calls(DOCUMENTS)
    assert asked.json == {"contentType": "application/pdf"}
    assert (asked.query, asked.token) == ({}, "Atza|token-1")
    (put,) = amazon.calls(LINK)
    assert put.body == PDF
    assert put.query == {"X-Amz-Signature": ["abc/def"]}
    assert put.headers["content-type"] == "application/pdf"
    assert put.headers["content-length"] == str(len(PDF))
    assert put.token is None
    assert "authorization" not in put.headers
    assert "Atza" not in str(put.headers)


def test_expired_upload_link_is_replaced_once(amazon, client, accept):
    accept(Reply(403, body=EXPIRED), Reply(200, body=b""))
    assert client.upload_feed_document(PDF, "application/pdf") == "D1"
    assert len(amazon.calls(DOCUMENTS)) == len(amazon.calls(LINK)) == 2
    accept(Reply(403, body=EXPIRED))
    error = refusal(client, errors.DocumentError, "link_refused")
    assert error.operation == "upload"
    assert len(amazon.calls(LINK)) == 4


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(403, body=b"<html>proxy"), errors.DocumentError, "link_refused"),
        (Reply(413, body=b""), errors.DocumentError, "too_large"),
        (Reply(503, body=b"<Error/>"), errors.UnavailableError, None),
        (Reply(429, body=b""), errors.ThrottledError, None),
    ],
)
def test_refusals_of_the_upload(amazon, client, accept, reply, kind, code):
    accept(reply)
    error = refusal(client, kind, code)
    assert len(amazon.calls(LINK)) == 1
    if isinstance(error, errors.RetryableError):
        assert not error.maybe_done, "a document alone does nothing"


def test_upload_follows_no_redirect(amazon, client, accept):
    amazon.on("PUT", "/elsewhere", Reply(200, body=b""))
    accept(Reply(307, body=b"", headers={"Location": f"{amazon.url}/elsewhere"}))
    refusal(client, errors.DocumentError, "link_refused")
    assert amazon.calls("/elsewhere") == []


@pytest.mark.parametrize(
    "link",
    [
        "http://tortuga.s3.eu-west-1.amazonaws.com/x",
        "https://169.254.169.254/latest/meta-data",
        "https://amazonaws.com.example.com/x",
        "https://user:secret@s3.amazonaws.com/x",
        "nonsense",
    ],
)
def test_documents_are_put_nowhere_but_at_amazon(client, accept, link):
    accept(link=link)
    error = refusal(client, errors.DocumentError, "unexpected_link")
    assert "secret" not in str(error)


def test_storage_that_does_not_answer(amazon, make_client, accept):
    release = threading.Event()
    accept(Reply(200, body=b"", wait=release))
    try:
        client = make_client(timeout=(1, 0.2))
        error = refusal(client, errors.UnavailableError, "network")
    finally:
        release.set()
    assert "in time" in str(error)


@pytest.mark.parametrize("answer", [{}, {"feedDocumentId": "D1"}, {"url": "x"}, []])
def test_answer_without_document_or_link(amazon, client, answer):
    amazon.on("POST", DOCUMENTS, Reply(201, json=answer))
    with pytest.raises(errors.AnswerError):
        client.upload_feed_document(PDF, "application/pdf")


# --- the feed -------------------------------------------------------------------------


def test_create_feed_sends_what_the_model_knows_and_nothing_else(amazon, client):
    amazon.on("POST", FEEDS, Reply(202, json={"feedId": "F1"}))
    options = {"metadata:ShippingId": "S/1", "metadata:TotalAmount": "11.90"}
    assert client.create_feed(TYPE, ["A1PA6795UKMFR9"], "D1", options) == "F1"
    client.create_feed(TYPE, ["A1PA6795UKMFR9"], "D1")
    first, second = amazon.calls(FEEDS)
    assert first.query == {}
    assert first.json == {
        "feedType": TYPE,
        "marketplaceIds": ["A1PA6795UKMFR9"],
        "inputFeedDocumentId": "D1",
        "feedOptions": options,
    }
    assert "feedOptions" not in second.json


@pytest.mark.parametrize("reply", [Reply(504, body=b""), Reply(500, json={})])
def test_feed_that_may_have_been_created(amazon, client, reply):
    amazon.on("POST", FEEDS, reply)
    with pytest.raises(errors.UnavailableError) as caught:
        client.create_feed(TYPE, ["A1PA6795UKMFR9"], "D1")
    assert caught.value.maybe_done


def test_throttled_feed_was_not_created(amazon, client):
    error = {"code": "QuotaExceeded", "message": "No"}
    amazon.on("POST", FEEDS, Reply(429, json={"errors": [error]}))
    with pytest.raises(errors.ThrottledError) as caught:
        client.create_feed(TYPE, ["A1PA6795UKMFR9"], "D1")
    assert not caught.value.maybe_done
    assert caught.value.seconds == pytest.approx(1 / 0.0083)


def test_get_feed(amazon, client):
    amazon.on("GET", f"{FEEDS}/F1", Reply(json=FEED))
    feed = client.get_feed("F1")
    assert (feed.feed_id, feed.feed_type) == ("F1", TYPE)
    assert feed.processing_status == "DONE"
    assert feed.result_document_id == "amzn1.tortuga.4.eu.R1"
    assert feed.marketplace_ids == ("A1PA6795UKMFR9",)
    assert feed.created == datetime(2026, 11, 2, 0, 0, 1, tzinfo=UTC)
    assert feed.processing_end == datetime(2026, 11, 2, 0, 0, 3, tzinfo=UTC)
    assert amazon.calls(FEEDS)[0].query == {}


def test_feed_without_result(amazon, client):
    waiting = {
        name: FEED[name]
        for name in ("feedId", "feedType", "createdTime", "processingStatus")
    }
    amazon.on("GET", f"{FEEDS}/F1", Reply(json=waiting))
    feed = client.get_feed("F1")
    assert (feed.result_document_id, feed.processing_end) == (None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"feedId": None},
        {"feedType": 5},
        {"processingStatus": None},
        {"createdTime": "yesterday"},
        {"marketplaceIds": "A1PA6795UKMFR9"},
    ],
)
def test_feed_with_a_field_missing_or_wrong_is_no_feed(amazon, client, change):
    amazon.on("GET", f"{FEEDS}/F1", Reply(json={**FEED, **change}))
    with pytest.raises(errors.AnswerError):
        client.get_feed("F1")


def test_get_feeds_follows_the_token_alone(amazon, client):
    second = {**FEED, "feedId": "F2"}
    amazon.on(
        "GET",
        FEEDS,
        Reply(json={"feeds": [FEED], "nextToken": "next=="}),
        Reply(json={"feeds": [second]}),
    )
    found = client.get_feeds(
        [TYPE, "POST_X"],
        marketplace_ids=["A1PA6795UKMFR9", "A13V1IB3VIYZZH"],
        created_since=datetime(2026, 11, 1, tzinfo=UTC),
    )
    assert [feed.feed_id for feed in found] == ["F1", "F2"]
    first, second = amazon.calls(FEEDS)
    assert first.query == {
        "feedTypes": [f"{TYPE},POST_X"],
        "marketplaceIds": ["A1PA6795UKMFR9,A13V1IB3VIYZZH"],
        "createdSince": ["2026-11-01T00:00:00.000Z"],
        "pageSize": ["100"],
    }
    assert second.query == {"nextToken": ["next=="]}


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.upload_feed_document(b"", "application/pdf"),
        lambda c: c.upload_feed_document(PDF, ""),
        lambda c: c.upload_feed_document(PDF, "a\r\nb: c"),
        lambda c: c.create_feed("", ["A"], "D1"),
        lambda c: c.create_feed(TYPE, [], "D1"),
        lambda c: c.create_feed(TYPE, ["A"], ""),
        lambda c: c.get_feed(""),
        lambda c: list(c.get_feeds([])),
        lambda c: c.download_feed_result("a b"),
    ],
)
def test_impossible_feeds_are_not_sent(amazon, client, call):
    with pytest.raises(errors.DataError, match="Nothing was sent"):
        call(client)
    assert amazon.received == []


def test_document_above_the_limit_is_not_sent(amazon, make_client):
    client = make_client(max_document_bytes=len(PDF) - 1)
    with pytest.raises(errors.DataError, match="more than"):
        client.upload_feed_document(PDF, "application/pdf")
    assert amazon.received == []


# --- the processing report ------------------------------------------------------------


def offer(amazon, *replies, compression=None):
    answer = {"feedDocumentId": "R1", "url": f"{amazon.url}/bucket/R1{QUERY}"}
    if compression:
        answer["compressionAlgorithm"] = compression
    amazon.on("GET", f"{DOCUMENTS}/R1", Reply(json=answer))
    amazon.on("GET", "/bucket/R1", *replies)


@pytest.mark.parametrize("compression", [None, "GZIP"])
def test_processing_report(amazon, client, compression):
    content = b"<AmazonEnvelope/>" * 100
    body = gzip.compress(content) if compression else content
    offer(amazon, Reply(body=body), compression=compression)
    assert client.download_feed_result("R1") == content
    assert amazon.calls(DOCUMENTS)[0].query == {}
    assert amazon.calls("/bucket")[0].token is None


def test_expired_link_of_the_processing_report(amazon, client):
    offer(amazon, Reply(403, body=EXPIRED), Reply(body=b"fine"))
    assert client.download_feed_result("R1") == b"fine"
    offer(amazon, Reply(403, body=EXPIRED))
    with pytest.raises(errors.DocumentError):
        client.download_feed_result("R1")


def test_processing_report_does_not_fill_the_memory(amazon, client):
    body = gzip.compress(b"\0" * (17 * 1024**2))
    offer(amazon, Reply(body=body), compression="GZIP")
    with pytest.raises(errors.DocumentError) as caught:
        client.download_feed_result("R1")
    assert caught.value.code == "too_large"
