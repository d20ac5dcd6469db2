from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import LoopbackCase, build_file


@tagged("post_install", "-at_install")
class TestCompletenessTour(LoopbackCase, HttpCase):
    """What staff do who look for a missing order, with the lowest rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "compl_tour", "amazon_order_import.group_amazon_user"
        )
        cls.env["amazon.account"].search([]).active = False
        cls.account = cls.env["amazon.account"].create(
            {"name": "Tour Europe", "region": "eu", "user_id": cls.user.id}
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Red mug", "default_code": "MUG-RED", "type": "consu"}
        )
        cls.day = fields.Datetime.now().replace(hour=10) - timedelta(days=3)
        cls.tell(range(1, 13))

    @classmethod
    def tell(cls, numbers):
        """Have Amazon's list name orders."""
        rows = [
            {
                "amazon-order-id": f"302-7777777-{number:07d}",
                "purchase-date": f"{cls.day.isoformat()}+00:00",
                "last-updated-date": f"{cls.day.isoformat()}+00:00",
            }
            for number in numbers
        ]
        cls.import_file("all_orders", rows)

    @classmethod
    def import_file(cls, kind, rows):
        report = cls.env["amazon.report"].create_from_file(
            cls.account, kind, f"{kind}.txt", build_file(kind, *rows)
        )
        report.process()
        return report

    @classmethod
    def sell(cls, numbers, **changes):
        moment = f"{cls.day.isoformat()}+00:00"
        rows = [
            {
                "order-id": f"302-7777777-{number:07d}",
                "order-item-id": f"7000000000{number:04d}",
                "purchase-date": moment,
                "payments-date": moment,
                **changes,
            }
            for number in numbers
        ]
        return cls.import_file("mfn_orders_eu", rows)

    def test_find_and_mend(self):
        """From the calendar to the order whose SKU has no product; then it is here."""
        self.sell(range(1, 12))
        self.sell([12], sku="NEW-MUG")
        self.start_tour(
            "/odoo", "amazon_completeness_find_and_mend", login=self.user.login
        )
        order = self.env["sale.order"].search(
            [("amazon_order_ref", "=", "302-7777777-0000012")]
        )
        self.assertEqual(order.order_line.product_id, self.product)
        self.assertFalse(self.account.missing_order_count)

    def test_search_in_vain(self):
        """The search of Amazon's orders finds nothing and says why; a request mends."""
        self.sell(range(1, 12))
        self.account.write(
            {
                "lwa_client_id": "id",
                "lwa_client_secret": "secret",
                "lwa_refresh_token": "token",
                "connection_state": "connected",
            }
        )
        self.start_tour("/odoo", "amazon_search_in_vain", login=self.user.login)
        request = self.env["amazon.report.request"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(request.kind, "mfn_orders_eu")
        self.assertLessEqual(request.date_from, self.day)
        self.assertGreaterEqual(request.date_to, self.day)
