from collections import Counter
from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from .cases import FBA, FBA_REF, RETURN, RETURNS, ReturnCase


@tagged("post_install", "-at_install")
class TestReturns(ReturnCase):
    """Each returned unit once, linked to its order."""

    def test_golden(self):
        case = self.golden_cases()["fba_returns.tsv"]
        report = self.import_golden(case)
        self.assertEqual(Counter(self.outcomes(report)), Counter(case["rows"]))
        self.assertEqual(
            self.outcomes(report), ["created", "created", "waiting", "updated"]
        )
        self.assertEqual(report.state, "attention")
        returns = self.found(account_id=self.account.id)
        first, second = (
            self.get_order("305-5000001-5000001"),
            self.get_order("305-5000002-5000002"),
        )
        self.assertRecordValues(
            returns,
            [
                {
                    "sale_order_id": first.id,
                    "sku": "MUG-RED",
                    "license_plate": "LPN1",
                    "quantity": 1,
                    "return_date": datetime(2026, 11, 2, 10),
                    "disposition_type": "SELLABLE",
                    "product_id": self.mug.id,
                    "comment": False,
                    "reason_text": "Unwanted item",
                },
                {
                    "sale_order_id": second.id,
                    "sku": "TOWEL-XL",
                    "license_plate": "LPN2",
                    "quantity": 1,
                    "return_date": datetime(2026, 10, 21, 10),
                    "disposition_type": "CUSTOMER_DAMAGED",
                    "product_id": self.products["TOWEL-XL"].id,
                    "comment": "Loch 'drin",
                    "reason_text": "Defective",
                },
            ],
        )
        self.assertEqual(returns[0].fulfillment_center_id.code, "LEJ1")
        self.assertEqual(returns[1].country_id.code, "PL")
        self.assertEqual(returns[0].sale_line_id.product_id, self.mug)
        self.assertEqual(first.amazon_return_count, 1)

        again = self.import_golden(dict(case, after=None))
        self.assertEqual(
            self.outcomes(again), ["unchanged", "unchanged", "waiting", "unchanged"]
        )
        self.assertEqual(len(self.found(account_id=self.account.id)), 2)
        self.assertEqual(returns[0].return_date, datetime(2026, 11, 2, 10))

    def test_order_named_later(self):
        self.import_lines(FBA, {})
        first = self.returns({"order-id": ""})
        self.assertEqual(self.outcomes(first), ["waiting"])
        self.returns({})
        self.assertEqual(self.outcomes(first), ["unchanged"])
        self.assertEqual(first.state, "done")
        self.assertEqual(len(self.found(license_plate="LPN1")), 1)

    def test_equal_rows_without_label(self):
        self.import_lines(FBA, {"quantity-shipped": "3"})
        row = {"license-plate-number": ""}
        report = self.returns(row, row)
        self.assertEqual(self.outcomes(report), ["created", "created"])
        again = self.returns(row, row)
        self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
        self.assertEqual(len(self.found(order_ref=FBA_REF)), 2)
        # One more was sold: another date is another unit.
        later = {**row, "return-date": "2026-10-25T10:00:00+00:00"}
        self.assertEqual(self.outcomes(self.returns(later)), ["created"])
        # All are back: another date is one of them again.
        last = {**row, "return-date": "2026-10-28T10:00:00+00:00"}
        self.assertEqual(self.outcomes(self.returns(last)), ["updated"])
        returns = self.found(order_ref=FBA_REF)
        self.assertEqual(
            returns.mapped("return_date"),
            [datetime(2026, 10, 20, 10)] * 2 + [datetime(2026, 10, 28, 10)],
        )

    def test_rows_of_one_moment_in_another_order(self):
        self.import_lines(FBA, {"quantity-shipped": "2"})
        first = {"license-plate-number": ""}
        second = {**first, "detailed-disposition": "DEFECTIVE"}
        self.returns(first, second)
        for rows in ((second, first), (second,), (first, second)):
            again = self.returns(*rows)
            self.assertEqual(set(self.outcomes(again)), {"unchanged"})
        # One of them changes.
        changed = {**second, "status": "Reimbursed"}
        self.assertEqual(
            self.outcomes(self.returns(changed, first)), ["updated", "unchanged"]
        )
        self.assertEqual(
            self.found(order_ref=FBA_REF).mapped("status"),
            ["Unit returned to inventory", "Reimbursed"],
        )

    def test_what_a_file_leaves_out_stays(self):
        self.import_lines(FBA, {})
        self.returns({"customer-comments": "Loch"})
        lines = [{**RETURN, "status": "Reimbursed"}[name] for name in RETURN]
        content = "\n".join(
            "\t".join(line[:9] + line[10:11]) for line in (list(RETURN), lines)
        )
        report = self.import_file(RETURNS, content.encode())
        self.assertEqual(self.outcomes(report), ["updated"])
        found = self.found(order_ref=FBA_REF)
        self.assertEqual(found.status, "Reimbursed")
        self.assertEqual(found.license_plate, "LPN1")
        self.assertEqual((found.reason, found.comment), ("UNWANTED_ITEM", "Loch"))

    def test_equal_rows_of_one_file_are_units(self):
        """Also where Odoo knows of fewer units, as a parcel is not reported yet."""
        self.import_lines(FBA, {})
        row = {"license-plate-number": ""}
        report = self.returns(row, row)
        self.assertEqual(self.outcomes(report), ["created", "created"])
        again = self.returns(row, row)
        self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
        # Each has a new date: each is told anew, none is left behind.
        later = {**row, "return-date": "2026-11-02T10:00:00+00:00"}
        self.assertEqual(
            self.outcomes(self.returns(later, later)), ["updated", "updated"]
        )
        self.assertEqual(
            self.found(order_ref=FBA_REF).mapped("return_date"),
            [datetime(2026, 11, 2, 10)] * 2,
        )

    def test_with_and_without_label_in_one_file(self):
        self.import_lines(FBA, {"quantity-shipped": "2"})
        rows = ({"license-plate-number": ""}, {"license-plate-number": "LPN2"})
        self.assertEqual(self.outcomes(self.returns(*rows)), ["created", "created"])
        for order in (rows, rows[::-1]):
            again = self.returns(*order)
            self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
        self.assertEqual(
            self.found(order_ref=FBA_REF).mapped("license_plate"), [False, "LPN2"]
        )

    def test_label_comes_again_with_another_order(self):
        self.import_lines(FBA, {}, {"amazon-order-id": "305-2222222-2222222"})
        report = self.returns({}, {"order-id": "305-2222222-2222222"})
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.assertEqual(len(self.found(license_plate="LPN1").sale_order_id), 2)

    def test_label_comes_later(self):
        self.import_lines(FBA, {})
        self.returns({"license-plate-number": ""})
        self.assertEqual(self.outcomes(self.returns({})), ["updated"])
        self.assertEqual(self.found(order_ref=FBA_REF).license_plate, "LPN1")
        # The earlier file once more, which knows no label.
        again = self.returns({"license-plate-number": ""})
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.assertEqual(self.found(order_ref=FBA_REF).license_plate, "LPN1")

    def test_file_of_another_account(self):
        """Uploaded for the wrong account of the company, no unit comes back twice."""
        self.import_lines(FBA, {"quantity-shipped": "2"})
        rows = ({}, {"license-plate-number": ""})
        self.returns(*rows)
        other = self.account.copy({"name": "Other"})
        again = self.returns(*rows, account=other)
        self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
        self.assertEqual(len(self.found(order_ref=FBA_REF)), 2)

    def test_several_parcels(self):
        """Each unit goes to the line that still has one out."""
        self.import_lines(
            FBA,
            {},
            {"shipment-item-id": "SIbbb", "quantity-shipped": "2"},
        )
        self.returns({}, {"license-plate-number": "LPN2", "quantity": "2"})
        order = self.get_order(FBA_REF)
        returns = self.found(order_ref=FBA_REF)
        self.assertEqual(returns.mapped("sale_line_id"), self.items(order))
        self.assertEqual(order.amazon_return_count, 3)

    def test_bad_rows_leave_the_others_alone(self):
        self.import_lines(FBA, {})
        report = self.returns(
            {"quantity": "x"}, {"quantity": "0"}, {}, {"return-date": ""}
        )
        self.assertEqual(
            self.outcomes(report), ["error", "ignored", "created", "error"]
        )
        self.assertTrue(all(report.row_ids.filtered("code").mapped("message")))

    def test_multi_channel(self):
        report = self.returns(
            {"order-id": "S01-5000005-5000005"}, {"order-id": "Shopify #1001"}
        )
        self.assertEqual(self.outcomes(report), ["ignored", "ignored"])
        self.assertEqual(set(report.row_ids.mapped("code")), {"multi_channel"})
        self.assertEqual(report.state, "done")

    def test_multi_channel_of_an_own_order(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Shop"}).id,
                "client_order_ref": "Shopify #1001",
                "order_line": [(0, 0, {"product_id": self.mug.id})],
            }
        )
        order.action_confirm()
        self.import_lines(
            FBA,
            {
                "amazon-order-id": "S01-5000005-5000005",
                "merchant-order-id": order.name,
                "sales-channel": "Non-Amazon",
            },
        )
        report = self.returns(
            {"order-id": "Shopify #1001"},
            {"order-id": "S01-5000005-5000005", "license-plate-number": "LPN2"},
        )
        self.assertEqual(self.outcomes(report), ["created", "created"])
        returns = self.found(account_id=self.account.id)
        self.assertEqual(returns.sale_order_id, order)
        self.assertEqual(returns.mapped("is_multi_channel"), [True, True])
        self.assertEqual(returns.sale_line_id, order.order_line)

    def test_unknown_codes_stay_readable(self):
        self.import_lines(FBA, {})
        self.returns(
            {"detailed-disposition": "SOAKED", "status": "Wieder im Lagerbestand"}
        )
        returned = self.found(order_ref=FBA_REF)
        self.assertEqual(returned.disposition_type, "other")
        self.assertEqual(returned.disposition, "SOAKED")
        self.assertEqual(returned.status_type, "other")
        self.assertEqual(returned.status, "Wieder im Lagerbestand")

    def test_preview_and_undo(self):
        self.account.fba_stock_policy = "move"
        self.import_lines(FBA, {})
        report = self.env["amazon.report"].create_from_file(
            self.account,
            RETURNS,
            "returns.txt",
            ("\t".join(RETURN) + "\n" + "\t".join(RETURN.values())).encode(),
        )
        preview = report.preview()
        self.assertEqual(preview["totals"], {"created": 1})
        self.assertFalse(self.found(order_ref=FBA_REF))
        germany = self.get_location("DE")
        self.assertEqual(self.get_stock(self.mug, germany), -1.0)
        report.process()
        self.assertEqual(self.get_stock(self.mug, germany), 0.0)
        orders = self.env["amazon.report"].search([("kind", "=", FBA)], limit=1)
        kept = orders.undo()["kept"]
        self.assertIn("returned", kept[0]["reason"])
        result = report.undo()
        self.assertEqual((result["records_removed"], result["kept"]), (1, []))
        self.assertFalse(self.found(order_ref=FBA_REF))
        self.assertEqual(self.get_stock(self.mug, germany), -1.0)
        self.assertEqual(self.outcomes(report), ["ignored"])
        report.action_process_again()
        report.process()
        self.assertEqual(self.outcomes(report), ["created"])
        self.assertEqual(self.get_stock(self.mug, germany), 0.0)

    def test_undo_keeps_what_another_report_tells(self):
        self.import_lines(FBA, {})
        first = self.returns({})
        second = self.returns({"return-date": "2026-10-25T10:00:00+00:00"})
        self.assertIn("Also told", first.undo()["kept"][0]["reason"])
        self.assertIn("not set back", second.undo()["kept"][0]["reason"])
        self.assertTrue(self.found(order_ref=FBA_REF))

    def test_many_rows_few_queries(self):
        refs = [f"305-0000001-{number:07}" for number in range(1, 61)]
        self.import_lines(FBA, *({"amazon-order-id": ref} for ref in refs))

        def count(chosen):
            rows = [
                {"order-id": ref, "license-plate-number": f"LPN{ref}"} for ref in chosen
            ]
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.returns(*rows)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(refs[:1])
        few = count(refs[1:11])
        many = count(refs[11:60])
        self.assertLessEqual((many - few) / 39, 1.5, f"{few} for 10, {many} for 49")


@tagged("post_install", "-at_install")
class TestReturnRights(ReturnCase):
    def test_user_reads_only(self):
        self.import_lines(FBA, {})
        self.returns({})
        user = new_test_user(
            self.env, "return_reader", "amazon_order_import.group_amazon_user"
        )
        returned = self.found(order_ref=FBA_REF).with_user(user)
        self.assertEqual(returned.display_name, f"{FBA_REF} MUG-RED LPN1")
        self.assertEqual(returned.sale_order_id.amazon_return_count, 1)
        with self.assertRaises(AccessError):
            returned.write({"quantity": 5})
        with self.assertRaises(AccessError):
            returned.unlink()
        with self.assertRaises(AccessError):
            self.account.return_rule_ids.with_user(user).write({"target": "none"})

    def test_other_company_sees_nothing(self):
        self.import_lines(FBA, {})
        self.returns({})
        company = self.env["res.company"].create({"name": "Other"})
        user = new_test_user(
            self.env,
            "return_stranger",
            "amazon_order_import.group_amazon_user",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        for model in ("amazon.return", "amazon.return.rule", "amazon.refund"):
            self.assertFalse(self.env[model].with_user(user).search([]))
        with self.assertRaises(AccessError):
            self.found(order_ref=FBA_REF).with_user(user).read(["sku"])
