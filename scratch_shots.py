import base64, time
from datetime import timedelta
from unittest.mock import patch
from odoo import fields
from odoo.tests import HttpCase, tagged
from odoo.tests.common import ChromeBrowser
from odoo.addons.amazon_order_import.tests.common import LoopbackCase, simulated_amazon

@tagged("post_install", "-at_install")
class TestShots(LoopbackCase, HttpCase):
    browser_size = "1500x1000"
    def shot(self, url, name, login="admin", click=None):
        def wait(browser, code, timeout, error_checker=None):
            time.sleep(3.5)
            for js in click or []:
                browser._websocket_request('Runtime.evaluate', params={'expression': js})
                time.sleep(2.5)
            data = browser._websocket_request('Page.captureScreenshot')
            open(f"/tmp/conn_shots/{name}.png", "wb").write(base64.b64decode(data['data']))
        with patch.object(ChromeBrowser, "_wait_code_ok", wait):
            self.browser_js(url, "1", login=login)
    def test_shots(self):
        env = self.env
        amazon = simulated_amazon(self, history_days=2)
        for field in ("sp_api_endpoint", "lwa_endpoint", "seller_central_endpoint"):
            env["ir.default"].set("amazon.account", field, amazon.url)
        A = env["amazon.account"]
        A.search([]).active = False
        import os
        only = os.environ.get("SHOTS", "").split(",") if os.environ.get("SHOTS") else None
        def shot(url, name, **kw):
            if not only or name in only:
                self.shot(url, name, **kw)
        shot("/odoo/amazon", "empty")
        def acc(name, key="eu", **v):
            a = A.create({"name": name, "region": {"eu-vcs": "eu"}.get(key, key),
                "lwa_client_id": f"amzn1.application-oa2-client.simulated-{key}",
                "lwa_client_secret": f"amzn1.oa2-cs.v1.simulated-{key}",
                "lwa_refresh_token": f"Atzr|simulated-{key}",
                "application_id": f"amzn1.sp.solution.simulated-{key}", "authorization_method": "website", **v})
            return a
        ok = acc("Muster Handel Europe")
        ok.action_test_connection()
        new_url = f"/odoo/amazon-accounts/{ok.id}"
        shot(new_url, "form_new_ok")
        ok.authorized_at = fields.Datetime.now() - timedelta(days=100)
        shot(new_url, "form_ok")
        shot(new_url, "dialog_website", click=["document.querySelector(\"button[name='action_connect']\").click()"])
        ok.authorization_method = "self"
        shot(new_url, "dialog_self", click=["document.querySelector(\"button[name='action_connect']\").click()"])
        exp = acc("Expiring Europe", "eu-vcs")
        exp.action_test_connection()
        exp.authorized_at = fields.Datetime.now() - timedelta(days=353)
        exp._update_connection_activity()
        shot(f"/odoo/amazon-accounts/{exp.id}", "form_expiring")
        rev = acc("Muster Handel America", "na")
        rev.action_test_connection()
        rev.authorized_at = fields.Datetime.now() - timedelta(days=100)
        amazon.state.seller("na").revoked = True
        rev.action_test_connection()
        shot(f"/odoo/amazon-accounts/{rev.id}", "form_revoked")
        cred = acc("Muster Handel Japan", "fe")
        cred.action_test_connection()
        cred.lwa_client_secret = "x"
        cred.action_test_connection()
        shot(f"/odoo/amazon-accounts/{cred.id}", "form_credentials")
        role = acc("Role Europe")
        amazon.state.seller("eu").roles -= {"Tax Invoicing (Restricted)"}
        env["amazon.report.request"].create({"account_id": role.id, "kind": "mfn_orders_eu", "repeat": True})
        role.action_test_connection()
        role.authorized_at = fields.Datetime.now() - timedelta(days=100)
        shot(f"/odoo/amazon-accounts/{role.id}", "form_role")
        shot(f"/odoo/amazon-accounts/{role.id}", "role_list", click=["document.querySelector(\"button[name='action_view_access']\").click()"])
        unr = acc("Far Away", "fe", sp_api_endpoint="http://127.0.0.1:9", lwa_endpoint="http://127.0.0.1:9")
        unr.action_test_connection()
        shot(f"/odoo/amazon-accounts/{unr.id}", "form_unreachable")
        A.create({"name": "Files only"})
        shot("/odoo/amazon", "overview")
        shot("/odoo/amazon-accounts", "list")
        shot("/amazon/authorize/callback?state=abc", "callback_unknown")
        for user in ok, :
            way = env["amazon.authorization"].with_user(env.ref("base.user_admin"))._open(ok)
        shot("/amazon/authorize/callback?error=access_denied&error_description=Access+not+permitted.&state=" + way, "callback_cancel")
