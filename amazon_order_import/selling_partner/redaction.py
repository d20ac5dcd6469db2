"""Keeps tokens, secrets, pre-signed links and addresses out of logs and messages."""

import logging
import re
from contextlib import contextmanager
from contextvars import ContextVar

REDACTED = "[REDACTED]"

_SECRETS = re.compile(
    r"""
      \bAtz[a-z]?(?:\.[a-z]+)?\|[^\s"'<>&,;)}\]]+  # access, refresh, restricted
    | \bamzn1\.oa2-cs\.[^\s"'<>&,;)}\]]+          # client secrets
    """,
    re.VERBOSE,
)
_NAMED_SECRETS = re.compile(
    r"""
    (?P<name>["']?\b(?:
        access_token | refresh_token | client_secret | restrictedDataToken
        | x-amz-access-token | x-amz-security-token | authorization | code
    )["']?\s*[=:]\s*)
    (?P<quote>["']?)
    (?:(?:bearer|basic)\s+)?
    [^\s"'&,;)}\]]{8,}
    (?P=quote)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SIGNED_QUERY = re.compile(
    r"\?[^\s\"'<>]*(?:X-Amz-|Signature=|AWSAccessKeyId=)[^\s\"'<>]*", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def redact(text):
    """Return ``text`` without what only the two parties may know.

    Takes out Amazon's tokens and client secrets, values named as such, the query of
    pre-signed links (whoever has it can read the document) and e-mail addresses.
    """
    text = _SIGNED_QUERY.sub(f"?{REDACTED}", str(text))
    text = _SECRETS.sub(REDACTED, text)
    text = _NAMED_SECRETS.sub(rf"\g<name>{REDACTED}", text)
    return _MAIL.sub(REDACTED, text)


class RedactingFilter(logging.Filter):
    """Redacts the text of every record; for handlers or loggers of others."""

    def filter(self, record):
        record.msg = redact(record.getMessage())
        record.args = None
        return True


# Addresses and headers of a request are secrets here (a pre-signed link reads the
# document for anybody), and these loggers write them at DEBUG or INFO, some at WARNING.
_HTTP_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.response",
    "urllib3.util.retry",
)
_silent = ContextVar("selling_partner_http_loggers_silent", default=False)


class _SilentDuringOurCalls(logging.Filter):
    def filter(self, record):
        return not _silent.get()


@contextmanager
def silent_http_loggers():
    """Drop what the HTTP libraries log about the calls of this thread meanwhile.

    Calls of other threads, and of other code before and after, are logged as ever.
    """
    token = _silent.set(True)
    try:
        yield
    finally:
        _silent.reset(token)


for _name in _HTTP_LOGGERS:
    logging.getLogger(_name).addFilter(_SilentDuringOurCalls())
