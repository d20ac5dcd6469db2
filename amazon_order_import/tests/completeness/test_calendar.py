from freezegun import freeze_time

from odoo.tests import tagged

from .common import FBA, NOW, ControlCase, order


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCalendar(ControlCase):
    """The days of an account against Amazon's list of all orders."""

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
