import json
from collections import Counter

from odoo.tests import tagged

from .common import shared_path
from .order.test_tax import TaxCase

REGIONS = {"mfn_orders_na": "na", "fba_orders_na": "na"}


@tagged("post_install", "-at_install")
class TestGoldenPublic(TaxCase):
    """Files as other people met them give what their totals at Amazon are."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = shared_path("golden/public/expected.json")
        if not path:
            cls.skipTest(cls, "the shared golden files are not beside the project")
        cls.cases = {case["file"]: case for case in json.loads(path.read_text())}

    def test_cases(self):
        for name in self.cases:
            with self.subTest(file=name):
                savepoint = self.env.cr.savepoint()
                try:
                    self.check(self.cases[name])
                finally:
                    savepoint.close(rollback=True)
                    self.env.invalidate_all()

    def check(self, case):
        region = case.get("region") or REGIONS.get(case["kind"], "eu")
        account = self.account.copy(
            {
                "name": case["file"],
                "region": region,
                "vat_service": case.get("vat_service", "none"),
            }
        )
        if before := case.get("after"):
            self.import_case(account, self.cases[before])
        report = self.import_case(account, case)
        self.assertNotEqual(report.state, "failed", report.failure_reason)
        rows = report.row_ids.sorted("number")
        told = [(row.number, row.outcome, row.message) for row in rows]
        if case.get("no_open_rows"):
            open_rows = rows.filtered(lambda row: row.outcome in ("waiting", "error"))
            self.assertFalse(open_rows, told)
        if expected := case.get("rows"):
            self.assertEqual(Counter(rows.mapped("outcome")), Counter(expected), told)
        for order_ref, expected in case["orders"].items():
            self.check_order(order_ref, expected, told)
        self.check_other_records(account, case)

    def import_case(self, account, case):
        content = shared_path(f"golden/public/{case['file']}").read_bytes()
        return self.import_file(case["kind"], content, account, case["file"])

    def check_order(self, order_ref, expected, told):
        order = self.get_order(order_ref)
        if expected is None:
            self.assertFalse(order, told)
            return
        self.assertEqual(len(order), 1, told)
        total = f"{order.amount_total:.{order.currency_id.decimal_places}f}"
        self.assertIn(total, expected.get("total_any") or [expected["total"]])
        self.assertEqual(order.currency_id.name, expected["currency"])
        self.assertEqual(order.amazon_amount_difference, 0.0)
        if "tax" in expected:
            self.assertAlmostEqual(order.amount_tax, float(expected["tax"]), 2)
        if "withheld" in expected:
            withheld = float(expected["withheld"])
            self.assertAlmostEqual(order.amazon_tax_withheld, withheld, 2)
        if "state" in expected:
            self.assertEqual(order.state, expected["state"], told)
        if expected.get("taxed"):
            self.assertGreater(order.amount_tax, 0.0)
        if position := expected.get("not_position"):
            name = (order.fiscal_position_id.name or "").lower()
            self.assertNotIn(position.lower(), name)
            self.assertFalse(order.fiscal_position_id.vat_required)

    def check_other_records(self, account, case):
        for sku, quantity in case.get("stock", {}).items():
            level = self.env["amazon.stock.level"].search(
                [("account_id", "=", account.id), ("sku", "=", sku)]
            )
            self.assertEqual(sum(level.mapped("qty_sellable")), quantity)
        for plate, order_ref in case.get("returns", {}).items():
            found = self.env["amazon.return"].search([("license_plate", "=", plate)])
            self.assertEqual(found.sale_order_id.amazon_order_ref, order_ref)
        for order_ref, status in case.get("control", {}).items():
            found = self.env["amazon.control.order"].search(
                [("account_id", "=", account.id), ("order_ref", "=", order_ref)]
            )
            self.assertEqual(found.status, status)
