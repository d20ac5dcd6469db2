from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from ...selling_partner.errors import ThrottledError
from .test_requests import FBA, MFN, NOW, RequestCase


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
        old = self.note_call("createReport", NOW - timedelta(days=15))
        new = self.note_call("createReport", NOW - timedelta(days=13))
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
