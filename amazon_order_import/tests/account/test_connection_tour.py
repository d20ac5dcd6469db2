from unittest.mock import patch

from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tests.common import ChromeBrowser

from ..common import LoopbackCase, simulated_amazon

#: Presses a button of the simulated Seller Central's page when it has loaded.
PRESS = """
    if (location.pathname === "/apps/authorize/consent") {
        window.addEventListener("load", () => {
            document.getElementById("%s").click();
        });
    }
"""


@tagged("post_install", "-at_install")
class TestConnectionTours(LoopbackCase, HttpCase):
    """To Amazon's consent page and back, in a real browser."""

    def setUp(self):
        super().setUp()
        self.amazon = simulated_amazon(self, history_days=-1)
        for field in ("sp_api_endpoint", "lwa_endpoint", "seller_central_endpoint"):
            self.env["ir.default"].set("amazon.account", field, self.amazon.url)
        self.env["amazon.account"].search([]).active = False
        self.manager = new_test_user(
            self.env,
            "tour_manager",
            "base.group_user,amazon_order_import.group_amazon_manager",
        )

    def create_account(self, **values):
        account = self.env["amazon.account"].create(
            {
                "region": "eu",
                "user_id": self.manager.id,
                "lwa_client_id": "amzn1.application-oa2-client.simulated-eu",
                "lwa_client_secret": "amzn1.oa2-cs.v1.simulated-eu",
                "lwa_refresh_token": "Atzr|simulated-eu",
                "application_id": "amzn1.sp.solution.simulated-eu",
                "authorization_method": "website",
                **values,
            }
        )
        if account.has_credentials:
            account.action_test_connection()
            self.assertEqual(account.connection_state, "connected")
        return account

    def start_tour_by_amazon(self, url, tour, button="authorize", **options):
        """Run a tour that leads to Amazon's page, where a button is pressed."""
        navigate = ChromeBrowser.navigate_to

        def prepare(browser, *args, **kwargs):
            browser._websocket_request(
                "Page.addScriptToEvaluateOnNewDocument",
                params={"source": PRESS % button},
            )
            return navigate(browser, *args, **kwargs)

        with patch.object(ChromeBrowser, "navigate_to", prepare):
            self.start_tour(url, tour, **options)

    def test_connect_first_account(self):
        self.start_tour_by_amazon("/odoo", "amazon_connect_by_consent", login="admin")
        account = self.env["amazon.account"].search([])
        self.assertEqual(account.name, "Tour Consent")
        self.assertEqual(account.connection_state, "connected")
        self.assertEqual(account.selling_partner_id, "A1SIMEUSELLER")
        self.assertEqual(account.authorization_method, "website")
        self.assertTrue(account.lwa_refresh_token.startswith("Atzr|"))
        self.assertEqual(
            (account.authorization_expires - account.authorized_at.date()).days, 365
        )

    def test_renew_after_revocation(self):
        """An Amazon administrator without access to secrets mends it."""
        account = self.create_account(name="Tour Renewal")
        old = account.lwa_refresh_token
        self.amazon.state.seller("eu").revoked = True
        account._check_connection()
        self.assertEqual(account.connection_state, "unauthorized")
        self.assertEqual(account.activity_ids.user_id, self.manager)
        self.start_tour_by_amazon(
            "/odoo", "amazon_renew_after_revocation", login=self.manager.login
        )
        self.assertEqual(account.connection_state, "connected")
        self.assertNotEqual(account.lwa_refresh_token, old)
        self.assertFalse(account.disconnected_since)
        self.assertFalse(account.activity_ids)

    def test_consent_refused(self):
        account = self.create_account(name="Tour Refusal")
        old = account.lwa_refresh_token
        self.start_tour_by_amazon(
            f"/odoo/amazon-accounts/{account.id}",
            "amazon_consent_refused",
            button="cancel",
            login=self.manager.login,
        )
        self.assertEqual(account.lwa_refresh_token, old)
        self.assertEqual(account.connection_state, "connected")

    def test_paste_refresh_token(self):
        account = self.create_account(
            name="Tour Token", lwa_refresh_token=False, authorization_method="self"
        )
        self.start_tour(
            f"/odoo/amazon-accounts/{account.id}",
            "amazon_paste_refresh_token",
            login=self.manager.login,
        )
        self.assertEqual(account.lwa_refresh_token, "Atzr|simulated-eu")
        self.assertEqual(account.connection_state, "connected")
        dialogs = self.env["amazon.account.connect"].search([])
        self.assertFalse(any(dialogs.mapped("refresh_token")))
