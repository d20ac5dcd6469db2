import base64
import io
import os
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.report import amazon_report_processing
from ..report.test_cron import REPORT_LOGGER
from .rows_case import FBA, MFN, REF, RowsCase, refs


@tagged("post_install", "-at_install")
class TestProcessing(RowsCase):
    """A report of orders as a whole: processed, again, interrupted, skipped."""

    # === THE REPORT === #

    def test_one_outcome_per_row(self):
        rows = [{"order-id": ref} for ref in refs(4)] + [
            {"sku": "NEW", "order-item-id": "2"},
            {"item-price": "abc", "order-item-id": "3"},
            {"quantity-purchased": 0, "order-item-id": "4", "item-price": "0.00"},
            {"sales-channel": "Non-Amazon", "order-item-id": "5"},
        ]
        with patch.object(amazon_report_processing, "BATCH_ROWS", 3):
            report = self.import_lines(MFN, *rows)
        self.assertEqual(
            report.row_ids.sorted("number").mapped("number"), [*range(1, 9)]
        )
        self.assertEqual(
            self.outcomes(report),
            ["created"] * 4 + ["waiting", "error", "cancelled", "ignored"],
        )
        counters = (
            report.created_count,
            report.updated_count,
            report.unchanged_count,
            report.cancelled_count,
            report.ignored_count,
            report.waiting_count,
            report.error_count,
        )
        self.assertEqual(counters, (4, 0, 0, 1, 1, 1, 1))
        self.assertEqual(sum(counters), report.row_count)
        for row in report.row_ids:
            self.assertTrue(row.raw)
            if row.outcome != "created":
                self.assertTrue(row.message)

    def test_process_again_on_done_changes_nothing(self):
        report = self.import_lines(MFN, *({"order-id": ref} for ref in refs(3)))
        orders = report.row_ids.sale_order_id
        lines = orders.order_line
        stamp = max(lines.mapped("write_date"))
        for _attempt in range(2):
            report._process_again()
            report.process()
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        self.assertEqual(report.row_ids.sale_order_id.order_line, lines)
        self.assertEqual(max(lines.mapped("write_date")), stamp)

    def test_process_on_done_does_nothing(self):
        report = self.import_lines(MFN, {})
        stamp = report.processed_at
        report.process()
        self.assertEqual(report.processed_at, stamp)

    def test_deleted_order_comes_back(self):
        """Processing again brings nothing back that a person deleted: a report does."""
        self.account.order_workflow = "quotation"
        self.import_lines(MFN, {})
        self.get_order(REF).unlink()
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["created"])

    def test_skip(self):
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "a.txt", self.make_file(MFN, {})
        )
        report.action_skip()
        report.process()
        self.assertEqual(report.state, "skipped")
        self.assertFalse(report.row_ids)
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")
        with self.assertRaises(UserError):
            report.action_skip()

    def test_requested_report_cannot_be_processed(self):
        report = self.env["amazon.report"].create(
            {"account_id": self.account.id, "kind": MFN}
        )
        self.assertEqual(report.state, "requested")
        report.process()
        self.assertEqual(report.state, "requested")
        with self.assertRaises(UserError):
            report._process_again()

    def test_refused_file_then_the_right_one(self):
        wrong = self.import_file(MFN, b"<html>Sign in</html>")
        self.assertEqual(wrong.state, "failed")
        self.assertTrue(wrong.failure_reason)
        self.assertFalse(wrong.row_ids)
        wrong._process_again()
        self.assertEqual(wrong.state, "ready")
        wrong.process()
        self.assertEqual(wrong.state, "failed")
        right = self.import_lines(MFN, {})
        self.assertEqual(right.state, "done")

    def test_kind_mixed_up(self):
        report = self.import_file(MFN, self.make_file(FBA, {}))
        self.assertEqual(report.state, "failed")
        self.assertFalse(report.row_ids)

    def test_download(self):
        content = self.make_file(MFN, {})
        report = self.import_file(MFN, content, name="Oktober 50% #1?/a&b.txt")
        action = report.action_download()
        path, _question, query = action["url"].partition("?")
        self.assertEqual(query, "download=true")
        self.assertNotIn("#", path)
        self.assertEqual(len(path.split("/")), 7, path)
        record = self.env["ir.binary"]._find_record(
            res_model="amazon.report", res_id=report.id, field="file"
        )
        self.assertEqual(base64.b64decode(record.file), content)

    def test_file_gone(self):
        """A file that the disk has lost is a reason, not a crash of the queue."""
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "a.txt", self.make_file(MFN, {})
        )
        lost = patch.object(
            type(report),
            "_open_file",
            side_effect=FileNotFoundError("no such file"),
        )
        with lost, mute_logger(REPORT_LOGGER):
            report.process()
        self.assertEqual(report.state, "failed")
        self.assertTrue(report.failure_reason)

    def test_resume(self):
        """Processing goes on where it stopped, and repeats nothing."""
        report = self.env["amazon.report"].create_from_file(
            self.account,
            MFN,
            "a.txt",
            self.make_file(MFN, *({"order-id": ref} for ref in refs(6))),
        )
        with patch.object(amazon_report_processing, "BATCH_ROWS", 2):
            batches = report._process_batches()
            self.assertEqual(next(batches), 2)
            batches.close()
            self.assertEqual((report.state, report.next_row), ("processing", 2))
            self.assertEqual(report.progress, 100 * 2 / 6)
            self.assertEqual(sum(report._process_batches()), 4)
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created"] * 6)

    def test_file_is_closed(self):
        opened = []
        original = type(self.env["amazon.report"])._open_file

        def open_file(report):
            opened.append(original(report))
            return opened[-1]

        with patch.object(type(self.env["amazon.report"]), "_open_file", open_file):
            self.import_lines(MFN, {})
            self.import_file(MFN, b"nonsense")
        self.assertEqual(len(opened), 2)
        self.assertTrue(all(stream.closed for stream in opened))
        self.assertTrue(all(isinstance(stream, io.IOBase) for stream in opened))
        self.assertTrue(os.path.exists(opened[0].name))

    def test_confirming_by_hand_settles_the_report(self):
        """The to-do list of reports empties as people do what it asks for."""
        report = self.import_lines(MFN, {"item-price": "0.00"})
        self.assertEqual(report.state, "attention")
        self.get_order(REF).action_confirm()
        self.assertEqual(report.state, "done")
        self.assertFalse(report.row_ids.needs_attention)

    def test_cancelling_by_hand_settles_the_report(self):
        report = self.import_lines(MFN, {"item-price": "0.00"})
        self.get_order(REF).action_cancel()
        self.assertEqual(report.state, "done")
