"""The WSGI application: finds the operation, checks the caller, answers.

Every region's host is this one. A path may begin with ``/eu``, ``/na`` or ``/fe``
to stand for that region's endpoint: tokens of another region are refused there.
"""

import json
import time
from dataclasses import dataclass, field

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from . import (
    consent,
    control,
    control_list,  # noqa: F401 - registers its report types
    documents,
    fba_reports,  # noqa: F401 - registers its report types
    feeds_api,
    orders_api,
    reports_api,
    sandbox,
    schedules_api,
    sellers_api,
    tokens,
    vat_reports,  # noqa: F401 - registers its report types
)
from .clock import api_time
from .errors import ApiError, denied, invalid_input, json_response
from .faults import AFTER_KINDS, REQUEST_KINDS
from .world.sellers import Seller

_REPORTS = "/reports/2021-06-30/"
_REPORT = _REPORTS + "reports/<path:report_id>"
_SCHEDULE = _REPORTS + "schedules/<path:report_schedule_id>"
_FEEDS = "/feeds/2021-06-30/"
_FEED = _FEEDS + "feeds/<path:feed_id>"
# operation id -> method, path, handler
OPERATIONS = {
    "getReports": ("GET", _REPORTS + "reports", reports_api.get_reports),
    "createReport": ("POST", _REPORTS + "reports", reports_api.create_report),
    "getReport": ("GET", _REPORT, reports_api.get_report),
    "cancelReport": ("DELETE", _REPORT, reports_api.cancel_report),
    "getReportSchedules": (
        "GET",
        _REPORTS + "schedules",
        schedules_api.get_report_schedules,
    ),
    "createReportSchedule": (
        "POST",
        _REPORTS + "schedules",
        schedules_api.create_report_schedule,
    ),
    "getReportSchedule": ("GET", _SCHEDULE, schedules_api.get_report_schedule),
    "cancelReportSchedule": (
        "DELETE",
        _SCHEDULE,
        schedules_api.cancel_report_schedule,
    ),
    "getReportDocument": (
        "GET",
        _REPORTS + "documents/<path:report_document_id>",
        documents.get_report_document,
    ),
    "getFeeds": ("GET", _FEEDS + "feeds", feeds_api.get_feeds),
    "createFeed": ("POST", _FEEDS + "feeds", feeds_api.create_feed),
    "getFeed": ("GET", _FEED, feeds_api.get_feed),
    "cancelFeed": ("DELETE", _FEED, feeds_api.cancel_feed),
    "createFeedDocument": (
        "POST",
        _FEEDS + "documents",
        feeds_api.create_feed_document,
    ),
    "getFeedDocument": (
        "GET",
        _FEEDS + "documents/<path:feed_document_id>",
        feeds_api.get_feed_document,
    ),
    "getMarketplaceParticipations": (
        "GET",
        "/sellers/v1/marketplaceParticipations",
        sellers_api.get_marketplace_participations,
    ),
    "confirmShipment": (
        "POST",
        "/orders/v0/orders/<path:order_id>/shipmentConfirmation",
        orders_api.confirm_shipment,
    ),
    "getOrder": (
        "GET",
        "/orders/2026-01-01/orders/<path:order_id>",
        orders_api.get_order,
    ),
    "createRestrictedDataToken": (
        "POST",
        "/tokens/2021-03-01/restrictedDataToken",
        tokens.create_restricted_data_token,
    ),
}
_ROUTES = Map(
    [
        Rule(path, endpoint=name, methods=[method])
        for name, (method, path, _) in OPERATIONS.items()
    ]
    + [
        Rule("/auth/o2/token", endpoint="token", methods=["POST"]),
        Rule("/documents/<token>", endpoint="downloadDocument", methods=["GET"]),
        Rule("/documents/<token>", endpoint="uploadDocument", methods=["PUT"]),
        Rule("/apps/authorize/consent", endpoint="consent", methods=["GET"]),
        Rule("/apps/authorize/consent", endpoint="decide", methods=["POST"]),
    ],
    strict_slashes=False,
    merge_slashes=False,
)
_REGIONS = ("eu", "na", "fe")
_SECRET_FIELDS = ("client_secret", "refresh_token", "code", "access_token")
_SECRET_HEADERS = ("x-amz-access-token", "authorization", "cookie")
_MAX_USER_AGENT = 500
_ARGUMENT_NAMES = {
    "report_id": "reportId",
    "report_schedule_id": "reportScheduleId",
    "report_document_id": "reportDocumentId",
    "feed_id": "feedId",
    "feed_document_id": "feedDocumentId",
    "order_id": "orderId",
}


@dataclass
class Call:
    """One request to the selling-partner API whose caller is known."""

    request: Request
    path: str
    seller: Seller
    token: tokens.Token
    body: dict = field(default_factory=dict)


class App:
    """:param state: the ``State`` that all requests share."""

    def __init__(self, state):
        self.state = state

    def __call__(self, environ, start_response):
        request = Request(environ)
        if request.path.startswith("/_control/"):
            response = control.handle(self.state, request)
        else:
            response = self._answer(request)
        return response(environ, start_response)

    def _answer(self, request):
        state = self.state
        region, path = _split_region(request.path)
        operation, arguments = _match(request, path)
        entry = _log_entry(state, request, path, operation, region)
        with state.lock:
            state.requests.append(entry)
            schedules_api.run_due(state)
            state.forget()
            fault = state.faults.take(
                REQUEST_KINDS,
                operation=operation,
                seller=entry["seller"],
                method=request.method,
                path=path,
            )
        response = _strike(fault, request) if fault else None
        if response is None:
            response = self._handle(request, path, region, operation, arguments)
        with state.lock:
            response.headers["x-amzn-RequestId"] = entry["request_id"]
            entry["status"] = response.status_code
            state.calls[entry["seller"], operation, response.status_code] += 1
            lost = state.faults.take(
                AFTER_KINDS, operation=operation, seller=entry["seller"]
            )
            limited = operation in OPERATIONS and response.status_code in _LIMITED
            if limited:
                rate = state.limits.rate(operation)
                response.headers["x-amzn-RateLimit-Limit"] = f"{rate:.4g}"
        if lost:
            documents.hang_up(request.environ)
        return response

    def _handle(self, request, path, region, operation, arguments):
        state = self.state
        try:
            if operation == "downloadDocument":
                return documents.download(state, request, **arguments)
            if operation == "uploadDocument":
                return feeds_api.upload(state, request, **arguments)
            with state.lock:
                if operation == "token":
                    return tokens.issue_token(state, request)
                if operation in _PAGES:
                    return _PAGES[operation](state, request)
                if operation is None:
                    raise ApiError(
                        403,
                        "MissingAuthenticationToken",
                        "Missing Authentication Token",
                    )
                call = self._call(request, path, region, operation)
                if state.sandbox_pairs is not None:
                    return self._sandbox(call, operation, arguments)
                handler = OPERATIONS[operation][2]
                return handler(state, call, **arguments)
        except (ApiError, tokens.LwaError) as error:
            return error.response()

    def _call(self, request, path, region, operation):
        state = self.state
        agent = request.headers.get("User-Agent", "")
        if not agent or len(agent) > _MAX_USER_AGENT:
            raise invalid_input("The user-agent header is missing or too long.")
        seller, token = tokens.authenticate(state, request, operation)
        if region and region != seller.region:
            raise denied("The access token is not valid in this region.")
        if not state.limits.take(seller.key, operation):
            raise ApiError(
                429,
                "QuotaExceeded",
                "You exceeded your quota for the requested resource.",
            )
        call = Call(request, path, seller, token)
        if request.method == "POST":
            call.body = _json_body(request)
        return call

    def _sandbox(self, call, operation, arguments):
        named = {_ARGUMENT_NAMES[name]: value for name, value in arguments.items()}
        return sandbox.answer(
            self.state.sandbox_pairs, operation, named, call.request.args, call.body
        )


# What a person's browser asks for.
_PAGES = {"consent": consent.show, "decide": consent.decide}
# Amazon names the rate with these answers only.
_LIMITED = (200, 201, 202, 204, 400, 404)


def _split_region(path):
    """The region that a path begins with, or "", and the path without it."""
    head, _, rest = path[1:].partition("/")
    return (head, "/" + rest) if head in _REGIONS else ("", path)


def _match(request, path):
    try:
        adapter = _ROUTES.bind("simulator")
        return adapter.match(path, method=request.method)
    except HTTPException:
        return None, {}


def _json_body(request):
    if request.mimetype != "application/json":
        raise ApiError(
            415, "UnsupportedMediaType", "The content type must be application/json."
        )
    try:
        body = json.loads(request.get_data())
    except ValueError as error:
        raise invalid_input(f"The body is no JSON: {error}") from error
    if not isinstance(body, dict):
        raise invalid_input("The body must be an object.")
    return body


def _log_entry(state, request, path, operation, region):
    """What the request log keeps: no token, no secret."""
    token = state.tokens.get(request.headers.get("x-amz-access-token", ""))
    form = operation == "token"
    if operation == "uploadDocument":
        body = {"bytes": len(request.get_data(cache=True))}
    else:
        body = request.get_data(cache=True, as_text=True)
    if form:
        body = {
            name: "<redacted>" if name in _SECRET_FIELDS else value
            for name, value in request.form.items()
        }
    elif isinstance(body, str) and body:
        try:
            body = json.loads(body)
        except ValueError:
            pass
    unique = state.opaque(128)
    return {
        "at": api_time(state.clock.now()),
        "request_id": f"{unique[:8]}-{unique[8:12]}-{unique[12:16]}-{unique[16:]}",
        "operation": operation,
        "method": request.method,
        "path": path,
        "region": region,
        "query": request.args.to_dict(flat=False),
        "headers": {
            name.lower(): ("<redacted>" if name.lower() in _SECRET_HEADERS else value)
            for name, value in request.headers.items()
        },
        "token_kind": token.kind if token else None,
        "seller": token.seller_key if token else None,
        "body": None if body == "" else body,
        "status": None,
    }


def _strike(fault, request):
    """The answer of a fault, or None where the request goes on afterwards."""
    if fault.kind == "slow":
        time.sleep(float(fault.get("seconds", 5)))
        return None
    if fault.kind == "drop":
        documents.hang_up(request.environ)
    status, code, message = {
        "throttle": (
            429,
            "QuotaExceeded",
            "You exceeded your quota for the requested resource.",
        ),
        "internal": (500, "InternalFailure", "We encountered an internal error."),
        "unavailable": (503, "ServiceUnavailable", "Service is unavailable."),
        "unauthorized": (401, "Unauthorized", "The access token is not valid."),
        "forbidden": (403, "Unauthorized", "Access to requested resource is denied."),
        "non_json": (200, "", ""),
    }[fault.kind]
    if fault.kind == "non_json" or fault.get("html"):
        page = f"<html><body><h1>{status} {message or 'Welcome'}</h1></body></html>"
        response = Response(page, status, content_type="text/html")
    else:
        error = {"code": code, "message": message, "details": ""}
        response = json_response({"errors": [error]}, status)
    if fault.get("retry_after"):
        response.headers["Retry-After"] = str(fault.get("retry_after"))
    if fault.get("rate_header"):
        response.headers["x-amzn-RateLimit-Limit"] = str(fault.get("rate_header"))
    return response
