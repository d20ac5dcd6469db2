import base64
import gzip
import hashlib
import os
import time
import tracemalloc
from itertools import count
from types import SimpleNamespace
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged

from ..order.upsert_case import MFN, UpsertCase

PROCESSING = "odoo.addons.amazon_order_import.models.report.amazon_report_processing"
PREVIEW = "odoo.addons.amazon_order_import.models.report.amazon_report_preview"


@tagged("post_install", "-at_install")
class TestLimits(UpsertCase):
    """Nobody waits for a file that blows up, and nothing of it is lost."""

    def upload(self, content, kind=MFN):
        upload = self.env["amazon.report.upload"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "filename": "orders.txt",
                "file": base64.b64encode(content),
            }
        )
        report = self.env["amazon.report"].browse(upload.action_upload()["res_id"])
        return upload, report

    def orders(self, count):
        return [{"order-id": f"302-0000002-{n:07}"} for n in range(count)]

    def triggers(self):
        cron = self.env.ref("amazon_order_import.ir_cron_process_reports")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def test_few_bytes_that_are_many_rows_are_left_to_the_background(self):
        head, row = self.make_file(MFN, {}).splitlines(keepends=True)
        bomb = gzip.compress(head + row * 40_000)
        self.assertLess(len(bomb), 50_000)
        before = self.triggers()
        start = time.monotonic()
        upload, report = self.upload(bomb)
        self.assertLess(time.monotonic() - start, 5)
        self.assertEqual(report.state, "ready")
        self.assertFalse(report.row_ids)
        self.assertEqual(self.triggers(), before + 1, "At once, not some day")
        with patch(f"{PREVIEW}.PREVIEWED_LINES", 10_000):
            with self.assertRaisesRegex(UserError, "too long for a preview"):
                upload.action_preview()
            with self.assertRaisesRegex(UserError, "too long for a preview"):
                report.action_preview()

    def test_a_small_file_is_read_while_somebody_waits(self):
        before = self.triggers()
        _upload, report = self.upload(gzip.compress(self.make_file(MFN, {})))
        self.assertEqual(report.state, "done")
        self.assertEqual(self.triggers(), before)

    def test_what_takes_too_long_goes_on_in_the_background(self):
        before = self.triggers()
        with (
            patch(f"{PROCESSING}.BATCH_ROWS", 2),
            patch(f"{PROCESSING}.WAITED_SECONDS", 0.001),
        ):
            _upload, report = self.upload(self.make_file(MFN, *self.orders(3)))
        self.assertEqual(
            (report.state, report.next_row, report.row_count), ("processing", 2, 3)
        )
        self.assertEqual(self.triggers(), before + 1)
        report.process()
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created"] * 3)

    def test_a_preview_ends_in_time(self):
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "orders.txt", self.make_file(MFN, *self.orders(3))
        )
        with (
            patch(f"{PROCESSING}.BATCH_ROWS", 2),
            patch(f"{PREVIEW}.WAITED_SECONDS", -1),
        ):
            result = report.preview(max_rows=3)
            self.assertEqual((result["complete"], len(result["rows"])), (False, 2))
            self.assertTrue(report.preview()["complete"])

    def test_blanks_are_refused_at_once(self):
        for blanks in (b"\r" * 50_000_000, gzip.compress(b"\n" * 50_000_000)):
            start = time.process_time()
            report = self.env["amazon.report"].create_from_file(
                self.account, MFN, "blank.txt", blanks
            )
            report.process()
            self.assertEqual(report.failure_code, "empty_file")
            self.assertLess(time.process_time() - start, 10)

    def test_a_giant_cell_is_an_error_of_its_row(self):
        good, bad = self.orders(2)
        content = self.make_file(MFN, good, {**bad, "product-name": "x" * 40_000})
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "orders.txt", content
        )
        report.process()
        self.assertEqual(self.outcomes(report), ["created", "error"])
        self.assertEqual(report.row_ids[1].code, "oversized_cell")
        self.assertIn("product-name", report.row_ids[1].message)


@tagged("post_install", "-at_install")
class TestArchive(UpsertCase):
    """Documents go to the archive piece by piece."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.numbers = count()

    def fetch(self, content, times=1):
        def download(_document, target, restricted):
            for _ in range(times):
                target.write(content)
            return SimpleNamespace(charset="utf-8")

        report = self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": MFN,
                "amazon_report_id": f"R{next(self.numbers)}",
                "amazon_document_id": "D1",
            }
        )
        report._fetch(SimpleNamespace(download_report_document=download))
        self.env.flush_all()
        self.env.invalidate_all()
        return report

    def test_a_long_document_is_never_whole_in_memory(self):
        piece = os.urandom(1 << 20)
        tracemalloc.start()
        try:
            report = self.fetch(piece, 64)
            self.assertLess(tracemalloc.get_traced_memory()[1], 16 << 20)
        finally:
            tracemalloc.stop()
        self.assertEqual(report.file_size, 64 << 20)
        whole = piece * 64
        self.assertEqual(report.checksum, hashlib.sha256(whole).hexdigest())
        attachment = report._find_attachment()
        self.assertEqual(attachment.checksum, hashlib.sha1(whole).hexdigest())
        self.assertEqual(attachment.raw, whole)
        self.assertFalse(attachment.index_content)
        folder = os.path.dirname(attachment._full_path(attachment.store_fname))
        self.assertFalse([name for name in os.listdir(folder) if "tmp" in name])

    def test_the_same_document_again(self):
        content = self.make_file(MFN, {})
        first, second = self.fetch(content), self.fetch(content)
        self.assertEqual(second.same_file_id, first)
        self.assertEqual(
            first._find_attachment().store_fname, second._find_attachment().store_fname
        )
        second.process()
        self.assertEqual(self.outcomes(second), ["created"])

    def test_an_empty_document_is_no_report(self):
        report = self.fetch(b"")
        report.process()
        self.assertEqual((report.state, report.failure_code), ("failed", "empty_file"))

    def test_other_storages_take_bytes(self):
        self.env["ir.config_parameter"].sudo().set_param("ir_attachment.location", "db")
        report = self.fetch(self.make_file(MFN, {}))
        self.assertFalse(report._find_attachment().store_fname)
        report.process()
        self.assertEqual(report.state, "done")

    def test_a_full_disk_leaves_no_half_file(self):
        content = os.urandom(4096)
        full = OSError(28, "No space left on device")
        with patch("os.replace", side_effect=full):
            report = self.fetch(content)
        self.assertEqual(report.state, "requested")
        self.assertIn("No space left on device", report.last_error)
        self.assertTrue(report.next_attempt)
        name = hashlib.sha1(content).hexdigest()
        path = self.env["ir.attachment"]._full_path(f"{name[:2]}/{name}")
        self.assertFalse(os.path.exists(path))
        self.assertFalse(
            [name for name in os.listdir(os.path.dirname(path)) if "tmp" in name]
        )
