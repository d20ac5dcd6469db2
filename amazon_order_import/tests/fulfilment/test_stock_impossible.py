from odoo.tests import tagged

from .cases import INVENTORY, InventoryCase

CONDITIONS = (
    "seller-sku",
    "fulfillment-channel-sku",
    "asin",
    "condition-type",
    "Warehouse-Condition-code",
    "Quantity Available",
)
COUNTRIES = (
    "seller-sku",
    "fulfillment-channel-sku",
    "asin",
    "condition-type",
    "country",
    "quantity-for-local-fulfillment",
)


@tagged("post_install", "-at_install")
class TestImpossibleStock(InventoryCase):
    """What cannot be true is told and never booked; the rest of the report is."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.fba_inventory_policy = "book"
        cls.lamp = cls.products["LAMP-1"]
        cls.germany = cls.account._get_fba_location(cls.env.ref("base.de"))
        for product in (cls.mug, cls.lamp):
            cls.env["stock.quant"]._update_available_quantity(product, cls.germany, 3)

    def read_file(self, head, *rows):
        content = "\n".join("\t".join(cells) for cells in (head, *rows))
        return self.import_file(INVENTORY, content.encode())

    def on_hand(self):
        return [
            self.get_stock(product, self.germany) for product in (self.mug, self.lamp)
        ]

    def test_negative_counts(self):
        for name in ("sellable", "unsellable", "reserved", "inbound", "researching"):
            with self.subTest(name):
                report = self.stock({"sellable": 4}, {"sku": "LAMP-1", name: -1})
                self.assertEqual(self.outcomes(report)[1], "error")
                row = report.row_ids.filtered(lambda row: row.sku == "LAMP-1")
                self.assertEqual(row.code, "stock_negative")
                self.assertIn("-1", row.message)
                self.assertEqual(report.state, "attention")
                # Nothing is known of the lamp, not even where it was never told of.
                self.assertEqual(self.on_hand(), [4.0, 3.0])
                self.assertTrue(self.difference(self.lamp).is_unknown)
        self.stock({"sellable": 4}, {"sku": "LAMP-1", "sellable": 2})
        self.assertEqual(self.on_hand(), [4.0, 2.0])

    def test_negative_units_in_one_condition(self):
        report = self.read_file(
            CONDITIONS,
            ("MUG-RED", "X1", "B01", "NewItem", "SELLABLE", "5"),
            ("MUG-RED", "X1", "B01", "NewItem", "UNSELLABLE", "-1"),
            ("LAMP-1", "X2", "B02", "NewItem", "SELLABLE", "7"),
        )
        self.assertEqual(self.outcomes(report), ["created", "error", "created"])
        self.assertEqual(self.get_unknown(report), {"MUG-RED"})
        self.assertEqual(self.on_hand(), [3.0, 3.0])

    def get_unknown(self, report):
        """Return the SKUs of which it is not known what can be sold."""
        levels = self.snapshot(report).level_ids
        return {
            level.sku
            for level in levels
            if "qty_sellable" in (level.unknown_figures or "")
        }

    def test_country_that_is_none(self):
        report = self.read_file(
            COUNTRIES,
            ("MUG-RED", "X1", "B01", "NewItem", "DE", "5"),
            ("MUG-RED", "X1", "B01", "NewItem", "Q9", "2"),
            ("LAMP-1", "X2", "B02", "NewItem", "FR", "7"),
        )
        self.assertEqual(self.outcomes(report), ["created", "error", "created"])
        row = report.row_ids.sorted("number")[1]
        self.assertEqual(row.code, "stock_country")
        self.assertIn("“Q9”", row.message)
        # What there is in all countries is known of the lamp only.
        self.assertEqual(self.get_unknown(report), {"MUG-RED"})
        levels = self.snapshot(report).level_ids.filtered("country_id")
        self.assertEqual(
            {
                (level.sku, level.country_id.code): level.qty_sellable
                for level in levels
            },
            {("MUG-RED", "DE"): 5, ("LAMP-1", "FR"): 7},
        )
        self.assertEqual(self.on_hand(), [3.0, 3.0])

    def test_countries_as_amazon_writes_them(self):
        report = self.read_file(
            COUNTRIES, ("MUG-RED", "X1", "B01", "NewItem", "UK", "5")
        )
        self.assertEqual(self.outcomes(report), ["created"])
        level = self.snapshot(report).level_ids
        self.assertEqual(level.country_id.code, "GB")
