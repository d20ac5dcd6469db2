from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from .cases import INVENTORY, InventoryCase, stock_file


@tagged("post_install", "-at_install")
class TestAdjustment(InventoryCase):
    """Differences booked as inventory adjustment, by choice and within limits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.mug.standard_price = 2.0

    def unsellable(self):
        return self.account._get_fba_location(self.env.ref("base.de"), sellable=False)

    def activities(self):
        return self.account.activity_ids.filtered(
            lambda activity: "FBA stock differs" in (activity.summary or "")
        )

    def show(self, snapshots, user=None):
        action = snapshots.with_user(user or self.env.user).action_adjust()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_booked_by_itself(self):
        self.account.fba_inventory_policy = "book"
        germany = self.get_location("DE")
        report = self.stock({"sellable": 4, "reserved": 1, "unsellable": 2})
        snapshot = self.snapshot(report)
        self.assertEqual(snapshot.booking_state, "booked")
        self.assertEqual(self.get_stock(self.mug, germany), 5.0)
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 2.0)
        self.assertEqual(set(snapshot.move_ids.mapped("is_inventory")), {True})
        self.check_difference(self.mug, 0.0)
        self.assertFalse(self.activities())
        # Once and for all: neither again, nor by the same figures once more.
        report._finish_processing()
        self.stock({"sellable": 4, "reserved": 1, "unsellable": 2})
        self.assertEqual(self.get_stock(self.mug, germany), 5.0)
        self.assertIn("inventory adjustment", report.undo()["kept"][0]["reason"])

    def test_less(self):
        """Taken from where there is most, never below zero."""
        self.account.fba_inventory_policy = "book"
        germany, poland = self.get_location("DE"), self.get_location("PL")
        self.add_stock(self.mug, germany, 3)
        self.add_stock(self.mug, poland, 6)
        self.stock({"sellable": 2})
        self.assertEqual(self.get_stock(self.mug, germany), 2.0)
        self.assertEqual(self.get_stock(self.mug, poland), 0.0)

    def test_more_fills_what_is_below_zero(self):
        self.account.fba_inventory_policy = "book"
        germany, poland = self.get_location("DE"), self.get_location("PL")
        self.add_stock(self.mug, germany, 3)
        self.add_stock(self.mug, poland, -2)
        self.stock({"sellable": 5})
        self.assertEqual(self.get_stock(self.mug, germany), 5.0)
        self.assertEqual(self.get_stock(self.mug, poland), 0.0)

    def test_limit_of_units(self):
        self.account.fba_inventory_policy = "book"
        self.account.fba_inventory_limit_units = 4
        report = self.stock({})
        snapshot = self.snapshot(report)
        self.assertEqual(snapshot.booking_state, "approval")
        self.assertIn("5 units are more than the 4", snapshot.booking_note)
        self.env["res.lang"]._activate_lang("de_DE")
        german = snapshot.with_context(lang="de_DE")
        self.assertIn("5 Einheiten sind mehr als", german.booking_note)
        self.assertFalse(snapshot.move_ids)
        self.assertEqual(len(self.activities()), 1)
        wizard = self.show(snapshot)
        self.assertEqual((wizard.units, wizard.value), (5.0, 10.0))
        wizard.action_book()
        self.assertEqual(snapshot.booking_state, "booked")
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 5.0)
        self.assertFalse(self.activities())

    def test_limit_of_value(self):
        self.account.fba_inventory_policy = "book"
        self.account.fba_inventory_limit_value = 9.99
        snapshot = self.snapshot(self.stock({}))
        self.assertEqual(snapshot.booking_state, "approval")
        self.assertIn("10.00", snapshot.booking_note)

    def test_proposed(self):
        self.account.fba_inventory_policy = "propose"
        first = self.snapshot(self.stock({}))
        self.assertEqual(first.booking_state, "proposed")
        second = self.snapshot(
            self.stock({"sellable": 6}, moment=fields.Datetime.now() + timedelta(0, 5))
        )
        self.assertEqual(first.booking_state, "none")
        self.assertEqual(second.booking_state, "proposed")
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("outdated", self.show(first).note)
        wizard = self.show(first)
        self.assertFalse(wizard.is_bookable)

    def test_outdated_is_not_booked(self):
        self.account.fba_inventory_policy = "book"
        old = fields.Datetime.now() - timedelta(hours=25)
        snapshot = self.snapshot(self.stock({}, moment=old))
        self.assertEqual(snapshot.booking_state, "none")
        with self.assertRaisesRegex(UserError, "outdated"):
            self.env["amazon.stock.adjuster"].book(snapshot, [])

    def test_incomplete_is_not_booked(self):
        self.account.fba_inventory_policy = "book"
        snapshot = self.snapshot(self.stock({}, {"sku": ""}))
        self.assertFalse(snapshot.complete)
        self.assertEqual(snapshot.booking_state, "none")
        self.assertFalse(snapshot.move_ids)

    def test_file_without_reserved_units_is_not_booked(self):
        self.account.fba_inventory_policy = "book"
        self.add_stock(self.mug, self.get_location("DE"), 9)
        report = self.sample("amzn_local_ai_sandbox_GET_AFN_INVENTORY_DATA.tsv")
        self.assertIn("reserved", self.snapshot(report)._explain_unbookable())
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 9.0)

    def test_changed_meanwhile(self):
        snapshot = self.snapshot(self.stock({}))
        wizard = self.show(snapshot)
        self.add_stock(self.mug, self.get_location("DE"), 1)
        with self.assertRaisesRegex(UserError, "changed since"):
            wizard.action_book()

    def test_chosen_lines(self):
        snapshot = self.snapshot(self.stock({}, {"sku": "LAMP-1"}))
        wizard = self.show(snapshot)
        lamp = wizard.line_ids.filtered(
            lambda line: line.product_id == self.products["LAMP-1"]
        )
        lamp.is_chosen = False
        wizard.action_book()
        self.check_difference(self.mug, 0.0)
        self.check_difference(self.products["LAMP-1"], 5.0)
        # The rest can still be booked.
        self.show(snapshot).action_book()
        self.check_difference(self.products["LAMP-1"], 0.0)

    def test_lots(self):
        self.account.fba_inventory_policy = "book"
        self.mug.tracking = "lot"
        germany = self.get_location("DE")
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": self.mug.id})
        self.add_stock(self.mug, germany, 2, lot)
        self.stock({})
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.mug.id), ("location_id", "=", germany.id)]
        )
        self.assertEqual(
            {quant.lot_id.name: quant.quantity for quant in quants},
            {"L1": 2.0, "AMAZON-FBA": 3.0},
        )
        self.stock({"sellable": 1})
        quants = self.env["stock.quant"].search(
            [("product_id", "=", self.mug.id), ("location_id", "=", germany.id)]
        )
        self.assertEqual(
            {q.lot_id.name: q.quantity for q in quants if q.quantity}, {"L1": 1.0}
        )

    def test_serial_numbers_and_others_are_left_out(self):
        self.account.fba_inventory_policy = "book"
        self.mug.tracking = "serial"
        self.products["LAMP-1"].is_storable = False
        snapshot = self.snapshot(
            self.stock(
                {}, {"sku": "LAMP-1"}, {"sku": "NO-PRODUCT"}, {"sku": "TOWEL-XL"}
            )
        )
        self.assertEqual(snapshot.move_ids.product_id, self.products["TOWEL-XL"])
        self.assertIn("serial number", self.difference(self.mug).hint)
        wizard = self.show(snapshot)
        self.assertEqual(len(wizard.line_ids.filtered("skipped")), 3)
        self.assertFalse(wizard.is_bookable)

    def test_kits_are_left_out(self):
        if "mrp.bom" not in self.env:
            self.skipTest("manufacturing is not installed")
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": self.mug.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [(0, 0, {"product_id": self.products["LAMP-1"].id})],
            }
        )
        self.account.fba_inventory_policy = "book"
        self.assertFalse(self.snapshot(self.stock({})).move_ids)

    def test_only_administrators_book(self):
        snapshot = self.snapshot(self.stock({}))
        groups = "amazon_order_import.group_amazon_"
        user = new_test_user(self.env, "adjust_user", f"{groups}user")
        with self.assertRaises(AccessError):
            self.show(snapshot, user)
        manager = new_test_user(self.env, "adjust_manager", f"{groups}manager")
        wizard = self.show(snapshot, manager)
        wizard.with_user(manager).action_book()
        self.assertEqual(snapshot.booking_state, "booked")
        message = snapshot.report_id.message_ids[0].body
        self.assertIn(manager.name, message)

    def test_locations_apart(self):
        germany = self.get_location("DE")
        line = self.account.fba_location_ids
        inside = germany.create(
            {"name": "Inside", "usage": "internal", "location_id": germany.id}
        )
        with self.assertRaises(ValidationError):
            line.unsellable_location_id = inside

    def test_by_the_scheduled_action(self):
        """As the scheduled action does it: no user, no company chosen."""
        self.account.fba_inventory_policy = "book"
        with freeze_time("2026-11-20 08:00:00"):
            report = self.env["amazon.report"].create_from_file(
                self.account, INVENTORY, "stock.txt", stock_file({})
            )
            robot = report.with_user(self.env.ref("base.user_root"))
            robot.with_context(allowed_company_ids=[]).process()
            self.assertEqual(self.snapshot(report).booking_state, "booked")
