from datetime import datetime

from odoo import Command
from odoo.tests import new_test_user, tagged

from .cases import FBA, FBA_REF, SHIPPED, StockCase


@tagged("post_install", "-at_install")
class TestFbaStock(StockCase):
    """What Amazon ships leaves the stock at Amazon, by the account's policy."""

    def test_not_booked_by_default(self):
        self.import_lines(FBA, {"quantity-shipped": "2"})
        order = self.get_order(FBA_REF)
        self.assertFalse(self.get_moves(order))
        self.assertFalse(order.picking_ids)
        self.assertEqual(self.items(order).qty_delivered, 2.0)
        self.assertEqual(order.delivery_status, "full")
        self.assertEqual(order.effective_date, SHIPPED)
        self.assertFalse(self.account.fba_location_ids)

    def test_move_for_each_line(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(
            FBA,
            {"quantity-shipped": "2", "shipping-price": "3.99"},
            {
                "shipment-item-id": "SIbbb",
                "amazon-order-item-id": "50000000000002",
                "sku": "LAMP-1",
            },
        )
        order = self.get_order(FBA_REF)
        germany = self.get_location("DE")
        self.assertRecordValues(
            self.get_moves(order),
            [
                {
                    "product_id": self.mug.id,
                    "quantity": 2.0,
                    "state": "done",
                    "date": SHIPPED,
                    "origin": order.name,
                    "reference": order.name,
                    "location_id": germany.id,
                    "picking_id": False,
                },
                {
                    "product_id": self.products["LAMP-1"].id,
                    "quantity": 1.0,
                    "state": "done",
                    "date": SHIPPED,
                    "origin": order.name,
                    "reference": order.name,
                    "location_id": germany.id,
                    "picking_id": False,
                },
            ],
        )
        self.assertEqual(
            self.get_moves(order).move_line_ids.mapped("date"), [SHIPPED] * 2
        )
        self.assertEqual(self.get_stock(self.mug, germany), -2.0)
        self.assertEqual(self.items(order).mapped("qty_delivered"), [2.0, 1.0])
        self.assertFalse(order.picking_ids)

    def test_stock_apart_from_own_warehouse(self):
        own = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.add_stock(self.mug, own.lot_stock_id, 5)
        self.account.fba_stock_policy = "move"
        self.add_stock(self.mug, self.get_location("DE"), 3)
        self.import_lines(FBA, {})
        mug = self.mug.with_context(warehouse_id=own.id)
        self.assertEqual(mug.free_qty, 5.0)
        self.assertEqual(self.mug.qty_available, 7.0)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 2.0)
        first = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.assertEqual(first, own)

    def test_price_lists_archived_by_odoo(self):
        self.import_lines(FBA, {})
        # Odoo does that whenever somebody saves the settings without price lists.
        self.env["product.pricelist"].search([]).action_archive()
        report = self.import_lines(FBA, {"amazon-order-id": "305-0000002-0000002"})
        self.assertEqual(self.outcomes(report), ["created"])

    def test_country_of_the_centre(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {"fulfillment-center-id": "wro1"})
        self.assertEqual(self.get_stock(self.mug, self.get_location("PL")), -1.0)
        order = self.get_order(FBA_REF)
        self.assertEqual(order.amazon_parcel_ids.country_id.code, "PL")
        self.assertNotIn(self.tag("unknown_fulfillment_center"), order.tag_ids)

    def test_own_location(self):
        shelf = self.env["stock.location"].create(
            {"name": "Shelf", "usage": "internal", "company_id": self.company.id}
        )
        box = shelf.create(
            {"name": "Box", "usage": "internal", "location_id": shelf.id}
        )
        self.account.write(
            {
                "fba_stock_policy": "move",
                "fba_location_ids": [
                    Command.create(
                        {
                            "country_id": self.env.ref("base.de").id,
                            "location_id": shelf.id,
                        }
                    )
                ],
            }
        )
        self.add_stock(self.mug, box, 2)
        self.import_lines(FBA, {"quantity-shipped": "3"})
        self.assertEqual(self.get_stock(self.mug, box), 0.0)
        self.assertEqual(self.get_stock(self.mug, shelf), -1.0)
        self.assertFalse(self.account.fba_warehouse_id)

    def test_unknown_centre(self):
        self.account.fba_stock_policy = "move"
        report = self.import_lines(FBA, {"fulfillment-center-id": "ZZZ9"})
        self.assertEqual(self.outcomes(report), ["created"])
        order = self.get_order(FBA_REF)
        tag = self.tag("unknown_fulfillment_center")
        self.assertIn(tag, order.tag_ids)
        center = order.amazon_parcel_ids.fulfillment_center_id
        self.assertRecordValues(center, [{"code": "ZZZ9", "country_id": False}])
        unknown = self.account._get_fba_location(self.env["res.country"])
        self.assertEqual(self.get_stock(self.mug, unknown), -1.0)
        center.country_id = self.env.ref("base.cz")
        self.assertNotIn(tag, order.tag_ids)
        self.import_lines(
            FBA,
            {"amazon-order-id": "305-0000002-0000002", "fulfillment-center-id": "ZZZ9"},
        )
        self.assertEqual(self.get_stock(self.mug, self.get_location("CZ")), -1.0)

    def test_known_centres_load_again(self):
        Center = self.env["amazon.fulfillment.center"]
        leipzig = Center.search([("code", "=", "LEJ1")])
        self.assertEqual(leipzig.country_id.code, "DE")
        leipzig.country_id = False
        mine = Center.search([("code", "=", "WRO1")])
        mine.country_id = self.env.ref("base.at")
        count = Center.search_count([])
        Center._load_known_centers()
        self.assertEqual(leipzig.country_id.code, "DE")
        self.assertEqual(mine.country_id.code, "AT")
        self.assertEqual(Center.search_count([]), count)

    def test_accounts_have_stock_of_their_own(self):
        self.account.fba_stock_policy = "move"
        other = self.account.copy({"name": "Second Seller"})
        self.import_lines(FBA, {})
        self.import_lines(
            FBA, {"amazon-order-id": "305-0000002-0000002"}, account=other
        )
        locations = (self.account | other).fba_location_ids.location_id
        self.assertEqual(len(locations), 2)
        self.assertEqual(
            [self.get_stock(self.mug, location) for location in locations], [-1.0] * 2
        )
        self.assertEqual(self.account.fba_warehouse_id, other.fba_warehouse_id)

    # === CHANGES === #

    def test_same_file_twice(self):
        self.account.fba_stock_policy = "move"
        for _number in range(2):
            self.import_lines(FBA, {"quantity-shipped": "2"})
        order = self.get_order(FBA_REF)
        self.assertEqual(len(self.get_moves(order)), 1)
        self.assertEqual(len(order.amazon_parcel_ids), 1)

    def test_growing_order(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        self.import_lines(
            FBA,
            {
                "shipment-id": "Dbbb",
                "shipment-item-id": "SIbbb",
                "tracking-number": "JJD2",
                "shipment-date": "2026-10-08T10:00:00+00:00",
                "fulfillment-center-id": "WRO1",
            },
        )
        order = self.get_order(FBA_REF)
        self.assertEqual(
            self.get_moves(order).mapped("date"), [SHIPPED, datetime(2026, 10, 8, 10)]
        )
        self.assertEqual(self.get_stock(self.mug, self.get_location("PL")), -1.0)
        self.assertEqual(
            order.amazon_parcel_ids.mapped("tracking_number"), ["JJD1", "JJD2"]
        )

    def test_changed_quantity(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {"quantity-shipped": "3"})
        report = self.import_lines(FBA, {"quantity-shipped": "1"})
        self.assertEqual(self.outcomes(report), ["updated"])
        order = self.get_order(FBA_REF)
        self.assertEqual(self.items(order).qty_delivered, 1.0)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -1.0)
        out, back = self.get_moves(order)
        self.assertEqual(back.location_id, out.location_dest_id)
        self.assertEqual(back.quantity, 2.0)
        self.import_lines(FBA, {"quantity-shipped": "2"})
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -2.0)

    def test_cancelled_row(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        report = self.import_lines(FBA, {"quantity-shipped": "0"})
        self.assertEqual(self.outcomes(report), ["cancelled"])
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 0.0)
        self.assertEqual(self.get_order(FBA_REF).state, "cancel")

    def test_policy_counts_for_later_orders(self):
        self.import_lines(FBA, {"quantity-shipped": "3"})
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {"quantity-shipped": "4"})
        self.assertFalse(self.get_moves(self.get_order(FBA_REF)))

    def test_reverse(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                ref = f"305-{len(policy):07}-0000001"
                self.account.fba_stock_policy = policy
                self.import_lines(
                    FBA, {"amazon-order-id": ref, "quantity-shipped": "2"}
                )
                germany = self.get_location("DE")
                self.assertEqual(self.get_stock(self.mug, germany), -2.0)
                order = self.get_order(ref)
                moves = order._amazon_reverse_moves()
                self.assertEqual(moves.mapped("state"), ["done"])
                self.assertEqual(self.get_stock(self.mug, germany), 0.0)
                self.assertFalse(order._amazon_reverse_moves())

    def test_report_undone(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                report = self.import_lines(FBA, {"quantity-shipped": "2"})
                germany = self.get_location("DE")
                self.assertEqual(self.get_stock(self.mug, germany), -2.0)
                report.undo()
                self.assertFalse(self.get_order(FBA_REF))
                self.assertEqual(self.get_stock(self.mug, germany), 0.0)

    def test_confirmed_by_hand(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                ref = f"305-{len(policy):07}-0000001"
                self.account.write(
                    {"fba_stock_policy": policy, "order_workflow": "quotation"}
                )
                self.import_lines(FBA, {"amazon-order-id": ref})
                order = self.get_order(ref)
                self.assertEqual(order.state, "draft")
                self.assertFalse(self.get_moves(order))
                user = new_test_user(
                    self.env,
                    f"amazon_{policy}",
                    "amazon_order_import.group_amazon_user",
                )
                order.with_user(user).action_confirm()
                self.assertEqual(self.get_moves(order).mapped("state"), ["done"])

    # === SUMMARY === #

    def test_summary(self):
        self.account.fba_stock_policy = "summary"
        rows = [
            {
                "amazon-order-id": f"305-000000{number}-0000001",
                "quantity-shipped": number,
                "shipment-date": f"2026-10-0{number}T10:00:00+00:00",
                "sku": sku,
            }
            for number, sku in enumerate(("MUG-RED", "MUG-RED", "LAMP-1"), start=1)
        ]
        report = self.import_lines(FBA, *rows)
        moves = self.env["stock.move"].search([("amazon_report_id", "=", report.id)])
        self.assertRecordValues(
            moves.sorted(lambda move: move.product_id.id),
            [
                {
                    "product_id": self.mug.id,
                    "quantity": 3.0,
                    "state": "done",
                    "date": datetime(2026, 10, 2, 10),
                    "reference": report.display_name,
                },
                {
                    "product_id": self.products["LAMP-1"].id,
                    "quantity": 3.0,
                    "state": "done",
                    "date": datetime(2026, 10, 3, 10),
                    "reference": report.display_name,
                },
            ],
        )
        order = self.get_order("305-0000002-0000001")
        self.assertEqual(self.items(order).qty_delivered, 2.0)
        again = self.import_lines(FBA, *rows)
        self.assertFalse(
            self.env["stock.move"].search([("amazon_report_id", "=", again.id)])
        )
        rows[1]["quantity-shipped"] = 1
        changed = self.import_lines(FBA, *rows)
        back = self.env["stock.move"].search([("amazon_report_id", "=", changed.id)])
        self.assertEqual(back.quantity, 1.0)
        self.assertEqual(back.location_dest_id, self.get_location("DE"))
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -2.0)

    # === LOTS AND SERIAL NUMBERS === #


@tagged("post_install", "-at_install")
class TestStockAccess(StockCase):
    """Who sells sees parcels; other companies' stay theirs."""

    def test_order_form_for_a_salesperson(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        order = self.get_order(FBA_REF)
        user = new_test_user(
            self.env, "amazon_seller", "sales_team.group_sale_salesman_all_leads"
        )
        order = order.with_user(user)
        self.assertEqual(order.amazon_parcel_ids.fulfillment_center_id.code, "LEJ1")
        self.assertIn("amazon_parcel_ids", order.get_view(view_type="form")["arch"])

    def test_other_company(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "amazon_other",
            "amazon_order_import.group_amazon_manager",
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        for model in ("amazon.parcel", "amazon.account.location"):
            self.assertTrue(self.env[model].search([]))
            self.assertFalse(self.env[model].with_user(user).search([]))
