from datetime import date

from odoo import Command, fields
from odoo.tests import tagged

from .test_money import MoneyCase
from .upsert_case import FBA, FBA_REF, MFN, REF, UpsertCase


@tagged("post_install", "-at_install")
class TestWorkflow(UpsertCase):
    """How far an order is taken by itself, and why it stops."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # The cases choose their own taxes and policies.
        cls.mug = cls.products["MUG-RED"]
        cls.mug.write({"invoice_policy": "order", "taxes_id": [Command.clear()]})
        cls.journal = cls.env["account.journal"].create(
            {
                "name": "Amazon clearing",
                "code": "AMZC",
                "type": "bank",
                "company_id": cls.company.id,
            }
        )
        cls.account.write({"payment_journal_id": cls.journal.id})

    def run_workflow(self, workflow, kind=MFN, *rows):
        self.account.order_workflow = workflow
        report = self.import_lines(kind, *(rows or ({},)))
        return report, self.get_order(REF if kind == MFN else FBA_REF)

    def test_quotation(self):
        _report, order = self.run_workflow("quotation")
        self.assertEqual(order.state, "draft")

    def test_confirm(self):
        _report, order = self.run_workflow("confirm")
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.invoice_ids)

    def test_invoice(self):
        _report, order = self.run_workflow("invoice")
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.amount_total, 19.99)
        self.assertEqual(invoice.invoice_date, date(2026, 10, 5))
        self.assertEqual(invoice.payment_state, "not_paid")

    def test_invoice_of_a_shipment_has_its_date(self):
        """The turnover belongs to the day of the shipment where the company is."""
        self.company.partner_id.tz = "Europe/Berlin"
        _report, order = self.run_workflow(
            "invoice", FBA, {"shipment-date": "2026-10-06T23:30:00+00:00"}
        )
        invoice = order.invoice_ids
        self.assertEqual(invoice.invoice_date, date(2026, 10, 7))
        self.assertEqual(invoice.delivery_date, date(2026, 10, 7))
        self.assertEqual(invoice.state, "posted")

    def test_one_invoice_per_order(self):
        """One buyer with two orders gets two invoices."""
        self.account.order_workflow = "invoice"
        refs = ["302-0000001-0000001", "302-0000001-0000002"]
        self.import_lines(MFN, *({"order-id": ref} for ref in refs))
        orders = self.get_order(refs[0]) + self.get_order(refs[1])
        self.assertEqual(len(orders.partner_id), 1)
        self.assertEqual(len(orders.invoice_ids), 2)
        self.assertEqual(orders.invoice_ids.mapped("state"), ["posted"] * 2)

    def test_paid(self):
        _report, order = self.run_workflow("paid", MFN, {"shipping-price": "4.99"})
        invoice = order.invoice_ids
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.assertEqual(invoice.amount_residual, 0)
        payment = invoice.matched_payment_ids
        self.assertEqual(payment.journal_id, self.journal)
        self.assertEqual(payment.amount, 24.98)
        clearing = payment.move_id.line_ids.filtered("debit")
        self.assertEqual(clearing.account_id, self.journal.default_account_id)

    def test_paid_in_foreign_currency(self):
        self.env["res.currency"]._activate_group_multi_currency()
        self.env.ref("base.PLN").rate_ids = [
            Command.create(
                {"name": "2026-01-01", "rate": 4.0, "company_id": self.company.id}
            )
        ]
        _report, order = self.run_workflow(
            "paid",
            MFN,
            {"currency": "PLN", "sales-channel": "Amazon.pl", "item-price": "99.99"},
        )
        self.assertEqual(order.currency_id.name, "PLN")
        self.assertEqual(order.invoice_ids.amount_residual, 0)
        self.assertEqual(order.invoice_ids.amount_total_signed, 25.0)
        self.assertEqual(order.invoice_ids.matched_payment_ids.amount, 99.99)

    def test_paid_without_journal(self):
        """The invoice is posted; a to-do says why it is not paid."""
        self.account.payment_journal_id = False
        _report, order = self.run_workflow("paid")
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(invoice.payment_state, "not_paid")
        self.assertIn("clearing journal", invoice.activity_ids.note)
        self.assertIn("clearing journal", order.amazon_workflow_note)

    def test_delivered_goods_are_invoiced_after_their_delivery(self):
        self.mug.invoice_policy = "delivery"
        _report, order = self.run_workflow("invoice", MFN, {"shipping-price": "4.99"})
        self.assertFalse(order.invoice_ids, "Not the shipping alone")
        self.deliver(order)
        self.env["amazon.order.workflow"].run_invoicing(self.account, lambda _done: 60)
        invoice = order.invoice_ids
        self.assertEqual(invoice.amount_total, 24.98)
        self.assertEqual(invoice.state, "posted")
        self.assertEqual(
            invoice.invoice_date, order._get_local_date(fields.Datetime.now())
        )

    def test_amazon_invoices(self):
        self.account.vat_service = "vcs"
        _report, order = self.run_workflow("paid")
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.invoice_ids)
        self.assertIn("Amazon invoices", order.amazon_workflow_note)

    def test_amazon_invoices_this_order(self):
        _report, order = self.run_workflow(
            "invoice", MFN, {"is-amazon-invoiced": "true"}
        )
        self.assertFalse(order.invoice_ids)
        self.assertTrue(order.amazon_workflow_note)

    def test_replacement(self):
        _report, order = self.run_workflow(
            "paid", MFN, {"is-replacement-order": "true", "item-price": "0.00"}
        )
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.invoice_ids)

    def test_locked_period(self):
        self.company.sale_lock_date = date(2026, 10, 31)
        report, order = self.run_workflow("paid")
        self.assertEqual(report.state, "done")
        self.assertEqual(order.state, "sale")
        invoice = order.invoice_ids
        self.assertEqual(invoice.state, "draft")
        self.assertIn("locked", invoice.activity_ids.note)
        self.assertIn("locked", order.amazon_workflow_note)
        self.import_lines(MFN, {})
        self.assertEqual(order.invoice_ids, invoice, "Told again: no second invoice")
        self.assertEqual(len(invoice.activity_ids), 1)

    def test_no_invoice_without_an_exchange_rate(self):
        """Odoo would take 1 zloty for 1 euro."""
        self.account.order_workflow = "invoice"
        zloty = self.env.ref("base.PLN")
        zloty.active = True
        zloty.rate_ids.unlink()
        row = {"currency": "PLN", "sales-channel": "Amazon.pl"}
        order = self.get_order(self.import_lines(MFN, row).row_ids.order_ref)
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.invoice_ids)
        self.assertIn("exchange rate of PLN", order.amazon_workflow_note)
        self.assertIn("exchange rate of PLN", order.activity_ids.note)

    def test_one_bad_invoice_does_not_stop_the_others(self):
        self.account.order_workflow = "invoice"
        refs = ["302-0000001-0000001", "302-0000001-0000002"]
        self.products["LAMP-1"].invoice_policy = "order"
        income = self.company.income_account_id or self.env["account.account"].search(
            [("account_type", "=", "income"), ("company_ids", "in", self.company.id)],
            limit=1,
        )
        archived = income.copy({"code": "999888", "active": True})
        self.products["LAMP-1"].property_account_income_id = archived
        archived.active = False
        self.import_lines(
            MFN, {"order-id": refs[0]}, {"order-id": refs[1], "sku": "LAMP-1"}
        )
        good, bad = (self.get_order(ref) for ref in refs)
        self.assertEqual(good.invoice_ids.state, "posted")
        self.assertNotIn("posted", bad.invoice_ids.mapped("state"))
        self.assertTrue(bad.amazon_workflow_note)
        self.assertTrue(bad.activity_ids or bad.invoice_ids.activity_ids)

    def test_order_with_a_waiting_row_is_not_invoiced(self):
        report, order = self.run_workflow(
            "invoice", MFN, {"order-item-id": "1"}, {"order-item-id": "2", "sku": "?"}
        )
        self.assertEqual(report.state, "attention")
        self.assertEqual(order.state, "draft")


@tagged("post_install", "-at_install")
class TestParts(MoneyCase):
    """All invoices of a line together give Amazon's amounts, to the cent."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.products["MUG-RED"].invoice_policy = "delivery"

    def deliver_part(self, order, quantity):
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        picking.move_ids.write({"quantity": quantity, "picked": True})
        picking._action_done()

    def invoice_part(self, order, quantity):
        self.deliver_part(order, quantity)
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def tax_cases(self):
        yield "included", self.included, self.account, {}
        yield "on top", self.on_top, self.account, {}
        yield "both", self.included + self.on_top, self.account, {}
        yield "none", self.included.browse(), self.account, {}
        yield "stated", self.included, self.vcs, {"item-tax": "1.61"}
        yield "stated only", self.included.browse(), self.vcs, {"item-tax": "1.61"}

    def check_cases(self, check):
        for number, (name, taxes, account, values) in enumerate(self.tax_cases()):
            with self.subTest(taxes=name):
                self.set_taxes(taxes)
                order = self.import_order(
                    account,
                    **{
                        "order-id": f"302-0000003-000000{number}",
                        "item-price": "10.00",
                        "quantity-purchased": 3,
                        **values,
                    },
                )
                check(order)

    def check_sum(self, order, moves):
        """Invoices less credit notes are the order, in total and in tax."""
        signs = [-1 if move.move_type == "out_refund" else 1 for move in moves]
        for name in ("amount_total", "amount_tax", "amount_untaxed"):
            total = sum(
                sign * move[name] for sign, move in zip(signs, moves, strict=True)
            )
            self.assertEqual(
                order.currency_id.compare_amounts(total, order[name]),
                0,
                f"{name}: {moves.mapped(name)} give {total}, not {order[name]}",
            )

    def test_two_parts(self):
        def check(order):
            self.assertEqual(order.amount_total, 10.00)
            first = self.invoice_part(order, 1)
            self.assertEqual(first.amount_total, 3.33)
            second = self.invoice_part(order, 2)
            self.assertEqual(second.amount_total, 6.67)
            self.check_sum(order, first + second)

        self.check_cases(check)

    def test_three_parts(self):
        def check(order):
            parts = [self.invoice_part(order, 1) for _part in range(3)]
            moves = self.env["account.move"].concat(*parts)
            self.check_sum(order, moves)
            self.assertEqual(moves.mapped("amount_total"), [3.33, 3.34, 3.33])

        self.check_cases(check)

    def test_part_after_credit_note(self):
        """A part that is credited in full and invoiced again keeps the sum."""

        def check(order):
            first = self.invoice_part(order, 2)
            refund = first._reverse_moves(cancel=True)
            again = order._create_invoices()
            again.action_post()
            last = self.invoice_part(order, 1)
            self.check_sum(order, first + refund + again + last)

        self.check_cases(check)

    def test_partial_refunds(self):
        """Crediting piece by piece gives back exactly what was invoiced."""

        def check(order):
            invoice = self.invoice_part(order, 3)
            refunds = invoice.browse()
            for _piece in range(3):
                refund = invoice._reverse_moves()
                refund.invoice_line_ids.quantity = 1
                refund.action_post()
                refunds += refund
            self.assertEqual(sum(refunds.mapped("amount_total")), 10.00)
            self.assertEqual(
                order.currency_id.round(sum(refunds.mapped("amount_tax"))),
                order.currency_id.round(invoice.amount_tax),
            )

        self.check_cases(check)

    def test_returned_goods(self):
        """A credit note made of the order after a return holds the exact part."""
        self.set_taxes(self.included)
        order = self.import_order(**{"item-price": "10.00", "quantity-purchased": 3})
        invoice = self.invoice_part(order, 3)
        picking = order.picking_ids
        wizard = (
            self.env["stock.return.picking"]
            .with_context(active_id=picking.id, active_model="stock.picking")
            .create({})
        )
        wizard.product_return_moves.write({"quantity": 1, "to_refund": True})
        returned = self.env["stock.picking"].browse(
            wizard.action_create_returns()["res_id"]
        )
        returned.move_ids.write({"quantity": 1, "picked": True})
        returned._action_done()
        refund = order._create_invoices(final=True)
        refund.action_post()
        self.assertEqual(refund.move_type, "out_refund")
        self.assertEqual(refund.amount_total, 3.33)
        self.assertEqual(
            order.currency_id.round(invoice.amount_total - refund.amount_total), 6.67
        )

    def test_part_with_price_changed_by_hand(self):
        """What a person prices anew is no longer Amazon's."""
        self.set_taxes(self.included)
        order = self.import_order(**{"item-price": "10.00", "quantity-purchased": 3})
        order.order_line.price_unit = 5.0
        self.assertEqual(self.invoice_part(order, 2).amount_total, 10.00)
