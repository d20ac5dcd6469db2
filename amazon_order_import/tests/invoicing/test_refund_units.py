from datetime import date

from odoo import Command
from odoo.tests import tagged

from .booking_case import BookingCase, credit_row
from .vat_data import credit_row as data_credit_row
from .vat_data import vat_row as data_row
from .vat_invoice_case import VatInvoiceCase


@tagged("post_install", "-at_install")
class TestRefundUnits(BookingCase):
    """Which of Amazon's credit notes take units back, and when they are due."""

    def give_back(self, number, kind="REFUND", **amounts):
        self.report(
            credit_row(
                transaction_type=kind,
                transaction_id=f"amzn1:crow:{number}",
                vat_invoice_number=number,
                **{"item": "0.00 0.00", **amounts},
            )
        )
        return self.document(number).move_id

    def quantities(self, order):
        return {
            line.amazon_line_type: (line.qty_invoiced, line.qty_to_invoice)
            for line in order.order_line
        }

    # 119.00 + 5.95: 11.90 goodwill, the shipping costs, then the mug for the rest
    def test_goodwill_and_shipping_count_no_unit(self):
        order = self.sell({"item-price": "119.00", "shipping-price": "5.95"})
        self.report({"item": "100.00 19.00", "shipping": "5.00 0.95"})
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [1.0, 1.0])
        goodwill = self.give_back("DE60002TEST11C", item="-10.00 -1.90")
        self.assertTrue(goodwill.invoice_line_ids.amazon_money_only)
        self.assertEqual(self.quantities(order)["item"], (1.0, 0.0))
        self.give_back("DE60003TEST11C", shipping="-5.00 -0.95")
        self.assertEqual(
            self.quantities(order), {"item": (1.0, 0.0), "shipping": (0.0, 0.0)}
        )
        self.give_back("DE60004TEST11C", "RETURN", item="-90.00 -17.10")
        self.assertEqual(
            self.quantities(order), {"item": (0.0, 0.0), "shipping": (0.0, 0.0)}
        )
        self.assertEqual(order.order_line.mapped("qty_invoiced_posted"), [0.0, 0.0])
        self.assertEqual(order.invoice_status, "invoiced")

    # All in one file: each sees what the ones before it took
    def test_one_file(self):
        order = self.sell({"item-price": "238.00", "quantity-purchased": 2})
        rows = (
            ("REFUND", "-10.00 -1.90", "1"),  # goodwill
            ("RETURN", "-90.00 -17.10", "1"),  # the first mug, less the goodwill
            ("REFUND", "-40.00 -7.60", "1"),
            ("REFUND", "-60.00 -11.40", "1"),  # the second in two parts
        )
        self.report(
            {"quantity": "2", "item": "200.00 38.00"},
            *(
                credit_row(
                    transaction_type=kind,
                    transaction_id=f"amzn1:crow:{place}",
                    item=amounts,
                    quantity=quantity,
                    vat_invoice_number=f"DE6001{place}TEST11C",
                )
                for place, (kind, amounts, quantity) in enumerate(rows)
            ),
        )
        moves = [self.document(f"DE6001{n}TEST11C").move_id for n in range(4)]
        self.assertEqual(
            [move.invoice_line_ids.amazon_money_only for move in moves],
            [True, False, True, False],
        )
        self.assertEqual(order.order_line.qty_invoiced, 0.0)

    # The order has no line for shipping: what it costs stands on the item
    def test_shipping_on_the_item(self):
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        self.give_back("DE60003TEST11C", "RETURN", shipping="-5.00 -0.95")
        self.assertEqual(order.order_line.qty_invoiced, 1.0)

    def test_full_refund_takes_the_unit_back(self):
        order = self.sell({"item-price": "119.00", "item-promotion-discount": "11.90"})
        self.report({"item": "100.00 19.00", "item_promotion": "-10.00 -1.90"})
        self.give_back(
            "DE60003TEST11C", item="-100.00 -19.00", item_promotion="10.00 1.90"
        )
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [0.0, 0.0])
        # Its goods come back later, with the shipping costs.
        self.give_back("DE60004TEST11C", "RETURN", item="0.00 0.00")
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [0.0, 0.0])

    def test_thirds(self):
        order = self.sell({"item-price": "100.00", "quantity-purchased": 3})
        self.report({"quantity": "3", "item": "84.03 15.97"})
        for number, (net, tax) in enumerate(
            (("28.01", "5.32"), ("28.01", "5.32"), ("28.01", "5.33")), 2
        ):
            self.give_back(f"DE6000{number}TEST11C", item=f"-{net} -{tax}")
        self.assertEqual(order.order_line.qty_invoiced, 0.0)

    def test_credit_note_without_invoice(self):
        order = self.sell({"item-price": "119.00"})
        self.give_back("DE60003TEST11C", item="-100.00 -19.00")
        self.assertEqual(order.order_line.qty_invoiced, 0.0)

    def test_of_a_person(self):
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        goodwill = invoice._reverse_moves()
        goodwill.invoice_line_ids.price_unit = 10.0
        goodwill.action_post()
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        rest = invoice._reverse_moves()
        rest.invoice_line_ids.price_unit = 90.0
        rest.action_post()
        self.assertEqual(order.order_line.qty_invoiced, 0.0)

    # === TAKEN BACK === #

    def test_refund_taken_back(self):
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        credit = self.give_back("DE60002TEST11C", item="-100.00 -19.00")
        self.give_back("DE60003TEST11C", item="100.00 19.00")
        document = self.document("DE60003TEST11C")
        self.assertEqual(document.entry_state, "failed")
        self.assertIn("takes a refund", document.entry_message)
        self.assertIn(credit.name, document.entry_message)
        self.assertFalse(document.move_id)
        self.assertEqual(order.order_line.qty_invoiced, 0.0)
        invoice = self.document().move_id.copy(
            {"ref": "DE60003TEST11C", "journal_id": self.own_journal().id}
        )
        invoice.action_post()
        document.action_book()
        self.assertEqual(document.entry_state, "matched", document.entry_message)
        self.assertEqual(document.move_id, invoice)

    def own_journal(self):
        return self.env["account.journal"].search(
            [
                ("type", "=", "sale"),
                ("company_id", "=", self.company.id),
                ("id", "!=", self.account.vat_journal_id.id),
            ],
            limit=1,
        )

    # === RATE AND DAY === #

    # 1 EUR = 4 PLN when sold; 5 when given back
    def test_rate_of_the_original(self):
        pln = self.env.ref("base.PLN")
        pln.active = True
        pln.rate_ids = [
            Command.create({"name": name, "rate": rate, "company_id": self.company.id})
            for name, rate in (("2026-01-01", 4.0), ("2026-10-20", 5.0))
        ]
        self.sell({"item-price": "119.00", "currency": "PLN"})
        self.report({"item": "100.00 19.00", "currency": "PLN"})
        self.report(credit_row(currency="PLN", shipment_date="25-Oct-2026 UTC"))
        invoice = self.booked("DE60001TEST11I", 100.0, 19.0)
        credit = self.booked("DE60002TEST11C", 100.0, 19.0)
        self.assertEqual(invoice.amount_total_signed, 29.75)
        self.assertEqual(credit.amount_total_signed, -29.75)
        self.assertEqual(invoice.amount_residual, 0.0)
        self.assertFalse(
            invoice.line_ids.matched_credit_ids.exchange_move_id, "No difference"
        )

    def test_due_at_once(self):
        order = self.sell({"item-price": "119.00"})
        term = self.env.ref("account.account_payment_term_30days")
        order.payment_term_id = order.partner_id.property_payment_term_id = term
        self.report(
            {"item": "100.00 19.00"}, credit_row(shipment_date="12-Oct-2026 UTC")
        )
        invoice, credit = (
            self.document().move_id,
            self.document("DE60002TEST11C").move_id,
        )
        self.assertEqual(invoice.invoice_date_due, date(2026, 10, 6))
        self.assertEqual(credit.invoice_date_due, date(2026, 10, 12))
        receivable = (invoice + credit).line_ids.filtered("date_maturity")
        self.assertEqual(
            set(receivable.mapped("date_maturity")),
            {date(2026, 10, 6), date(2026, 10, 12)},
        )

    # === PAID === #

    def test_credit_notes_are_paid(self):
        journal = self.env["account.journal"].create(
            {
                "name": "Clearing",
                "code": "AMZC",
                "type": "bank",
                "company_id": self.company.id,
            }
        )
        self.account.write({"order_workflow": "paid", "payment_journal_id": journal.id})
        order = self.sell({"item-price": "238.00", "quantity-purchased": 2})
        self.report({"quantity": "2", "item": "200.00 38.00"})
        invoice = self.document().move_id
        self.assertEqual(invoice.amount_residual, 0.0)
        credit = self.give_back("DE60002TEST11C", item="-10.00 -1.90")
        self.assertEqual(credit.amount_residual, 0.0)
        payment = credit.matched_payment_ids
        self.assertEqual(
            (payment.payment_type, payment.amount, payment.journal_id),
            ("outbound", 11.9, journal),
        )
        # By hand, too; and reset to draft, it is not paid once more.
        own = invoice._reverse_moves()
        own.invoice_line_ids.quantity = 1
        own.action_post()
        self.assertEqual((own.amount_total, own.amount_residual), (107.1, 0.0))
        own.button_draft()
        own.action_post()
        self.assertEqual(own.amount_residual, 0.0)
        self.assertEqual(len(own.matched_payment_ids), 1)
        clearing = self.env["account.move.line"].search(
            [("account_id", "=", journal.default_account_id.id)]
        )
        self.assertAlmostEqual(sum(clearing.mapped("balance")), 238 - 11.9 - 107.1, 2)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        self.assertFalse((credit + own).activity_ids)

    def test_set_off_against_an_open_invoice(self):
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        self.account.order_workflow = "paid"
        credit = self.give_back("DE60002TEST11C", item="-100.00 -19.00")
        self.assertEqual(credit.amount_residual, 0.0)
        self.assertFalse(credit.matched_payment_ids)

    # === RETURNED GOODS === #

    def test_return_finds_its_credit_note(self):
        order = self.sell(
            {"item-price": "238.00", "quantity-purchased": 2}, kind="fba_orders_eu"
        )
        about = {"order_id": order.amazon_order_ref}
        self.report({**about, "quantity": "2", "item": "200.00 38.00"})
        moves = []
        for number, kind, day, amounts in (
            ("DE60002TEST11C", "REFUND", "19", "-10.00 -1.90"),
            ("DE60003TEST11C", "RETURN", "12", "-100.00 -19.00"),
            ("DE60004TEST11C", "RETURN", "21", "-90.00 -17.10"),
        ):
            self.report(
                credit_row(
                    **about,
                    transaction_type=kind,
                    transaction_id=number,
                    vat_invoice_number=number,
                    item=amounts,
                    shipment_date=f"{day}-Oct-2026 UTC",
                )
            )
            moves.append(self.document(number).move_id)
        returned = self.env["amazon.return"].create(
            [
                {
                    "account_id": self.account.id,
                    "order_ref": order.amazon_order_ref,
                    "sale_order_id": order.id,
                    "sale_line_id": order.order_line.id,
                    "sku": "MUG-RED",
                    "return_key": day,
                    "return_date": f"2026-10-{day} 10:00:00",
                }
                for day in ("20", "25")
            ]
        )
        returned._attach_credit_notes()
        self.assertEqual(returned[0].credit_move_id, moves[2])
        self.assertEqual(returned[1].credit_move_id, moves[1])


@tagged("post_install", "-at_install")
class TestRefundUnitsByData(VatInvoiceCase):
    """The same with VCS Lite, whose documents the seller makes."""

    def give_back(self, number, kind="REFUND", **parts):
        return self.tell(data_credit_row(kind, f"amzn1:crow:{number}", **parts))

    def test_units(self):
        order = self.order(
            "mfn_orders_eu", {"item-price": "119.00", "shipping-price": "5.95"}
        )
        self.tell(data_row(item="119.00 19.00", shipping="5.95 0.95"))
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [1.0, 1.0])
        goodwill = self.give_back(1, item="-11.90 -1.90")
        self.check_move(goodwill, "out_refund", 10.0, 1.9, 11.9)
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [1.0, 1.0])
        self.assertEqual(goodwill.move_id.invoice_date_due, goodwill.move_id.date)
        self.give_back(2, item="0.00 0.00", shipping="-5.95 -0.95")
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [1.0, 0.0])
        self.give_back(3, "RETURN", item="-107.10 -17.10")
        self.assertEqual(order.order_line.mapped("qty_invoiced"), [0.0, 0.0])

    def test_drafts(self):
        self.account.vat_invoice_policy = "post"
        order = self.order("mfn_orders_eu", {"item-price": "119.00"})
        self.tell(data_row(item="119.00 19.00"))
        self.account.vat_invoice_policy = "draft"
        self.give_back(1, item="-11.90 -1.90")
        self.assertEqual(order.order_line.qty_invoiced, 1.0)

    def test_taken_back(self):
        order = self.order("mfn_orders_eu", {"item-price": "119.00"})
        self.tell(data_row(item="119.00 19.00"))
        self.give_back(1, item="-11.90 -1.90")
        back = self.give_back(2, item="11.90 1.90")
        self.assertEqual((back.state, back.move_id.id), ("attention", False))
        self.assertIn("took a refund", back.state_note)
        self.assertEqual(len(order.invoice_ids), 2)
