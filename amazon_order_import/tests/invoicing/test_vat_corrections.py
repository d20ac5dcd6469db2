from odoo.tests import tagged

from .booking_case import BookingCase
from .vat_data import credit_row, vat_row
from .vat_invoice_case import FBA, MFN, VatInvoiceCase

BILLING = {
    "billing-name": "Weißhaupt & Söhne GmbH",
    "bill-address-1": "Neue Gasse 7",
    "bill-city": "Köln",
    "bill-postal-code": "50667",
    "bill-country": "DE",
}


def with_billing(row, **changes):
    return {**row, **BILLING, **{n.replace("_", "-"): v for n, v in changes.items()}}


@tagged("post_install", "-at_install")
class TestVatDataCorrections(VatInvoiceCase):
    """VCS Lite: corrections take the place of a document, with what they change."""

    def sell(self, quantity=1, *rows):
        order = self.order(
            MFN,
            *(rows or ({"item-price": "119.00", "quantity-purchased": quantity},)),
        )
        return order

    def correct(self, number, back=True, **billing):
        corrected = {
            "is_invoice_corrected": "true",
            "original_vat_invoice_number": number,
        }
        rows = [
            with_billing(
                vat_row(item="119.00 19.00", transaction_id="K2", **corrected),
                **billing,
            )
        ]
        if back:
            rows.insert(
                0, vat_row(item="-119.00 -19.00", transaction_id="K1", **corrected)
            )
        return self.tell(*rows)

    def test_new_billing_address(self):
        order = self.sell()
        first = self.tell(vat_row(item="119.00 19.00"))
        before = first.move_id.partner_id
        back, anew = self.correct(first.move_id.name)
        self.check_move(back, "out_refund", 100.0, 19.0, 119.0)
        self.check_move(anew, "out_invoice", 100.0, 19.0, 119.0)
        self.assertEqual(back.move_id.reversed_entry_id, first.move_id)
        self.assertEqual(first.move_id.partner_id, before)
        self.assertEqual(back.move_id.partner_id, before)
        billed = anew.move_id.partner_id
        self.assertRecordValues(
            billed,
            [
                {
                    "name": "Weißhaupt & Söhne GmbH",
                    "street": "Neue Gasse 7",
                    "zip": "50667",
                    "city": "Köln",
                    "type": "invoice",
                    "parent_id": order.partner_id.commercial_partner_id.id,
                }
            ],
        )
        self.assertFalse(anew.billing, "Kept no longer than needed")
        self.assertEqual(order.order_line.qty_invoiced, 1.0)
        # What comes back later goes to whom the invoice went.
        late = self.tell(credit_row(item="-119.00 -19.00"))
        self.assertEqual(late.move_id.partner_id, billed)

    def test_found_again(self):
        self.sell()
        first = self.tell(vat_row(item="119.00 19.00"))
        _back, anew = self.correct(first.move_id.name)
        corrected = {
            "is_invoice_corrected": "true",
            "original_vat_invoice_number": anew.move_id.name,
        }
        back, again = self.tell(
            vat_row(item="-119.00 -19.00", transaction_id="K3", **corrected),
            with_billing(
                vat_row(item="119.00 19.00", transaction_id="K4", **corrected),
                billing_name="WEISSHAUPT & SÖHNE GMBH",
            ),
        )
        self.assertEqual(back.move_id.reversed_entry_id, anew.move_id)
        self.assertEqual(again.move_id.partner_id, anew.move_id.partner_id)

    def test_same_address_needs_no_contact(self):
        order = self.sell()
        first = self.tell(vat_row(item="119.00 19.00"))
        contact = order.partner_invoice_id
        _back, anew = self.correct(
            first.move_id.name,
            billing_name=contact.name,
            bill_address_1=contact.street or "",
            bill_city=contact.city or "",
            bill_postal_code=contact.zip or "",
            bill_country=contact.country_id.code or "",
        )
        self.assertEqual(anew.move_id.partner_id, contact)

    def test_only_the_name(self):
        order = self.sell()
        first = self.tell(vat_row(item="119.00 19.00"))
        empty = dict.fromkeys(
            ("bill_address_1", "bill_city", "bill_postal_code", "bill_country"), ""
        )
        _back, anew = self.correct(first.move_id.name, **empty)
        billed = anew.move_id.partner_id
        self.assertEqual(billed.name, "Weißhaupt & Söhne GmbH")
        self.assertEqual(billed.street, order.partner_invoice_id.street)

    def test_new_vat_number(self):
        order = self.sell()
        first = self.tell(vat_row(item="119.00 19.00"))
        _back, anew = self.correct(first.move_id.name, buyer_vat_number="DE136695976")
        billed = anew.move_id.partner_id
        self.assertEqual((billed.vat, billed.parent_id.id), ("DE136695976", False))
        self.assertFalse(order.partner_id.commercial_partner_id.vat)
        self.assertFalse(first.move_id.partner_id.vat)

    # === ONE UNIT, ONE DOCUMENT === #

    def test_correction_without_credit(self):
        """It is held until what it corrects is credited, in this file or later."""
        order = self.sell()
        first = self.tell(vat_row(item="119.00 19.00"))
        anew = self.correct(first.move_id.name, back=False)
        self.assertEqual((anew.state, anew.move_id.id), ("attention", False))
        self.assertIn("not credited", anew.state_note)
        self.assertEqual(order.invoice_ids, first.move_id)
        back = self.tell(
            vat_row(
                item="-119.00 -19.00",
                transaction_id="K1",
                is_invoice_corrected="true",
                original_vat_invoice_number=first.move_id.name,
            )
        )
        self.check_move(back, "out_refund", 100.0, 19.0, 119.0)
        self.check_move(anew, "out_invoice", 100.0, 19.0, 119.0)
        self.assertEqual(back.move_id.reversed_entry_id, first.move_id)

    def test_correction_of_what_nobody_knows(self):
        """The sale was invoiced elsewhere: its credit note takes nothing of ours."""
        order = self.sell()
        back, anew = self.correct("INV-ELSEWHERE")
        self.check_move(anew, "out_invoice", 100.0, 19.0, 119.0)
        self.assertFalse(back.move_id)
        self.assertIn("nothing to credit", back.state_note)
        self.env["amazon.vat.invoice.maker"].make_due(self.account, lambda done=0: 60)
        self.assertFalse(back.move_id)
        self.assertEqual(order.order_line.qty_invoiced, 1.0)

    def test_second_transaction_of_a_unit(self):
        for rows in (1, 2):
            with self.subTest(files=rows):
                ref = f"302-0000001-000000{rows}"
                order = self.order(MFN, {"item-price": "119.00"}, ref=ref)
                told = [
                    vat_row(
                        item="119.00 19.00",
                        order_id=ref,
                        shipping_id=f"{rows}{place}",
                        transaction_id=f"{rows}{place}",
                    )
                    for place in (1, 2)
                ]
                if rows == 1:
                    documents = self.tell(*told)
                else:
                    documents = self.tell(told[0]) | self.tell(told[1])
                self.assertEqual(
                    sorted(documents.mapped("state")), ["attention", "invoiced"]
                )
                self.assertEqual(order.order_line.qty_invoiced, 1.0)
                self.assertEqual(len(order.invoice_ids), 1)

    def test_two_parcels_of_one_item(self):
        """Parcels that nobody knows by their name share the units of the item."""
        order = self.order(FBA, {"quantity-shipped": "2", "item-price": "238.00"})
        one, two = self.tell(
            *(
                vat_row(
                    item="119.00 19.00",
                    order_item_id="50000000000001",
                    shipping_id=parcel,
                    transaction_id=parcel,
                )
                for parcel in ("777001", "777002")
            )
        )
        for document in (one, two):
            self.check_move(document, "out_invoice", 100.0, 19.0, 119.0)
        self.assertEqual(order.order_line.qty_invoiced, 2.0)


@tagged("post_install", "-at_install")
class TestVatDocumentDoubles(BookingCase):
    """VCS: one unit has one document in the books, whatever numbers come."""

    def numbers(self, *rows, files=1):
        """Import documents; return the numbers that are booked."""
        told = [
            {
                "item": "100.00 19.00",
                "transaction_id": f"D{place}",
                "shipment_id": f"D{place}",
                "vat_invoice_number": f"DE6000{place}TEST11I",
                **row,
            }
            for place, row in enumerate(rows, 1)
        ]
        for members in [told] if files == 1 else [[row] for row in told]:
            self.report(*members)
        documents = self.env["amazon.vat.document"].search(
            [("order_ref", "=", "302-0000001-0000001")], order="id"
        )
        for document in documents.filtered(lambda doc: not doc.move_id):
            self.assertEqual(document.entry_state, "failed")
            self.assertTrue(document.needs_attention)
            self.assertTrue(document.entry_message)
        return documents.filtered("move_id").mapped("number")

    def test_second_number(self):
        cases = {
            "same shipment": ({}, {"transaction_id": "D1", "shipment_id": "D1"}),
            "another shipment": ({}, {}),
            "corrected, no original": ({}, {"is_invoice_corrected": "TRUE"}),
            "original that nobody knows": (
                {},
                {
                    "is_invoice_corrected": "TRUE",
                    "original_vat_invoice_number": "DE6XXXXTEST11I",
                },
            ),
            "seller and Amazon": (
                {},
                {
                    "tax_collection_responsibility": "Marketplace",
                    "vat_invoice_number": "DE60009TEST11D",
                },
            ),
        }
        for files in (1, 2):
            for name, rows in cases.items():
                with self.subTest(name, files=files), self.env.cr.savepoint() as point:
                    order = self.sell({"item-price": "119.00"})
                    self.assertEqual(
                        self.numbers(*rows, files=files), ["DE60001TEST11I"]
                    )
                    self.assertEqual(order.order_line.qty_invoiced, 1.0)
                    point.rollback()
                    self.env.invalidate_all()

    def test_two_units_two_documents(self):
        order = self.sell({"item-price": "238.00", "quantity-purchased": 2})
        self.assertEqual(len(self.numbers({}, {})), 2)
        self.assertEqual(order.order_line.qty_invoiced, 2.0)

    def test_third_document_for_two_units(self):
        self.sell({"item-price": "238.00", "quantity-purchased": 2})
        self.assertEqual(self.numbers({}, {}, {}), ["DE60001TEST11I", "DE60002TEST11I"])

    def test_parcel_that_nobody_knows(self):
        """Order, item and amount tell, where the name of the parcel does not."""
        order = self.sell(
            {"shipment-id": "Dxyz1", "item-price": "119.00"},
            {
                "shipment-id": "Dxyz2",
                "item-price": "238.00",
                "amazon-order-item-id": "50000000000002",
                "shipment-item-id": "Dxyz2i",
            },
            kind="fba_orders_eu",
        )
        about = {"order_id": order.amazon_order_ref}
        self.report(
            {
                **about,
                "transaction_id": "88812345",
                "shipment_id": "88812345",
                "item": "200.00 38.00",
            },
            {
                **about,
                "transaction_id": "88812346",
                "shipment_id": "88812346",
                "item": "100.00 19.00",
                "vat_invoice_number": "DE60002TEST11I",
            },
        )
        for number, net in (("DE60001TEST11I", 200.0), ("DE60002TEST11I", 100.0)):
            document = self.document(number)
            self.assertEqual(document.entry_state, "posted", document.entry_message)
            self.assertEqual(document.move_id.amount_untaxed, net)
            sale_line = document.line_ids.sale_line_id
            self.assertAlmostEqual(sale_line.price_subtotal, net, 2)
