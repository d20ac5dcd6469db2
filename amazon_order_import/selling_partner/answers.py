"""Amazon's answers: read strictly, or turned into the exception that fits."""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

from .errors import (
    AnswerError,
    AuthorizationError,
    DataError,
    RoleMissingError,
    ThrottledError,
    UnavailableError,
)
from .quotas import USAGE_PLANS, refill_seconds

# Where an answer that does not arrive leaves open whether it was done.
CHANGING_OPERATIONS = {
    "createReport",
    "cancelReport",
    "createReportSchedule",
    "cancelReportSchedule",
    "createFeed",
    "confirmShipment",
}
SERVER_RETRY_SECONDS = 60
FOREIGN_ANSWER_RETRY_SECONDS = 300
LONGEST_WAIT_SECONDS = 3600


@dataclass
class Answer:
    """A successful answer.

    ``body`` is the parsed JSON (None where the answer is empty), ``rate`` the calls per
    second of ``x-amzn-RateLimit-Limit`` if told. Not frozen: the library notes things
    on what its calls return.
    """

    operation: str
    status: int
    body: object
    request_id: str | None = None
    rate: float | None = None

    def object(self):
        """Return the body, which has to be a JSON object."""
        if not isinstance(self.body, dict):
            raise self.error("is not a JSON object")
        return self.body

    def error(self, problem):
        """Return the error for a body in which something is missing or wrong."""
        return AnswerError(
            f"Amazon's answer to {self.operation} {problem}."
            " It is not used; try again later.",
            operation=self.operation,
            status=self.status,
            code="unexpected_answer",
            request_id=self.request_id,
        )


def read_answer(operation, raw):
    """Return the :class:`Answer` of a :class:`~.network.RawAnswer`, or raise."""
    request_id = raw.headers.get("x-amzn-requestid")
    body, is_json = parse_json(raw.content)
    if not 200 <= raw.status < 300:
        raise _error(operation, raw, body, request_id)
    if not is_json:
        raise AnswerError(
            f"The answer to {operation} says success (HTTP {raw.status}) but is not"
            " JSON: something between Odoo and Amazon may have answered in its place."
            " Check the endpoint and the proxy.",
            operation=operation,
            status=raw.status,
            code="not_json",
            request_id=request_id,
        )
    if isinstance(body, dict) and body.get("errors"):
        raise DataError(
            f"Amazon answered {operation} with success and an error at once.",
            operation=operation,
            status=raw.status,
            request_id=request_id,
            **_first_error(body),
        )
    return Answer(operation, raw.status, body, request_id, told_rate(raw.headers))


def retry_after(headers, operation=None):
    """Return the seconds to wait as the answer's headers tell, None if they do not."""
    value = headers.get("retry-after")
    seconds = None
    if value:
        try:
            seconds = float(value)
        except ValueError:
            try:
                moment = parsedate_to_datetime(value)
                seconds = (moment - datetime.now(timezone.utc)).total_seconds()
            except (ValueError, TypeError):
                pass
    if seconds is None or not math.isfinite(seconds):
        rate = told_rate(headers)
        seconds = 1 / rate if rate else None
    if seconds is None and operation in USAGE_PLANS:
        seconds = refill_seconds(operation)
    return None if seconds is None else min(max(seconds, 1.0), LONGEST_WAIT_SECONDS)


def told_rate(headers):
    """Return the calls per second of ``x-amzn-RateLimit-Limit``, None if not told."""
    try:
        rate = float(headers.get("x-amzn-ratelimit-limit", ""))
    except ValueError:
        return None
    return rate if rate > 0 and math.isfinite(rate) else None


def parse_json(content):
    """Return ``(value, True)``, ``(None, False)`` if ``content`` is not JSON; nothing
    at all counts as null."""
    if not content.strip():
        return None, True
    try:
        return json.loads(content), True
    except (ValueError, RecursionError):
        return None, False


def _first_error(body):
    """Return code and details of Amazon's error list, or of the gateway's message."""
    first = body.get("errors") or body
    if isinstance(first, list):
        first = first[0]
    if not isinstance(first, dict):
        first = {"message": first}
    texts = [str(first[key]) for key in ("message", "details") if first.get(key)]
    code = first.get("code")
    return {
        "code": str(code) if code is not None else None,
        "details": " ".join(texts)[:2000] or None,
    }


def _error(operation, raw, body, request_id):
    from_amazon = isinstance(body, dict) and ("errors" in body or "message" in body)
    told = _first_error(body) if from_amazon else {"code": None, "details": None}
    context = dict(
        operation=operation, status=raw.status, request_id=request_id, **told
    )
    words = ": ".join(filter(None, (told["code"], told["details"])))
    said = f"HTTP {raw.status}" + (f", {words}" if words else "")
    if raw.status == 429:
        seconds = retry_after(raw.headers, operation) or SERVER_RETRY_SECONDS
        return ThrottledError(
            f"Amazon's quota for {operation} is used up ({said})."
            f" The next call is possible in {math.ceil(seconds)} seconds.",
            seconds=seconds,
            **context,
        )
    if raw.status >= 500 or raw.status == 408:
        seconds = retry_after({"retry-after": raw.headers.get("retry-after")})
        return UnavailableError(
            f"Amazon could not answer {operation} ({said}). It is tried again.",
            seconds=seconds or SERVER_RETRY_SECONDS,
            maybe_done=operation in CHANGING_OPERATIONS,
            **context,
        )
    if raw.status in (401, 403):
        return _refusal(operation, raw.status, said, told, from_amazon, context)
    return DataError(f"Amazon refused {operation} ({said}).", **context)


def _refusal(operation, status, said, told, from_amazon, context):
    details = (told["details"] or "").lower()
    if status == 401 or "access token" in details:
        return AuthorizationError(
            f"Amazon rejected the access token for {operation} ({said})."
            " Authorise the application again in Seller Central.",
            reason="token_rejected",
            **context,
        )
    if not from_amazon:
        return UnavailableError(
            f"{operation} was refused by something that is not Amazon's API ({said})."
            " Check the endpoint, the proxy and the firewall; it is tried again.",
            seconds=FOREIGN_ANSWER_RETRY_SECONDS,
            **context,
        )
    gateway = f"{told['code']} {details}".lower().replace(" ", "")
    if "missingauthenticationtoken" in gateway:
        return DataError(
            f"Amazon does not know the address of {operation} ({said})."
            " Check the account's endpoint.",
            **context,
        )
    return RoleMissingError(
        f"Amazon denies {operation} ({said}): the application lacks the role for it,"
        " the seller has not authorised it again since the role was added, or the"
        " account's region is wrong. Check the roles, then authorise again.",
        **context,
    )
