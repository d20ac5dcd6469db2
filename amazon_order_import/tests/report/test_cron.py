import logging
from datetime import timedelta
from itertools import count
from types import SimpleNamespace
from unittest import SkipTest

import requests

from odoo import fields
from odoo.tests import tagged

from ...models.report import amazon_report
from ...report_formats import KINDS
from ..common import AmazonCase, simulated_amazon

MFN = "mfn_orders_eu"
SECRETS = {
    "lwa_client_id": "amzn1.application-oa2-client.simulated-eu",
    "lwa_client_secret": "amzn1.oa2-cs.v1.simulated-eu",
    "lwa_refresh_token": "Atzr|simulated-eu",
}
REPORT_LOGGER = "odoo.addons.amazon_order_import.models.report"


class CronCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.amazon = simulated_amazon(
            SimpleNamespace(addCleanup=cls.addClassCleanup, skipTest=cls._skip),
            seed=7,
            history_days=3,
        )
        cls.account.write(
            {
                **SECRETS,
                "sp_api_endpoint": cls.amazon.url,
                "lwa_endpoint": cls.amazon.url,
                "unknown_sku_policy": "create",
            }
        )
        cls.account.action_test_connection()
        cls.crons = [
            cls.env.ref("amazon_order_import.ir_cron_check_reports"),
            cls.env.ref("amazon_order_import.ir_cron_process_reports"),
        ]
        cls.requests_made = count()

    @staticmethod
    def _skip(reason):
        raise SkipTest(reason)

    def setUp(self):
        super().setUp()
        self.control("DELETE", "faults")
        self.control("DELETE", "requests")
        # Reports of the same days follow each other faster than Amazon allows for FBA.
        self.control("POST", "settings", fba_throttle=False)
        # The simulated Amazon knows the reports of the tests before, which Odoo has
        # forgotten: they are not looked for as those of another program.
        self.note_call("getReports")

    def note_call(self, operation, kind="fba_orders_eu", **values):
        """Enter a call into the ledger, made just now where not said otherwise."""
        return self.env["amazon.api.call"].create(
            {
                "account_id": self.account.id,
                "seller_key": self.account._get_seller_key(),
                "operation": operation,
                "report_type": KINDS[kind].report_type,
                "called_at": fields.Datetime.now(),
                "status": 200,
                **values,
            }
        )

    def control(self, method, name, **body):
        answer = requests.request(
            method, f"{self.amazon.url}/_control/{name}", json=body, timeout=20
        )
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def fault(self, kind, operation=None, **values):
        match = {"operation": operation} if operation else {}
        self.control("POST", "faults", kind=kind, match=match, **values)

    def asked(self, operation):
        """How often an operation was called."""
        log = self.control("GET", "requests")["requests"]
        return sum(entry.get("operation") == operation for entry in log)

    def run_cron(self, times=1):
        with self.enter_registry_test_mode():
            for _round in range(times):
                self.let_poll()
                for cron in self.crons:
                    cron.method_direct_trigger()

    def let_poll(self):
        """The seconds pass after which Amazon is asked how far a report is."""
        self.env["amazon.report"].search(
            [("next_attempt", "!=", False), ("last_error", "=", False)]
        ).next_attempt = False

    def pass_time(self, reports, **span):
        """What waits has waited, and Amazon's quotas are full again."""
        reports.next_attempt = False
        span = timedelta(**(span or {"hours": 12}))
        for call in self.env["amazon.api.call"].search([]):
            call.called_at -= span

    def run_until(self, reports, rounds=8):
        """Run the scheduled action until the reports rest, as time passes."""
        for _round in range(rounds):
            self.pass_time(reports)
            self.run_cron()
            if all(
                state not in amazon_report.OPEN_STATES
                for state in reports.mapped("state")
            ):
                return

    def request(self, account=None, kind=MFN, **values):
        now = fields.Datetime.now()
        # Two tests may ask in one second. Amazon still has the report of the first,
        # which Odoo has forgotten: with the same period, it would be taken for the
        # second's, whose answer got lost.
        period = timedelta(days=4, seconds=next(self.requests_made))
        request = self.env["amazon.report.request"].create(
            {
                "account_id": (account or self.account).id,
                "kind": kind,
                # From before the first order, so that each is told in full.
                "date_from": now - period,
                "date_to": now,
                **values,
            }
        )
        return request.report_ids

    def check_against_amazon(self, report, fulfilment):
        orders = report.row_ids.sale_order_id
        self.assertTrue(orders)
        answer = requests.get(
            f"{self.amazon.url}/_control/expected",
            params={"seller": "eu", "fulfillment": fulfilment},
            timeout=20,
        ).json()["orders"]
        for order in orders:
            self.assertEqual(
                f"{order.amount_total:.2f}",
                f"{float(answer[order.amazon_order_ref]['total']):.2f}",
                order.amazon_order_ref,
            )


@tagged("post_install", "-at_install")
class TestCron(CronCase):
    """The scheduled action brings every report to its end, whatever Amazon does."""

    def test_connection(self):
        self.assertEqual(self.account.connection_state, "connected")
        self.assertIn("Amazon.de", self.account.connection_message)
        names = self.account.channel_ids.marketplace_id.mapped("name")
        self.assertIn("Amazon.fr", names)
        self.account.action_test_connection()
        self.assertEqual(len(self.account.channel_ids), len(names))

    def test_report_from_request_to_orders(self):
        for kind, fulfilment in ((MFN, "mfn"), ("fba_orders_eu", "fba")):
            with self.subTest(kind=kind):
                self.note_call("getReports")
                report = self.request(kind=kind)
                self.assertEqual(report.state, "requested")
                self.run_cron()
                self.assertTrue(report.amazon_report_id)
                self.assertEqual(report.state, "requested")
                self.run_until(report)
                self.assertEqual(report.state, "done", report.failure_reason)
                self.assertTrue(report.file_size)
                self.assertTrue(report.checksum)
                self.check_against_amazon(report, fulfilment)
        self.assertEqual(self.asked("createReport"), 2)

    def test_nothing_to_do(self):
        self.run_cron()
        self.assertFalse(self.control("GET", "requests")["requests"])

    def test_no_secret_in_logs_or_messages(self):
        report = self.request()
        with self.assertLogs(level=logging.DEBUG) as caught:
            logging.getLogger("test").debug("started")
            self.fault("internal", "getReport")
            self.run_until(report)
            self.fault("unauthorized", "getMarketplaceParticipations", count=5)
            self.account.action_test_connection()
        texts = [
            *caught.output,
            *(str(record.__dict__) for record in caught.records),
            *self.account.message_ids.mapped("body"),
            *report.message_ids.mapped("body"),
            str(report.read()),
            self.account.connection_message,
        ]
        for text in texts:
            for secret in SECRETS.values():
                self.assertNotIn(secret, text)
            for token in ("Atza|", "Atzr|", "Atz.sprdt|", "X-Amz-Signature"):
                self.assertNotIn(token, text)

    # === WHAT GOES WRONG === #

    def check_waits(self, report, connection="connected"):
        """The report is still on its way, and says what it waits for."""
        self.assertEqual(report.state, "requested", report.failure_reason)
        self.assertTrue(report.last_error)
        self.assertGreater(report.next_attempt, fields.Datetime.now())
        self.assertEqual(self.account.connection_state, connection)
        before = len(self.control("GET", "requests")["requests"])
        self.run_cron()
        self.assertEqual(
            len(self.control("GET", "requests")["requests"]), before, "It waits"
        )
        self.run_until(report)
        self.assertEqual(report.state, "done", report.failure_reason)
        self.assertFalse(report.last_error)
        self.assertEqual(self.account.connection_state, "connected")
        self.assertEqual(
            self.env["amazon.report"].search_count(
                [("amazon_report_id", "=", report.amazon_report_id)]
            ),
            1,
        )

    def test_throttled(self):
        for operation in ("createReport", "getReport", "getReportDocument"):
            with self.subTest(operation=operation):
                report = self.request()
                self.fault("throttle", operation)
                self.run_until_error(report)
                self.check_waits(report)

    def run_until_error(self, report):
        for _round in range(5):
            self.run_cron()
            if report.last_error or report.state != "requested":
                return

    def test_unavailable(self):
        for kind in ("internal", "unavailable", "drop"):
            with self.subTest(kind=kind):
                report = self.request()
                self.fault(kind, "getReport")
                self.run_until_error(report)
                # Amazon has answered, or not at all.
                state = "unreachable" if kind == "drop" else "connected"
                self.check_waits(report, state)

    def test_trouble_with_one_report(self):
        """It changes no state back and forth, and after a day somebody is told."""
        self.fault("internal", "createReport", count=None)
        self.account.connection_checked -= timedelta(hours=1)
        report = self.request()
        notes = len(self.account.message_ids)
        for _round in range(3):
            self.pass_time(report)
            self.run_cron()
        self.assertIn("HTTP 500", report.last_error)
        self.assertEqual(self.account.connection_state, "connected")
        self.assertEqual(len(self.account.message_ids), notes)
        check = self.env.ref("amazon_order_import.ir_cron_check_connections")
        self.assertLessEqual(
            self.account.next_connection_check, fields.Datetime.now(), "Is it all?"
        )
        self.assertTrue(
            self.env["ir.cron.trigger"].search([("cron_id", "=", check.id)])
        )
        self.assertFalse(report.activity_ids)
        report.trouble_since -= timedelta(hours=25)
        self.pass_time(report)
        self.run_cron()
        self.assertIn("trouble", report.activity_ids.summary)
        self.control("DELETE", "faults")
        self.run_until(report)
        self.assertEqual(report.state, "done", report.failure_reason)
        self.assertFalse(report.activity_ids)

    def test_download_cut(self):
        report = self.request()
        self.fault("cut", "downloadDocument")
        self.run_until_error(report)
        self.check_waits(report, "unreachable")

    def test_expired_link_is_fetched_anew(self):
        report = self.request()
        self.fault("expired_link", "downloadDocument")
        self.run_until(report)
        self.assertEqual(report.state, "done", report.failure_reason)

    def test_refused_link_is_tried_again_later(self):
        report = self.request()
        self.fault("expired_link", "downloadDocument", count=2)
        self.run_until_error(report)
        self.assertIn("link", report.last_error)
        self.check_waits(report)

    def test_refused_link_is_given_up_after_days(self):
        report = self.request()
        self.fault("expired_link", "downloadDocument", count=2)
        self.run_until_error(report)
        report.write(
            {"asked_at": report.asked_at - timedelta(days=3), "next_attempt": False}
        )
        self.fault("expired_link", "downloadDocument", count=2)
        self.run_cron()
        self.assertEqual(report.failure_code, "link_refused")
        self.assertIn("proxy", report.failure_reason)

    def test_document_that_cannot_be_taken(self):
        report, other = self.request() + self.request(kind="fba_orders_eu")
        self.control(
            "POST",
            "faults",
            kind="not_gzip",
            match={"report_type": KINDS[report.kind].report_type},
        )
        self.run_until(report + other)
        self.assertEqual(report.state, "failed")
        self.assertTrue(report.failure_reason)
        self.assertFalse(report.row_ids)
        self.assertEqual(other.state, "done", "The next report goes on")
        self.assertEqual(self.account.connection_state, "connected")

    def test_amazon_gives_up(self):
        report = self.request()
        self.fault("fatal", count=3)
        self.run_until(report, rounds=12)
        self.assertEqual(report.state, "failed")
        self.assertEqual(report.failure_code, "fatal")
        self.assertTrue(report.failure_reason)
        self.assertEqual(self.asked("createReport"), 3, "Tried again, but not forever")

    def test_nothing_to_report(self):
        report = self.request()
        self.fault("cancelled")
        self.run_until(report)
        self.assertEqual(report.state, "cancelled")
        self.assertIn("nothing to report", report.failure_reason)

    def test_credentials_refused(self):
        report = self.request()
        self.account.lwa_client_secret = "wrong"
        self.run_cron()
        self.assertEqual(self.account.connection_state, "credentials")
        self.assertIn("client secret", self.account.connection_message)
        self.assertFalse(report.amazon_report_id)

    def test_role_missing(self):
        report = self.request()
        self.fault("forbidden", "createReport")
        self.run_cron()
        self.assertEqual(self.account.connection_state, "role_missing")
        self.assertIn("role", self.account.connection_message)
        self.assertEqual(report.state, "failed")
        self.assertTrue(report.failure_reason)
