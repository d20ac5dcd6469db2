from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...models.completeness.amazon_control_order_cure import DISTANCES
from .common import FBA, NOW, ControlCase, order


def orders_of_days(*days):
    """Rows of the control list: an order of each of these days of October."""
    return [
        order(
            day,
            purchase_date=f"2026-10-{day:02d}T08:00:00Z",
            last_updated_date=f"2026-10-{day:02d}T09:00:00Z",
        )
        for day in days
    ]


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestMissingOrders(ControlCase):
    """What becomes of missing orders: requested again, then left to a person."""

    def test_few_windows_bring_what_is_missing(self):
        self.connect()
        self.list_orders(
            *orders_of_days(1, 2, 3, 14),
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
        self.list_orders(*orders_of_days(1, 5, 9, 13, 17))
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
        activity = self.account.activity_ids.with_user(self.account.user_id)
        activity = activity.with_context(lang="de_DE")
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
