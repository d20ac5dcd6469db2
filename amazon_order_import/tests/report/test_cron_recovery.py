from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...models.report import amazon_report_processing
from ...selling_partner import SellingPartnerClient
from ...selling_partner.errors import UnavailableError
from .test_cron import MFN, REPORT_LOGGER, SECRETS, CronCase


@tagged("post_install", "-at_install")
class TestCronRecovery(CronCase):
    """Nothing is asked for twice or lost, and one report does not stop another."""

    # === NEVER TWICE, NEVER LOST === #

    def lose_answer(self):
        """Amazon carries createReport out, but its answer gets lost."""
        original = SellingPartnerClient.create_report

        def create_report(client, *args, **kwargs):
            original(client, *args, **kwargs)
            raise UnavailableError("No answer in time", seconds=60, maybe_done=True)

        return patch.object(SellingPartnerClient, "create_report", create_report)

    def test_lost_answer_is_found_again(self):
        report = self.request()
        with self.lose_answer():
            self.run_cron()
        self.assertFalse(report.amazon_report_id)
        self.assertEqual(report.state, "requested")
        self.run_until(report)
        self.assertEqual(report.state, "done", report.last_error)
        self.assertEqual(self.asked("createReport"), 1)

    def test_lost_answers_of_two_reports(self):
        """Each of two equal reports gets one of Amazon's, not both the same."""
        report = self.request()
        period = {"date_from": report.date_from, "date_to": report.date_to}
        reports = report + self.request(**period)
        with self.lose_answer():
            for _round in range(2):
                self.pass_time(reports)
                self.run_cron()
        self.run_until(reports)
        self.assertEqual(reports.mapped("state"), ["done"] * 2)
        self.assertEqual(len(set(reports.mapped("amazon_report_id"))), 2)

    def test_never_asked_is_asked(self):
        """Where Amazon has not got the request, it is sent again."""
        report = self.request()
        self.fault("drop", "createReport")
        self.run_cron()
        self.assertFalse(report.amazon_report_id)
        self.run_until(report)
        self.assertEqual(report.state, "done", report.failure_reason)

    def test_recurring(self):
        request = self.env["amazon.report.request"].create(
            {
                "account_id": self.account.id,
                "kind": MFN,
                "repeat": True,
                "interval_minutes": 60,
            }
        )
        self.assertFalse(request.report_ids)
        self.run_cron()
        report = request.report_ids
        self.assertEqual(len(report), 1)
        self.assertAlmostEqual(
            report.date_to - report.date_from,
            timedelta(days=2),
            delta=timedelta(seconds=1),
        )
        self.run_until(report)
        self.assertEqual(len(request.report_ids), 1, "Not before its time")
        request.next_run = fields.Datetime.now() - timedelta(hours=5)
        self.run_cron()
        self.assertEqual(len(request.report_ids), 2, "Once, not once for each hour")
        request.next_run = fields.Datetime.now() - timedelta(minutes=1)
        self.run_cron()
        self.assertEqual(len(request.report_ids), 2, "Not while one is on its way")
        self.run_until(request.report_ids)
        self.assertEqual(set(request.report_ids.mapped("state")), {"done"})

    def test_refused_credentials_lose_no_report(self):
        """Amazon has made the report; new credentials fetch it."""
        report = self.request()
        self.run_cron()
        self.assertTrue(report.amazon_report_id)
        self.account.lwa_client_secret = "wrong"
        self.run_cron()
        self.assertEqual(self.account.connection_state, "credentials")
        self.account.lwa_client_secret = SECRETS["lwa_client_secret"]
        self.run_until(report)
        self.assertEqual(report.state, "done", report.failure_reason)
        self.assertEqual(self.asked("createReport"), 1)

    def test_refused_credentials_ask_no_more(self):
        """Login with Amazon is not tried for every report and every five minutes."""
        for _number in range(3):
            self.request()
        self.account.lwa_client_secret = "wrong"
        self.run_cron(3)
        self.assertEqual(self.asked("token"), 1)

    def test_gap_after_an_outage(self):
        """The first report after ten days of silence reaches back ten days."""
        request = self.env["amazon.report.request"].create(
            {"account_id": self.account.id, "kind": MFN, "repeat": True}
        )
        self.run_cron()
        self.run_until(request.report_ids)
        last = request.report_ids
        last.date_to -= timedelta(days=10)
        last.date_from -= timedelta(days=10)
        request.next_run = fields.Datetime.now()
        self.run_cron()
        following = request.report_ids - last
        self.assertLessEqual(min(following.mapped("date_from")), last.date_to)

    def test_failed_report_is_covered_by_the_next(self):
        """What Amazon gave up on is asked for again with the next recurring report."""
        request = self.env["amazon.report.request"].create(
            {
                "account_id": self.account.id,
                "kind": MFN,
                "repeat": True,
                "lookback_days": 1,
            }
        )
        self.run_cron()
        first = request.report_ids
        first._fail("fatal", "Amazon gave up")
        first.date_to -= timedelta(days=3)
        first.date_from -= timedelta(days=3)
        request.next_run = fields.Datetime.now()
        self.run_cron()
        second = request.report_ids - first
        self.assertLessEqual(min(second.mapped("date_from")), first.date_from)

    def test_page_of_html_is_tried_again(self):
        """A proxy's or a maintenance page in place of an answer is no final answer."""
        report = self.request()
        self.fault("non_json", "getReport")
        self.run_until(report)
        self.assertEqual(report.state, "done", report.failure_reason)

    def test_archived_account_rests(self):
        self.request()
        self.account.active = False
        self.run_cron()
        self.assertFalse(self.control("GET", "requests")["requests"])

    def test_resumes_after_interruption(self):
        report = self.request()
        self.run_until_ready(report)
        done = []

        def commit(rows=0):
            done.append(rows)
            return 0

        with patch.object(amazon_report_processing, "BATCH_ROWS", 3):
            self.env["amazon.report"]._process_ready(commit)
            self.assertEqual(done, [3])
            self.assertEqual((report.state, report.next_row), ("processing", 3))
            first = report.row_ids.sale_order_id.ids
            self.run_until(report)
        self.assertEqual(report.state, "done")
        self.assertEqual(len(report.row_ids), report.row_count)
        self.assertLessEqual(set(first), set(report.row_ids.sale_order_id.ids))
        self.check_against_amazon(report, "mfn")

    def run_until_ready(self, report):
        with patch.object(
            type(report), "_process_ready", lambda _self, commit: commit()
        ):
            for _round in range(6):
                self.run_cron()
        self.assertEqual(report.state, "ready")

    def test_time_is_up(self):
        """A large file goes on at once, not after the action's five minutes."""
        rows = [{"order-id": f"302-0000001-{number:07}"} for number in range(5)]
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "large.txt", self.make_file(MFN, *rows)
        )
        with (
            patch.object(amazon_report_processing, "BATCH_ROWS", 1),
            patch("odoo.addons.base.models.ir_cron.MIN_TIME_PER_JOB", 0),
        ):
            self.run_cron()
        self.assertEqual(report.state, "done")
        self.assertEqual(self.outcomes(report), ["created"] * 5)

    # === ONE DOES NOT STOP ANOTHER === #

    def test_account_that_cannot_ask(self):
        """An account without channels has its reason; the others go on."""
        first = self.account.copy({"name": "No channels", "sequence": 1})
        first.write({**SECRETS, "channel_ids": [fields.Command.clear()]})
        bad = self.request(account=first)
        good = self.request()
        self.run_until(bad + good)
        self.assertEqual(bad.state, "failed")
        self.assertIn("No channels", bad.failure_reason)
        self.assertEqual(bad.activity_ids.user_id, first._get_responsible())
        self.assertEqual(good.state, "done")

    def test_account_with_an_impossible_endpoint(self):
        first = self.account.copy({"name": "Wrong", "sequence": 1})
        first.write({**SECRETS, "sp_api_endpoint": "no address at all"})
        first.channel_ids = [
            fields.Command.create(
                {
                    "marketplace_id": self.env.ref(
                        "amazon_order_import.amazon_marketplace_de"
                    ).id
                }
            )
        ]
        bad = self.request(account=first)
        good = self.request()
        self.run_until(good)
        self.assertEqual(good.state, "done")
        self.assertTrue(bad.last_error or bad.failure_reason)

    @mute_logger(REPORT_LOGGER)
    def test_report_that_crashes(self):
        """What nobody foresaw fails one report, not the queue, not each night."""
        content = self.make_file(MFN, {})
        create = self.env["amazon.report"].create_from_file
        bad = create(self.account, MFN, "bad.txt", content)
        good = create(self.account, MFN, "good.txt", content)
        importer = type(self.env["amazon.order.importer"])
        original = importer.import_rows

        def import_rows(records, report, pairs):
            if report == bad:
                raise KeyError("nobody foresaw this")
            return original(records, report, pairs)

        with patch.object(importer, "import_rows", import_rows):
            self.run_cron()
        self.assertEqual(good.state, "done")
        self.assertEqual(bad.state, "failed")
        self.assertTrue(bad.failure_reason)
        self.assertEqual(bad.activity_ids.user_id, self.account._get_responsible())
        bad._process_again()
        self.run_cron()
        self.assertEqual(bad.state, "done")
        self.assertFalse(bad.activity_ids)

    def test_file_that_is_no_report_calls_a_person(self):
        """Nobody sits in front of it when the scheduled action reads a file."""
        create = self.env["amazon.report"].create_from_file
        bad = create(self.account, MFN, "bad.txt", b"<html>Sign in</html>")
        self.run_cron()
        self.assertEqual(bad.state, "failed")
        self.assertEqual(bad.activity_ids.user_id, self.account._get_responsible())

    def test_outcomes_in_the_language_of_the_responsible(self):
        """The scheduled action speaks English; who reads up on a row need not."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.account.user_id.write({"lang": "de_DE", "tz": "Europe/Berlin"})
        self.account.orders_from = "2026-10-31 23:30:00"
        create = self.env["amazon.report"].create_from_file
        early = create(self.account, MFN, "early.txt", self.make_file(MFN, {}))
        bad = create(self.account, MFN, "bad.txt", b"<html>Sign in</html>")
        self.run_cron()
        reader = self.env(context={"lang": "de_DE", "tz": "Europe/Berlin"})
        early, bad = early.with_env(reader), bad.with_env(reader)
        self.assertIn("wurde vor dem 01.11.2026", early.row_ids.message)
        self.assertIn("Laden Sie", bad.failure_reason)
        self.assertIn("konnte nicht importiert", bad.activity_ids.summary)
        self.assertIn("Laden Sie", bad.status_text)

    @mute_logger(REPORT_LOGGER)
    def test_lost_file_in_the_queue(self):
        content = self.make_file(MFN, {})
        create = self.env["amazon.report"].create_from_file
        lost = create(self.account, MFN, "lost.txt", content)
        good = create(self.account, MFN, "good.txt", content)
        original = type(lost)._open_file

        def open_file(report):
            if report == lost:
                raise FileNotFoundError("no such file")
            return original(report)

        with patch.object(type(lost), "_open_file", open_file):
            self.run_cron()
        self.assertEqual((lost.state, good.state), ("failed", "done"))
        self.assertEqual(lost.failure_code, "file_missing")
