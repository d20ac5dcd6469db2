"""*Create Tax* and *Add Registration*: one click releases what is held."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..order.test_tax import TaxCase
from .vat_data import vat_file as lite_file
from .vat_data import vat_row as lite_row
from .vat_files import vat_file

ORDER = "302-0000001-0000001"


@tagged("post_install", "-at_install")
class TestCreateTax(TaxCase):
    """Each kind of record that is held, each kind of tax that is missing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write(
            {
                "vat_service": "vcs",
                "vat_document_policy": "create",
                "vat_invoice_policy": "post",
            }
        )

    def sell(self, **cells):
        self.import_lines("mfn_orders_eu", {"item-price": "116.00", **cells})
        return self.get_order(ORDER)

    def document(self, **cells):
        self.import_file("vcs_invoices", vat_file(cells), name="vcs.csv")
        return self.env["amazon.vat.document"].search(
            [("account_id", "=", self.account.id)]
        )

    def boxes(self, move):
        return {name.lstrip("+-") for name in move.line_ids.tax_tag_ids.mapped("name")}

    def test_order_at_home(self):
        """16 %: made after 19 %, in the boxes for other rates, for all lines."""
        self.account.vat_service = "none"
        order = self.sell(**{"item-tax": "16.00"})
        self.assertEqual((order.state, order.amazon_can_create_tax), ("draft", True))
        self.assertFalse(order.amazon_can_register_tax)
        told = order.action_create_tax()
        self.assertEqual(order.state, "sale", order.amazon_tax_problem)
        self.assertFalse(order.amazon_tax_problem)
        tax = order.order_line.tax_ids
        self.assertEqual((tax.amount, tax.type_tax_use), (16.0, "sale"))
        self.assertEqual(tax.country_id.code, "DE")
        self.assertIn(tax.name, told["params"]["message"])
        self.assertEqual((order.amount_total, order.amount_tax), (116.0, 16.0))
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(self.boxes(invoice), {"35", "36"})
        # The product keeps its tax.
        self.assertEqual(self.mug.taxes_id, self.full)
        self.assertEqual(order.fiscal_position_id.map_tax(self.full), self.full)

    def test_orders_from_the_list(self):
        """Several at once make one tax; others are left alone."""
        rows = [
            {
                "order-id": f"302-0000001-000000{number}",
                "order-item-id": f"{number}",
                "item-price": "116.00",
                "item-tax": tax,
            }
            for number, tax in enumerate(("16.00", "16.00", "18.52"), 1)
        ]
        self.import_lines("mfn_orders_eu", *rows)
        orders = self.env["sale.order"].search(
            [("amazon_account_id", "=", self.account.id)]
        )
        self.assertEqual(sorted(orders.mapped("state")), ["draft", "draft", "sale"])
        orders.action_create_tax()
        self.assertEqual(set(orders.mapped("state")), {"sale"})
        self.assertEqual(len(orders.order_line.tax_ids), 2)

    def test_document_by_oss(self):
        """2.1 % in France, which no chart has."""
        self.sell(**{"ship-country": "FR", "ship-postal-code": "69001"})
        document = self.document(
            item="100.00 2.10",
            tax_rate="0.0210",
            tax_reporting_scheme="VCS_EU_OSS",
            ship_to_country="FR",
        )
        self.assertEqual(document.entry_state, "failed")
        self.assertTrue(document.amazon_can_create_tax, document.entry_message)
        self.assertIn("2.1 % for France", document.entry_message)
        # It goes on by itself.
        self.assertNotIn("choose Book", document.entry_message)
        document.action_create_tax()
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        move = document.move_id
        self.assertEqual((move.amount_untaxed, move.amount_tax), (100.0, 2.1))
        self.assertEqual(self.boxes(move), {"OSS"})
        # What has 20 % in France has it still.
        position = move.fiscal_position_id
        self.assertEqual(position.map_tax(self.full).amount, 20.0)

    def test_document_by_oss_to_home(self):
        """Goods from Poland: the fiscal position is missing as well."""
        self.sell()
        document = self.document(
            item="100.00 19.00",
            tax_reporting_scheme="VCS_EU_OSS",
            ship_from_country="PL",
        )
        self.assertTrue(document.amazon_can_create_tax, document.entry_message)
        document.action_create_tax()
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(self.boxes(document.move_id), {"OSS"})
        self.assertFalse(document.move_id.fiscal_position_id.auto_apply)

    def test_invoice_data(self):
        self.account.vat_service = "vcs_lite"
        self.sell()
        self.import_file(
            "vcs_lite",
            lite_file(lite_row(rate="0.16", item="116.00 16.00")),
            name="lite.txt",
        )
        data = self.env["amazon.vat.invoice"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(data.state, "attention", data.state_note)
        self.assertTrue(data.amazon_can_create_tax, data.state_note)
        data.action_create_tax()
        self.assertEqual(data.state, "invoiced", data.state_note)
        self.assertEqual(data.move_id.amount_tax, 16.0)
        self.assertEqual(self.boxes(data.move_id), {"35", "36"})

    def test_registration(self):
        """A further rate of a foreign return: without boxes, and that is said."""
        italy = self.env.ref("base.it")
        self.sell(**{"ship-country": "IT", "ship-postal-code": "20121"})
        document = self.document(
            item="100.00 22.00",
            tax_rate="0.2200",
            ship_from_country="IT",
            ship_to_country="IT",
            seller_tax_registration="IT00159560366",
            seller_tax_registration_jurisdiction="IT",
        )
        self.assertTrue(document.amazon_can_register_tax, document.entry_message)
        self.assertFalse(document.amazon_can_create_tax)
        action = document.action_register_tax()
        line = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((line.country_id, line.vat), (italy, "IT00159560366"))
        line.fiscal_position_id = self.create_position(italy, 10.0)
        document.action_book()
        self.assertTrue(document.amazon_can_create_tax, document.entry_message)
        told = document.action_create_tax()
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        tax = document.move_id.invoice_line_ids.tax_ids
        self.assertEqual((tax.amount, tax.country_id), (22.0, italy))
        self.assertEqual(told["params"]["type"], "warning")

    def test_without_oss(self):
        """Nothing to copy: the message says where to set it up."""
        finder = self.env["amazon.tax.finder"]
        oss = finder.find_oss_taxes(self.company)
        oss.active = False
        self.sell(**{"ship-country": "FR", "ship-postal-code": "69001"})
        document = self.document(
            item="100.00 20.00",
            tax_rate="0.2000",
            tax_reporting_scheme="VCS_EU_OSS",
            ship_to_country="FR",
        )
        self.assertEqual(document.entry_state, "failed")
        with self.assertRaisesRegex(UserError, "OSS"):
            document.action_create_tax()
        self.assertEqual(document.entry_state, "failed")

    def test_rights(self):
        order = self.sell(**{"item-tax": "16.00"})
        user = self.env["res.users"].create(
            {
                "name": "Sales",
                "login": "sales-without-accounting",
                "group_ids": [
                    (6, 0, self.env.ref("sales_team.group_sale_salesman_all_leads").ids)
                ],
            }
        )
        with self.assertRaises(AccessError):
            order.with_user(user).action_create_tax()
        self.assertEqual(order.state, "draft")
        # A client's context creates nothing.
        order.with_context(amazon_create_tax=True)._process_held_for_tax()
        self.assertEqual(order.state, "draft")
