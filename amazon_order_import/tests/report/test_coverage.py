from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import tagged

from ...models.report.amazon_report_coverage import merge_periods, subtract_periods
from ..common import AmazonCase

MFN = "mfn_orders_eu"


def day(number, hour=0):
    return datetime(2026, 10, number, hour)


@tagged("post_install", "-at_install")
class TestCoverage(AmazonCase):
    """Which time no good report covers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("amazon_order_import.amazon_marketplace_de")
        cls.france = cls.env.ref("amazon_order_import.amazon_marketplace_fr")

    def add(self, start, end, state="done", **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": MFN,
                "state": state,
                "date_from": start,
                "date_to": end,
                **values,
            }
        )

    def uncovered(self, last_day=11, **options):
        return self.env["amazon.report"]._get_uncovered(
            self.account, MFN, day(1), day(last_day), **options
        )

    def test_gaps(self):
        self.assertEqual(self.uncovered(), [(day(1), day(11))])
        self.add(day(2), day(4))
        self.add(day(3), day(6), state="attention")
        self.add(day(9), day(20), state="ready")
        self.assertEqual(self.uncovered(), [(day(1), day(2)), (day(6), day(9))])
        self.add(day(1) - timedelta(days=9), day(9), state="processing")
        self.assertEqual(self.uncovered(), [])

    def test_states(self):
        """Only what is there, or what Amazon has nothing of, counts."""
        self.add(day(1), day(2), state="requested")
        self.add(day(2), day(3), state="failed", failure_code="no_data")
        self.add(day(3), day(4), state="cancelled", failure_code="too_often")
        self.add(day(4), day(5), state="cancelled", failure_code="no_data")
        self.add(day(5), day(6), state="skipped")
        self.assertEqual(self.uncovered(7), [(day(1), day(4)), (day(5), day(7))])
        self.assertEqual(
            self.uncovered(7, settled=True),
            [(day(2), day(4)), (day(6), day(7))],
        )

    def test_of_another_kind_or_account(self):
        self.add(day(1), day(11), kind="fba_orders_eu")
        self.add(day(1), day(11), account_id=self.account.copy().id)
        self.assertEqual(self.uncovered(), [(day(1), day(11))])

    def test_marketplaces(self):
        """A time is covered once it is for every active channel."""
        self.account.channel_ids = [
            fields.Command.create({"marketplace_id": marketplace.id})
            for marketplace in self.germany + self.france
        ]
        self.add(day(1), day(8), marketplace_ids=self.germany.ids)
        self.assertEqual(self.uncovered(), [(day(1), day(11))])
        self.add(day(3), day(11), marketplace_ids=self.france.ids)
        self.assertEqual(self.uncovered(), [(day(1), day(3)), (day(8), day(11))])
        self.account.channel_ids.filtered(
            lambda channel: channel.marketplace_id == self.france
        ).active = False
        self.assertEqual(self.uncovered(), [(day(8), day(11))])
        self.add(day(8), day(11))
        self.assertEqual(self.uncovered(), [], "Without marketplaces: for all")

    def test_periods(self):
        self.assertEqual(
            subtract_periods(1, 9, [(2, 3), (2, 5), (4, 6)]), [(1, 2), (6, 9)]
        )
        self.assertEqual(subtract_periods(1, 9, [(0, 10)]), [])
        self.assertEqual(subtract_periods(1, 9, [(9, 10)]), [(1, 9)])
        self.assertEqual(merge_periods([(5, 6), (1, 3), (3, 4)]), [(1, 4), (5, 6)])
