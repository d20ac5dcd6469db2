"""Reports API 2021-06-30: schedules, and the reports they make in time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import reports
from .clock import api_time, parse_time
from .errors import invalid_input, json_response, not_found
from .report_types import REPORT_TYPES
from .reports_api import (
    MAX_FILTER,
    allowed_marketplaces,
    allowed_type,
    query_list,
    report_options,
)
from .world.sellers import Seller

PERIODS = {
    "PT5M": timedelta(minutes=5),
    "PT15M": timedelta(minutes=15),
    "PT30M": timedelta(minutes=30),
    "PT1H": timedelta(hours=1),
    "PT2H": timedelta(hours=2),
    "PT4H": timedelta(hours=4),
    "PT8H": timedelta(hours=8),
    "PT12H": timedelta(hours=12),
    "P1D": timedelta(days=1),
    "P2D": timedelta(days=2),
    "P3D": timedelta(days=3),
    "PT84H": timedelta(hours=84),
    "P7D": timedelta(days=7),
    "P14D": timedelta(days=14),
    "P15D": timedelta(days=15),
    "P18D": timedelta(days=18),
    "P30D": timedelta(days=30),
    "P1M": timedelta(days=30),
}


@dataclass
class Schedule:
    id: str
    seller: Seller
    type: str
    marketplace_ids: tuple[str, ...]
    period: str
    next_at: datetime
    options: dict = field(default_factory=dict)

    def body(self):
        return {
            "reportScheduleId": self.id,
            "reportType": self.type,
            "marketplaceIds": list(self.marketplace_ids),
            "reportOptions": self.options,
            "period": self.period,
            "nextReportCreationTime": api_time(self.next_at),
        }


def create_report_schedule(state, call):
    """createReportSchedule: 201 with the id."""
    body, next_at = call.body, None
    rules = allowed_type(state, call.seller, body.get("reportType"))
    marketplace_ids = allowed_marketplaces(call.seller, body.get("marketplaceIds"))
    period = body.get("period")
    if period not in PERIODS:
        raise invalid_input("period is missing or unknown.")
    if not rules.schedulable:
        raise invalid_input(f"The report type {rules.name} cannot be scheduled.")
    if body.get("nextReportCreationTime") is not None:
        try:
            next_at = parse_time(body["nextReportCreationTime"])
        except ValueError as error:
            raise invalid_input(f"nextReportCreationTime: {error}") from error
    made = schedule(
        state,
        call.seller,
        rules,
        marketplace_ids,
        period,
        report_options(body),
        next_at,
    )
    return json_response({"reportScheduleId": made.id}, 201)


def schedule(state, seller, rules, marketplace_ids, period, options, next_at=None):
    """A new schedule, in place of those that Amazon allows only once.

    Those are of the same type and marketplaces, and, of the order reports, any other
    one, whichever program made it.
    """
    now = state.clock.now()
    made = Schedule(
        f"{50_000 + state.number()}",
        seller,
        rules.name,
        tuple(marketplace_ids),
        period,
        max(next_at or now + PERIODS[period], now),
        options,
    )
    for key, other in list(state.schedules.items()):
        if _excludes(rules, made, other):
            del state.schedules[key]
    state.schedules[seller.key, made.id] = made
    return made


def get_report_schedules(state, call):
    types = query_list(call.request.args, "reportTypes", MAX_FILTER)
    if types is None:
        raise invalid_input("reportTypes is required.")
    for name in types:
        if name not in REPORT_TYPES:
            raise invalid_input("", f"Invalid Report Type {name}")
    found = [
        schedule.body()
        for schedule in state.schedules.values()
        if schedule.seller is call.seller and schedule.type in types
    ]
    return json_response({"reportSchedules": found})


def get_report_schedule(state, call, report_schedule_id):
    return json_response(_find(state, call.seller, report_schedule_id).body())


def cancel_report_schedule(state, call, report_schedule_id):
    _find(state, call.seller, report_schedule_id)
    del state.schedules[call.seller.key, report_schedule_id]
    return json_response(None)


def run_due(state):
    """Creates the reports whose time has come since the last request."""
    now = state.clock.now()
    for schedule in state.schedules.values():
        while schedule.next_at <= now:
            period = PERIODS[schedule.period]
            reports.create(
                state,
                schedule.seller,
                REPORT_TYPES[schedule.type],
                schedule.marketplace_ids,
                schedule.next_at - period,
                schedule.next_at,
                schedule.options,
                created=schedule.next_at,
                schedule_id=schedule.id,
            )
            schedule.next_at += period


def _excludes(rules, new, old):
    if old.seller is not new.seller:
        return False
    if rules.exclusive and REPORT_TYPES[old.type].exclusive == rules.exclusive:
        return True
    same_places = set(old.marketplace_ids) == set(new.marketplace_ids)
    return old.type == new.type and same_places


def _find(state, seller, schedule_id):
    schedule = state.schedules.get((seller.key, schedule_id))
    if schedule is None:
        raise not_found(f"No report schedule {schedule_id}.")
    return schedule
