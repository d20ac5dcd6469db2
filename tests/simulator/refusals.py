"""What becomes of a report besides its data: how often, how far, how old, too early.

Amazon says none of it in words. A report that is asked for against these rules is
accepted and ends CANCELLED or FATAL, as one without data ends CANCELLED.

================ ================================== ==========================
rule             for                                 end
================ ================================== ==========================
too often        FBA, near real time: the same       FATAL, or CANCELLED
                 data within 30 minutes              (setting ``too_often``)
too often        FBA, made daily: within 4 hours     CANCELLED
range too wide   ``max_range`` of the type           CANCELLED
too old          FBA shipments from before 18        FATAL
                 months, order reports from before
                 60 days
too early        GET_VAT_TRANSACTION_DATA of a       FATAL
                 month before the next one's 3rd
role or region   ``missing_role`` is "cancel"        CANCELLED
================ ================================== ==========================

Slots are per seller, whichever program asks (``fba_throttle`` turns them off).
"""

from datetime import timedelta

NEAR_REAL_TIME = timedelta(minutes=30)
DAILY = timedelta(hours=4)
DAILY_TYPES = {
    "GET_FBA_FULFILLMENT_CUSTOMER_RETURNS_DATA",
    "GET_AFN_INVENTORY_DATA_BY_COUNTRY",
}
SNAPSHOTS = {
    "GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA",
    "GET_FBA_MYI_ALL_INVENTORY_DATA",
    "GET_AFN_INVENTORY_DATA",
}
_ORDER_DAYS = 60
_SHIPMENT_DAYS = 548
# An hour's or a day's rounding is no offence.
_GRACE = timedelta(days=1)


def destiny(state, rules, report):
    """``fatal``, ``cancelled`` or, where nothing speaks against it, empty."""
    if not allowed(report.seller, rules):
        return "cancelled"
    slot = _slot(rules)
    if slot and _asked_within(state, report, slot):
        return "cancelled" if slot == DAILY else state.settings["too_often"]
    if rules.max_range and report.data_end - report.data_start > rules.max_range:
        return "cancelled"
    if _is_too_old(rules, report) or _is_too_early(rules, report):
        return "fatal"
    return ""


def allowed(seller, rules):
    """Whether role and region let the seller have reports of the type."""
    return seller.region in rules.regions and bool(seller.roles & set(rules.roles))


def _slot(rules):
    if rules.name in DAILY_TYPES:
        return DAILY
    if rules.near_real_time or rules.name in SNAPSHOTS:
        return NEAR_REAL_TIME
    return None


def _asked_within(state, report, slot):
    """Whether the same data was asked for, by whomever, within the time."""
    if not state.settings["fba_throttle"]:
        return False
    for other in reversed(state.reports.values()):
        if report.created - other.created > slot + _GRACE:
            # Reports are kept nearly in the order in which they were made.
            return False
        if (
            other.seller is report.seller
            and other.type == report.type
            and other.status not in ("FATAL", "CANCELLED")
            and other.destiny not in ("fatal", "cancelled")
            and report.created - other.created < slot
            and _overlap(report, other)
            and set(other.marketplace_ids) & set(report.marketplace_ids)
        ):
            return True
    return False


def _overlap(one, other):
    if one.type in SNAPSHOTS or one.type in DAILY_TYPES:
        return True
    return other.data_start < one.data_end and one.data_start < other.data_end


def _is_too_old(rules, report):
    days = None
    if "ORDER_REPORT_DATA" in rules.name:
        days = _ORDER_DAYS
    elif "FULFILLED_SHIPMENTS" in rules.name:
        days = _SHIPMENT_DAYS
    if not days:
        return False
    return report.data_start < report.created - timedelta(days=days) - _GRACE


def _is_too_early(rules, report):
    if rules.name != "GET_VAT_TRANSACTION_DATA":
        return False
    following = (report.data_start.replace(day=1) + timedelta(days=32)).replace(day=3)
    return report.created < following.replace(hour=0, minute=0, second=0)
