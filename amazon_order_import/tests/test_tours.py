import hashlib
from decimal import Decimal

from odoo.tests import HttpCase, new_test_user, tagged

from .common import LoopbackCase, import_file_rows, simulated_amazon

ROUNDS = 10


@tagged("post_install", "-at_install")
class TestTours(LoopbackCase, HttpCase):
    """What people do on the screens, in a real browser."""

    def test_connect_request_process(self):
        """From the first account to an order, against a simulated Amazon."""
        amazon = simulated_amazon(self, history_days=10)
        products = self.env["product.product"].create(
            [
                {"name": product.title, "default_code": product.sku, "type": "consu"}
                for product in amazon.catalogue
            ]
        )
        self.assertTrue(products)
        # The tour needs no developer mode: a new account leads to the simulator.
        for field in ("sp_api_endpoint", "lwa_endpoint"):
            self.env["ir.default"].set("amazon.account", field, amazon.url)
        self.start_tour("/odoo", "amazon_connect_and_request", login="admin")

        account = self.env["amazon.account"].search([("name", "=", "Tour Europe")])
        self.assertEqual(account.connection_state, "connected")
        self.assertEqual(account.lwa_refresh_token, "Atzr|simulated-eu")
        report = account.report_ids
        self.assertEqual(report.kind, "mfn_orders_eu")
        self._run_scheduled_action(report)
        self.assertEqual(report.state, "done", report.failure_reason)

        self.start_tour("/odoo", "amazon_see_it_processed", login="admin")
        expected = amazon.expected("eu", report.date_from, report.date_to)
        orders = self.env["sale.order"].search([("amazon_account_id", "=", account.id)])
        self.assertTrue(orders)
        self.assertEqual(
            {order.amazon_order_ref: self._exact_total(order) for order in orders},
            {ref: Decimal(entry["total"]) for ref, entry in expected.items()},
        )

    def test_upload_by_hand(self):
        """A file with one bad row: its order, its message, and the file again."""
        self.env["amazon.account"].create({"name": "Tour Upload", "region": "eu"})
        self.env["product.product"].create(
            {"name": "Tour article", "default_code": "TOUR-SKU", "type": "consu"}
        )
        self.start_tour("/odoo", "amazon_upload_file", login="admin")
        report = self.env["amazon.report"].search([("filename", "=", "by hand.txt")])
        self.assertEqual(report.state, "attention")
        self.assertEqual(report.row_ids.mapped("outcome"), ["created", "error"])
        self.authenticate("admin", "admin")
        answer = self.url_open(report.action_download()["url"])
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(hashlib.sha256(answer.content).hexdigest(), report.checksum)
        self.assertIn("by hand.txt", answer.headers["Content-Disposition"])

    def test_order_without_amazon_rights(self):
        """A salesman without rights to Amazon's reports opens an Amazon order."""
        account = self.env["amazon.account"].create({"name": "Tour", "region": "eu"})
        self.env["product.product"].create(
            {"name": "Red mug", "default_code": "MUG-RED", "type": "consu"}
        )
        import_file_rows(account, "mfn_orders_eu", {})
        order = self.env["sale.order"].search([("amazon_account_id", "=", account.id)])
        salesman = new_test_user(
            self.env,
            "tour_salesman",
            "base.group_user,sales_team.group_sale_salesman_all_leads",
        )
        self.start_tour(
            f"/odoo/sales/{order.id}",
            "amazon_order_without_rights",
            login=salesman.login,
        )

    def _run_scheduled_action(self, report):
        for _round in range(ROUNDS):
            if report.state not in ("requested", "ready", "processing"):
                return
            # The time passes after which Amazon is asked how far the report is.
            report.next_attempt = False
            for action in ("check", "process"):
                self.env.ref(
                    f"amazon_order_import.ir_cron_{action}_reports"
                ).method_direct_trigger()
            self.env.invalidate_all()

    def _exact_total(self, order):
        digits = order.currency_id.decimal_places
        return Decimal(f"{order.amount_total:.{digits}f}")
