from datetime import date, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from ...models.report import amazon_report_processing
from .vat_data import credit_row, vat_file, vat_row
from .vat_invoice_case import MFN, REF, VatInvoiceCase


@tagged("post_install", "-at_install")
class TestVatInvoiceAgain(VatInvoiceCase):
    """Amazon's figures before their order, told again, changed or cut off."""

    def test_data_before_their_order(self):
        document = self.tell(vat_row(item="119.00 19.01"), outcomes=["waiting"])
        report = document.report_id
        self.assertEqual((document.state, report.state), ("waiting", "attention"))
        self.assertIn("not in Odoo yet", report.row_ids.message)
        # Importing it without its order is for returns.
        self.assertEqual(report.row_ids.code, "vat_unknown_order")
        report.row_ids.action_import_without_order()
        self.assertEqual(report.row_ids.outcome, "waiting")
        order = self.order(MFN, {"item-price": "119.00"})
        self.assertEqual(document.sale_order_id, order)
        self.assertEqual(order.amount_tax, 19.01)
        self.assertEqual((self.outcomes(report), report.state), (["created"], "done"))
        self.env["amazon.vat.invoice.maker"].make_due(self.account, lambda done=0: 60)
        self.check_move(document, "out_invoice", 99.99, 19.01, 119.0)

    def test_same_file_twice(self):
        order = self.order(MFN, {"item-price": "119.00"})
        row = vat_row(item="119.00 19.00")
        document = self.tell(row)
        self.assertEqual(self.tell(row, outcomes=["unchanged"]), document)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_file_of_another_account(self):
        """Uploaded for the wrong account of the company, nothing is invoiced twice."""
        order = self.order(MFN, {"item-price": "119.00"})
        row = vat_row(item="119.00 19.00")
        document = self.tell(row)
        other = self.account.copy({"name": "Other"})
        again = self.import_file("vcs_lite", vat_file(row), other)
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.assertEqual(again.row_ids.vat_invoice_id, document)
        self.assertEqual(document.account_id, self.account)
        self.assertEqual(len(order.invoice_ids), 1)

    def test_changed_figures(self):
        """An open document follows; one that is made is left to a person."""
        self.account.vat_invoice_policy = "manual"
        order = self.order(MFN, {"item-price": "119.00"})
        document = self.tell(vat_row(item="119.00 19.00"))
        self.assertIn("a person makes", document.state_note)
        self.tell(vat_row(item="119.00 19.01"), outcomes=["updated"])
        self.assertEqual((document.amount_tax, order.amount_tax), (19.01, 19.01))
        accountant = new_test_user(
            self.env, "acc", "base.group_user,account.group_account_invoice"
        )
        document.with_user(accountant).action_make_document()
        self.check_move(document, "out_invoice", 99.99, 19.01, 119.0)
        self.tell(vat_row(item="119.00 19.03"), outcomes=["waiting"])
        self.assertEqual(document.state, "attention")
        self.assertEqual(document.move_id.amount_tax, 19.01)
        self.assertIn("19.03", order.activity_ids.note)

    def test_report_asked_for_again(self):
        """What Amazon said last counts, not which report is the newer record."""
        self.account.vat_invoice_policy = "manual"
        self.order(MFN, {"item-price": "119.00"})
        again = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "again", vat_file(vat_row(item="119.00 19.01"))
        )
        document = self.tell(vat_row(item="119.00 19.00"))
        again.asked_at = document.report_id.asked_at + timedelta(hours=1)
        again.process()
        self.assertEqual(self.outcomes(again), ["updated"])
        self.assertEqual((document.amount_tax, document.report_id), (19.01, again))

    def test_older_data_that_come_later(self):
        self.account.vat_invoice_policy = "manual"
        self.order(MFN, {"item-price": "119.00"})
        document = self.tell(vat_row(item="119.00 19.01"))
        late = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "late", vat_file(vat_row(item="119.00 19.00"))
        )
        late.asked_at = document.report_id.asked_at - timedelta(hours=1)
        late.process()
        self.assertEqual(late.row_ids.mapped("code"), ["outdated"])
        self.assertEqual(document.amount_tax, 19.01)

    def test_correction_before_what_it_corrects(self):
        self.account.vat_invoice_policy = "manual"
        order = self.order(MFN, {"item-price": "119.00"})
        corrected = {
            "is_invoice_corrected": "true",
            "original_vat_invoice_number": "INV/1",
        }
        self.tell(vat_row("0.07", item="119.00 7.79", transaction_id="K2", **corrected))
        self.assertEqual(order.amount_tax, 7.79)
        self.tell(vat_row(item="119.00 19.00"))
        self.assertEqual(order.amount_tax, 7.79)

    def test_status_follows_where_the_figures_stand(self):
        self.order(MFN, {"item-price": "119.00"})
        row = vat_row(item="119.00 19.00")
        document = self.tell(row)
        self.tell({**row, "invoice-status": "Invoiced", "invoice-number": "X"})
        self.assertEqual(document.amazon_status, "Invoiced")
        self.assertEqual(document.invoice_number, "X")
        self.assertEqual(document.state, "invoiced")

    def test_drafts(self):
        self.account.vat_invoice_policy = "draft"
        self.order(MFN, {"item-price": "119.00"})
        document = self.tell(vat_row(item="119.00 19.00"))
        self.assertEqual(document.move_id.state, "draft")

    def test_quotation_waits_for_its_confirmation(self):
        self.account.order_workflow = "quotation"
        order = self.order(MFN, {"item-price": "119.00"})
        document = self.tell(vat_row(item="119.00 19.00"))
        self.assertEqual(document.state, "to_invoice")
        self.assertIn("confirm it", document.state_note)
        order.action_confirm()
        self.env["amazon.vat.invoice.maker"].make_due(self.account, lambda done=0: 60)
        self.check_move(document, "out_invoice", 100.0, 19.0, 119.0)

    def test_workflow_leaves_invoices_to_the_data(self):
        self.account.order_workflow = "paid"
        self.account.payment_journal_id = self.env["account.journal"].create(
            {"name": "Clearing", "code": "AMZC", "type": "bank"}
        )
        order = self.order(MFN, {"item-price": "119.00"})
        self.assertFalse(order.invoice_ids)
        self.assertIn("VCS Lite", order.amazon_workflow_note)
        document = self.tell(vat_row(item="119.00 19.00"))
        move = self.check_move(document, "out_invoice", 100.0, 19.0, 119.0)
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertFalse(order.amazon_workflow_note)

    def test_invoiced_before_the_data_came(self):
        """One with Amazon's amounts is taken, another one is left to a person."""
        good = self.order(MFN, {"item-price": "119.00"})
        bad = self.order(MFN, {"item-price": "119.00"}, ref="302-0000001-0000002")
        for order in (good, bad):
            order._create_invoices().action_post()
        taken, differs = self.tell(
            vat_row(item="119.00 19.00"),
            vat_row(
                item="119.00 19.01",
                order_id=bad.amazon_order_ref,
                shipping_id="2",
                transaction_id="2",
            ),
        )
        self.assertEqual((taken.state, taken.move_id), ("invoiced", good.invoice_ids))
        self.assertEqual(differs.state, "attention")
        self.assertEqual(len(bad.invoice_ids), 1)
        self.assertIn("19.01", differs.state_note)
        self.assertIn("19.01", bad.activity_ids[0].note)

    def test_item_that_is_not_in_the_order(self):
        self.order(MFN, {"item-price": "119.00"})
        document = self.tell(
            vat_row(item="10.00 1.60", order_item_id="x", sku="LAMP-1")
        )
        self.assertEqual(document.state, "attention")
        self.assertIn("1 × LAMP-1", document.state_note)

    def test_bad_rows(self):
        self.order(MFN, {"item-price": "119.00"})
        good = vat_row(item="119.00 19.00")
        self.tell(
            good,
            {
                **good,
                "shipping-id": "2",
                "transaction-id": "2",
                "item-vat-amount": "18.00",
            },
            {**good, "shipping-id": "3", "transaction-id": "3", "currency": "XXX"},
            {**good, "order-id": "S01-1234567-1234567"},
            {**good, "shipping-id": "4", "transaction-id": "4"},
            {
                **good,
                "shipping-id": "4",
                "transaction-id": "4",
                "quantity-purchased": "2",
            },
            outcomes=["created", "error", "error", "ignored", "error", "error"],
        )

    # === THE ARCHIVE === #

    def test_document_with_a_bad_row(self):
        """No invoice over some of the items: Amazon would refuse it."""
        self.order(
            MFN,
            {"item-price": "119.00"},
            {"order-item-id": "2", "sku": "LAMP-1", "item-price": "53.50"},
        )
        mug = vat_row(item="119.00 19.00")
        lamp = vat_row("0.07", item="53.50 3.50", sku="LAMP-1", order_item_id="2")
        bad = {**lamp, "quantity-purchased": "one"}
        wrong = {**lamp, "item-vat-excl-amount": "51.00"}
        for row in (bad, wrong):
            self.tell(row, mug, outcomes=["error", "created"])
            document = self.env["amazon.vat.invoice"].search([("order_ref", "=", REF)])
            self.assertEqual(
                (document.state, document.move_id.id), ("attention", False)
            )
            self.assertIn("not complete", document.state_note)
            self.assertTrue(document.row_ids.report_id.undo()["records_removed"])
        self.tell(bad, mug)
        document = self.tell(mug, lamp)
        self.assertEqual(len(document), 1)
        self.check_move(document, "out_invoice", 150.0, 22.5, 172.5)

    def test_cut_off_and_told_again(self):
        """A row cut off holds its document back until a report tells all of it."""
        self.order(
            MFN,
            {"item-price": "119.00"},
            {"order-item-id": "2", "sku": "LAMP-1", "item-price": "53.50"},
        )
        whole = vat_file(
            vat_row(item="119.00 19.00"),
            vat_row("0.07", item="53.50 3.50", sku="LAMP-1", order_item_id="2"),
        )
        broken = [
            self.import_file("vcs_lite", whole[: whole.rindex(b"82349303341") + size])
            for size in (-45, -5, 3, 80)
        ]
        for report in broken:
            self.assertEqual(self.outcomes(report)[1], "error")
        document = broken[0].row_ids.vat_invoice_id
        self.assertEqual((document.state, document.move_id.id), ("attention", False))
        report = self.import_file("vcs_lite", whole)
        self.assertEqual(self.outcomes(report), ["unchanged", "created"])
        self.check_move(document, "out_invoice", 150.0, 22.5, 172.5)
        self.assertEqual({report.state for report in broken}, {"done"})

    def test_not_made_while_its_report_is_read(self):
        """The scheduled action that makes documents may run between two batches."""
        self.order(
            MFN,
            {"item-price": "119.00"},
            {"order-item-id": "2", "sku": "LAMP-1", "item-price": "53.50"},
        )
        content = vat_file(
            vat_row(item="119.00 19.00"),
            vat_row("0.07", item="53.50 3.50", sku="LAMP-1", order_item_id="2"),
        )
        report = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "vidr.txt", content
        )
        with patch.object(amazon_report_processing, "BATCH_ROWS", 1):
            for _rows in report._process_batches():
                self.env["amazon.vat.invoice.maker"].make_due(
                    self.account, lambda done=0, remaining=None: 60
                )
        document = report.row_ids.vat_invoice_id
        self.check_move(document, "out_invoice", 150.0, 22.5, 172.5)
        self.assertEqual(len(document.sale_order_id.invoice_ids), 1)

    def test_preview_and_undo(self):
        order = self.order(MFN, {"item-price": "119.00"})
        self.account.vat_invoice_policy = "manual"
        report = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "x.txt", vat_file(vat_row(item="119.00 19.00"))
        )
        self.assertEqual(report.preview()["totals"], {"created": 1})
        self.assertFalse(order.amazon_vat_invoice_ids)
        report.process()
        self.assertEqual(len(order.amazon_vat_invoice_ids), 1)
        result = report.undo()
        self.assertEqual((result["records_removed"], result["kept"]), (1, []))
        self.assertFalse(order.amazon_vat_invoice_ids)
        report._process_again()
        report.process()
        order.amazon_vat_invoice_ids.action_make_document()
        self.assertIn("Invoiced", report.undo()["kept"][0]["reason"])
        self.assertTrue(order.amazon_vat_invoice_ids)

    def test_preview_makes_no_document(self):
        order = self.order(MFN, {"item-price": "119.00"})
        report = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "x.txt", vat_file(vat_row(item="119.00 19.00"))
        )
        self.assertEqual(report.preview()["totals"], {"created": 1})
        self.assertFalse(order.invoice_ids)

    def test_amazon_user_sees_but_changes_nothing(self):
        order = self.order(MFN, {"item-price": "119.00"})
        document = self.tell(vat_row(item="119.00 19.00"))
        user = new_test_user(
            self.env, "u", "base.group_user,amazon_order_import.group_amazon_user"
        )
        seen = document.with_user(user)
        self.assertEqual(seen.read(["amount_total"])[0]["amount_total"], 119.0)
        Form(seen)
        action = order.with_user(user).action_view_amazon_vat_invoices()
        self.assertEqual(
            self.env["amazon.vat.invoice"].with_user(user).search(action["domain"]),
            document,
        )
        for call in (seen.action_make_document, seen.unlink):
            with self.assertRaises(AccessError):
                call()

    @freeze_time("2026-10-20 22:30:00")
    def test_dates_are_those_of_the_company(self):
        """Shipped at half past ten UTC: the day after in Berlin."""
        self.order(MFN, {"item-price": "119.00"})
        sold, returned = self.tell(
            vat_row(item="119.00 19.00", shipment_date="2026-10-06T22:30:00+00:00"),
            credit_row(item="-119.00 -19.00"),
        )
        self.assertEqual(sold.move_id.invoice_date, date(2026, 10, 7))
        self.assertEqual(sold.move_id.delivery_date, date(2026, 10, 7))
        self.assertEqual(returned.move_id.invoice_date, date(2026, 10, 21))
