from datetime import datetime

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...selling_partner.errors import UnavailableError
from .upload_case import NOW, RESULT, UploadCase
from .vat_data import credit_row, vat_row
from .vat_invoice_case import FBA, MFN, REF


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInvoiceUpload(UploadCase):
    """The way of a document to Amazon: once, and with Amazon's answer."""

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
        upload.due_at = "2026-10-01 12:00:00"
        self.assertTrue(upload.is_late)
        upload.action_set_aside()
        self.assertFalse(upload.is_late)
        self.run_queue()
        self.assertEqual(upload.state, "aside")
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
