from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.invoicing import amazon_invoice_upload_sending as queue
from ...report_formats.upload_problems import find_problem, get_problem, read_result
from ...selling_partner.errors import (
    DataError,
    RoleMissingError,
    ThrottledError,
    UnavailableError,
)
from ...selling_partner.records import Feed
from .test_vat_invoice import FBA, MFN, REF, VatInvoiceCase
from .vat_data import credit_row, vat_file, vat_row

NOW = "2026-10-20 12:00:00"
PDF = b"%PDF-1.4\n%test\n%%EOF\n"


class Amazon:
    """What the client tells of Amazon: it takes feeds, or fails as a test says."""

    def __init__(self):
        self.feeds = {}
        self.sent = []
        self.errors = []
        self.results = {}

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        pass

    def upload_feed_document(self, content, content_type):
        assert content[:5] == b"%PDF-", content
        assert content_type == "application/pdf"
        return "document"

    def create_feed(self, feed_type, marketplaces, document, options):
        self.sent.append(options)
        error = self.errors.pop(0) if self.errors else None
        if error is None or getattr(error, "maybe_done", False):
            feed_id = f"feed{len(self.sent)}"
            created = fields.Datetime.now().replace(tzinfo=timezone.utc)
            self.feeds[feed_id] = Feed(
                feed_id,
                feed_type,
                "IN_QUEUE",
                None,
                tuple(marketplaces),
                created,
                None,
                None,
            )
        if error:
            raise error
        return feed_id

    def get_feeds(self, feed_types, marketplaces, created_since):
        return [feed for feed in self.feeds.values() if feed.created >= created_since]

    def get_feed(self, feed_id):
        feed = self.feeds[feed_id]
        result = self.results.get(feed_id)
        status = result if result in ("FATAL", "CANCELLED") else "DONE"
        return Feed(
            feed_id,
            feed.feed_type,
            status,
            "result" + feed_id if status == "DONE" else None,
            feed.marketplace_ids,
            feed.created,
            None,
            None,
        )

    def download_feed_result(self, document_id):
        return self.results.get(document_id.removeprefix("result"), "").encode()


RESULT = (
    "Feed Processing Summary:\n\tNumber of records processed\t\t1\n"
    "\tNumber of records successful\t\t0\n\n"
    "original-record-number\tsku\terror-code\terror-type\terror-message\n"
    "1\t\t{code}\tError\t{text}\n"
)


class UploadCase(VatInvoiceCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.invoice_upload = "auto"
        cls.amazon = Amazon()
        for target, replacement in (
            (type(cls.account), {"_get_client": lambda account: cls.amazon}),
            (queue.AmazonInvoiceUpload, {"_pause": lambda upload: None}),
            (
                type(cls.env["account.move"]),
                {"_get_amazon_pdf": lambda move: PDF},
            ),
        ):
            for name, function in replacement.items():
                cls.startClassPatcher(patch.object(target, name, function))

    def run_queue(self, times=1):
        for _time in range(times):
            self.env["amazon.invoice.upload"]._run(
                self.account, lambda done=0, remaining=None: 60
            )

    def sell(self, total="119.00", tax="19.00", **cells):
        """Sell and ship one mug, make its invoice; return its upload."""
        self.order(MFN, {"item-price": total})
        document = self.tell(vat_row(item=f"{total} {tax}", **cells))
        self.assertEqual(document.state, "invoiced", document.state_note)
        return document.upload_ids

    def later(self, **delta):
        frozen = freeze_time(fields.Datetime.now() + timedelta(**delta))
        frozen.start()
        self.addCleanup(frozen.stop)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoiceUpload(UploadCase):
    """The way of a document to Amazon: once, and with Amazon's answer."""

    def setUp(self):
        super().setUp()
        self.amazon.__init__()

    def test_way_to_acceptance(self):
        upload = self.sell()
        self.assertEqual(upload.state, "queued")
        self.assertEqual(upload.due_at, datetime(2026, 10, 7, 8))
        self.assertTrue(upload.is_late)
        self.run_queue()
        self.assertEqual((upload.state, upload.feed_id), ("sent", "feed1"))
        self.assertEqual(
            self.amazon.sent,
            [
                {
                    "metadata:DocumentType": "Invoice",
                    "metadata:InvoiceNumber": upload.move_id.name,
                    "metadata:ShippingId": "82349303341",
                    "metadata:TotalAmount": "119.00",
                    "metadata:TotalVATAmount": "19.00",
                }
            ],
        )
        self.run_queue()
        self.assertEqual(upload.feed_status, "DONE")
        self.assertEqual(
            upload.state, "sent", "The feed does not say whether it is taken"
        )
        self.later(hours=2)
        self.tell(
            vat_row(
                item="119.00 19.00",
                invoice_status="Invoiced",
                invoice_number=upload.number,
            )
        )
        self.assertEqual(upload.state, "accepted")
        self.run_queue(2)
        self.assertEqual(len(self.amazon.sent), 1)

    def test_credit_note_is_negative_and_names_its_transaction(self):
        self.sell()
        returned = self.tell(credit_row(item="-119.00 -19.00"))
        self.run_queue()
        self.assertEqual(
            self.amazon.sent[-1],
            {
                "metadata:DocumentType": "CreditNote",
                "metadata:InvoiceNumber": returned.move_id.name,
                "metadata:ShippingId": "82349303341",
                "metadata:TransactionId": "amzn1:crow:AAAA1111",
                "metadata:TotalAmount": "-119.00",
                "metadata:TotalVATAmount": "-19.00",
            },
        )

    def test_transaction_of_a_trial(self):
        """Prime Try Before You Buy: the transaction is not the shipment."""
        self.sell(transaction_id="T1")
        self.run_queue()
        self.assertEqual(self.amazon.sent[0]["metadata:TransactionId"], "T1")

    # === NEVER TWICE === #

    def test_lost_answer(self):
        """Amazon has the feed although its answer timed out: it is found there."""
        self.amazon.errors = [
            UnavailableError("timed out", seconds=60, maybe_done=True)
        ]
        upload = self.sell()
        self.run_queue()
        self.assertEqual(upload.state, "sending")
        self.assertIn("tried again", upload.reason)
        self.run_queue()
        self.assertEqual(len(self.amazon.sent), 1, "Not before the time is up")
        self.later(minutes=2)
        self.run_queue()
        self.assertEqual((upload.state, upload.feed_id), ("sent", "feed1"))
        self.assertEqual(len(self.amazon.sent), 1)

    def test_reason_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.amazon.errors = [
            UnavailableError("timed out", seconds=60, maybe_done=True)
        ]
        upload = self.sell()
        cron = self.env.ref("amazon_order_import.ir_cron_upload_invoices")
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertEqual(upload.state, "sending")
        self.assertIn("tried again by itself", upload.reason)
        german = upload.with_context(lang="de_DE")
        self.assertIn("folgt von selbst ein neuer Versuch", german.reason)

    def test_crash_between_sending_and_commit(self):
        """Only what was committed before is left: state sending, no feed."""
        upload = self.sell()
        self.run_queue()
        upload.write({"state": "sending", "feed_id": False, "sent_at": False})
        self.run_queue()
        self.assertEqual((upload.state, upload.feed_id), ("sent", "feed1"))
        self.assertEqual(len(self.amazon.sent), 1)

    def test_crash_before_sending(self):
        upload = self.sell()
        upload.write(
            {"state": "sending", "attempts": 1, "sending_at": fields.Datetime.now()}
        )
        self.run_queue()
        self.assertEqual((upload.state, upload.attempts), ("sent", 2))
        self.assertEqual(len(self.amazon.sent), 1)

    def test_state_is_committed_before_amazon_is_told(self):
        upload = self.sell()
        committed = []

        def commit(done=0, remaining=None):
            committed.append((upload.state, len(self.amazon.sent)))
            return 60

        self.env["amazon.invoice.upload"]._run(self.account, commit)
        self.assertIn(("sending", 0), committed)

    def test_one_upload_for_a_document(self):
        upload = self.sell()
        upload.move_id._queue_amazon_uploads()
        self.assertEqual(upload.move_id.amazon_upload_ids, upload)
        self.run_queue()
        with self.assertRaisesRegex(UserError, "not uploaded twice"):
            upload.move_id.action_amazon_upload()

    # === WHAT WAITS === #

    def test_merchants_order_waits_for_its_data(self):
        """Invoiced before Amazon gave its figures."""
        order = self.order(MFN, {"item-price": "119.00"})
        order._create_invoices().action_post()
        upload = order.invoice_ids.amazon_upload_ids
        self.assertEqual((upload.state, upload.reason_code), ("waiting", "no_data"))
        self.run_queue()
        self.assertFalse(self.amazon.sent)
        self.tell(vat_row(item="119.00 19.00"))
        self.run_queue()
        self.assertEqual(upload.state, "sent")
        self.assertEqual(self.amazon.sent[0]["metadata:ShippingId"], "82349303341")

    def test_difference_is_shown_and_not_sent(self):
        upload = self.sell()
        upload.vat_invoice_id.line_ids.amount_tax = 19.02
        self.run_queue()
        self.assertEqual(
            (upload.state, upload.reason_code), ("manual", "totals_differ")
        )
        self.assertIn("19.02", upload.reason)
        self.assertFalse(self.amazon.sent)
        upload.action_upload()
        self.assertEqual(upload.state, "manual", "Not even by hand")

    def test_number_that_amazon_does_not_take(self):
        upload = self.sell()
        upload.move_id.name = "INV 2026 & 1"
        self.run_queue()
        self.assertEqual((upload.state, upload.reason_code), ("manual", "number"))
        self.assertFalse(self.amazon.sent)

    def test_by_hand(self):
        self.account.invoice_upload = "manual"
        upload = self.sell()
        self.assertEqual((upload.state, upload.reason_code), ("manual", "by_hand"))
        self.run_queue()
        self.assertFalse(self.amazon.sent)
        upload.action_upload()
        self.run_queue()
        self.assertEqual(upload.state, "sent")

    def test_set_aside(self):
        upload = self.sell()
        upload.action_set_aside()
        self.run_queue()
        self.assertEqual(upload.state, "manual")
        upload.action_mark_accepted()
        self.assertEqual(upload.state, "accepted")

    def test_not_posted_any_more(self):
        upload = self.sell()
        upload.move_id.button_draft()
        self.run_queue()
        self.assertEqual((upload.state, upload.reason_code), ("manual", "not_posted"))

    # === WITHOUT VCS === #

    def test_without_vcs(self):
        """By order number and without amounts, once the goods have left."""
        self.account.vat_service = "none"
        order = self.order(MFN, {"item-price": "119.00"})
        order._create_invoices().action_post()
        upload = order.invoice_ids.amazon_upload_ids
        self.assertEqual((upload.state, upload.reason_code), ("waiting", "not_shipped"))
        picking = order.picking_ids
        picking.move_ids.write({"quantity": 1, "picked": True})
        picking.button_validate()
        self.run_queue()
        self.assertEqual(upload.state, "accepted", "The feed's result is all there is")
        self.assertEqual(
            self.amazon.sent,
            [
                {
                    "metadata:DocumentType": "Invoice",
                    "metadata:InvoiceNumber": order.invoice_ids.name,
                    "metadata:OrderId": REF,
                }
            ],
        )

    def test_without_vcs_and_refused(self):
        """Amazon's words in the result of the feed (docs#2425)."""
        self.account.vat_service = "none"
        order = self.order(FBA, {"item-price": "119.00"})
        order._create_invoices().action_post()
        upload = order.invoice_ids.amazon_upload_ids
        text = "Amazon will generate invoice for shipmentId N/A, orderId N/A"
        self.amazon.results["feed1"] = RESULT.format(code="79525", text=text)
        self.run_queue(2)
        self.assertEqual((upload.state, upload.error_code), ("refused", "79525"))
        self.assertIn("Amazon makes the invoice", upload.explanation)
        self.assertIn("Do not upload", upload.advice)
        self.assertIn(text, upload.error_text)

    def test_without_vcs_and_only_by_hand(self):
        self.account.write({"vat_service": "none", "invoice_upload": "manual"})
        order = self.order(FBA, {"item-price": "119.00"})
        order._create_invoices().action_post()
        self.assertFalse(order.invoice_ids.amazon_upload_ids)
        order.invoice_ids.action_amazon_upload()
        self.run_queue()
        self.assertEqual(order.invoice_ids.amazon_upload_ids.state, "accepted")
        refund = order.invoice_ids._reverse_moves()
        refund.action_post()
        refund.action_amazon_upload()
        self.assertEqual(refund.amazon_upload_ids.reason_code, "no_transaction")

    def test_never_where_amazon_invoices(self):
        self.account.write({"vat_service": "none", "invoice_upload": "manual"})
        order = self.order(FBA, {"item-price": "119.00"})
        order._create_invoices().action_post()
        self.account.vat_service = "vcs"
        with self.assertRaisesRegex(UserError, "Amazon takes no invoices"):
            order.invoice_ids.action_amazon_upload()

    # === WHAT AMAZON SAYS === #

    def refuse(self, upload, text):
        self.run_queue()
        self.assertEqual(upload.state, "sent")
        self.later(hours=1)
        self.tell(vat_row(item="119.00 19.00", invoice_status_description=text))

    def test_refused_by_code(self):
        upload = self.sell()
        self.refuse(upload, "79509: FeatureNotAvailable. Invoice Upload API is in beta")
        self.assertEqual((upload.state, upload.error_code), ("refused", "79509"))
        self.assertIn("may not upload", upload.explanation)
        self.assertIn("Tax settings", upload.advice)
        self.run_queue()
        self.assertEqual(len(self.amazon.sent), 1, "Sending it again is useless")
        upload.action_upload()
        self.run_queue()
        self.assertEqual((upload.state, len(self.amazon.sent)), ("sent", 2))
        self.assertFalse(upload.error_code)

    def test_refused_with_unknown_code(self):
        upload = self.sell()
        self.refuse(upload, "79999 Something new")
        self.assertEqual((upload.state, upload.error_code), ("refused", "79999"))
        self.assertIn("not documented", upload.explanation)
        self.assertEqual(upload.error_text, "79999 Something new")

    def test_refused_and_sent_again(self):
        """Not shipped yet, says Amazon: an hour later it may be."""
        upload = self.sell()
        self.refuse(upload, "79517 InvalidOrderId")
        self.assertEqual(upload.state, "queued")
        self.run_queue()
        self.assertEqual(len(self.amazon.sent), 1)
        self.later(hours=1, minutes=1)
        self.run_queue()
        self.assertEqual((upload.state, len(self.amazon.sent)), ("sent", 2))

    def test_old_report_says_nothing(self):
        upload = self.sell()
        report = self.env["amazon.report"].search(
            [("kind", "=", "vcs_lite")], order="id desc", limit=1
        )
        self.run_queue()
        upload.sending_at = report.create_date + timedelta(minutes=1)
        upload.vat_invoice_id.amazon_status_description = "79509"
        self.env["amazon.invoice.upload"]._read_report(report)
        self.assertEqual(upload.state, "sent")

    def test_not_arrived(self):
        upload = self.sell()
        self.run_queue()
        self.later(days=1, hours=1)
        self.tell(vat_row(item="119.00 19.00"))
        self.assertEqual((upload.state, upload.reason_code), ("failed", "not_arrived"))

    def test_invoiced_by_another_program(self):
        """A seller who changes to Odoo: Amazon has documents of the month before."""
        self.order(MFN, {"item-price": "119.00"})
        told = {"item": "119.00 19.00", "invoice_number": "OLD-1"}
        document = self.tell(vat_row(invoice_status="InvoiceProcessing", **told))
        self.assertEqual((document.state, document.move_id.id), ("to_invoice", False))
        document = self.tell(vat_row(invoice_status="Invoiced", **told))
        self.env["amazon.vat.invoice.maker"].make_due(
            self.account, lambda done=0, remaining=None: 60
        )
        self.assertEqual((document.state, document.move_id.id), ("elsewhere", False))
        self.assertIn("OLD-1", document.state_note)
        self.assertFalse(document.sale_order_id.activity_ids)
        # A person may want one; Amazon does not get it.
        document.action_make_document()
        self.assertEqual(document.state, "invoiced")
        upload = document.upload_ids
        self.assertEqual(upload.reason_code, "another_document")
        self.assertEqual(upload.state, "manual")
        upload.action_upload()
        self.run_queue(2)
        self.assertFalse(self.amazon.feeds)

    def test_uploaded_by_a_person(self):
        """Made in Odoo, uploaded in Seller Central: nothing is left to be done."""
        order = self.order(MFN, {"item-price": "119.00"})
        invoice = order._create_invoices()
        invoice.action_post()
        document = self.tell(
            vat_row(
                item="119.00 19.00",
                invoice_status="Invoiced",
                invoice_number=invoice.name,
            )
        )
        self.assertEqual((document.state, document.move_id), ("invoiced", invoice))
        self.run_queue(2)
        self.assertEqual(document.upload_ids.state, "accepted")
        self.assertFalse(self.amazon.feeds)

    def test_another_document_is_there(self):
        upload = self.sell()
        self.run_queue()
        self.later(hours=1)
        self.tell(
            vat_row(
                item="119.00 19.00",
                invoice_status="Invoiced",
                invoice_number="OTHER-1",
            )
        )
        self.assertEqual(
            (upload.state, upload.error_code), ("refused", "already_uploaded")
        )
        self.assertIn("OTHER-1", upload.error_text)

    def test_left_the_list_of_pending_ones(self):
        upload = self.sell()
        self.run_queue(2)
        self.order(MFN, {"item-price": "119.00"}, ref="302-0000001-0000009")
        self.later(hours=3)
        report = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "x", b""
        )
        report._set_file(
            vat_file(
                vat_row(
                    item="119.00 19.00",
                    order_id="302-0000001-0000009",
                    shipping_id="9",
                    transaction_id="9",
                )
            )
        )
        report.write(
            {
                "amazon_report_id": "R1",
                "asked_at": fields.Datetime.now(),
                "marketplace_ids": [(6, 0, upload.marketplace_id.ids)],
            }
        )
        report.process()
        self.assertEqual(report.state, "done", report.failure_reason)
        self.assertEqual(upload.state, "accepted")
        self.assertIn("no longer lists", upload.reason)

    def test_fatal_and_cancelled_feeds(self):
        upload = self.sell()
        self.amazon.results["feed1"] = "CANCELLED"
        self.run_queue(2)
        self.assertEqual(upload.state, "queued")
        self.later(hours=2)
        self.amazon.results["feed2"] = "FATAL"
        self.run_queue(2)
        self.assertEqual((upload.state, upload.error_code), ("refused", "FATAL"))

    # === RETRIES === #

    def test_throttled(self):
        self.amazon.errors = [ThrottledError("wait", seconds=120)]
        first = self.sell()
        self.order(MFN, {"item-price": "10.00"}, ref="302-0000001-0000002")
        second = self.tell(
            vat_row(
                item="10.00 1.60",
                order_id="302-0000001-0000002",
                shipping_id="2",
                transaction_id="2",
            )
        ).upload_ids
        self.run_queue()
        self.assertEqual((first.state, second.state), ("queued", "queued"))
        self.assertEqual(len(self.amazon.sent), 1, "The next would meet the same")
        self.later(minutes=3)
        self.run_queue()
        self.assertEqual((first.state, second.state), ("sent", "sent"))

    def test_given_up_after_attempts(self):
        upload = self.sell()
        for _attempt in range(queue.MAX_ATTEMPTS + 3):
            self.amazon.errors = [UnavailableError("down", seconds=60)]
            self.later(minutes=5)
            self.run_queue()
        self.assertEqual((upload.state, upload.reason_code), ("failed", "given_up"))
        self.assertEqual(len(self.amazon.sent), queue.MAX_ATTEMPTS)

    def test_given_up_after_days(self):
        upload = self.sell()
        self.amazon.errors = [UnavailableError("down", seconds=60)]
        self.run_queue()
        self.later(days=4)
        self.run_queue()
        self.assertEqual(upload.state, "failed")
        upload.action_upload()
        self.run_queue()
        self.assertEqual(upload.state, "sent")

    def test_role_missing(self):
        self.amazon.errors = [RoleMissingError("no role", status=403)]
        upload = self.sell()
        self.run_queue()
        self.assertEqual(
            (upload.state, upload.reason_code), ("queued", "not_connected")
        )
        self.assertEqual(self.account.connection_state, "role_missing")
        self.assertIn("role", upload.reason)

    def test_request_refused(self):
        self.amazon.errors = [
            DataError("bad", code="InvalidInput", details="MarketplaceIDInputError")
        ]
        upload = self.sell()
        self.run_queue()
        self.assertEqual((upload.state, upload.error_code), ("refused", "79523"))

    @mute_logger(
        "odoo.addons.amazon_order_import.models.invoicing.amazon_invoice_upload_sending"
    )
    def test_bounded_run(self):
        with patch.object(queue, "UPLOADS_PER_RUN", 1):
            first = self.sell()
            self.order(MFN, {"item-price": "10.00"}, ref="302-0000001-0000002")
            self.tell(
                vat_row(
                    item="10.00 1.60",
                    order_id="302-0000001-0000002",
                    shipping_id="2",
                    transaction_id="2",
                )
            )
            finished = self.env["amazon.invoice.upload"]._run(
                self.account, lambda done=0: 60
            )
            self.assertFalse(finished)
            self.assertEqual((first.state, len(self.amazon.sent)), ("sent", 1))

    # === RIGHTS AND WARNINGS === #

    def test_lowest_rights(self):
        upload = self.sell()
        user = new_test_user(
            self.env, "u", "base.group_user,amazon_order_import.group_amazon_user"
        )
        accountant = new_test_user(
            self.env, "acc", "base.group_user,account.group_account_invoice"
        )
        salesman = new_test_user(
            self.env, "sal", "base.group_user,sales_team.group_sale_salesman"
        )
        for login in (user, accountant):
            seen = upload.with_user(login)
            Form(seen)
            seen.action_set_aside()
            seen.action_upload()
            self.assertEqual(seen.state, "queued")
            with self.assertRaises(AccessError):
                seen.write({"state": "accepted"})
        Form(upload.move_id.with_user(accountant))
        upload.move_id.with_user(accountant).action_view_amazon_uploads()
        with self.assertRaises(AccessError):
            upload.with_user(salesman).action_upload()

    def test_warnings_at_set_up(self):
        self.assertFalse(self.account.invoice_upload_warning)
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        journal.code = "R E"
        self.company.report_footer = "Bank: DE89 3704 0044 0532 0130 00"
        self.account.invalidate_recordset(["invoice_upload_warning"])
        warning = self.account.invoice_upload_warning
        self.assertIn(journal.name, warning)
        self.assertIn("bank account number", warning)

    def test_problems(self):
        for text, code in (
            ("79513: Please provide metadata:shippingid", "79513"),
            ("FeatureNotAvailable Invoice Upload API is in beta", "79509"),
            ("MarketplaceIDInputError", "79523"),
            ("TotalVATAmount does not match", "amounts_differ"),
            ("TotalAmountMismatch: 1.00 is not 2.00", "amounts_differ"),
            ("An invoice was already uploaded", "already_uploaded"),
            ("Something else", "unknown"),
            ("79998", "79998"),
        ):
            with self.subTest(text):
                problem = find_problem(text)
                self.assertEqual(problem.code, code)
                self.assertEqual(get_problem(code).explanation, problem.explanation)
                self.assertTrue(problem.advice.endswith("."))
        content = RESULT.format(code="79513", text="Please provide").encode()
        self.assertEqual(read_result(content), ["1 79513 Error Please provide"])
        good = b"Feed Processing Summary:\n\tNumber of records successful\t\t1\n"
        self.assertEqual(read_result(good), [])
