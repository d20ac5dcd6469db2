from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .privacy_case import FBA_REF, MFN_REF, PERSON, SECRETS, PrivacyCase, ago

MODELS = "odoo.addons.amazon_order_import.models.privacy"
ORDERS = f"{MODELS}.amazon_privacy_order"
ACCOUNT = f"{MODELS}.amazon_account"


@tagged("post_install", "-at_install")
class TestOnDemand(PrivacyCase):
    """An administrator forgets one buyer; a log says so and names nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "amazon_boss", groups="amazon_order_import.group_amazon_manager"
        )
        cls.user = new_test_user(
            cls.env, "amazon_clerk", groups="amazon_order_import.group_amazon_user"
        )

    def test_by_order_number(self):
        report = self.mfn()
        order = self.get_order(MFN_REF)
        asked = self.env["amazon.privacy.request"].create({"order_ref": MFN_REF})
        self.assertIn("Not shipped", asked.undelivered)
        self.assertEqual((asked.order_ids, asked.row_count), (order, 1))
        request = self.request(self.manager, order_ref=f" {MFN_REF}")
        self.run_cron()
        self.assert_forgotten()
        self.assertTrue(order.amazon_forgotten_at)
        log = request.log_id
        self.assertEqual(log.user_id, self.manager)
        self.assertEqual(log.source, "person")
        self.assertEqual(log.order_refs, MFN_REF)
        self.assertEqual((log.order_count, log.row_count, log.file_count), (1, 1, 1))
        self.assertGreaterEqual(log.contact_count, 2)
        self.assertEqual(report.row_ids.outcome, "created")

    def test_by_contact_with_all_its_orders(self):
        self.mfn()
        self.fba(days=1)
        orders = self.get_order(MFN_REF) | self.get_order(FBA_REF)
        delivery = orders[0].partner_shipping_id
        self.request(self.manager, partner_id=delivery)
        self.assertTrue(all(orders.mapped("amazon_forgotten_at")))
        self.run_cron()
        self.assert_forgotten()

    def test_order_that_was_never_imported(self):
        report = self.mfn({"sku": "NOBODY-KNOWS"})
        self.request(self.manager, order_ref=MFN_REF)
        self.run_cron()
        self.assert_forgotten()
        self.assertEqual(report.row_ids.outcome, "waiting")
        self.mfn({"sku": "NOBODY-KNOWS"})
        self.run_cron()
        self.assert_forgotten()

    def test_contact_of_ones_own_is_refused(self):
        own = self.env["res.partner"].create({"name": "Own"})
        with self.assertRaisesRegex(UserError, "does not come from Amazon"):
            self.request(self.manager, partner_id=own)
        with self.assertRaisesRegex(UserError, "Nothing is known"):
            self.request(self.manager, order_ref="302-9999999-9999999")
        self.assertEqual(own.name, "Own")

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_administrators_only(self):
        self.mfn()
        order = self.get_order(MFN_REF)
        with self.assertRaises(AccessError):
            order.with_user(self.user).action_forget_amazon_buyer()
        with self.assertRaises(AccessError):
            self.env["amazon.privacy.request"].with_user(self.user).create({})
        with self.assertRaises(AccessError):
            self.env["amazon.privacy.log"].with_user(self.user).search([])
        log = self.request(self.manager, order_ref=MFN_REF).log_id
        with self.assertRaises(AccessError):
            log.with_user(self.manager).write({"order_count": 0})
        with self.assertRaises(AccessError):
            log.with_user(self.manager).unlink()

    def test_found_by_odoos_own_search(self):
        if "privacy.lookup.wizard" not in self.env:
            self.skipTest("privacy_lookup is not installed")
        report = self.mfn()
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": PERSON["recipient-name"], "email": PERSON["buyer-email"]}
        )
        wizard.action_lookup()
        found = wizard.line_ids.mapped(lambda line: (line.res_model, line.res_id))
        order = self.get_order(MFN_REF)
        for record in (report.row_ids, order, order.partner_id):
            self.assertIn((record._name, record.id), found)
        self.request(self.manager, order_ref=MFN_REF)
        wizard.action_lookup()
        self.assertNotIn("amazon.report.row", wizard.line_ids.mapped("res_model"))


@tagged("post_install", "-at_install")
class TestSchedule(PrivacyCase):
    def test_one_bad_order_keeps_no_other(self):
        self.fba()
        self.fba(**{"amazon-order-id": "305-0000002-0000002", "shipment-item-id": "S2"})
        bad, good = map(self.get_order, (FBA_REF, "305-0000002-0000002"))
        model = type(self.env["amazon.privacy.order"])
        forget_fields = model._forget_fields

        def fail(service, orders, business):
            if bad in orders:
                raise ValueError("in the way")
            return forget_fields(service, orders, business)

        with patch.object(model, "_forget_fields", fail), mute_logger(ORDERS):
            self.run_cron()
        self.assertTrue(good.amazon_forgotten_at)
        self.assertFalse(bad.amazon_forgotten_at)
        self.assertEqual(bad.partner_id.name, PERSON["buyer-name"])
        log = self.env["amazon.privacy.log"].search([("account_id", "!=", False)])
        self.assertEqual((log.order_count, log.failed_count), (1, 1))
        self.assertIn(FBA_REF, self.account.activity_ids.note)
        self.run_cron()
        self.assertTrue(bad.amazon_forgotten_at)
        self.assert_forgotten()

    def test_stops_when_the_time_is_up_and_goes_on(self):
        refs = [f"305-0000001-000000{n}" for n in range(3)]
        for number, ref in enumerate(refs):
            self.fba(**{"amazon-order-id": ref, "shipment-item-id": f"S{number}"})
        rounds = []

        def commit(done=0, remaining=None):
            rounds.append(done)
            return 0

        with patch(f"{ACCOUNT}.ORDERS", 1):
            self.assertFalse(self.account._forget_due(commit))
        orders = self.env["sale.order"].search([("amazon_order_ref", "in", refs)])
        self.assertEqual(len(orders.filtered("amazon_forgotten_at")), 1)
        self.assertTrue(self.account._forget_due(lambda done=0, remaining=None: 1))
        self.assertTrue(all(orders.mapped("amazon_forgotten_at")))

    def test_nothing_due_leaves_no_log(self):
        self.fba(days=1)
        self.run_cron()
        self.assertFalse(self.env["amazon.privacy.log"].search([]))
        self.assertTrue(self.find_in_database(SECRETS))

    def test_returns_and_documents_without_order(self):
        returned = self.env["amazon.return"].create(
            {
                "account_id": self.account.id,
                "order_ref": FBA_REF,
                "sku": "MUG-RED",
                "return_date": ago(60).replace("T", " ")[:19],
                "comment": "Zwiebelmayer",
            }
        )
        self.run_cron()
        self.assertTrue(returned.comment)
        self.age(returned, 31, "create_date")
        self.run_cron()
        self.assertFalse(returned.comment)
