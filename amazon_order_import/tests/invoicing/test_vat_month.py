"""A month of sales of all kinds: the returns' figures are those worked out by hand."""

from collections import defaultdict
from decimal import Decimal

from odoo.tests import tagged

from ..common import build_file
from .vat_files import vat_file
from .vat_property_case import NUMBERS, PLACES, PropertyCase

#: Number of the document; from; to; SKU; rate; scheme; "net tax" of goods and shipping;
#: then the buyer's number, and what the document gives back or replaces.
DOCUMENTS = (
    ("01", "DE", "DE", "MUG-RED", 19, "", "100.00 19.00"),
    ("02", "DE", "DE", "MUG-RED", 19, "", "50.00 9.50", "4.20 0.80"),
    ("03", "DE", "DE", "LAMP-1", 7, "", "200.00 14.00", "5.00 0.35"),
    ("04", "DE", "DE", "MUG-RED", 19, "", "-100.00 -19.00", "", "", "01"),
    ("05", "DE", "DE", "LAMP-1", 7, "", "40.00 2.80"),
    ("06", "DE", "DE", "LAMP-1", 7, "", "-10.00 -0.70", "", "", "05"),
    ("07", "DE", "FR", "MUG-RED", 0, "", "300.00 0.00", "", "FR"),
    ("08", "DE", "AT", "LAMP-1", 0, "", "150.00 0.00", "", "AT"),
    ("09", "DE", "FR", "MUG-RED", 0, "", "-50.00 0.00", "", "FR", "07"),
    ("10", "DE", "FR", "LAMP-1", 0, "", "25.50 0.00", "", "FR"),
    ("11", "DE", "CH", "MUG-RED", 0, "", "80.00 0.00"),
    ("12", "DE", "CANARY", "LAMP-1", 0, "", "60.00 0.00"),
    ("13", "DE", "CH", "MUG-RED", 0, "", "-20.00 0.00", "", "", "11"),
    ("14", "DE", "GB", "MUG-RED", 20, "UK_VOEC", "90.00 18.00"),
    ("15", "DE", "FR", "MUG-RED", 20, "VCS_EU_OSS", "100.00 20.00"),
    ("16", "DE", "AT", "LAMP-1", 10, "VCS_EU_OSS", "70.00 7.00"),
    ("17", "DE", "IT", "MUG-RED", 22, "VCS_EU_OSS", "10.00 2.20"),
    ("18", "PL", "DE", "MUG-RED", 19, "VCS_EU_OSS", "200.00 38.00"),
    ("19", "PL", "FR", "MUG-RED", 20, "VCS_EU_OSS", "30.00 6.00"),
    ("20", "DE", "FR", "MUG-RED", 20, "VCS_EU_OSS", "-40.00 -8.00", "", "", "15"),
    ("21", "PL", "PL", "MUG-RED", 23, "", "100.00 23.00"),
    ("22", "PL", "PL", "LAMP-1", 8, "", "50.00 4.00"),
    ("23", "DE", "NIR", "MUG-RED", 20, "VCS_EU_OSS", "60.00 12.00"),
    ("24", "DE", "MC", "MUG-RED", 20, "VCS_EU_OSS", "15.00 3.00"),
    ("25", "DE", "DE", "MUG-RED", 19, "", "100.00 19.00"),
    ("26", "DE", "DE", "MUG-RED", 19, "", "90.00 17.10", "", "", "25"),
    ("27", "PL", "FR", "MUG-RED", 0, "", "500.00 0.00", "", "FR"),
    ("28", "DE", "BUESINGEN", "MUG-RED", 0, "", "33.00 0.00"),
    ("29", "DE", "CH", "MUG-RED", "8.1", "CH_VOEC", "100.00 8.10"),
)
#: Not booked: 25 is replaced by 26; 29 says that the seller owes Swiss VAT.
NOT_BOOKED = {"25": "none", "29": "failed"}
#: Worked out by hand from the list above; documents in brackets.
RETURN = {
    "81_BASE": "144.20",  # 100 (1) + 54.20 (2) - 100 (4) + 90 (26)
    "81_TAX": "27.40",  # 19 + 10.30 - 19 + 17.10
    "86_BASE": "235.00",  # 205 (3) + 40 (5) - 10 (6)
    "86_TAX": "16.45",  # 14.35 + 2.80 - 0.70
    "41": "425.50",  # 300 (7) + 150 (8) - 50 (9) + 25.50 (10)
    "43": "243.00",  # 80 (11) + 60 (12) - 20 (13) + 90 (14) + 33 (28)
}
#: (country, rate): (net, VAT).
OSS = {
    ("FR", 20.0): ("105.00", "21.00"),  # 100 (15) + 30 (19) - 40 (20) + 15 (24)
    ("AT", 10.0): ("70.00", "7.00"),  # (16)
    ("IT", 22.0): ("10.00", "2.20"),  # (17)
    ("DE", 19.0): ("200.00", "38.00"),  # (18), from Poland
    ("XI", 20.0): ("60.00", "12.00"),  # (23)
}
POLAND = {
    23.0: ("100.00", "23.00"),  # (21)
    8.0: ("50.00", "4.00"),  # (22)
    0.0: ("500.00", "0.00"),  # (27)
}
#: Number of the buyer: net of goods from Germany.
SALES_LIST = {
    "FR40303265045": "275.50",  # 300 (7) - 50 (9) + 25.50 (10)
    "ATU37675002": "150.00",  # (8)
}


@tagged("post_install", "-at_install")
class TestVatMonth(PropertyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.account.vat_service = "vcs"
        documents = {values[0]: values for values in DOCUMENTS}
        first = {values[0]: cls.find_first(documents, values) for values in DOCUMENTS}
        cls.import_month(documents, first)
        cls.documents = {
            document.number[2:4]: document
            for document in cls.env["amazon.vat.document"].search(
                [("account_id", "=", cls.account.id)]
            )
        }
        cls.moves = cls.env["account.move"].union(
            *(document.move_id for document in cls.documents.values())
        )

    @classmethod
    def find_first(cls, documents, values):
        """The document whose order a document is about."""
        while len(values) > 9:
            values = documents[values[9]]
        return values[0]

    @classmethod
    def import_month(cls, documents, first):
        orders, rows = [], []
        for values in DOCUMENTS:
            number, origin, place, sku, rate, scheme, item, *more = values
            shipping, buyer, original = (*more, "", "", "")[:3]
            order_ref = f"302-00000{first[number]}-0000001"
            if not original:
                orders.append(
                    cls.make_order(order_ref, number, place, sku, item, shipping)
                )
            rows.append(
                {
                    "item": item,
                    **({"shipping": shipping} if shipping else {}),
                    "order_id": order_ref,
                    "sku": sku,
                    "shipment_id": f"D{first[number]}",
                    "transaction_id": f"D{number}",
                    "tax_rate": f"{Decimal(rate) / 100:.4f}",
                    "tax_reporting_scheme": scheme,
                    **cls.make_statement(origin, place, scheme, buyer),
                    **cls.make_numbers(number, item, original),
                }
            )
        for content, kind in (
            (build_file("mfn_orders_eu", *orders), "mfn_orders_eu"),
            (vat_file(*rows), "vcs_invoices"),
        ):
            report = cls.env["amazon.report"].create_from_file(
                cls.account, kind, f"{kind}.txt", content
            )
            report.process()

    @classmethod
    def make_order(cls, order_ref, number, place, sku, item, shipping):
        country, postcode, city, _vat = PLACES[place]
        return {
            "order-id": order_ref,
            "order-item-id": f"100000000000{number}",
            "buyer-email": f"b{number}@marketplace.amazon.de",
            "sku": sku,
            "ship-country": country,
            "ship-postal-code": postcode,
            "ship-city": city,
            "item-price": str(sum(map(Decimal, item.split()))),
            "shipping-price": str(sum(map(Decimal, (shipping or "0").split()))),
        }

    @classmethod
    def make_statement(cls, origin, place, scheme, buyer):
        """What Amazon says of the tax."""
        leaves = not scheme and not PLACES[place][3]
        return {
            "tax_collection_responsibility": "Marketplace"
            if scheme == "UK_VOEC"
            else "Seller",
            "seller_tax_registration": NUMBERS[origin],
            "seller_tax_registration_jurisdiction": origin,
            "buyer_tax_registration": NUMBERS.get(buyer, ""),
            "buyer_tax_registration_jurisdiction": buyer,
            "buyer_tax_registration_type": "VAT" if buyer else "",
            "export_outside_eu": str(leaves).lower(),
            "ship_from_country": origin,
            "ship_to_country": PLACES[place][0],
            "jurisdiction_name": "NORTHERN IRELAND" if place == "NIR" else "",
        }

    @classmethod
    def make_numbers(cls, number, item, original):
        """Which document it is, and which it gives back or replaces."""
        gives_back = item.startswith("-")
        return {
            "vat_invoice_number": f"DE{number}TEST11I",
            "original_vat_invoice_number": f"DE{original}TEST11I" if original else "",
            "transaction_type": "RETURN" if gives_back else "SHIPMENT",
            "is_invoice_corrected": str(bool(original) and not gives_back).upper(),
        }

    def assert_figures(self, found, wanted):
        amounts = {
            key: tuple(f"{round(amount, 2) + 0:.2f}" for amount in sums)
            for key, sums in found.items()
            if any(round(amount, 2) for amount in sums)
        }
        self.assertEqual(amounts, wanted)

    def test_what_is_booked(self):
        for number, document in self.documents.items():
            with self.subTest(number=number, told=document.entry_message):
                state = NOT_BOOKED.get(number, "posted")
                self.assertEqual(document.entry_state, state)
                self.assertEqual(document.move_id.state == "posted", state == "posted")

    def test_german_return(self):
        """Odoo's balances of the tags that the report of the return adds up."""
        sums = defaultdict(lambda: [0.0])
        for line in self.moves.line_ids:
            for tag in line.tax_tag_ids:
                name = tag.name.lstrip("+-")
                if name in RETURN or name[0].isdigit():
                    sums[name][0] -= line.balance
        self.assert_figures(sums, {box: (sum_,) for box, sum_ in RETURN.items()})

    def get_sums(self, moves):
        """Return ``{(country of the position, rate): [net, VAT]}`` of entries."""
        sums = defaultdict(lambda: [0.0, 0.0])
        for line in moves.line_ids:
            tax = line.tax_ids or line.tax_line_id
            if tax:
                country = line.move_id.fiscal_position_id.country_id.code
                sums[country, tax.amount][bool(line.tax_line_id)] -= line.balance
        return sums

    def test_oss_return(self):
        tag = self.env.ref("l10n_eu_oss.tag_oss")
        moves = self.moves.filtered(lambda move: tag in move.line_ids.tax_tag_ids)
        self.assert_figures(self.get_sums(moves), OSS)

    def test_polish_return(self):
        moves = self.moves.filtered(
            lambda move: move.fiscal_position_id.foreign_vat
            or move.fiscal_position_id.name.startswith("Polska")
        )
        wanted = {("PL", rate): amounts for rate, amounts in POLAND.items()}
        self.assert_figures(self.get_sums(moves), wanted)

    def test_ec_sales_list(self):
        sums = defaultdict(lambda: [0.0])
        for line in self.moves.line_ids:
            if "41" in {tag.name.lstrip("+-") for tag in line.tax_tag_ids}:
                sums[line.partner_id.vat][0] -= line.balance
        self.assert_figures(sums, {vat: (sum_,) for vat, sum_ in SALES_LIST.items()})

    def test_revenue_accounts(self):
        """Shipping follows the goods' rate to its account: 8400 has 19 %, 8300 7 %."""
        for number, code in (("02", "8400"), ("03", "8300")):
            lines = self.documents[number].move_id.invoice_line_ids
            self.assertEqual(len(lines), 2)
            accounts = lines.account_id.with_company(self.company)
            self.assertEqual(set(accounts.mapped("code")), {code})
