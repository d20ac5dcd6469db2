from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import LoopbackCase

FBA_TYPE = "GET_AMAZON_FULFILLED_SHIPMENTS_DATA_INVOICING"


@tagged("post_install", "-at_install")
class TestRequestTour(LoopbackCase, HttpCase):
    """Staff request reports within Amazon's limits, and see why one failed."""

    def setUp(self):
        super().setUp()
        marketplace = self.env.ref("amazon_order_import.amazon_marketplace_de")
        self.account = self.env["amazon.account"].create(
            {
                "name": "Tour Limits",
                "region": "eu",
                "channel_ids": [
                    fields.Command.create({"marketplace_id": marketplace.id})
                ],
            }
        )
        new_test_user(
            self.env,
            "request_tour",
            "base.group_user,amazon_order_import.group_amazon_user",
        )

    def test_request_with_limits(self):
        now = fields.Datetime.now()
        self.env["amazon.api.call"].create(
            {
                "account_id": self.account.id,
                "seller_key": self.account._get_seller_key(),
                "operation": "createReport",
                "report_type": FBA_TYPE,
                "called_at": now - timedelta(minutes=5),
                "status": 202,
            }
        )
        self.start_tour("/odoo", "amazon_request_with_limits", login="request_tour")
        reports = self.account.report_ids.sorted("date_from")
        self.assertEqual(reports.mapped("kind"), ["fba_orders_eu"] * 3)
        self.assertAlmostEqual(
            reports[0].date_from, now - timedelta(days=75), delta=timedelta(minutes=5)
        )
        self.assertEqual(reports[0].date_to, reports[1].date_from)

    def test_request_not_sent(self):
        """Leaving the form sends nothing: neither by the breadcrumb nor by a menu."""
        self.start_tour("/odoo", "amazon_request_not_sent", login="request_tour")
        self.assertFalse(
            self.env["amazon.report.request"].search(
                [("account_id", "=", self.account.id)]
            )
        )
        self.assertFalse(self.account.report_ids)

    def test_failed_report(self):
        now = fields.Datetime.now()
        report = self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": "fba_orders_eu",
                "marketplace_ids": self.account.channel_ids.marketplace_id.ids,
                "amazon_report_id": "500170",
                "amazon_status": "FATAL",
                "attempts": 2,
                "asked_at": now,
                "date_from": now - timedelta(days=3),
                "date_to": now,
            }
        )
        report._end("fatal")
        self.start_tour("/odoo", "amazon_failed_report", login="request_tour")
        self.assertEqual(report.state, "requested")
        self.assertEqual(report.earlier_amazon_ids, "500170")
