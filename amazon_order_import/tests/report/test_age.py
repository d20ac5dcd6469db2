from datetime import datetime, timedelta

from odoo.tests import tagged

from ..common import AmazonCase

NOON = datetime(2026, 10, 20, 12, 0)


@tagged("post_install", "-at_install")
class TestAge(AmazonCase):
    """Which report is the later one: that which Amazon made later."""

    def report(self, hour=None, **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": "vcs_invoices",
                "asked_at": hour is not None and NOON + timedelta(hours=hour),
                **values,
            }
        )

    def row(self, report, outcome="error"):
        return self.env["amazon.report.row"].create(
            {"report_id": report.id, "number": 1, "outcome": outcome}
        )

    def test_asked_again(self):
        """A report that is asked for again holds the latest word, whatever its id."""
        again, other = self.report(2), self.report(1)
        reports = again + other
        self.assertTrue(other._is_older_than(again))
        self.assertFalse(again._is_older_than(other))
        self.assertEqual(reports._get_latest(), again)
        self.assertEqual(reports._filter_older_than(again), other)
        self.assertFalse(reports._filter_older_than(other))
        self.assertFalse(reports._filter_older_than(self.env["amazon.report"]))
        self.assertFalse(self.env["amazon.report"]._get_latest())

    def test_same_moment(self):
        first, second = self.report(1), self.report(1)
        self.assertTrue(first._is_older_than(second))

    def test_file_brought_once_more(self):
        """A file by hand says nothing new the second time."""
        create = self.env["amazon.report"].create_from_file
        first = create(self.account, "vcs_invoices", "a.txt", b"same")
        between = self.report(0)
        between.asked_at = first.create_date + timedelta(seconds=1)
        second = create(self.account, "vcs_invoices", "a.txt", b"same")
        self.assertEqual(second.same_file_id, first)
        self.assertTrue(second._is_older_than(between))

    def test_unread_rows(self):
        """Rows count that could not be read in the latest report, or after it."""
        again, other = self.report(2), self.report(1)
        rows = self.row(again) + self.row(other)
        self.assertEqual(rows._filter_unread(), rows)
        self.assertEqual(rows._filter_unread(again), rows[0])
        self.assertEqual(rows._filter_unread(other), rows)
        self.assertEqual(rows._filter_older_than(again), rows[1])
        rows[0].outcome = "created"
        self.assertFalse(rows._filter_unread(again))

    def test_many_without_a_query_each(self):
        reports = self.env["amazon.report"].concat(
            *(self.report(hour) for hour in range(20))
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            self.assertEqual(len(reports._filter_older_than(reports[-1])), 19)
