from contextlib import contextmanager
from unittest.mock import patch

from odoo.tests import tagged

from .upsert_case import FBA, FBA_REF, MFN, REF, UpsertCase

BATCH = (
    "odoo.addons.amazon_order_import.models.report.amazon_report_processing.BATCH_ROWS"
)
OTHER = {"order-id": "302-0000001-0000002", "order-item-id": "2"}
LONG = "A very long title of an article " * 20


@tagged("post_install", "-at_install")
class TestHolds(UpsertCase):
    """Orders whose rows can be read and that stay quotations all the same."""

    @contextmanager
    def case(self, name):
        """A sub-test that leaves nothing behind."""
        with self.subTest(name), self.env.cr.savepoint() as savepoint:
            yield
            savepoint.rollback()
            self.env.invalidate_all()

    # === CONTRADICTIONS === #

    def test_rows_that_contradict_each_other(self):
        for name, (size, row, total) in {
            "price": (200, {"item-price": "25.00"}, 25.0),
            "quantity": (200, {"quantity-purchased": "2"}, 19.99),
            "product": (200, {"sku": "LAMP-1"}, 19.99),
            "promotion": (200, {"item-promotion-discount": "-1.00"}, 18.99),
            "shipping": (200, {"shipping-price": "1.00"}, 20.99),
            "address": (200, {"ship-city": "Augsburg"}, 19.99),
            "in another batch": (1, {"item-price": "25.00"}, 25.0),
        }.items():
            with self.case(name), patch(BATCH, size):
                report = self.import_lines(MFN, {}, row)
                self.assertEqual(self.outcomes(report), ["created", "waiting"])
                self.assertEqual(report.state, "attention")
                order = self.get_order(REF)
                self.assertEqual(order.amount_total, total)
                if size > 1:
                    self.assertEqual(order.state, "draft")
                self.check_todo(order, "Rows 1 and 2", "are those of row 2")
                report.action_process_again()
                report.process()
                self.assertEqual(self.outcomes(report), ["created", "waiting"])
                order.activity_ids.action_done()
                report.action_process_again()
                report.process()
                self.assertEqual(self.outcomes(report), ["created", "unchanged"])
                self.assertEqual(report.state, "done")
                self.assertEqual(order.amount_total, total)
                self.assertEqual(order.state, "sale")

    def test_person_confirms(self):
        report = self.import_lines(MFN, {}, {"item-price": "25.00"})
        order = self.get_order(REF)
        order.action_confirm()
        self.assertEqual(self.outcomes(report), ["created", "unchanged"])
        self.assertEqual(report.state, "done")

    def test_cancelled_first(self):
        for name, size in {"one batch": 200, "two batches": 1}.items():
            with self.case(name), patch(BATCH, size):
                report = self.import_lines(MFN, {"quantity-purchased": "0"}, {})
                self.assertEqual(self.get_order(REF).state, "draft")
                self.assertEqual(report.state, "attention")

    def test_known_order(self):
        self.import_lines(MFN, {})
        report = self.import_lines(
            MFN, {"item-price": "21.00"}, {"item-price": "25.00"}
        )
        self.assertEqual(self.outcomes(report), ["updated", "waiting"])
        self.assertEqual(self.get_order(REF).amount_total, 25.0)
        report = self.import_lines(
            MFN, {"item-price": "21.00"}, {"item-price": "25.00"}
        )
        self.assertEqual(self.outcomes(report), ["updated", "waiting"])
        self.assertEqual(self.get_order(REF).amount_total, 25.0)

    def test_rows_that_agree(self):
        for name, rows in {
            "equal": ({}, {}),
            "zero or nothing": ({"shipping-price": ""}, {}),
            "written otherwise": ({"item-price": "19.990"}, {}),
            "another title": ({}, {"product-name": "Mug, red"}),
            "two items": ({}, {"order-item-id": "2", "item-price": "5.00"}),
        }.items():
            with self.case(name):
                report = self.import_lines(MFN, *rows)
                self.assertEqual(report.state, "done")
                self.assertEqual(self.get_order(REF).state, "sale")

    def test_shipments_that_contradict_each_other(self):
        report = self.import_lines(FBA, {}, {"item-price": "25.00"})
        self.assertEqual(self.outcomes(report), ["created", "waiting"])
        self.assertEqual(self.get_order(FBA_REF).state, "draft")

    # === THE BUYER WANTS TO CANCEL === #

    def test_cancel_request(self):
        flag, reason = (
            "is-buyer-requested-cancellation",
            "buyer-requested-cancel-reason",
        )
        for name, cells in {
            "flag": {flag: "true", reason: ""},
            "both": {flag: "Yes", reason: "Ordered by mistake"},
            "reason": {flag: "", reason: "Ordered by mistake"},
        }.items():
            with self.case(name):
                report = self.import_lines(MFN, cells, OTHER)
                order = self.get_order(REF)
                self.assertEqual(order.state, "draft")
                self.assertEqual(self.get_order(OTHER["order-id"]).state, "sale")
                self.assertEqual(report.state, "attention")
                self.check_todo(order, "asks to cancel", cells[reason])
                # Reading again confirms nothing and makes no second to-do.
                report.action_process_again()
                report.process()
                self.import_lines(MFN, cells)
                self.assertEqual(order.state, "draft")
                self.assertEqual(len(order.activity_ids), 1)
                order.activity_ids.action_done()
                self.import_lines(MFN, cells)
                self.assertFalse(order.activity_ids)
                order.with_user(self.env.user).action_confirm()
                self.assertEqual(report.state, "done")

    def test_cancel_request_after_the_confirmation(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.assertEqual(order.state, "sale")
        self.import_lines(MFN, {"is-buyer-requested-cancellation": "true"})
        self.check_todo(order, "asks to cancel")

    def test_no_cancel_request(self):
        for text in ("false", "No", "", "0"):
            self.import_lines(
                MFN,
                {
                    "order-id": f"302-0000001-000000{len(text)}",
                    "is-buyer-requested-cancellation": text,
                    "buyer-requested-cancel-reason": "",
                },
            )
            order = self.get_order(f"302-0000001-000000{len(text)}")
            self.assertEqual(order.state, "sale")

    # === SMALL ONES === #

    def test_filled_one_of_two_equal_columns(self):
        for order, price in (("", "19.99"), ("19.99", ""), ("19.99", "19.99")):
            content = self.make_file(MFN, {"item-price": order, "twin": price})
            content = content.replace(b"twin", b"item-price")
            report = self.import_file(MFN, content)
            self.assertEqual(self.get_order(REF).amount_total, 19.99)
            self.assertEqual(report.state, "done")

    def test_invisible_marks_in_a_sku(self):
        for sku in ("MUG-RED\u200b", "\ufeffMUG-RED", "MUG\u00ad-RED", "\u200eMUG-RED"):
            report = self.import_lines(MFN, {"sku": sku})
            self.assertEqual(report.state, "done", sku)
        self.assertEqual(
            self.get_order(REF).order_line.product_id, self.products["MUG-RED"]
        )

    def test_invisible_marks_in_the_catalogue(self):
        self.products["LAMP-1"].default_code = "LAMP\u200b-1"
        self.env["amazon.offer"].create(
            {
                "account_id": self.account.id,
                "sku": "OTHER\u200b-1",
                "product_id": self.products["MUG-RED"].id,
            }
        )
        report = self.import_lines(
            MFN, {"sku": "LAMP-1"}, {"sku": "OTHER-1", "order-item-id": "2"}
        )
        self.assertEqual(self.outcomes(report), ["created", "created"])

    def test_long_title(self):
        for policy in ("wait", "placeholder"):
            self.account.unknown_sku_policy = policy
            self.account.placeholder_product_id = False
            report = self.import_lines(MFN, {"sku": "NEW", "product-name": LONG})
            text = report.row_ids.message
            self.assertNotIn(LONG[:81], text)
            if policy == "wait":
                self.assertIn(LONG[:70], text)
                self.assertIn("…", text)
