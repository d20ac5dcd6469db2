from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import Form, new_test_user, tagged

from ...report_formats import KINDS
from ..common import AmazonCase

MFN = "mfn_orders_eu"
FBA = "fba_orders_eu"
NOW = datetime(2026, 10, 20, 14, 30)


class RequestCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.germany = cls.env.ref("amazon_order_import.amazon_marketplace_de")
        cls.turkey = cls.env.ref("amazon_order_import.amazon_marketplace_tr")
        cls.france = cls.env.ref("amazon_order_import.amazon_marketplace_fr")
        cls.account.channel_ids = [
            fields.Command.create({"marketplace_id": marketplace.id})
            for marketplace in cls.germany + cls.turkey
        ]
        cls.user = new_test_user(
            cls.env, "amazon_requests", "amazon_order_import.group_amazon_user"
        )
        cls.Request = cls.env["amazon.report.request"].with_user(cls.user)

    def request(self, kind=MFN, start=None, end=None, **values):
        return self.Request.create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "date_from": start,
                "date_to": end,
                **values,
            }
        )

    def note_call(self, operation, moment, kind=FBA, status=202, **values):
        return self.env["amazon.api.call"].create(
            {
                "account_id": self.account.id,
                "seller_key": self.account._get_seller_key(),
                "operation": operation,
                "report_type": KINDS[kind].report_type,
                "called_at": moment,
                "status": status,
                **values,
            }
        )


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRequestLimits(RequestCase):
    """What Amazon would refuse is refused before it is asked; the form says why."""

    def check_refused(self, words, kind=MFN, **values):
        with self.assertRaisesRegex(ValidationError, words):
            self.request(kind, **values)

    def test_periods(self):
        day = timedelta(days=1)
        self.check_refused("ends before it begins", start=NOW - day, end=NOW - 2 * day)
        self.check_refused("lies in the future", start=NOW + day, end=NOW + 2 * day)
        self.check_refused("lies in the future", start=NOW - day, end=NOW + day)
        self.check_refused("from when to when", start=False, end=False)

    def test_age(self):
        """Each kind looks back as far as Amazon does, and no further."""
        for kind, days in ((MFN, 60), (FBA, 540), ("all_orders", 730)):
            with self.subTest(kind=kind):
                end = NOW - timedelta(days=days - 2)
                self.check_refused(
                    f"looks back {days} days",
                    kind,
                    start=NOW - timedelta(days=days + 1),
                    end=end,
                )
                request = self.request(
                    kind, start=NOW - timedelta(days=days) + timedelta(hours=1), end=end
                )
                self.assertEqual(len(request.report_ids), 1)

    def test_region_and_marketplaces(self):
        period = {"start": NOW - timedelta(days=1), "end": NOW}
        self.check_refused("in the region", "mfn_orders_na", **period)
        self.check_refused(
            "no active channel", **period, marketplace_ids=self.france.ids
        )
        self.check_refused(
            "no active channel",
            "vcs_invoices",
            start=NOW - timedelta(days=9),
            end=NOW.replace(hour=0, minute=0),
            marketplace_ids=self.turkey.ids,
        )

    def test_marketplaces_of_the_kind(self):
        """Amazon makes VAT reports for some countries only: for these it is asked."""
        self.assertEqual(
            self.request("vcs_lite").report_ids.marketplace_ids, self.germany
        )
        orders = self.request(start=NOW - timedelta(days=1), end=NOW).report_ids
        self.assertEqual(orders.marketplace_ids, self.germany + self.turkey)

    def test_windows(self):
        """A long period becomes as many reports as Amazon demands, without a gap."""
        start = NOW - timedelta(days=95)
        reports = self.request(FBA, start=start, end=NOW).report_ids.sorted("date_from")
        self.assertEqual(len(reports), 4)
        self.assertEqual(reports[0].date_from, start)
        self.assertEqual(reports[-1].date_to, NOW - timedelta(minutes=2))
        for before, after in zip(reports, reports[1:], strict=False):
            self.assertEqual(before.date_to, after.date_from)
            self.assertEqual(before.date_to - before.date_from, timedelta(days=30))
        self.assertEqual(set(reports.mapped("state")), {"requested"})

    def test_undated(self):
        """Stock has no period; VCS Lite has one by choice, with other options."""
        stock = self.request("fba_inventory").report_ids
        # One report for each stock: Europe's and Turkey's are apart.
        self.assertEqual(stock.mapped("date_from"), [False, False])
        self.assertEqual(
            {report.marketplace_ids for report in stock}, {self.germany, self.turkey}
        )
        pending = self.request("vcs_lite").report_ids
        self.assertFalse(pending.date_from)
        self.assertEqual(dict(pending._get_report_options()), {})
        reports = self.request(
            "vcs_lite",
            with_period=True,
            start=NOW - timedelta(days=40),
            end=NOW - timedelta(days=1),
        ).report_ids
        self.assertEqual(len(reports), 2)
        self.assertEqual(
            dict(reports[0]._get_report_options()), {"ReportOption=all": "true"}
        )

    def test_month_of_vat(self):
        """Amazon fails the VAT documents of a whole month before the 3rd."""
        start, end = datetime(2026, 10, 1), datetime(2026, 11, 1)
        with freeze_time("2026-11-02 10:00:00"):
            self.check_refused("11/03/2026", "vcs_invoices", start=start, end=end)
            self.request("vcs_invoices", start=datetime(2026, 10, 25), end=end)
        with freeze_time("2026-11-03 10:00:00"):
            self.request("vcs_invoices", start=start, end=end)

    def test_form(self):
        """The screen says what will happen, and what is wrong, before sending."""
        with Form(self.Request) as form:
            form.account_id = self.account
            form.kind = FBA
            self.assertIn("FBA", form.purpose)
            self.assertIn("One report", form.plan)
            self.assertIn("once in 30 minutes", form.quota)
            self.assertIn("can be requested now", form.quota)
            form.date_from = NOW - timedelta(days=75)
            self.assertIn("Will be requested as 3 reports", form.plan)
            self.assertIn("60 minutes", form.plan)
            form.date_from = NOW - timedelta(days=600)
            self.assertIn("looks back 540 days", form.problem)
            self.assertFalse(form.plan)
            form.date_from = NOW - timedelta(days=75)
            self.assertFalse(form.problem)
        self.assertEqual(len(form.record.report_ids), 3)

    def test_purposes(self):
        """Every kind that can be requested says what it is for."""
        purposes = self.Request._get_purposes()
        requestable = {key for key, kind in KINDS.items() if kind.requestable}
        self.assertEqual(set(purposes), requestable)
        self.assertTrue(all(purposes.values()))

    def test_quota_of_today(self):
        self.note_call("createReport", NOW - timedelta(minutes=10))
        self.note_call("createReport", NOW - timedelta(hours=30))
        self.note_call("createReport", NOW - timedelta(hours=2), foreign=True)
        request = self.Request.new({"account_id": self.account.id, "kind": FBA})
        self.assertIn("last 24 hours: 2; at most 46 more", request.quota)
        self.assertIn("at 14:50", request.quota)
        local = request.with_context(tz="Europe/Berlin")
        self.assertIn("at 16:50", local._describe_quota())


@tagged("post_install", "-at_install")
class TestBusinessDays(RequestCase):
    """Amazon reads the day only, in UTC: people mean the day that they choose."""

    def asked(self, tz, first, last):
        self.user.tz = tz
        request = self.Request.with_context(tz=tz)
        with Form(request) as form:
            form.account_id = self.account
            form.kind = "vcs_invoices"
            form.day_from = first
            form.day_to = last
        report = form.record.report_ids
        self.assertEqual(len(report), 1)
        return report.date_from, report.date_to

    def test_day_is_the_day_chosen(self):
        for tz in ("UTC", "Europe/Berlin", "America/Los_Angeles"):
            with self.subTest(tz=tz), freeze_time("2026-10-20 14:30:00"):
                self.assertEqual(
                    self.asked(tz, "2026-10-05", "2026-10-06"),
                    (datetime(2026, 10, 5), datetime(2026, 10, 7)),
                )

    def test_day_that_is_not_over_at_amazon(self):
        """Half past midnight in Berlin: yesterday still goes on in UTC."""
        with freeze_time("2026-10-19 22:30:00"):
            with self.assertRaisesRegex(ValidationError, "10/18/2026 or earlier"):
                self.asked("Europe/Berlin", "2026-10-10", "2026-10-19")
            self.assertEqual(
                self.asked("Europe/Berlin", "2026-10-10", "2026-10-18"),
                (datetime(2026, 10, 10), datetime(2026, 10, 19)),
            )

    def test_moments_become_whole_days(self):
        """Code that asks from a moment to a moment gets the days around them."""
        with freeze_time("2026-10-20 14:30:00"):
            report = self.request(
                "vcs_invoices",
                datetime(2026, 10, 5, 22, 0),
                datetime(2026, 10, 9, 22, 0),
            ).report_ids
            self.assertEqual(
                (report.date_from, report.date_to),
                (datetime(2026, 10, 5), datetime(2026, 10, 10)),
            )

    def test_recurring(self):
        """The ten days before today, whatever the time of day."""
        request = self.request("vcs_invoices", repeat=True, lookback_days=10)
        for moment in ("2026-10-20 00:00:10", "2026-10-20 23:59:50"):
            with freeze_time(moment):
                windows = request._get_due_windows(fields.Datetime.now())
                self.assertEqual(
                    windows, [(datetime(2026, 10, 10), datetime(2026, 10, 20))]
                )
