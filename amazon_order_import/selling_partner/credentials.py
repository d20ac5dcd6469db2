"""Credentials, and the access tokens that Login with Amazon gives for them."""

import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from .answers import (
    FOREIGN_ANSWER_RETRY_SECONDS,
    SERVER_RETRY_SECONDS,
    parse_json,
    retry_after,
)
from .errors import (
    AnswerError,
    AuthorizationError,
    DataError,
    ThrottledError,
    UnavailableError,
)
from .library import AccessTokenClient
from .network import DEFAULT_USER_AGENT, Channel, Timeouts, parse_endpoint
from .records import is_token

LWA_ENDPOINT = "https://api.amazon.com"
LWA_PATH = AccessTokenClient.path
CONSENT_PATH = "/apps/authorize/consent"
OPERATION = "token"

_CURES = {
    "invalid_grant": "The refresh token is wrong, or the seller has revoked the"
    " authorisation. Authorise the application again and enter the new refresh token.",
    "invalid_client": "The client identifier or the client secret is wrong or has"
    " expired. Enter the current ones from Amazon's developer console.",
    "unauthorized_client": "The refresh token belongs to another application. Enter"
    " identifier, secret and refresh token of the same application.",
}


@dataclass(frozen=True, repr=False)
class Credentials:
    """What a seller's authorisation consists of. Never shown by repr or str.

    Blanks around the values, as copying and pasting brings them, are taken off.
    """

    client_id: str
    client_secret: str
    refresh_token: str

    def __post_init__(self):
        for name in ("client_id", "client_secret", "refresh_token"):
            object.__setattr__(self, name, (getattr(self, name) or "").strip())

    def __repr__(self):
        return "Credentials([REDACTED])"


class LoginWithAmazon(AccessTokenClient):
    """Access tokens for one set of credentials, kept in this object alone.

    Safe for several threads: one of them asks, the others wait for its token.
    """

    # The library's __init__ is not called on purpose: it opens a connection of its own
    # whose proxy and certificates come from the environment.
    def __init__(self, credentials, channel, user_agent):
        """
        :param channel: :class:`~.network.Channel` to :func:`lwa_base`
        """
        self.cred = credentials
        self.user_agent = user_agent
        self._channel = channel
        self._redirect_uri = None
        self._lock = threading.Lock()
        self._token = None
        self._valid_until = 0.0

    def access_token(self, refused=None):
        """Return a valid access token.

        :param refused: the token that Amazon has just refused; it is not used again
        """
        with self._lock:
            if (
                self._token is None
                or self._token == refused
                or time.monotonic() >= self._valid_until
            ):
                self._token = None
                asked = time.monotonic()
                answer = self._request(LWA_PATH, self.data, self.headers)
                lifetime = answer["expires_in"]
                # Given up a little early, so that no request is on its way with it
                # when it expires.
                self._valid_until = asked + lifetime - min(60, lifetime / 10)
                self._token = answer["access_token"]
            return self._token

    def refresh_token(self, code, redirect_uri=None):
        """Return the refresh token for an authorisation code."""
        self._redirect_uri = redirect_uri
        answer = self.authorize_auth_code(code.strip())
        if not is_token(answer.get("refresh_token")):
            raise _incomplete("refresh token", 200)
        return answer["refresh_token"]

    def _auth_code_request_body(self, auth_code):
        body = super()._auth_code_request_body(auth_code)
        if self._redirect_uri:
            body["redirect_uri"] = self._redirect_uri
        return body

    def _request(self, url, data, headers):
        raw = self._channel.send(
            OPERATION, "POST", LWA_PATH, data=data, headers=headers
        )
        body, _is_json = parse_json(raw.content)
        body = body if isinstance(body, dict) else {}
        if raw.status != 200:
            raise _refusal(raw, body)
        if not is_token(body.get("access_token")):
            raise _incomplete("access token", raw.status)
        lifetime = body.get("expires_in")
        if not isinstance(lifetime, int) or lifetime <= 0:
            raise _incomplete("lifetime of the access token", raw.status)
        return body


def lwa_base(endpoint=None):
    """Return the base address of Login with Amazon.

    :param endpoint: base address or full address of the token service, None: Amazon's
    :raise DataError: it is no http or https address
    """
    base = parse_endpoint(endpoint or LWA_ENDPOINT, "Login with Amazon endpoint")
    return base.removesuffix(LWA_PATH)


def consent_url(seller_central, application_id, state, redirect_uri=None, draft=False):
    """Return the address at which a seller lets an application in.

    Amazon then sends the browser to ``redirect_uri`` with ``state``,
    ``selling_partner_id`` and ``spapi_oauth_code``; see :func:`authorize`.

    :param seller_central: host of a marketplace's Seller Central, or the base address
        of what stands in for it
    :param application_id: ``amzn1.sp.solution...``
    :param redirect_uri: one of those entered for the application; None: its first one
    :param draft: whether the application is a draft still
    :raise DataError: ``seller_central`` is no host or address
    """
    if "://" not in seller_central:
        seller_central = f"https://{seller_central}"
    base = parse_endpoint(seller_central, "Seller Central endpoint")
    query = {"application_id": application_id, "state": state}
    if redirect_uri:
        query["redirect_uri"] = redirect_uri
    if draft:
        query["version"] = "beta"
    return f"{base}{CONSENT_PATH}?{urlencode(query)}"


def authorize(
    client_id,
    client_secret,
    code,
    redirect_uri=None,
    lwa_endpoint=None,
    timeout=(10, 60),
    user_agent=None,
    use_system_settings=True,
):
    """Exchange the code of Amazon's consent page (valid for 5 minutes, once) for a
    refresh token.

    :param redirect_uri: the one given to the consent page, if one was given
    :rtype: str
    :raise AuthorizationError: Amazon refuses the code (``invalid_grant``) or the client
    :raise SellingPartnerError: anything else
    """
    channel = Channel(lwa_base(lwa_endpoint), Timeouts(*timeout), use_system_settings)
    try:
        login = LoginWithAmazon(
            Credentials(client_id, client_secret, ""),
            channel,
            user_agent or DEFAULT_USER_AGENT,
        )
        return login.refresh_token(code, redirect_uri)
    finally:
        channel.close()


def _incomplete(missing, status):
    return AnswerError(
        f"Login with Amazon answered without the {missing}: something between Odoo and"
        " Amazon may have answered in its place. Check the endpoint and the proxy.",
        operation=OPERATION,
        status=status,
        code="unexpected_answer",
    )


def _refusal(raw, body):
    code = body.get("error")
    code = code if isinstance(code, str) else None
    details = str(body.get("error_description") or "") or None
    said = ", ".join(filter(None, (f"HTTP {raw.status}", code, details)))
    context = {
        "operation": OPERATION,
        "status": raw.status,
        "code": code,
        "details": details,
        "request_id": raw.headers.get("x-amzn-requestid"),
    }
    if code in _CURES:
        return AuthorizationError(
            f"Login with Amazon refuses the credentials ({said}). {_CURES[code]}",
            reason=code,
            **context,
        )
    seconds = retry_after(raw.headers) or SERVER_RETRY_SECONDS
    if raw.status == 429:
        return ThrottledError(
            f"Login with Amazon was asked too often ({said}). It is tried again.",
            seconds=seconds,
            **context,
        )
    if raw.status >= 500 or raw.status == 408 or code == "server_error":
        return UnavailableError(
            f"Login with Amazon has trouble ({said}). It is tried again.",
            seconds=seconds,
            **context,
        )
    if code is None and raw.status in (401, 403, 407):
        return UnavailableError(
            f"Something that is not Login with Amazon refused the request ({said})."
            " Check the endpoint, the proxy and the firewall; it is tried again.",
            seconds=FOREIGN_ANSWER_RETRY_SECONDS,
            **context,
        )
    return DataError(
        f"Login with Amazon did not understand the request ({said})."
        " Check client identifier, client secret, refresh token and endpoint.",
        **context,
    )
