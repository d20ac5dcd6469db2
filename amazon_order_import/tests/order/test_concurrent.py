from psycopg2.errors import UniqueViolation

from odoo.tests import tagged

from .rows_case import MFN, REF, RowsCase


@tagged("post_install", "-at_install")
class TestConcurrent(RowsCase):
    """Rows that collide with another worker come in without anybody's help."""

    def process_ready(self):
        self.env["amazon.report"]._process_ready(lambda *_counts: 60)

    def test_settle_by_themselves(self):
        other = "302-0000001-0000002"
        with self.make_bad(REF, UniqueViolation()):
            report = self.import_lines(
                MFN,
                {},
                {"order-id": other},
                {"order-id": "302-0000003-0000003", "sku": "NEW"},
            )
        self.assertEqual(self.outcomes(report), ["waiting", "created", "waiting"])
        self.assertIn("by itself", report.row_ids.sorted("number")[0].message)
        self.process_ready()
        self.assertEqual(self.outcomes(report), ["created", "created", "waiting"])
        self.assertEqual(self.get_order(REF).state, "sale")
        # What waits for something else is not tried again and again.
        processed = report.processed_at = "2026-10-01 08:00:00"
        self.process_ready()
        self.assertEqual(str(report.processed_at), processed)

    def test_order_of_the_other_worker(self):
        with self.make_bad(REF, UniqueViolation()):
            report = self.import_lines(MFN, {})
        self.import_lines(MFN, {})
        self.process_ready()
        self.assertEqual(report.state, "done")
        self.assertEqual(len(self.get_order(REF)), 1)

    def test_report_that_a_person_took_out(self):
        with self.make_bad(REF, UniqueViolation()):
            report = self.import_lines(MFN, {})
        report.action_skip()
        self.process_ready()
        self.assertFalse(self.get_order(REF))
