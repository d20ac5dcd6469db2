from odoo.tests import new_test_user, tagged

from ..invoicing.vat_data import vat_file, vat_row
from .cases import FBA_REF, ReturnCase


@tagged("post_install", "-at_install")
class TestReturnsWithoutOrder(ReturnCase):
    """What waits for an order that never comes, and what only a return can do."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env, "return_user", "amazon_order_import.group_amazon_user"
        )

    def test_waits_for_its_order(self):
        report = self.returns({})
        row = report.row_ids
        self.assertEqual((row.outcome, row.code), ("waiting", "unknown_order"))
        self.assertIn(FBA_REF, row.message)
        self.assertTrue(row.can_import_without_order)
        self.assertFalse(self.found(order_ref=FBA_REF))
        self.import_lines("fba_orders_eu", {})
        self.assertEqual((row.outcome, report.state), ("created", "done"))
        self.assertFalse(row.can_import_without_order)
        self.assertEqual(
            self.found(order_ref=FBA_REF).sale_order_id, self.get_order(FBA_REF)
        )

    def test_order_that_never_comes(self):
        report = self.returns({}, {"order-id": "", "license-plate-number": "LPN9"})
        self.assertEqual(self.outcomes(report), ["waiting", "waiting"])
        report.row_ids.with_user(self.user).action_import_without_order()
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(report.state, "done")
        returns = self.found(account_id=self.account.id)
        self.assertFalse(returns.sale_order_id)
        self.assertEqual(returns.product_id, self.mug)
        # It comes all the same.
        self.import_lines("fba_orders_eu", {})
        self.assertEqual(returns[0].sale_order_id, self.get_order(FBA_REF))
        self.assertFalse(returns[1].sale_order_id)

    def test_other_rows_that_wait(self):
        """VCS Lite data wait for their order, too: they are no return."""
        told = self.env["amazon.report"].create_from_file(
            self.account, "vcs_lite", "data.txt", vat_file(vat_row(item="119.00 19.00"))
        )
        told.process()
        self.assertEqual(self.outcomes(told), ["waiting"])
        waiting = self.returns({})
        self.assertFalse(told.row_ids.can_import_without_order)
        # As it was named before.
        told.row_ids.code = "unknown_order"
        self.assertFalse(told.row_ids.can_import_without_order)
        rows = (told + waiting).row_ids.with_user(self.user)
        rows.action_import_without_order()
        self.assertEqual(self.outcomes(told), ["waiting"])
        self.assertEqual(self.outcomes(waiting), ["created"])
        self.assertFalse(self.found(order_ref=told.row_ids.order_ref))
