from datetime import datetime

from odoo.tests import tagged

from .cases import FBA, FBA_REF, ReturnCase


@tagged("post_install", "-at_install")
class TestReturnedStock(ReturnCase):
    """Goods come back to where they belong, each unit once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.fba_stock_policy = "move"

    def unsellable(self, code="DE"):
        country = self.env["res.country"].search([("code", "=", code)])
        return self.account._get_fba_location(country, sellable=False)

    def test_not_booked_by_default(self):
        self.account.fba_stock_policy = "none"
        self.import_lines(FBA, {})
        self.returns({})
        returned = self.found(order_ref=FBA_REF)
        self.assertFalse(returned.move_ids)
        # Switched on later, it is still not booked.
        self.account.fba_stock_policy = "move"
        self.returns({"return-date": "2026-10-25T10:00:00+00:00"})
        self.assertFalse(returned.move_ids)

    def test_sellable_comes_back(self):
        self.import_lines(FBA, {})
        self.returns({})
        returned = self.found(order_ref=FBA_REF)
        germany = self.get_location("DE")
        self.assertEqual(self.get_stock(self.mug, germany), 0.0)
        self.assertRecordValues(
            returned.move_ids,
            [
                {
                    "state": "done",
                    "quantity": 1.0,
                    "location_dest_id": germany.id,
                    "date": datetime(2026, 10, 20, 10),
                    "reference": returned.sale_order_id.name,
                }
            ],
        )
        self.assertEqual(returned.location_id, germany)
        # What was delivered stays delivered: a return is no refund.
        self.assertEqual(returned.sale_line_id.qty_delivered, 1.0)
        self.returns({"return-date": "2026-10-25T10:00:00+00:00"})
        self.assertEqual(len(returned.move_ids), 1)

    def test_country_of_the_centre(self):
        self.import_lines(FBA, {})
        self.returns({"fulfillment-center-id": "WRO1"})
        self.assertEqual(self.get_stock(self.mug, self.get_location("PL")), 1.0)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -1.0)

    def test_unsellable_apart(self):
        self.import_lines(FBA, {})
        self.returns({"detailed-disposition": "DEFECTIVE"})
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -1.0)
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 1.0)
        # Not there to be sold: outside any warehouse.
        self.assertEqual(self.mug.qty_available, -1.0)

    def test_sellable_but_reimbursed(self):
        self.import_lines(FBA, {})
        self.returns({"status": "Reimbursed"})
        self.assertFalse(self.found(order_ref=FBA_REF).move_ids)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), -1.0)

    def test_status_changes(self):
        self.import_lines(FBA, {})
        returned = self.returns({"status": "Pending repackaging"}).row_ids.return_id
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 1.0)
        later = {"return-date": "2026-10-25T10:00:00+00:00"}
        report = self.returns(later)
        self.assertEqual(self.outcomes(report), ["updated"])
        germany = self.get_location("DE")
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 0.0)
        self.assertEqual(self.get_stock(self.mug, germany), 0.0)
        self.assertEqual(returned.location_id, germany)
        last = {"return-date": "2026-10-26T10:00:00+00:00", "status": "Reimbursed"}
        self.returns(last)
        self.assertEqual(self.get_stock(self.mug, germany), -1.0)
        self.assertFalse(returned.location_id)

    def test_mapping_table(self):
        shelf = self.env["stock.location"].create(
            {"name": "Refurbish", "usage": "internal", "company_id": self.company.id}
        )
        self.env["amazon.return.rule"].create(
            {
                "account_id": self.account.id,
                "sequence": 1,
                "disposition": "defective",
                "target": "location",
                "location_id": shelf.id,
            }
        )
        self.import_lines(FBA, {"quantity-shipped": "2"})
        self.returns(
            {"detailed-disposition": "DEFECTIVE"},
            {"detailed-disposition": "EXPIRED", "license-plate-number": "LPN2"},
        )
        self.assertEqual(self.get_stock(self.mug, shelf), 1.0)
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 1.0)
        self.account.return_rule_ids.unlink()
        self.returns(
            {
                "detailed-disposition": "EXPIRED",
                "license-plate-number": "LPN2",
                "return-date": "2026-10-25T10:00:00+00:00",
            }
        )
        self.assertEqual(self.get_stock(self.mug, self.unsellable()), 0.0)

    def test_same_lot_comes_back(self):
        self.mug.tracking = "lot"
        lot = self.env["stock.lot"].create({"name": "L1", "product_id": self.mug.id})
        germany = self.get_location("DE")
        self.add_stock(self.mug, germany, 5, lot)
        self.import_lines(FBA, {})
        self.returns({"detailed-disposition": "DEFECTIVE"})
        moves = self.found(order_ref=FBA_REF).move_ids
        self.assertEqual(moves.move_line_ids.lot_id, lot)
        self.returns({"return-date": "2026-10-25T10:00:00+00:00"})
        quants = self.env["stock.quant"].search(
            [("lot_id", "=", lot.id), ("location_id", "=", germany.id)]
        )
        self.assertEqual(quants.quantity, 5.0)

    def test_unknown_centre(self):
        self.import_lines(FBA, {})
        self.returns({"fulfillment-center-id": "ZZZ9"})
        unknown = self.account._get_fba_location(self.env["res.country"])
        self.assertEqual(self.get_stock(self.mug, unknown), 1.0)

    def test_multi_channel_does_not_change_what_is_delivered(self):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Shop"}).id,
                "order_line": [(0, 0, {"product_id": self.mug.id})],
            }
        )
        order.action_confirm()
        picking = order.picking_ids
        picking.move_ids.quantity = 1
        picking.button_validate()
        self.assertEqual(order.order_line.qty_delivered, 1.0)
        self.returns({"order-id": order.name})
        self.returns(
            {
                "order-id": order.name,
                "status": "Reimbursed",
                "return-date": "2026-10-25T10:00:00+00:00",
            }
        )
        self.assertEqual(order.order_line.qty_delivered, 1.0)
        self.assertEqual(len(self.found(order_ref=order.name).move_ids), 2)

    def test_sku_without_product(self):
        report = self.returns({"sku": "NO-SUCH"})
        report.row_ids.action_import_without_order()
        row = report.row_ids
        self.assertTrue(row.needs_attention)
        self.assertIn("NO-SUCH", row.message)
        self.env["amazon.offer"].create(
            {
                "account_id": self.account.id,
                "sku": "NO-SUCH",
                "product_id": self.mug.id,
            }
        )
        report.action_process_again()
        report.process()
        self.assertEqual(row.outcome, "created")
        self.assertFalse(row.needs_attention)
        self.assertEqual(self.get_stock(self.mug, self.get_location("DE")), 1.0)


@tagged("post_install", "-at_install")
class TestReturnedCredit(ReturnCase):
    """A return and the credit note over its goods find each other."""

    def invoice(self, order):
        order.order_line.product_id.invoice_policy = "order"
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_return_first(self):
        self.import_lines(FBA, {"quantity-shipped": "2", "item-price": "20.00"})
        order = self.get_order(FBA_REF)
        invoice = self.invoice(order)
        self.returns({}, {"license-plate-number": "LPN2"})
        returns = self.found(order_ref=FBA_REF)
        self.assertFalse(returns.credit_move_id)
        credit = invoice._reverse_moves()
        credit.invoice_line_ids.quantity = 1
        credit.action_post()
        self.assertEqual(returns[0].credit_move_id, credit)
        self.assertFalse(returns[1].credit_move_id)
        second = invoice._reverse_moves()
        second.invoice_line_ids.quantity = 1
        second.action_post()
        self.assertEqual(returns[1].credit_move_id, second)

    def test_credit_first(self):
        self.import_lines(FBA, {})
        credit = self.invoice(self.get_order(FBA_REF))._reverse_moves()
        credit.action_post()
        self.returns({})
        self.assertEqual(self.found(order_ref=FBA_REF).credit_move_id, credit)

    def test_cancelled_credit_note_is_none(self):
        self.import_lines(FBA, {})
        invoice = self.invoice(self.get_order(FBA_REF))
        self.returns({})
        credit = invoice._reverse_moves()
        credit.action_post()
        credit.button_draft()
        credit.button_cancel()
        second = invoice._reverse_moves()
        second.action_post()
        self.assertEqual(self.found(order_ref=FBA_REF).credit_move_id, second)
