"""Documents: complete and within the limits, or not at all."""

import gzip
import hashlib
import io
import socket
import threading
import zlib

import pytest
from selling_partner import Document, SellingPartnerClient, documents, errors
from selling_partner.links import Links
from selling_partner.network import NETWORK_RETRY_SECONDS, Timeouts

from .conftest import CREDENTIALS
from .scripted_amazon import Reply

DOCUMENT_ID = "amzn1.spdoc.1.4.eu.D1"
API = f"/reports/2021-06-30/documents/{DOCUMENT_ID}"
RDT = "/tokens/2021-03-01/restrictedDataToken"
LINK = "/bucket/D1"
QUERY = "?X-Amz-Signature=abc%2Fdef&X-Amz-Credential=key"
CONTENT = "order-id\tname\r\n028-1\tJürgen\r\n".encode("cp1252") * 1000
EXPIRED = b"""<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"""


@pytest.fixture
def offer(amazon):
    """Offer a document behind a link."""

    def offer(reply, compression=None, link=None, amazon=amazon):
        body = {
            "reportDocumentId": DOCUMENT_ID,
            "url": link or f"{amazon.url}{LINK}{QUERY}",
        }
        if compression:
            body["compressionAlgorithm"] = compression
        amazon.on("GET", API, Reply(json=body))
        replies = reply if isinstance(reply, list) else [reply]
        amazon.on("GET", LINK, *replies)

    return offer


def text(body, content_type="text/plain;charset=Cp1252", **headers):
    return Reply(body=body, headers={"Content-Type": content_type, **headers})


def fetch(client, restricted=False):
    target = io.BytesIO()
    document = client.download_report_document(DOCUMENT_ID, target, restricted)
    return document, target.getvalue()


def failure(client, kind, code):
    target = io.BytesIO(b"before")
    target.seek(0, io.SEEK_END)
    with pytest.raises(errors.SellingPartnerError) as caught:
        client.download_report_document(DOCUMENT_ID, target, False)
    assert type(caught.value) is kind
    assert caught.value.code == code
    assert target.getvalue() == b"before", "half a document was left behind"
    return caught.value


def test_plain_document(offer, client):
    offer(text(CONTENT))
    document, content = fetch(client)
    assert content == CONTENT
    assert document == Document(
        "cp1252", len(CONTENT), hashlib.sha256(CONTENT).hexdigest()
    )


def test_gzip_document(offer, client):
    offer(text(gzip.compress(CONTENT)), "GZIP")
    document, content = fetch(client)
    assert content == CONTENT
    assert document.size == len(CONTENT)
    assert document.sha256 == hashlib.sha256(CONTENT).hexdigest()


@pytest.mark.parametrize("compression", [None, "GZIP"])
def test_gzip_told_by_the_header_is_the_same_single_compression(
    offer, client, compression
):
    reply = text(gzip.compress(CONTENT), **{"Content-Encoding": "gzip"})
    offer(reply, compression)
    assert fetch(client)[1] == CONTENT


@pytest.mark.parametrize("padding", [b"", b"\0" * 512])
def test_gzip_of_several_members(offer, client, padding):
    middle = len(CONTENT) // 2
    body = gzip.compress(CONTENT[:middle]) + gzip.compress(CONTENT[middle:]) + padding
    offer(text(body), "GZIP")
    assert fetch(client)[1] == CONTENT


def test_gzip_whose_output_comes_long_after_its_input(offer, client):
    """A few bytes that unfold to many, with several members in one chunk."""

    class Watching(io.BytesIO):
        largest = 0

        def write(self, data):
            self.largest = max(self.largest, len(data))
            return super().write(data)

    content = b"\0" * 3_000_001
    offer(text(gzip.compress(content) + gzip.compress(b"end")), "GZIP")
    target = Watching()
    client.download_report_document(DOCUMENT_ID, target, False)
    assert target.getvalue() == content + b"end"
    assert target.largest <= documents.CHUNK_BYTES, "unfolded in memory"


def test_link_gets_no_credentials(offer, client, amazon, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    monkeypatch.setenv("NETRC", str(netrc))
    offer(text(CONTENT))
    fetch(client, restricted=False)
    request = amazon.calls(LINK)[0]
    assert "authorization" not in request.headers
    assert request.token is None
    assert "Atza" not in str(request.headers)
    assert request.headers["host"] == f"127.0.0.1:{amazon.port}"
    assert request.query == {
        "X-Amz-Signature": ["abc/def"],
        "X-Amz-Credential": ["key"],
    }


@pytest.mark.parametrize(
    ("content_type", "charset"),
    [
        ("text/plain; charset=UTF-8", "utf-8"),
        ("text/plain;charset=Cp1252", "cp1252"),
        ('text/plain;charset="windows-1252"', "cp1252"),
        ("text/plain;charset=ISO-8859-1", "cp1252"),
        ("text/plain;charset=Shift_JIS", "cp932"),
        ("text/plain;charset=windows-31j", "cp932"),
        ("text/plain;charset=MS932", "cp932"),
        ("text/plain;charset=zlib", None),
        ("text/plain;charset=klingon", None),
        ("text/plain;charset=", None),
        ("text/plain", None),
        ("", None),
    ],
)
def test_charset(offer, client, content_type, charset):
    offer(text(CONTENT, content_type))
    assert fetch(client)[0].charset == charset


# --- restricted data tokens -----------------------------------------------------------


def test_restricted_document_takes_one_token_of_its_own(offer, client, amazon):
    offer(text(CONTENT))
    amazon.on(
        "POST",
        RDT,
        Reply(json={"restrictedDataToken": "Atz.sprdt|one", "expiresIn": 3600}),
    )
    fetch(client, restricted=True)
    (request,) = amazon.calls(RDT)
    assert request.token == "Atza|token-1"
    assert request.json == {"restrictedResources": [{"method": "GET", "path": API}]}
    assert [call.token for call in amazon.calls(API)] == ["Atz.sprdt|one"]


def unsupported(status=400, details="Invalid or unsupported document ID found"):
    error = {"code": "InvalidInput", "message": "Invalid", "details": details}
    return Reply(status, json={"errors": [error]})


def test_document_that_takes_no_restricted_token(offer, client, amazon):
    offer(text(CONTENT))
    amazon.on("POST", RDT, unsupported())
    assert fetch(client, restricted=True)[1] == CONTENT
    assert [call.token for call in amazon.calls(API)] == ["Atza|token-1"]


def test_document_that_refuses_its_restricted_token(offer, client, amazon):
    offer(text(CONTENT))
    link = Reply(json={"reportDocumentId": DOCUMENT_ID, "url": amazon.url + LINK})
    amazon.on("POST", RDT, Reply(json={"restrictedDataToken": "Atz.sprdt|one"}))
    amazon.on("GET", API, unsupported(), link)
    assert fetch(client, restricted=True)[1] == CONTENT
    assert [c.token for c in amazon.calls(API)] == ["Atz.sprdt|one", "Atza|token-1"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (unsupported(details="restrictedResources is missing"), errors.DataError),
        (
            Reply(403, json={"errors": [{"code": "Unauthorized", "message": "No"}]}),
            errors.RoleMissingError,
        ),
        (Reply(200, json={"expiresIn": 3600}), errors.AnswerError),
        (Reply(200, json={"restrictedDataToken": "a\nb"}), errors.AnswerError),
        (Reply(503, body=b""), errors.UnavailableError),
    ],
)
def test_other_troubles_with_the_restricted_token_are_no_reason_to_go_without(
    offer, client, amazon, reply, kind
):
    offer(text(CONTENT))
    amazon.on("POST", RDT, reply)
    with pytest.raises(kind) as caught:
        fetch(client, restricted=True)
    assert caught.value.operation == "createRestrictedDataToken"
    assert amazon.calls(API) == []


# --- links ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(403, body=EXPIRED),
        Reply(403, body=b"<Error><Code>AccessDenied</Code></Error>"),
        Reply(400, body=b"<Error><Code>ExpiredToken</Code></Error>"),
        Reply(400, body=b"<Error><Code>\n AccessDenied </Code></Error>"),
    ],
)
def test_expired_link_is_fetched_anew(offer, client, amazon, reply):
    offer([reply, text(CONTENT)])
    amazon.on("POST", RDT, Reply(json={"restrictedDataToken": "Atz.sprdt|one"}))
    assert fetch(client, restricted=True)[1] == CONTENT
    assert len(amazon.calls(API)) == 2
    assert len(amazon.calls(RDT)) == 1
    assert {call.token for call in amazon.calls(API)} == {"Atz.sprdt|one"}


def test_expired_link_is_fetched_anew_only_once(offer, client, amazon):
    offer(Reply(403, body=EXPIRED))
    failure(client, errors.DocumentError, "link_refused")
    assert len(amazon.calls(API)) == len(amazon.calls(LINK)) == 2


@pytest.mark.parametrize(
    ("reply", "kind", "code"),
    [
        (Reply(404, body=b"<Error/>"), errors.DocumentError, "document_gone"),
        (Reply(403, body=b"<html>proxy"), errors.DocumentError, "link_refused"),
        (Reply(206, body=b"part"), errors.DocumentError, "link_refused"),
        (Reply(404, body=EXPIRED), errors.DocumentError, "document_gone"),
        (Reply(408, body=b""), errors.UnavailableError, None),
        (Reply(409, body=b""), errors.DocumentError, "link_refused"),
        (Reply(499, body=b""), errors.DocumentError, "link_refused"),
        (Reply(500, body=b""), errors.UnavailableError, None),
        (Reply(503, body=b"<Error/>"), errors.UnavailableError, None),
        (Reply(428, body=b""), errors.DocumentError, "link_refused"),
        (Reply(429, body=b""), errors.ThrottledError, None),
    ],
)
def test_refusals_of_the_link(offer, client, amazon, reply, kind, code):
    offer(reply)
    failure(client, kind, code)
    assert len(amazon.calls(LINK)) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Retry-After": "77"}, 77), ({}, NETWORK_RETRY_SECONDS)],
)
@pytest.mark.parametrize("status", [408, 500, 503])
def test_trouble_of_the_documents_host_says_when_to_try_again(
    offer, client, headers, seconds, status
):
    offer(Reply(status, body=b"", headers=headers))
    with pytest.raises(errors.UnavailableError) as caught:
        fetch(client)
    assert (caught.value.seconds, caught.value.status) == (seconds, status)


def test_even_a_fresh_link_is_refused(offer, client):
    offer(Reply(403, body=EXPIRED))
    with pytest.raises(errors.DocumentError) as caught:
        fetch(client)
    assert (caught.value.status, caught.value.code) == (403, "link_refused")


def test_redirects_are_not_followed(offer, client, amazon):
    amazon.on("GET", "/elsewhere", text(CONTENT))
    offer(Reply(307, body=b"", headers={"Location": f"{amazon.url}/elsewhere"}))
    failure(client, errors.DocumentError, "link_refused")
    assert amazon.calls("/elsewhere") == []


@pytest.mark.parametrize(
    "link",
    [
        "http://tortuga.s3.eu-west-1.amazonaws.com/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://example.com/x",
        "https://amazonaws.com.example.com/x",
        "https://notamazonaws.com/x",
        "https://user:secret@s3.amazonaws.com/x",
        "https://@s3.amazonaws.com/x",
        "https://s3..amazonaws.com/x",
        "https://s3.amazonaws.com\\@10.0.0.1/x",
        "https://s3.amazonaws.com:bad/x",
        "https://[bad/x",
        "ftp://127.0.0.1/x",
        "file:///etc/passwd",
        "nonsense",
    ],
)
def test_links_to_anywhere_else_are_refused(offer, client, link):
    offer(text(CONTENT), link=link)
    error = failure(client, errors.DocumentError, "unexpected_link")
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    "link", ["http://127.0.0.1:{port}/x", "https://localhost/x", "https://[::1]/x"]
)
def test_amazons_endpoint_cannot_lead_to_this_machine(amazon, link):
    downloader = amazons_downloader()
    with pytest.raises(errors.DocumentError) as caught:
        downloader.download(link.format(port=amazon.port), None, io.BytesIO())
    assert caught.value.code == "unexpected_link"
    assert amazon.received == []


def amazons_downloader():
    """A downloader as for Amazon's own endpoint."""
    links = Links(Timeouts(1, 1), "test", endpoint=None)
    return documents.Downloader(documents.Limits(10, 10), links)


@pytest.mark.parametrize(
    "link",
    [
        "https://tortuga-prod-eu.s3-eu-west-1.amazonaws.com/x?X-Amz-Signature=y",
        "https://d34o8swod1owfl.cloudfront.net/Report.txt",
    ],
)
def test_amazons_own_hosts_are_asked(link):
    """The guard of the tests is what stops them."""
    from .conftest import NetworkForbidden

    downloader = amazons_downloader()
    with pytest.raises(NetworkForbidden):
        downloader.download(link, None, io.BytesIO())


@pytest.mark.parametrize("body", [{"url": ""}, {}, {"url": 5}, []])
def test_answer_without_a_link(client, amazon, body):
    amazon.on("GET", API, Reply(json=body))
    with pytest.raises(errors.AnswerError):
        fetch(client)


# --- broken, cut and hostile documents ------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (CONTENT, "bad_gzip"),
        (b"\x1f\x8b" + b"\xff" * 100, "bad_gzip"),
        # the same compression in another wrapping
        (zlib.compress(CONTENT), "bad_gzip"),
        (gzip.compress(CONTENT)[:-8] + b"\0" * 8, "bad_gzip"),
        (gzip.compress(CONTENT) + b"garbage", "bad_gzip"),
        (gzip.compress(CONTENT)[:-1], "truncated_gzip"),
        (gzip.compress(CONTENT)[:50], "truncated_gzip"),
        (gzip.compress(CONTENT) * 2 + gzip.compress(CONTENT)[:40], "truncated_gzip"),
        (b"", "truncated_gzip"),
    ],
)
def test_broken_gzip(offer, client, body, code):
    offer(text(body), "GZIP")
    failure(client, errors.DocumentError, code)


def test_gzip_without_its_end_and_without_a_length_is_a_broken_connection(
    offer, client
):
    offer(text(gzip.compress(CONTENT)[:-9], **{"Content-Length": "none"}), "GZIP")
    failure(client, errors.UnavailableError, "network")


def test_document_without_a_length(offer, client):
    offer(text(CONTENT, **{"Content-Length": "none"}))
    assert fetch(client)[1] == CONTENT


@pytest.mark.parametrize("compression", [None, "GZIP"])
def test_connection_dropped_within_the_document(offer, client, compression):
    body = gzip.compress(CONTENT) if compression else CONTENT
    offer(text(body, **{"Content-Length": str(len(body) + 1)}), compression)
    error = failure(client, errors.UnavailableError, "network")
    assert error.seconds == 60


def test_chunked_document_and_its_loss(offer, client, amazon):
    def serve(*pieces):
        server = socket.create_server(("127.0.0.1", 0))

        def answer():
            connection, _address = server.accept()
            with server, connection:
                connection.recv(65536)
                connection.sendall(
                    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                for piece in pieces:
                    connection.sendall(piece)

        threading.Thread(target=answer, daemon=True).start()
        return f"http://127.0.0.1:{server.getsockname()[1]}/x"

    offer(None, link=serve(b"4\r\nabcd\r\n", b"2\r\nef\r\n", b"0\r\n\r\n"))
    assert fetch(client)[1] == b"abcdef"
    offer(None, link=serve(b"4\r\nabcd\r\n", b"2\r\n"))
    failure(client, errors.UnavailableError, "network")


def test_document_that_stops_coming(offer, make_client):
    release = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:

        def stall():
            connection, _address = server.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
                release.wait(10)

        threading.Thread(target=stall, daemon=True).start()
        offer(None, link=f"http://127.0.0.1:{server.getsockname()[1]}/x")
        try:
            client = make_client(timeout=(1, 0.3))
            failure(client, errors.UnavailableError, "network")
        finally:
            release.set()


def test_unreachable_host(offer, client):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    offer(None, link=f"http://127.0.0.1:{port}/x{QUERY}")
    error = failure(client, errors.UnavailableError, "network")
    assert "cannot be reached" in str(error)


@pytest.mark.parametrize("compression", [None, "GZIP"])
@pytest.mark.parametrize("headers", [{}, {"Content-Length": "none"}])
def test_too_many_bytes_received(offer, make_client, compression, headers):
    content = bytes(range(256)) * 400
    body = gzip.compress(content, 0) if compression else content
    offer(text(body, **headers), compression)
    client = make_client(max_document_bytes=len(body) - 1)
    failure(client, errors.DocumentError, "too_large")
    exactly = make_client(max_document_bytes=len(body))
    assert fetch(exactly)[1] == content


def test_too_many_bytes_announced_are_not_waited_for(offer, client):
    offer(text(b"x", **{"Content-Length": str(10**12)}))
    failure(client, errors.DocumentError, "too_large")


def test_gzip_bomb_is_stopped_at_the_limit(offer, make_client):
    class Counting(io.BytesIO):
        written = 0

        def write(self, data):
            self.written += len(data)
            return super().write(data)

    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(squeeze.compress(b"\0" * 1_000_000) for _ in range(30))
    body += squeeze.flush()
    offer(text(body), "GZIP")
    client = make_client(max_decompressed_bytes=1_000_000)
    target = Counting()
    with pytest.raises(errors.DocumentError) as caught:
        client.download_report_document(DOCUMENT_ID, target, False)
    assert caught.value.code == "too_large"
    assert target.written <= 1_000_000
    assert target.getvalue() == b""


@pytest.mark.parametrize(
    ("compression", "encoding"), [("ZSTD", "identity"), (None, "br")]
)
def test_unknown_compression(offer, client, compression, encoding):
    offer(text(CONTENT, **{"Content-Encoding": encoding}), compression)
    failure(client, errors.DocumentError, "unknown_compression")


def test_target_that_cannot_seek(offer, client):
    class Pipe(io.RawIOBase):
        content = b""

        def writable(self):
            return True

        def write(self, data):
            self.content += bytes(data)
            return len(data)

    offer(text(CONTENT))
    pipe = Pipe()
    client.download_report_document(DOCUMENT_ID, pipe, False)
    assert pipe.content == CONTENT


def test_a_full_disk_is_not_taken_for_the_network(offer, client):
    class Full(io.BytesIO):
        def write(self, _data):
            raise OSError(28, "No space left on device")

    offer(text(CONTENT))
    with pytest.raises(OSError, match="No space left"):
        client.download_report_document(DOCUMENT_ID, Full(), False)


def test_link_must_not_carry_tokens_even_by_http_to_amazon(amazon):
    """With Amazon's own endpoint, nothing goes out over http."""
    with SellingPartnerClient(CREDENTIALS, "eu", lwa_endpoint=amazon.url) as client:
        assert client._api.base_url == "https://sellingpartnerapi-eu.amazon.com"
