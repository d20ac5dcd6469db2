"""HTTP to one host: a deadline for each call, bounded answers, no redirects.

Of the environment only the proxy and certificate settings count (``HTTPS_PROXY``,
``HTTP_PROXY``, ``NO_PROXY``; ``REQUESTS_CA_BUNDLE``, ``CURL_CA_BUNDLE``,
``SSL_CERT_FILE``), as everywhere in Odoo, and they can be switched off. Loopback is
never asked for through a proxy. ``.netrc`` is not read: it would add credentials.
"""

import ipaddress
import logging
import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import lru_cache
from urllib.parse import urlsplit

import certifi
import httpx
from requests.utils import get_environ_proxies, select_proxy

from .answers import CHANGING_OPERATIONS, told_rate
from .deadlines import BoundedTransport, Deadline
from .errors import AnswerError, DataError, UnavailableError
from .redaction import silent_http_loggers

_logger = logging.getLogger(__name__)

# Amazon asks for the application's name, version and language, under 500 characters.
DEFAULT_USER_AGENT = "amazon_order_import/19.0 (Language=Python)"
MAX_ANSWER_BYTES = 8 * 1024 * 1024
# Of an error page, which explains itself at its beginning.
MAX_ERROR_BYTES = 64 * 1024
NETWORK_RETRY_SECONDS = 60


@dataclass(frozen=True)
class Timeouts:
    """Seconds: to connect; without a byte; for one call as a whole."""

    connect: float
    read: float

    @property
    def call(self):
        return self.connect + self.read


def parse_endpoint(value, name):
    """Return ``value`` as a base address without its trailing slash.

    :raise DataError: it is no http or https address of a host
    """
    try:
        parts = urlsplit(str(value).strip())
        valid = (
            parts.scheme in ("http", "https")
            and parts.hostname
            and not (parts.username or parts.password)
            and not (parts.query or parts.fragment)
            and parts.port != 0
        )
    except ValueError:
        valid = False
    if not valid:
        raise DataError(
            f"The {name} is not an address like https://host or http://host:port."
            " Correct it, or leave it empty for Amazon's own.",
            code="invalid_endpoint",
        )
    return parts.geturl().rstrip("/")


def is_loopback(host):
    """Whether ``host`` (a name or an address) is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_plain_http(endpoint):
    """Whether calls to an endpoint leave this machine without encryption."""
    try:
        parts = urlsplit(str(endpoint or "").strip())
        return parts.scheme == "http" and not is_loopback(parts.hostname)
    except ValueError:
        return False


def proxy_for(url, use_system_settings=True):
    """Return the address of the proxy to ask for ``url``, None for a direct call."""
    if not use_system_settings or is_loopback(urlsplit(url).hostname):
        return None
    return select_proxy(url, get_environ_proxies(url))


def certificates_file(use_system_settings=True):
    """Return the path of the certificate authorities to trust."""
    names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
    if use_system_settings:
        for path in map(os.environ.get, names):
            if path and os.path.isfile(path):
                return path
    return certifi.where()


@lru_cache(maxsize=4)
def _tls_context(path):
    return ssl.create_default_context(cafile=path)


def open_http(url, timeouts, use_system_settings=True):
    """Return a client for what lies at or below ``url``: it asks for no compression,
    follows no redirect, and holds to the :class:`~.deadlines.Deadline` of a call.

    :raise DataError: the environment names a proxy that cannot be used
    """
    try:
        transport = BoundedTransport(
            proxy=proxy_for(url, use_system_settings),
            verify=_tls_context(certificates_file(use_system_settings)),
            trust_env=False,
        )
    except (ImportError, ValueError):
        transport = None
    if transport is None:
        raise DataError(
            "The proxy set in the environment (HTTPS_PROXY, ALL_PROXY) is of a kind"
            " that cannot be used. Set an http:// or https:// proxy.",
            code="invalid_proxy",
        )
    return httpx.Client(
        transport=transport,
        trust_env=False,
        timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
        follow_redirects=False,
        headers={"accept-encoding": "identity"},
    )


def encodings_of(headers):
    """Return the list of what an answer is encoded with, as its headers say."""
    told = headers.get("content-encoding", "").lower().split(",")
    return [name for name in map(str.strip, told) if name not in ("", "identity")]


def read_error_page(response):
    """Return the beginning of an error page, nothing where it is encoded or cut off.

    What the status says is true without it.
    """
    content = bytearray()
    if encodings_of(response.headers):
        return b""
    try:
        for chunk in response.iter_raw():
            content += chunk
            if len(content) >= MAX_ERROR_BYTES:
                break
    except httpx.HTTPError:
        return b""
    return bytes(content[:MAX_ERROR_BYTES])


@dataclass(frozen=True)
class RawAnswer:
    status: int
    headers: httpx.Headers
    content: bytes


@dataclass(frozen=True)
class Call:
    """One request that was sent to Amazon, for whoever counts quotas.

    :ivar started: aware, UTC
    :ivar seconds: how long it took
    :ivar status: HTTP status, None if there was no answer
    :ivar rate: calls per second of ``x-amzn-RateLimit-Limit``, None if not told
    :ivar report_type: Amazon's type of the report or schedule that was asked for
    """

    operation: str
    method: str
    path: str
    started: datetime
    seconds: float
    status: int | None = None
    request_id: str | None = None
    rate: float | None = None
    report_type: str | None = None


class Channel:
    """Speaks with one base address; safe for several threads.

    :param on_call: is told every :class:`Call` after it was made
    :param before_call: is told the operation before it is called; what it raises
        keeps the call from being made
    """

    def __init__(
        self,
        base_url,
        timeouts,
        use_system_settings=True,
        on_call: Callable[[Call], None] | None = None,
        before_call: Callable[[str], None] | None = None,
    ):
        self.base_url = base_url
        self._timeouts = timeouts
        self._on_call = on_call
        self._before_call = before_call
        self._http = open_http(base_url, timeouts, use_system_settings)

    def close(self):
        self._http.close()

    def send(self, operation, method, path, **request):
        """Send one request and return its whole answer, whatever its status.

        :param request: ``params``, ``content``, ``data``, ``headers`` as httpx has them
        :rtype: RawAnswer
        :raise UnavailableError: no answer, or not all of it, or not in time
        :raise AnswerError: an answer longer than 8 MiB, or encoded though nobody asked
        """
        if self._before_call:
            self._before_call(operation)
        started, clock, raw = datetime.now(timezone.utc), time.monotonic(), None
        try:
            raw = self._send(operation, method, self.base_url + path, request)
            return raw
        except httpx.ConnectTimeout:
            problem, sent = "did not accept the connection in time", False
        except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol):
            problem, sent = "cannot be reached", False
        except httpx.TimeoutException:
            problem, sent = "did not answer in time", True
        except (httpx.HTTPError, httpx.InvalidURL):
            problem, sent = "broke the connection before its answer was complete", True
        finally:
            seconds = time.monotonic() - clock
            report_type = _report_type(request)
            call = Call(
                operation, method, path, started, seconds, report_type=report_type
            )
            self._report(call, raw)
        # Raised here, outside of the handlers: a chained exception would bring the
        # request with its headers into tracebacks.
        raise UnavailableError(
            f"{urlsplit(self.base_url).netloc} {problem} ({operation})."
            " It is tried again; if this lasts, check network, proxy and firewall.",
            seconds=NETWORK_RETRY_SECONDS,
            maybe_done=sent and operation in CHANGING_OPERATIONS,
            operation=operation,
            code="network",
        )

    def _report(self, call, raw):
        if raw is not None:
            call = replace(
                call,
                status=raw.status,
                request_id=raw.headers.get("x-amzn-requestid"),
                rate=told_rate(raw.headers),
            )
        # No query, no header, no body: they hold tokens and personal data.
        _logger.debug(
            "%s %s -> %s in %.3f s, request id %s",
            call.method,
            call.path,
            call.status or "no answer",
            call.seconds,
            call.request_id or "-",
        )
        if self._on_call:
            self._on_call(call)

    def _send(self, operation, method, url, request):
        with (
            silent_http_loggers(),
            Deadline(self._timeouts.call).hold(),
            self._http.stream(method, url, **request) as response,
        ):
            if response.is_success:
                content = _read_answer(operation, response)
            else:
                content = read_error_page(response)
        return RawAnswer(response.status_code, response.headers, content)


def _read_answer(operation, response):
    """Return the bytes of an answer as they were sent; httpx would unpack them, which
    makes three gigabytes of three kilobytes."""
    context = {"operation": operation, "status": response.status_code}
    if encodings := encodings_of(response.headers):
        raise AnswerError(
            f"The answer to {operation} is encoded ({', '.join(encodings)[:80]}) though"
            " that was not asked for, and was not read. Check the endpoint and the"
            " proxy.",
            code="unexpected_encoding",
            **context,
        )
    content = bytearray()
    for chunk in response.iter_raw():
        content += chunk
        if len(content) > MAX_ANSWER_BYTES:
            raise AnswerError(
                f"The answer to {operation} is longer than {MAX_ANSWER_BYTES} bytes"
                " and was not read. Check the endpoint and the proxy.",
                code="answer_too_long",
                **context,
            )
    return bytes(content)


def _report_type(request):
    """Return the type of report that a request is about, None if it names none."""
    values = request.get("json") or request.get("params") or {}
    types = values.get("reportType") or values.get("reportTypes")
    return types if isinstance(types, str) or not types else ",".join(types)
