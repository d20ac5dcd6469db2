"""Reports API 2021-06-30: reports (the schedules are in schedules_api)."""

from datetime import timedelta

from . import refusals, reports
from .clock import parse_time
from .errors import ApiError, denied, invalid_input, json_response, not_found
from .report_types import REPORT_TYPES
from .world.marketplaces import BY_COUNTRY

MAX_MARKETPLACES = 25
MAX_FILTER = 10
LOOK_BACK = timedelta(days=90)
STATUSES = ("CANCELLED", "DONE", "FATAL", "IN_PROGRESS", "IN_QUEUE")


def create_report(state, call):
    """createReport: 202 with the id; roles, region and marketplaces are checked."""
    body, now = call.body, state.clock.now()
    rules = allowed_type(state, call.seller, body.get("reportType"))
    if not rules.requestable:
        raise invalid_input(f"The report type {rules.name} can only be scheduled.")
    marketplace_ids = allowed_marketplaces(call.seller, body.get("marketplaceIds"))
    options = report_options(body)
    end = time_of(body, "dataEndTime") or now
    start = time_of(body, "dataStartTime")
    if start is None:
        if rules.dated:
            raise invalid_input(
                "dataStartTime is missing.", "One or more required parameters missing"
            )
        start = end
    if end > now:
        raise invalid_input("dataEndTime must be prior to or equal to now.")
    if start > end:
        raise invalid_input("dataStartTime must be before dataEndTime.")
    if rules.check:
        rules.check(call.seller, marketplace_ids, start, end, options)
    report = reports.create(
        state, call.seller, rules, marketplace_ids, start, end, options
    )
    return json_response({"reportId": report.id}, 202)


def get_report(state, call, report_id):
    report = _find(state, call.seller, report_id)
    reports.look_at(state, report)
    return json_response(report.body())


def cancel_report(state, call, report_id):
    """cancelReport: only while the report is in the queue."""
    report = _find(state, call.seller, report_id)
    if report.status != "IN_QUEUE":
        raise invalid_input(
            f"The report {report_id} is {report.status}; only a report IN_QUEUE can "
            "be cancelled."
        )
    reports.cancel(state, report)
    return json_response(None)


def get_reports(state, call):
    """getReports: newest first, by filters or by nextToken alone."""
    return page_of(state, call, "reports", _select)


def page_of(state, call, name, select):
    """A page of what ``select(state, call)`` finds, or the next one by its token."""
    query = call.request.args
    token = query.get("nextToken")
    if token is not None:
        if len(query) > 1:
            raise invalid_input("nextToken must be the only parameter.")
        if token not in state.pages:
            raise invalid_input("The nextToken is invalid or has expired.")
        found, size = state.pages[token]
    else:
        found, size = select(state, call), _page_size(query)
    page, rest = found[:size], found[size:]
    body = {name: [entry.body() for entry in page]}
    if rest:
        body["nextToken"] = state.opaque()
        state.pages[body["nextToken"]] = (rest, size)
    return json_response(body)


def allowed_type(state, seller, name):
    """The rules of a report type, or the error for this seller."""
    if not isinstance(name, str) or not name:
        raise invalid_input(
            "reportType is missing.", "One or more required parameters missing"
        )
    rules = REPORT_TYPES.get(name)
    if rules is None:
        raise invalid_input("", f"Invalid Report Type {name}")
    refuse = state.settings["missing_role"] == "refuse"
    if refuse and not refusals.allowed(seller, rules):
        raise denied()
    return rules


def allowed_marketplaces(seller, ids):
    if not isinstance(ids, list) or not all(isinstance(i, str) for i in ids):
        raise invalid_input(
            "marketplaceIds is missing.", "One or more required parameters missing"
        )
    if not 1 <= len(ids) <= MAX_MARKETPLACES:
        raise invalid_input(f"1 to {MAX_MARKETPLACES} marketplaceIds are allowed.")
    own = {BY_COUNTRY[country].id for country in seller.marketplaces}
    if not own.issuperset(ids):
        raise ApiError(
            400,
            "InvalidInput",
            "Report rejected for this client. Some of the marketplaces are not "
            "allowed for this Report",
        )
    return ids


def report_options(body):
    return text_map(body, "reportOptions")


def text_map(body, name):
    """A map of text to text in the body, empty where it has none."""
    options = body.get(name) or {}
    is_map = isinstance(options, dict)
    if not is_map or not all(isinstance(value, str) for value in options.values()):
        raise invalid_input(f"{name} must map text to text.")
    return options


def query_list(query, name, limit=None):
    """The values of a comma-separated query parameter, or None if it is absent."""
    if name not in query:
        return None
    values = [value for text in query.getlist(name) for value in text.split(",")]
    if not all(values) or (limit and len(values) > limit):
        raise invalid_input(f"{name} takes 1 to {limit or 'all'} values.")
    return values


def _select(state, call):
    query, now = call.request.args, state.clock.now()
    types = query_list(query, "reportTypes", MAX_FILTER)
    if types is None:
        raise invalid_input("reportTypes or nextToken is required.")
    for name in types:
        # A list of reports needs the role of each type (amzn/selling-partner-api-docs
        # 1190, -models 722).
        allowed_type(state, call.seller, name)
    statuses = query_list(query, "processingStatuses")
    if statuses and not set(statuses) <= set(STATUSES):
        raise invalid_input("Invalid input in processing status")
    marketplaces = query_list(query, "marketplaceIds", MAX_FILTER)
    since = time_of(query, "createdSince") or now - LOOK_BACK
    until = time_of(query, "createdUntil") or now
    if since < now - LOOK_BACK:
        raise invalid_input("createdSince is more than 90 days ago.")
    mine = [
        report
        for report in state.reports.values()
        if report.type in types
        and since <= report.created <= until
        and _is_visible(state, call.seller, report)
        and (not marketplaces or set(marketplaces) & set(report.marketplace_ids))
    ]
    for report in mine:
        reports.look_at(state, report)
    found = [r for r in mine if not statuses or r.status in statuses]
    found.sort(key=lambda report: (report.created, report.id), reverse=True)
    return found


def _page_size(query):
    text = query.get("pageSize", "10")
    if not text.isdigit() or not 1 <= int(text) <= 100:
        raise invalid_input("pageSize must be between 1 and 100.")
    return int(text)


def time_of(values, name):
    """The aware datetime of a body's or query's field, None where it has none."""
    text = values.get(name)
    if text is None:
        return None
    try:
        return parse_time(text)
    except ValueError as error:
        raise invalid_input(f"{name}: {error}") from error


def _find(state, seller, report_id):
    report = state.reports.get((seller.key, report_id))
    if report is None or not _is_visible(state, seller, report):
        raise not_found(f"No report {report_id}.")
    return report


def _is_visible(state, seller, report):
    foreign = report.program and not state.settings["foreign_reports"]
    return report.seller is seller and not foreign and reports.retained(state, report)
