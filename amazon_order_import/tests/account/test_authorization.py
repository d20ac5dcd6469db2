import logging
import re
from datetime import timedelta
from urllib.parse import parse_qsl, quote, urlsplit

import requests
from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ...models.account.amazon_account_authorization import CALLBACK_PATH
from ..common import LoopbackCase, simulated_amazon

CLIENT = {
    "lwa_client_id": "amzn1.application-oa2-client.simulated-eu",
    "lwa_client_secret": "amzn1.oa2-cs.v1.simulated-eu",
}
OLD_TOKEN = "Atzr|simulated-eu"


@tagged("post_install", "-at_install")
class TestAuthorization(LoopbackCase, HttpCase):
    """The way back from Amazon's consent page, also where it goes wrong."""

    def setUp(self):
        super().setUp()
        self.amazon = simulated_amazon(self, history_days=-1)
        group = "amazon_order_import.group_amazon_manager"
        self.manager = new_test_user(self.env, "connector", f"base.group_user,{group}")
        self.other = new_test_user(self.env, "other", f"base.group_user,{group}")
        self.account = self.env["amazon.account"].create(
            {
                "name": "Consent",
                "region": "eu",
                "application_id": "amzn1.sp.solution.simulated-eu",
                "lwa_refresh_token": OLD_TOKEN,
                "sp_api_endpoint": self.amazon.url,
                "lwa_endpoint": self.amazon.url,
                "seller_central_endpoint": self.amazon.url,
                **CLIENT,
            }
        )
        self.authenticate("connector", "connector")

    def begin(self):
        """Press the button; return the address of Amazon's page."""
        account = self.account.with_user(self.manager)
        return account._get_consent_action()["url"]

    def consent(self, address, decision="authorize"):
        """Decide on Amazon's page; return where it leads to, without the host."""
        parts = urlsplit(address)
        form = dict(parse_qsl(parts.query)) | {"seller": "eu", "decision": decision}
        answer = requests.post(
            address.partition("?")[0], data=form, allow_redirects=False, timeout=20
        )
        self.assertEqual(answer.status_code, 302, answer.text)
        back = urlsplit(answer.headers["Location"])
        self.assertEqual(back.path, CALLBACK_PATH)
        return f"{back.path}?{back.query}"

    def come_back(self, path):
        answer = self.url_open(path, allow_redirects=False)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.env.invalidate_all()
        return answer

    def check_problem(self, answer, *texts):
        """A page says what happened and leads back; the account is as it was."""
        self.assertEqual(answer.status_code, 400)
        text = re.sub(r"\s+", " ", answer.text)
        for part in texts:
            self.assertIn(part, text)
        self.assertRegex(text, 'name="back" href="/odoo(/amazon-accounts/[0-9]+)?"')
        self.assertEqual(self.account.lwa_refresh_token, OLD_TOKEN)

    # === IT WORKS === #

    def test_authorise(self):
        before = fields.Datetime.now()
        answer = self.come_back(self.consent(self.begin()))
        self.assertIn(answer.status_code, (302, 303))
        self.assertTrue(
            answer.headers["Location"].endswith(
                f"/odoo/amazon-accounts/{self.account.id}"
            )
        )
        account = self.account
        self.assertNotEqual(account.lwa_refresh_token, OLD_TOKEN)
        self.assertEqual(account.selling_partner_id, "A1SIMEUSELLER")
        self.assertGreaterEqual(account.authorized_at, before)
        self.assertEqual(account.connection_state, "connected")
        self.assertTrue(account.is_newly_authorized)
        self.assertIn("Amazon.de", account.channel_ids.marketplace_id.mapped("name"))
        self.assertIn("Authorised anew by", str(account.message_ids.mapped("body")))

    def test_nothing_secret_is_logged_or_stored(self):
        address = self.begin()
        state = dict(parse_qsl(urlsplit(address).query))["state"]
        path = self.consent(address)
        code = dict(parse_qsl(urlsplit(path).query))["spapi_oauth_code"]
        way = self.env["amazon.authorization"].search([])
        self.assertNotIn(state, str(way.read()))
        with self.assertLogs(level="DEBUG") as caught:
            self.come_back(path)
            # Without a session, the address becomes part of the login page's.
            self.authenticate(None, None)
            self.url_open(path)
        # The test's own browser logs, too.
        ours = [r for r in caught.records if not r.name.startswith("urllib3")]
        texts = [
            *(str(record.__dict__) for record in ours),
            *self.account.message_ids.mapped("body"),
        ]
        for text in texts:
            for secret in (code, state, self.account.lwa_refresh_token):
                self.assertNotIn(secret, text)

    def test_log_of_requests(self):
        """The server writes the addresses of requests into its log."""
        direct = f"{CALLBACK_PATH}?state=STATE&spapi_oauth_code=CODE"
        lines = [
            f'"GET {direct} HTTP/1.1" 303 -',
            f'"GET /web/login?redirect={quote(direct)} HTTP/1.1" 200 -',
            f'"GET /web/login?redirect={quote(direct, safe="")} HTTP/1.1" 200 -',
        ]
        for line in lines:
            logged = self.log_request(line)
            self.assertIn("[REDACTED]", logged)
            self.assertNotIn("STATE", logged)
            self.assertNotIn("CODE", logged)
        other = '"GET /odoo?debug=1 HTTP/1.1" 200 -'
        self.assertEqual(self.log_request(other), other)

    def log_request(self, line):
        """Return what becomes of a line in the server's log of requests."""
        record = logging.makeLogRecord({"msg": "%s", "args": (line,)})
        self.assertTrue(logging.getLogger("werkzeug").filter(record))
        return record.getMessage()

    def test_state_is_long_and_random(self):
        states = {
            dict(parse_qsl(urlsplit(self.begin()).query))["state"] for _ in range(3)
        }
        self.assertEqual(len(states), 3)
        self.assertTrue(all(len(state) >= 43 for state in states))

    # === IT DOES NOT === #

    def test_unknown_state(self):
        path = self.consent(self.begin())
        for forged in (re.sub("state=[^&]+", "state=forged", path), CALLBACK_PATH):
            self.check_problem(self.come_back(forged), "This answer was not expected")

    def test_used_state(self):
        self.come_back(self.consent(self.begin(), "cancel"))
        path = self.consent(self.begin())
        self.come_back(path)
        token = self.account.lwa_refresh_token
        answer = self.come_back(path)
        self.assertIn("used already", answer.text)
        self.assertEqual(self.account.lwa_refresh_token, token)

    def test_expired_state(self):
        path = self.consent(self.begin())
        with freeze_time(fields.Datetime.now() + timedelta(minutes=16)):
            answer = self.come_back(path)
        self.check_problem(answer, "more than 15 minutes ago", "Back to the account")
        # Not even when the clock is set back.
        self.check_problem(self.come_back(path), "used already")

    def test_another_user(self):
        path = self.consent(self.begin())
        self.authenticate("other", "other")
        self.check_problem(self.come_back(path), "Begun by another user")
        self.authenticate("connector", "connector")
        self.assertNotEqual(self.come_back(path).status_code, 400, "Still usable")

    def test_without_session(self):
        path = self.consent(self.begin())
        self.authenticate(None, None)
        answer = self.url_open(path, allow_redirects=False)
        self.assertIn("/web/login", answer.headers["Location"])

    def test_rights_lost_meanwhile(self):
        path = self.consent(self.begin())
        self.manager.group_ids = self.env.ref("base.group_user")
        self.check_problem(self.come_back(path), "Not allowed")

    def test_cancelled(self):
        answer = self.come_back(self.consent(self.begin(), "cancel"))
        self.check_problem(
            answer, "Access was not allowed", "access_denied", "Back to the account"
        )

    def test_head_uses_nothing_up(self):
        """Scanners of links look first; the browser comes after them."""
        path = self.consent(self.begin())
        looked = self.url_open(path, method="HEAD", allow_redirects=False)
        self.assertEqual(looked.status_code, 405)
        self.env.invalidate_all()
        self.assertFalse(self.env["amazon.authorization"].search([]).is_used)
        self.assertEqual(self.account.lwa_refresh_token, OLD_TOKEN)
        self.assertNotEqual(self.come_back(path).status_code, 400, "Still usable")
        self.assertNotEqual(self.account.lwa_refresh_token, OLD_TOKEN)

    def test_which_seller(self):
        """Without Amazon's word nobody knows whose token it would be."""
        for seller in (False, "A1SIMEUSELLER"):
            self.account.selling_partner_id = seller
            path = self.consent(self.begin())
            cut = re.sub("&?selling_partner_id=[^&]*", "", path)
            self.assertNotEqual(cut, path)
            self.check_problem(self.come_back(cut), "does not say which seller")

    def test_other_seller(self):
        self.account.selling_partner_id = "ANOTHER"
        self.check_problem(
            self.come_back(self.consent(self.begin())), "signed in as another seller"
        )

    def test_code_expired(self):
        path = self.consent(self.begin())
        self.amazon.state.clock.advance(360)
        self.check_problem(self.come_back(path), "valid for five minutes", "HTTP 400")
        self.assertNotEqual(self.account.connection_state, "unauthorized")

    def test_secret_wrong(self):
        path = self.consent(self.begin())
        self.account.lwa_client_secret = "wrong"
        self.check_problem(self.come_back(path), "Client ID or client secret wrong")

    def test_unreachable(self):
        path = self.consent(self.begin())
        self.account.lwa_endpoint = "http://127.0.0.1:9"
        self.check_problem(self.come_back(path), "Amazon cannot be reached")

    def test_old_ones_are_forgotten(self):
        self.begin()
        ways = self.env["amazon.authorization"]
        self.assertTrue(ways.search([]))
        with freeze_time(fields.Datetime.now() + timedelta(days=2)):
            ways._gc_authorizations()
        self.assertFalse(ways.search([]))
