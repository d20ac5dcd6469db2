"""Uploaded invoices: taken when all is right, else refused where Amazon refuses."""

import pytest
import requests

from .testing import DE, FEED_DOCUMENTS, FEEDS, FR, PDF, VIDR, Caller

TYPE = "UPLOAD_VAT_INVOICE"
PENDING = ("InvoicePending", "CreditNotePending")


@pytest.fixture
def lite(amazon):
    """The seller whom Amazon calculates VAT for; no pause between uploads."""
    amazon.state.settings["upload_seconds"] = 0
    return Caller(amazon.url, "eu-vcs")


@pytest.fixture
def shipment(lite):
    """Row of VIDR: a German order's only shipment."""
    return sold(lite)


def sold(seller, **order):
    """The VIDR row of a new order that has left."""
    body = {"marketplace": "DE", "fulfillment": "fba", "scenario": "simple"} | order
    placed = seller.control("POST", "orders", {"seller": seller.key, **body})
    (row,) = rows_of(seller, placed["orders"][0])
    return row


def rows_of(seller, order_id, pending=True):
    options = {"reportOptions": None} if pending else {"reportOptions": ALL}
    table = seller.table(VIDR, 20, restricted=False, **options)
    return [row for row in table if row["order-id"] == order_id]


ALL = {"ReportOption=all": "true"}


def metadata(row, **changes):
    """Upload options that fit a row, case of the keys as some programs write them."""
    total = sum(float(row[name] or 0) for name in row if name.endswith("incl-amount"))
    tax = sum(float(row[name] or 0) for name in row if name.endswith("vat-amount"))
    options = {
        "metadata:ShippingId": row["shipping-id"],
        "Metadata:invoicenumber": "INV/2026/00001",
        "metadata:DocumentType": "Invoice",
        "metadata:TotalAmount": f"{total:.2f}",
        "metadata:TotalVATAmount": f"{tax:.2f}",
    }
    if row["transaction-type"] != "SHIPMENT":
        options["metadata:DocumentType"] = "CreditNote"
        options["metadata:TransactionId"] = row["transaction-id"]
    options |= changes
    return {name: value for name, value in options.items() if value is not None}


def upload(
    seller, options, content=PDF, content_type="application/pdf", marketplaces=(DE,)
):
    """Uploads an invoice; the finished feed's body and its processing report."""
    body = {"contentType": content_type}
    document = seller.call("POST", FEED_DOCUMENTS, json=body).json()
    headers = {"Content-Type": content_type}
    assert requests.put(document["url"], content, headers=headers).status_code == 200
    answer = seller.call(
        "POST",
        FEEDS,
        json={
            "feedType": TYPE,
            "marketplaceIds": list(marketplaces),
            "inputFeedDocumentId": document["feedDocumentId"],
            "feedOptions": options,
        },
    )
    assert answer.status_code == 202, answer.text
    for _ in range(3):
        feed = seller.call("GET", f"{FEEDS}/{answer.json()['feedId']}").json()
    path = f"{FEED_DOCUMENTS}/{feed['resultFeedDocumentId']}"
    report = requests.get(seller.call("GET", path).json()["url"]).text
    return feed, report


def test_an_invoice_that_fits_is_taken(lite, shipment):
    assert shipment["invoice-status"] == "InvoicePending"
    feed, report = upload(lite, metadata(shipment))
    assert feed["processingStatus"] == "DONE"
    assert "successful\t\t1" in report
    assert rows_of(lite, shipment["order-id"]) == [], "no longer pending"
    (row,) = rows_of(lite, shipment["order-id"], pending=False)
    assert row["invoice-status"] == "Invoiced"
    assert row["invoice-number"] == "INV/2026/00001"
    (seen,) = lite.control("GET", "uploads", seller="eu-vcs")["uploads"]
    assert seen["accepted"]
    assert seen["order_id"] == shipment["order-id"]
    assert seen["bytes"] == len(PDF)


@pytest.mark.parametrize(
    "changes, error",
    [
        ({"metadata:TotalAmount": "1.00"}, "TotalAmountMismatch"),
        ({"metadata:TotalVATAmount": "1.00"}, "TotalVATAmountMismatch"),
        ({"metadata:TotalAmount": "10"}, "InvalidAmount"),
    ],
)
def test_wrong_figures_are_told_by_vidr_alone(lite, shipment, changes, error):
    _, report = upload(lite, metadata(shipment, **changes))
    assert "successful\t\t1" in report
    assert error not in report
    (row,) = rows_of(lite, shipment["order-id"])
    assert row["invoice-status"] == "InvoicePending"
    assert row["invoice-status-description"].startswith(error)
    upload(lite, metadata(shipment))
    (row,) = rows_of(lite, shipment["order-id"], pending=False)
    assert (row["invoice-status"], row["invoice-status-description"]) == ("Invoiced", "")


@pytest.mark.parametrize(
    "changes, options, error",
    [
        ({"Metadata:invoicenumber": None}, {}, "79513"),
        ({"metadata:ShippingId": None}, {}, "79513"),
        ({"metadata:TotalAmount": None}, {}, "79513"),
        ({"Metadata:invoicenumber": "RE 2026 § 1"}, {}, "InvalidInvoiceNumber"),
        ({"metadata:DocumentType": "Bill"}, {}, "InvalidDocumentType"),
        ({"metadata:DocumentType": "CreditNote"}, {}, "MissingTransactionId"),
        ({}, {"content": b"<html>"}, "InvalidDocument"),
        ({}, {"content_type": "text/plain"}, "InvalidContentType"),
        ({}, {"marketplaces": (DE, FR)}, "MarketplaceIDInputError"),
        ({}, {"marketplaces": (FR,)}, "MarketplaceMismatch"),
        ({"metadata:OrderId": "302-0000000-0000000"}, {}, "OrderMismatch"),
        ({"metadata:ShippingId": "Dnone"}, {}, "NotFound"),
    ],
)
def test_what_is_wrong_with_the_upload_is_told_by_the_feed_too(
    lite, shipment, changes, options, error
):
    _, report = upload(lite, metadata(shipment, **changes), **options)
    assert "successful\t\t0" in report
    assert f"\t{error}\tError\t" in report
    (row,) = rows_of(lite, shipment["order-id"])
    assert row["invoice-status"] == "InvoicePending"


def test_nothing_is_invoiced_twice(lite, shipment):
    upload(lite, metadata(shipment))
    again = {"Metadata:invoicenumber": "INV/2026/00002"}
    upload(lite, metadata(shipment, **again))
    (row,) = rows_of(lite, shipment["order-id"], pending=False)
    assert row["invoice-number"] == "INV/2026/00001"
    other = sold(lite)
    upload(lite, metadata(other))
    (row,) = rows_of(lite, other["order-id"])
    assert row["invoice-status-description"].startswith("DuplicateInvoiceNumber")
    results = lite.control("GET", "uploads", seller="eu-vcs")["uploads"]
    assert [entry["accepted"] for entry in results] == [True, False, False]


def test_a_credit_note_is_negative_and_names_its_transaction(lite, shipment):
    upload(lite, metadata(shipment))
    body = {"seller": "eu-vcs", "order_id": shipment["order-id"], "reason": "DEFECTIVE"}
    (document,) = lite.control("POST", "returns", body)["documents"]
    (row,) = rows_of(lite, shipment["order-id"])
    assert row["invoice-status"] == "CreditNotePending"
    assert row["transaction-id"] == document["transaction_id"]
    options = metadata(row)
    assert options["metadata:TotalAmount"] == document["total"]
    assert document["total"].startswith("-")
    positive = {"metadata:TotalAmount": document["total"][1:]}
    positive["Metadata:invoicenumber"] = "RINV/1"
    upload(lite, metadata(row, **positive))
    (row,) = rows_of(lite, shipment["order-id"])
    assert row["invoice-status-description"].startswith("TotalAmountMismatch")
    upload(lite, metadata(row, **{"Metadata:invoicenumber": "RINV/1"}))
    credit = rows_of(lite, shipment["order-id"], pending=False)[-1]
    assert (credit["invoice-status"], credit["invoice-number"]) == (
        "CreditNoted",
        "RINV/1",
    )


def test_an_order_has_to_leave_first(lite):
    body = {"seller": "eu-vcs", "marketplace": "DE", "scenario": "simple"}
    (order_id,) = lite.control("POST", "orders", body)["orders"]
    options = {
        "metadata:OrderId": order_id,
        "metadata:InvoiceNumber": "1",
        "metadata:TotalAmount": "1.00",
        "metadata:TotalVATAmount": "1.00",
    }
    _, report = upload(lite, options)
    assert "\tNotShipped\tError\t" in report
    assert rows_of(lite, order_id) == []
    lite.control("POST", "shipments", {"seller": "eu-vcs", "order_id": order_id})
    (row,) = rows_of(lite, order_id)
    _, report = upload(lite, metadata(row))
    assert "successful\t\t1" in report


def test_sellers_without_the_service_upload_by_order_number(amazon, seller):
    amazon.state.settings["upload_seconds"] = 0
    body = {"seller": "eu", "marketplace": "DE", "fulfillment": "fba"}
    (order_id,) = seller.control("POST", "orders", body)["orders"]
    options = {"metadata:orderid": order_id, "metadata:invoicenumber": "A-1"}
    _, report = upload(seller, options)
    assert "successful\t\t1" in report
    _, report = upload(seller, options | {"metadata:invoicenumber": "A-2"})
    assert "\tAlreadyInvoiced\tError\t" in report


@pytest.mark.parametrize(
    "change, code",
    [({"vat_service": "vcs"}, "79525"), ({"self_invoicing": False}, "79509")],
)
def test_sellers_who_must_not_upload(lite, shipment, change, code):
    lite.control("POST", "sellers", {"key": "eu-vcs", **change})
    _, report = upload(lite, metadata(shipment))
    assert f"\t{code}\tError\t" in report


def test_the_status_is_processing_meanwhile_and_moves_on_by_itself(
    amazon, lite, shipment
):
    amazon.state.settings["lifecycle"] = "clock"
    amazon.state.settings.update(queue_seconds=600, progress_seconds=600)
    body = {"contentType": "application/pdf"}
    document = lite.call("POST", FEED_DOCUMENTS, json=body).json()
    requests.put(document["url"], PDF, headers={"Content-Type": "application/pdf"})
    body = {
        "feedType": TYPE,
        "marketplaceIds": [DE],
        "inputFeedDocumentId": document["feedDocumentId"],
        "feedOptions": metadata(shipment),
    }
    feed_id = lite.call("POST", FEEDS, json=body).json()["feedId"]
    transaction = amazon.state.uploads[0].transactions[0]
    assert transaction.status == "InvoiceProcessing"
    amazon.clock.advance(1300)
    assert lite.control("GET", "uploads", seller="eu-vcs")["uploads"][0]["accepted"]
    assert transaction.status == "Invoiced"
    assert lite.call("GET", f"{FEEDS}/{feed_id}").json()["processingStatus"] == "DONE"


def create(seller, **changes):
    body = {"contentType": "application/pdf"}
    document = seller.call("POST", FEED_DOCUMENTS, json=body).json()
    requests.put(document["url"], PDF, headers={"Content-Type": "application/pdf"})
    body = {
        "feedType": TYPE,
        "marketplaceIds": [DE],
        "inputFeedDocumentId": document["feedDocumentId"],
    }
    body |= changes
    return seller.call("POST", FEEDS, json=body)


def test_uploads_need_a_pause(amazon, seller):
    assert create(seller).status_code == 202
    assert create(seller).status_code == 429
    amazon.clock.advance(3)
    assert create(seller).status_code == 202


def test_feeds_are_for_sellers_with_the_role_in_europe(amazon, seller):
    assert create(Caller(amazon.url, "fe"), marketplaceIds=[]).status_code == 403
    amazon.state.sellers["eu"].roles.clear()
    assert create(seller).status_code == 403


@pytest.mark.parametrize(
    "changes",
    [
        {"feedType": "POST_ORDER_FULFILLMENT_DATA"},
        {"inputFeedDocumentId": "none"},
        {"marketplaceIds": []},
        {"feedOptions": {"metadata:OrderId": 1}},
    ],
)
def test_feeds_that_are_none(seller, changes):
    assert create(seller, **changes).status_code == 400


def test_a_feed_needs_its_upload(seller):
    body = {"contentType": "application/pdf"}
    document = seller.call("POST", FEED_DOCUMENTS, json=body).json()
    assert (
        create(seller, inputFeedDocumentId=document["feedDocumentId"]).status_code == 400
    )


def test_upload_links_are_for_one_type_one_signature_and_not_for_long(amazon, seller):
    body = {"contentType": "application/pdf"}
    url = seller.call("POST", FEED_DOCUMENTS, json=body).json()["url"]
    right = {"Content-Type": "application/pdf"}

    def put(url=url, **headers):
        return requests.put(url, PDF, headers=right | headers).status_code

    assert put(**{"Content-Type": "text/plain"}) == 403
    assert put(url.replace("Signature=", "Signature=0")) == 403
    assert put(Authorization="Bearer x") == 400
    assert put() == 200
    amazon.clock.advance(301)
    assert put() == 403


@pytest.mark.parametrize("end", ["fatal", "cancelled"])
def test_faults_end_feeds_and_change_nothing(lite, shipment, end):
    fault = {"kind": end, "match": {"operation": "createFeed"}}
    lite.control("POST", "faults", fault)
    answer = create(lite, feedOptions=metadata(shipment))
    for _ in range(3):
        feed = lite.call("GET", f"{FEEDS}/{answer.json()['feedId']}").json()
    assert feed["processingStatus"] == end.upper()
    (row,) = rows_of(lite, shipment["order-id"])
    assert row["invoice-status"] == "InvoicePending"
