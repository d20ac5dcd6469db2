import io
import time
from unittest.mock import PropertyMock, patch

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tests.common import new_test_user

from ...models.order.sku_rule import SkuRule, find_pattern_fault
from ...report_formats import open_report
from ..common import AmazonCase

MFN = "mfn_orders_eu"
PROCESSING = "odoo.addons.amazon_order_import.models.report.amazon_report_processing"


@tagged("post_install", "-at_install")
class TestProducts(AmazonCase):
    """Every SKU finds its product, or waits with a reason until a person helps."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.order_workflow = "quotation"
        cls.mug = cls.products["MUG-RED"]
        cls.lamp = cls.products["LAMP-1"]
        cls.germany = cls.env["amazon.marketplace"].search([("name", "=", "Amazon.de")])

    def row(self, number, sku, **values):
        return {
            "order-id": f"302-0000003-{number:07}",
            "order-item-id": f"{number:014}",
            "sku": sku,
            **values,
        }

    def sell(self, sku, number=1, account=None, **values):
        """Import one item; return its report row."""
        report = self.import_lines(
            MFN, self.row(number, sku, **values), account=account
        )
        return report.row_ids

    def get_product(self, row):
        return row.sale_order_id.order_line.filtered(
            lambda line: line.amazon_line_type == "item"
        ).product_id

    def map_sku(self, sku, product=None, **values):
        return self.env["amazon.offer"].create(
            {
                "account_id": self.account.id,
                "sku": sku,
                "product_id": product.id if product else False,
                **values,
            }
        )

    # === WHICH PRODUCT === #

    def test_offer_before_internal_reference(self):
        self.map_sku("MUG-RED", self.lamp)
        self.assertEqual(self.get_product(self.sell("MUG-RED")), self.lamp)

    def test_offer_of_the_marketplace_first(self):
        self.map_sku("X1", self.lamp)
        self.map_sku("X1", self.mug, marketplace_id=self.germany.id)
        self.assertEqual(self.get_product(self.sell("X1")), self.mug)
        row = self.sell("X1", 2, **{"sales-channel": "Amazon.fr"})
        self.assertEqual(self.get_product(row), self.lamp)

    def test_offer_of_the_marketplace_without_product(self):
        self.map_sku("X1", self.lamp)
        self.map_sku("X1", marketplace_id=self.germany.id)
        self.assertEqual(self.get_product(self.sell("X1")), self.lamp)

    def test_case_matters(self):
        self.map_sku("x1", self.lamp)
        self.assertEqual(self.sell("X1").outcome, "waiting")
        self.assertEqual(self.sell("mug-red", 2).outcome, "waiting")

    def test_barcode(self):
        self.mug.barcode = "4006381333931"
        self.assertEqual(self.get_product(self.sell("4006381333931")), self.mug)

    def test_asin(self):
        """No order report gives it today; a row that has it is matched by it."""
        self.map_sku("OTHER-SKU", self.lamp, asin="B000TEST01")
        row_class = type(self.open_rows(self.row(1, "NEW-SKU"))[0].values)
        asin = PropertyMock(return_value="B000TEST01")
        with patch.object(row_class, "asin", asin):
            self.assertEqual(self.get_product(self.sell("NEW-SKU")), self.lamp)

    def open_rows(self, *rows):
        return list(open_report(io.BytesIO(self.make_file(MFN, *rows)), MFN).rows())

    # === SKU RULE === #

    def test_rule(self):
        for rule, sku, reference in (
            (SkuRule("DE-"), "DE-MUG", "MUG"),
            (SkuRule("DE-"), "MUG", ""),
            (SkuRule("DE-", "-FBA"), "DE-MUG-FBA", "MUG"),
            (SkuRule("DE-", "-FBA"), "MUG-FBA", "MUG"),
            (SkuRule(pattern=r"(.+)-[^-]*"), "MUG-RED-x7", "MUG-RED"),
            (SkuRule(pattern=r"(.+)-[^-]*"), "MUG", ""),
            (SkuRule("DE-", pattern=r"(.+)-[^-]*"), "DE-MUG", "MUG"),
            (SkuRule(pattern=r"(?:A|B)-(\w+)"), "B-MUG", "MUG"),
            (SkuRule("X", "X"), "X", ""),
            (SkuRule(pattern=r"(.*)"), "A" * 1000, ""),
        ):
            with self.subTest(rule=rule, sku=sku):
                self.assertEqual(rule.apply(sku), reference)

    def test_pattern_faults(self):
        for pattern, fault in (
            (r"(.+)-FBA", ""),
            (r"([^-()+*]+)-.*", ""),
            (r"(\w+)\)+", ""),
            (r"(A-)?(\w+)", ""),
            (r"(a+)+b", "repeated_group"),
            (r"((a|aa)*)b", "repeated_group"),
            (r"(a?){40}", "repeated_group"),
            (r"(.*.*.*.*.*)x", "too_many_repeats"),
            (r".*-FBA", "no_group"),
            (r"(", "invalid"),
            ("(" + "a" * 300 + ")", "too_long"),
        ):
            with self.subTest(pattern):
                self.assertEqual(find_pattern_fault(pattern), fault)

    def test_faulty_pattern_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "repeats a group"):
            self.account.sku_pattern = "(a+)+b"

    def test_pattern_takes_no_time(self):
        """Whatever is accepted is quick; an older one that is not is never tried."""
        slow = (
            "(a*)*b",
            "(?x)(a+) #\n +b",
            "(" + "a?" * 60 + ")" + "a" * 60,
            "(a|a)" * 30 + "b",
            "((a|aa)*)b",
            "(.*)(.*)(.*)(.*)(.*)b",
        )
        texts = ("a" * 64, "a" * 63 + "!", "a-" * 32)
        for pattern in slow:
            with self.subTest(pattern=pattern):
                self.assertTrue(find_pattern_fault(pattern))
                for text in texts:
                    self.assertFalse(SkuRule(pattern=pattern).apply(text))
        start = time.process_time()
        for pattern in (
            "(.*)(.*)(.*)(.*)b",
            "(.*a)(.*a)(.*a)(.*a)b",
            "([^-]+)-.*",
            "(.+)-(.+)-(.+)-(.+)",
            "(.+?)(?:-FBA|-MFN)?",
        ):
            with self.subTest(pattern=pattern):
                self.assertFalse(find_pattern_fault(pattern))
                for text in texts:
                    SkuRule(pattern=pattern).apply(text)
        self.assertLess(time.process_time() - start, 10)

    def test_rule_gives_the_internal_reference(self):
        self.account.write({"sku_prefix": "DE-", "sku_suffix": "-FBA"})
        self.assertEqual(self.get_product(self.sell("DE-MUG-RED-FBA")), self.mug)
        self.account.sku_pattern = "(.+)-v[0-9]"
        self.assertEqual(self.get_product(self.sell("MUG-RED-v2", 2)), self.mug)
        self.assertEqual(self.sell("DE-NOTHING-FBA", 3).outcome, "waiting")

    def test_internal_reference_before_rule(self):
        self.account.sku_prefix = "MUG-"
        self.lamp.default_code = "RED"
        self.assertEqual(self.get_product(self.sell("MUG-RED")), self.mug)

    def test_preview_of_the_rule(self):
        self.map_sku("MUG-RED-FBA")
        self.map_sku("FOO-FBA")
        self.map_sku("BAR")
        with Form(self.account) as form:
            self.assertFalse(form.sku_rule_preview)
            form.sku_suffix = "-FBA"
            lines = set(form.sku_rule_preview.split("\n"))
        self.assertEqual(
            lines,
            {
                f"MUG-RED-FBA → {self.mug.display_name}",
                "FOO-FBA → FOO (no such internal reference)",
                "BAR: the rule does not fit",
            },
        )

    # === WAITING === #

    def test_unknown_sku_waits_and_is_listed(self):
        report = self.import_lines(MFN, self.row(1, "NEW"), self.row(2, "NEW"))
        self.assertEqual(self.outcomes(report), ["waiting", "waiting"])
        offer = report.row_ids.offer_id
        self.assertEqual((offer.sku, offer.title), ("NEW", "Red mug"))
        self.assertEqual(offer.waiting_row_count, 2)
        self.assertIn("SKU Mapping", report.row_ids[0].message)

    def test_assigning_processes_the_rows(self):
        report = self.import_lines(MFN, self.row(1, "NEW"), self.row(2, "NEW"))
        offer = report.row_ids.offer_id
        offer.product_id = self.mug
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(report.state, "done")
        self.assertEqual(offer.waiting_row_count, 0)

    def test_offer_made_by_hand_processes_the_rows(self):
        """Also one of the marketplace, while rows wait for that of all."""
        row = self.sell("NEW")
        self.map_sku("NEW", self.mug, marketplace_id=self.germany.id)
        self.assertEqual(row.outcome, "created")

    def test_imported_list_is_processed_later(self):
        row = self.sell("NEW")
        result = self.env["amazon.offer"].load(
            ["account_id/.id", "sku", "product_id/.id"],
            [[str(self.account.id), "OTHER", str(self.lamp.id)]],
        )
        self.assertFalse([m for m in result["messages"] if m["type"] == "error"])
        offer = row.offer_id
        offer.with_context(import_file=True).product_id = self.mug
        self.assertEqual(row.report_id.state, "ready")
        row.report_id.process()
        self.assertEqual(row.outcome, "created")

    def test_large_report_is_left_to_the_scheduled_action(self):
        row = self.sell("NEW")
        with patch(f"{PROCESSING}.WAITED_BYTES", 0):
            row.offer_id.product_id = self.mug
        self.assertEqual(row.report_id.state, "ready")
        self.assertEqual(row.outcome, "waiting")

    def test_skipped_report_stays_skipped(self):
        row = self.sell("NEW")
        row.report_id.action_skip()
        row.offer_id.product_id = self.mug
        self.assertEqual(row.report_id.state, "skipped")

    def test_report_without_file_does_not_hinder(self):
        row = self.sell("NEW")
        row.report_id.file_size = 0
        row.offer_id.product_id = self.mug
        self.assertEqual(row.outcome, "waiting")

    def test_assignment_of_several(self):
        report = self.import_lines(MFN, self.row(1, "A"), self.row(2, "B"))
        offers = report.row_ids.offer_id
        action = offers.action_assign_product()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        with self.assertRaisesRegex(UserError, "Choose the product"):
            wizard.create({}).action_assign()
        form = Form(wizard)
        self.assertEqual(form.waiting_row_count, 2)
        form.product_id = self.mug
        result = form.save().action_assign()
        self.assertEqual(result["params"]["type"], "success")
        self.assertEqual(self.outcomes(report), ["created", "created"])

    def test_amazon_user_may_assign(self):
        user = new_test_user(
            self.env,
            "amazon_mapper",
            "amazon_order_import.group_amazon_user,base.group_user",
        )
        row = self.sell("NEW")
        row.offer_id.with_user(user).product_id = self.mug
        self.assertEqual(row.outcome, "created")

    def test_sku_without_spaces(self):
        with self.assertRaisesRegex(ValidationError, "space"):
            self.map_sku("NEW ")

    def test_several_products(self):
        self.lamp.default_code = "MUG-RED"
        for number, policy in enumerate(("wait", "placeholder", "create")):
            with self.subTest(policy):
                self.account.unknown_sku_policy = policy
                row = self.sell("MUG-RED", number)
                self.assertEqual(row.outcome, "waiting")
                self.assertIn("Several products", row.message)

    def test_archived_product(self):
        self.mug.active = False
        for number, policy in enumerate(("wait", "placeholder", "create")):
            with self.subTest(policy):
                self.account.unknown_sku_policy = policy
                row = self.sell("MUG-RED", number)
                self.assertEqual(row.outcome, "waiting")
                self.assertIn("archived", row.message)
        self.mug.active = True
        row.offer_id.action_process_waiting()
        self.assertEqual(row.outcome, "created")

    def test_archived_product_of_an_offer(self):
        self.map_sku("X1", self.lamp)
        self.lamp.active = False
        self.assertIn("archived", self.sell("X1").message)

    def test_product_of_another_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.mug.company_id = other
        self.assertEqual(self.sell("MUG-RED").outcome, "waiting")

    # === POLICIES === #

    def test_placeholder(self):
        self.account.unknown_sku_policy = "placeholder"
        row = self.sell("NEW")
        self.assertEqual(self.get_product(row), self.account.placeholder_product_id)
        self.account.placeholder_product_id = False
        row = self.sell("NEWER", 2)
        self.assertEqual(row.outcome, "waiting")
        self.assertIn("no placeholder product", row.message)

    def test_create(self):
        self.account.unknown_sku_policy = "create"
        report = self.import_lines(
            MFN,
            self.row(1, "NEW"),
            self.row(2, "NEW", **{"sales-channel": "Amazon.fr"}),
        )
        product = report.row_ids.sale_order_id.order_line.product_id
        self.assertEqual(len(product), 1)
        self.assertEqual(product.default_code, "NEW")
        self.assertEqual(product.name, "Red mug")
        self.assertEqual(product.company_id, self.company)
        self.assertTrue(product.is_storable)
        self.assertEqual(product.uom_id, self.env.ref("uom.product_uom_unit"))
        self.assertEqual(product.taxes_id, self.company.account_sale_tax_id)
        self.assertEqual(self.get_product(self.sell("NEW", 3)), product)

    def test_create_by_rule(self):
        self.account.write(
            {"unknown_sku_policy": "create", "sku_pattern": "(.+)-[A-Z]{2}"}
        )
        report = self.import_lines(MFN, self.row(1, "NEW-DE"), self.row(2, "NEW-FR"))
        product = report.row_ids.sale_order_id.order_line.product_id
        self.assertEqual(product.mapped("default_code"), ["NEW"])

    # === KITS === #

    def test_kit(self):
        if "mrp.bom" not in self.env:
            self.skipTest("mrp is not installed")
        self.account.order_workflow = "confirm"
        kit = self.env["product.product"].create(
            {"name": "Kit", "default_code": "KIT", "type": "consu"}
        )
        self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": self.mug.id, "product_qty": 2}),
                    Command.create({"product_id": self.lamp.id, "product_qty": 1}),
                ],
            }
        )
        row = self.sell("KIT", **{"quantity-purchased": "3"})
        order = row.sale_order_id
        self.assertEqual(order.state, "sale")
        moves = {
            move.product_id: move.product_uom_qty for move in order.picking_ids.move_ids
        }
        self.assertEqual(moves, {self.mug: 6.0, self.lamp: 3.0})
        self.assertEqual(order.amazon_amount_difference, 0.0)
