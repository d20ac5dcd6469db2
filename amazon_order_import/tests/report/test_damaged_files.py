import importlib
import sys
import time
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

from odoo.tests import tagged

from ...report_formats import KINDS
from ..common import AmazonCase

#: Of processor time; the longest takes a fifth of it.
SECONDS = 60
ENDS = ("done", "attention", "failed")


@tagged("post_install", "-at_install")
class TestDamagedFiles(AmazonCase):
    """Whatever the damage: the import ends, says what became of each row, and no
    order is half of one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        root = Path(__file__).resolve().parents[3]
        if not (root / "tests" / "damaged_files.py").exists():
            cls.skipTest(cls, "tests/damaged_files.py is not beside the addon")
        with patch.object(sys, "path", [str(root), *sys.path]):
            cls.damaged_files = importlib.import_module("tests.damaged_files")
        cls.account.unknown_sku_policy = "create"

    def test_damaged_files(self):
        files = self.damaged_files.make_files(
            KINDS, self.damaged_files.file_count(80), rows=4
        )
        ended = set()
        for file in files:
            with self.subTest(file.name), self.env.cr.savepoint() as savepoint:
                start = time.process_time()
                report = self.import_file(file.kind, file.content)
                self.assertLess(time.process_time() - start, SECONDS)
                self.check_report(report)
                if KINDS[file.kind].row_format.is_sale:
                    self.check_orders(file, report)
                ended.add(report.state)
                savepoint.rollback()
            self.env.invalidate_all()
        self.assertEqual(ended, set(ENDS))

    def check_report(self, report):
        self.assertIn(report.state, ENDS)
        if report.state == "failed":
            self.assertTrue(report.failure_code)
            self.assertNotEqual(report.failure_code, "unexpected")
            self.assertGreater(len(str(report.failure_reason)), 20)
            self.assertFalse(report.row_ids.sale_order_id, "Half a file was read")
        for row in report.row_ids:
            self.assertTrue(row.outcome)
            if row.outcome in ("error", "waiting"):
                self.assertTrue(row.code)
                self.assertGreater(len(str(row.message)), 20)

    def check_orders(self, file, report):
        """Each order is one that the file tells of, with its amount."""
        if not file.cells_kept:
            return
        told = {}
        for row in file.rows:
            ref = next(cell for name, cell in row.items() if "order-id" in name)
            told.setdefault(ref, []).append(Decimal(row["item-price"]))
        for order in report.row_ids.sale_order_id:
            self.assertIn(order.amazon_order_ref, told)
            items = order.order_line.filtered(
                lambda line: line.amazon_line_type == "item"
            )
            amounts = [told[order.amazon_order_ref][0]]
            found = [Decimal(f"{line.price_total:.2f}") for line in items]
            net = [Decimal(f"{line.price_subtotal:.2f}") for line in items]
            self.assertIn(amounts, (found, net))
