"""A report's life: queued, in progress, and one of three ends."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from . import documents, refusals
from .clock import api_time
from .faults import REPORT_KINDS
from .report_types import REPORT_TYPES, Content
from .world.sellers import Seller

OPEN = ("IN_QUEUE", "IN_PROGRESS")


@dataclass
class Report:
    """``destiny``: the end it was given at its creation, or empty.

    ``program``: who asked for it, empty for the program under test. A stuck report
    waits until ``stuck_until``, or for ever. ``stock``: what a report of FBA stock has
    told, of every pool (``world.stock.pools_of``).
    """

    id: str
    seller: Seller
    type: str
    marketplace_ids: tuple[str, ...]
    data_start: datetime
    data_end: datetime
    created: datetime
    options: dict = field(default_factory=dict)
    schedule_id: str = ""
    status: str = "IN_QUEUE"
    polls: int = 0
    destiny: str = ""
    explained: bool = False
    stuck_until: datetime | None = None
    program: str = ""
    processing_start: datetime | None = None
    processing_end: datetime | None = None
    document_id: str = ""
    stock: dict = field(default_factory=dict)

    def body(self):
        """The report as the API shows it."""
        body = {
            "reportId": self.id,
            "reportType": self.type,
            "marketplaceIds": list(self.marketplace_ids),
            "dataStartTime": api_time(self.data_start),
            "dataEndTime": api_time(self.data_end),
            "createdTime": api_time(self.created),
            "processingStatus": self.status,
            "reportScheduleId": self.schedule_id,
            "reportDocumentId": self.document_id,
        }
        if self.processing_start:
            body["processingStartTime"] = api_time(self.processing_start)
        if self.processing_end:
            body["processingEndTime"] = api_time(self.processing_end)
        return {name: value for name, value in body.items() if value}


def create(state, seller, rules, marketplace_ids, start, end, options, **more):
    """Queues a report; what it will come to is decided by faults and limits."""
    report = Report(
        id=f"{400_000_000_000 + state.number()}",
        seller=seller,
        type=rules.name,
        marketplace_ids=tuple(marketplace_ids),
        data_start=start,
        data_end=end,
        created=more.pop("created", None) or state.clock.now(),
        options=options,
        **more,
    )
    fault = state.faults.take(
        REPORT_KINDS,
        operation="createReport",
        seller=seller.key,
        report_type=rules.name,
        method="POST",
    )
    if fault:
        report.destiny = fault.kind
        report.explained = bool(fault.get("document"))
        if fault.get("seconds"):
            report.stuck_until = report.created + timedelta(
                seconds=fault.get("seconds")
            )
    else:
        report.destiny = refusals.destiny(state, rules, report)
    state.reports[seller.key, report.id] = report
    return report


def look_at(state, report):
    """Moves a report on as far as it has come, and counts the look."""
    if report.status not in OPEN:
        return
    settings = state.settings
    polls, seconds = settings["queue_polls"], settings["queue_seconds"]
    if report.status == "IN_QUEUE" and report.destiny == "foreign_cancel":
        cancel(state, report)
        return
    waiting = report.status == "IN_QUEUE" and not _is_stuck(state, report)
    if waiting and _is_due(state, report, polls, seconds):
        report.status = "IN_PROGRESS"
        report.processing_start = state.clock.now()
    if report.status == "IN_PROGRESS":
        polls += settings["progress_polls"]
        seconds += settings["progress_seconds"]
        if _is_due(state, report, polls, seconds):
            _finish(state, report)
    report.polls += 1


def cancel(state, report):
    """Somebody cancels a report that is in the queue; it was never worked on."""
    report.status = "CANCELLED"
    report.processing_end = state.clock.now()


def retained(state, report):
    """Whether Amazon still knows the report."""
    days = REPORT_TYPES[report.type].retention_days
    return report.created + timedelta(days=days) > state.clock.now()


def _is_stuck(state, report):
    if report.destiny != "stuck":
        return False
    return not report.stuck_until or report.stuck_until > state.clock.now()


def _is_due(state, report, polls, seconds):
    if state.settings["lifecycle"] == "polls" and report.polls >= polls:
        return True
    return state.clock.now() - report.created >= timedelta(seconds=seconds)


def _finish(state, report):
    report.processing_end = state.clock.now()
    rules = REPORT_TYPES[report.type]
    if report.destiny == "fatal":
        report.status = "FATAL"
        if report.explained:
            reason = {"errorDetails": "The request was rejected by the data source."}
            content = Content(json.dumps(reason))
            document = documents.store(state, report.seller, rules, content)
            report.document_id = document.id
        return
    content = None
    if report.destiny != "cancelled" and rules.make:
        content = rules.make(state, report)
    if content is None:
        report.status = "CANCELLED"
        return
    document = documents.store(state, report.seller, rules, content)
    report.status, report.document_id = "DONE", document.id
