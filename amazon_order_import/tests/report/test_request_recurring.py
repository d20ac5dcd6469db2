from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ...models.report.amazon_report_request_recurring import CADENCES
from ...report_formats import KINDS
from ...selling_partner.errors import DataError
from .test_requests import FBA, MFN, NOW, RequestCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestRecurring(RequestCase):
    """Requests that repeat: their rhythm, and the time that they cover."""

    def add(self, request, start, end, state="done", **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": request.kind,
                "request_id": request.id,
                "marketplace_ids": (self.germany + self.turkey).ids,
                "state": state,
                "date_from": NOW - timedelta(days=start),
                "date_to": NOW - timedelta(days=end),
                **values,
            }
        )

    def windows(self, request):
        return [
            (
                round((NOW - start) / timedelta(days=1), 1),
                round((NOW - end) / timedelta(days=1), 1),
            )
            for start, end in request._get_due_windows(NOW)
        ]

    def test_overlap(self):
        request = self.request(repeat=True, lookback_days=2)
        self.assertEqual(self.windows(request), [(2, 0)])
        self.add(request, 2.02, 0.02)
        self.assertEqual(self.windows(request), [(2, 0)])

    def test_watermark_is_the_start_of_the_last_good_window(self):
        request = self.request(repeat=True, lookback_days=2)
        good = self.add(request, 12, 10)
        self.add(request, 10.5, 8, state="failed", failure_code="fatal")
        self.assertEqual(request.watermark, good.date_from)
        self.assertEqual(self.windows(request), [(12, 0)])

    def test_earlier_window_that_failed(self):
        """Although a later one came in: the gap is asked for by itself."""
        request = self.request(repeat=True, lookback_days=2)
        self.add(request, 20, 15)
        failed = self.add(request, 15, 10, state="failed", failure_code="fatal")
        self.add(request, 10, 0.1)
        self.assertEqual(self.windows(request), [(15, 10), (2, 0)])
        self.add(request, 15, 10, state="failed", failure_code="told")
        self.assertEqual(self.windows(request), [(15, 10), (2, 0)])
        self.add(request, 15, 10, state="failed", failure_code="stuck")
        self.assertEqual(self.windows(request), [(2, 0)], "Not for ever")
        failed.failure_code = "role"
        self.assertEqual(
            self.windows(request), [(15, 10), (2, 0)], "A role comes back one day"
        )

    def test_gap_that_is_settled(self):
        for state, code in (
            ("cancelled", "no_data"),
            ("skipped", False),
            ("requested", False),
        ):
            with self.subTest(state=state):
                request = self.request(repeat=True, lookback_days=2)
                self.add(request, 20, 15)
                gap = self.add(request, 15, 10, state=state, failure_code=code)
                self.add(request, 10, 0.1)
                self.assertEqual(self.windows(request), [(2, 0)])
                gap.unlink()
                self.env["amazon.report"].search([]).unlink()

    def test_gap_of_what_is_not_asked_for(self):
        """It is no gap of this request, which would ask for it for ever."""
        for kind, chosen in ((MFN, self.germany), ("vcs_invoices", self.turkey[:0])):
            with self.subTest(kind=kind):
                request = self.request(
                    kind, repeat=True, lookback_days=2, marketplace_ids=chosen.ids
                )
                for first, last in ((20, 10), (10, 0.6)):
                    self.add(request, first, last, marketplace_ids=self.germany.ids)
                self.assertEqual(len(self.windows(request)), 1)

    def test_never_before_the_start_of_the_account(self):
        self.account.orders_from = NOW - timedelta(days=1)
        request = self.request(repeat=True, lookback_days=2)
        self.add(request, 20, 15)
        self.assertEqual(self.windows(request), [(1, 0)])
        self.account.orders_from = NOW + timedelta(days=1)
        self.assertEqual(self.windows(request), [])

    def test_long_outage_is_split(self):
        request = self.request(repeat=True, lookback_days=2)
        self.add(request, 47, 45)
        windows = self.windows(request)
        self.assertEqual(len(windows), 2)
        self.assertEqual((windows[0][0], windows[1][1]), (47, 0))

    def test_rhythm(self):
        """Times that were missed are not made up for; the hour of the day stays."""
        request = self.request(repeat=True, interval_minutes=60)
        request.next_run = NOW - timedelta(hours=5, minutes=10)
        self.assertEqual(request._get_next_run(NOW), NOW + timedelta(minutes=50))
        request.next_run = NOW
        self.assertEqual(request._get_next_run(NOW), NOW + timedelta(hours=1))

    def test_refused_kind_rests(self):
        request = self.request(repeat=True, interval_minutes=15)
        self.add(request, 2, 0, state="failed", failure_code="role")
        self.assertEqual(request._get_next_run(NOW), NOW + timedelta(hours=6))

    def test_what_amazon_refuses_rests(self):
        """Whatever Amazon calls it: else each run adds one more failed report."""
        request = self.request(repeat=True, interval_minutes=15)
        report = self.add(request, 2, 0, state="requested")
        error = DataError(
            "refused", operation="createReport", status=400, code="InvalidInput"
        )
        report._note_error(error)
        self.assertEqual(report.state, "failed")
        self.assertIn("InvalidInput", report.failure_reason)
        self.assertEqual(request._get_next_run(NOW), NOW + timedelta(hours=6))

    def test_account_without_channels_rests(self):
        request = self.request(repeat=True, interval_minutes=15)
        self.add(request, 2, 0, state="failed", failure_code="not_requested")
        self.assertEqual(request._get_next_run(NOW), NOW + timedelta(hours=6))

    def test_vat_service_chosen_later(self):
        """What the account is set up to request follows; what was left out stays so."""
        Request = self.env["amazon.report.request"]
        self.account.vat_service = "vcs"
        self.assertFalse(Request.search([("account_id", "=", self.account.id)]))
        self.account.vat_service = "none"
        made = Request._set_up(self.account)
        made.filtered(lambda r: r.kind == "fba_inventory").unlink()
        self.account.vat_service = "vcs_lite"
        kinds = Request.search([("account_id", "=", self.account.id)]).mapped("kind")
        self.assertIn("vcs_lite", kinds)
        self.assertNotIn("fba_inventory", kinds)
        self.account.vat_service = "none"
        self.account.vat_service = "vcs_lite"
        kinds = Request.search([("account_id", "=", self.account.id)]).mapped("kind")
        self.assertEqual(kinds.count("vcs_lite"), 1)

    def test_defaults(self):
        """Set up as makes sense for region and VAT service, once."""
        self.account.user_id.tz = "Europe/Berlin"
        made = self.env["amazon.report.request"]._set_up(self.account)
        self.assertLessEqual({MFN, FBA}, set(made.mapped("kind")))
        self.assertFalse({"mfn_orders_na", "vcs_lite"} & set(made.mapped("kind")))
        fba = made.filtered(lambda r: r.kind == FBA).sorted("interval_minutes")
        self.assertEqual(fba.mapped("lookback_days"), [3, 10])
        self.assertEqual(fba[0].next_run, NOW)
        # Two o'clock in the night in Berlin, summer time.
        self.assertEqual(fba[1].next_run, datetime(2026, 10, 21, 0, 0))
        self.assertTrue(all(made.mapped("plan")))
        self.assertFalse(self.env["amazon.report.request"]._set_up(self.account))
        fba[0].interval_minutes = 120
        made[0].active = False
        self.assertFalse(
            self.env["amazon.report.request"]._set_up(self.account),
            "What a person changed or switched off stays",
        )
        self.assertFalse(made.report_ids, "Nothing is asked for by setting it up")

    def test_second_set(self):
        """What somebody has set up in another way is not set up once more."""
        own = self.request("fba_returns", repeat=True, interval_minutes=240)
        own.lookback_days = 3
        made = self.env["amazon.report.request"]._set_up(self.account)
        self.assertTrue(made)
        self.assertNotIn("fba_returns", made.mapped("kind"))

    def test_rhythm_of_the_kind(self):
        """Offered as suits the kind; what Amazon would cancel is refused."""
        returns = self.request("fba_returns", repeat=True)
        self.assertEqual((returns.interval_minutes, returns.lookback_days), (1440, 8))
        self.assertEqual((returns.interval_number, returns.interval_unit), (1, "days"))
        self.assertIn("24 hours", returns.display_name)
        with self.assertRaisesRegex(ValidationError, "once in 4 hours"):
            returns.interval_minutes = 60
        returns.write({"interval_number": 6, "interval_unit": "hours"})
        self.assertEqual(returns.interval_minutes, 360)
        self.assertIn("6 hours", returns.interval_text)
        own = self.request(repeat=True, interval_number=90, interval_unit="minutes")
        self.assertEqual(own.interval_minutes, 90)
        self.assertIn("90 minutes", own.display_name)

    def test_rhythm_in_the_form(self):
        form = Form(self.Request)
        form.account_id, form.kind, form.repeat = self.account, "fba_returns", True
        self.assertEqual((form.interval_number, form.interval_unit), (1, "days"))
        form.interval_number, form.interval_unit = 2, "hours"
        self.assertIn("once in 4 hours", form.problem)
        form.interval_number = 5
        self.assertFalse(form.problem)
        self.assertIn("5 hours", form.plan)
        self.assertEqual(form.save().interval_minutes, 300)

    def test_cadences_reach_further_than_their_pause(self):
        for cadence in CADENCES:
            if KINDS[cadence.kind].dated:
                self.assertGreater(cadence.days * 24 * 60, cadence.minutes, cadence)
