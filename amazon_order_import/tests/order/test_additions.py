from unittest.mock import patch

from odoo.tests import Form, tagged

from ..common import FBA_ROW, MFN_ROW
from .upsert_case import FBA, FBA_REF, MFN, REF, UpsertCase

ITEM = MFN_ROW["order-item-id"]
OTHER = "10000000000002"


def promotion(amount, name="P2", base=None, **cells):
    """A further line of an item that carries only a promotion."""
    cells = {key.replace("_", "-"): cell for key, cell in cells.items()}
    base = base or MFN_ROW
    number = "order-id" if base is MFN_ROW else "amazon-order-id"
    return {
        **dict.fromkeys(base, ""),
        number: base[number],
        "item-promotion-discount": amount,
        "item-promotion-id": name,
        **cells,
    }


def with_item(amount, name="P2", **cells):
    return promotion(amount, name, **{"order_item_id": ITEM, **cells})


FIRST = {"item-price": "20.00", "item-promotion-discount": "-2.00"}
FIRST |= {"item-promotion-id": "P1"}
SECOND = {**FIRST, "order-item-id": OTHER, "sku": "LAMP-1"}


@tagged("post_install", "-at_install")
class TestAdditions(UpsertCase):
    """Further lines of an item are added to it, or hold its order."""

    def check(self, total, state="sale", ref=REF):
        order = self.get_order(ref)
        self.assertEqual(len(order), 1)
        told = order.amazon_row_ids.mapped(
            lambda row: (row.number, row.outcome, row.message)
        )
        self.assertEqual((order.amount_total, order.state), (total, state), told)
        self.assertFalse(order.amazon_amount_difference)
        return order

    def test_same_file(self):
        for name, rows in {
            "after": [FIRST, with_item("-1.00")],
            "before": [with_item("-1.00"), FIRST],
            "apart": [with_item("1.00"), {"order-id": "302-0000001-0000009"}, FIRST],
            "without item": [FIRST, promotion("-1.00")],
            "without item, first": [promotion("-1.00"), FIRST],
            "by its SKU": [FIRST, SECOND, promotion("-1.00", sku="MUG-RED")],
            "one is cancelled": [
                FIRST,
                {**SECOND, "quantity-purchased": "0"},
                promotion("-1.00"),
            ],
            "several": [FIRST, with_item("-0.40", "P2"), with_item("-0.60", "P3")],
            "only an id": [FIRST, with_item("-1.00"), with_item("", "P4")],
            "file twice": [FIRST, with_item("-1.00"), FIRST, with_item("-1.00")],
            "item twice": [FIRST, with_item("-1.00"), FIRST],
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                report = self.import_lines(MFN, *rows)
                self.assertEqual(report.state, "done")
                extra = 18.0 if "SKU" in name else 0.0
                self.check(17.0 + extra)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_row_says_that_it_is_joined(self):
        report = self.import_lines(MFN, with_item("-1.00"), FIRST)
        line, item = report.row_ids.sorted("number")
        self.assertEqual((line.outcome, line.code), ("created", "addition_joined"))
        self.assertEqual(line.item_row_id, item)
        self.assertEqual(line.sale_order_id, item.sale_order_id)
        self.assertIn("row 2", line.message)
        self.assertEqual(line.order_line_ids, item.order_line_ids)
        promotion_line = item.order_line_ids.filtered(
            lambda line: line.amazon_line_type == "item_promotion"
        )
        self.assertIn("P1, P2", promotion_line.name)

    def test_unclear_holds_the_order(self):
        for name, rows in {
            "two items": [FIRST, SECOND, promotion("-1.00")],
            "line twice": [FIRST, with_item("-1.00"), with_item("-1.00")],
            "as its item": [
                {
                    **FIRST,
                    "item-promotion-discount": "-1.00",
                    "item-promotion-id": "A",
                },
                with_item("-1.00", item_promotion_id="A"),
            ],
            "unknown item": [FIRST, with_item("-1.00", order_item_id=OTHER)],
            "other currency": [FIRST, with_item("-1.00", currency="GBP")],
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                report = self.import_lines(MFN, *rows)
                self.assertEqual(report.state, "attention")
                order = self.get_order(REF)
                self.assertEqual(order.state, "draft")
                self.check_todo(order, "item_promotion -1.00", "Seller Central")
                # Neither reading again nor the item's own row closes it.
                report.action_process_again()
                report.process()
                self.import_lines(MFN, rows[0])
                self.assertEqual(self.get_order(REF).state, "draft")
                self.assertIn("waiting", self.outcomes(report))
                # A person decides.
                order.with_user(self.env.user).action_confirm()
                self.assertEqual(report.state, "done")
                savepoint.rollback()
                self.env.invalidate_all()

    def test_line_that_adds_nothing_holds_nothing(self):
        self.import_lines(MFN, FIRST, SECOND, promotion("", "P9"))
        self.check(36.0)

    def test_broken_line_holds_the_order(self):
        """The item's own row closes no line that cannot be read."""
        report = self.import_lines(MFN, FIRST, with_item("1,00 EUR"))
        self.assertEqual(self.outcomes(report), ["created", "error"])
        self.import_lines(MFN, FIRST)
        self.assertEqual(self.outcomes(report), ["created", "error"])
        self.assertEqual(self.get_order(REF).state, "draft")

    def test_later_batches(self):
        """The file is looked through first: no order is finished too early."""
        batch = "odoo.addons.amazon_order_import.models.report"
        batch += ".amazon_report_processing.BATCH_ROWS"
        others = [
            {"order-id": f"302-0000002-000000{n}", "order-item-id": f"2{n}"}
            for n in "123"
        ]
        for name, rows, total, state in (
            ("after", [FIRST, *others, with_item("-1.00")], 17.0, "sale"),
            ("before", [with_item("-1.00"), *others, FIRST], 17.0, "sale"),
            ("unclear", [FIRST, *others, SECOND, promotion("-1.00")], 36.0, "draft"),
            ("broken", [FIRST, *others, with_item("1,00 EUR")], 18.0, "draft"),
            ("no item", [FIRST, *others, {**SECOND, "item-price": "x"}], 18.0, "draft"),
        ):
            with (
                self.subTest(name),
                self.env.cr.savepoint() as savepoint,
                patch(batch, 2),
            ):
                states = []
                report = self.env["amazon.report"].create_from_file(
                    self.account, MFN, "f.txt", self.make_file(MFN, *rows)
                )
                for _rows in report._process_batches():
                    states.append(self.get_order(REF).state)
                self.check(total, state)
                if state == "draft":
                    self.assertNotIn("sale", states)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_stopped_between(self):
        """What is known ahead is processed in its turn, also after a failure."""
        others = [
            {"order-id": f"302-0000002-000000{n}", "order-item-id": f"2{n}"}
            for n in "123"
        ]
        rows = [FIRST, *others, with_item("-1.00")]
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "f.txt", self.make_file(MFN, *rows)
        )
        batch = "odoo.addons.amazon_order_import.models.report"
        with patch(f"{batch}.amazon_report_processing.BATCH_ROWS", 2):
            steps = report._process_batches()
            next(steps)
            steps.close()
            report.state = "failed"
            report.action_process_again()
            report.process()
        self.assertEqual(self.outcomes(report), ["created"] * 5)
        self.check(17.0)

    def test_waits_with_its_item(self):
        unknown = {**FIRST, "sku": "NEW-1"}
        report = self.import_lines(MFN, unknown, with_item("-1.00"))
        self.assertEqual(self.outcomes(report), ["waiting", "waiting"])
        offer = report.row_ids.offer_id
        offer.product_id = self.products["MUG-RED"]
        offer.action_process_waiting()
        report.process()
        self.assertEqual(self.outcomes(report), ["created", "created"])
        self.check(17.0)

    # === SEVERAL FILES === #

    def test_read_again(self):
        rows = [FIRST, with_item("-1.00")]
        self.import_lines(MFN, *rows)
        again = self.import_lines(MFN, *rows)
        self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
        merged = {**FIRST, "item-promotion-discount": "-3.00"}
        again = self.import_lines(MFN, merged)
        self.assertEqual(self.outcomes(again), ["unchanged"])
        again = self.import_lines(MFN, with_item("-1.00"))
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.check(17.0)

    def test_later_report_without_it(self):
        self.import_lines(MFN, FIRST, with_item("-1.00"))
        report = self.import_lines(MFN, FIRST)
        self.assertEqual(self.outcomes(report), ["unchanged"])
        self.assertIn("leaves out", report.row_ids.message)
        self.check(17.0)

    def test_later_report_with_other_figures_without_it(self):
        self.import_lines(MFN, FIRST, with_item("-1.00"))
        report = self.import_lines(MFN, {**FIRST, "item-price": "25.00"})
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.check_todo(self.check(17.0), "leaves out", "25")

    def test_later_report_with_other_figures(self):
        self.import_lines(MFN, FIRST, with_item("-1.00"))
        changed = {**FIRST, "item-price": "25.00"}
        report = self.import_lines(MFN, changed, with_item("-1.00"))
        self.assertEqual(self.outcomes(report), ["updated", "updated"])
        self.check(22.0)

    def test_older_report_with_it(self):
        rows = self.make_file(MFN, FIRST, with_item("-1.00"))
        create = self.env["amazon.report"].create_from_file
        older = create(self.account, MFN, "older.txt", rows)
        self.import_lines(MFN, FIRST)
        self.check(18.0)
        older.process()
        self.check(17.0)
        self.import_lines(MFN, FIRST)
        self.check(17.0)

    def test_line_in_a_later_file(self):
        self.import_lines(MFN, FIRST)
        for item in (ITEM, ""):
            with self.subTest(item=item), self.env.cr.savepoint() as savepoint:
                line = promotion("-1.00", order_item_id=item)
                report = self.import_lines(MFN, line)
                self.assertEqual(self.outcomes(report), ["updated"])
                self.assertEqual(report.state, "done")
                order = self.check(17.0)
                made = order.amazon_row_ids.filtered(lambda row: not row.is_addition)
                self.assertEqual(made.outcome, "created")
                again = self.import_lines(MFN, line)
                self.assertEqual(self.outcomes(again), ["unchanged"])
                self.check(17.0)
                again = self.import_lines(MFN, FIRST)
                self.assertEqual(self.outcomes(again), ["unchanged"])
                self.check(17.0)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_item_in_a_later_file(self):
        report = self.import_lines(MFN, with_item("-1.00"))
        self.assertEqual(self.outcomes(report), ["error"])
        self.assertIn("its item is missing", report.row_ids.message)
        self.import_lines(MFN, FIRST)
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertEqual(report.state, "done")
        self.check(17.0)

    def test_both_in_a_later_file(self):
        report = self.import_lines(MFN, with_item("-1.00"))
        self.import_lines(MFN, FIRST, with_item("-1.00"))
        self.assertEqual(self.outcomes(report), ["unchanged"])
        self.assertEqual(report.row_ids.code, "settled_elsewhere")
        self.check(17.0)

    def test_too_late(self):
        """Of what is delivered, nothing is changed: a person does."""
        self.import_lines(MFN, FIRST)
        order = self.check(18.0)
        self.deliver(order)
        self.invoice(order)
        report = self.import_lines(MFN, with_item("-1.00"))
        self.assertEqual(self.outcomes(report), ["waiting"])
        self.check_todo(self.check(18.0), "invoiced", "-3")

    # === UNDO, PREVIEW === #

    def test_undo(self):
        report = self.import_lines(MFN, FIRST, with_item("-1.00"))
        report.undo()
        self.assertFalse(self.get_order(REF))
        self.assertEqual(self.outcomes(report), ["ignored", "ignored"])
        report.action_process_again()
        report.process()
        self.check(17.0)

    def test_undo_of_the_item_alone(self):
        report = self.import_lines(MFN, FIRST)
        self.import_lines(MFN, with_item("-1.00"))
        result = report.undo()
        self.assertTrue(result["kept"])
        self.check(17.0)

    def test_preview(self):
        report = self.env["amazon.report"].create_from_file(
            self.account, MFN, "f.txt", self.make_file(MFN, FIRST, with_item("-1.00"))
        )
        result = report.preview()
        self.assertEqual(result["totals"], {"created": 2})
        self.assertFalse(report.row_ids)

    # === SHIPMENTS === #

    def test_shipments(self):
        ids = {"amazon_order_item_id": FBA_ROW["amazon-order-item-id"]}
        for name, cells in {
            "no id": {},
            "order item": ids,
            "shipment item": {**ids, "shipment_item_id": "SIaaa"},
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                line = promotion("-1.00", base=FBA_ROW, **cells)
                report = self.import_lines(FBA, line, {"item-price": "20.00"})
                self.assertEqual(self.outcomes(report), ["created", "created"])
                self.check(19.0, ref=FBA_REF)
                again = self.import_lines(FBA, {"item-price": "20.00"}, line)
                self.assertEqual(self.outcomes(again), ["unchanged", "unchanged"])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_shipment_in_two_parcels(self):
        """Nobody knows on which parcel's line the amount belongs."""
        line = promotion("-1.00", base=FBA_ROW)
        line["amazon-order-item-id"] = FBA_ROW["amazon-order-item-id"]
        parts = [{"shipment-item-id": f"SI{n}", "item-price": "10.00"} for n in "12"]
        self.import_lines(FBA, *parts, line)
        self.assertEqual(self.get_order(FBA_REF).state, "draft")

    def test_unknown_money_of_a_line(self):
        self.import_lines(
            MFN,
            {**FIRST, "surprise-fee": "0.00"},
            with_item("-1.00", surprise_fee="3.00"),
        )
        order = self.check(17.0, "draft")
        self.assertIn("surprise-fee", " ".join(order.amazon_row_ids.mapped("message")))

    def test_shown(self):
        report = self.import_lines(MFN, FIRST, with_item("-1.00"))
        with Form(report.row_ids[0]) as form:
            self.assertTrue(form.number)
