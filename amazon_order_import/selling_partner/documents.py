"""Takes a document from its pre-signed link: bounded, checked, without credentials."""

import hashlib
import logging
import time
import zlib
from dataclasses import dataclass
from email.message import Message
from urllib.parse import urlsplit

import httpx

from .errors import DocumentError, UnavailableError
from .links import (
    SLOWEST_BYTES_PER_SECOND,
    LinkExpired,
    has_expired,
    passing_trouble,
)
from .network import NETWORK_RETRY_SECONDS, encodings_of
from .records import Document

_logger = logging.getLogger(__name__)

OPERATION = "download"
CHUNK_BYTES = 64 * 1024
# S3 keeps it in the header of what was uploaded so; the bytes are as they were.
_SIGNED = "aws-chunked"

# Java's and Amazon's names of encodings. ISO-8859-1 is read as its superset, as
# browsers do: what Amazon labels so holds typographic quotes and euro signs.
_CHARSETS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "cp1252": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859_1": "cp1252",
    "latin1": "cp1252",
    "iso-8859-15": "iso8859-15",
    "windows-31j": "cp932",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "ms932": "cp932",
    "cp932": "cp932",
    "euc-jp": "euc_jp",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}


@dataclass(frozen=True)
class Limits:
    """Bytes received from the link, and bytes after decompression."""

    received: int
    decompressed: int


class Downloader:
    """Downloads documents by ``links`` (:class:`~.links.Links`)."""

    def __init__(self, limits, links):
        self._limits = limits
        self._links = links

    def download(self, url, compression, target):
        """Write the document behind ``url`` to ``target``, decompressed.

        When it fails, a ``target`` that can seek is cut back to where it was.

        :param compression: ``GZIP`` or None, as Amazon told with the link
        :param target: file open for writing bytes
        :rtype: Document
        :raise LinkExpired: the link is too old
        :raise DocumentError: the link or the document is refused; see its ``code``
        :raise RetryableError: network, time-out, or trouble at the document's host
        """
        problem = self._links.problem(url)
        if problem:
            raise _error("unexpected_link", problem)
        if compression not in (None, "GZIP"):
            raise _error(
                "unknown_compression",
                f"is compressed by {compression!r}, which is not supported",
            )
        start = target.tell() if target.seekable() else None
        started = time.monotonic()
        sink = _Sink(target, self._limits.decompressed)
        complete = False
        try:
            charset = self._fetch(url, compression, sink)
            complete = True
        finally:
            _logger.debug(
                "GET document from %s: %s, %d bytes in %.3f s",
                urlsplit(url).hostname,
                "complete" if complete else "failed",
                sink.size,
                time.monotonic() - started,
            )
            if not complete and start is not None:
                target.seek(start)
                target.truncate()
        return Document(charset, sink.size, sink.hexdigest())

    def _fetch(self, url, compression, sink):
        headers = {"Accept": "*/*"}
        with self._links.follow(OPERATION, "GET", url, headers) as (response, deadline):
            if response.status_code != 200:
                raise self._refusal(response)
            declared = _declared_length(response)
            if declared is not None and declared > self._limits.received:
                raise _too_large("received", self._limits.received)
            decoder = _decoder(response, compression, declared is not None)
            for chunk in self._chunks(response, declared, deadline):
                for piece in decoder.feed(chunk):
                    sink.write(piece)
            decoder.finish()
            return charset_of(response.headers.get("Content-Type"))

    def _chunks(self, response, declared, deadline):
        """Yield the bytes as they were sent; httpx would decode and not count."""
        received = 0
        problem = None
        chunks = response.iter_raw()
        while True:
            try:
                chunk = next(chunks, None)
            except httpx.TimeoutException:
                problem = "took too long"
                break
            except httpx.HTTPError:
                problem = "broke off"
                break
            if chunk is None:
                break
            received += len(chunk)
            if received > self._limits.received:
                raise _too_large("received", self._limits.received)
            deadline.extend(len(chunk) / SLOWEST_BYTES_PER_SECOND)
            yield chunk
        if problem is None and declared is not None and received != declared:
            problem = "broke off"
        if problem:
            raise _unavailable(
                f"The download of the document {problem} after {received} bytes"
                f"{f' of {declared}' if declared else ''}. It is tried again."
            )

    def _refusal(self, response):
        status = response.status_code
        if has_expired(response):
            return LinkExpired()
        if status in (404, 410):
            return _error(
                "document_gone", "no longer exists. Request the report again", status
            )
        return passing_trouble(OPERATION, response) or _error(
            "link_refused",
            f"was refused by its host (HTTP {status}). Check proxy and firewall",
            status,
        )


class _Sink:
    """Counts, limits and digests what is written."""

    def __init__(self, target, limit):
        self._target = target
        self._limit = limit
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, piece):
        self.size += len(piece)
        if self.size > self._limit:
            raise _too_large("decompressed", self._limit)
        self._digest.update(piece)
        self._target.write(piece)

    def hexdigest(self):
        return self._digest.hexdigest()


class _Plain:
    """Takes the bytes as they are.

    :param ends: whether the answer says where it ends; what just stops coming may be
        half a document
    """

    def __init__(self, ends):
        self._ends = ends

    def feed(self, chunk):
        yield chunk

    def finish(self):
        if not self._ends:
            raise _unavailable(
                "The document's host does not say where the document ends, so that it"
                " may be cut off. It is tried again; if this lasts, check the proxy."
            )


class _Gunzip:
    """Decompresses piece by piece, so that a bomb is stopped at the limit and not
    first unfolded in memory. Several members in a row are one document.

    :param length_checked: whether the number of bytes received was checked, so that a
        missing end means a broken file and not a broken connection
    """

    def __init__(self, length_checked):
        self._length_checked = length_checked
        self._member = None
        self._members = 0

    def feed(self, chunk):
        while chunk:
            if self._member is None:
                # Padding with zeros after the last member is allowed.
                if self._members and not chunk.strip(b"\0"):
                    return
                self._member = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
            piece = self._decompress(chunk)
            if piece:
                yield piece
            if self._member.eof:
                chunk = self._member.unused_data
                self._member = None
                self._members += 1
            else:
                chunk = self._member.unconsumed_tail

    def _decompress(self, chunk):
        try:
            return self._member.decompress(chunk, CHUNK_BYTES)
        except zlib.error:
            pass
        raise _error("bad_gzip", "is not valid GZIP")

    def finish(self):
        if self._member is None and self._members:
            return
        if not self._length_checked:
            raise _unavailable(
                "The download of the document broke off before its end."
                " It is tried again."
            )
        raise _error("truncated_gzip", "ends in the middle of its GZIP data")


def _decoder(response, compression, length_checked):
    encodings = [name for name in encodings_of(response.headers) if name != _SIGNED]
    if encodings not in ([], ["gzip"], ["x-gzip"]):
        raise _error(
            "unknown_compression",
            f"is encoded by {', '.join(encodings)[:80]!r}, which is not supported",
        )
    # Amazon's GZIP and the header's gzip name the same single compression.
    if compression == "GZIP" or encodings:
        return _Gunzip(length_checked)
    return _Plain(length_checked or "transfer-encoding" in response.headers)


def _declared_length(response):
    # A chunked body knows its end by itself.
    if response.headers.get("Transfer-Encoding"):
        return None
    value = response.headers.get("Content-Length", "")
    return int(value) if value.isascii() and value.isdigit() else None


def charset_of(content_type):
    """Return Python's name of the encoding in a Content-Type, None if not known."""
    message = Message()
    message["Content-Type"] = content_type or ""
    charset = message.get_param("charset")
    if isinstance(charset, tuple):
        charset = charset[2]
    return _CHARSETS.get(str(charset).strip().lower()) if charset else None


def _error(code, problem, status=None):
    return DocumentError(
        f"The document of the report {problem}.",
        operation=OPERATION,
        code=code,
        status=status,
    )


def _too_large(what, limit):
    return _error(
        "too_large",
        f"has more than {limit} bytes ({what}), the limit. Request a shorter period",
    )


def _unavailable(message):
    return UnavailableError(
        message, seconds=NETWORK_RETRY_SECONDS, operation=OPERATION, code="network"
    )
