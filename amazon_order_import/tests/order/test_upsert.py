from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .upsert_case import MFN, REF, UpsertCase


@tagged("post_install", "-at_install")
class TestUpsert(UpsertCase):
    """Reading again what is known: never twice, never a silent difference."""

    # === THE SAME AGAIN === #

    def test_same_file_twice(self):
        rows = (
            {"order-item-id": "1", "shipping-price": "4.99"},
            {"order-item-id": "2", "sku": "LAMP-1", "item-promotion-discount": "2.00"},
        )
        self.import_lines(MFN, *rows)
        order = self.get_order(REF)
        lines = order.order_line
        again = self.import_lines(MFN, *rows)
        self.assertEqual(self.outcomes(again), ["unchanged"] * 2)
        self.assertEqual(again.state, "done")
        self.assertEqual(again.row_ids.sale_order_id, order)
        self.assertEqual(self.get_order(REF).order_line, lines)
        self.assertFalse(order.activity_ids)

    def test_row_order_shuffled(self):
        rows = [
            {"order-id": f"302-0000001-000000{number % 2}", "order-item-id": number}
            for number in range(6)
        ]
        self.import_lines(MFN, *rows)
        before = self.env["sale.order.line"].search_count([])
        again = self.import_lines(MFN, *reversed(rows))
        self.assertEqual(self.outcomes(again), ["unchanged"] * 6)
        self.assertEqual(self.env["sale.order.line"].search_count([]), before)

    def test_row_twice_in_one_file(self):
        report = self.import_lines(MFN, {}, {})
        order = self.get_order(REF)
        self.assertEqual(self.outcomes(report), ["created", "unchanged"])
        self.assertEqual(len(order.order_line), 1)
        self.assertEqual(report.row_ids.sale_order_id, order)
        self.assertTrue(
            all(row.sale_order_id for row in report.row_ids),
            "Also the row that the file repeats links to its order",
        )

    def test_row_twice_in_one_file_of_a_known_order(self):
        self.import_lines(MFN, {})
        new = {"order-item-id": "2", "sku": "LAMP-1", "shipping-price": "3.00"}
        report = self.import_lines(MFN, new, new)
        self.assertEqual(self.outcomes(report), ["created", "unchanged"])
        self.assertEqual(len(self.items(self.get_order(REF))), 2)

    def test_row_repeated_with_another_price(self):
        """The file contradicts itself: the later row counts, and a person looks."""
        report = self.import_lines(MFN, {}, {"item-price": "17.99"})
        self.assertEqual(self.outcomes(report), ["created", "waiting"])
        self.assertEqual(self.get_order(REF).amount_total, 17.99)

    def test_row_repeated_as_cancelled(self):
        """An item that the same file cancels further down is not sold."""
        report = self.import_lines(
            MFN,
            {"order-item-id": "1"},
            {"order-item-id": "2"},
            {"order-item-id": "2", "quantity-purchased": "0", "item-price": "0.00"},
        )
        self.assertEqual(self.outcomes(report)[2], "cancelled")
        order = self.get_order(REF)
        self.assertEqual(sum(self.items(order).mapped("product_uom_qty")), 1)
        self.assertEqual(order.amount_total, 19.99)

    # === GROWN === #

    def test_grown_order(self):
        self.import_lines(MFN, {"order-item-id": "1"})
        order = self.get_order(REF)
        report = self.import_lines(
            MFN,
            {"order-item-id": "1"},
            {"order-item-id": "2", "sku": "LAMP-1", "item-price": "5.00"},
        )
        self.assertEqual(self.outcomes(report), ["unchanged", "created"])
        self.assertEqual(self.get_order(REF), order)
        self.assertEqual(order.amount_total, 24.99)
        self.assertEqual(order.amazon_amount_difference, 0)
        self.assertEqual(
            order.picking_ids.move_ids.product_id,
            self.products["MUG-RED"] + self.products["LAMP-1"],
            "The further item is delivered too",
        )

    def test_grown_after_invoice(self):
        self.import_lines(MFN, {"order-item-id": "1"})
        order = self.get_order(REF)
        first = self.invoice(order)
        self.import_lines(MFN, {"order-item-id": "2", "item-price": "5.00"})
        self.assertEqual(order.amount_total, 24.99)
        self.assertEqual(first.amount_total, 19.99)
        self.assertEqual(self.invoice(order).amount_total, 5.00)

    def test_grown_cancelled_order(self):
        self.import_lines(MFN, {"order-item-id": "1"})
        order = self.get_order(REF)
        order._action_cancel()
        report = self.import_lines(MFN, {"order-item-id": "2"})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertEqual(report.state, "attention")
        self.assertEqual(len(order.order_line), 1)
        self.check_todo(order, "MUG-RED")

    # === CHANGED FIGURES === #

    def test_changed_price_of_a_quotation(self):
        self.account.order_workflow = "quotation"
        self.import_lines(MFN, {})
        report = self.import_lines(MFN, {"item-price": "17.99"})
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertEqual(order.amount_total, 17.99)
        self.assertIn("19.99", report.row_ids.message)
        self.assertIn("17.99", report.row_ids.message)

    def test_changed_quantity_of_an_open_order(self):
        self.import_lines(MFN, {"quantity-purchased": 3, "item-price": "10.00"})
        order = self.get_order(REF)
        self.assertEqual(order.state, "sale")
        report = self.import_lines(MFN, {"quantity-purchased": 1, "item-price": "3.33"})
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertEqual(order.amount_total, 3.33)
        self.assertEqual(order.amazon_amount_difference, 0)
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 1)

    def test_quantity_raised_on_an_open_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.import_lines(MFN, {"quantity-purchased": 3, "item-price": "59.97"})
        self.assertEqual(order.amount_total, 59.97)
        moves = order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        self.assertEqual(sum(moves.mapped("product_uom_qty")), 3)

    def test_charges_that_come_and_go(self):
        self.import_lines(MFN, {"shipping-price": "4.99"})
        order = self.get_order(REF)
        self.import_lines(MFN, {"gift-wrap-price": "2.50"})
        self.assertEqual(order.amount_total, 22.49)
        self.assertEqual(order.amazon_amount_difference, 0)
        self.import_lines(MFN, {"shipping-price": "4.99"})
        self.assertEqual(order.amount_total, 24.98)
        self.assertEqual(order.amazon_amount_difference, 0)
        types = order.order_line.filtered("amazon_row_key").mapped("amazon_line_type")
        self.assertEqual(sorted(types), ["gift_wrap", "item", "shipping"])
        again = self.import_lines(MFN, {"shipping-price": "4.99"})
        self.assertEqual(self.outcomes(again), ["unchanged"])

    def check_left_to_person(self, order, total):
        report = self.import_lines(
            MFN, {"quantity-purchased": 2, "item-price": "35.55"}
        )
        row = report.row_ids
        self.assertEqual(row.outcome, "waiting")
        self.assertEqual(report.state, "attention")
        self.assertEqual(row.sale_order_id, order)
        for text in ("19.99", "35.55"):
            self.assertIn(text, row.message)
        self.check_todo(order, "19.99", "35.55")
        self.assertEqual(order.amount_total, total)
        self.import_lines(MFN, {"quantity-purchased": 2, "item-price": "35.55"})
        self.assertEqual(len(order.activity_ids), 1, "One to-do for one difference")

    def test_changed_delivered_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.deliver(order)
        self.check_left_to_person(order, 19.99)

    def test_changed_invoiced_order(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        invoice = self.invoice(order)
        self.check_left_to_person(order, 19.99)
        self.assertEqual(invoice.amount_total, 19.99)

    def test_changed_order_with_draft_invoice(self):
        """A draft invoice shows what is invoiced: it may not differ silently."""
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.products["MUG-RED"].invoice_policy = "order"
        order._create_invoices()
        self.check_left_to_person(order, 19.99)

    def test_settled_difference_is_not_told_again(self):
        """Recurring reports repeat each row for days; a to-do that is done is done."""
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.deliver(order)
        first = self.import_lines(MFN, {"item-price": "17.99"})
        self.assertEqual(first.state, "attention")
        order.activity_ids.action_feedback(feedback="Credit note made")
        again = self.import_lines(MFN, {"item-price": "17.99"})
        self.assertFalse(order.activity_ids)
        self.assertEqual(again.state, "done")

    # === CANCELLED === #

    def cancelled(self, item):
        return {"order-item-id": item, "quantity-purchased": 0, "item-price": "0.00"}

    def test_cancelled_line_of_a_quotation(self):
        self.account.order_workflow = "quotation"
        self.import_lines(MFN, {"order-item-id": "1"}, {"order-item-id": "2"})
        order = self.get_order(REF)
        report = self.import_lines(MFN, self.cancelled("2"))
        self.assertEqual(self.outcomes(report), ["cancelled"])
        self.assertEqual(order.state, "draft")
        self.assertEqual(order.amount_total, 19.99)
        self.assertEqual(order.amazon_amount_difference, 0)

    def test_cancelled_line_of_a_confirmed_order(self):
        rows = (
            {"order-item-id": "1", "shipping-price": "4.99"},
            {"order-item-id": "2", "sku": "LAMP-1", "shipping-price": "1.00"},
        )
        self.import_lines(MFN, *rows)
        order = self.get_order(REF)
        for _attempt in range(2):
            report = self.import_lines(MFN, self.cancelled("2"))
            self.assertEqual(self.outcomes(report), ["cancelled"])
            self.assertEqual(order.state, "sale")
            self.assertEqual(order.amount_total, 24.98)
        moves = order.picking_ids.move_ids.filtered(
            lambda m: m.product_id == self.products["LAMP-1"] and m.state != "cancel"
        )
        self.assertFalse(sum(moves.mapped("product_uom_qty")), "Nothing to deliver")

    def test_cancelled_line_of_a_delivered_order(self):
        self.import_lines(MFN, {"order-item-id": "1"}, {"order-item-id": "2"})
        order = self.get_order(REF)
        self.deliver(order)
        report = self.import_lines(MFN, self.cancelled("2"))
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertEqual(order.amount_total, 39.98)
        self.check_todo(order, "MUG-RED")

    def test_all_lines_cancelled(self):
        for confirm in (True, False):
            with self.subTest(confirm=confirm):
                self.account.order_workflow = "confirm" if confirm else "quotation"
                ref = f"302-0000001-000000{confirm:d}"
                rows = [{"order-id": ref, "order-item-id": item} for item in "12"]
                self.import_lines(MFN, *rows)
                order = self.get_order(ref)
                report = self.import_lines(
                    MFN,
                    *(dict(self.cancelled(item), **{"order-id": ref}) for item in "12"),
                )
                self.assertEqual(self.outcomes(report), ["cancelled"] * 2)
                self.assertEqual(order.state, "cancel")
                self.assertTrue(
                    all(
                        state == "cancel" for state in order.picking_ids.mapped("state")
                    )
                )
                again = self.import_lines(
                    MFN,
                    *(dict(self.cancelled(item), **{"order-id": ref}) for item in "12"),
                )
                self.assertEqual(self.outcomes(again), ["cancelled"] * 2)
                self.assertEqual(again.state, "done")
                self.assertFalse(order.activity_ids)

    def test_cancelled_before_it_was_known(self):
        report = self.import_lines(MFN, self.cancelled("1"))
        self.assertEqual(self.outcomes(report), ["cancelled"])
        self.assertEqual(report.state, "done")
        self.assertFalse(self.get_order(REF))

    # === A PERSON'S WORK === #

    def test_edited_by_hand(self):
        """What a person changed in Odoo is not overwritten by an unchanged report."""
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        order.order_line = [
            Command.create(
                {"product_id": self.products["LAMP-1"].id, "price_unit": 1.0}
            )
        ]
        order.order_line[0].product_uom_qty = 2
        report = self.import_lines(MFN, {})
        self.assertEqual(self.outcomes(report), ["unchanged"])
        self.assertEqual(order.order_line[0].product_uom_qty, 2)
        self.assertTrue(order.amazon_amount_difference)

    def test_confirmed_by_hand_stays_confirmed(self):
        self.account.order_workflow = "quotation"
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        order.action_confirm()
        self.import_lines(MFN, {"item-price": "10.00"})
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.amount_total, 10.00)

    # === ORDER OF THE REPORTS === #

    def test_older_report_does_not_undo_newer(self):
        """A file of Monday, processed after that of Tuesday, takes nothing back."""
        create = self.env["amazon.report"].create_from_file
        reports = [
            create(
                self.account,
                MFN,
                f"{price}.txt",
                self.make_file(MFN, {"item-price": price}),
            )
            for price in ("19.99", "17.99")
        ]
        monday = fields.Datetime.now() - timedelta(days=2)
        for days, report in enumerate(reports):
            report.date_from = monday + timedelta(days=days - 1)
            report.date_to = monday + timedelta(days=days)
        reports[1].process()
        reports[0].process()
        self.assertEqual(self.get_order(REF).amount_total, 17.99)
