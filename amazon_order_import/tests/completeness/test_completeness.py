from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .common import FBA, NOW, ControlCase, order


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCompleteness(ControlCase):
    """What Amazon's list of all orders names against what Odoo has."""

    # === THE LIST === #

    def test_a_row_makes_no_order(self):
        report = self.list_orders(order(1), order(2))
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertFalse(report.row_ids.sale_order_id)
        self.assertFalse(self.get_order("302-0000001-0000001"))

    def test_read_twice(self):
        self.list_orders(order(1), order(2))
        again = self.list_orders(
            order(1),
            order(2, order_status="Shipped", last_updated_date="2026-10-06T08:00:00Z"),
        )
        self.assertEqual(self.outcomes(again), ["unchanged", "updated"])
        self.assertEqual(self.control(2).status, "shipped")
        self.assertEqual(len(self.Control.search([])), 2)

    def test_an_old_list_changes_nothing(self):
        self.list_orders(
            order(1, order_status="Shipped", last_updated_date="2026-10-06T08:00:00Z")
        )
        old = self.list_orders(order(1))
        self.assertEqual(self.outcomes(old), ["unchanged"])
        self.assertEqual(old.row_ids.code, "outdated")
        self.assertEqual(self.control(1).status, "shipped")

    def test_the_items_of_an_order_add_up(self):
        """Also where the list has them far apart, and twice the same SKU."""
        filler = [order(number) for number in range(100, 310)]
        self.list_orders(
            order(1, quantity="2"),
            *filler,
            order(1, quantity="3"),
            order(1, sku="TOWEL-XL", quantity="1"),
            order(1, sku="LAMP-1", quantity="4", item_status="Cancelled"),
        )
        control = self.control(1)
        self.assertEqual((control.item_count, control.unit_count), (3, 6))
        self.assertEqual(control.amount_total, 59.97)

    def test_a_bad_row_leaves_the_others_alone(self):
        report = self.list_orders(order(1, last_updated_date="yesterday"), order(2))
        self.assertEqual(self.outcomes(report), ["error", "created"])
        self.assertIn("yesterday", report.row_ids[0].message)
        self.assertEqual(report.row_ids[0].order_ref, "302-0000001-0000001")

    def test_undo_forgets_what_only_this_list_told(self):
        first = self.list_orders(order(1), order(2))
        self.list_orders(order(2, last_updated_date="2026-10-07T00:00:00Z"))
        result = first.undo()
        self.assertEqual(result["records_removed"], 1)
        self.assertFalse(self.control(1))
        self.assertTrue(self.control(2))

    def test_an_uploaded_list_covers_what_it_tells(self):
        report = self.list_orders(
            order(1), order(2, last_updated_date="2026-10-08T08:20:00Z")
        )
        self.assertEqual(report.date_from, datetime(2026, 10, 5, 8, 20))
        self.assertEqual(report.date_to, datetime(2026, 10, 8, 8, 20))

    # === STATES === #

    def test_missing_until_its_report_comes(self):
        self.list_orders(order(1), order(2))
        self.assertEqual(self.control(1).state, "missing")
        self.assertEqual(self.account.missing_order_count, 2)
        self.sell(1)
        self.assertEqual(self.control(1).state, "here")
        self.assertEqual(
            self.control(1).sale_order_id, self.get_order("302-0000001-0000001")
        )
        self.assertEqual(self.control(2).state, "missing")
        self.assertEqual(self.account.missing_order_count, 1)

    def test_what_is_not_due_is_not_missing(self):
        recent = {"last_updated_date": "2026-10-20T11:30:00Z"}
        self.list_orders(
            order(1, order_status="Pending"),
            order(2, **recent),
            order(3, fulfillment_channel="Amazon", order_status="Unshipped"),
            order(
                4,
                fulfillment_channel="Amazon",
                order_status="Shipped",
                last_updated_date="2026-10-20T01:00:00Z",
            ),
        )
        self.assertEqual(
            [self.control(number).state for number in (1, 2, 3, 4)], ["pending"] * 4
        )
        with freeze_time("2026-10-20 14:00:00"):
            self.Control._refresh(self.account)
        self.assertEqual(self.control(2).state, "missing")
        self.assertEqual(self.control(4).state, "pending")
        with freeze_time("2026-10-21 02:00:00"):
            self.Control._refresh(self.account)
        self.assertEqual(self.control(4).state, "missing")
        self.assertEqual(self.control(1).state, "pending")

    def test_a_change_at_amazon_does_not_put_off_what_is_due(self):
        self.list_orders(order(1))
        self.list_orders(order(1, last_updated_date="2026-10-20T11:59:00Z"))
        self.assertEqual(self.control(1).state, "missing")

    def test_incomplete(self):
        self.list_orders(order(1, quantity="2"))
        self.sell(1)
        self.assertEqual(self.control(1).state, "incomplete")
        self.assertTrue(self.control(1).is_missing)
        self.sell(1, **{"quantity-purchased": "2", "item-price": "39.98"})
        self.assertEqual(self.control(1).state, "here")

    def test_not_expected(self):
        self.env["amazon.account.marketplace"].create(
            {
                "account_id": self.account.id,
                "marketplace_id": self.env["amazon.marketplace"]
                .search([("name", "=", "Amazon.fr")])
                .id,
                "active": False,
            }
        )
        report = self.list_orders(
            order(1, amazon_order_id="S01-1234567-1234567", **FBA),
            order(2, sales_channel="Non-Amazon", **FBA),
            order(3, sales_channel="Amazon.fr"),
        )
        self.assertEqual(self.outcomes(report), ["ignored", "ignored", "created"])
        self.assertEqual(set(self.Control.search([]).mapped("state")), {"ignored"})
        self.account.with_context(active_test=False).channel_ids.active = True
        self.Control._refresh(self.account)
        self.assertEqual(self.control(3).state, "missing")

    def test_bought_before_the_start_of_the_account(self):
        """The start is the one that was chosen when the account was set up."""
        self.connect()
        self.account.orders_from = "2026-10-05 08:15:00"
        self.list_orders(
            order(1), order(2, purchase_date="2026-10-05T08:14:59Z", **FBA)
        )
        self.assertEqual(self.control(1).state, "missing")
        self.assertEqual(self.control(2).state, "ignored")
        self.Control._cure(self.account)
        self.assertEqual(self.requests().mapped("kind"), ["mfn_orders_eu"])
        day = self.calendar()["2026-10-05"]
        self.assertEqual((day["amazon"], day["ignored"]), (1, 1))
        self.account.orders_from = False
        self.Control._refresh(self.account)
        self.assertEqual(self.control(2).state, "missing")

    def test_set_aside_by_a_person(self):
        user = new_test_user(
            self.env, "compl_user", "amazon_order_import.group_amazon_user"
        )
        self.list_orders(order(1))
        self.control(1).with_user(user).action_set_aside()
        self.assertEqual(self.control(1).state, "ignored")
        self.control(1).with_user(user).action_expect()
        self.assertEqual(self.control(1).state, "missing")
        with self.assertRaises(AccessError):
            self.control(1).with_user(user).state = "here"

    def test_a_row_that_waits_is_named(self):
        self.list_orders(order(1))
        self.sell(1, sku="UNHEARD-OF")
        control = self.control(1)
        self.assertEqual(control.state, "missing")
        self.assertEqual(control.row_id.outcome, "waiting")

    def test_an_order_that_is_removed_is_missing_again(self):
        self.list_orders(order(1))
        report = self.sell(1)
        report.undo()
        self.Control._refresh(self.account)
        self.assertEqual(self.control(1).state, "missing")

    # === CANCELLED AT AMAZON === #

    def test_an_open_order_is_cancelled(self):
        self.sell(1)
        report = self.list_orders(order(1, order_status="Cancelled", quantity="0"))
        self.assertEqual(self.outcomes(report), ["cancelled"])
        self.assertEqual(self.get_order("302-0000001-0000001").state, "cancel")
        self.assertEqual(self.control(1).state, "cancelled")
        again = self.sell(1)
        self.assertEqual(self.outcomes(again), ["unchanged"])

    def list_items(self, *changes):
        """Import a list of order 1, whose items have these changes, one by one."""
        return self.list_orders(
            *(
                {**order(1), "order-item-id": str(item), **change}
                for item, change in enumerate(changes, start=1)
            )
        )

    def test_a_cancelled_item_of_an_open_order(self):
        column = {"order-id": "302-0000001-0000001"}
        self.import_lines(
            "mfn_orders_eu",
            {**column, "order-item-id": "1"},
            {**column, "order-item-id": "2", "item-price": "5.00"},
        )
        cancelled = {"item-status": "Cancelled", "quantity": "0"}
        report = self.list_items({}, cancelled)
        self.assertEqual(self.outcomes(report), ["created", "cancelled"])
        sale = self.get_order("302-0000001-0000001")
        self.assertEqual((sale.state, sale.amount_total), ("sale", 19.99))
        again = self.list_items({}, cancelled)
        self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])

    def test_a_cancelled_item_that_was_delivered(self):
        self.sell(1, **{"order-item-id": "1"})
        sale = self.get_order("302-0000001-0000001")
        for move in sale.picking_ids.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        sale.picking_ids.button_validate()
        report = self.list_items({"item-status": "Cancelled"})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertTrue(sale.activity_ids)

    def test_a_delivered_order_becomes_a_to_do(self):
        self.sell(1)
        sale = self.get_order("302-0000001-0000001")
        for move in sale.picking_ids.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        sale.picking_ids.button_validate()
        report = self.list_orders(order(1, order_status="Cancelled"))
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertEqual(report.state, "attention")
        self.assertEqual(sale.state, "sale")
        self.assertIn("cancelled order 302-0000001", sale.activity_ids.note)
        self.assertIn("delivered", sale.activity_ids.note)

    def test_an_invoiced_order_becomes_a_to_do(self):
        self.products["MUG-RED"].invoice_policy = "order"
        self.sell(1)
        sale = self.get_order("302-0000001-0000001")
        sale._create_invoices().action_post()
        report = self.list_orders(order(1, order_status="Cancelled"))
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertEqual(sale.state, "sale")
        self.assertTrue(sale.activity_ids)

    def test_what_amazon_shipped_is_not_cancelled_silently(self):
        self.sell(1, kind="fba_orders_eu")
        report = self.list_orders(order(1, **{**FBA, "order-status": "Cancelled"}))
        sale = self.get_order("302-0000001-0000001")
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertEqual(sale.state, "sale")

    # === SCALE AND TRUST === #

    def test_one_statement_however_many_orders(self):
        self.list_orders(*(order(number) for number in range(1, 120)))
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(4):
            self.Control._refresh(self.account)

    def test_other_companies_see_nothing(self):
        self.list_orders(order(1))
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "compl_other",
            "amazon_order_import.group_amazon_user",
            company_id=company.id,
            company_ids=[company.id],
        )
        other = self.Control.with_user(user)
        self.assertFalse(other.search([]))
        for method in (other.get_calendar, other.action_open_day):
            with self.assertRaises(AccessError):
                method(self.account.id, "2026-10-01", "2026-10-31")
        with self.assertRaises(AccessError):
            self.control(1).with_user(user).action_set_aside()

    def test_an_order_of_another_company_is_not_here(self):
        """The same number in another company is another order."""
        company = self.env["res.company"].create({"name": "Other"})
        account = self.env["amazon.account"].create(
            {"name": "Other", "region": "eu", "company_id": company.id}
        )
        self.sell(1)
        self.list_orders(order(1), account=account)
        control = self.Control.search([("account_id", "=", account.id)])
        self.assertEqual(control.state, "missing")
        self.assertFalse(control.sale_order_id)
