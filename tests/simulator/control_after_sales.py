"""Controls of what follows the sales; listed in ``control``.

====== ======================= ==============================================
method path                    body or query -> answer
====== ======================= ==============================================
POST   /_control/shipments     {"seller", "order_id" [, "age"]}: a merchant's
                               order leaves now (or ``age`` seconds ago)
POST   /_control/returns       {"seller", "order_id" [, "sku", "quantity",
                               "kind": RETURN | REFUND, "age", ...]}, see
                               ``AfterSales.give_back`` -> its documents
POST   /_control/corrections   {"seller", "order_id" [, "reason"]}: Amazon
                               replaces the order's invoices
GET    /_control/expected_documents ?seller= [&start=&end=&report=] -> VAT
                               documents told by now, by the time of their
                               transactions
GET    /_control/expected_returns ?seller= [&start=&end=&report=] -> rows of FBA
                               returns, by the date under which each is told
GET    /_control/expected_stock ?seller= [&report=] -> by pool and SKU, and by
                               country
GET    /_control/uploads       ?seller= -> invoices that the seller uploaded
====== ======================= ==============================================

With the id of a ``report``, the answer is what must stand in Odoo after this report:
as of the moment at which it was made, and up to the end of its period.
"""

from datetime import datetime, timedelta, timezone

from . import feeds
from .clock import api_time, parse_time
from .world import vat
from .world.stock import pools_of

_BEGINNING = datetime(2000, 1, 1, tzinfo=timezone.utc)


def ship_order(state, _request, body):
    seller, _, at = _place(state, body)
    shipment = state.market.ship(seller, body["order_id"], at)
    return {"shipment_id": shipment.shipment_id, "shipped_at": api_time(at)}


def return_order(state, _request, body):
    seller, after_sales, at = _place(state, body)
    how = {k: v for k, v in body.items() if k not in ("seller", "age", "order_id")}
    made = after_sales.give_back(body["order_id"], at, **how)
    now = state.clock.now()
    return {"documents": [vat.document(state.seed, seller, t, now) for t in made]}


def correct_order(state, _request, body):
    seller, after_sales, at = _place(state, body)
    how = {"reason": body["reason"]} if "reason" in body else {}
    made = after_sales.correct(body["order_id"], at, **how)
    now = state.clock.now()
    return {"documents": [vat.document(state.seed, seller, t, now) for t in made]}


def expected_documents(state, request, _body):
    seller, start, end, now = asked_about(state, request.args)
    after_sales = state.market.after_sales(seller)
    found = vat.documents(
        state.seed, seller, after_sales, start or _BEGINNING, end, now
    )
    return {"seller": seller.key, "service": seller.vat_service, "documents": found}


def expected_returns(state, request, _body):
    seller, start, end, now = asked_about(state, request.args)
    after_sales = state.market.after_sales(seller)
    rows = [
        {
            "return_date": api_time(date),
            "again": date != unit.dates[0],
            "order_id": unit.reference,
            "amazon_order_id": unit.order.order_id,
            "multi_channel": unit.order.multi_channel,
            "marketplace": unit.order.marketplace.id,
            "sku": unit.line.sku,
            "quantity": unit.quantity,
            "center": unit.center,
            "disposition": unit.disposition,
            "status": unit.status,
            "reason": unit.reason,
            "license_plate": unit.license_plate,
            "comment": unit.comment,
            "goes_to": unit.goes_to_stock,
        }
        for date, unit in after_sales.returned_between(start or _BEGINNING, end)
        if max(date, unit.told_at) <= now
    ]
    units = sum(row["quantity"] for row in rows if not row["again"])
    return {"seller": seller.key, "rows": rows, "units": units}


def expected_stock(state, request, _body):
    """Sellable, unsellable, reserved, inbound and researching units per pool and SKU.

    SKUs of one FNSKU show the same units; ``articles`` has each FNSKU once.
    """
    seller, _start, _end, now = asked_about(state, request.args)
    report_id = request.args.get("report")
    if report_id:
        pools = state.reports[seller.key, report_id].stock
    else:
        book = state.market.after_sales(seller).stock
        pools = pools_of(book, seller, now)
    return {"seller": seller.key, "now": api_time(now), "pools": pools}


def uploads(state, request, _body):
    """All uploads with what Amazon found; ``accepted`` is null before the feed ends."""
    seller = state.seller(request.args["seller"])
    feeds.settle(state, seller)
    found = [u.body() for u in state.uploads if u.seller_key == seller.key]
    return {"seller": seller.key, "uploads": found}


def _place(state, body):
    """Seller, after-sales and the moment of something that a test lets happen."""
    seller = state.seller(body.get("seller", "eu"))
    at = state.clock.now() - timedelta(seconds=float(body.get("age", 0)))
    return seller, state.market.after_sales(seller), at.replace(microsecond=0)


def asked_about(state, query):
    """What a question is about: seller, start or None, end, and as of when.

    :raise KeyError: for a report that this Amazon has not
    :raise ValueError: for one that has not ended
    """
    seller, now = state.seller(query["seller"]), state.clock.now()
    start, end = query.get("start"), query.get("end")
    start, end = parse_time(start) if start else None, parse_time(end) if end else now
    report_id = query.get("report")
    if report_id:
        report = state.reports[seller.key, report_id]
        now = report.processing_end
        if not now:
            raise ValueError(f"The report {report_id} is {report.status}.")
        end = min(end, report.data_end)
    return seller, start, end, now


ACTIONS = {
    ("POST", "shipments"): ship_order,
    ("POST", "returns"): return_order,
    ("POST", "corrections"): correct_order,
    ("GET", "expected_documents"): expected_documents,
    ("GET", "expected_returns"): expected_returns,
    ("GET", "expected_stock"): expected_stock,
    ("GET", "uploads"): uploads,
}
