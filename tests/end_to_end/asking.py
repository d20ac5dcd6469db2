"""What the scenarios of requests to Amazon have in common."""

from datetime import datetime, timedelta, timezone

from tests.simulator.testing import Caller

MFN = "GET_FLAT_FILE_ORDER_REPORT_DATA_INVOICING"
MFN_XML = "GET_ORDER_REPORT_DATA_INVOICING"
FBA = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"
ORDERS = "mfn_orders_eu"
SHIPMENTS = "fba_orders_eu"


def fault(amazon, kind, report_type=MFN, **particulars):
    match = {"operation": "createReport", "report_type": report_type}
    amazon.state.faults.add(kind, match, **particulars)


def programs(amazon, do, **body):
    """Do as another program of the same seller."""
    return Caller(amazon.url).control("POST", "programs", {"do": do, **body})


def refused(amazon):
    """The calls that Amazon refused for its quota."""
    return [entry for entry in amazon.state.requests if entry["status"] == 429]


def ask(seller, kind=ORDERS, days=22, until=0, **values):
    """Request a period; return its reports."""
    now = datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    request = seller.env["amazon.report.request"].create(
        {
            "account_id": seller.account.id,
            "kind": kind,
            "date_from": now - timedelta(days=days),
            "date_to": now - timedelta(days=until),
            **values,
        }
    )
    seller.env.cr.commit()
    return request.report_ids


def repeat(seller, kind=ORDERS, **values):
    request = seller.env["amazon.report.request"].create(
        {
            "account_id": seller.account.id,
            "kind": kind,
            "repeat": True,
            "interval_minutes": 60,
            "lookback_days": 2,
            **values,
        }
    )
    seller.env.cr.commit()
    return request


def due(request):
    """The time of the next recurring report has come."""
    request.next_run = request.env.cr.now().replace(microsecond=0)
    request.env.cr.commit()


def pass_time(seller):
    """Hours pass: for what waits in Odoo, and for what Amazon was asked for."""
    for report in seller.amazon.state.reports.values():
        report.created -= timedelta(hours=12)
    seller.wait()


def finish(seller, reports, rounds=6):
    for _round in range(rounds):
        if all(report.state != "requested" for report in reports):
            return
        pass_time(seller)
        seller.work(3)
