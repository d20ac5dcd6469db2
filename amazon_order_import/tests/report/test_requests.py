from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, new_test_user, tagged

from ...messages import CATALOG, compose
from ...models.report.amazon_report_end import ENDINGS
from ...models.report.amazon_report_request_recurring import CADENCES
from ...report_formats import KINDS
from ...selling_partner.errors import DataError, ThrottledError
from ...selling_partner.explanations import MAX_WORDS, clean_words
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
        """Every kind says what it is for."""
        purposes = self.Request._get_purposes()
        self.assertEqual(set(purposes), set(KINDS))
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

    def test_cadences_reach_further_than_their_pause(self):
        for cadence in CADENCES:
            if KINDS[cadence.kind].dated:
                self.assertGreater(cadence.days * 24 * 60, cadence.minutes, cadence)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestLedger(RequestCase):
    """Calls are counted, and kept from being made where Amazon would say no."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Ledger = cls.env["amazon.api.call"]

    def test_burst(self):
        for _number in range(14):
            self.note_call("createReport", NOW)
        self.Ledger._check_quota(self.account, "createReport")
        self.note_call("createReport", NOW)
        with self.assertRaisesRegex(ThrottledError, "nothing was sent") as caught:
            self.Ledger._check_quota(self.account, "createReport")
        self.assertLessEqual(caught.exception.seconds, 61)
        self.Ledger._check_quota(self.account, "getReports")
        with freeze_time(NOW + timedelta(seconds=62)):
            self.Ledger._check_quota(self.account, "createReport")

    def test_what_amazon_tells(self):
        """A refusal counts more than our sums, a told rate more than the default."""
        self.note_call("createReport", NOW, status=429)
        with self.assertRaises(ThrottledError):
            self.Ledger._check_quota(self.account, "createReport")
        self.Ledger.search([]).unlink()
        for _number in range(15):
            self.note_call("createReport", NOW - timedelta(seconds=3), rate=1.0)
        self.Ledger._check_quota(self.account, "createReport")

    def test_seller(self):
        """Accounts of one seller count together; other sellers and regions do not."""
        other = self.account.copy({"name": "Other"})
        for _number in range(15):
            self.note_call("createReport", NOW)
        self.Ledger._check_quota(other, "createReport")
        (self.account + other).selling_partner_id = "A1SELLER"
        self.Ledger.search([]).seller_key = self.account._get_seller_key()
        with self.assertRaises(ThrottledError):
            self.Ledger._check_quota(other, "createReport")
        other.region = "na"
        self.Ledger._check_quota(other, "createReport")

    def test_other_programs(self):
        """They take the slot of a kind, not our quota of calls."""
        for minutes in range(20):
            self.note_call(
                "createReport", NOW - timedelta(minutes=minutes), foreign=True
            )
        self.Ledger._check_quota(self.account, "createReport")
        moment, call = self.Ledger._get_next_creation(self.account, FBA)
        self.assertEqual(moment, NOW + timedelta(minutes=30))
        self.assertTrue(call.foreign)
        self.assertEqual(self.Ledger._get_next_creation(self.account, MFN)[0], NOW)

    def test_refused_calls_take_no_slot(self):
        self.note_call("createReport", NOW - timedelta(minutes=3), status=403)
        self.assertEqual(self.Ledger._get_next_creation(self.account, FBA)[0], NOW)
        # Without an answer Amazon may have begun.
        self.note_call("createReport", NOW - timedelta(minutes=3), status=0)
        self.assertEqual(
            self.Ledger._get_next_creation(self.account, FBA)[0],
            NOW + timedelta(minutes=27),
        )

    def test_forgets(self):
        old = self.note_call("createReport", NOW - timedelta(days=3))
        new = self.note_call("createReport", NOW - timedelta(days=1))
        self.Ledger._gc_calls()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    def test_rights(self):
        call = self.note_call("createReport", NOW).with_user(self.user)
        self.assertEqual(call.operation, "createReport")
        with self.assertRaises(AccessError):
            call.status = 1
        company = self.env["res.company"].create({"name": "Other"})
        stranger = new_test_user(
            self.env,
            "ledger_stranger",
            "amazon_order_import.group_amazon_user",
            company_id=company.id,
            company_ids=[fields.Command.set(company.ids)],
        )
        self.assertFalse(self.Ledger.with_user(stranger).search([]))
        self.assertFalse(
            self.env["amazon.report.schedule"].with_user(stranger).search([])
        )


@tagged("post_install", "-at_install")
class TestReportEnds(RequestCase):
    """What a report without a file says, and what people can do with it."""

    def add(self, **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": FBA,
                "marketplace_ids": self.germany.ids,
                "amazon_report_id": "47110000",
                "amazon_status": "FATAL",
                "asked_at": fields.Datetime.now(),
                "date_from": fields.Datetime.now() - timedelta(days=5),
                "date_to": fields.Datetime.now(),
                **values,
            }
        )

    def test_every_reason_says_what_to_do(self):
        for kind in KINDS:
            report = self.add(kind=kind, amazon_report_id=False)
            for code, ending in ENDINGS.items():
                with self.subTest(kind=kind, code=code):
                    reason = report._describe_reason(code)
                    self.assertEqual(reason.reason, code)
                    self.assertTrue(compose(self.env, reason).endswith((".", ")")))
                    self.assertTrue(CATALOG[reason.code].step)
                    self.assertGreaterEqual(ending.attempts, 1)

    def test_reasons_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("de_DE")
        self.account.user_id.write({"lang": "de_DE", "tz": "Europe/Berlin"})
        report = self.account._for_responsible(self.env["amazon.report"])
        self.assertEqual(report.env.lang, "de_DE")
        moment = report._format_moment(datetime(2026, 10, 20, 12, 0))
        self.assertIn("14:00", moment)
        self.assertIn("20.10.", moment)

    def test_asked_again_then_left_to_a_person(self):
        report = self.add()
        for attempt in (1, 2):
            report.write(
                {"amazon_report_id": f"471{attempt}", "amazon_status": "FATAL"}
            )
            report._end("fatal")
            self.assertEqual((report.state, report.attempts), ("requested", attempt))
            self.assertFalse(report.amazon_report_id)
            self.assertIn(f"471{attempt}", report.earlier_amazon_ids)
            self.assertGreater(
                report.next_attempt, fields.Datetime.now() + timedelta(minutes=25)
            )
            self.assertFalse(report.activity_ids)
        report.amazon_status = "FATAL"
        report._end("fatal")
        self.assertEqual((report.state, report.failure_code), ("failed", "fatal"))
        self.assertEqual(report.activity_ids.user_id, self.account._get_responsible())
        other = self.add(amazon_report_id="4799", attempts=2)
        other._end("fatal")
        self.assertEqual(other.state, "failed")
        self.assertFalse(other.activity_ids, "One activity for one trouble")

    def test_nothing_to_report_though_amazons_list_says_otherwise(self):
        report = self.add()
        moment = fields.Datetime.now() - timedelta(days=3)
        for fulfillment, status, expected in (
            ("mfn", "shipped", False),
            ("fba", "pending", False),
            ("fba", "shipped", True),
        ):
            self.env["amazon.control.order"].create(
                {
                    "account_id": self.account.id,
                    "order_ref": f"{fulfillment} {status}",
                    "marketplace_id": self.germany.id,
                    "fulfillment": fulfillment,
                    "status": status,
                    "purchase_date": moment,
                    "last_update": moment,
                }
            )
            self.assertEqual(report._has_known_orders(), expected)

    def test_failed_reports_of_the_past_are_not_in(self):
        request = self.request(
            FBA, NOW - timedelta(days=40), NOW, is_first_run=True
        ).sudo()
        self.account.invalidate_recordset()
        request.report_ids[0].state = "failed"
        self.assertEqual(self.account.first_run_state, "running")
        request.report_ids[1].state = "done"
        self.account.invalidate_recordset()
        self.assertEqual(self.account.first_run_state, "failed")
        self.assertEqual(self.account.first_run_progress, 50)
        self.assertIn("Failed: 1", self.account.first_run_text)

    def test_without_a_responsible_somebody_is_told(self):
        self.account.user_id = False
        report = self.add(attempts=2)
        report._end("fatal")
        told = report.activity_ids.user_id
        self.assertTrue(told.has_group("amazon_order_import.group_amazon_manager"))
        self.assertNotEqual(told, self.env.ref("base.user_root"))

    def test_nothing_is_to_do_for_what_came_later(self):
        """The activity goes once other reports have brought the whole period."""
        report = self.add(attempts=2)
        report._end("fatal")
        half = report.date_from + (report.date_to - report.date_from) / 2
        half = half.replace(microsecond=0)
        start, end = report.date_from, report.date_to
        first = self.add(
            amazon_report_id="1", date_from=start, date_to=half, state="ready"
        )
        first._settle_failures()
        self.assertTrue(report.activity_ids)
        self.assertEqual(report.state, "failed")
        second = self.add(
            amazon_report_id="2", date_from=half, date_to=end, state="ready"
        )
        second._settle_failures()
        self.assertFalse(report.activity_ids)
        self.assertEqual(report.state, "skipped", "Nobody has to look at it again")
        self.assertIn("by other reports", report.message_ids[0].body)
        self.assertTrue(report.failure_reason, "It stays to be read")

    def test_request_again(self):
        report = self.add(state="failed", failure_code="fatal", failure_reason="No")
        report.with_user(self.user).action_request_again()
        self.assertEqual(report.state, "requested")
        self.assertFalse(report.amazon_report_id or report.failure_reason)
        self.assertFalse(report.asked_at)
        self.assertIn("47110000", report.earlier_amazon_ids)
        with self.assertRaisesRegex(UserError, "on its way"):
            report.with_user(self.user).action_request_again()

    def test_request_again_keeps_the_file(self):
        report = self.add(state="failed", failure_code="not_this_kind")
        report._set_file(b"no report")
        report.with_user(self.user).action_request_again()
        self.assertEqual(report.state, "skipped")
        self.assertTrue(report.file_size)
        new = self.env["amazon.report"].search(
            [("account_id", "=", self.account.id), ("state", "=", "requested")]
        )
        self.assertEqual(new.date_from, report.date_from)
        self.assertEqual(new.marketplace_ids, report.marketplace_ids)
        self.assertFalse(new.file_size)

    def test_request_again_too_late(self):
        report = self.add(
            state="failed",
            kind=MFN,
            date_from=fields.Datetime.now() - timedelta(days=70),
            date_to=fields.Datetime.now() - timedelta(days=68),
        )
        with self.assertRaisesRegex(UserError, "longer ago than Amazon reports"):
            report.action_request_again()
        uploaded = self.env["amazon.report"].create_from_file(
            self.account, MFN, "by hand.txt", b"nonsense"
        )
        uploaded.process()
        self.assertEqual(uploaded.state, "failed")
        with self.assertRaisesRegex(UserError, "uploaded by hand"):
            uploaded.action_request_again()

    def test_download_says_when_there_is_no_file(self):
        report = self.add(state="failed")
        with self.assertRaisesRegex(UserError, "has no file"):
            report.with_user(self.user).action_download()
        report._set_file(b"content")
        self.assertIn("/web/content/", report.action_download()["url"])

    def test_words_of_amazon(self):
        """Text only, and not much of it: a document is hostile until read."""
        self.assertEqual(
            clean_words(b'{"errorDetails": "The range is too wide."}'),
            "The range is too wide.",
        )
        self.assertEqual(clean_words(b'{"a": ["x", {"b": "y"}], "n": 3}'), "x; y")
        self.assertEqual(
            clean_words(b"plain\x00\x1b[31m\r\n text\xe2\x80\xae"), "plain [31m text"
        )
        self.assertEqual(clean_words(bytes(range(128, 256)) * 9), "")
        self.assertEqual(len(clean_words(b"x" * 70_000)), MAX_WORDS)
        self.assertTrue(clean_words(b"[" * 60_000))
        self.assertEqual(clean_words(b""), "")

    def test_before_the_start_of_the_account(self):
        """Orders bought before are left out, rows say so; known orders go on."""
        self.account.orders_from = datetime(2026, 10, 4)
        early = {"purchase-date": "2026-10-03T23:00:00+00:00"}
        report = self.import_lines(
            MFN, early, {"order-id": "302-0000001-0000002", "order-item-id": "2"}
        )
        self.assertEqual(self.outcomes(report), ["ignored", "created"])
        row = report.row_ids.sorted("number")[0]
        self.assertEqual(row.code, "before_start")
        self.assertIn("was bought before", row.message)
        self.assertEqual(report.state, "done")
        self.account.orders_from = datetime(2026, 10, 1)
        report._process_again()
        report.process()
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.account.orders_from = datetime(2026, 10, 4)
        again = self.import_lines(MFN, early)
        self.assertEqual(self.outcomes(again), ["unchanged"])
