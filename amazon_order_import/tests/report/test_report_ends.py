from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...messages import CATALOG, compose
from ...models.report.amazon_report_end import ENDINGS
from ...report_formats import KINDS
from ...selling_partner.explanations import MAX_WORDS, clean_words
from .test_requests import FBA, MFN, NOW, RequestCase


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
