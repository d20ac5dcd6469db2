"""VCS Lite over HTTP: sold, shipped, invoiced, uploaded, given back, credited."""

import shutil

import pytest

from setup.lib.demo_amazon import ask, tell
from tests.simulator.testing import PDF

from .seller import Seller

OPEN_STATUSES = ("IN_QUEUE", "IN_PROGRESS")


class Accountant(Seller):
    """A seller whom Amazon calculates VAT for, and who invoices himself."""

    def __init__(self, env, amazon):
        super().__init__(env, amazon, "eu-vcs")
        self.account.write(
            {
                "vat_service": "vcs_lite",
                "order_workflow": "confirm",
                "invoice_upload": "manual",
            }
        )
        env.cr.commit()

    def expected_documents(self):
        told = ask(self.amazon.url, "expected_documents", seller=self.key)
        return {entry["transaction_id"]: entry for entry in told["documents"]}

    def fetch(self, kind):
        report = self.request(kind)
        self.work(4)
        assert report.state in ("done", "cancelled"), report.failure_reason
        return report

    def upload(self):
        """Lets the scheduled action of invoices run until Amazon has taken them all.

        How often it looks depends on how long the sending takes.
        """
        for _round in range(6):
            failure = self.env.ref(
                "amazon_order_import.ir_cron_upload_invoices"
            ).method_direct_trigger()
            assert not isinstance(failure, dict), failure
            self.env.cr.commit()
            uploads = self.documents().upload_ids
            going = uploads.filtered(lambda u: u.state in ("queued", "sending", "sent"))
            if not set(going.mapped("feed_status")) & {False, *OPEN_STATUSES}:
                break

    def documents(self):
        return self.env["amazon.vat.invoice"].search(
            [("account_id", "=", self.account.id)], order="id"
        )

    def print_documents(self):
        """Where wkhtmltopdf is missing, Odoo's archive gets a PDF of ours.

        Under test, Odoo prints only when told to.
        """
        moves = self.documents().move_id
        if shutil.which("wkhtmltopdf"):
            for move in moves.with_context(force_report_rendering=True):
                move._get_amazon_pdf()
        for move in moves:
            if not move.invoice_pdf_report_id:
                self.env["ir.attachment"].create(
                    {
                        "name": "invoice.pdf",
                        "raw": PDF,
                        "mimetype": "application/pdf",
                        "res_model": "account.move",
                        "res_id": move.id,
                        "res_field": "invoice_pdf_report_file",
                    }
                )
                move.invalidate_recordset()
        self.env.cr.commit()


@pytest.fixture
def seller(env, amazon):
    return Accountant(env, amazon)


def amounts(document):
    """Net, tax and total as the simulator writes them."""
    digits = document.currency_id.decimal_places
    return tuple(
        f"{document[name]:.{digits}f}"
        for name in ("amount_untaxed", "amount_tax", "amount_total")
    )


def check_documents(seller):
    """Every document is posted with exactly the figures that the simulator expects."""
    expected = seller.expected_documents()
    documents = seller.documents()
    assert set(documents.mapped("reference")) == set(expected)
    for document in documents:
        wanted = expected[document.reference]
        assert document.state == "invoiced", document.state_note
        assert amounts(document) == (wanted["net"], wanted["tax"], wanted["total"])
        move = document.move_id
        assert move.state == "posted"
        assert move.move_type == (
            "out_refund" if wanted["type"] == "credit_note" else "out_invoice"
        )
        assert not document._describe_difference()
    return documents


def test_sold_invoiced_uploaded_and_credited(seller, amazon):
    # No multi-channel orders: Amazon's program has no documents of them.
    orders = seller.sell(2, fulfillment="fba", marketplace="DE", scenario="multi_item")
    seller.fetch("fba_orders_eu")
    report = seller.fetch("vcs_lite")
    assert report.row_ids
    documents = check_documents(seller)
    assert set(documents.sale_order_id.mapped("amazon_order_ref")) == set(orders)
    assert set(documents.mapped("upload_state")) == {"manual"}

    # The person chooses what is uploaded; Amazon takes it, one in three seconds.
    seller.print_documents()
    documents.move_id.action_amazon_upload()
    seller.env.cr.commit()
    seller.upload()
    assert set(documents.upload_ids.mapped("state")) == {"sent"}
    assert set(documents.upload_ids.mapped("feed_status")) == {"DONE"}
    uploads = amazon.state.uploads
    assert [upload.accepted for upload in uploads] == [True] * len(documents), [
        str(upload.refusal) for upload in uploads
    ]
    moments = sorted(upload.created for upload in uploads)
    gaps = [
        (later - earlier).total_seconds()
        for earlier, later in zip(moments, moments[1:], strict=False)
    ]
    assert all(gap >= 3 for gap in gaps), gaps

    # A return: its credit note is made, uploaded by itself, and taken.
    seller.account.invoice_upload = "auto"
    tell(amazon.url, "returns", seller=seller.key, order_id=orders[0], kind="RETURN")
    seller.fetch("vcs_lite")
    documents = check_documents(seller)
    credits = documents.filtered(lambda d: d.document_type == "credit_note")
    assert credits
    assert credits.move_id.reversed_entry_id <= documents.move_id
    seller.print_documents()
    credits.upload_ids.action_upload()
    seller.env.cr.commit()
    seller.upload()
    assert all(upload.accepted for upload in amazon.state.uploads), [
        str(upload.refusal) for upload in amazon.state.uploads
    ]
    sent = [dict(upload.options) for upload in amazon.state.uploads]
    assert all(len(upload.marketplace_ids) == 1 for upload in amazon.state.uploads)
    assert float(sent[-1]["metadata:TotalAmount"]) < 0
    assert sent[-1]["metadata:TransactionId"] in credits.mapped("reference")

    # Amazon's list of all documents says that it has them, with our numbers.
    told = seller.expected_documents()
    for document in documents:
        assert told[document.reference]["uploaded_number"] == document.move_id.name
    before = len(amazon.state.uploads)
    seller.upload()
    assert len(amazon.state.uploads) == before, "Nothing goes to Amazon twice"


def test_refused_with_the_reason_in_plain_words(seller, amazon):
    """The seller has not chosen to upload invoices: refused, put right, sent again."""
    seller.sell(1, fulfillment="fba", marketplace="DE", scenario="simple")
    seller.fetch("fba_orders_eu")
    seller.fetch("vcs_lite")
    # By chance the order is returned already: then there is a credit note, too.
    documents = check_documents(seller)
    document = documents.filtered(lambda d: d.document_type == "invoice")
    seller.print_documents()
    amazon.state.seller("eu-vcs").self_invoicing = False
    document.move_id.action_amazon_upload()
    seller.env.cr.commit()
    seller.upload()
    amazon.state.seller("eu-vcs").self_invoicing = True
    seller.fetch("vcs_lite")
    upload = document.upload_ids
    upload.invalidate_recordset()
    assert (upload.state, upload.error_code) == ("refused", "79509")
    assert "VAT Calculation Service" in upload.advice
    upload.action_upload()
    seller.env.cr.commit()
    seller.upload()
    assert [upload.accepted for upload in amazon.state.uploads] == [False, True]
