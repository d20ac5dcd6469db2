"""What can go wrong between us and Amazon, as exceptions a caller can act on.

    SellingPartnerError
    ├── RetryableError           try again after ``seconds``
    │   ├── ThrottledError       Amazon's quota is used up
    │   └── UnavailableError     network, time-out, Amazon's own trouble (5xx)
    ├── AuthorizationError       ``reason`` says which credential is refused
    ├── RoleMissingError         the token is good, the role for this is not there
    └── DataError                our request, or what it asks for, is wrong
        ├── AnswerError          Amazon's answer cannot be understood
        └── DocumentError        the document cannot be taken (too large, broken, ...)

No exception carries a token, a secret or a pre-signed link: neither in its text nor in
the exceptions it is chained to.
"""

from .redaction import redact

AUTHORIZATION_REASONS = (
    "invalid_grant",
    "invalid_client",
    "unauthorized_client",
    "token_rejected",
)


class SellingPartnerError(Exception):
    """Base of all errors of this package.

    :param message: English sentence: what happened, and the next step
    :param operation: Amazon's name of the operation (``createReport``, ...), ``token``
        for Login with Amazon, ``download`` and ``upload`` for a document's link
    :param status: HTTP status of the answer, None where there was none
    :param code: Amazon's error code, or one of our own in lower case
    :param request_id: Amazon's ``x-amzn-RequestId``, which its support asks for
    :param details: Amazon's own words, redacted
    """

    def __init__(
        self,
        message,
        operation=None,
        status=None,
        code=None,
        request_id=None,
        details=None,
    ):
        self.message = redact(message)
        super().__init__(self.message)
        self.operation = operation
        self.status = status
        self.code = code
        self.request_id = request_id
        self.details = redact(details) if details else details


class RetryableError(SellingPartnerError):
    """The same call may succeed later.

    :param seconds: how long to wait at least, in seconds
    :param maybe_done: whether Amazon may have carried out a changing call although we
        did not get its answer; look before creating again
    """

    def __init__(self, message, seconds, maybe_done=False, **context):
        super().__init__(message, **context)
        self.seconds = seconds
        self.maybe_done = maybe_done


class ThrottledError(RetryableError):
    """Amazon's quota for the operation is used up (HTTP 429)."""


class UnavailableError(RetryableError):
    """No usable connection, no answer in time, or trouble at Amazon (HTTP 5xx)."""


class AuthorizationError(SellingPartnerError):
    """A credential is refused; nothing works until a person replaces it.

    :param reason: ``invalid_grant`` (refresh token revoked or wrong),
        ``invalid_client`` (client id or secret wrong or expired),
        ``unauthorized_client`` (refresh token of another application),
        ``token_rejected`` (a fresh access token is refused)
    """

    def __init__(self, message, reason, **context):
        super().__init__(message, **context)
        self.reason = reason


class RoleMissingError(SellingPartnerError):
    """The application lacks the role, or the seller has not authorised it since."""


class DataError(SellingPartnerError):
    """Amazon refuses this very request; sending it again unchanged is useless."""


class AnswerError(DataError):
    """Amazon's answer says success but cannot be understood or lacks a field."""


class DocumentError(DataError):
    """The document cannot be taken.

    ``code`` is one of ``too_large``, ``bad_gzip``, ``truncated_gzip``,
    ``unknown_compression``, ``link_refused``, ``unexpected_link``, ``document_gone``.
    """
