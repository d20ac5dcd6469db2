from odoo.tests import new_test_user, tagged

from ...messages import CATALOG, compose, message
from ...models.report.amazon_report_row import TODO_DOMAIN
from ..common import AmazonCase

MFN = "mfn_orders_eu"


def new_amazon_user(env, login, name):
    return new_test_user(
        env, login, f"base.group_user,amazon_order_import.group_amazon_{name}"
    )


@tagged("post_install", "-at_install")
class TestTodo(AmazonCase):
    """To do is what needs a person; what Amazon brings by itself is not."""

    def test_price_to_come(self):
        """Nobody can do anything about it: the report is done, the row waits."""
        report = self.import_lines(
            MFN, {"item-price": "", "item-tax": ""}, {"sku": "?"}
        )
        waiting, unknown = report.row_ids.sorted("number")
        self.assertEqual(waiting.code, "price_pending")
        self.assertEqual(
            (waiting.outcome, waiting.shown_outcome, waiting.is_todo),
            ("waiting", "amazon", False),
        )
        self.assertEqual(
            (unknown.outcome, unknown.shown_outcome, unknown.is_todo),
            ("waiting", "waiting", True),
        )
        self.assertEqual(report.state, "attention")
        self.assertEqual(report.open_row_ids, unknown)
        rows = self.env["amazon.report.row"].search(
            [("report_id", "=", report.id), ("is_todo", "=", True)]
        )
        self.assertEqual(rows, unknown)
        alone = self.import_lines(
            MFN,
            {"order-id": "302-0000001-0000002", "item-price": "", "item-tax": ""},
        )
        self.assertEqual((alone.state, alone.waiting_count), ("done", 1))

    def test_every_open_code_is_one_or_the_other(self):
        """The search and the field agree, whatever a row says."""
        report = self.import_lines(MFN, {})
        Row = self.env["amazon.report.row"]
        rows = Row.create(
            [
                {
                    "report_id": report.id,
                    "number": number,
                    "outcome": outcome,
                    "code": code,
                    "needs_attention": needs,
                }
                for number, (outcome, code, needs) in enumerate(
                    (
                        (outcome, code, needs)
                        for outcome in ("created", "waiting", "error")
                        for code in (False, "number_pending", "unknown_sku")
                        for needs in (False, True)
                    ),
                    100,
                )
            ]
        )
        found = Row.search([("id", "in", rows.ids), *TODO_DOMAIN])
        self.assertEqual(
            found, rows.filtered("is_todo").sorted(lambda r: found.ids.index(r.id))
        )
        self.assertEqual(
            rows - found,
            Row.search([("id", "in", rows.ids), ("is_todo", "=", False)]).sorted("id"),
        )
        self.assertEqual(len(found), 3 + 5 + 5)

    def test_processing_again_says_what_came_of_it(self):
        report = self.import_lines(MFN, {"sku": "NEW-1"})
        action = report.row_ids.action_process_again()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(action["params"]["type"], "warning")
        self.assertEqual(report.state, "attention")
        self.env["product.product"].create({"name": "New", "default_code": "NEW-1"})
        action = report.action_process_again()
        self.assertEqual(action["params"]["type"], "success")
        self.assertEqual(report.state, "done")

    def test_button_of_somebody_else(self):
        """Who lacks the group of a button is told whom to ask."""
        user = new_amazon_user(self.env, "todo_user", "user")
        manager = new_amazon_user(self.env, "todo_manager", "manager")
        self.account.invalidate_recordset()
        told = self.account.with_user(user).connection_message
        self.assertIn("Ask somebody with the right “Amazon / Administrator”", told)
        told = self.account.with_user(manager).connection_message
        self.assertNotIn("Ask somebody", told)
        self.assertIn("Connect with Amazon", told)

    def test_groups_of_buttons_exist(self):
        for code, entry in CATALOG.items():
            if entry.group:
                self.assertTrue(self.env.ref(entry.group), code)
        text = compose(
            self.env(user=new_amazon_user(self.env, "todo_tax", "manager")),
            message("tax_missing_oss", rate="19 %", country="Polska"),
        )
        self.assertIn("Ask somebody", text)

    def test_nothing_to_take_back(self):
        report = self.import_lines(MFN, {"sku": "NEW-2"})
        undo = self.env["amazon.report.undo"].browse(report.action_undo()["res_id"])
        self.assertTrue(undo.is_empty)
        report = self.import_lines(MFN, {"order-id": "302-0000001-0000003"})
        undo = self.env["amazon.report.undo"].browse(report.action_undo()["res_id"])
        self.assertFalse(undo.is_empty)
