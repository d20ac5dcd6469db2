from odoo.tests import tagged

from .booking_case import KIND, BookingCase, credit_row
from .vat_files import vat_file


@tagged("post_install", "-at_install")
class TestVatRefunds(BookingCase):
    """What Amazon gives back: one credit note for each refund."""

    # Two mugs, 238.00; one comes back: 119.00
    def test_partial_return(self):
        order = self.sell({"item-price": "238.00", "quantity-purchased": 2})
        self.report(
            {"quantity": "2", "item": "200.00 38.00"},
            credit_row(shipment_date="12-Oct-2026 UTC"),
        )
        invoice = self.booked("DE60001TEST11I", 200.0, 38.0)
        refund = self.booked(
            "DE60002TEST11C",
            100.0,
            19.0,
            move_type="out_refund",
            reversed_entry_id=invoice,
        )
        self.assertEqual(refund.invoice_line_ids.quantity, 1.0)
        credit = self.document("DE60002TEST11C")
        self.assertEqual(credit.amount_total, -119.0)
        self.assertEqual(credit.line_ids.sale_line_id, order.order_line)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    # Of two mugs, 238.00, one comes back: a person credits it before Amazon tells
    def test_person_has_credited_already(self):
        order = self.sell({"item-price": "238.00", "quantity-purchased": 2})
        self.report({"quantity": "2", "item": "200.00 38.00"})
        invoice = self.document().move_id
        own = invoice._reverse_moves()
        own.invoice_line_ids.quantity = 1
        own.action_post()
        self.assertAlmostEqual(own.amount_total, 119.0, 2)
        credit = {
            "transaction_type": "RETURN",
            "transaction_id": "amzn1:crow:r1",
            "item": "-100.00 -19.00",
            "original_vat_invoice_number": "DE60001TEST11I",
        }
        self.report({**credit, "vat_invoice_number": "DE60002TEST11C"})
        document = self.document("DE60002TEST11C")
        self.assertEqual((document.entry_state, document.move_id), ("matched", own))
        self.assertEqual(order.invoice_ids, invoice + own)
        self.assertEqual(own.amazon_refund_ids.reference, "DE60002TEST11C")
        # The other mug is another refund; a third cannot be.
        second = {**credit, "transaction_id": "amzn1:crow:r2"}
        self.report({**second, "vat_invoice_number": "DE60003TEST11C"})
        self.booked("DE60003TEST11C", 100.0, 19.0, reversed_entry_id=invoice)
        third = {**credit, "transaction_id": "amzn1:crow:r3"}
        self.report({**third, "vat_invoice_number": "DE60004TEST11C"})
        document = self.document("DE60004TEST11C")
        self.assertEqual(document.entry_state, "failed")
        self.assertFalse(document.move_id)
        self.assertIn("DE60003TEST11C", document.entry_message)

    def test_person_has_a_draft(self):
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        draft = self.document().move_id._reverse_moves()
        self.report(credit_row(transaction_type="REFUND"))
        document = self.document("DE60002TEST11C")
        self.assertEqual(document.entry_state, "waiting")
        self.assertIn("draft", document.entry_message)
        draft.action_post()
        self.assertEqual((document.entry_state, document.move_id), ("matched", draft))

    # Cancelled after the shipment: all of it is credited; money only, no goods
    def test_cancellation(self):
        order = self.sell({"item-price": "119.00", "shipping-price": "5.95"})
        sale = {"item": "100.00 19.00", "shipping": "5.00 0.95"}
        self.report(sale)
        order._action_cancel()
        self.report(
            credit_row(
                transaction_type="REFUND",
                transaction_id="amzn1:crow:c1",
                shipping="-5.00 -0.95",
            ),
        )
        invoice = self.booked("DE60001TEST11I", 105.0, 19.95)
        self.booked("DE60002TEST11C", 105.0, 19.95, reversed_entry_id=invoice)
        self.assertFalse(self.document("DE60002TEST11C").order_difference)

    # Only the shipping costs are given back: 5.00 + 0.95
    def test_refund_of_shipping(self):
        self.sell({"item-price": "119.00", "shipping-price": "5.95"})
        self.report({"item": "100.00 19.00", "shipping": "5.00 0.95"})
        self.report(
            {
                "transaction_type": "REFUND",
                "transaction_id": "amzn1:crow:c1",
                "shipping": "-5.00 -0.95",
                "vat_invoice_number": "DE60002TEST11C",
            },
        )
        refund = self.booked("DE60002TEST11C", 5.0, 0.95)
        self.assertEqual(
            refund.invoice_line_ids.sale_line_ids.amazon_line_type, "shipping"
        )

    # Of one mug, 119.00 + 5.95 shipping: 11.90 off, then it comes back for the rest
    # of its price (107.10), then the shipping costs; each time Amazon says: 1 unit
    def test_several_refunds_of_one_unit(self):
        order = self.sell({"item-price": "119.00", "shipping-price": "5.95"})
        self.report({"item": "100.00 19.00", "shipping": "5.00 0.95"})
        for place, (kind, amounts, net, tax) in enumerate(
            (
                ("REFUND", {"item": "-10.00 -1.90"}, 10.0, 1.90),
                ("RETURN", {"item": "-90.00 -17.10"}, 90.0, 17.10),
                ("REFUND", {"shipping": "-5.00 -0.95"}, 5.0, 0.95),
            )
        ):
            number = f"DE6001{place}TEST11C"
            self.report(
                {
                    **amounts,
                    "transaction_type": kind,
                    "transaction_id": f"amzn1:crow:r{place}",
                    "vat_invoice_number": number,
                    "original_vat_invoice_number": "DE60001TEST11I",
                }
            )
            self.booked(number, net, tax)
        left = self.env["amazon.refund.guard"].get_left(order)[order]
        self.assertEqual(left, 0.0)

    def test_credit_notes_of_one_report(self):
        """Each is paired with its own invoice, two of one invoice among them."""
        self.sell({"item-price": "238.00", "quantity-purchased": 2})
        number = "302-0000002-0000002"
        self.import_lines("mfn_orders_eu", {"order-id": number, "item-price": "119.00"})
        other = {"order_id": number, "transaction_id": "Db", "shipment_id": "Db"}
        self.report(
            {"quantity": "2", "item": "200.00 38.00"},
            {**other, "vat_invoice_number": "DE60003TEST11I", "item": "100.00 19.00"},
            credit_row(),
            credit_row(
                transaction_id="amzn1:crow:r2", vat_invoice_number="DE60004TEST11C"
            ),
            credit_row(
                order_id=number,
                transaction_id="amzn1:crow:r3",
                item="-50.00 -9.50",
                vat_invoice_number="DE60005TEST11C",
                original_vat_invoice_number="DE60003TEST11I",
            ),
        )
        self.assertEqual(
            [
                round(self.document(f"DE6000{place}").move_id.amount_residual, 2)
                for place in ("1TEST11I", "2TEST11C", "4TEST11C", "3TEST11I")
            ],
            [0.0, 0.0, 0.0, 59.5],
        )

    def test_credit_note_told_as_shipment(self):
        """Its amounts tell, where the number does not."""
        self.sell({"item-price": "119.00"})
        old = "INV-DE-1-2024-7"
        corrected = {"is_invoice_corrected": "TRUE", "original_vat_invoice_number": old}
        rows = (
            {"item": "100.00 19.00", "vat_invoice_number": old},
            {
                "item": "-100.00 -19.00",
                "vat_invoice_number": "CN-DE-1-2024-8",
                **corrected,
            },
            {
                "item": "99.98 19.02",
                "vat_invoice_number": "INV-DE-1-2024-9",
                **corrected,
            },
        )
        self.report(*rows)
        first = self.booked(old, 100.0, 19.0)
        self.booked("CN-DE-1-2024-8", 100.0, 19.0, reversed_entry_id=first)
        self.booked("INV-DE-1-2024-9", 99.98, 19.02)
        again = self.import_file(KIND, vat_file(*rows[::-1]))
        self.assertEqual(set(self.outcomes(again)), {"unchanged"})

    def test_refund_without_sku(self):
        self.sell({"item-price": "119.00", "shipping-price": "5.95"})
        self.report({"item": "100.00 19.00", "shipping": "5.00 0.95"})
        self.report(
            credit_row(sku="", item="-10.00 -1.90", quantity="-1"),
            credit_row(
                sku="",
                asin="",
                quantity="",
                item="0.00 0.00",
                shipping="-5.00 -0.95",
                transaction_id="amzn1:crow:r2",
                vat_invoice_number="DE60003TEST11C",
            ),
        )
        move = self.booked("DE60002TEST11C", 10.0, 1.9)
        self.assertEqual(move.invoice_line_ids.quantity, 1.0)
        self.booked("DE60003TEST11C", 5.0, 0.95)

    def test_two_returns_of_equal_items(self):
        self.account.vat_document_policy = "none"
        order = self.sell(
            {"item-price": "119.00"},
            {"item-price": "119.00", "order-item-id": "10000000000002"},
        )
        for number in ("1", "2"):
            self.report(
                {
                    "transaction_type": "RETURN",
                    "transaction_id": f"amzn1:crow:r{number}",
                    "item": "-100.00 -19.00",
                    "vat_invoice_number": f"DE6000{number}TEST11C",
                }
            )
        documents = order.amazon_vat_document_ids
        self.assertEqual(documents.line_ids.sale_line_id, order.order_line)

    def test_refund_goes_with_its_document(self):
        """What an undone report told of does not keep a person from crediting."""
        self.account.vat_document_policy = "match"
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        report = self.report(
            {
                "transaction_type": "RETURN",
                "transaction_id": "amzn1:crow:r1",
                "item": "-90.00 -17.10",
                "vat_invoice_number": "DE60002TEST11C",
            }
        )
        guard = self.env["amazon.refund.guard"]
        self.assertTrue(guard.find(self.company, "vat_document", ["DE60002TEST11C"]))
        self.assertEqual(report.undo()["records_removed"], 1)
        self.assertFalse(guard.find(self.company, "vat_document", ["DE60002TEST11C"]))
        refund = invoice._reverse_moves()
        refund.action_post()
        self.assertEqual(refund.amount_total, 119.0)
