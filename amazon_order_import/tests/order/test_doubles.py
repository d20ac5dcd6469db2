from odoo import Command
from odoo.tests import tagged

from .upsert_case import FBA, FBA_REF, MFN, REF, UpsertCase

NUMBER = "302-1234567-7654321"


@tagged("post_install", "-at_install")
class TestDoubles(UpsertCase):
    """Orders that Odoo has already are recognised before a second one is made."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Jörg Weißhaupt"})
        cls.shipping = cls.env["product.product"].create(
            {"name": "Our shipping", "type": "service", "taxes_id": False}
        )

    def type_in(self, *lines, confirm=True, **values):
        """An order as somebody types it: ``(product, quantity, price)``."""
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": False,
                        }
                    )
                    for product, quantity, price in lines
                ],
                **values,
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def orders(self, number=NUMBER):
        found = self.env["sale.order"].search([("amazon_order_ref", "=", number)])
        return found

    def row(self, **cells):
        return {
            "order-id": NUMBER,
            **{name.replace("_", "-"): cell for name, cell in cells.items()},
        }

    def test_typed_by_hand(self):
        mug = (self.products["MUG-RED"], 1, 19.99)
        for name, values in {
            "reference": {"client_order_ref": NUMBER},
            "with spaces": {"client_order_ref": f" {NUMBER} "},
            "among words": {"client_order_ref": f"Amazon {NUMBER} (Jörg)"},
            "source": {"origin": NUMBER},
            "source, among words": {"origin": f"Amazon.de/{NUMBER}"},
            "name": {"name": NUMBER},
            "another connector": {"amazon_order_ref": NUMBER},
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                order = self.type_in(mug, **values)
                picking = order.picking_ids
                count = self.env["sale.order"].search_count([])
                report = self.import_lines(MFN, self.row())
                self.assertEqual(self.outcomes(report), ["updated"])
                self.assertEqual(report.state, "done")
                self.assertEqual(self.orders(), order)
                self.assertEqual(self.env["sale.order"].search_count([]), count)
                self.assertEqual(order.amazon_account_id, self.account)
                self.assertEqual(order.amount_total, 19.99)
                self.assertFalse(order.amazon_amount_difference)
                self.assertEqual(order.partner_id, self.customer)
                self.assertEqual(order.picking_ids, picking)
                self.assertEqual(order.order_line.amazon_line_type, "item")
                self.assertIn("in Odoo already", order.message_ids[0].body)
                # Reading again finds what it knows.
                again = self.import_lines(MFN, self.row())
                self.assertEqual(self.outcomes(again), ["unchanged"])
                again = self.import_lines(MFN, self.row(quantity_purchased="0"))
                self.assertEqual(order.state, "cancel")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_charges(self):
        """Shipping may have a line of its own, or be in the price."""
        goods = self.products["MUG-RED"]
        row = self.row(item_price="20.00", shipping_price="5.00")
        for name, lines in {
            "own line": [(goods, 1, 20.0), (self.shipping, 1, 5.0)],
            "in the price": [(goods, 1, 25.0)],
            "in two lines": [
                (goods, 1, 20.0),
                (self.shipping, 1, 2.0),
                (self.shipping, 1, 3.0),
            ],
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                order = self.type_in(*lines, client_order_ref=NUMBER)
                report = self.import_lines(MFN, row)
                self.assertEqual(self.outcomes(report), ["updated"], name)
                self.assertEqual(self.orders(), order)
                self.assertFalse(order.amazon_amount_difference)
                for again in (row, row):
                    report = self.import_lines(MFN, again)
                    self.assertEqual(self.outcomes(report), ["unchanged"])
                self.assertEqual(order.amount_total, 25.0)
                self.assertEqual(len(order.order_line), len(lines))
                changed = {**row, "item-price": "30.00"}
                self.import_lines(MFN, changed)
                if name != "own line":
                    self.check_todo(order, "by hand")
                    self.assertEqual(order.amount_total, 25.0)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_quotation_is_confirmed(self):
        order = self.type_in(
            (self.products["MUG-RED"], 1, 19.99), confirm=False, client_order_ref=NUMBER
        )
        self.import_lines(MFN, self.row())
        self.assertEqual(order.state, "sale")

    def test_what_differs_is_held(self):
        mug, lamp = self.products["MUG-RED"], self.products["LAMP-1"]
        for name, lines, text in (
            ("price", [(mug, 1, 18.0)], "18.00"),
            ("quantity", [(mug, 2, 9.995)], "[MUG-RED] Mug-Red"),
            ("product", [(lamp, 1, 19.99)], "[LAMP-1] Lamp-1"),
            ("more", [(mug, 1, 10.0), (lamp, 1, 9.99)], "Lamp-1"),
        ):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                order = self.type_in(*lines, client_order_ref=NUMBER)
                report = self.import_lines(MFN, self.row())
                self.assertEqual(self.outcomes(report), ["waiting"])
                row = report.row_ids
                self.assertIn(text, row.message)
                self.assertIn(order.name, row.message)
                self.check_todo(order, text, "Adopt Order")
                self.assertFalse(order.amazon_order_ref)
                report.action_process_again()
                report.process()
                again = self.import_lines(MFN, self.row())
                self.assertEqual(self.outcomes(again), ["waiting"])
                self.assertFalse(self.orders())
                self.assertEqual(len(order.activity_ids), 1)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_adopt_all_the_same(self):
        order = self.type_in(
            (self.products["MUG-RED"], 1, 18.0), client_order_ref=NUMBER
        )
        report = self.import_lines(MFN, self.row())
        second = self.import_lines(MFN, self.row())
        report.row_ids.action_adopt_order()
        self.assertEqual(self.orders(), order)
        self.assertEqual(report.state, "done")
        self.assertEqual(second.state, "done")
        self.assertEqual(order.amount_total, 18.0)
        self.assertEqual(order.amazon_amount_difference, -1.99)
        self.check_todo(order, "differs")
        again = self.import_lines(MFN, self.row())
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.assertEqual(order.amount_total, 18.0)

    def test_adopt_with_other_items(self):
        order = self.type_in((self.products["LAMP-1"], 1, 18.0), origin=NUMBER)
        report = self.import_lines(MFN, self.row())
        report.row_ids.action_adopt_order()
        self.assertEqual(self.orders(), order)
        again = self.import_lines(MFN, self.row())
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.assertEqual(len(order.order_line), 1)

    def test_import_separately(self):
        for name in ("origin", "amazon_order_ref"):
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                self.check_separately({name: NUMBER})
                savepoint.rollback()
                self.env.invalidate_all()

    def check_separately(self, values):
        order = self.type_in((self.products["MUG-RED"], 1, 18.0), **values)
        report = self.import_lines(MFN, self.row())
        self.assertEqual(self.outcomes(report), ["waiting"])
        report.row_ids.action_import_separately()
        self.assertEqual(len(self.orders()), 1)
        self.assertNotEqual(self.orders(), order)
        self.assertEqual(self.orders().state, "sale")
        self.assertFalse(order.activity_ids)
        self.import_lines(MFN, self.row())
        self.assertEqual(len(self.orders()), 1)

    def test_several(self):
        goods = (self.products["MUG-RED"], 1, 19.99)
        first = self.type_in(goods, client_order_ref=NUMBER)
        second = self.type_in(goods, client_order_ref=NUMBER)
        report = self.import_lines(MFN, self.row())
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertIn(second.name, report.row_ids.message)
        second._action_cancel()
        report.action_process_again()
        report.process()
        self.assertEqual(self.orders(), first)

    def test_other_currency(self):
        usd = self.env.ref("base.USD")
        usd.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "USD", "currency_id": usd.id}
        )
        goods = (self.products["MUG-RED"], 1, 19.99)
        self.type_in(goods, client_order_ref=NUMBER, pricelist_id=pricelist.id)
        report = self.import_lines(MFN, self.row())
        self.assertIn("USD", report.row_ids.message)

    def test_same_number_in_another_company(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += company
        goods = (self.products["MUG-RED"], 1, 19.99)
        other = self.type_in(
            goods, confirm=False, client_order_ref=NUMBER, company_id=company.id
        )
        report = self.import_lines(MFN, self.row())
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertNotEqual(self.orders(), other)

    def test_other_orders_are_no_doubles(self):
        goods = (self.products["MUG-RED"], 1, 19.99)
        self.type_in(goods, client_order_ref="302-1234567-7654322")
        self.type_in(goods, client_order_ref="4711", origin="Telephone")
        report = self.import_lines(MFN, self.row())
        self.assertEqual(self.outcomes(report), ["created"])

    def test_unknown_sku(self):
        order = self.type_in((self.products["MUG-RED"], 1, 19.99), origin=NUMBER)
        report = self.import_lines(MFN, self.row(sku="NEW"))
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertFalse(self.orders())
        offer = report.row_ids.offer_id
        offer.product_id = self.products["MUG-RED"]
        offer.action_process_waiting()
        report.process()
        self.assertEqual(self.orders(), order)

    def test_preview_and_undo(self):
        order = self.type_in((self.products["MUG-RED"], 1, 19.99), origin=NUMBER)
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "f.txt", self.make_file(MFN, self.row())
        )
        self.assertEqual(report.preview()["totals"], {"updated": 1})
        self.assertFalse(order.amazon_order_ref)
        report.process()
        report.undo()
        self.assertTrue(order.exists())

    # === UNINSTALL AND REINSTALL === #

    def uninstall(self):
        """What an uninstallation takes from the database."""
        self.env.flush_all()
        for table in ("sale_order", "sale_order_line"):
            self.env.cr.execute(
                "SELECT column_name FROM information_schema.columns"
                " WHERE table_name = %s AND column_name LIKE 'amazon%%'",
                [table],
            )
            names = ", ".join(f"{name} = NULL" for (name,) in self.env.cr.fetchall())
            self.env.cr.execute(f"UPDATE {table} SET {names}")  # noqa: S608
        self.env.cr.execute("DELETE FROM amazon_report_row")
        self.env.cr.execute("DELETE FROM amazon_parcel")
        self.env.cr.execute("DELETE FROM amazon_report")
        self.env.invalidate_all()

    def test_reinstall(self):
        rows = [
            {"order-id": NUMBER, "shipping-price": "4.99"},
            {"order-id": NUMBER, "order-item-id": "2", "sku": "LAMP-1"},
            {"order-id": "302-0000001-0000001", "item-price": "9.00"},
            {
                "order-id": "302-0000001-0000002",
                "purchase-order-number": "PO 4711",
                "item-promotion-discount": "-1.00",
            },
        ]
        before = self.import_lines(MFN, *rows).row_ids.sale_order_id
        self.assertEqual(len(before), 3)
        totals = {order: order.amount_total for order in before}
        self.uninstall()
        report = self.import_lines(MFN, *rows)
        self.assertEqual(self.outcomes(report), ["updated"] * 4)
        self.assertEqual(report.row_ids.sale_order_id, before)
        for order, total in totals.items():
            self.assertEqual(order.amount_total, total)
            self.assertFalse(order.amazon_amount_difference)
            self.assertFalse(order.amazon_told["adopted"])
        again = self.import_lines(MFN, *rows)
        self.assertEqual(self.outcomes(again), ["unchanged"] * 4)
        # Amazon's changes go on to come in.
        self.import_lines(MFN, {**rows[2], "item-price": "8.00"})
        self.assertEqual(self.get_order(REF).amount_total, 8.0)

    def test_reinstall_of_shipments(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        order = self.get_order(FBA_REF)
        moves = self.env["stock.move"].search_count([])
        self.uninstall()
        report = self.import_lines(FBA, {})
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertEqual(self.get_order(FBA_REF), order)
        self.assertEqual(order.order_line.qty_delivered, 1.0)
        self.assertEqual(self.env["stock.move"].search_count([]), moves)
        again = self.import_lines(FBA, {})
        self.assertEqual(self.outcomes(again), ["unchanged"])
