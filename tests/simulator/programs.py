"""Other programs of the same seller: an old connection, a tool, a person.

Amazon counts quotas per program but reports, their slots and schedules per seller:
what another program asks for is in our lists, uses up the 30 minutes, replaces our
schedule, and may be cancelled by anybody. ``POST /_control/programs`` takes
``{"seller", "do", "program": name}`` and by ``do``:

================= ===========================================================
do                more -> answer
================= ===========================================================
create_report     report_type, [marketplace_ids, start, end, options]
                  -> {"report_id"}; the last day and all marketplaces by default
cancel_reports    [report_id, report_type] -> {"report_ids"} of those in the queue
create_schedule   report_type, period, [marketplace_ids, options]
                  -> {"schedule_id", "replaced": [ids]}
cancel_schedules  [schedule_id, report_type] -> {"schedule_ids"}
================= ===========================================================
"""

from datetime import timedelta

from . import reports, schedules_api
from .clock import parse_time
from .report_types import REPORT_TYPES
from .world.marketplaces import BY_COUNTRY


def act(state, body):
    """Does as another program; KeyError or ValueError for what does not exist."""
    body = dict(body)
    seller = state.seller(body.pop("seller", "eu"))
    action = _ACTIONS.get(body.pop("do", None))
    if action is None:
        raise ValueError(f"A program can do: {', '.join(_ACTIONS)}.")
    program = body.pop("program", "another program")
    return action(state, seller, program, **body)


def _create_report(
    state,
    seller,
    program,
    report_type,
    marketplace_ids=None,
    start=None,
    end=None,
    options=None,
):
    now = state.clock.now()
    end = parse_time(end) if end else now
    report = reports.create(
        state,
        seller,
        REPORT_TYPES[report_type],
        marketplace_ids or _all_marketplaces(seller),
        parse_time(start) if start else end - timedelta(days=1),
        end,
        options or {},
        program=program,
    )
    return {"report_id": report.id}


def _cancel_reports(state, seller, _program, report_id="", report_type=""):
    found = [
        report
        for report in state.reports.values()
        if report.seller is seller
        and report.status == "IN_QUEUE"
        and report_id in ("", report.id)
        and report_type in ("", report.type)
    ]
    for report in found:
        reports.cancel(state, report)
    return {"report_ids": [report.id for report in found]}


def _create_schedule(
    state, seller, _program, report_type, period, marketplace_ids=None, options=None
):
    before = set(state.schedules)
    schedule = schedules_api.schedule(
        state,
        seller,
        REPORT_TYPES[report_type],
        marketplace_ids or _all_marketplaces(seller),
        period,
        options or {},
    )
    gone = sorted(key[1] for key in before - set(state.schedules))
    return {"schedule_id": schedule.id, "replaced": gone}


def _cancel_schedules(state, seller, _program, schedule_id="", report_type=""):
    found = [
        key
        for key, schedule in state.schedules.items()
        if schedule.seller is seller
        and schedule_id in ("", schedule.id)
        and report_type in ("", schedule.type)
    ]
    for key in found:
        del state.schedules[key]
    return {"schedule_ids": [schedule_id for _seller, schedule_id in found]}


def _all_marketplaces(seller):
    return [BY_COUNTRY[country].id for country in seller.marketplaces]


_ACTIONS = {
    "create_report": _create_report,
    "cancel_reports": _cancel_reports,
    "create_schedule": _create_schedule,
    "cancel_schedules": _cancel_schedules,
}
