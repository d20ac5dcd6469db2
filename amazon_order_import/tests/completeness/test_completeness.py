from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.completeness.amazon_control_order_cure import DISTANCES
from ..common import AmazonCase

NOW = "2026-10-20 12:00:00"
FBA = {"fulfillment-channel": "Amazon", "order-status": "Shipped"}


def order(number, **changes):
    """A row of the control list for the order with this number."""
    changes = {name.replace("_", "-"): value for name, value in changes.items()}
    ref = f"302-{number:07d}-{number:07d}"
    return {"amazon-order-id": ref, **changes}


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCompleteness(AmazonCase):
    """What Amazon's list of all orders names against what Odoo has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Berlin"
        cls.Control = cls.env["amazon.control.order"]

    def list_orders(self, *rows, account=None):
        return self.import_lines("all_orders", *rows, account=account)

    def control(self, number):
        ref = f"302-{number:07d}-{number:07d}"
        return self.Control.search(
            [("order_ref", "=", ref), ("account_id", "=", self.account.id)]
        )

    def sell(self, *numbers, kind="mfn_orders_eu", **changes):
        """Import orders by their own report."""
        column = "order-id" if kind.startswith("mfn") else "amazon-order-id"
        item = "order-item-id" if kind.startswith("mfn") else "shipment-item-id"
        return self.import_lines(
            kind,
            *(
                {
                    column: f"302-{number:07d}-{number:07d}",
                    item: str(10**13 + number),
                    **changes,
                }
                for number in numbers
            ),
        )

    def calendar(self, start="2026-10-01", end="2026-10-31", **filters):
        found = self.Control.get_calendar(self.account.id, start, end, **filters)
        return {day["date"]: day for day in found["days"]}

    def connect(self):
        self.account.write(
            {
                "lwa_client_id": "id",
                "lwa_client_secret": "secret",
                "lwa_refresh_token": "token",
            }
        )

    def cover(self, kind, start, end, state="done", **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "date_from": start,
                "date_to": end,
                "state": state,
                **values,
            }
        )

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

    # === DAYS === #

    def test_a_day_begins_where_the_account_is(self):
        """Bought at 22:30 UTC: the next day in Berlin, the same one in London."""
        late = {"purchase_date": "2026-10-05T22:30:00Z"}
        self.list_orders(order(1, **late))
        days = self.calendar()
        self.assertEqual(days["2026-10-06"]["amazon"], 1)
        self.assertEqual(days["2026-10-05"]["amazon"], 0)
        action = self.Control.action_open_day(self.account.id, "2026-10-06")
        self.assertEqual(self.Control.search(action["domain"]), self.control(1))
        self.company.partner_id.tz = "UTC"
        days = self.calendar()
        self.assertEqual(days["2026-10-05"]["amazon"], 1)
        action = self.Control.action_open_day(self.account.id, "2026-10-05")
        self.assertEqual(self.Control.search(action["domain"]), self.control(1))

    def test_the_day_on_which_the_clock_is_set_back(self):
        """25 October 2026 has 25 hours in Berlin."""
        with freeze_time("2026-10-28 12:00:00"):
            self.list_orders(
                order(1, purchase_date="2026-10-24T22:00:00Z"),
                order(2, purchase_date="2026-10-25T22:59:59Z"),
                order(3, purchase_date="2026-10-25T23:00:00Z"),
            )
            days = self.calendar()
        self.assertEqual(days["2026-10-25"]["amazon"], 2)
        self.assertEqual(days["2026-10-26"]["amazon"], 1)

    def test_numbers_and_status_of_days(self):
        self.cover("all_orders", "2026-10-01 00:00:00", "2026-10-19 00:00:00")
        day = {"purchase_date": "2026-10-05T08:00:00Z"}
        self.list_orders(
            order(1, quantity="2", **day),
            order(2, **day),
            order(3, order_status="Cancelled", **day),
            order(4, purchase_date="2026-10-06T08:00:00Z"),
            order(5, order_status="Pending", purchase_date="2026-10-07T08:00:00Z"),
        )
        self.sell(1, **{"quantity-purchased": "2", "item-price": "39.98"})
        self.sell(4)
        days = self.calendar()
        fifth = days["2026-10-05"]
        self.assertEqual((fifth["amazon"], fifth["odoo"]), (2, 1))
        self.assertEqual((fifth["amazon_units"], fifth["odoo_units"]), (3, 2))
        self.assertEqual((fifth["missing"], fifth["cancelled"]), (1, 1))
        self.assertEqual(fifth["status"], "missing")
        self.assertEqual(days["2026-10-06"]["status"], "complete")
        self.assertEqual(days["2026-10-07"]["status"], "pending")
        self.assertEqual(days["2026-10-08"]["status"], "empty")
        self.assertEqual(days["2026-10-25"]["status"], "none")

    def test_a_day_without_a_list_is_not_green(self):
        self.cover("all_orders", "2026-10-04 00:00:00", "2026-10-06 00:00:00")
        self.cover("all_orders", "2026-10-08 00:00:00", "2026-10-20 00:00:00")
        days = self.calendar()
        self.assertEqual(days["2026-10-02"]["status"], "none")
        self.assertEqual(days["2026-10-05"]["status"], "empty")
        self.assertEqual(days["2026-10-07"]["status"], "none")
        self.assertEqual(days["2026-10-09"]["status"], "empty")

    def test_a_day_that_the_list_ends_in_is_not_green(self):
        """What was bought after the list's last moment is not known yet."""
        self.cover("all_orders", "2026-10-01 00:00:00", "2026-10-19 10:00:00")
        self.list_orders(order(1, purchase_date="2026-10-19T08:00:00Z"))
        self.sell(1)
        self.assertEqual(self.control(1).state, "here")
        day = self.calendar()["2026-10-19"]
        self.assertEqual(day["status"], "pending")
        self.assertIn("2026-10-19 12:00", day["gaps"][0])
        self.assertEqual(self.calendar()["2026-10-18"]["status"], "empty")
        self.cover("all_orders", "2026-10-18 00:00:00", "2026-10-20 11:00:00")
        self.assertEqual(self.calendar()["2026-10-19"]["status"], "complete")

    def test_a_gap_between_the_reports(self):
        self.cover("all_orders", "2026-10-01 00:00:00", "2026-10-20 00:00:00")
        self.cover("mfn_orders_eu", "2026-10-01 00:00:00", "2026-10-08 10:00:00")
        self.cover("mfn_orders_eu", "2026-10-08 14:00:00", "2026-10-20 10:00:00")
        self.cover(
            "mfn_orders_eu",
            "2026-10-08 09:00:00",
            "2026-10-08 15:00:00",
            state="failed",
        )
        eighth = self.calendar()["2026-10-08"]
        self.assertEqual(eighth["status"], "gap")
        self.assertIn("2026-10-08 12:00 to 2026-10-08 16:00", eighth["gaps"][0])
        self.assertEqual(self.calendar()["2026-10-09"]["status"], "empty")
        self.assertEqual(
            self.calendar(fulfillment="fba")["2026-10-08"]["status"], "empty"
        )

    def test_by_channel(self):
        self.cover("all_orders", "2026-10-01 00:00:00", "2026-10-20 00:00:00")
        self.list_orders(
            order(1),
            order(2, sales_channel="Amazon.fr"),
            order(3, sales_channel="Amazon.fr", **FBA),
        )
        self.sell(2, **{"sales-channel": "Amazon.fr"})
        found = self.Control.get_calendar(self.account.id, "2026-10-01", "2026-10-31")
        self.assertEqual(
            [
                (c["name"], c["fulfillment"], c["amazon"], c["odoo"], c["missing"])
                for c in found["channels"]
            ],
            [
                ("Amazon.de", "mfn", 1, 0, 1),
                ("Amazon.fr", "fba", 1, 0, 1),
                ("Amazon.fr", "mfn", 1, 1, 0),
            ],
        )
        self.assertEqual(found["total"]["missing"], 2)
        france = found["channels"][1]["marketplace_id"]
        days = self.calendar(marketplace_id=france, fulfillment="mfn")
        self.assertEqual(days["2026-10-05"]["status"], "complete")

    # === CURE === #

    def requests(self):
        return self.env["amazon.report.request"].search(
            [("account_id", "=", self.account.id)], order="id"
        )

    def test_few_windows_bring_what_is_missing(self):
        self.connect()
        self.list_orders(
            *(
                order(
                    number,
                    purchase_date=f"2026-10-{number:02d}T08:00:00Z",
                    last_updated_date=f"2026-10-{number:02d}T09:00:00Z",
                )
                for number in (1, 2, 3, 14)
            ),
            order(20, **FBA),
        )
        self.Control._cure(self.account)
        requests = self.requests()
        self.assertEqual(
            [(r.kind, str(r.date_from), str(r.date_to)) for r in requests],
            [
                ("mfn_orders_eu", "2026-10-01 07:00:00", "2026-10-03 10:00:00"),
                ("mfn_orders_eu", "2026-10-14 07:00:00", "2026-10-14 10:00:00"),
                ("fba_orders_eu", "2026-10-05 07:15:00", "2026-10-12 08:20:00"),
            ],
        )
        self.assertEqual(self.control(1).attempts, 1)
        self.assertEqual(
            self.control(1).next_attempt, fields.Datetime.now() + DISTANCES[0]
        )
        self.Control._cure(self.account)
        self.assertEqual(self.requests(), requests)

    def test_many_windows_are_joined(self):
        self.connect()
        self.list_orders(
            *(
                order(
                    number,
                    purchase_date=f"2026-10-{number:02d}T08:00:00Z",
                    last_updated_date=f"2026-10-{number:02d}T09:00:00Z",
                )
                for number in (1, 5, 9, 13, 17)
            )
        )
        self.Control._cure(self.account)
        self.assertEqual(len(self.requests()), 1)

    def test_bounded_then_a_person(self):
        self.connect()
        self.list_orders(order(1))
        moment = datetime(2026, 10, 20, 12)
        for attempt in range(1, len(DISTANCES) + 1):
            with freeze_time(moment):
                self.Control._cure(self.account)
                self.assertEqual(self.control(1).attempts, attempt)
                self.assertFalse(self.account.activity_ids)
                self.env["amazon.report"].search([("state", "=", "requested")]).write(
                    {"state": "cancelled"}
                )
                moment = self.control(1).next_attempt + timedelta(minutes=1)
        with freeze_time(moment):
            self.Control._cure(self.account)
            self.Control._cure(self.account)
        self.assertEqual(len(self.requests()), len(DISTANCES))
        activity = self.account.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.account._get_responsible())
        self.assertIn("302-0000001-0000001", activity.note)
        self.assertIn("Find an Order", activity.note)
        self.sell(1)
        with freeze_time(moment + timedelta(hours=1)):
            self.Control._cure(self.account)
        self.assertFalse(self.account.activity_ids)

    def test_no_request_while_the_report_is_on_its_way(self):
        self.connect()
        self.cover(
            "mfn_orders_eu", "2026-10-04 00:00:00", "2026-10-07 00:00:00", "requested"
        )
        self.list_orders(order(1))
        self.Control._cure(self.account)
        self.assertFalse(self.requests())
        self.assertEqual(self.control(1).attempts, 0)

    def test_no_request_for_what_waits_for_a_person(self):
        self.connect()
        self.list_orders(order(1))
        self.sell(1, sku="UNHEARD-OF")
        self.Control._cure(self.account)
        self.assertFalse(self.requests())
        self.assertFalse(self.account.activity_ids)

    def test_too_old_for_amazon(self):
        self.connect()
        old = "2026-07-01T08:00:00Z"
        self.list_orders(order(1, purchase_date=old, last_updated_date=old))
        self.Control._cure(self.account)
        self.assertFalse(self.requests())
        self.assertIn("302-0000001-0000001", self.account.activity_ids.note)

    def test_at_the_limit_of_what_amazon_reports(self):
        """The clock goes on between the reckoning and the request."""
        self.connect()
        old = "2026-08-01T08:00:00Z"
        self.list_orders(
            order(1, purchase_date=old, last_updated_date="2026-08-25T08:00:00Z")
        )
        kind = "mfn_orders_eu"
        window = self.control(1)._get_window(kind, fields.Datetime.now())
        with freeze_time("2026-10-20 12:00:05"):
            self.Control._request(self.account, kind, *window)
        self.assertEqual(self.requests().kind, kind)

    @mute_logger("odoo.addons.amazon_order_import.models.completeness.amazon_account")
    def test_one_account_stops_no_other(self):
        other = self.env["amazon.account"].create({"name": "Second", "region": "eu"})
        original = type(self.Control)._cure

        def cure(control, account):
            if account == self.account:
                raise KeyError("nobody foresaw this")
            return original(control, account)

        self.list_orders(order(1))
        self.list_orders(order(2), account=other)
        cron = self.env.ref("amazon_order_import.ir_cron_check_completeness")
        with (
            patch.object(type(self.Control), "_cure", cure),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        self.assertFalse(self.account.activity_ids)
        self.assertTrue(other.activity_ids)

    def test_without_a_responsible_somebody_is_told(self):
        manager = new_test_user(
            self.env, "compl_manager", "amazon_order_import.group_amazon_manager"
        )
        group = self.env.ref("amazon_order_import.group_amazon_manager")
        self.account.user_id = False
        self.list_orders(order(1))
        self.Control._cure(self.account)
        told = self.account.activity_ids.user_id
        self.assertTrue(manager)
        self.assertIn(told, group.all_user_ids - self.env.ref("base.user_root"))

    def test_in_the_language_of_who_is_told(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.account.user_id = new_test_user(
            self.env,
            "compl_german",
            "amazon_order_import.group_amazon_user",
            lang="de_DE",
        )
        self.list_orders(order(1))
        self.Control._cure(self.account)
        activity = self.account.activity_ids
        self.assertEqual(activity.user_id, self.account.user_id)
        self.assertIn("1 Bestellungen", activity.summary)
        self.list_orders(order(2))
        self.Control._cure(self.account)
        self.assertIn("2 Bestellungen", activity.summary)
        self.assertIn("302-0000002-0000002", activity.note)

    def test_without_a_connection_a_person_uploads(self):
        self.list_orders(order(1))
        self.Control._cure(self.account)
        self.assertFalse(self.requests())
        self.assertIn("Upload File", self.account.activity_ids.note)

    def test_scheduled_action(self):
        self.connect()
        self.list_orders(order(1))
        with self.enter_registry_test_mode():
            self.env.ref(
                "amazon_order_import.ir_cron_check_completeness"
            ).method_direct_trigger()
        self.assertEqual(len(self.requests()), 1)

    def test_requested_by_the_lowest_rights(self):
        user = new_test_user(
            self.env, "compl_user", "amazon_order_import.group_amazon_user"
        )
        self.list_orders(order(1))
        action = self.control(1).with_user(user).action_request_again()
        self.assertEqual(action["res_model"], "amazon.report")
        self.assertEqual(self.requests().kind, "mfn_orders_eu")

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
