from datetime import date

from odoo import Command
from odoo.tests import tagged

from ..common import shared_path
from .vat_data import credit_row, vat_row
from .vat_invoice_case import FBA, MFN, REF, VatInvoiceCase


@tagged("post_install", "-at_install")
class TestVatInvoice(VatInvoiceCase):
    """From Amazon's figures to posted documents, worked out by hand."""

    def test_amazons_use_case(self):
        """120 - 60 promotion + 12 shipping + 6 gift wrap = 78.00, and all returned."""
        path = shared_path("samples/vidr_synthetic_from_amazon_usecase.tsv")
        if not path:
            self.skipTest("the shared samples are not beside the project")
        self.env["product.product"].create(
            {
                "name": "Sample",
                "default_code": "SKU-1",
                "type": "consu",
                "invoice_policy": "order",
                "taxes_id": [Command.set(self.full.ids)],
            }
        )
        order = self.order(
            FBA,
            {
                "sku": "SKU-1",
                "amazon-order-item-id": "55555555555551",
                "sales-channel": "Amazon.fr",
                "item-price": "120.00",
                "item-tax": "20.00",
                "shipping-price": "12.00",
                "shipping-tax": "2.00",
                "gift-wrap-price": "6.00",
                "gift-wrap-tax": "1.00",
                "item-promotion-discount": "-60.00",
            },
            country="FR",
            ref="123-1111111-2222222",
        )
        # Amazon's sample is a sale within France.
        self.register(self.env.ref("base.fr"), 20.0)
        report = self.import_file("vcs_lite", path.read_bytes())
        self.assertEqual(self.outcomes(report), ["created"] * 2)
        sold, returned = report.row_ids.sorted("number").vat_invoice_id
        self.assertEqual(self.figures(sold), (65.0, 13.0, 78.0))
        self.assertEqual(self.figures(returned), (-65.0, -13.0, -78.0))
        invoice = self.check_move(sold, "out_invoice", 65.0, 13.0, 78.0)
        self.assertEqual(
            {
                line.sale_line_ids.amazon_line_type: line.price_total
                for line in invoice.invoice_line_ids
            },
            {
                "item": 120.0,
                "shipping": 12.0,
                "gift_wrap": 6.0,
                "item_promotion": -60.0,
            },
        )
        self.assertEqual(invoice.delivery_date, date(2026, 3, 2))
        refund = self.check_move(returned, "out_refund", 65.0, 13.0, 78.0)
        self.assertEqual(refund.reversed_entry_id, invoice)
        self.assertEqual(invoice.amount_residual, 0.0, "Set off")
        self.assertEqual(order.invoice_ids, invoice + refund)
        self.assertNotEqual(order.invoice_status, "to invoice", "Nothing to do again")

    # 119.00 at 19 % is 100.00 + 19.00 in Odoo; Amazon rounded to 99.99 + 19.01
    def test_tax_is_amazons(self):
        order = self.order(MFN, {"item-price": "119.00"})
        self.assertEqual(order.amount_tax, 19.0)
        document = self.tell(vat_row(item="119.00 19.01"), outcomes=["created"])
        self.assertEqual(self.figures(order), (99.99, 19.01, 119.0))
        self.check_move(document, "out_invoice", 99.99, 19.01, 119.0)
        self.assertIn("19.01", document.row_ids.message)
        self.assertEqual(order.order_line.tax_ids, self.full)
        self.assertEqual(order.invoice_status, "invoiced")

    def test_several_shipments(self):
        """3 pieces for 100.00 in two parcels: 66.67 + 33.33, VAT 10.64 + 5.33."""
        order = self.order(MFN, {"item-price": "100.00", "quantity-purchased": "3"})
        first = self.tell(
            vat_row(
                item="66.67 10.64",
                quantity_purchased="2",
                shipping_id="1",
                transaction_id="1",
            )
        )
        move = self.check_move(first, "out_invoice", 56.03, 10.64, 66.67)
        self.assertEqual(move.invoice_line_ids.quantity, 2.0)
        self.assertEqual(order.order_line.qty_invoiced, 2.0)
        self.assertEqual(order.amount_tax, 15.97, "Not told completely")
        second = self.tell(
            vat_row(item="33.33 5.33", shipping_id="2", transaction_id="2")
        )
        self.check_move(second, "out_invoice", 28.0, 5.33, 33.33)
        self.assertEqual(self.figures(order), (84.03, 15.97, 100.0))
        self.assertEqual(order.invoice_status, "invoiced")
        self.assertEqual(len(order.invoice_ids), 2)

    def test_two_items_in_one_shipment(self):
        """19 % and 7 %: 119.00 = 100 + 19, 53.50 = 50 + 3.50, shipping 5.95."""
        self.order(
            MFN,
            {"item-price": "119.00", "shipping-price": "5.95"},
            {"order-item-id": "2", "sku": "LAMP-1", "item-price": "53.50"},
        )
        document = self.tell(
            vat_row(item="119.00 19.00", shipping="5.95 0.95"),
            vat_row("0.07", item="53.50 3.50", sku="LAMP-1", order_item_id="2"),
        )
        self.assertEqual(len(document), 1)
        move = self.check_move(document, "out_invoice", 155.0, 23.45, 178.45)
        self.assertEqual(len(move.invoice_line_ids), 3)

    def test_netted_promotions(self):
        self.account.promotion_policy = "net"
        self.order(MFN, {"item-price": "119.00", "item-promotion-discount": "11.90"})
        document = self.tell(
            vat_row(item="119.00 19.00", item_promotion="-11.90 -1.90")
        )
        move = self.check_move(document, "out_invoice", 90.0, 17.1, 107.1)
        self.assertEqual(len(move.invoice_line_ids), 1)

    def test_amount_that_no_order_report_told(self):
        """Gift wrap of 2.38 with a promotion on it of 1.19 = 1.00 + 0.19."""
        order = self.order(MFN, {"item-price": "119.00"})
        document = self.tell(
            vat_row(
                item="119.00 19.00",
                gift_wrap="2.38 0.38",
                gift_wrap_promotion="-1.19 -0.19",
            )
        )
        move = self.check_move(document, "out_invoice", 101.0, 19.19, 120.19)
        self.assertEqual(order.amount_total, 120.19)
        self.assertEqual(len(move.invoice_line_ids), 2)

    # === WHAT IS GIVEN BACK === #

    def test_refund_of_shipping_only(self):
        order = self.order(MFN, {"item-price": "119.00", "shipping-price": "5.95"})
        sold, refunded = self.tell(
            vat_row(item="119.00 19.00", shipping="5.95 0.95"),
            credit_row("REFUND", shipping="-5.95 -0.95"),
            outcomes=["created"] * 2,
        )
        refund = self.check_move(refunded, "out_refund", 5.0, 0.95, 5.95)
        self.assertEqual(
            refund.invoice_line_ids.sale_line_ids.amazon_line_type, "shipping"
        )
        self.assertEqual(refund.reversed_entry_id, sold.move_id)
        self.assertEqual(sold.move_id.amount_residual, 119.0)
        self.assertEqual(order.order_line.mapped("qty_to_invoice"), [0.0, 0.0])

    def test_part_of_a_return(self):
        """2 of 3 come back, in a file of its own and with no minus in it."""
        order = self.order(MFN, {"item-price": "357.00", "quantity-purchased": "3"})
        self.tell(vat_row(item="357.00 57.00", quantity_purchased="3"))
        returned = self.tell(
            credit_row(item="238.00 38.00", quantity_purchased="2"),
            outcomes=["created"],
        )
        self.assertEqual(self.figures(returned), (-200.0, -38.0, -238.0))
        refund = self.check_move(returned, "out_refund", 200.0, 38.0, 238.0)
        self.assertEqual(refund.invoice_line_ids.quantity, 2.0)
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    def test_return_before_its_invoice(self):
        self.order(MFN, {"item-price": "119.00"})
        returned = self.tell(credit_row(item="-119.00 -19.00"))
        self.assertEqual(returned.state, "to_invoice")
        self.assertIn("Waits for the invoice", returned.state_note)
        self.tell(vat_row(item="119.00 19.00"))
        self.env["amazon.vat.invoice.maker"].make(returned)
        self.check_move(returned, "out_refund", 100.0, 19.0, 119.0)

    def test_person_has_credited_already(self):
        """The second source is attached to the credit note of the first."""
        self.order(MFN, {"item-price": "119.00"})
        sold = self.tell(vat_row(item="119.00 19.00"))
        refund = sold.move_id._reverse_moves()
        refund.action_post()
        returned = self.tell(credit_row(item="-119.00 -19.00"))
        self.assertEqual((returned.state, returned.move_id), ("invoiced", refund))

    def test_never_more_than_was_sold(self):
        order = self.order(MFN, {"item-price": "119.00"})
        self.tell(vat_row(item="119.00 19.00"))
        self.tell(credit_row(item="-119.00 -19.00"))
        again = self.tell(credit_row("REFUND", "amzn1:crow:B", item="-11.90 -1.90"))
        self.assertEqual(again.state, "attention")
        self.assertFalse(again.move_id)
        self.assertIn("credited already", again.state_note)
        self.assertIn("11.90", order.activity_ids.note)

    def test_refund_too_many_leaves_the_others(self):
        """Two refunds of one parcel: the other one's credit note is not for it."""
        self.order(MFN, {"item-price": "238.00", "quantity-purchased": 2})
        parcels = [
            vat_row(item="119.00 19.00", shipping_id=ref, transaction_id=ref)
            for ref in "12"
        ]
        first, second = self.tell(*parcels)
        other = "302-0000001-0000002"
        self.order(MFN, {"item-price": "119.00"}, ref=other)
        for invoice in (second.move_id, first.move_id):
            invoice._reverse_moves().action_post()
        parcel = {"item": "-119.00 -19.00", "shipping_id": "1"}
        one, two, sale = self.tell(
            credit_row(transaction="amzn1:crow:A", **parcel),
            credit_row(transaction="amzn1:crow:B", **parcel),
            vat_row(item="119.00 19.00", order_id=other),
        )
        states = {one.state, two.state}
        self.assertEqual(states, {"invoiced", "attention"})
        refused = (one + two).filtered(lambda doc: doc.state == "attention")
        self.assertFalse(refused.move_id)
        self.assertIn("credited already", refused.state_note)
        self.check_move(sale, "out_invoice", 100.0, 19.0, 119.0)

    def test_correction(self):
        """A wrong invoice is taken back and made anew."""
        order = self.order(MFN, {"item-price": "119.00"})
        first = self.tell(vat_row(item="119.00 19.00"))
        number = first.move_id.name
        corrected = {
            "is_invoice_corrected": "true",
            "original_vat_invoice_number": number,
        }
        back, anew = self.tell(
            vat_row(item="-119.00 -19.00", transaction_id="K1", **corrected),
            vat_row("0.07", item="119.00 7.79", transaction_id="K2", **corrected),
        )
        self.check_move(back, "out_refund", 100.0, 19.0, 119.0)
        self.check_move(anew, "out_invoice", 111.21, 7.79, 119.0)
        self.assertEqual(back.original_invoice_number, number)
        self.assertEqual(order.order_line.qty_to_invoice, 0.0)

    # === BUSINESSES, EXPORT === #

    def test_reverse_charge(self):
        """The VAT number comes with Amazon's figures only: 0 % instead of 20 %."""
        order = self.order(
            FBA, {"item-price": "100.00", "item-tax": "0.00"}, country="AT"
        )
        customer = order.partner_id
        self.assertFalse(customer.vat)
        document = self.tell(
            vat_row(
                "0.00",
                item="100.00 0.00",
                order_item_id="50000000000001",
                buyer_vat_number="ATU37675002",
                ship_country="AT",
                is_business_order="true",
                purchase_order_number="PO 4711",
                citation_de="Steuerschuldnerschaft des Leistungsempfängers",
                citation_en="Reverse charge",
            )
        )
        self.assertEqual(customer.vat, "ATU37675002")
        self.assertEqual(customer.amazon_vat_state, "confirmed")
        move = self.check_move(document, "out_invoice", 100.0, 0.0, 100.0)
        self.assertTrue(order.fiscal_position_id.vat_required)
        self.assertEqual(move.fiscal_position_id, order.fiscal_position_id)
        self.assertEqual(move.invoice_line_ids.tax_ids.amount, 0.0)
        html = self._print(move)
        for text in ("des Leistungsempf", REF, "PO 4711", "ATU37675002", "DE136695976"):
            self.assertTrue(text in html, text)

    def test_deemed_supply(self):
        """Goods in the UK of a seller from abroad: Amazon owes the VAT and invoices."""
        order = self.order(
            FBA,
            {
                "fulfillment-center-id": "BHX4",
                "sales-channel": "Amazon.co.uk",
                "currency": "GBP",
                "item-price": "24.00",
                "item-tax": "4.00",
            },
            country="GB",
        )
        figures = (order.amount_total, order.amount_tax, order.amazon_tax_withheld)
        self.assertEqual(figures, (20.0, 0.0, 4.0))
        document = self.tell(
            vat_row(
                "0.20",
                item="24.00 4.00",
                order_item_id="50000000000001",
                currency="GBP",
                ship_country="GB",
            )
        )
        self.assertEqual(
            (order.amount_total, order.amount_tax, order.amazon_tax_withheld), figures
        )
        self.assertEqual((document.state, document.move_id.id), ("amazon", False))
        self.assertIn("Amazon owes the VAT", document.state_note)
        self.assertFalse(order.invoice_ids)

    def _print(self, move):
        content, _type = self.env["ir.actions.report"]._render_qweb_html(
            "account.report_invoice_with_payments", move.ids
        )
        return content.decode()

    def test_no_bank_account_is_printed(self):
        self.company.partner_id.bank_ids = [
            Command.create({"acc_number": "DE89370400440532013000"})
        ]
        self.company.partner_id.bank_ids.allow_out_payment = True
        self.company.external_report_layout_id = self.env.ref(
            "l10n_din5008.external_layout_din5008"
        )
        self.order(MFN, {"item-price": "119.00"})
        move = self.tell(vat_row(item="119.00 19.00")).move_id
        html = self._print(move)
        for text in (REF, self.company.name, f"o_company_{self.company.id}_layout"):
            self.assertTrue(text in html, text)
        self.assertFalse("DE89370400440532013000" in html.replace(" ", ""))
        other = move.copy()
        other.line_ids.sale_line_ids = False
        other.action_post()
        html = self._print(other)
        self.assertTrue("DE89370400440532013000" in html.replace(" ", ""))

    def test_export(self):
        self.order(FBA, {"item-price": "100.00"}, country="CH")
        document = self.tell(
            vat_row(
                "0.00",
                item="100.00 0.00",
                order_item_id="50000000000001",
                ship_country="CH",
                export_outside_eu="true",
            )
        )
        self.assertTrue(document.is_export)
        self.check_move(document, "out_invoice", 100.0, 0.0, 100.0)

    def test_vat_number_on_a_shared_customer(self):
        """Amazon as buyer: the number of one sale is not that of all others."""
        refs = [REF, "302-0000001-0000002"]
        for ref in refs:
            self.order(MFN, {"item-price": "119.00"}, ref=ref)
        first, second = (self.get_order(ref) for ref in refs)
        customer = first.partner_id
        self.assertEqual(customer, second.partner_id)
        self.tell(
            vat_row(item="119.00 19.00", buyer_vat_number="DE811569869"),
        )
        self.assertFalse(customer.vat)
        self.assertEqual(second.partner_id, customer)
        self.assertNotEqual(first.partner_id, customer)
        self.assertEqual(first.partner_id.vat, "DE811569869")
        self.assertEqual(first.invoice_ids.partner_id, first.partner_id)
        self.tell(
            vat_row(
                item="119.00 19.00",
                order_id=refs[1],
                shipping_id="9",
                transaction_id="9",
                buyer_vat_number="DE811569869",
            ),
        )
        self.assertEqual(second.partner_id, first.partner_id, "Found again")

    def test_amazon_invoices_this_one(self):
        """E.g. British orders up to 135 GBP: no document of one's own."""
        order = self.order(MFN, {"item-price": "119.00"})
        document = self.tell(
            vat_row(item="119.00 19.00", is_amazon_invoiced="true"),
            outcomes=["created"],
        )
        self.assertEqual(document.state, "amazon")
        self.assertFalse(order.invoice_ids)
        self.assertTrue(order.amazon_is_invoiced)
