from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .cases import FBA, InventoryCase


@tagged("post_install", "-at_install")
class TestDifferences(InventoryCase):
    """Odoo against Amazon, per product."""

    def test_sellable_and_unsellable_apart(self):
        germany = self.get_location("DE")
        poland = self.get_location("PL")
        unsellable = self.account._get_fba_location(
            self.env.ref("base.de"), sellable=False
        )
        self.add_stock(self.mug, germany, 4)
        self.add_stock(self.mug, poland, 3)
        self.add_stock(self.mug, unsellable, 1)
        self.stock({"sellable": 5, "reserved": 3, "unsellable": 3})
        # 5 + 3 of Amazon less 4 + 3 of Odoo; 3 less 1
        found = self.check_difference(self.mug, 1.0, 2.0)
        self.assertRecordValues(
            found,
            [
                {
                    "odoo_sellable": 7.0,
                    "odoo_unsellable": 1.0,
                    "qty_sellable": 5,
                    "qty_reserved": 3,
                    "qty_unsellable": 3,
                    "has_difference": True,
                    "skus": "MUG-RED",
                }
            ],
        )
        self.mug.standard_price = 2.5
        found.invalidate_recordset()
        self.assertEqual(found.value, 7.5)
        self.account.fba_reserved_counts = False
        self.check_difference(self.mug, -2.0, 2.0)

    def test_stock_that_amazon_does_not_list(self):
        self.add_stock(self.products["LAMP-1"], self.get_location("DE"), 2)
        self.stock({"sellable": 0})
        lamp = self.check_difference(self.products["LAMP-1"], -2.0)
        self.assertIn("does not list", lamp.hint)
        self.assertFalse(self.difference(self.mug).has_difference)

    def test_own_warehouse_is_no_fba_stock(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.add_stock(self.mug, warehouse.lot_stock_id, 9)
        self.stock({})
        self.check_difference(self.mug, 5.0)

    def test_other_pool_is_apart(self):
        self.add_stock(self.mug, self.get_location("GB"), 5)
        self.stock({})
        self.check_difference(self.mug, 5.0)

    def test_shipped_after_the_snapshot(self):
        """No difference: Odoo's stock is set back to the moment of Amazon's."""
        self.account.fba_stock_policy = "move"
        self.add_stock(self.mug, self.get_location("DE"), 5)
        self.stock({}, moment=datetime(2026, 10, 6, 12))
        self.check_difference(self.mug, 0.0)
        self.import_lines(FBA, {"quantity-shipped": "2"})
        found = self.check_difference(self.mug, 0.0)
        self.assertEqual((found.odoo_sellable, found.moved_since), (5.0, -2.0))
        self.assertIn("-2", found.hint)

    def test_shipped_before_the_snapshot(self):
        self.account.fba_stock_policy = "move"
        self.add_stock(self.mug, self.get_location("DE"), 5)
        self.stock({"sellable": 3}, moment=datetime(2026, 10, 7, 12))
        self.check_difference(self.mug, -2.0)
        self.import_lines(FBA, {"quantity-shipped": "2"})
        self.check_difference(self.mug, 0.0)

    def test_hints(self):
        self.add_stock(self.mug, self.get_location("DE"), 9)
        self.stock({"researching": 2, "inbound": 1})
        report = self.import_lines(FBA, {"amazon-order-id": "305-0000009-0000009"})
        report.date_to = fields.Datetime.now() - timedelta(hours=9)
        hint = self.difference(self.mug).hint
        self.assertIn("shipments are imported up to", hint)
        self.assertIn("looking for 2", hint)
        self.assertIn("1 units are on the way", hint)

    def test_two_skus_of_one_product(self):
        self.env["amazon.offer"].create(
            {"account_id": self.account.id, "sku": "MUG-2", "product_id": self.mug.id}
        )
        self.stock({}, {"sku": "MUG-2", "sellable": 2})
        found = self.check_difference(self.mug, 7.0)
        self.assertEqual(found.skus, "MUG-2, MUG-RED")
        action = found.action_view_history()
        levels = self.env["amazon.stock.level"].search(action["domain"])
        self.assertEqual(set(levels.mapped("sku")), {"MUG-RED", "MUG-2"})
        self.assertEqual(action["views"][0][1], "graph")

    def test_rights_and_companies(self):
        self.stock({})
        self.env.flush_all()
        user = new_test_user(
            self.env, "difference_user", "amazon_order_import.group_amazon_user"
        )
        found = self.difference(self.mug).with_user(user)
        found.read(["hint", "value", "difference_sellable", "odoo_sellable"])
        with self.assertRaises(AccessError):
            found.action_adjust()
        with self.assertRaises(AccessError):
            found.snapshot_id.level_ids.write({"qty_sellable": 7})
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "difference_stranger",
            "amazon_order_import.group_amazon_user",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for model in ("difference", "level", "snapshot"):
            records = self.env[f"amazon.stock.{model}"].with_user(stranger)
            self.assertFalse(records.search([]))
        with self.assertRaises(AccessError):
            found.with_user(stranger).read(["skus"])
