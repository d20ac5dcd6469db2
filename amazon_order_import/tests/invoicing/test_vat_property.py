"""Random documents of Amazon's: right in books, boxes and return, or held."""

from collections import Counter

from odoo.tests import tagged

from .vat_data import credit_row as lite_credit_row
from .vat_data import vat_file as lite_file
from .vat_data import vat_row as lite_row
from .vat_files import vat_file
from .vat_property_case import NUMBERS, PLACES, PropertyCase


@tagged("post_install", "-at_install")
class TestVatProperty(PropertyCase):
    """Some hundred random documents."""

    def test_documents_with_a_scheme(self):
        self.account.vat_service = "vcs"
        sales = [self.draw(number) for number in range(1, 181)]
        self.import_orders(sales)
        rows = []
        for sale in sales:
            rows.append(self.make_row(sale))
            if sale.given_back:
                rows.append(self.make_row(sale, sign=-1))
        self.import_file("vcs_invoices", vat_file(*rows), name="vcs.csv")
        documents = self.env["amazon.vat.document"].search(
            [("account_id", "=", self.account.id)]
        )
        by_number = {document.number: document for document in documents}
        self.assertEqual(len(by_number), len(rows))
        posted, held = Counter(), []
        for sale in sales:
            for sign in (1, -1) if sale.given_back else (1,):
                document = by_number[self.get_number(sale, sign)]
                with self.subTest(sale=sale, told=document.entry_message):
                    move = document.move_id
                    if not move:
                        if sale.expected:
                            held.append((sale, document.entry_message))
                        self.assertIn(document.entry_state, ("failed", "waiting"))
                        self.assertTrue(document.entry_message)
                        continue
                    posted[bool(sale.expected), sign] += 1
                    self.check_entry(sale, move, sign)
        wanted = sum(bool(sale.expected) for sale in sales)
        # To hold everything would be no answer.
        self.assertGreater(posted[True, 1], wanted * 0.9, held)
        self.assertGreater(wanted, 70)

    def get_number(self, sale, sign):
        return sale.document if sign > 0 else sale.document[:-1] + "C"

    def make_row(self, sale, sign=1):
        row = {
            part: f"{sign * net} {sign * tax}"
            for part, (net, tax) in sale.parts.items()
        }
        row.update(
            order_id=sale.order_ref,
            shipment_id=f"D{sale.number}",
            transaction_id=f"D{sale.number}{'' if sign > 0 else 'r'}",
            quantity=str(sale.quantity),
            tax_rate=f"{sale.rate / 100:.4f}",
            tax_reporting_scheme=sale.scheme,
            tax_collection_responsibility=sale.responsible,
            seller_tax_registration=NUMBERS.get(sale.seller, ""),
            seller_tax_registration_jurisdiction=sale.seller,
            buyer_tax_registration=NUMBERS.get(sale.buyer, ""),
            buyer_tax_registration_jurisdiction=sale.buyer,
            buyer_tax_registration_type="VAT" if sale.buyer else "",
            export_outside_eu=str(sale.export).lower(),
            ship_from_country=sale.origin,
            ship_to_country=PLACES[sale.place][0],
            jurisdiction_name="NORTHERN IRELAND" if sale.place == "NIR" else "",
            vat_invoice_number=self.get_number(sale, sign),
        )
        if sign < 0:
            row.update(
                transaction_type="RETURN",
                original_vat_invoice_number=sale.document,
            )
        return row

    def test_invoice_data_without_a_scheme(self):
        self.account.write({"vat_service": "vcs_lite", "vat_invoice_policy": "post"})
        sales = [self.draw(number, lite=True) for number in range(1001, 1101)]
        self.import_orders(sales)
        rows = []
        for sale in sales:
            rows.append(self.make_lite_row(sale))
            if sale.given_back:
                rows.append(self.make_lite_row(sale, sign=-1))
        self.import_file("vcs_lite", lite_file(*rows), name="lite.txt")
        maker = self.env["amazon.vat.invoice.maker"]
        maker.make_due(self.account, lambda count=0: 60)
        documents = self.env["amazon.vat.invoice"].search(
            [("account_id", "=", self.account.id)]
        )
        self.assertEqual(len(documents), len(rows))
        by_ref = {(doc.order_ref, doc.document_type): doc for doc in documents}
        posted, held = Counter(), []
        for sale in sales:
            for sign in (1, -1) if sale.given_back else (1,):
                kind = "invoice" if sign > 0 else "credit_note"
                document = by_ref[sale.order_ref, kind]
                with self.subTest(sale=sale, told=document.state_note):
                    move = document.move_id
                    if move.state != "posted":
                        if sale.expected:
                            held.append((sale, document.state_note))
                        self.assertTrue(document.state_note)
                        continue
                    posted[bool(sale.expected), sign] += 1
                    self.check_entry(sale, move, sign)
        wanted = sum(bool(sale.expected) for sale in sales)
        self.assertGreater(posted[True, 1], wanted * 0.9, held)
        self.assertGreater(wanted, 35)

    def make_lite_row(self, sale, sign=1):
        parts = {
            part: f"{sign * (net + tax)} {sign * tax}"
            for part, (net, tax) in sale.parts.items()
        }
        make = lite_row if sign > 0 else lite_credit_row
        cells = {} if sign > 0 else {"transaction": f"amzn1:crow:{sale.number}"}
        row = make(rate=f"{sale.rate / 100}", **parts, **cells)
        row.update(
            {
                "order-id": sale.order_ref,
                "order-item-id": str(10000000000000 + sale.number),
                "shipping-id": str(82349300000 + sale.number),
                "quantity-purchased": str(sale.quantity),
                "seller-vat-number": NUMBERS.get(sale.seller, ""),
                "buyer-vat-number": NUMBERS.get(sale.buyer, ""),
                "is-business-order": str(bool(sale.buyer)).lower(),
                "ship-country": PLACES[sale.place][0],
                "ship-from-country": sale.origin,
                "export-outside-eu": str(sale.export).lower(),
            }
        )
        if sign > 0:
            row["transaction-id"] = row["shipping-id"]
        return row
