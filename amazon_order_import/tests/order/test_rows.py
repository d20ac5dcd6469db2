from psycopg2.errors import CheckViolation

from odoo.exceptions import RedirectWarning, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .rows_case import FBA, IMPORTER, MFN, REF, RowsCase, refs


@tagged("post_install", "-at_install")
class TestRows(RowsCase):
    """Every row has one outcome; a bad one leaves the others alone."""

    # === ONE BAD ORDER === #

    def check_bad_order(self, error, *texts):
        good = [ref for ref in refs(5) if ref != REF]
        with self.make_bad(REF, error):
            report = self.import_lines(
                MFN,
                *({"order-id": ref} for ref in refs(3)),
                {"order-id": REF, "order-item-id": "2"},
                *({"order-id": ref} for ref in refs(5)[3:]),
            )
        self.assertEqual(
            self.outcomes(report),
            ["error", "created", "created", "error", "created", "created"],
        )
        self.assertEqual(report.state, "attention")
        self.assertFalse(self.get_order(REF))
        for ref in good:
            self.assertEqual(self.get_order(ref).state, "sale")
        for text in (REF, *texts):
            self.assertIn(text, self.rows_of(report, REF)[0].message)
        self.assertEqual(report.next_row, 6)
        again = report.row_ids.filtered(lambda row: row.outcome != "error")
        stamps = {row: row.sale_order_id.write_date for row in again}
        report._process_again()
        report.process()
        self.assertEqual(set(self.outcomes(report)), {"created"})
        self.assertEqual(report.state, "done")
        self.assertFalse(any(report.row_ids.mapped("message")))
        self.assertEqual(len(self.get_order(REF).order_line), 2)
        self.assertEqual(stamps, {row: row.sale_order_id.write_date for row in again})

    def test_validation_error(self):
        self.check_bad_order(ValidationError("No orders on Sundays"), "Sundays")

    def test_warning_with_a_button(self):
        """What Odoo says is told, without the button that nobody can press here."""
        action = self.env.ref("base.action_res_company_form")
        self.check_bad_order(
            RedirectWarning("No orders on Sundays", action.id, "Go to the calendar"),
            "was not imported: No orders on Sundays Correct",
        )

    def test_warning_with_a_button_on_confirmation(self):
        """Odoo's own: goods are sold where the company has no warehouse left."""
        self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)]
        ).active = False
        report = self.import_lines(MFN, {"order-id": REF})
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.assertIn("Please create a warehouse", report.row_ids.message)
        self.assertNotIn("Go to Warehouses", report.row_ids.message)

    @mute_logger(IMPORTER)
    def test_database_error(self):
        self.check_bad_order(CheckViolation("check_sunday"), "check_sunday")

    @mute_logger(IMPORTER)
    def test_unexpected_error(self):
        self.check_bad_order(ZeroDivisionError("by zero"), "ZeroDivisionError")

    @mute_logger(IMPORTER, "odoo.sql_db")
    def test_real_database_error(self):
        """A statement that PostgreSQL refuses spoils no other order."""

        def is_bad(orders, *args):
            if REF in orders.mapped("amazon_order_ref"):
                orders.env.cr.execute("SELECT 1/0")
            return False

        with self.failing("sale.order", "_compute_amazon_amounts", None, is_bad):
            report = self.import_lines(MFN, *({"order-id": ref} for ref in refs(3)))
        self.assertEqual(self.outcomes(report), ["error", "created", "created"])
        self.assertIn("DivisionByZero", report.row_ids.sorted("number")[0].message)

    @mute_logger(IMPORTER)
    def test_error_while_reading_a_row(self):
        """Also what goes wrong before an order is made is the row's own outcome."""
        self.account.channel_ids = [
            (0, 0, {"marketplace_id": self.env.ref(f"amazon_order_import.{name}").id})
            for name in ("amazon_marketplace_de", "amazon_marketplace_fr")
        ]
        report = self.import_lines(
            MFN,
            {"recipient-name": "J\x00rg", "order-id": REF},
            {"order-id": "302-0000001-0000002"},
        )
        self.assertEqual(self.outcomes(report), ["created", "created"])

    def test_unknown_currency(self):
        report = self.import_lines(
            MFN, {"currency": "XTS"}, {"order-id": "302-0000001-0000002"}
        )
        self.assertEqual(self.outcomes(report), ["error", "created"])
        self.assertIn("XTS", report.row_ids.sorted("number")[0].message)

    def test_replacement_without_currency(self):
        """Amazon leaves price and currency of some replacements empty."""
        report = self.import_lines(
            MFN,
            {
                "item-price": "",
                "item-tax": "",
                "shipping-price": "",
                "shipping-tax": "",
                "currency": "",
                "is-replacement-order": "true",
            },
        )
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertEqual(self.get_order(REF).currency_id.name, "EUR")

    # === CHANNELS === #

    def add_channel(self, name, **values):
        marketplace = self.env.ref(f"amazon_order_import.amazon_marketplace_{name}")
        return self.env["amazon.account.marketplace"].create(
            {
                "account_id": self.account.id,
                "marketplace_id": marketplace.id,
                **values,
            }
        )

    def test_unknown_channel_waits(self):
        report = self.import_lines(MFN, {"sales-channel": "Amazon.xy"})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.assertIn("Amazon.xy", report.row_ids.message)
        self.assertFalse(self.get_order(REF))
        self.env["amazon.marketplace"].create(
            {
                "name": "Amazon.xy",
                "api_ref": "AXY",
                "region": "eu",
                "country_id": self.env.ref("base.de").id,
                "currency_id": self.env.ref("base.EUR").id,
                "seller_central_host": "sellercentral.example.com",
            }
        )
        report._process_again()
        report.process()
        self.assertEqual(self.outcomes(report), ["created"])

    def test_inactive_channel_is_ignored(self):
        channel = self.add_channel("fr", active=False)
        report = self.import_lines(
            MFN,
            {"sales-channel": "Amazon.fr"},
            {"order-id": "302-0000001-0000002"},
        )
        self.assertEqual(self.outcomes(report), ["ignored", "created"])
        self.assertEqual(report.state, "done")
        self.assertIn("Amazon.fr", report.row_ids.sorted("number")[0].message)
        channel.active = True
        report._process_again()
        report.process()
        self.assertEqual(
            self.outcomes(report),
            ["created", "created"],
            "As the row's own message promises",
        )

    def test_multi_channel_is_no_sale(self):
        report = self.import_lines(
            FBA,
            {
                "amazon-order-id": "S02-0000001-0000001",
                "sales-channel": "Non-Amazon",
                "currency": "",
                "item-price": "",
            },
            {"amazon-order-id": "s02-0000001-0000002"},
            {"sales-channel": "Non-Amazon DE"},
        )
        self.assertEqual(self.outcomes(report), ["ignored"] * 3)
        self.assertEqual(set(report.row_ids.mapped("code")), {"multi_channel"})
        self.assertFalse(report.row_ids.sale_order_id)

    def test_without_sales_channel_column(self):
        lines = self.make_file(MFN, {}).decode().split("\r\n")
        cells = [line.split("\t") for line in lines if line]
        position = cells[0].index("sales-channel")
        content = "\n".join(
            "\t".join(row[:position] + row[position + 1 :]) for row in cells
        ).encode()
        report = self.import_file(MFN, content)
        self.assertEqual(self.outcomes(report), ["created"])
        order = self.get_order(REF)
        self.assertFalse(order.amazon_marketplace_id)
        order._action_cancel()
        order.unlink()
        self.add_channel("de")
        self.import_file(MFN, content)
        self.assertEqual(self.get_order(REF).amazon_marketplace_id.name, "Amazon.de")

    def test_channel_settings(self):
        warehouse = self.env["stock.warehouse"].create(
            {"name": "France", "code": "FRW", "company_id": self.company.id}
        )
        team = self.env["crm.team"].create({"name": "France"})
        self.add_channel("fr", warehouse_id=warehouse.id, team_id=team.id)
        self.import_lines(MFN, {"sales-channel": "amazon.FR"})
        order = self.get_order(REF)
        self.assertEqual(order.warehouse_id, warehouse)
        self.assertEqual(order.team_id, team)

    # === CONFIRMATION === #

    def refuse_confirmation(self, ref):
        return self.failing(
            "sale.order",
            "_action_confirm",
            UserError("The customer is blocked"),
            lambda orders: ref in orders.mapped("amazon_order_ref"),
        )

    def test_refused_confirmation(self):
        with (
            self.refuse_confirmation(REF),
            mute_logger(
                "odoo.addons.amazon_order_import.models.order.amazon_order_workflow"
            ),
        ):
            report = self.import_lines(MFN, *({"order-id": ref} for ref in refs(3)))
        self.assertEqual(self.outcomes(report), ["created"] * 3)
        self.assertEqual(report.state, "attention")
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        row = self.rows_of(report, REF)
        self.assertTrue(row.needs_attention)
        self.assertIn("The customer is blocked", row.message)
        for ref in refs(3)[1:]:
            self.assertEqual(self.get_order(ref).state, "sale")

    @mute_logger("odoo.addons.amazon_order_import.models.order.amazon_order_workflow")
    def test_refused_confirmation_is_tried_again(self):
        with self.refuse_confirmation(REF):
            report = self.import_lines(MFN, {})
        report._process_again()
        report.process()
        self.assertEqual(self.get_order(REF).state, "sale")
        self.assertEqual(report.state, "done")
        self.assertFalse(report.row_ids.needs_attention)

    @mute_logger("odoo.addons.amazon_order_import.models.order.amazon_order_workflow")
    def test_confirmed_by_hand_needs_nobody(self):
        """What a person has settled is no open point of the report for ever."""
        with self.refuse_confirmation(REF):
            report = self.import_lines(MFN, {})
        self.get_order(REF).action_confirm()
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")

    def test_free_item_waits_for_a_person(self):
        report = self.import_lines(MFN, {"item-price": "0.00"})
        order = self.get_order(REF)
        self.assertEqual(order.state, "draft")
        self.assertEqual(report.state, "attention")
        self.assertTrue(report.row_ids.needs_attention)
        report._process_again()
        report.process()
        self.assertEqual(order.state, "draft", "Nobody has looked at it yet")
        order.action_confirm()
        report._process_again()
        report.process()
        self.assertEqual(report.state, "done")

    def test_without_confirmation(self):
        self.account.order_workflow = "quotation"
        report = self.import_lines(MFN, {})
        self.assertEqual(self.get_order(REF).state, "draft")
        self.assertEqual(report.state, "done")
