from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from ...models.account.amazon_sending import MAX_ATTEMPTS
from ...models.invoicing import amazon_invoice_upload_sending as queue
from ...report_formats.upload_problems import find_problem, get_problem, read_result
from ...selling_partner.errors import (
    DataError,
    RoleMissingError,
    ThrottledError,
    UnavailableError,
)
from .upload_case import NOW, RESULT, UploadCase
from .vat_data import vat_file, vat_row
from .vat_invoice_case import MFN


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoiceUploadAnswers(UploadCase):
    """What Amazon says of uploads, failures on the way, rights and warnings."""

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
        for _attempt in range(MAX_ATTEMPTS + 3):
            self.amazon.errors = [UnavailableError("down", seconds=60)]
            self.later(minutes=5)
            self.run_queue()
        self.assertEqual((upload.state, upload.reason_code), ("failed", "given_up"))
        self.assertEqual(len(self.amazon.sent), MAX_ATTEMPTS)

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

    @mute_logger("odoo.addons.amazon_order_import.models.account.amazon_sending")
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
