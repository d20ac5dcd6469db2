# pylint: disable=translation-required
from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from ...messages import get_message, message
from ..fulfilment.cases import RETURN
from ..invoicing import vat_data, vat_files
from .privacy_case import (
    COMPANY,
    FBA_REF,
    MFN_REF,
    PERSON,
    SECRETS,
    PrivacyCase,
    ago,
)

LATER = {"order-id": "302-0000002-0000002", "order-item-id": "10000000000002"}


@tagged("post_install", "-at_install")
class TestNothingLeft(PrivacyCase):
    """After the period, database and filestore tell nothing of the buyers."""

    def setUp(self):
        super().setUp()
        # What is invoiced keeps its recipient; see the tests of contacts.
        self.account.vat_invoice_policy = "manual"
        self.assertEqual(self.find_in_database(SECRETS), {})

    def import_all(self):
        """Import the orders of the buyer, and whatever else tells of them."""
        mfn = self.mfn(
            {
                "gift-wrap-type": "Paper",
                "gift-wrap-price": "2.00",
                "gift-message-text": "Von Deinem Kratzbichler",
                "delivery-instructions": "Bei Zwiebelmayer klingeln",
            }
        )
        business = self.mfn(
            {**COMPANY, **LATER, "buyer-email": "q7x9secret2@marketplace.amazon.de"}
        )
        fba = self.fba()
        self.import_returns()
        control = self.import_lines(
            "all_orders",
            {"ship-city": "Nachtigallenstieg", "ship-postal-code": "80331"},
            {"amazon-order-id": FBA_REF, "customized-url": "https://x/Zwiebelmayer"},
        )
        vcs = self.import_file(
            "vcs_invoices",
            vat_files.vat_file(
                {
                    "order_id": FBA_REF,
                    "item": "16.80 3.19",
                    "invoice_correction_details": "Zwiebelmayer statt Meier",
                }
            ),
        )
        lite = self.import_file(
            "vcs_lite",
            vat_data.vat_file(
                vat_data.vat_row(
                    item="19.99 3.19", **{"recipient-name": "Walburga Zwiebelmayer"}
                )
            ),
        )
        return mfn | business | fba | control | vcs | lite

    def import_returns(self):
        columns = {**RETURN, "customer-comments": "Ruft an: 0171-5566778899"}
        content = "\n".join(map("\t".join, (columns, columns.values())))
        return self.import_file("fba_returns", content.encode())

    def let_people_work(self, order):
        """Have staff and the buyer write on an order, and labels be printed."""
        customer, picking = order.partner_id, order.picking_ids
        order.message_post(
            body="Frau Zwiebelmayer ruft an",
            message_type="comment",
            subject="Kratzbichler",
        )
        order.message_post(
            body="Antwort",
            message_type="email",
            author_id=customer.id,
            email_from=f"Zwiebelmayer <{PERSON['buyer-email']}>",
            incoming_email_to="Nachtigallenstieg <shop@example.com>",
        )
        order.message_post(
            body="Goods go to Walburga Zwiebelmayer",
            message_type="notification",
            attachments=[("order.txt", b"Nachtigallenstieg 77")],
        )
        order.activity_schedule(
            "mail.mail_activity_data_todo",
            summary="Call Quirin Zwiebelmayer",
            note="<p>+49 89 998877665</p>",
        )
        customer.with_context(tracking_disable=False).write(
            {"name": "Quirin Zwiebelmayer-Kratzbichler", "comment": "Nachtigallenstieg"}
        )
        self.env.cr.precommit.run()
        picking.message_post(
            body="Label", attachments=[("LabelDHL.pdf", b"%PDF Zwiebelmayer")]
        )
        picking.note = "<p>Hinterhaus bei Kratzbichler</p>"
        self.env["mail.mail"].create(
            {
                "mail_message_id": order.message_ids[:1].id,
                "email_to": PERSON["buyer-email"],
                "body_html": "Zwiebelmayer",
            }
        )

    def test_all_kinds_of_order(self):
        reports = self.import_all()
        order = self.get_order(MFN_REF)
        other = self.get_order(LATER["order-id"])
        self.deliver(order)
        self.deliver(other)
        self.let_people_work(order)
        self.age(reports, 60, "create_date")
        self.assertTrue(self.find_in_filestore(SECRETS))
        self.assertGreater(len(self.find_in_database(SECRETS)), 10)
        total = order.amount_total
        self.run_cron()
        self.assert_forgotten()
        for each in (order, other, self.get_order(FBA_REF)):
            self.assertTrue(each.amazon_forgotten_at)
            self.assertEqual(each.partner_shipping_id.country_id.code, "DE")
            self.assertEqual(each.partner_shipping_id.zip, "80")
        self.assertEqual(order.amount_total, total)
        self.assertEqual(set(reports.mapped("is_to_strip")), {False})
        self.assertTrue(all(reports.mapped("forgotten_at")))
        # A business keeps its name and its tax number.
        self.assertEqual(other.partner_id.name, COMPANY["buyer-company-name"])
        self.assertEqual(other.partner_id.vat, COMPANY["buyer-vat-number"])
        self.assertFalse(other.partner_id.street)
        log = self.env["amazon.privacy.log"].search([])
        self.assertEqual(sum(log.mapped("order_count")), 3)
        self.assertEqual(set(log.mapped("source")), {"schedule"})
        self.assertFalse(log.user_id)

    def test_files_of_uploads(self):
        upload = self.env["amazon.report.upload"].create(
            {
                "account_id": self.account.id,
                "kind": "mfn_orders_eu",
                "filename": "orders.txt",
                "file": b"WndpZWJlbG1heWVy",
            }
        )
        file = self.env["ir.attachment"].create(
            {
                "name": "Zwiebelmayer",
                "res_model": upload._name,
                "res_id": upload.id,
                "raw": b"Zwiebelmayer",
            }
        )
        self.age(upload, 2, "create_date")
        self.age(file, 2, "create_date")
        self.run_cron()
        self.assertFalse(upload.exists())
        self.assert_forgotten()

    def test_what_was_never_imported(self):
        report = self.mfn(
            {"sku": "NOBODY-KNOWS"}, {**LATER, "currency": "Zwiebelmayer"}
        )
        refused = self.env["amazon.report"].create_from_file(
            self.account, "mfn_orders_eu", "x.txt", b"Zwiebelmayer\n" * 5
        )
        refused.process()
        self.assertEqual(refused.state, "failed")
        self.assertIn("Zwiebelmayer", refused.failure_reason)
        told = get_message(refused, "failure_reason")
        refused._schedule_amazon_todo(
            self.env.user, message("todo_report_not_imported"), told
        )
        refused.message_post(body="Ask Zwiebelmayer", message_type="comment")
        self.run_cron()
        self.assertIn("Zwiebelmayer", self.read_file(report))
        self.age(report | refused, 31, "create_date")
        self.run_cron()
        self.assert_forgotten()
        self.assertIn("is no report", refused.failure_reason)
        self.assertFalse(refused._find_attachment())
        waiting = report.row_ids.sorted("number")[0]
        self.assertEqual(waiting.outcome, "waiting")
        self.assertEqual(waiting.raw["item-price"], "19.99")

    def test_limit_is_the_accounts(self):
        self.account.personal_data_days = 100
        self.assertTrue(self.account.personal_data_warning)
        self.fba(days=90)
        self.run_cron()
        self.assertFalse(self.get_order(FBA_REF).amazon_forgotten_at)
        self.account.personal_data_days = 30
        self.assertFalse(self.account.personal_data_warning)
        self.run_cron()
        self.assertTrue(self.get_order(FBA_REF).amazon_forgotten_at)


@tagged("post_install", "-at_install")
class TestDue(PrivacyCase):
    """When the personal data of an order are due."""

    def is_due(self, order):
        self.env.flush_all()
        return order in order._find_due_amazon_orders(self.account, 100, order.browse())

    def test_shipped_by_amazon(self):
        for days, is_due in ((34, False), (36, True)):
            self.fba(days, **{"amazon-order-id": f"305-0000001-00000{days}"})
            order = self.get_order(f"305-0000001-00000{days}")
            self.assertEqual(self.is_due(order), is_due, days)

    def test_arrival_that_amazon_tells_counts(self):
        self.fba(40, **{"estimated-arrival-date": ago(29)})
        self.assertFalse(self.is_due(self.get_order(FBA_REF)))

    def test_shipped_by_the_merchant(self):
        self.mfn()
        order = self.get_order(MFN_REF)
        self.age_order(order, 29)
        self.assertFalse(self.is_due(order))
        picking = self.deliver(order, 29)
        self.age_order(order)
        self.assertFalse(self.is_due(order))
        self.age(picking, 31, "date_done")
        self.assertTrue(self.is_due(order))

    def test_half_delivered_order_waits_for_the_rest(self):
        self.mfn({"quantity-purchased": "2"})
        order = self.get_order(MFN_REF)
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.move_ids.picked = True
        picking._action_done()
        self.assertEqual(len(order.picking_ids), 2)
        self.age(picking, 60, "date_done")
        self.assertFalse(self.is_due(order))

    def test_cancelled_and_never_shipped(self):
        self.mfn({}, {"order-id": "302-0000002-0000002", "order-item-id": "2"})
        cancelled = self.get_order(MFN_REF)
        cancelled._action_cancel()
        waiting = self.get_order("302-0000002-0000002")
        self.assertFalse(self.is_due(cancelled))
        for order in cancelled | waiting:
            self.age_order(order, 31)
            self.assertTrue(self.is_due(order))
        waiting.amazon_latest_delivery_date = fields.Datetime.now() + timedelta(days=1)
        self.age_order(waiting, 31)
        self.assertFalse(self.is_due(waiting))
