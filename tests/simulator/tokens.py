"""Login with Amazon and restricted data tokens: who may call what."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import ApiError, denied, invalid_input, json_response
from .report_types import REPORT_TYPES

DOCUMENT_PATH = "/reports/2021-06-30/documents/"
CODE_SECONDS = 300
MAX_RESOURCES = 50
_METHODS = ("GET", "PUT", "POST", "DELETE")


@dataclass(frozen=True)
class Token:
    """``kind``: lwa, rdt (for ``resources``: method and path) or code (OAuth).

    A code is for ``redirect_uri`` where one is known; a ``fresh`` one brings a new
    refresh token.
    """

    kind: str
    seller_key: str
    expires_at: datetime
    resources: frozenset = frozenset()
    redirect_uri: str = ""
    fresh: bool = False


class LwaError(Exception):
    """An answer in Login with Amazon's error form."""

    def __init__(self, status, error, description):
        super().__init__(error)
        self.status = status
        self.error = error
        self.description = description

    def response(self):
        body = {"error": self.error, "error_description": self.description}
        return json_response(body, self.status)


def issue_token(state, request):
    """POST /auth/o2/token: an access token for a refresh token or a code."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise LwaError(400, "invalid_request", "The request must be form-encoded.")
    form = request.form
    for name in ("grant_type", "client_id", "client_secret"):
        if not form.get(name):
            raise LwaError(
                400,
                "invalid_request",
                f"The request is missing a required parameter : {name}",
            )
    client = _client(state, form["client_id"], form["client_secret"])
    if form["grant_type"] == "refresh_token":
        seller = _by_refresh_token(state, form.get("refresh_token"), client)
    elif form["grant_type"] == "authorization_code":
        seller = _by_code(state, form.get("code"), client, form.get("redirect_uri"))
    else:
        raise LwaError(
            400,
            "unsupported_grant_type",
            "The authorization grant type is not supported by the authorization server",
        )
    seconds = state.settings["token_seconds"]
    text = "Atza|" + state.opaque()
    state.tokens[text] = Token(
        "lwa", seller.key, state.clock.now() + timedelta(seconds=seconds)
    )
    return json_response(
        {
            "access_token": text,
            "refresh_token": seller.refresh_token,
            "token_type": "bearer",
            "expires_in": seconds,
        }
    )


def issue_code(state, seller, redirect_uri="", fresh=False):
    """An authorization code as after the seller's consent: 5 minutes, one use."""
    code = "ANsim" + state.opaque(80)
    expires_at = state.clock.now() + timedelta(seconds=CODE_SECONDS)
    state.tokens[code] = Token(
        "code", seller.key, expires_at, redirect_uri=redirect_uri, fresh=fresh
    )
    return code


def grant(state, seller):
    """The seller authorises (again): 365 days more, and the roles added since."""
    if is_revoked(state, seller):
        # What was revoked does not come back with a new authorisation.
        seller.old_refresh_tokens.clear()
        seller.refresh_token = ""
        for text, token in list(state.tokens.items()):
            if token.seller_key == seller.key:
                del state.tokens[text]
    seller.revoked = False
    seller.authorized_at = state.clock.now()
    seller.roles |= seller.pending_roles
    seller.pending_roles = set()


def is_revoked(state, seller):
    """Whether the authorisation was taken back or has run out."""
    return seller.revoked or _is_over(
        state, seller.authorized_at, state.settings["authorization_days"]
    )


def rotate_secret(state, seller):
    """A new client secret for the seller's application; the old one's last days."""
    now, new = state.clock.now(), "amzn1.oa2-cs.v1." + state.opaque()
    until = now + timedelta(days=state.settings["old_secret_days"])
    for other in state.sellers.values():
        if other.client_id == seller.client_id:
            if not _secret_is_over(state, other):
                other.old_secrets[other.client_secret] = until
            other.client_secret, other.secret_changed_at = new, now
    return new


def authenticate(state, request, operation):
    """The seller whose token the request carries, or ApiError 403.

    A restricted data token opens exactly the documents it was made for.
    """
    text = request.headers.get("x-amz-access-token", "")
    if not text:
        raise denied("Access token is missing in the request header.")
    token = state.tokens.get(text)
    seller = state.sellers.get(token.seller_key) if token else None
    if seller is None or token.kind == "code" or is_revoked(state, seller):
        raise denied("The access token you provided is revoked, malformed or invalid.")
    if token.expires_at <= state.clock.now():
        raise denied("The access token you provided has expired.")
    if token.kind == "rdt" and operation != "getReportDocument":
        raise denied("The access token you provided is not valid for this resource.")
    return seller, token


def create_restricted_data_token(state, call):
    """createRestrictedDataToken, for report documents by their specific path."""
    resources = call.body.get("restrictedResources")
    if not isinstance(resources, list) or not resources:
        raise _invalid("Resource not provided.")
    if len(resources) > MAX_RESOURCES:
        raise _invalid(f"More than {MAX_RESOURCES} resources.")
    allowed = {_resource(state, call.seller, resource) for resource in resources}
    seconds = state.settings["rdt_seconds"]
    text = "Atz.sprdt|" + state.opaque()
    expires_at = state.clock.now() + timedelta(seconds=seconds)
    state.tokens[text] = Token("rdt", call.seller.key, expires_at, frozenset(allowed))
    return json_response({"restrictedDataToken": text, "expiresIn": seconds})


def _resource(state, seller, resource):
    if not isinstance(resource, dict) or resource.get("method") not in _METHODS:
        raise _invalid("Resource not provided.")
    path = resource.get("path")
    if not isinstance(path, str) or not path.startswith("/"):
        raise _invalid("Invalid path.")
    if not path.startswith(DOCUMENT_PATH) or resource["method"] != "GET":
        raise invalid_input(f"Invalid or unsupported resource: {path}")
    if resource.get("dataElements"):
        raise invalid_input("dataElements are not supported for report documents.")
    document = state.documents.get((seller.key, path.removeprefix(DOCUMENT_PATH)))
    if document is None or not document.restricted:
        raise invalid_input("", "Invalid or unsupported document ID found")
    if not seller.roles.intersection(REPORT_TYPES[document.report_type].roles):
        raise denied()
    return ("GET", path)


def _invalid(details):
    message = "Request is missing or has invalid parameters"
    return ApiError(400, "InvalidRequest", message, details)


def _client(state, client_id, secret):
    known = [s for s in state.sellers.values() if s.client_id == client_id]
    if not any(_opens(state, seller, secret) for seller in known):
        raise LwaError(401, "invalid_client", "Client authentication failed")
    return client_id


def _opens(state, seller, secret):
    if seller.client_secret == secret:
        return not _secret_is_over(state, seller)
    until = seller.old_secrets.get(secret)
    return until is not None and until > state.clock.now()


def _secret_is_over(state, seller):
    return _is_over(state, seller.secret_changed_at, state.settings["secret_days"])


def _is_over(state, since, days):
    """Whether ``days`` (0: no limit) have passed."""
    if not since or not days:
        return False
    return state.clock.now() >= since + timedelta(days=days)


def _by_refresh_token(state, refresh_token, client_id):
    if not refresh_token:
        raise LwaError(
            400,
            "invalid_request",
            "The request is missing a required parameter : refresh_token",
        )
    for seller in state.sellers.values():
        known = {seller.refresh_token}
        if state.settings["old_refresh_tokens"]:
            known |= seller.old_refresh_tokens
        if refresh_token in known and not is_revoked(state, seller):
            return _for_client(seller, client_id)
    raise LwaError(
        400,
        "invalid_grant",
        "The request has an invalid grant parameter : refresh_token. User may have "
        "revoked or didn't grant the permission.",
    )


def _by_code(state, code, client_id, redirect_uri):
    token = state.tokens.get(code or "")
    usable = token and token.kind == "code" and token.expires_at > state.clock.now()
    if usable and redirect_uri and token.redirect_uri not in ("", redirect_uri):
        usable = False
    if not usable:
        raise LwaError(
            400,
            "invalid_grant",
            "The request has an invalid grant parameter : code",
        )
    seller = _for_client(state.sellers[token.seller_key], client_id)
    del state.tokens[code]
    if token.fresh:
        if seller.refresh_token:
            seller.old_refresh_tokens.add(seller.refresh_token)
        seller.refresh_token = "Atzr|" + state.opaque()
    return seller


def _for_client(seller, client_id):
    if seller.client_id != client_id:
        raise LwaError(
            400,
            "unauthorized_client",
            "The client is not authorized to request a token with this grant.",
        )
    return seller
