"""Behaviour that the review asks for and the addon does not have yet.

Not collected by its name; each test moves to the file of its subject with its fix.
"""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .test_upsert import MFN, REF, UpsertCase


@tagged("post_install", "-at_install")
class TestDifferences(UpsertCase):
    """A difference is told once, and the newest word of Amazon's counts."""

    def test_older_report_does_not_undo_newer(self):
        """A file of Monday, processed after that of Tuesday, takes nothing back."""
        create = self.env["amazon.report"].create_from_file
        reports = [
            create(
                self.account,
                MFN,
                f"{price}.txt",
                self.make_file(MFN, {"item-price": price}),
            )
            for price in ("19.99", "17.99")
        ]
        monday = fields.Datetime.now() - timedelta(days=2)
        for days, report in enumerate(reports):
            report.date_from = monday + timedelta(days=days - 1)
            report.date_to = monday + timedelta(days=days)
        reports[1].process()
        reports[0].process()
        self.assertEqual(self.get_order(REF).amount_total, 17.99)
