from odoo.tests import tagged

from .settlement_case import (
    NUMBER,
    ORDER,
    SettlementCase,
    fee,
    other,
    refunded,
    settlement_file,
    sold,
)


@tagged("post_install", "-at_install")
class TestSettlement(SettlementCase):
    """Figures worked out by hand, from the file to posted entries (SKR03)."""

    def state(self, settlement, ref=ORDER):
        [order] = settlement.order_ids.filtered(lambda o: o.order_ref == ref)
        return order.state

    def test_sale_of_the_merchant(self):
        invoice = self.invoice(self.sell())
        report, settlement = self.settle(sold(119.00), fee(-17.85))
        self.assertEqual(report.state, "done")
        self.assertEqual(settlement.state, "posted", settlement.note)
        self.assertEqual(settlement.amount_total, 101.15)
        # 119.00 to the customer, 17.85 commission, 101.15 on its way to the bank.
        self.assertEqual(
            self.balances(settlement),
            {"1410": -119.00, "4760": 17.85, "1360": 101.15},
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(invoice.payment_state, "paid")
        self.assertEqual(self.state(settlement), "matched")
        self.assertEqual(settlement.move_id.date.isoformat(), "2026-10-15")
        self.assertEqual(len(settlement.line_ids), 2)

    def test_fba_sale_with_promotion(self):
        order = self.sell(
            "28.58",
            "305-0000001-0000001",
            "fba_orders_eu",
            **{"shipping-price": "3.99", "ship-promotion-discount": "-3.99"},
        )
        invoice = self.invoice(order)
        ref = order.amazon_order_ref
        _report, settlement = self.settle(
            sold(28.58, ref),
            sold(3.99, ref, "Shipping"),
            ("Order", ref, "Promotion", "Shipping", -3.99),
            fee(-3.99, "ShippingChargeback", ref),
            fee(-4.29, "Commission", ref),
            fee(-3.50, "FBAPerUnitFulfillmentFee", ref),
        )
        self.assertEqual(invoice.amount_total, 28.58)
        # Fulfilment: 3.99 + 3.50; payout 28.58 - 3.99 - 4.29 - 3.50
        self.assertEqual(
            self.balances(settlement),
            {"1410": -28.58, "4730": 7.49, "4760": 4.29, "1360": 16.80},
        )
        self.assertEqual(self.state(settlement, ref), "matched")

    def test_refund_with_and_without_credit_note(self):
        invoice = self.invoice(self.sell())
        rows = [
            sold(119.00),
            refunded(-119.00),
            fee(17.85, "Commission", transaction="Refund"),
            fee(-3.57, "RefundCommission", transaction="Refund"),
        ]
        _report, settlement = self.settle(*rows, total=14.28)
        self.assertEqual(self.state(settlement), "no_credit_note")
        self.assertEqual(invoice.amount_residual, 0)
        note = invoice._reverse_moves([{"invoice_date": "2026-10-07"}])
        note.action_post()
        self.assertEqual(note.amount_residual, 0)
        self.assertEqual(self.state(settlement), "matched")

    def test_partial_refund(self):
        invoice = self.invoice(self.sell())
        _report, settlement = self.settle(sold(119.00), refunded(-19.00))
        self.assertEqual(invoice.amount_residual, 0)
        [order] = settlement.order_ids
        self.assertEqual((order.state, order.amount_open), ("no_credit_note", -19.00))

    def test_united_states_tax_nets_out(self):
        _report, settlement = self.settle(
            sold(100.00),
            sold(8.25, description="Tax"),
            (
                "Order",
                ORDER,
                "ItemWithheldTax",
                "MarketplaceFacilitatorTax-Principal",
                -8.25,
            ),
        )
        self.assertEqual(settlement.order_ids.amount_sale, 100.00)
        self.assertEqual(self.balances(settlement), {"1410": -100.0, "1360": 100.0})

    def test_united_kingdom_deemed_supply_in_pounds(self):
        """100 GBP of 120: the VAT is Amazon's. A pound is 1.25 EUR."""
        self.rate("GBP", 0.8)
        _report, settlement = self.settle(
            sold(120.00),
            (
                "Order",
                ORDER,
                "ItemWithheldTax",
                "MarketplaceFacilitatorVAT-Principal",
                -20.00,
            ),
            fee(-15.00),
            currency="GBP",
        )
        self.assertEqual(settlement.state, "posted", settlement.note)
        self.assertEqual(
            self.balances(settlement), {"1410": -125.0, "4760": 18.75, "1360": 106.25}
        )
        journal = settlement.move_id.journal_id
        self.assertEqual(journal.currency_id.name, "GBP")
        transit = settlement.move_id.line_ids.filtered(
            lambda line: line.account_id == self.company.transfer_account_id
        )
        self.assertEqual(transit.amount_currency, 85.00)
        self.assertEqual(transit.currency_id.name, "GBP")

    def rate(self, code, rate):
        currency = self.env.ref(f"base.{code}")
        currency.active = True
        self.env["res.currency.rate"].create(
            {"name": "2026-10-01", "rate": rate, "currency_id": currency.id}
        )

    def test_reserve_held_and_released(self):
        """The reserve is no cost: it stays in what Amazon owes."""
        _report, first = self.settle(
            sold(119.00), other(-50.00, "Current Reserve Amount")
        )
        self.assertEqual(
            self.balances(first), {"1410": -119.0, "1360": 69.0, "C": 50.0}
        )
        _report, second = self.settle(
            other(50.00, "Previous Reserve Amount Balance"), number="2233445566"
        )
        self.assertEqual(self.balances(second), {"1360": 50.0, "C": -50.0})

    def test_negative_settlement_carried_over(self):
        _report, first = self.settle(other(-39.00, "Subscription Fee"))
        self.assertEqual(first.amount_total, -39.00)
        self.assertEqual(self.balances(first), {"4900": 39.0, "C": -39.0})
        _report, second = self.settle(
            other(-39.00, "Payable to Amazon"), sold(119.00), number="2233445566"
        )
        self.assertEqual(
            self.balances(second), {"1410": -119.0, "1360": 80.0, "C": 39.0}
        )

    def test_debt_charged_to_the_bank(self):
        self.settle(other(-39.00, "Subscription Fee"))
        _report, second = self.settle(
            other(-39.00, "Payable to Amazon"),
            other(39.00, "Successful charge"),
            number="2233445566",
        )
        # The bank will show 39.00 that went to Amazon.
        self.assertEqual(self.balances(second), {"1360": -39.0, "C": 39.0})

    def test_costs_and_compensations(self):
        _report, settlement = self.settle(
            (
                "ServiceFee",
                "",
                "Cost of Advertising",
                "TransactionTotalAmount",
                -20.00,
            ),
            other(-39.00, "Subscription  fee"),
            ("other-transaction", "", "FBA Inventory Reimbursement", "X_LOST", 100.00),
            ("FBAFees", "FBA19CD9HGQ8", "FBA Inventory Storage Fee", "Base fee", -5.00),
            ("FBAFees", "", "FBA Inventory Storage Fee", "Tax on fee", -0.95),
            ("Chargeback Refund", ORDER, "ItemPrice", "Principal", -10.00),
        )
        self.assertEqual(settlement.state, "posted", settlement.note)
        self.assertEqual(
            self.balances(settlement),
            {
                "4600": 20.0,
                "4900": 39.0,
                "2742": -100.0,
                "4780": 5.95,
                "1410": 10.0,
                "1360": 25.05,
            },
        )
        # A number of a shipment to Amazon is no order.
        self.assertEqual(settlement.order_ids.mapped("order_ref"), [ORDER])

    def test_unknown_fee_is_taught(self):
        rows = sold(119.00), other(-7.00, "Brand New Fee")
        report, settlement = self.settle(*rows)
        self.assertEqual((settlement.state, report.state), ("held", "attention"))
        self.assertEqual(settlement.move_id.state, "draft")
        suspense = settlement.move_id.journal_id.suspense_account_id
        self.assertIn(suspense, settlement.move_id.line_ids.account_id)
        action = settlement.unknown_line_ids.action_teach()
        account = self.env["amazon.settlement.rule"]._find_ledger_account(
            self.company, "fee"
        )
        self.env["amazon.settlement.rule"].with_context(**action["context"]).create(
            {"category": "fee", "ledger_account_id": account.id}
        )
        self.assertEqual(settlement.state, "posted", settlement.note)
        self.assertEqual(report.state, "done")
        self.assertEqual(self.balances(settlement)["4900"], 7.0)
        _report, later = self.settle(*rows, number="2233445566")
        self.assertEqual(later.state, "posted")

    def test_unknown_fee_is_accepted(self):
        _report, settlement = self.settle(other(-7.00, "Brand New Fee"))
        settlement.action_accept_unknown()
        self.assertEqual(settlement.state, "posted")

    def test_order_that_is_not_in_odoo(self):
        _report, settlement = self.settle(sold(119.00))
        self.assertEqual(self.state(settlement), "not_imported")
        invoice = self.invoice(self.sell())
        self.assertEqual(self.state(settlement), "matched")
        self.assertEqual(invoice.amount_residual, 0)

    def test_paid_more_and_less_than_invoiced(self):
        invoice = self.invoice(self.sell())
        _report, settlement = self.settle(sold(100.00))
        [order] = settlement.order_ids
        self.assertEqual((order.state, order.amount_open), ("paid_less", -19.00))
        _report, later = self.settle(sold(20.00), number="2233445566")
        [order] = later.order_ids
        self.assertEqual((order.state, order.amount_open), ("paid_more", 1.00))
        self.assertEqual(invoice.amount_residual, 0)
        # What the first one lacked, the second one has brought.
        self.assertEqual(self.state(settlement), "matched")

    def test_paid_invoices_lie_in_the_clearing_journal(self):
        """Workflow *paid*: the clearing account holds the 119.00 already."""
        journal = self.account._get_clearing_journal(self.company.currency_id)
        self.account.write({"order_workflow": "paid", "payment_journal_id": journal.id})
        invoice = self.sell().invoice_ids
        self.assertEqual((invoice.state, invoice.amount_residual), ("posted", 0))
        _report, settlement = self.settle(sold(119.00), fee(-17.85))
        self.assertEqual(
            self.balances(settlement), {"4760": 17.85, "1360": 101.15, "C": -119.0}
        )
        self.assertEqual(self.state(settlement), "matched")
        lines = self.env["account.move.line"].search(
            [
                ("account_id", "=", journal.default_account_id.id),
                ("parent_state", "=", "posted"),
            ]
        )
        self.assertAlmostEqual(sum(lines.mapped("balance")), 0, 2)

    # === TWICE, UNDONE, LOCKED === #

    def test_the_same_settlement_by_another_report(self):
        first, settlement = self.settle(sold(119.00))
        again, same = self.settle(sold(119.00))
        self.assertEqual(same, settlement)
        self.assertEqual(set(self.outcomes(again)), {"unchanged"})
        other_rows, same = self.settle(sold(120.00))
        self.assertEqual(other_rows.failure_code, "settlement_differs")
        self.assertEqual(len(same.line_ids), 1)
        self.assertEqual(first.state, "done")

    def test_undo_and_process_again(self):
        invoice = self.invoice(self.sell())
        report, settlement = self.settle(sold(119.00))
        move = settlement.move_id
        result = report.undo()
        self.assertEqual(result["kept"], [])
        self.assertFalse(settlement.exists())
        self.assertEqual(move.state, "cancel")
        self.assertEqual(invoice.amount_residual, 119.00)
        report.action_process_again()
        report.process()
        self.assertEqual(invoice.amount_residual, 0)

    def test_locked_period(self):
        self.company.fiscalyear_lock_date = "2026-10-31"
        _report, settlement = self.settle(sold(119.00))
        self.assertEqual(settlement.state, "held")
        self.assertEqual(settlement.move_id.state, "draft")
        self.company.fiscalyear_lock_date = False
        settlement.action_book()
        self.assertEqual(settlement.state, "posted")

    def test_a_wrong_sum_leaves_nothing(self):
        report, settlement = self.settle(sold(119.00), total=100.00)
        self.assertEqual(
            (report.state, report.failure_code), ("failed", "settlement_sum")
        )
        self.assertFalse(settlement)

    def test_preview_leaves_nothing(self):
        report = self.env["amazon.report"].create_from_file(
            self.account, "settlement", "s.txt", settlement_file(sold(119.00))
        )
        report.preview()
        self.assertFalse(
            self.env["amazon.settlement"].search([("settlement_id", "=", NUMBER)])
        )
