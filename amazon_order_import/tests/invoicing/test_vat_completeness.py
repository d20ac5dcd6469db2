from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ...models.report import amazon_report_processing
from .booking_case import KIND, BookingCase, credit_row
from .vat_files import vat_file


@tagged("post_install", "-at_install")
class TestVatCompleteness(BookingCase):
    """A document is booked once all of it is told and nothing is in the way."""

    def test_incomplete_until_a_report_tells_all(self):
        """Nothing is booked by half, wherever the file breaks off."""
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "107.00", "sku": "LAMP-1", "order-item-id": "2"},
            {"item-price": "53.50", "sku": "LAMP-1", "order-item-id": "3"},
        )
        other = {
            "item": "50.00 3.50",
            "tax_rate": "0.0700",
            "sku": "LAMP-1",
            "transaction_id": "Dbb",
            "shipment_id": "Dbb",
            "vat_invoice_number": "DE60002TEST11I",
        }
        lamp = {"item": "100.00 7.00", "sku": "LAMP-1", "tax_rate": "0.0700"}
        whole = vat_file(other, {"item": "100.00 19.00"}, lamp)
        broken = []
        place = whole.rindex(b"LAMP-1")
        for end in (place - 80, place - 40, place + 60, len(whole) - 20):
            for quote in (b'"', b""):
                content = whole[:end]
                broken.append(
                    self.import_file(KIND, content.replace(b'"', quote), name="cut.csv")
                )
        for report in broken:
            self.assertEqual(report.row_ids.sorted("number")[2].outcome, "error")
        self.assertEqual(self.document().entry_state, "failed")
        self.assertIn("not complete", self.document().entry_message)
        # What gives it back waits with it.
        self.report(credit_row(vat_invoice_number="DE60003TEST11C"))
        credit = self.document("DE60003TEST11C")
        self.assertEqual((credit.entry_state, credit.move_id.id), ("waiting", False))
        self.assertIn("DE60001TEST11I", credit.entry_message)
        # The other parcel has nothing to do with it.
        self.booked("DE60002TEST11I", 50.0, 3.5)
        self.import_file(KIND, whole, name="vcs.csv")
        invoice = self.booked("DE60001TEST11I", 200.0, 26.0)
        self.booked("DE60003TEST11C", 100.0, 19.0, reversed_entry_id=invoice)
        self.assertEqual(
            set(self.document().row_ids.mapped("code")) - {False}, {"settled_elsewhere"}
        )
        self.assertEqual({report.state for report in broken}, {"done"})

    def test_document_with_a_bad_row(self):
        """A document that lacks a row is not booked until a report tells it."""
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        mug, lamp = {"item": "100.00 19.00"}, {"item": "50.00 9.50", "sku": "LAMP-1"}
        bad = {**lamp, "quantity": "one"}
        for rows in ((mug, bad), (bad, mug)):
            with patch.object(amazon_report_processing, "BATCH_ROWS", 1):
                report = self.import_file(KIND, vat_file(*rows))
            self.assertEqual(set(self.outcomes(report)) - {"created"}, {"error"})
            document = self.document()
            self.assertEqual(document.entry_state, "failed", rows)
            self.assertFalse(document.move_id)
            self.assertIn("Request the report again", document.entry_message)
            report.undo()
            self.assertFalse(document.exists())
        self.import_file(KIND, vat_file(mug, bad))
        self.import_file(KIND, vat_file(mug, lamp))
        self.booked("DE60001TEST11I", 150.0, 28.5)

    def test_document_in_two_batches(self):
        """A document is booked once all its rows are read, wherever batches end."""
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        rows = (
            {"item": "100.00 19.00"},
            {"item": "50.00 9.50", "sku": "LAMP-1"},
            credit_row(),
        )
        with patch.object(amazon_report_processing, "BATCH_ROWS", 1):
            self.report(*rows)
        invoice = self.booked("DE60001TEST11I", 150.0, 28.5)
        self.booked("DE60002TEST11C", 100.0, 19.0, reversed_entry_id=invoice)

    def test_waits_for_its_order(self):
        self.import_file(KIND, vat_file({"item": "100.00 19.00"}))
        self.assertEqual(self.document().entry_state, "waiting")
        self.sell({"item-price": "119.00"})
        self.booked("DE60001TEST11I", 100.0, 19.0)

    def test_changed_after_booking(self):
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        report = self.import_file(KIND, vat_file({"item": "99.00 20.00"}))
        self.assertEqual(self.outcomes(report), ["updated"])
        document = self.document()
        self.assertEqual(document.entry_state, "difference")
        self.assertIn("20", document.entry_message)
        self.assertEqual(document.move_id.amount_tax, 19.0)
        with self.assertRaises(UserError):
            document.unlink()
        result = report.undo()
        self.assertEqual(len(result["kept"]), 1)

    def test_line_after_booking(self):
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        self.report({"item": "100.00 19.00"})
        self.booked("DE60001TEST11I", 100.0, 19.0)
        self.report({"item": "50.00 9.50", "sku": "LAMP-1"})
        document = self.document()
        self.assertEqual(document.amount_total, 178.5)
        self.assertEqual(document.entry_state, "difference")
        self.assertIn("LAMP-1", document.entry_message)
        document.move_id.button_draft()
        document.move_id.button_cancel()
        document.action_book()
        self.booked("DE60001TEST11I", 150.0, 28.5)

    def test_one_bad_document_leaves_the_others(self):
        self.sell({"item-price": "119.00"})
        self.report(
            {"item": "100.00 19.00"},
            {
                "item": "10.00 1.90",
                "sku": "NEVER-SOLD",
                "vat_invoice_number": "DE60002TEST11I",
                "transaction_id": "Dbbb",
            },
        )
        self.booked("DE60001TEST11I", 100.0, 19.0)
        bad = self.document("DE60002TEST11I")
        self.assertEqual(bad.entry_state, "failed")
        self.assertIn("NEVER-SOLD", bad.entry_message)

    def test_locked_period(self):
        self.company.fiscalyear_lock_date = "2026-10-31"
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "failed")
        self.assertIn("locked period", document.entry_message)
        self.assertTrue(document.sale_order_id.activity_ids)
        self.company.fiscalyear_lock_date = False
        document.action_book()
        self.booked("DE60001TEST11I", 100.0, 19.0)
