"""Pre-signed links to documents: where they may lead, and how they are followed.

Without credentials, without redirects, and only to where Amazon keeps documents.
"""

import re
import ssl
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx

from .answers import SERVER_RETRY_SECONDS, retry_after
from .deadlines import Deadline
from .errors import DocumentError, ThrottledError, UnavailableError
from .network import NETWORK_RETRY_SECONDS, is_loopback, open_http, read_error_page
from .redaction import silent_http_loggers

# Where Amazon's links lead: report buckets in S3, CloudFront for its sandbox. A name
# under these cannot be had for a machine of the own network together with a valid
# certificate, so links cannot be used to reach into it.
DOCUMENT_HOSTS = ("amazonaws.com", "amazonaws.com.cn", "cloudfront.net", "amazon.com")
# S3 says AccessDenied for a link that is too old (its message tells so, but not always)
# and ExpiredToken where the session that signed the link has ended.
_EXPIRED = re.compile(rb"<Code>\s*(?:AccessDenied|ExpiredToken)\s*</Code>")
# A document that comes or goes more slowly is given up: no worker waits an hour for
# what a server drips.
SLOWEST_BYTES_PER_SECOND = 16 * 1024
LONGEST_SECONDS = 3600


class LinkExpired(Exception):
    """The link is no longer honoured; a fresh one may be."""


def fresh_link_refused(operation):
    """The error for a link that is refused though Amazon has just made it."""
    return DocumentError(
        "The document's host refuses even a fresh link of Amazon. Check the clock"
        " of this machine, the proxy and the firewall, then try again.",
        operation=operation,
        status=403,
        code="link_refused",
    )


class Links:
    """Follows links.

    :param endpoint: the redirected API endpoint, whose own host may serve links too
        (over http if the endpoint itself is http), None for Amazon's
    :param document_hosts: domains under which links are followed, always by https
    """

    def __init__(
        self,
        timeouts,
        user_agent,
        endpoint=None,
        document_hosts=DOCUMENT_HOSTS,
        use_system_settings=True,
    ):
        self._timeouts = timeouts
        self._user_agent = user_agent
        self._endpoint = urlsplit(endpoint) if endpoint else None
        self._hosts = tuple(host.lower().strip(".") for host in document_hosts)
        self._use_system_settings = use_system_settings

    def problem(self, url):
        """Return why ``url`` must not be followed, None if it may."""
        try:
            link = urlsplit(url)
            host, _port = (link.hostname or "").lower().rstrip("."), link.port
        except ValueError:
            link, host = None, ""
        if (
            not re.fullmatch(r"[a-z0-9][a-z0-9.:-]*", host)
            or ".." in host
            or link.username is not None
            or link.password is not None
        ):
            return "has no usable link"
        if link.scheme == "https" and any(
            host == domain or host.endswith(f".{domain}") for domain in self._hosts
        ):
            return None
        if self._is_own_host(host) and link.scheme in ("https", self._endpoint.scheme):
            return None
        return f"lies at {link.scheme}://{host}, where Amazon keeps no documents"

    def _is_own_host(self, host):
        if not self._endpoint:
            return False
        own = self._endpoint.hostname
        return host == own or (is_loopback(host) and is_loopback(own))

    @contextmanager
    def follow(self, operation, method, url, headers, content=None):
        """Send one request to a link; the context's value is the open response.

        What is received has to extend the deadline that is its other value.

        :param content: bytes to send
        :raise UnavailableError: the host cannot be reached
        """
        deadline = Deadline(self._timeouts.call, LONGEST_SECONDS)
        deadline.extend(len(content or b"") / SLOWEST_BYTES_PER_SECOND)
        headers = {"User-Agent": self._user_agent, **headers}
        with (
            silent_http_loggers(),
            deadline.hold(),
            open_http(url, self._timeouts, self._use_system_settings) as http,
        ):
            request = http.build_request(method, url, headers=headers, content=content)
            response = self._send(operation, http, request)
            try:
                yield response, deadline
            finally:
                response.close()

    def _send(self, operation, http, request):
        try:
            return http.send(request, stream=True)
        except httpx.ConnectError as error:
            problem = "cannot be reached"
            if isinstance(_root_of(error), ssl.SSLError):
                problem = "does not prove its identity (TLS certificate)"
        except httpx.TimeoutException:
            problem = "does not answer in time"
        except (httpx.HTTPError, httpx.InvalidURL):
            problem = "cannot be reached"
        # Raised outside of the handlers: a chained exception would show the link.
        raise UnavailableError(
            f"The document's host {request.url.host} {problem}."
            " It is tried again; if this lasts, check network, proxy and firewall.",
            seconds=NETWORK_RETRY_SECONDS,
            operation=operation,
            code="network",
        )


def _root_of(error):
    while cause := error.__cause__ or error.__context__:
        error = cause
    return error


def has_expired(response):
    """Whether a refusal of Amazon's storage says that the link is too old."""
    return response.status_code in (400, 403) and bool(
        _EXPIRED.search(read_error_page(response))
    )


def passing_trouble(operation, response):
    """Return the error of a host that may do the same later, None for others."""
    status = response.status_code
    if status == 429:
        return ThrottledError(
            f"The document's host was asked too often (HTTP {status})."
            " It is tried again.",
            seconds=retry_after(response.headers) or SERVER_RETRY_SECONDS,
            operation=operation,
            status=status,
        )
    if status >= 500 or status == 408:
        told = retry_after({"retry-after": response.headers.get("retry-after")})
        return UnavailableError(
            f"The document's host has trouble (HTTP {status}). It is tried again.",
            seconds=told or NETWORK_RETRY_SECONDS,
            operation=operation,
            status=status,
        )
    return None
