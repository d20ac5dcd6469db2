import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..order.upsert_case import FBA, FBA_REF, MFN, REF, UpsertCase

TABLES = (
    "account_move",
    "amazon_offer",
    "amazon_report",
    "amazon_report_row",
    "ir_attachment",
    "ir_cron_trigger",
    "mail_activity",
    "mail_mail",
    "mail_message",
    "product_product",
    "res_partner",
    "sale_order",
    "sale_order_line",
    "stock_move",
    "stock_picking",
)


class PreviewCase(UpsertCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = "base.group_user,amazon_order_import."
        cls.user = new_test_user(cls.env, "amazon_user", groups + "group_amazon_user")
        cls.manager = new_test_user(
            cls.env, "amazon_manager", groups + "group_amazon_manager"
        )

    def make_report(self, kind, *rows):
        return self.env["amazon.report"].create_from_file(
            self.account, kind, "report.txt", self.make_file(kind, *rows)
        )

    def snapshot(self):
        """Return what is in the database that an import could change."""
        self.env.cr.flush()
        result = {}
        for table in TABLES:
            self.env.cr.execute(
                SQL("SELECT count(*), max(id) FROM %s", SQL.identifier(table))
            )
            result[table] = self.env.cr.fetchone()
        self.env.cr.execute(
            "SELECT id, state, amount_total, amazon_told FROM sale_order"
        )
        result["orders"] = sorted(self.env.cr.fetchall(), key=lambda row: row[0])
        self.env.cr.execute("SELECT id, state, next_row FROM amazon_report")
        result["reports"] = sorted(self.env.cr.fetchall())
        self.env.cr.execute(
            "SELECT sequencename, last_value FROM pg_sequences "
            "WHERE sequencename LIKE 'ir\\_sequence\\_%'"
        )
        result["numbers"] = dict(self.env.cr.fetchall())
        return result


@tagged("post_install", "-at_install")
class TestPreview(PreviewCase):
    """A preview says what an import does, and leaves nothing behind."""

    def rows(self):
        return [
            {"order-item-id": "1", "item-price": "17.99"},
            {"order-item-id": "2", "sku": "LAMP-1"},
            {"order-id": "302-0000001-0000002"},
            {"order-id": "302-0000001-0000003", "sku": "UNKNOWN"},
            {"order-id": "302-0000001-0000004", "item-price": "??"},
            {"order-id": "S02-0000001-0000001"},
        ]

    def test_preview_is_what_processing_does(self):
        self.import_lines(MFN, {"order-item-id": "1"})
        report = self.make_report(MFN, *self.rows())
        before = self.snapshot()
        result = report.with_user(self.user).preview()
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(report.state, "ready")
        json.dumps(result)
        report.process()
        for told, row in zip(
            result["rows"], report.row_ids.sorted("number"), strict=True
        ):
            for name in ("number", "outcome", "code", "message", "order_ref", "sku"):
                self.assertEqual(told[name], row[name], name)
        self.assertEqual(
            [row["outcome"] for row in result["rows"]],
            ["updated", "created", "created", "waiting", "error", "ignored"],
        )
        self.assertEqual(result["totals"]["created"], 2)
        self.assertEqual(result["state"], report.state)
        self.assertTrue(result["complete"])
        order = self.get_order(REF)
        self.assertEqual(result["rows"][0]["sale_order_id"], order.id)
        self.assertFalse(result["rows"][2]["sale_order_id"], "Not made yet")

    def test_preview_of_changes_on_closed_orders(self):
        self.import_lines(MFN, {})
        order = self.get_order(REF)
        self.invoice(order)
        report = self.make_report(MFN, {"item-price": "17.99"})
        before = self.snapshot()
        result = report.preview()
        self.assertEqual(result["rows"][0]["outcome"], "waiting")
        self.assertEqual(self.snapshot(), before)
        self.assertFalse(order.activity_ids)

    def test_preview_of_a_refused_file(self):
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "x.txt", b"no report"
        )
        result = report.preview()
        self.assertEqual(result["state"], "failed")
        self.assertTrue(result["failure_reason"])
        self.assertEqual(report.state, "ready")
        self.assertFalse(report.failure_reason)

    def test_preview_of_a_processed_report(self):
        """It shows the open rows only, as processing again would."""
        report = self.make_report(MFN, *self.rows())
        report.process()
        before = self.snapshot()
        result = report.preview()
        self.assertEqual(self.snapshot(), before)
        self.assertEqual(
            [(row["number"], row["outcome"]) for row in result["rows"]],
            [(4, "waiting"), (5, "error")],
        )

    def test_preview_of_the_first_rows(self):
        rows = [{"order-id": f"302-0000001-{n:07}"} for n in range(250)]
        report = self.make_report(MFN, *rows)
        result = report.preview(max_rows=10)
        self.assertFalse(result["complete"])
        self.assertEqual(len(result["rows"]), 200, "One batch")

    def test_preview_with_products_created(self):
        self.account.unknown_sku_policy = "create"
        report = self.make_report(MFN, {"sku": "NEW-1"})
        before = self.snapshot()
        self.assertEqual(report.preview()["totals"], {"created": 1})
        self.assertEqual(self.snapshot(), before)

    def test_preview_without_file(self):
        report = self.env["amazon.report"].create(
            {"account_id": self.account.id, "kind": MFN}
        )
        with self.assertRaises(UserError):
            report.preview()

    def test_preview_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other company"})
        self.account.sudo().copy({"name": "Other", "company_id": other.id})
        report = self.make_report(MFN, {})
        self.user.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        with self.assertRaises(AccessError):
            report.with_user(self.user).preview()

    # === SCREENS === #

    def test_screen_of_an_upload(self):
        content = self.make_file(MFN, *self.rows())
        upload = self.make_upload(MFN, content, self.user)
        before = self.snapshot()
        action = upload.action_preview()
        self.assertEqual(self.snapshot(), before)
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.created_count, 3)
        self.assertEqual(preview.waiting_count, 1)
        self.assertEqual(len(preview.line_ids), 6)
        preview.with_user(self.user).action_process()
        self.assertEqual(self.get_order(REF).amount_total, 37.98)

    def test_screen_of_a_report(self):
        report = self.make_report(MFN, {})
        action = report.with_user(self.user).action_preview()
        preview = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(preview.line_ids.mapped("outcome"), ["created"])
        preview.with_user(self.user).action_process()
        self.assertEqual(report.state, "done")


@tagged("post_install", "-at_install")
class TestUndo(PreviewCase):
    """Taking a report back: what nobody has touched goes, the rest says why not."""

    def undo(self, report):
        return report.with_user(self.manager).undo()

    def reasons(self, result):
        return {kept["order_ref"]: kept["reason"] for kept in result["kept"]}

    def test_untouched_orders_go(self):
        rows = [
            {"order-item-id": "1"},
            {"order-id": "302-0000001-0000002", "shipping-price": "4.99"},
        ]
        report = self.import_lines(MFN, *rows)
        pickings = self.get_order(REF).picking_ids
        self.assertTrue(pickings)
        result = self.undo(report)
        self.assertEqual(result["orders_removed"], 2)
        self.assertFalse(result["kept"])
        self.assertFalse(self.get_order(REF))
        self.assertFalse(pickings.exists())
        self.assertEqual(report.state, "skipped")
        self.assertEqual(set(report.row_ids.mapped("outcome")), {"ignored"})
        self.assertEqual(set(report.row_ids.mapped("code")), {"undone"})

    def test_import_again_after_undo(self):
        report = self.import_lines(MFN, {}, {"order-item-id": "2", "sku": "LAMP-1"})
        self.undo(report)
        report.action_process_again()
        report.process()
        self.assertEqual(self.outcomes(report), ["created"] * 2)
        self.assertEqual(self.get_order(REF).amount_total, 39.98)

    def test_quotations_go(self):
        self.account.order_workflow = "quotation"
        report = self.import_lines(MFN, {})
        self.assertEqual(self.undo(report)["orders_removed"], 1)
        self.assertFalse(self.get_order(REF))

    def test_shipments_go(self):
        report = self.import_lines(FBA, {})
        self.assertEqual(self.undo(report)["orders_removed"], 1)
        self.assertFalse(self.get_order(FBA_REF))

    def test_booked_shipments_go_back_to_the_stock(self):
        for policy in ("move", "summary"):
            with self.subTest(policy=policy):
                self.account.fba_stock_policy = policy
                self.env["stock.quant"].search([]).sudo().unlink()
                ref = f"305-{len(policy):07}-0000001"
                first = self.import_lines(FBA, {"amazon-order-id": ref})
                row = {"amazon-order-id": ref, "shipment-item-id": "SI2"}
                second = self.import_lines(FBA, dict(row, sku="LAMP-1"))
                order = self.get_order(ref)
                self.assertEqual(order.order_line.mapped("amazon_booked_qty"), [1, 1])
                self.assertEqual(self.get_at_customers(), [1, 1])
                self.undo(second)
                self.assertEqual(order.order_line.mapped("amazon_booked_qty"), [1, 0])
                self.assertEqual(self.get_at_customers(), [1, 0])
                result = self.undo(first)
                self.assertFalse(order.exists(), result["kept"])
                self.assertEqual(self.get_at_customers(), [0, 0])

    def get_at_customers(self):
        """Return how many mugs and lamps are at customers."""
        return [
            sum(
                self.env["stock.quant"]
                .search(
                    [
                        ("product_id", "=", self.products[sku].id),
                        ("location_id.usage", "=", "customer"),
                    ]
                )
                .mapped("quantity")
            )
            for sku in ("MUG-RED", "LAMP-1")
        ]

    def test_documents_stay(self):
        refs = [f"302-0000001-000000{number}" for number in range(1, 7)]
        report = self.import_lines(MFN, *({"order-id": ref} for ref in refs))
        orders = [self.get_order(ref) for ref in refs]
        delivered, invoiced, changed, noted, cancelled, untouched = orders
        self.deliver(delivered)
        self.invoice(invoiced)
        changed.order_line.product_uom_qty = 2
        text = "Call the buyer"
        noted.message_post(body=text, message_type="comment")
        cancelled._action_cancel()
        result = self.undo(report)
        self.assertEqual(result["orders_removed"], 1)
        self.assertFalse(untouched.exists())
        reasons = self.reasons(result)
        for order, word in (
            (delivered, delivered.picking_ids.name),
            (invoiced, invoiced.invoice_ids.name),
            (changed, "by hand"),
            (noted, "by hand"),
            (cancelled, "Cancelled"),
        ):
            self.assertTrue(order.exists())
            self.assertIn(word, reasons[order.amazon_order_ref])
        kept = report.row_ids.filtered(lambda row: row.sale_order_id == delivered)
        self.assertEqual(kept.outcome, "created")
        self.assertIn("Delivered", kept.message)

    def test_added_lines_are_taken_off(self):
        self.import_lines(MFN, {"order-item-id": "1"})
        order = self.get_order(REF)
        report = self.import_lines(
            MFN,
            {"order-item-id": "2", "sku": "LAMP-1", "shipping-price": "3.00"},
        )
        self.assertEqual(order.amount_total, 42.98)
        result = self.undo(report)
        self.assertEqual(result["orders_removed"], 0)
        self.assertEqual(result["lines_removed"], 2)
        self.assertEqual(order.state, "sale")
        self.assertEqual(order.amount_total, 19.99)
        self.assertEqual(order.amazon_amount_difference, 0)
        report.action_process_again()
        report.process()
        self.assertEqual(order.amount_total, 42.98)

    def test_told_by_another_report(self):
        report = self.import_lines(MFN, {}, {"order-item-id": "2", "sku": "LAMP-1"})
        other = self.import_lines(MFN, {})
        order = self.get_order(REF)
        result = self.undo(report)
        self.assertEqual([kept["number"] for kept in result["kept"]], [1])
        self.assertIn(other.display_name, result["kept"][0]["reason"])
        self.assertEqual(order.amount_total, 19.99)

    def test_changes_are_not_set_back(self):
        self.import_lines(MFN, {})
        report = self.import_lines(MFN, {"item-price": "17.99"})
        result = self.undo(report)
        self.assertEqual(len(result["kept"]), 1)
        self.assertEqual(self.get_order(REF).amount_total, 17.99)

    def test_waiting_rows_wait_no_more(self):
        report = self.import_lines(MFN, {"sku": "UNKNOWN"})
        offer = report.row_ids.offer_id
        self.assertEqual(offer.waiting_row_count, 1)
        self.undo(report)
        offer.invalidate_recordset()
        self.assertEqual(offer.waiting_row_count, 0)

    def test_undo_is_for_managers(self):
        report = self.import_lines(MFN, {})
        with self.assertRaises(AccessError):
            report.with_user(self.user).undo()
        self.assertTrue(self.get_order(REF))

    def test_undo_needs_a_processed_report(self):
        with self.assertRaises(UserError):
            self.undo(self.make_report(MFN, {}))

    def test_screen(self):
        report = self.import_lines(MFN, {}, {"order-id": "302-0000001-0000002"})
        self.deliver(self.get_order(REF))
        action = report.with_user(self.manager).action_undo()
        screen = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(screen.order_count, 1)
        self.assertEqual(screen.line_ids.order_ref, REF)
        self.assertTrue(self.get_order("302-0000001-0000002"), "Only shown so far")
        screen.with_user(self.manager).action_undo()
        self.assertTrue(screen.is_done)
        self.assertEqual(screen.order_count, 1)
        self.assertEqual(screen.line_ids.order_ref, REF)
        self.assertFalse(self.get_order("302-0000001-0000002"))


@tagged("post_install", "-at_install")
class TestProvenance(UpsertCase):
    """From every line to its row and back."""

    def test_line_to_row_and_back(self):
        report = self.import_lines(
            MFN,
            {"order-item-id": "1", "shipping-price": "4.99"},
            {"order-item-id": "2", "sku": "LAMP-1"},
        )
        order = self.get_order(REF)
        first, second = report.row_ids.sorted("number")
        lines = order.order_line.sorted("sequence")
        self.assertEqual(first.order_line_ids, lines[:2])
        self.assertEqual(second.order_line_ids, lines[2])
        self.assertEqual(lines[1].amazon_row_id.raw["shipping-price"], "4.99")
        again = self.import_lines(MFN, {"order-item-id": "2", "sku": "LAMP-1"})
        self.assertEqual(again.row_ids.order_line_ids, lines[2])
        action = lines[2].action_view_amazon_rows()
        rows = self.env["amazon.report.row"].search(action["domain"])
        self.assertEqual(rows, second + again.row_ids)
        action = lines[0].action_view_amazon_rows()
        self.assertEqual(action["res_id"], first.id)
