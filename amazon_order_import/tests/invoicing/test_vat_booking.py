from odoo.tests import tagged

from .booking_case import FBA, KIND, ORDER, BookingCase, credit_row
from .vat_files import vat_file


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
        # The EC sales list is made of the customers' numbers.
        self.assertEqual(move.partner_id.commercial_partner_id.vat, "ATU37675002")

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
        """What Amazon sold without VAT at home is in no box: a person decides."""
        self.sell({"item-price": "100.00"})
        self.report({"item": "100.00 0.00", "tax_rate": "0.0000"})
        document = self.document()
        self.assertFalse(document.move_id)
        self.assertEqual(document.entry_state, "failed")
        self.assertIn("subject to VAT in Germany", document.entry_message)

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
