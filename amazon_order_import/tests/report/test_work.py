from unittest.mock import patch

from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from ...models.report import amazon_account_work, amazon_report_processing
from ...models.report import amazon_report_turns as turns
from ..common import AmazonCase

MFN = "mfn_orders_eu"


@tagged("post_install", "-at_install")
class TestSlots(AmazonCase):
    """Files are processed in as many scheduled actions as the administrator sets."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.Account = cls.env["amazon.account"]

    def names(self):
        return self.Account._get_processing_slots().mapped("name")

    def test_more_and_fewer(self):
        name = "Amazon: process report files"
        self.assertEqual(self.names(), [name])
        self.Account._set_processing_slots(3)
        self.assertEqual(self.names(), [name, f"{name} (2)", f"{name} (3)"])
        self.Account._set_processing_slots(2)
        self.Account._set_processing_slots(4)
        self.assertEqual(len(set(self.names())), 4)
        slots = self.Account._get_processing_slots()
        self.assertEqual(set(slots.mapped("code")), {"model._cron_process_reports()"})
        self.assertEqual(len(set(slots.mapped("ir_actions_server_id.id"))), 4)
        self.Account._set_processing_slots(1)
        self.assertEqual(self.names(), [name])

    def test_update_of_the_addon_leaves_them(self):
        self.Account._set_processing_slots(2)
        data = self.env["ir.model.data"].search(
            [("name", "=", "ir_cron_process_reports_2")]
        )
        self.assertTrue(data.noupdate)

    def test_impossible_number(self):
        for count in (0, -1, amazon_account_work.MOST_SLOTS + 1):
            with self.subTest(count=count), self.assertRaises(ValidationError):
                self.Account._set_processing_slots(count)

    def test_settings(self):
        with Form(self.env["res.config.settings"]) as form:
            self.assertEqual(form.amazon_processing_slots, 1)
            form.amazon_processing_slots = 2
        form.save().execute()
        self.assertEqual(len(self.names()), 2)

    def test_all_are_woken(self):
        self.Account._set_processing_slots(2)
        slots = self.Account._get_processing_slots()
        Trigger = self.env["ir.cron.trigger"]
        Trigger.search([("cron_id", "in", slots.ids)]).unlink()
        report = self.import_file(MFN, self.make_file(MFN, {}))
        report._process_again()
        triggers = Trigger.search([("cron_id", "in", slots.ids)])
        self.assertEqual(triggers.cron_id, slots)


@tagged("post_install", "-at_install")
class TestTurns(AmazonCase):
    """No account waits for another one."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.account.copy({"name": "Other"})

    def archive(self, account, name, *numbers):
        rows = [{"order-id": f"302-00{name:05}-{number:07}"} for number in numbers]
        return self.env["amazon.report"].create_from_file(
            account, MFN, f"{name}.txt", self.make_file(MFN, *rows)
        )

    def process(self, until=None):
        """Process what is ready; return the rows done at each commit."""
        reports = self.env["amazon.report"].search([("state", "=", "ready")])
        log = []

        def commit(rows=0, **_named):
            if rows:
                log.append(tuple(r.next_row for r in reports.sorted("id")))
            return 0 if len(log) == until else 60

        finished = self.env["amazon.report"]._process_ready(commit)
        return finished, log

    def test_accounts_take_turns(self):
        first = self.archive(self.account, 1, 1)
        second = self.archive(self.account, 2, 1)
        third = self.archive(self.other, 3, 1)
        order = self.env["amazon.report"]._get_fair_order()
        self.assertEqual([r.id for r in order], [first.id, third.id, second.id])

    def test_a_large_file_gives_way(self):
        large = self.archive(self.account, 1, 1, 2, 3)
        small = self.archive(self.other, 2, 1)
        with (
            patch.object(amazon_report_processing, "BATCH_ROWS", 1),
            patch.object(turns, "TURN_SECONDS", 0),
        ):
            finished, log = self.process()
        self.assertTrue(finished)
        # After the first batch of the large file comes the small one.
        self.assertEqual(log[:2], [(1, 0), (1, 1)])
        self.assertEqual((large + small).mapped("state"), ["done", "done"])
        self.assertEqual(self.outcomes(large), ["created"] * 3)
        self.assertEqual(len(large.row_ids), 3)

    def test_the_last_one_has_all_the_time(self):
        large = self.archive(self.account, 1, 1, 2, 3)
        opened = []
        original = type(large)._open_file

        def open_file(report):
            opened.append(report)
            return original(report)

        with (
            patch.object(amazon_report_processing, "BATCH_ROWS", 1),
            patch.object(turns, "TURN_SECONDS", 0),
            patch.object(type(large), "_open_file", open_file),
        ):
            self.process()
        self.assertEqual(len(opened), 1)

    def test_what_is_left_is_said(self):
        self.archive(self.account, 1, 1, 2)
        with patch.object(amazon_report_processing, "BATCH_ROWS", 1):
            finished, log = self.process(until=1)
        self.assertFalse(finished)
        self.assertEqual(len(log), 1)

    def look(self, times):
        """Run the action that talks to Amazon; return the accounts in their order.

        :param times: dict ``{account: seconds that Amazon takes}``
        """
        looked = []
        clock = [0.0]

        def advance(_reports, account, commit):
            looked.append(account)
            clock[0] += times.get(account, 0)
            return commit()

        with (
            patch.object(amazon_account_work, "time") as time,
            patch.object(
                type(self.env["amazon.report"]), "_advance_at_amazon", advance
            ),
            self.enter_registry_test_mode(),
        ):
            time.monotonic = lambda: clock[0]
            self.env.ref(
                "amazon_order_import.ir_cron_check_reports"
            ).method_direct_trigger()
        return looked

    def test_the_slow_account_comes_last(self):
        accounts = self.env["amazon.account"].search([])
        slow = accounts[0]
        self.look({slow: 45})
        self.assertEqual(slow.last_look_seconds, 45)
        looked = self.look({slow: 45})
        self.assertEqual(looked[-1], slow)
        self.assertEqual(set(looked), set(accounts))

    def test_one_account_does_not_take_the_time_of_all(self):
        """Its time is up, that of the action is not: the others have theirs."""
        accounts = self.env["amazon.account"].search([])
        looked = self.look({accounts[0]: amazon_account_work.ACCOUNT_SECONDS + 1})
        self.assertEqual(set(looked), set(accounts))

    def test_talking_does_not_process(self):
        report = self.archive(self.account, 1, 1)
        slot = self.env.ref("amazon_order_import.ir_cron_process_reports")
        Trigger = self.env["ir.cron.trigger"]
        Trigger.search([("cron_id", "=", slot.id)]).unlink()
        self.look({})
        self.assertEqual(report.state, "ready")
        self.assertTrue(Trigger.search_count([("cron_id", "=", slot.id)]))
