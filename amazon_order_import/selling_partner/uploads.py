"""Puts a feed's document behind its pre-signed link: bounded, without credentials."""

import logging
from urllib.parse import urlsplit

from .errors import DocumentError
from .links import LinkExpired, has_expired, passing_trouble

_logger = logging.getLogger(__name__)

OPERATION = "upload"


class Uploader:
    """Uploads documents by ``links`` (:class:`~.links.Links`)."""

    def __init__(self, links):
        self._links = links

    def upload(self, url, content, content_type):
        """Put ``content`` behind ``url``.

        :param content_type: the one that the link was signed for
        :raise LinkExpired: the link is too old
        :raise DocumentError: the link or the document is refused; see its ``code``
        :raise RetryableError: network, time-out, or trouble at the document's host.
            An uploaded document does nothing by itself, so trying again is harmless
        """
        problem = self._links.problem(url)
        if problem:
            raise _error("unexpected_link", problem)
        headers = {"Accept": "*/*", "Content-Type": content_type}
        with self._links.follow(OPERATION, "PUT", url, headers, content) as (
            response,
            _deadline,
        ):
            _logger.debug(
                "PUT document to %s: %s, %d bytes",
                urlsplit(url).hostname,
                response.status_code,
                len(content),
            )
            # A redirect is none of these: it would have the content sent elsewhere.
            if not 200 <= response.status_code < 300:
                raise self._refusal(response)

    def _refusal(self, response):
        status = response.status_code
        if has_expired(response):
            return LinkExpired()
        if status == 413:
            return _error("too_large", "is too large for Amazon", status)
        return passing_trouble(OPERATION, response) or _error(
            "link_refused",
            f"was refused by its host (HTTP {status}). Check proxy and firewall",
            status,
        )


def _error(code, problem, status=None):
    return DocumentError(
        f"The document to upload {problem}.",
        operation=OPERATION,
        code=code,
        status=status,
    )
