from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from odoo.addons.account.models.mail_message import bypass_token

from ...models.report import amazon_report
from ..order.test_tax import ADDRESSES, TaxCase
from .vat_files import vat_file

KIND = "vcs_invoices"
ORDER = "302-0000001-0000001"
FBA = "305-0000001-0000001"


def credit_row(**cells):
    """Return the cells of a row that gives the invoice DE60001TEST11I back."""
    return {
        "transaction_type": "RETURN",
        "transaction_id": "amzn1:crow:r1",
        "item": "-100.00 -19.00",
        "vat_invoice_number": "DE60002TEST11C",
        "original_vat_invoice_number": "DE60001TEST11I",
        **cells,
    }


class BookingCase(TaxCase):
    """A German seller whose invoices Amazon issues and Odoo books."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.write({"vat_service": "vcs", "vat_document_policy": "create"})

    def sell(self, *rows, country="DE", kind="mfn_orders_eu"):
        ref = "order-id" if kind.startswith("mfn") else "amazon-order-id"
        number = ORDER if kind.startswith("mfn") else FBA
        rows = [{ref: number, **ADDRESSES[country], **row} for row in rows or ({},)]
        report = self.import_lines(kind, *rows)
        self.assertEqual(set(self.outcomes(report)), {"created"}, report.row_ids)
        return self.get_order(number)

    def report(self, *rows):
        report = self.import_file(KIND, vat_file(*rows), name="vcs.csv")
        self.assertEqual(set(self.outcomes(report)) - {"created"}, set())
        self.assertFalse(report.vat_totals_differ)
        return report

    def document(self, number="DE60001TEST11I"):
        return self.env["amazon.vat.document"].search([("number", "=", number)])

    def booked(self, number, net, tax, **expected):
        """Check the posted entry of a document; return it."""
        document = self.document(number)
        move = document.move_id
        self.assertEqual(document.entry_state, "posted", document.entry_message)
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.name, number)
        self.assertEqual(move.invoice_date, document.date)
        self.assertEqual(move.date, document.date)
        self.assertEqual(move.journal_id, self.account.vat_journal_id)
        self.assertFalse(move.made_sequence_gap)
        self.assertAlmostEqual(move.amount_untaxed, net, 2)
        self.assertAlmostEqual(move.amount_tax, tax, 2)
        self.assertAlmostEqual(move.amount_total, net + tax, 2)
        receivable = move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        sign = -1 if move.move_type == "out_refund" else 1
        self.assertAlmostEqual(
            sum(receivable.mapped("amount_currency")), sign * (net + tax), 2
        )
        for name, value in expected.items():
            self.assertEqual(move[name], value, name)
        return move


@tagged("post_install", "-at_install")
class TestVatBooking(BookingCase):
    """Amazon's use cases, from the file to the posted entry; figures by hand."""

    # 119.00 at 19 % = 100.00 + 19.00, but Amazon rounded to 99.99 + 19.01
    def test_one_shipment(self):
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "99.99 19.01"})
        move = self.booked("DE60001TEST11I", 99.99, 19.01, move_type="out_invoice")
        self.assertEqual(move.ref, ORDER)
        self.assertEqual(move.invoice_line_ids.tax_ids, self.full)
        self.assertEqual(move.invoice_line_ids.sale_line_ids, order.order_line)
        self.assertEqual(order.invoice_ids, move)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(order.amazon_tax_difference, 0.0)
        # Read again, nothing is booked twice.
        again = self.import_file(KIND, vat_file({"item": "99.99 19.01"}))
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.document().action_book()
        self.assertEqual(order.invoice_ids, move)

    # Three mugs in two parcels: 2/3 of 357.00 + shipping 5.95, in documents of
    # 199.98 + 38.02 + shipping 3.33 + 0.64, and 100.01 + 18.99 + 1.67 + 0.31
    def test_several_shipments(self):
        order = self.sell(
            {"item-price": "357.00", "quantity-purchased": 3, "shipping-price": "5.95"}
        )
        self.report(
            {"quantity": "2", "item": "199.98 38.02", "shipping": "3.33 0.64"},
        )
        first = self.booked("DE60001TEST11I", 203.31, 38.66)
        self.assertEqual(order.invoice_status, "to invoice")
        self.report(
            {
                "item": "100.01 18.99",
                "shipping": "1.67 0.31",
                "vat_invoice_number": "DE60002TEST11I",
                "transaction_id": "Dbbb",
                "shipment_id": "Dbbb",
            },
        )
        second = self.booked("DE60002TEST11I", 101.68, 19.30)
        self.assertEqual(order.invoice_ids, first + second)
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(set(order.order_line.mapped("qty_to_invoice")), {0.0})
        # The order has the sum of both: 304.99 + 57.96
        self.assertAlmostEqual(order.amount_untaxed, 304.99, 2)
        self.assertAlmostEqual(order.amount_tax, 57.96, 2)

    def test_shipments_of_amazon(self):
        order = self.sell(
            {"shipment-id": "Daa", "shipment-item-id": "S1", "item-price": "119.00"},
            {"shipment-id": "Dbb", "shipment-item-id": "S2", "item-price": "119.00"},
            kind="fba_orders_eu",
        )
        self.report(
            {
                "order_id": FBA,
                "shipment_id": "Dbb",
                "transaction_id": "Dbb",
                "item": "99.99 19.01",
            }
        )
        move = self.booked("DE60001TEST11I", 99.99, 19.01)
        self.assertEqual(
            move.invoice_line_ids.sale_line_ids.amazon_parcel_id.shipment_ref, "Dbb"
        )
        self.assertEqual(order.invoice_status, "to invoice")

    # Item 119.00, promotion -5.95, shipping 11.90 free of charge, gift wrap 2.38:
    # net 100 - 5 + 10 - 10 + 2 = 97, tax 19 - 0.95 + 1.90 - 1.90 + 0.38 = 18.43
    def test_promotion_and_gift_wrap(self):
        order = self.sell(
            {
                "item-price": "119.00",
                "item-promotion-discount": "5.95",
                "shipping-price": "11.90",
                "ship-promotion-discount": "11.90",
            }
        )
        self.report(
            {
                "item": "100.00 19.00",
                "item_promotion": "-5.00 -0.95",
                "shipping": "10.00 1.90",
                "shipping_promotion": "-10.00 -1.90",
                "gift_wrap": "2.00 0.38",
            }
        )
        move = self.booked("DE60001TEST11I", 97.0, 18.43)
        self.assertEqual(
            {
                line.sale_line_ids.amazon_line_type: round(line.price_subtotal, 2)
                for line in move.invoice_line_ids
            },
            {
                "item": 100.0,
                "item_promotion": -5.0,
                "shipping": 10.0,
                "shipping_promotion": -10.0,
                "gift_wrap": 2.0,
            },
        )
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertAlmostEqual(order.amount_total, 115.43, 2)

    def test_promotion_taken_off_the_price(self):
        self.account.promotion_policy = "net"
        self.sell({"item-price": "119.00", "item-promotion-discount": "5.95"})
        self.report({"item": "100.00 19.00", "item_promotion": "-5.00 -0.95"})
        move = self.booked("DE60001TEST11I", 95.0, 18.05)
        self.assertEqual(len(move.invoice_line_ids), 1)

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

    # 100.00 without VAT to a business in Austria
    def test_reverse_charge(self):
        order = self.sell(
            {
                "item-price": "119.00",
                "is-business-order": "true",
                "buyer-company-name": "Gruber Handels GmbH",
            },
            country="AT",
        )
        self.assertTrue(order.amount_tax)
        self.report(
            {
                "item": "100.00 0.00",
                "tax_rate": "0.0000",
                "marketplace_id": "AT",
                "ship_to_country": "AT",
                "buyer_tax_registration": "ATU37675002",
                "buyer_tax_registration_jurisdiction": "AT",
                "buyer_tax_registration_type": "VAT",
            }
        )
        move = self.booked("DE60001TEST11I", 100.0, 0.0)
        self.assertTrue(move.fiscal_position_id.vat_required)
        self.assertEqual(move.invoice_line_ids.tax_ids.mapped("amount"), [0.0])
        self.assertEqual(order.fiscal_position_id, move.fiscal_position_id)
        self.assertAlmostEqual(order.amount_total, 100.0, 2)
        # Amazon's word about the buyer's number changes no contact.
        self.assertFalse(order.partner_id.vat)

    # French VAT of 20 %, from stock in Germany; 120.00 = 100.00 + 20.00, and Amazon
    # rounded to 99.99 + 20.01
    def test_oss(self):
        order = self.sell({"item-price": "120.00"}, country="FR")
        self.report(
            {
                "item": "99.99 20.01",
                "tax_rate": "0.2000",
                "tax_reporting_scheme": "VCS_EU_OSS",
                "ship_to_country": "FR",
                "vat_invoice_number": "FR60001TEST11U",
            }
        )
        move = self.booked("FR60001TEST11U", 99.99, 20.01)
        self.assertEqual(move.invoice_line_ids.tax_ids.amount, 20.0)
        self.assertEqual(move.fiscal_position_id, order.fiscal_position_id)
        self.assertIn("France", move.fiscal_position_id.name)
        self.assertEqual(self.document("FR60001TEST11U").document_type, "oss_invoice")

    # Amazon owes the British VAT of 20.00; the seller's supply to Amazon is 100.00
    def test_deemed_supply(self):
        order = self.sell(
            {"item-price": "120.00", "sales-channel": "Amazon.co.uk"}, country="GB"
        )
        self.report(
            {
                "item": "100.00 20.00",
                "tax_rate": "0.2000",
                "marketplace_id": "GB",
                "tax_reporting_scheme": "DEEMED_RESELLER",
                "tax_collection_responsibility": "Marketplace",
                "ship_to_country": "GB",
                "vat_invoice_number": "GB60001TEST11D",
            }
        )
        document = self.document("GB60001TEST11D")
        self.assertEqual(document.document_type, "deemed_invoice")
        self.assertEqual((document.amount_total, document.amount_due), (120.0, 100.0))
        move = self.booked("GB60001TEST11D", 100.0, 0.0)
        self.assertFalse(any(move.invoice_line_ids.tax_ids.mapped("amount")))
        self.assertAlmostEqual(order.amount_total, 100.0, 2)
        self.assertAlmostEqual(order.amazon_tax_withheld, 20.0, 2)

    # Switzerland: 100.00 without VAT
    def test_export(self):
        order = self.sell({"item-price": "100.00"}, country="CH")
        self.report(
            {
                "item": "100.00 0.00",
                "tax_rate": "0.0000",
                "export_outside_eu": "true",
                "ship_to_country": "CH",
            }
        )
        move = self.booked("DE60001TEST11I", 100.0, 0.0)
        self.assertEqual(move.fiscal_position_id, order.fiscal_position_id)
        self.assertEqual(
            move.fiscal_position_id,
            self.env["amazon.tax.rule"]._find_export_position(self.company),
        )

    # The first invoice had a wrong VAT number: credit note and a new invoice
    def test_correction(self):
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        first = self.booked("DE60001TEST11I", 100.0, 19.0)
        corrected = {
            "item": "99.98 19.02",
            "is_invoice_corrected": "TRUE",
            "vat_invoice_number": "DE60003TEST11I",
            "original_vat_invoice_number": "DE60001TEST11I",
            "invoice_correction_details": "Buyer tax registration",
            "transaction_id": "Daaa-2",
        }
        self.report(corrected)
        second = self.document("DE60003TEST11I")
        self.assertEqual(second.original_id, self.document())
        self.assertEqual(second.entry_state, "failed")
        self.assertIn("DE60001TEST11I", second.entry_message)
        self.report(
            credit_row(transaction_type="REFUND", transaction_id="amzn1:crow:c1"),
        )
        self.booked("DE60002TEST11C", 100.0, 19.0, reversed_entry_id=first)
        # Which the new invoice waited for.
        self.booked("DE60003TEST11I", 99.98, 19.02)
        # The order has the figures of the invoice that stands.
        self.assertAlmostEqual(order.amount_tax, 19.02, 2)

    # All three at once: 119.00 - 119.00 + 119.00, whatever their order in the file
    def test_correction_in_one_file(self):
        order = self.sell({"item-price": "119.00"})
        first = {"item": "100.00 19.00"}
        credit = credit_row(transaction_type="REFUND", transaction_id="amzn1:crow:c1")
        corrected = {
            "item": "99.98 19.02",
            "is_invoice_corrected": "TRUE",
            "vat_invoice_number": "DE60003TEST11I",
            "original_vat_invoice_number": "DE60001TEST11I",
        }
        back = credit_row(
            item="-99.98 -19.02",
            vat_invoice_number="DE60004TEST11C",
            original_vat_invoice_number="DE60003TEST11I",
        )
        self.report(back, corrected, credit, first)
        invoice = self.booked("DE60001TEST11I", 100.0, 19.0)
        self.booked("DE60002TEST11C", 100.0, 19.0, reversed_entry_id=invoice)
        second = self.booked("DE60003TEST11I", 99.98, 19.02)
        self.booked("DE60004TEST11C", 99.98, 19.02, reversed_entry_id=second)
        self.assertAlmostEqual(order.amount_tax, 19.02, 2)

    # First the new invoice alone, which replaces; then the credit note for the old
    def test_correction_whose_credit_note_comes_last(self):
        self.sell({"item-price": "119.00"})
        self.report(
            {"item": "100.00 19.00"},
            {
                "item": "99.98 19.02",
                "is_invoice_corrected": "TRUE",
                "vat_invoice_number": "DE60003TEST11I",
                "original_vat_invoice_number": "DE60001TEST11I",
            },
        )
        self.assertFalse(self.document().move_id)
        self.booked("DE60003TEST11I", 99.98, 19.02)
        self.report(
            credit_row(transaction_type="REFUND", transaction_id="amzn1:crow:c1"),
        )
        invoice = self.booked("DE60001TEST11I", 100.0, 19.0)
        self.booked("DE60002TEST11C", 100.0, 19.0, reversed_entry_id=invoice)

    # PLN 119.00 at Amazon's rate of 0.25: tax 19.00 is EUR 4.75
    def test_foreign_currency(self):
        self.env.ref("base.PLN").active = True
        order = self.sell(
            {
                "item-price": "119.00",
                "currency": "PLN",
                "sales-channel": "Amazon.pl",
            }
        )
        self.report(
            {
                "item": "100.01 18.99",
                "currency": "PLN",
                "marketplace_id": "PL",
                "invoice_level_currency_code": "EUR",
                "invoice_level_exchange_rate": "0.25",
                "converted_tax_amount": "4.75",
            }
        )
        move = self.booked("DE60001TEST11I", 100.01, 18.99)
        self.assertEqual(move.currency_id.name, "PLN")
        self.assertEqual(order.currency_id, move.currency_id)
        tax = move.line_ids.filtered("tax_line_id")
        self.assertAlmostEqual(-tax.balance, 4.75, 2)
        self.assertAlmostEqual(self.document().converted_tax, 4.75, 2)
        self.assertAlmostEqual(sum(move.line_ids.mapped("balance")), 0.0, 2)

    # 100.00 + 20.00 within Great Britain are no German VAT
    def test_sale_within_another_country(self):
        self.sell(
            {"item-price": "120.00", "sales-channel": "Amazon.co.uk"}, country="GB"
        )
        self.report(
            {
                "item": "100.00 20.00",
                "currency": "EUR",
                "ship_from_country": "GB",
                "ship_to_country": "GB",
                "vat_invoice_number": "GB60001TEST11I",
            }
        )
        document = self.document("GB60001TEST11I")
        self.assertEqual(document.entry_state, "failed", document.entry_message)
        self.assertFalse(document.move_id)
        self.assertIn("Fiscal Positions", document.entry_message)

    def test_paid_in_clearing_journal(self):
        journal = self.env["account.journal"].create(
            {"name": "Amazon Clearing", "type": "bank", "code": "AMCL"}
        )
        self.account.write({"order_workflow": "paid", "payment_journal_id": journal.id})
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        move = self.booked("DE60001TEST11I", 100.0, 19.0)
        self.assertEqual(move.amount_residual, 0.0)

    def test_receipt_is_no_invoice(self):
        order = self.sell({"item-price": "119.00"})
        self.assertTrue(order.amazon_invoicing_locked)
        self.report(
            {
                "item": "119.00 0.00",
                "tax_calculation_reason_code": "NonTaxable",
                "vat_invoice_number": "REC-DE-1",
            }
        )
        document = self.document("REC-DE-1")
        self.assertFalse(document.move_id)
        self.assertIn("receipt", document.entry_message)
        self.assertAlmostEqual(order.amount_tax, 19.0, 2)
        self.assertFalse(order.amazon_invoicing_locked)
        self.assertTrue(order._create_invoices())

    def test_incomplete_until_a_report_tells_all(self):
        """Nothing is booked by half, wherever the file breaks off."""
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "107.00", "sku": "LAMP-1", "order-item-id": "2"},
            {"item-price": "53.50", "sku": "LAMP-1", "order-item-id": "3"},
        )
        other = {
            "item": "50.00 3.50",
            "sku": "LAMP-1",
            "transaction_id": "Dbb",
            "shipment_id": "Dbb",
            "vat_invoice_number": "DE60002TEST11I",
        }
        lamp = {"item": "100.00 7.00", "sku": "LAMP-1"}
        whole = vat_file(other, {"item": "100.00 19.00"}, lamp)
        broken = []
        place = whole.rindex(b"LAMP-1")
        for end in (place - 80, place - 40, place + 60, len(whole) - 20):
            for quote in (b'"', b""):
                content = whole[:end]
                broken.append(
                    self.import_file(KIND, content.replace(b'"', quote), name="cut.csv")
                )
        for report in broken:
            self.assertEqual(report.row_ids.sorted("number")[2].outcome, "error")
        self.assertEqual(self.document().entry_state, "failed")
        self.assertIn("not complete", self.document().entry_message)
        # What gives it back waits with it.
        self.report(credit_row(vat_invoice_number="DE60003TEST11C"))
        credit = self.document("DE60003TEST11C")
        self.assertEqual((credit.entry_state, credit.move_id.id), ("waiting", False))
        self.assertIn("DE60001TEST11I", credit.entry_message)
        # The other parcel has nothing to do with it.
        self.booked("DE60002TEST11I", 50.0, 3.5)
        self.import_file(KIND, whole, name="vcs.csv")
        invoice = self.booked("DE60001TEST11I", 200.0, 26.0)
        self.booked("DE60003TEST11C", 100.0, 19.0, reversed_entry_id=invoice)
        self.assertEqual(
            set(self.document().row_ids.mapped("code")) - {False}, {"settled_elsewhere"}
        )
        self.assertEqual({report.state for report in broken}, {"done"})

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

    def test_without_price(self):
        """Goods given away are invoiced with the others, a document of them is not."""
        gift = {"item-price": "0.00", "sku": "LAMP-1", "shipment-item-id": "S2"}
        order = self.sell({"item-price": "119.00"}, gift, kind="fba_orders_eu")
        gift = {"order_id": FBA, "item": "0.00 0.00", "sku": "LAMP-1"}
        self.report({"order_id": FBA, "item": "100.00 19.00"}, gift)
        self.booked("DE60001TEST11I", 100.0, 19.0)
        self.assertEqual(order.invoice_status, "invoiced")
        self.report({**gift, "vat_invoice_number": "DE60002TEST11I"})
        document = self.document("DE60002TEST11I")
        self.assertEqual((document.entry_state, document.move_id.id), ("none", False))
        self.assertIn("nothing to book", document.entry_message)

    def test_without_tax_at_home(self):
        """What Amazon sold without VAT is no sale at 19 % for the tax authority."""
        self.sell({"item-price": "100.00"})
        self.report({"item": "100.00 0.00", "tax_rate": "0.0000"})
        move = self.booked("DE60001TEST11I", 100.0, 0.0)
        self.assertFalse(any(move.invoice_line_ids.tax_ids.mapped("amount")))

    def test_no_exchange_rate(self):
        """Odoo would take 1 zloty for 1 euro."""
        zloty = self.env.ref("base.PLN")
        zloty.active = True
        zloty.rate_ids.unlink()
        self.sell(
            {"item-price": "119.00", "currency": "PLN", "sales-channel": "Amazon.pl"}
        )
        self.report(
            {
                "item": "100.00 19.00",
                "currency": "PLN",
                "invoice_level_currency_code": "CZK",
                "invoice_level_exchange_rate": "5.5685",
            }
        )
        self.assertEqual(self.document().entry_state, "failed")
        self.assertIn("exchange rate of PLN", self.document().entry_message)
        self.env["res.currency.rate"].create(
            {
                "currency_id": zloty.id,
                "company_id": self.company.id,
                "name": "2026-10-01",
                "rate": 4.0,
            }
        )
        self.document().action_book()
        move = self.booked("DE60001TEST11I", 100.0, 19.0)
        self.assertAlmostEqual(move.amount_total_signed, 29.75, 2)


@tagged("post_install", "-at_install")
class TestVatMatching(BookingCase):
    """Documents and invoices of one's own; what cannot be booked."""

    def invoice(self, order):
        order._amazon_unlock_invoicing("test")
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_match(self):
        self.account.vat_document_policy = "match"
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "waiting")
        self.assertIn(ORDER, document.entry_message)
        invoice = self.invoice(order)
        self.assertEqual(document.entry_state, "matched")
        self.assertEqual(document.move_id, invoice)
        self.assertFalse(document.entry_message)
        self.report(credit_row())
        credit = self.document("DE60002TEST11C")
        self.assertEqual(credit.entry_state, "waiting")
        self.assertIn("119.00", credit.entry_message)
        refund = invoice._reverse_moves()
        refund.action_post()
        self.assertEqual((credit.entry_state, credit.move_id), ("matched", refund))

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

    def test_difference(self):
        self.account.vat_document_policy = "match"
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        name = invoice.name
        self.report({"item": "99.00 20.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "difference")
        self.assertEqual(document.move_id, invoice)
        self.assertIn("20.00", document.entry_message)
        self.assertIn("20.00", order.amazon_vat_difference)
        self.assertEqual((invoice.name, invoice.amount_tax), (name, 19.0))

    def test_own_invoice_is_not_booked_twice(self):
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        self.report({"item": "100.00 19.00"})
        self.assertEqual(self.document().entry_state, "matched")
        self.assertEqual(order.invoice_ids, invoice)

    def test_own_invoice_credited_after_all(self):
        order = self.sell({"item-price": "119.00"})
        invoice = self.invoice(order)
        self.report({"item": "99.00 20.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "difference")
        self.assertFalse(document.can_book)
        refund = invoice._reverse_moves(cancel=True)
        self.assertEqual(refund.state, "posted")
        document.action_book()
        move = self.booked("DE60001TEST11I", 99.0, 20.0)
        self.assertNotEqual(move, invoice)
        # What a person took back to book it anew is not what Amazon gives back later.
        self.report(credit_row(item="-99.00 -20.00"))
        self.booked("DE60002TEST11C", 99.0, 20.0, reversed_entry_id=move)

    def test_entry_cancelled_or_deleted(self):
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        first = document.move_id
        self.import_file(KIND, vat_file({"item": "99.00 20.00"}))
        self.assertEqual(document.entry_state, "difference")
        first.button_draft()
        first.button_cancel()
        document.action_book()
        second = self.booked("DE60001TEST11I", 99.0, 20.0)
        self.assertNotEqual(first, second)
        second.button_draft()
        second.with_context(force_delete=True, bypass_audit=bypass_token).unlink()
        self.assertEqual(document.entry_state, "none")
        self.assertIn("deleted", document.entry_message)
        document.action_book()
        self.booked("DE60001TEST11I", 99.0, 20.0)

    def test_order_report_after_the_document(self):
        """A later order report does not bring back the tax that Odoo computed."""
        self.account.vat_document_policy = "none"
        order = self.sell({"item-price": "119.00"})
        self.report({"item": "99.99 19.01"})
        report = self.import_lines(
            "mfn_orders_eu", {"order-id": ORDER, "item-price": "119.01"}
        )
        self.assertEqual(self.outcomes(report), ["updated"])
        self.assertAlmostEqual(order.amount_untaxed, 99.99, 2)
        self.assertAlmostEqual(order.amount_tax, 19.01, 2)

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

    def test_waits_for_its_order(self):
        self.import_file(KIND, vat_file({"item": "100.00 19.00"}))
        self.assertEqual(self.document().entry_state, "waiting")
        self.sell({"item-price": "119.00"})
        self.booked("DE60001TEST11I", 100.0, 19.0)

    def test_locked_period(self):
        self.company.fiscalyear_lock_date = "2026-10-31"
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "failed")
        self.assertIn("locked period", document.entry_message)
        self.assertTrue(document.sale_order_id.activity_ids)
        self.company.fiscalyear_lock_date = False
        document.action_book()
        self.booked("DE60001TEST11I", 100.0, 19.0)

    def test_one_bad_document_leaves_the_others(self):
        self.sell({"item-price": "119.00"})
        self.report(
            {"item": "100.00 19.00"},
            {
                "item": "10.00 1.90",
                "sku": "NEVER-SOLD",
                "vat_invoice_number": "DE60002TEST11I",
                "transaction_id": "Dbbb",
            },
        )
        self.booked("DE60001TEST11I", 100.0, 19.0)
        bad = self.document("DE60002TEST11I")
        self.assertEqual(bad.entry_state, "failed")
        self.assertIn("NEVER-SOLD", bad.entry_message)

    def test_changed_after_booking(self):
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        report = self.import_file(KIND, vat_file({"item": "99.00 20.00"}))
        self.assertEqual(self.outcomes(report), ["updated"])
        document = self.document()
        self.assertEqual(document.entry_state, "difference")
        self.assertIn("20", document.entry_message)
        self.assertEqual(document.move_id.amount_tax, 19.0)
        with self.assertRaises(UserError):
            document.unlink()
        result = report.undo()
        self.assertEqual(len(result["kept"]), 1)

    def test_line_after_booking(self):
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        self.report({"item": "100.00 19.00"})
        self.booked("DE60001TEST11I", 100.0, 19.0)
        self.report({"item": "50.00 9.50", "sku": "LAMP-1"})
        document = self.document()
        self.assertEqual(document.amount_total, 178.5)
        self.assertEqual(document.entry_state, "difference")
        self.assertIn("LAMP-1", document.entry_message)
        document.move_id.button_draft()
        document.move_id.button_cancel()
        document.action_book()
        self.booked("DE60001TEST11I", 150.0, 28.5)

    def test_file_of_another_account(self):
        """Uploaded for the wrong account of the company, nothing is booked twice."""
        order = self.sell({"item-price": "119.00"})
        row = {"item": "100.00 19.00"}
        self.report(row)
        other = self.account.copy({"name": "Other", "vat_journal_id": False})
        again = self.import_file(KIND, vat_file(row), other)
        self.assertEqual(self.outcomes(again), ["unchanged"])
        self.assertEqual(self.document().account_id, self.account)
        self.assertEqual(order.invoice_ids, self.document().move_id)

    def test_document_with_a_bad_row(self):
        """A document that lacks a row is not booked until a report tells it."""
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        mug, lamp = {"item": "100.00 19.00"}, {"item": "50.00 9.50", "sku": "LAMP-1"}
        bad = {**lamp, "quantity": "one"}
        for rows in ((mug, bad), (bad, mug)):
            with patch.object(amazon_report, "BATCH_ROWS", 1):
                report = self.import_file(KIND, vat_file(*rows))
            self.assertEqual(set(self.outcomes(report)) - {"created"}, {"error"})
            document = self.document()
            self.assertEqual(document.entry_state, "failed", rows)
            self.assertFalse(document.move_id)
            self.assertIn("Request the report again", document.entry_message)
            report.undo()
            self.assertFalse(document.exists())
        self.import_file(KIND, vat_file(mug, bad))
        self.import_file(KIND, vat_file(mug, lamp))
        self.booked("DE60001TEST11I", 150.0, 28.5)

    def test_document_in_two_batches(self):
        """A document is booked once all its rows are read, wherever batches end."""
        self.sell(
            {"item-price": "119.00"},
            {"item-price": "59.50", "sku": "LAMP-1", "order-item-id": "10000000000002"},
        )
        rows = (
            {"item": "100.00 19.00"},
            {"item": "50.00 9.50", "sku": "LAMP-1"},
            credit_row(),
        )
        with patch.object(amazon_report, "BATCH_ROWS", 1):
            self.report(*rows)
        invoice = self.booked("DE60001TEST11I", 150.0, 28.5)
        self.booked("DE60002TEST11C", 100.0, 19.0, reversed_entry_id=invoice)

    def test_names_like_dates(self):
        """A number in which Odoo would see a year or a month keeps its letters."""
        numbers = ("DE626A12B21X4I", "DE6A2601B0001I", "FR6B19Q05Z001I")
        for place, number in enumerate(numbers, 1):
            ref = f"302-0000001-000000{place}"
            self.import_lines(
                "mfn_orders_eu",
                {"order-id": ref, "order-item-id": place, "item-price": "119.00"},
            )
            self.report(
                {
                    "item": "100.00 19.00",
                    "order_id": ref,
                    "vat_invoice_number": number,
                }
            )
            self.booked(number, 100.0, 19.0)

    def test_journal_of_its_own(self):
        journal = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company.id)], limit=1
        )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "journal_id": journal.id,
                "partner_id": self.env.user.partner_id.id,
                "invoice_line_ids": [
                    Command.create({"name": "x", "price_unit": 1, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        with self.assertRaisesRegex(ValidationError, move.name):
            self.account.vat_journal_id = journal

    def test_own_invoices_are_refused(self):
        order = self.sell({"item-price": "119.00"})
        self.assertTrue(order.amazon_invoicing_locked)
        with self.assertRaisesRegex(UserError, ORDER):
            order._create_invoices()
        for method in ("delivered", "fixed"):
            wizard = self.env["sale.advance.payment.inv"].create(
                {
                    "sale_order_ids": [Command.set(order.ids)],
                    "advance_payment_method": method,
                    "fixed_amount": 10.0,
                }
            )
            with self.assertRaisesRegex(UserError, "Amazon"):
                wizard.create_invoices()
        self.assertFalse(order.invoice_ids)

    def test_unlock(self):
        order = self.sell({"item-price": "119.00"})
        user = new_test_user(
            self.env,
            "unlock_user",
            "amazon_order_import.group_amazon_user,account.group_account_invoice",
        )
        with self.assertRaises(AccessError):
            order.with_user(user)._amazon_unlock_invoicing("I want to")
        manager = new_test_user(
            self.env, "unlock_manager", "amazon_order_import.group_amazon_manager"
        )
        wizard = (
            self.env["amazon.vat.unlock"]
            .with_user(manager)
            .with_context(active_model="sale.order", active_ids=order.ids)
            .create({"reason": "Case 4711"})
        )
        wizard.action_unlock()
        self.assertIn(order.name, wizard.result)
        self.assertFalse(order.amazon_invoicing_locked)
        note = order.message_ids[0]
        self.assertIn("Case 4711", note.body)
        self.assertIn(manager.name, note.body)
        self.assertEqual(note.author_id, manager.partner_id)
        invoice = order._create_invoices()
        self.assertTrue(invoice)
        invoice.button_cancel()
        order.with_user(manager).action_amazon_lock_invoicing()
        with self.assertRaises(UserError):
            order._create_invoices()

    def test_accountant_books(self):
        self.account.vat_document_policy = "none"
        self.sell({"item-price": "119.00"})
        self.report({"item": "100.00 19.00"})
        document = self.document()
        self.assertEqual(document.entry_state, "none")
        self.account.vat_document_policy = "create"
        accountant = new_test_user(
            self.env, "book_accountant", "base.group_user,account.group_account_invoice"
        )
        reader = new_test_user(
            self.env, "book_reader", "amazon_order_import.group_amazon_user"
        )
        with self.assertRaises(AccessError):
            document.with_user(reader).action_book()
        document.with_user(accountant).action_book()
        self.booked("DE60001TEST11I", 100.0, 19.0)
