"""Servers that lie: in bounded time and memory, nothing of theirs passes for true."""

import gzip
import io
import os
import resource
import socket
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from contextlib import contextmanager

import pytest
from selling_partner import authorize, deadlines, errors, links, network

from .scripted_amazon import Reply

REPORT = "/reports/2021-06-30/reports/R1"
DOCUMENT_ID = "D1"
DOCUMENT = f"/reports/2021-06-30/documents/{DOCUMENT_ID}"
RDT = "/tokens/2021-03-01/restrictedDataToken"
TOKEN = "/auth/o2/token"
TIMEOUT = (0.5, 1)
PATIENCE = sum(TIMEOUT) + 1.5
CONTENT = b"order-id\tsku\n028-1\tA\n" * 500


class Server:
    """Speaks bytes: what a test's function sends over each connection."""

    def __init__(self, speak):
        self._speak = speak
        self.stop = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            threading.Thread(
                target=self._answer, args=(connection,), daemon=True
            ).start()

    def _answer(self, connection):
        with connection:
            try:
                connection.recv(65536)
                self._speak(connection, self.stop)
            except OSError:
                pass

    def close(self):
        self.stop.set()
        # A thread that accepts is not woken by closing.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def lie():
    servers = []

    def lie(speak):
        if isinstance(speak, bytes):
            content = speak

            def speak(connection, _stop):
                connection.sendall(content)

        servers.append(Server(speak))
        return servers[-1].url

    yield lie
    for server in servers:
        server.close()


def drip(start, piece=b"x", pause=0.05):
    """Send a start, and then a piece ever before anybody's patience ends."""

    def speak(connection, stop):
        connection.sendall(start)
        while not stop.wait(pause):
            connection.sendall(piece)

    return speak


def http(body=b"", status="200 OK", length=True, **headers):
    lines = [f"HTTP/1.1 {status}"]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


@contextmanager
def soon():
    start = time.monotonic()
    yield
    assert time.monotonic() - start < PATIENCE, "the server decided how long it takes"


def ask(make_client, url):
    return make_client(endpoint=url, timeout=TIMEOUT).get_report("R1")


def ask_token(_make_client, url):
    return authorize("id", "secret", "code", lwa_endpoint=url, timeout=TIMEOUT)


def fetch(make_client, amazon, url, compression=None, **options):
    link = {"reportDocumentId": DOCUMENT_ID, "url": f"{url}/x"}
    if compression:
        link["compressionAlgorithm"] = compression
    amazon.on("GET", DOCUMENT, Reply(json=link))
    client = make_client(timeout=TIMEOUT, **options)
    target = io.BytesIO()
    try:
        client.download_report_document(DOCUMENT_ID, target, False)
    except errors.SellingPartnerError:
        assert target.getvalue() == b"", "half a document was left behind"
        raise
    return target.getvalue()


DRIPPING = {
    "status line": drip(b"HTTP/1.1 "),
    "headers": drip(b"HTTP/1.1 200 OK\r\nX: "),
    "header after header": drip(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n"),
    "answers before the answer": drip(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n{", b" "),
    "body without an end": drip(b"HTTP/1.1 200 OK\r\n\r\n{", b" "),
    "chunks": drip(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"
    ),
    "error page": drip(b"HTTP/1.1 503 No\r\nContent-Length: 100000\r\n\r\n", b" "),
    "refusal": drip(b"HTTP/1.1 403 No\r\nContent-Length: 100000\r\n\r\n", b" "),
    "expired link": drip(b"HTTP/1.1 400 No\r\nContent-Length: 100000\r\n\r\n", b"<"),
}


@pytest.mark.parametrize("call", [ask, ask_token])
@pytest.mark.parametrize("speak", DRIPPING.values(), ids=DRIPPING)
def test_no_drip_outlasts_a_call(lie, make_client, call, speak):
    url = lie(speak)
    with soon(), pytest.raises(errors.SellingPartnerError):
        call(make_client, url)


@pytest.mark.parametrize("speak", DRIPPING.values(), ids=DRIPPING)
def test_no_drip_outlasts_a_download(lie, make_client, amazon, speak, monkeypatch):
    # An ordinary speed for tests: what drips is far below.
    monkeypatch.setattr(links, "SLOWEST_BYTES_PER_SECOND", 100_000)
    url = lie(speak)
    with soon(), pytest.raises(errors.SellingPartnerError):
        fetch(make_client, amazon, url)


def test_a_slow_document_that_comes_all_the_same_is_waited_for(
    lie, make_client, amazon
):
    """Each piece gives time for the next, so that length is no reason to give up."""
    piece, count = b"y" * 32_768, 12

    def speak(connection, stop):
        connection.sendall(http(b"", length=False, Content_Length=len(piece) * count))
        for _ in range(count):
            connection.sendall(piece)
            stop.wait(0.25)

    start = time.monotonic()
    content = fetch(make_client, amazon, lie(speak))
    assert content == piece * count
    assert time.monotonic() - start > sum(TIMEOUT)


def test_a_server_that_takes_the_upload_byte_by_byte():
    """The sockets' buffers are small, so that the server decides how it goes."""
    server = socket.create_server(("127.0.0.1", 0))
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    stop = threading.Event()

    def sip():
        connection, _address = server.accept()
        with connection:
            while not stop.wait(0.05):
                connection.recv(512)

    threading.Thread(target=sip, daemon=True).start()
    url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
    link = links.Links(network.Timeouts(*TIMEOUT), "test", endpoint=url)
    start = time.monotonic()
    try:
        with pytest.raises(errors.UnavailableError):
            with link.follow("upload", "PUT", url, {}, b"x" * 20_000_000):
                pytest.fail("the server took it all")
    finally:
        stop.set()
        server.close()
    allowed = sum(TIMEOUT) + 20_000_000 / links.SLOWEST_BYTES_PER_SECOND
    assert time.monotonic() - start < allowed


def test_the_deadline_is_of_one_call_alone():
    deadline = deadlines.Deadline(10, longest=20)
    assert deadline.bound(3, TimeoutError) == 3
    deadline.extend(1000)
    assert 19 < deadline.bound(None, TimeoutError) <= 20
    over = deadlines.Deadline(-1)
    with pytest.raises(TimeoutError), over.hold():
        over.bound(3, TimeoutError)


# --- encodings ------------------------------------------------------------------------

SMALL = gzip.compress(gzip.compress(b" " * 1_000_000))
UNASKED = ["gzip", "deflate", "br", "zstd", "gzip, gzip", "GZIP", "identity, gzip", "x"]


@pytest.mark.parametrize("encoding", UNASKED)
@pytest.mark.parametrize("call", [ask, ask_token])
def test_encodings_that_were_not_asked_for(lie, make_client, call, encoding):
    url = lie(http(SMALL, Content_Encoding=encoding))
    with pytest.raises(errors.AnswerError) as caught:
        call(make_client, url)
    assert caught.value.code == "unexpected_encoding"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("429 No", errors.ThrottledError),
        ("503 No", errors.UnavailableError),
        ("403 No", errors.UnavailableError),
        ("400 No", errors.DataError),
    ],
)
def test_of_an_encoded_error_page_only_the_status_counts(
    lie, make_client, status, kind
):
    url = lie(http(SMALL, status, Content_Encoding="gzip, gzip"))
    with pytest.raises(kind) as caught:
        ask(make_client, url)
    assert caught.value.details is None


@pytest.mark.parametrize("encoding", ["identity", "", "Identity"])
def test_no_encoding_under_its_name(lie, make_client, encoding):
    body = (
        b'{"reportId": "R1", "reportType": "T", "processingStatus": "IN_QUEUE",'
        b' "createdTime": "2026-01-01T00:00:00Z"}'
    )
    url = lie(http(body, Content_Encoding=encoding))
    client = make_client(endpoint=url)
    assert client.get_report("R1").report_id == "R1"


@pytest.mark.parametrize("encoding", ["gzip, gzip", "gzip, br", "deflate", "zstd"])
def test_documents_are_compressed_once(lie, make_client, amazon, encoding):
    url = lie(http(SMALL, Content_Encoding=encoding))
    with pytest.raises(errors.DocumentError) as caught:
        fetch(make_client, amazon, url)
    assert caught.value.code == "unknown_compression"


def test_long_error_pages_are_not_read(lie, make_client):
    def speak(connection, stop):
        connection.sendall(b"HTTP/1.1 503 No\r\nContent-Length: 99999999999\r\n\r\n")
        while not stop.is_set():
            connection.sendall(b"x" * 65536)

    url = lie(speak)
    with soon(), pytest.raises(errors.UnavailableError) as caught:
        ask(make_client, url)
    assert caught.value.status == 503


# --- answers that are cut off ---------------------------------------------------------

PACKED = gzip.compress(CONTENT)
CUT = {
    "shorter than told": http(CONTENT[:99], length=False, Content_Length=len(CONTENT)),
    "nothing of what was told": http(length=False, Content_Length=len(CONTENT)),
    "without a length": http(CONTENT, length=False),
    "empty without a length": http(length=False),
    "within a chunk": http(b"ff\r\nabc", length=False, Transfer_Encoding="chunked"),
    "no last chunk": http(b"3\r\nabc\r\n", length=False, Transfer_Encoding="chunked"),
    "no chunk at all": http(b"", length=False, Transfer_Encoding="chunked"),
    "no chunk but text": http(CONTENT, length=False, Transfer_Encoding="chunked"),
    "negative chunk": http(b"-3\r\nabc", length=False, Transfer_Encoding="chunked"),
    "length twice": http(CONTENT, Content_length=5),
    "no number": http(CONTENT, length=False, Content_Length="many"),
    "packed in transfer": http(PACKED, length=False, Transfer_Encoding="gzip, chunked"),
    "nothing": b"",
    "half a header": b"HTTP/1.1 200 OK\r\nContent-Le",
    "no HTTP": b"hello\r\n\r\n",
}


@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_no_half_document_passes(lie, make_client, amazon, answer):
    url = lie(answer)
    with pytest.raises(errors.UnavailableError):
        fetch(make_client, amazon, url)


@pytest.mark.parametrize("length", [True, False])
@pytest.mark.parametrize("cut", [1, 8, 9, len(PACKED) - 3, len(PACKED)])
def test_no_half_gzip_passes(lie, make_client, amazon, length, cut):
    url = lie(http(PACKED[: len(PACKED) - cut], length=length))
    with pytest.raises(errors.SellingPartnerError):
        fetch(make_client, amazon, url, "GZIP")


def test_gzip_tells_its_end_itself(lie, make_client, amazon):
    url = lie(http(PACKED, length=False))
    assert fetch(make_client, amazon, url, "GZIP") == CONTENT


@pytest.mark.parametrize("call", [ask, ask_token])
@pytest.mark.parametrize("answer", CUT.values(), ids=CUT)
def test_no_half_answer_passes(lie, make_client, call, answer):
    url = lie(answer)
    with soon(), pytest.raises(errors.SellingPartnerError):
        call(make_client, url)


# --- memory ---------------------------------------------------------------------------

_SCRIPT = """
import io, resource, sys, tempfile
from selling_partner import Credentials, SellingPartnerClient, errors
url, link = sys.argv[1:3]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
client = SellingPartnerClient(
    Credentials("id", "secret", "refresh"), "eu", endpoint=url, lwa_endpoint=url,
    timeout=(2, 20),
)
with client, tempfile.TemporaryFile() as target:
    for call in (
        lambda: client.get_report("R1"),
        lambda: client.download_report_document("D1", target, False),
    ):
        try:
            call()
        except errors.SellingPartnerError as error:
            print(type(error).__name__, error.code)
        else:
            print("done", target.seek(0, 2))
print("grown", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def run_apart(url, limit=600 << 20):
    """Call a server in a process of bounded memory and time; return what it says."""

    def bound():
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        resource.setrlimit(resource.RLIMIT_CPU, (60, 60))

    result = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_SCRIPT), url, url],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=bound,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert result.returncode == 0, result.stderr[-2000:]
    *lines, grown = result.stdout.split("\n")[:-1]
    return lines, int(grown.split()[1]) << 10


def doubled(size):
    """Bytes that are ``size`` blanks after being unpacked twice."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    pieces = [squeeze.compress(b" " * (1 << 20)) for _ in range(size >> 20)]
    return gzip.compress(b"".join(pieces) + squeeze.flush())


def test_a_bomb_in_each_answer_takes_no_memory(amazon):
    bomb = doubled(512 << 20)
    assert len(bomb) < 10_000
    reply = Reply(body=bomb, headers={"Content-Encoding": "gzip, gzip"})
    amazon.on("GET", REPORT, reply)
    amazon.on(
        "GET",
        DOCUMENT,
        Reply(503, body=bomb, headers={"Content-Encoding": "gzip, gzip"}),
    )
    lines, grown = run_apart(amazon.url)
    assert lines == ["AnswerError unexpected_encoding", "UnavailableError None"]
    assert grown < 64 << 20


@pytest.mark.parametrize("compression", [None, "GZIP"])
def test_a_long_document_takes_no_memory(amazon, lie, compression):
    size = 256 << 20

    def speak(connection, _stop):
        if compression:
            squeeze = zlib.compressobj(1, zlib.DEFLATED, 31)
            body = b"".join(
                squeeze.compress(CONTENT) for _ in range(size // len(CONTENT))
            )
            connection.sendall(http(body + squeeze.flush()))
            return
        connection.sendall(http(length=False, Content_Length=size))
        for _ in range(size >> 20):
            connection.sendall(b"x" * (1 << 20))

    link = {"reportDocumentId": "D1", "url": f"{lie(speak)}/x"}
    if compression:
        link["compressionAlgorithm"] = compression
    amazon.on("GET", DOCUMENT, Reply(json=link))
    lines, grown = run_apart(amazon.url)
    word, found = lines[1].split()
    assert word == "done"
    assert int(found) > size - len(CONTENT) - 1
    assert grown < 32 << 20
