from datetime import timedelta

from odoo.tests import tagged

from .vat_document_case import KIND, ORDER, VatDocumentCase
from .vat_files import vat_file


@tagged("post_install", "-at_install")
class TestVatRows(VatDocumentCase):
    """Rows of overlapping and later files: the same document, told again."""

    def test_number_told_later(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        early = self.import_vat({"item": "100.00 19.00", "vat_invoice_number": "N/A"})
        self.assertEqual(self.codes(early), ["number_pending"])
        self.assertFalse(self.document("N/A"))
        self.assertIn("do not invoice", early.row_ids.message)
        late = self.import_vat({"item": "100.00 19.00"})
        self.assertEqual(self.codes(late), ["created"])
        self.assertEqual(self.codes(early), ["settled_elsewhere"])
        self.assertEqual(early.row_ids.vat_document_id, self.document())
        self.assertEqual(early.state, "done")

    def test_number_told_before(self):
        """Files come in any order: the one with the number may be there already."""
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        self.import_vat({"item": "100.00 19.00"})
        late = self.import_vat({"item": "100.00 19.00", "vat_invoice_number": "N/A"})
        self.assertEqual(self.codes(late), ["settled_elsewhere"])
        self.assertEqual(self.outcomes(late), ["unchanged"])
        self.assertEqual(late.row_ids.vat_document_id, self.document())
        self.assertEqual(late.state, "done")
        # Another amount is another document, whose number is still to come.
        other = self.import_vat({"item": "50.00 9.50", "vat_invoice_number": "N/A"})
        self.assertEqual(self.codes(other), ["number_pending"])

    def test_number_of_a_correction_told_later(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        corrected = {
            "item": "99.98 19.02",
            "is_invoice_corrected": "TRUE",
            "original_vat_invoice_number": "DE60001TEST11I",
        }
        early = self.import_vat(
            {"item": "100.00 19.00"}, {**corrected, "vat_invoice_number": "N/A"}
        )
        self.assertEqual(self.codes(early), ["created", "number_pending"])
        late = self.import_vat({**corrected, "vat_invoice_number": "DE60002TEST11I"})
        self.assertEqual(self.codes(late), ["created"])
        self.assertEqual(self.codes(early), ["created", "settled_elsewhere"])
        self.assertEqual(early.state, "done")

    def test_number_and_order_told_later(self):
        early = self.import_vat({"item": "100.00 19.00", "vat_invoice_number": ""})
        late = self.import_vat({"item": "100.00 19.00"})
        self.assertEqual(self.codes(early), ["settled_elsewhere"])
        self.assertEqual(self.codes(late), ["order_pending"])
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        self.assertEqual(self.outcomes(late), ["created"])

    def test_changed_by_a_later_report(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        first = self.import_vat({"item": "100.00 19.00"})
        second = self.import_vat({"item": "99.98 19.02"})
        self.assertEqual(self.outcomes(second), ["updated"])
        self.assertIn("19.02", second.row_ids.message)
        self.assertEqual(self.document().amount_tax, 19.02)
        self.assertAlmostEqual(self.get_order(ORDER).amount_tax, 19.02, 2)
        # The older report, processed again, does not set it back.
        first.row_ids.outcome = "waiting"
        first._process_again()
        first.process()
        self.assertEqual(self.codes(first), ["outdated"])
        self.assertEqual(self.document().amount_tax, 19.02)

    def test_report_asked_for_again(self):
        """What Amazon said last counts, also in a report that Odoo had first."""
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        again = self.env["amazon.report"].create_from_file(
            self.account, KIND, "vcs.csv", vat_file({"item": "99.98 19.02"})
        )
        other = self.import_vat({"item": "100.00 19.00"})
        again.asked_at = other.create_date + timedelta(hours=1)
        again.process()
        self.assertEqual(self.outcomes(again), ["updated"])
        self.assertEqual(self.document().amount_tax, 19.02)
        # And what it said before that does not come back.
        other.row_ids.outcome = "waiting"
        other._process_again()
        other.process()
        self.assertEqual(self.codes(other), ["outdated"])
        self.assertEqual(self.document().amount_tax, 19.02)

    def test_equal_rows_of_one_shipment(self):
        self.import_lines(
            "mfn_orders_eu",
            {"item-price": "119.00"},
            {"item-price": "119.00", "order-item-id": "10000000000002"},
        )
        row = {"item": "100.00 19.00"}
        report = self.import_vat(row, row)
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(self.document().amount_total, 238.0)
        self.assertEqual(len(self.document().line_ids.sale_line_id), 2)
        self.assertEqual(
            self.outcomes(self.import_vat(row, row)), ["unchanged", "unchanged"]
        )
        self.assertEqual(self.document().amount_total, 238.0)

    def test_rows_of_one_sku_in_another_order(self):
        """Two items of a SKU at different prices: nothing changed, nor is swapped."""
        self.import_lines(
            "mfn_orders_eu",
            {"item-price": "119.00"},
            {"item-price": "107.10", "order-item-id": "10000000000002"},
        )
        first, second = {"item": "100.00 19.00"}, {"item": "90.00 17.10"}
        self.import_vat(first, second)
        lines = self.document().line_ids
        for rows in ((second, first), (second,), (first, second)):
            again = self.import_vat(*rows)
            self.assertEqual(set(self.outcomes(again)), {"unchanged"})
        self.assertEqual(lines.mapped("item_net"), [100.0, 90.0])
        # One that is new stands between them.
        report = self.import_vat(second, {"item": "80.00 15.20"}, first)
        self.assertEqual(self.outcomes(report), ["unchanged", "created", "unchanged"])
        self.assertEqual(self.document().line_ids.mapped("item_net"), [100, 90, 80])

    def test_rows_that_are_no_sale(self):
        report = self.import_vat(
            {"transaction_type": "FC_TRANSFER", "order_id": "", "currency": ""},
            {"transaction_type": "inbound", "vat_invoice_number": "N/A"},
            {"order_id": "S01-1234567-1234567", "vat_invoice_number": "N/A"},
            {"order_id": "S01-1234567-1234567", "item": "100.00 19.00"},
            {"transaction_type": "LIQUIDATION_SALE", "item": "100.00 19.00"},
        )
        self.assertEqual(
            self.codes(report),
            ["no_sale", "no_sale", "multi_channel", "multi_channel", "bad_transaction"],
        )
        self.assertEqual(self.outcomes(report)[:4], ["ignored"] * 4)
        self.assertTrue(all(report.row_ids.mapped("message")))
        self.assertFalse(self.env["amazon.vat.document"].search([]))
        self.assertFalse(report.vat_totals_differ)

    def test_not_invoiced_by_amazon(self):
        report = self.import_vat(
            {"vat_invoice_number": "N/A", "is_amazon_invoiced": "false"}
        )
        self.assertEqual(self.codes(report), ["number_pending"])
        self.assertIn("invoice the order yourself", report.row_ids.message)

    def test_lines_of_other_days_and_transactions(self):
        """What only some lines of a document say is no change when read again."""
        self.import_lines(
            "mfn_orders_eu",
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        mug = {"item": "100.00 19.00"}
        lamp = {
            "item": "50.00 9.50",
            "sku": "LAMP-1",
            "shipment_date": "07-Oct-2026 UTC",
            "transaction_id": "Dbbb",
            "shipment_id": "Dbbb",
        }
        self.import_vat(mug, lamp)
        for rows in ((mug, lamp), (lamp, mug), (lamp,)):
            self.assertEqual(set(self.outcomes(self.import_vat(*rows))), {"unchanged"})
        self.assertEqual(str(self.document().date), "2026-10-06")
        self.assertEqual(self.document().shipment_ref, "Daaa")
        changed = self.import_vat({**mug, "invoice_url": "https://amazon.de/new"})
        self.assertEqual(self.outcomes(changed), ["updated"])

    def test_correction_in_overlapping_files(self):
        """A correction names the transaction of the invoice that it replaces."""
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        first = {"item": "100.00 19.00"}
        corrected = {
            "item": "99.98 19.02",
            "is_invoice_corrected": "TRUE",
            "vat_invoice_number": "DE60002TEST11I",
            "original_vat_invoice_number": "DE60001TEST11I",
        }
        self.assertEqual(
            self.outcomes(self.import_vat(first, corrected)), ["created", "created"]
        )
        for rows in ((corrected,), (corrected, first), (first, corrected)):
            again = self.import_vat(*rows)
            self.assertEqual(set(self.outcomes(again)), {"unchanged"})
            again._process_again()
            again.process()
        self.assertEqual(self.document().amount_total, 119.0)
        self.assertEqual(self.document("DE60002TEST11I").amount_tax, 19.02)
        self.assertEqual(len(self.document("DE60002TEST11I").line_ids), 1)
        self.assertAlmostEqual(self.get_order(ORDER).amount_tax, 19.02, 2)

    def test_bad_rows_leave_the_others_alone(self):
        self.import_lines("mfn_orders_eu", {"item-price": "119.00"})
        report = self.import_vat(
            {"item": "100.00 19.00"},
            {"item": "1.00 0.19", "currency": "XQX"},
            {"item": "1.00 0.19", "order_id": "302-0000009-0000009"},
            {"item": "1.00 0.19", "quantity": "many"},
        )
        self.assertEqual(
            self.codes(report),
            ["created", "unknown_currency", "other_order", "bad_number"],
        )
        self.assertTrue(all(report.row_ids[1:].mapped("message")))
        self.assertTrue(report.vat_totals_differ)
