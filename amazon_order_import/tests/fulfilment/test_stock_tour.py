from odoo.tests import HttpCase, tagged

from .cases import InventoryCase


@tagged("post_install", "-at_install")
class TestStockTour(InventoryCase, HttpCase):
    """Differences of FBA stock in the browser: seen, explained, booked."""

    def test_differences(self):
        mug, towel, lamp = (self.products[s] for s in ("MUG-RED", "TOWEL-XL", "LAMP-1"))
        for product, name in ((mug, "mug"), (towel, "towel"), (lamp, "lamp")):
            product.write({"name": f"Tour {name}", "standard_price": 2.0})
        germany = self.get_location("DE")
        self.add_stock(towel, germany, 5)
        self.add_stock(lamp, germany, 9)
        report = self.stock(
            {},
            {"sku": "TOWEL-XL"},
            {"sku": "LAMP-1", "researching": 2, "unsellable": 1},
        )
        self.start_tour("/odoo", "amazon_stock_differences", login="admin")
        self.assertEqual(self.get_stock(mug, germany), 5.0)
        self.assertEqual(self.get_stock(lamp, germany), 9.0)
        self.assertEqual(self.snapshot(report).booking_state, "booked")
