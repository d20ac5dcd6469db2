from lxml import etree

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .shipping_case import MFN, ShippingCase


@tagged("post_install", "-at_install")
class TestShipBy(ShippingCase):
    """The filters of what is to ship, by Amazon's latest ship date."""

    def find(self, name):
        view = self.env["sale.order"].get_view(
            self.env.ref("amazon_order_import.sale_order_view_search_amazon").id,
            "search",
        )
        (node,) = etree.fromstring(view["arch"]).xpath(f"//filter[@name='{name}']")
        return self.env["sale.order"].search(
            [
                *safe_eval(node.get("domain")),
                ("amazon_account_id", "=", self.account.id),
            ]
        )

    def test_filters(self):
        days = {"late": "01", "today": "02", "tomorrow": "03", "later": "05"}
        rows = [
            {
                "order-id": f"302-0000001-00000{day}",
                "latest-ship-date": f"2030-01-{day}T13:00:00+00:00",
            }
            for day in days.values()
        ]
        self.import_lines(MFN, *rows)
        orders = {
            name: self.get_order(f"302-0000001-00000{day}")
            for name, day in days.items()
        }
        with self.at("2030-01-02 12:00:00"):
            late, today = self.find("ship_late"), self.find("ship_today")
            self.assertEqual(late, orders["late"])
            self.assertEqual(today, orders["late"] + orders["today"])
            self.assertEqual(self.find("ship_tomorrow"), orders["tomorrow"])
            self.ship(orders["today"])
            self.assertEqual(self.find("ship_today"), orders["late"])
