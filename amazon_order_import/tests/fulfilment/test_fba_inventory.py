from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ..common import shared_path
from .test_stock import StockCase

KIND = "fba_inventory"
FBA = "fba_orders_eu"
STOCK = {
    "sku": "MUG-RED",
    "fnsku": "",
    "asin": "",
    "product-name": "Mug",
    "condition": "New",
    "mfn-listing-exists": "No",
    "mfn-fulfillable-quantity": "",
    "afn-listing-exists": "Yes",
    "afn-fulfillable-quantity": "5",
    "afn-unsellable-quantity": "0",
    "afn-reserved-quantity": "0",
    "afn-inbound-working-quantity": "0",
    "afn-inbound-shipped-quantity": "0",
    "afn-inbound-receiving-quantity": "0",
    "afn-researching-quantity": "0",
    "store": "",
}
SHORT = {
    "sellable": "afn-fulfillable-quantity",
    "unsellable": "afn-unsellable-quantity",
    "reserved": "afn-reserved-quantity",
    "listed": "afn-listing-exists",
    "inbound": "afn-inbound-shipped-quantity",
    "researching": "afn-researching-quantity",
}


def stock_file(*rows):
    """Return a file of FBA stock made of changes of ``STOCK``."""
    lines = ["\t".join(STOCK)]
    for row in rows:
        cells = {SHORT.get(name, name): str(cell) for name, cell in row.items()}
        lines.append("\t".join({**STOCK, **cells}.values()))
    return "\r\n".join(lines).encode()


class InventoryCase(StockCase):
    def stock(self, *rows, account=None, pool=None, moment=None):
        reports = self.env["amazon.report"].with_context(
            default_stock_pool=pool, default_stock_moment=moment
        )
        report = reports.create_from_file(
            account or self.account, KIND, "stock.txt", stock_file(*rows)
        )
        report.process()
        return report.with_env(self.env)

    def snapshot(self, report):
        return self.env["amazon.stock.snapshot"].search([("report_id", "=", report.id)])

    def figures(self, report):
        """Return ``{SKU: (sellable, unsellable, reserved, inbound, researching)}``."""
        return {
            level.sku: (
                level.qty_sellable,
                level.qty_unsellable,
                level.qty_reserved,
                level.qty_inbound,
                level.qty_researching,
            )
            for level in self.snapshot(report).level_ids
        }

    def sample(self, name):
        path = shared_path(f"samples/{name}")
        if not path:
            self.skipTest("the shared samples are not beside the project")
        return self.import_file(KIND, path.read_bytes(), name=name)

    def difference(self, product):
        self.env.flush_all()
        self.env["amazon.stock.difference"].invalidate_model()
        return self.env["amazon.stock.difference"].search(
            [("product_id", "=", product.id), ("account_id", "=", self.account.id)]
        )

    def check_difference(self, product, sellable, unsellable=0.0):
        found = self.difference(product)
        self.assertEqual(
            (found.difference_sellable, found.difference_unsellable),
            (sellable, unsellable),
        )
        return found


@tagged("post_install", "-at_install")
class TestFbaInventory(InventoryCase):
    """What Amazon's files say of the stock, no unit twice and no gap as zero."""

    def test_sample_of_26_columns(self):
        report = self.sample("fba_myi_unsuppressed_eu_2026_26cols_synthetic.tsv")
        self.assertEqual(self.outcomes(report), ["created"] * 4 + ["ignored"])
        self.assertEqual(report.state, "done")
        self.assertRecordValues(
            self.snapshot(report),
            [
                {
                    "stock_pool": "EU",
                    "source": "managed",
                    "complete": True,
                    "row_count": 5,
                }
            ],
        )
        self.assertEqual(
            self.figures(report),
            {
                "SKU-00001": (5, 0, 0, 0, 0),
                "SKU-00002": (5, 0, 0, 12, 0),
                # The same ASIN, but units of its own.
                "SKU-00003": (5, 0, 0, 0, 0),
                "SKU-00004": (5, 0, 0, 0, 0),
            },
        )
        level = self.snapshot(report).level_ids.filtered(
            lambda level: level.sku == "SKU-00004"
        )
        self.assertEqual(level.unknown_figures, "qty_researching")
        self.assertEqual(level.notes, "not told: Researching")
        merchant = report.row_ids.filtered(lambda row: row.outcome == "ignored")
        self.assertEqual((merchant.code, merchant.sku), ("merchant", "SKU-00005"))
        self.assertIn("5 units", merchant.message)

    def test_sample_of_all_inventory(self):
        report = self.sample("amzn_local_ai_sandbox_GET_FBA_MYI_ALL_INVENTORY_DATA.tsv")
        self.assertEqual(self.outcomes(report), ["created"] * 3 + ["ignored"])
        self.assertEqual(
            self.figures(report),
            {
                "SKU-CONSOLE-2025": (156, 0, 12, 40, 0),
                "SKU-COFFEE-401": (535, 0, 25, 80, 0),
                "SKU-BOTTLE-150": (1263, 4, 45, 155, 0),
            },
        )

    def test_sample_by_condition(self):
        report = self.sample("amzn_local_ai_sandbox_GET_AFN_INVENTORY_DATA.tsv")
        snapshot = self.snapshot(report)
        self.assertEqual(snapshot.source, "available")
        self.assertEqual(
            {level.sku: level.qty_sellable for level in snapshot.level_ids},
            {"SKU-CONSOLE-2025": 156, "SKU-COFFEE-401": 535, "SKU-BOTTLE-150": 1263},
        )
        self.assertEqual(
            set(snapshot.level_ids.mapped("unknown_figures")),
            {"qty_reserved,qty_inbound,qty_researching"},
        )

    def test_both_conditions_of_one_sku(self):
        header = (
            "seller-sku\tfulfillment-channel-sku\tasin\tcondition-type\t"
            "Warehouse-Condition-code\tQuantity Available\n"
        )
        content = header + "".join(
            f"MUG-RED\tX1\tB1\tNewItem\t{condition}\t{quantity}\n"
            for condition, quantity in (("SELLABLE", 7), ("UNSELLABLE", 2))
        )
        report = self.import_file(KIND, content.encode())
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(self.figures(report), {"MUG-RED": (7, 2, 0, 0, 0)})

    def test_sample_by_country(self):
        name = "amzn_local_ai_sandbox_GET_AFN_INVENTORY_DATA_BY_COUNTRY.tsv"
        report = self.sample(name)
        snapshot = self.snapshot(report)
        self.assertEqual(snapshot.source, "country")
        self.assertEqual(snapshot.level_ids.country_id.code, "US")
        self.assertEqual(sum(snapshot.level_ids.mapped("qty_sellable")), 1954)

    def test_countries_apart(self):
        header = (
            "seller-sku\tfulfillment-channel-sku\tasin\tcondition-type\tcountry\t"
            "quantity-for-local-fulfillment\n"
        )
        rows = (("A", "DE", 4), ("A", "PL", 2), ("B", "DE", 4), ("B", "PL", 2))
        content = header + "".join(
            f"{sku}\tX1\tB1\tNewItem\t{country}\t{quantity}\n"
            for sku, country, quantity in rows
        )
        snapshot = self.snapshot(self.import_file(KIND, content.encode()))
        self.assertEqual(sum(snapshot.level_ids.mapped("qty_sellable")), 6)
        counted = snapshot.level_ids.filtered(lambda level: not level.carrier_id)
        self.assertEqual(
            {level.country_id.code: level.qty_sellable for level in counted},
            {"DE": 4, "PL": 2},
        )
        # Poland is not named any more: nothing is there.
        rows = content.splitlines()
        later = self.import_file(KIND, "\n".join([rows[0], rows[1], rows[3]]).encode())
        counted = self.snapshot(later).level_ids.filtered(lambda lv: not lv.carrier_id)
        self.assertEqual(
            {level.country_id.code: level.qty_sellable for level in counted},
            {"DE": 4, "PL": 0},
        )

    def test_changes_are_told(self):
        self.stock({})
        report = self.stock({"sellable": 3}, {"sku": "LAMP-1"})
        self.assertEqual(self.outcomes(report), ["updated", "created"])
        first = report.row_ids.sorted("number")[0]
        self.assertEqual(first.message, "Sellable: 5 → 3")
        again = self.stock({"sellable": 3}, {"sku": "LAMP-1"})
        self.assertEqual(self.outcomes(again), ["unchanged"] * 2)

    def test_alias_counts_once(self):
        """The units stay with the SKU that has a product."""
        report = self.stock(
            {"sku": "amzn.gr.mug-1", "fnsku": "X1"},
            {"sku": "OLD-MUG", "fnsku": "X1"},
            {"fnsku": "X1"},
            {"sku": "LAMP-1", "fnsku": "X2"},
        )
        self.assertEqual(
            self.outcomes(report), ["ignored", "ignored", "created", "created"]
        )
        alias = report.row_ids.filtered(lambda row: row.sku == "OLD-MUG")
        self.assertEqual(alias.code, "alias")
        self.assertIn("MUG-RED", alias.message)
        levels = self.snapshot(report).level_ids
        self.assertEqual(sum(levels.mapped("qty_sellable")), 10)
        mug = levels.filtered(lambda level: level.sku == "MUG-RED")
        self.assertEqual(mug.qty_sellable, 5)
        self.assertEqual((levels - mug).carrier_id, mug)
        again = self.stock(
            {"sku": "OLD-MUG", "fnsku": "X1"},
            {"fnsku": "X1"},
            {"sku": "LAMP-1", "fnsku": "X2"},
        )
        self.assertEqual(self.outcomes(again), ["ignored", "unchanged", "unchanged"])

    def test_alias_with_other_figures(self):
        """One of them is told with less: the most is the stock."""
        report = self.stock(
            {"fnsku": "X1", "sellable": 3}, {"sku": "OLD-MUG", "fnsku": "X1"}
        )
        self.assertEqual(
            self.figures(report),
            {"MUG-RED": (0, 0, 0, 0, 0), "OLD-MUG": (5, 0, 0, 0, 0)},
        )
        # The product is the same, whatever its SKU.
        levels = self.snapshot(report).level_ids
        self.assertEqual(
            levels.filtered(lambda level: level.sku == "MUG-RED").product_id, self.mug
        )

    def test_missing_sku_has_no_stock(self):
        self.stock({}, {"sku": "LAMP-1"})
        report = self.stock({})
        gone = self.snapshot(report).level_ids.filtered("is_missing")
        self.assertRecordValues(
            gone,
            [
                {
                    "sku": "LAMP-1",
                    "qty_sellable": 0,
                    "product_id": self.products["LAMP-1"].id,
                }
            ],
        )
        # Told once is enough.
        third = self.stock({})
        self.assertFalse(self.snapshot(third).level_ids.filtered("is_missing"))

    def test_unread_row_is_no_missing_sku(self):
        self.stock({}, {"sku": "LAMP-1"})
        report = self.stock({}, {"sku": "LAMP-1", "sellable": "1,000"})
        self.assertEqual(self.outcomes(report), ["unchanged", "error"])
        snapshot = self.snapshot(report)
        lamp = snapshot.level_ids.filtered(lambda level: level.sku == "LAMP-1")
        self.assertFalse(lamp.is_missing)
        self.assertIn("qty_sellable", lamp.unknown_figures)
        self.assertTrue(snapshot.complete)
        lamp = self.difference(self.products["LAMP-1"])
        self.assertTrue(lamp.is_unknown)
        self.assertFalse(lamp.has_difference)

    def test_unread_sku_makes_it_incomplete(self):
        self.stock({}, {"sku": "LAMP-1"})
        report = self.stock({}, {"sku": ""})
        snapshot = self.snapshot(report)
        self.assertFalse(snapshot.complete)
        self.assertFalse(snapshot.level_ids.filtered("is_missing"))
        self.assertIn("not complete", snapshot._explain_unbookable())

    def test_cut_file_is_refused(self):
        content = stock_file({}, {"sku": "LAMP-1"})
        report = self.import_file(KIND, content[:-20])
        self.assertEqual((report.state, report.failure_code), ("failed", "cut_file"))
        self.assertIn("(2)", report.failure_reason)
        self.assertFalse(self.snapshot(report))
        self.assertFalse(report.row_ids)

    def test_half_file_is_refused(self):
        rows = [{"sku": f"SKU-{number}"} for number in range(20)]
        self.stock(*rows)
        report = self.stock(*rows[:9])
        self.assertEqual((report.state, report.failure_code), ("failed", "half_file"))
        self.assertIn("9 rows", report.failure_reason)
        self.assertFalse(self.snapshot(report))
        self.assertEqual(self.stock(*rows[:10]).state, "done")
        user = new_test_user(
            self.env, "stock_user", "amazon_order_import.group_amazon_user"
        )
        report.with_user(user).action_accept_file()
        self.assertEqual(report.state, "done")
        self.assertTrue(self.snapshot(report).complete)

    def test_empty_file_is_refused_where_there_was_stock(self):
        self.assertEqual(self.stock().state, "done")
        self.stock({})
        self.assertEqual(self.stock().failure_code, "half_file")

    def test_pools_apart(self):
        europe = self.stock({})
        britain = self.stock({"sellable": 2}, pool="GB")
        self.assertEqual(self.snapshot(britain).stock_pool, "GB")
        self.assertEqual(self.outcomes(britain), ["created"])
        self.env.flush_all()
        found = self.env["amazon.stock.difference"].search(
            [("product_id", "=", self.mug.id)]
        )
        self.assertEqual(
            {d.stock_pool: d.qty_sellable for d in found}, {"EU": 5, "GB": 2}
        )
        self.assertEqual(self.snapshot(europe)._explain_unbookable(), "")

    def test_pools_of_marketplaces(self):
        marketplace = self.env["amazon.marketplace"].search([])
        by_name = {m.name: m for m in marketplace}
        shared = by_name["Amazon.de"] | by_name["Amazon.fr"] | by_name["Amazon.pl"]
        self.assertEqual(shared._get_stock_pools(), ["EU"])
        self.assertEqual(by_name["Amazon.co.uk"]._get_stock_pools(), ["GB"])
        self.assertEqual(by_name["Amazon.com"]._get_stock_pools(), ["US"])
        countries = {
            code: self.env["res.country"].search([("code", "=", code)])
            for code in ("CZ", "GB", "TR")
        }
        pools = {c: self.account._get_stock_pool_of(r) for c, r in countries.items()}
        self.assertEqual(pools, {"CZ": "EU", "GB": "GB", "TR": "TR"})

    def test_sku_mapped_later(self):
        report = self.stock({"sku": "NEW-SKU"})
        level = self.snapshot(report).level_ids
        self.assertFalse(level.product_id)
        offer = self.env["amazon.offer"].search([("sku", "=", "NEW-SKU")])
        self.assertEqual(len(offer), 1)
        offer.product_id = self.mug
        self.assertEqual(level.product_id, self.mug)

    def test_preview_and_undo(self):
        self.account.fba_inventory_policy = "book"
        report = self.env["amazon.report"].create_from_file(
            self.account, KIND, "stock.txt", stock_file({})
        )
        self.assertEqual(report.preview()["totals"], {"created": 1})
        self.assertFalse(self.snapshot(report))
        self.assertEqual(self.mug.qty_available, 0.0)
        self.account.fba_inventory_policy = "show"
        report.process()
        self.assertEqual(report.undo()["records_removed"], 1)
        self.assertFalse(self.snapshot(report))
        self.assertEqual(self.outcomes(report), ["ignored"])
        report.action_process_again()
        report.process()
        self.assertEqual(self.figures(report), {"MUG-RED": (5, 0, 0, 0, 0)})

    def test_old_snapshots_are_thinned_out(self):
        day = datetime(2026, 9, 1, 8)
        for hour in (0, 6, 12):
            self.stock({}, moment=day + timedelta(hours=hour))
        self.stock({})
        self.env["amazon.stock.snapshot"]._gc_old_snapshots()
        left = self.env["amazon.stock.snapshot"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(left[1].moment, day + timedelta(hours=12))
        self.assertEqual(len(left), 2)


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
        report = self.import_lines(FBA, {"amazon-order-id": "305-9"})
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
                self.account, KIND, "stock.txt", stock_file({})
            )
            robot = report.with_user(self.env.ref("base.user_root"))
            robot.with_context(allowed_company_ids=[]).process()
            self.assertEqual(self.snapshot(report).booking_state, "booked")
