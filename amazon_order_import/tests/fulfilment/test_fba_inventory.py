from datetime import datetime, timedelta

from odoo.tests import new_test_user, tagged

from .cases import INVENTORY, InventoryCase, stock_file


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
        report = self.import_file(INVENTORY, content.encode())
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
        snapshot = self.snapshot(self.import_file(INVENTORY, content.encode()))
        self.assertEqual(sum(snapshot.level_ids.mapped("qty_sellable")), 6)
        counted = snapshot.level_ids.filtered(lambda level: not level.carrier_id)
        self.assertEqual(
            {level.country_id.code: level.qty_sellable for level in counted},
            {"DE": 4, "PL": 2},
        )
        # Poland is not named any more: nothing is there.
        rows = content.splitlines()
        later = self.import_file(
            INVENTORY, "\n".join([rows[0], rows[1], rows[3]]).encode()
        )
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
        report = self.import_file(INVENTORY, content[:-20])
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
            self.account, INVENTORY, "stock.txt", stock_file({})
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
