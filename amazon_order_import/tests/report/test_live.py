import json

from odoo.tests import tagged

from ..common import AmazonCase


@tagged("post_install", "-at_install")
class TestLive(AmazonCase):
    """What is told to browsers of how far a report is."""

    def setUp(self):
        super().setUp()
        self.person = self.env.ref("base.user_admin")
        self.told = []
        Bus = self.env.registry["bus.bus"]

        def note(_bus, target, name, message):
            self.told.append((target, name, json.loads(json.dumps(message))))

        self.patch(Bus, "_sendone", note)

    def make(self, content=b"no report", user=None):
        return (
            self.env["amazon.report"]
            .with_user(user or self.person)
            .sudo()
            .create_from_file(self.account, "mfn_orders_eu", "x.txt", content)
        )

    def named(self, name):
        return [entry for entry in self.told if entry[1] == name]

    def test_who_started_it_is_told_of_its_end(self):
        report = self.make()
        report.process()
        [(target, _name, notice)] = self.named("amazon_report_ended")
        self.assertEqual(target, self.person.partner_id)
        self.assertEqual(notice["id"], report.id)
        self.assertEqual(notice["type"], "danger")
        self.assertEqual(notice["message"], report.failure_reason)
        progress = [m for _t, _n, m in self.named("amazon_report_progress")]
        self.assertEqual({m["id"] for m in progress}, {report.id})
        self.assertEqual(progress[-1]["state"], "failed")
        # Everybody of the group hears it: no word of the file.
        self.assertEqual({frozenset(m) for m in progress}, {frozenset(("id", "state"))})

    def test_a_scheduled_action_tells_nobody(self):
        self.make(user=self.env.ref("base.user_root")).process()
        self.assertTrue(self.named("amazon_report_progress"))
        self.assertFalse(self.named("amazon_report_ended"))

    def test_whoever_processes_it_again_is_told(self):
        report = self.make(user=self.env.ref("base.user_root"))
        report.process()
        report.with_user(self.person).action_process_again()
        report.process()
        self.assertEqual(len(self.named("amazon_report_ended")), 1)

    def test_a_preview_tells_nothing(self):
        report = self.make()
        self.told.clear()
        report.with_user(self.person).preview()
        self.assertEqual(self.told, [])
