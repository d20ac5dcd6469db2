from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged

from ..common import AmazonCase

MFN = "mfn_orders_eu"


class OverviewCase(AmazonCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "overview_user",
            "base.group_user,amazon_order_import.group_amazon_user",
        )

    def sell(self, number, days=0, **cells):
        """An order bought some days ago."""
        moment = fields.Datetime.now() - timedelta(days=days)
        ref = f"302-0000001-{number:07}"
        row = {
            "order-id": ref,
            "purchase-date": f"{moment:%Y-%m-%dT%H:%M:%S}+00:00",
            **cells,
        }
        self.import_lines(MFN, row)
        return self.get_order(ref)

    def figures(self, account=None):
        account = (account or self.account).with_user(self.user)
        account.invalidate_recordset()
        return {figure["label"]: figure for figure in account.overview_figures}

    def todos(self, *domain):
        return (
            self.env["amazon.todo"]
            .with_user(self.user)
            .search([("account_id", "=", self.account.id), *domain])
        )

    def open(self, figure):
        """The records that a figure opens."""
        given = [figure["argument"]] if figure["argument"] else []
        account = self.account.with_user(self.user)
        action = getattr(account, figure["action"])(*given)
        return self.env[action["res_model"]].search(action["domain"])


@tagged("post_install", "-at_install")
class TestOverview(OverviewCase):
    """The card of an account: each figure opens what it counts."""

    def test_orders_and_revenue(self):
        today = self.sell(1)
        earlier = self.sell(2, days=10)
        self.sell(3, days=40)
        figures = self.figures()
        self.assertIn("1 ·", figures["Orders today"]["value"])
        self.assertEqual(self.open(figures["Orders today"]), today)
        recent = figures["Orders of 30 days"]
        self.assertIn("2 ·", recent["value"])
        self.assertEqual(self.open(recent), today + earlier)
        bars = self.account.overview_graph["bars"]
        self.assertEqual(len(bars), 30)
        self.assertEqual(sum(bar["height"] > 0 for bar in bars), 2)
        self.assertEqual(max(bar["height"] for bar in bars), 100)

    def test_account_without_orders(self):
        self.assertIn("0 ·", self.figures()["Orders today"]["value"])
        self.assertFalse(any(b["height"] for b in self.account.overview_graph["bars"]))
        self.assertFalse(self.account.todo_count)

    def test_to_ship_and_late(self):
        order = self.sell(1)
        waits = self.sell(2)
        order.amazon_latest_ship_date = fields.Datetime.now() - timedelta(hours=1)
        waits.amazon_latest_ship_date = fields.Datetime.now() + timedelta(days=1)
        figures = self.figures()
        self.assertEqual(self.open(figures["To ship"]), order + waits)
        self.assertEqual(figures["Late"]["value"], "1")
        self.assertEqual(self.open(figures["Late"]), order)

    def test_company_of_another(self):
        """Nobody sees the to-dos of a company that is not theirs."""
        self.import_lines(MFN, {"sku": "NEW-1"})
        self.assertTrue(self.todos())
        other = self.env["res.company"].create({"name": "Another company"})
        self.user.write({"company_ids": other.ids, "company_id": other.id})
        self.assertFalse(self.todos())


@tagged("post_install", "-at_install")
class TestNeedsYou(OverviewCase):
    """One list over all kinds of to-do, each with what mends it."""

    def test_unknown_sku(self):
        """One to-do for the SKU, not one for each of its rows."""
        self.import_lines(
            MFN, {"sku": "NEW-1"}, {"order-id": "302-0000001-0000009", "sku": "NEW-1"}
        )
        todo = self.todos()
        self.assertEqual(todo.kind, "sku")
        self.assertIn("NEW-1", todo.what)
        self.assertIn("2", todo.explanation)
        self.assertEqual(todo.action_mend()["res_model"], "amazon.product.maker")
        self.assertEqual(todo.action_open()["res_model"], "amazon.offer")
        self.account.invalidate_recordset()
        self.assertEqual(self.account.todo_count, 1)
        offer = self.env["amazon.offer"].search([("sku", "=", "NEW-1")])
        offer.product_id = next(iter(self.products.values()))
        self.assertFalse(self.todos())

    def test_failed_report(self):
        report = self.import_file(MFN, b"nonsense\n")
        todo = self.todos()
        self.assertEqual((todo.kind, todo.record_id), ("report", report.id))
        self.assertEqual(todo.explanation, report.failure_reason)
        self.assertEqual(todo.action_mend()["tag"], "display_notification")

    def test_rows(self):
        report = self.import_lines(
            MFN, {"quantity-purchased": "x"}, {"item-price": "", "item-tax": ""}
        )
        error = report.row_ids.filtered(lambda row: row.outcome == "error")
        todo = self.todos()
        self.assertEqual((todo.kind, todo.record_id), ("row", error.id))
        self.assertEqual(todo.explanation, error.message)

    def test_order_to_check(self):
        order = self.sell(1)
        order.amazon_workflow_note = "Something is wrong"
        todo = self.todos()
        self.assertEqual((todo.kind, todo.what), ("order", order.amazon_order_ref))
        self.assertEqual(todo.explanation, "Something is wrong")
        self.assertEqual(todo.action_mend()["res_id"], order.id)

    def test_connection(self):
        self.account._set_connection("unauthorized", "invalid_grant")
        todo = self.todos()
        self.assertEqual(todo.kind, "connection")
        self.assertIn("revoked", todo.explanation)

    def test_several_kinds_at_once(self):
        self.import_file(MFN, b"nonsense\n")
        self.import_lines(MFN, {"sku": "NEW-1"})
        todos = self.todos()
        self.assertEqual(set(todos.mapped("kind")), {"report", "sku"})
        self.assertEqual(len(set(todos.ids)), 2)
        with self.assertRaisesRegex(UserError, "one kind"):
            todos.action_mend()

    def test_overdue(self):
        self.import_lines(MFN, {"sku": "NEW-1"})
        todo = self.todos()
        self.assertFalse(todo.is_late)
        figure = self.account._make_todo_figure("Uploads", "upload", 2, 5)
        self.assertEqual((figure.level, figure.value), ("danger", "5 (2 overdue)"))


@tagged("post_install", "-at_install")
class TestOverviewTour(OverviewCase, HttpCase):
    def test_overview(self):
        self.account.name = "Tour Overview"
        self.sell(1)
        self.import_lines(MFN, {"order-id": "302-0000001-0000009", "sku": "TOUR-NEW"})
        self.start_tour("/odoo", "amazon_overview", login="overview_user")


@tagged("post_install", "-at_install")
class TestReporting(OverviewCase):
    """Sales by account and channel, the digest's figures, mails on failure."""

    def test_sales(self):
        self.sell(1, **{"quantity-purchased": "2", "shipping-price": "4.90"})
        order = self.get_order("302-0000001-0000001")
        [(account, units, revenue)] = (
            self.env["sale.report"]
            .with_user(self.user)
            ._read_group(
                [("amazon_account_id", "=", self.account.id)],
                ["amazon_account_id"],
                ["amazon_units:sum", "price_total:sum"],
            )
        )
        self.assertEqual((account, units), (self.account, 2))
        self.assertAlmostEqual(revenue, order.amount_total)

    def test_digest(self):
        self.sell(1)
        self.import_lines(MFN, {"order-id": "302-0000001-0000009", "sku": "NEW-1"})
        now = fields.Datetime.now()
        digest = self.env["digest.digest"].create(
            {
                "name": "Amazon",
                "kpi_amazon_orders": True,
                "kpi_amazon_revenue": True,
                "kpi_amazon_todos": True,
            }
        )
        digest = digest.with_context(
            start_datetime=now - timedelta(days=1), end_datetime=now + timedelta(days=1)
        )
        # Other accounts of the database count, too.
        self.assertGreaterEqual(digest.kpi_amazon_orders_value, 1)
        self.assertGreater(digest.kpi_amazon_revenue_value, 0)
        self.assertGreaterEqual(digest.kpi_amazon_todos_value, 1)
        with self.assertRaises(AccessError):
            digest.with_user(
                new_test_user(self.env, "no_amazon", "base.group_user")
            ).sudo(False)._compute_amazon_orders_value()

    def test_mail_on_failure(self):
        """The responsible hears of what failed by mail, as Odoo mails to-dos."""
        self.user.write({"email": "seller@example.com", "notification_type": "email"})
        self.account.user_id = self.user
        notified = [("res_partner_id", "=", self.user.partner_id.id)]
        before = self.env["mail.notification"].search(notified)
        robot = self.account.with_user(self.env.ref("base.user_root"))
        robot._set_connection("unauthorized", "invalid_grant")
        mails = self.env["mail.notification"].search(notified) - before
        self.assertTrue(mails)
        self.assertEqual(set(mails.mapped("notification_type")), {"email"})
        self.assertIn(self.account.name, str(mails.mail_message_id.mapped("body")))
