from odoo.tests import new_test_user

from ..report.test_cron import CronCase


class ConnectionCase(CronCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        prefix = "amazon_order_import.group_amazon_"
        cls.manager = new_test_user(
            cls.env, "amazon_m", f"base.group_user,{prefix}manager"
        )
        cls.user = new_test_user(cls.env, "amazon_u", f"base.group_user,{prefix}user")
        cls.account.user_id = cls.manager
        cls.check_cron = cls.env.ref("amazon_order_import.ir_cron_check_connections")

    def setUp(self):
        super().setUp()
        self.seller = self.amazon.state.seller("eu")
        roles, revoked = set(self.seller.roles), self.seller.revoked
        times = self.seller.authorized_at, self.seller.secret_changed_at
        self.addCleanup(self.restore, roles, revoked, times)

    def restore(self, roles, revoked, times):
        self.seller.roles, self.seller.revoked = roles, revoked
        self.seller.authorized_at, self.seller.secret_changed_at = times

    def check(self):
        """Let the daily action run, as if its time had come."""
        self.pass_time(self.env["amazon.report"])
        self.account.next_connection_check = False
        with self.enter_registry_test_mode():
            self.check_cron.method_direct_trigger()
        self.env.invalidate_all()

    def get_access(self, kind):
        return self.account.access_ids.filtered(lambda access: access.kind == kind)

    def check_state(self, state, cure, *texts):
        """The account is in a state, says so, and leads to the cure."""
        account = self.account.with_user(self.user)
        self.assertEqual(account.connection_state, state)
        self.assertEqual(account.connection_cure, cure)
        said = f"{account.connection_message}\n{account.connection_error}"
        for text in texts:
            self.assertIn(text, said)
