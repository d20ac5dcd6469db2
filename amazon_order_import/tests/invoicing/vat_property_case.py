"""Random documents of Amazon's: right in books, boxes and return, or held.

The rules below are written from the law and from what Amazon's columns mean, not from
the addon's own; see `Rules`.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from ..common import build_file
from ..order.test_tax import TaxCase

SEED = 20261128
#: Place -> (country in addresses, postcode, town, whose VAT it is: "" outside the EU).
PLACES = {
    "DE": ("DE", "10115", "Berlin", "DE"),
    "PL": ("PL", "31-147", "Kraków", "PL"),
    "FR": ("FR", "69001", "Lyon", "FR"),
    "AT": ("AT", "1010", "Wien", "AT"),
    "IT": ("IT", "20121", "Milano", "IT"),
    "MC": ("MC", "98000", "Monaco", "FR"),
    "NIR": ("GB", "BT1 5GS", "Belfast", "XI"),
    "GB": ("GB", "LS1 1AA", "Leeds", ""),
    "CH": ("CH", "3000", "Bern", ""),
    "CANARY": ("ES", "35001", "Las Palmas", ""),
    "BUESINGEN": ("DE", "78266", "Büsingen", ""),
}
NUMBERS = {
    "DE": "DE136695976",
    "PL": "PL5260001246",
    "FR": "FR40303265045",
    "IT": "IT00159560366",
    "AT": "ATU37675002",
}
#: Rates that the company has taxes of, by return and country.
RATES = {
    ("own", "DE"): {19, 7},
    ("own", "PL"): {23, 8},
    ("oss", "DE"): {19},
    ("oss", "FR"): {20, Decimal("5.5"), 10},
    ("oss", "AT"): {20, 10},
    ("oss", "IT"): {22, 10, 5},
    ("oss", "PL"): {23, 8},
    ("oss", "XI"): {20},
}
GERMAN = {19: ("81_BASE", "81_TAX"), 7: ("86_BASE", "86_TAX")}
CENT = Decimal("0.01")


@dataclass
class Sale:
    """One random document, as Amazon states it."""

    number: int
    origin: str
    place: str
    seller: str
    buyer: str
    scheme: str | None
    responsible: str
    export: bool
    rate: Decimal
    quantity: int
    item: Decimal
    shipping: Decimal
    discount: Decimal
    given_back: bool
    corrected: bool = False
    expected: object = field(default=None)

    @property
    def order_ref(self):
        return f"302-{self.number:07d}-0000001"

    @property
    def document(self):
        return f"DE{self.number:05d}TEST26I"

    @property
    def parts(self):
        """``{part: (net, tax)}`` as Amazon's rows have them."""
        nets = {
            "item": self.item,
            "shipping": self.shipping,
            "item_promotion": -self.discount,
        }
        return {
            part: (
                net,
                (net * self.rate / 100).quantize(CENT, rounding=ROUND_HALF_UP),
            )
            for part, net in nets.items()
            if net
        }

    @property
    def net(self):
        return sum(net for net, _tax in self.parts.values())

    @property
    def tax(self):
        return sum(tax for _net, tax in self.parts.values())


@dataclass
class Outcome:
    """What a sale has to be: ``boxes`` of the German return and the OSS mark.

    - ``abroad``: code of the country in whose own return it is
    - ``free``: no VAT in the entry, whoever owes it
    """

    boxes: dict
    abroad: str = ""
    free: bool = False
    buyer: str = ""


class Rules:
    """The table of rules. None: no rule allows it, so that it has to be held."""

    def get(self, sale):
        where = PLACES[sale.place][3]
        taxed = bool(sale.tax)
        if sale.responsible == "Amazon Services Europe S.a r.l.":
            return self.to_amazon(sale)
        if sale.scheme == "VCS_EU_OSS":
            if not where or not taxed or where == sale.origin:
                return None
            return self.oss(where, sale)
        if sale.scheme in ("UK_VOEC", "CH_VOEC", "DEEMED_RESELLER"):
            # The platform's schemes: without a word on who owes it, the platform.
            return self.to_amazon(sale) if not sale.responsible else None
        if sale.scheme == "SOMETHING_NEW":
            return None
        if sale.export:
            if taxed or where or sale.origin != "DE":
                return None
            return Outcome({"43": sale.net})
        if not where:
            # VAT on goods that leave the Union is none of a member state's; without
            # VAT it is an export, which Amazon denies where it says so.
            return None
        if where == sale.origin:
            return self.own(where, sale)
        if taxed:
            return self.from_state_to_state(where, sale)
        if sale.buyer and sale.buyer != sale.origin:
            return self.to_business(sale)
        return None

    def to_amazon(self, sale):
        # Elsewhere it belongs in a return that has no fiscal position for it.
        return Outcome({}, free=True) if sale.origin == "DE" else None

    def from_state_to_state(self, where, sale):
        if sale.scheme is None and sale.seller in ("DE", ""):
            # VCS Lite says no scheme; the company declares such sales by OSS.
            return self.oss(where, sale)
        seller = sale.seller or (sale.origin if sale.origin == "PL" else "DE")
        if seller in (sale.origin, where):
            # Below the threshold, or registered where the goods arrive.
            return self.own(seller, sale)
        return None

    def to_business(self, sale):
        if sale.origin == "DE":
            return Outcome({"41": sale.net}, buyer=NUMBERS[sale.buyer])
        return Outcome({}, abroad="PL", free=True) if sale.origin == "PL" else None

    def oss(self, where, sale):
        if sale.rate not in RATES.get(("oss", where), ()):
            return None
        return Outcome({"OSS": sale.net})

    def own(self, country, sale):
        if not sale.tax or sale.rate not in RATES.get(("own", country), ()):
            return None
        if country != "DE":
            return Outcome({}, abroad=country)
        base, tax = GERMAN[int(sale.rate)]
        return Outcome({base: sale.net, tax: sale.tax})


class PropertyCase(TaxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        finder = cls.env["amazon.tax.finder"]
        finder.create_oss_tax(cls.company, "DE", Decimal(19), cls.full)
        finder.create_oss_tax(cls.company, "XI", Decimal(20), cls.full)
        cls.account.write({"vat_document_policy": "create"})
        cls._register_poland()
        cls.random = random.Random(SEED)

    @classmethod
    def _register_poland(cls):
        poland = cls.env.ref("base.pl")
        group = cls.env["account.tax.group"].create(
            {"name": "Polska", "country_id": poland.id}
        )
        german = cls.full.tax_group_id
        owed = cls.full.invoice_repartition_line_ids.account_id
        for sale_type, number, rates in (
            ("all", NUMBERS["PL"], {23: cls.full, 8: cls.reduced}),
            ("intra_community", False, {0: cls.full | cls.reduced}),
        ):
            position = cls.env["account.fiscal.position"].create(
                {
                    "name": f"Polska {sale_type}",
                    "country_id": poland.id,
                    "foreign_vat": number,
                }
            )
            for rate, originals in rates.items():
                tax = cls.env["account.tax"].create(
                    {
                        "name": f"PL {rate} % {sale_type}",
                        # Odoo has one position with a number for each country, and
                        # foreign taxes only there: what is free has one of its own.
                        "tax_group_id": (group if number else german).id,
                        "amount": rate,
                        "type_tax_use": "sale",
                        "country_id": (poland if number else cls.full.country_id).id,
                        "fiscal_position_ids": [(6, 0, position.ids)],
                        "original_tax_ids": [(6, 0, originals.ids)],
                    }
                )
                lines = tax.invoice_repartition_line_ids
                lines |= tax.refund_repartition_line_ids
                lines = lines.filtered(lambda line: line.repartition_type == "tax")
                lines.account_id = owed[:1]
            cls.env["amazon.tax.registration"].create(
                {
                    "account_id": cls.account.id,
                    "country_id": poland.id,
                    "sale_type": sale_type,
                    "fiscal_position_id": position.id,
                }
            )

    def draw(self, number, lite=False):
        """A random document: half of them such as Amazon would write."""
        pick = self.random.choice
        sale = Sale(
            number,
            origin=pick(("DE", "DE", "DE", "PL", "IT")),
            place=pick(tuple(PLACES)),
            seller=pick(("DE", "DE", "DE", "PL", "IT", "")),
            buyer=pick(("", "", "", *NUMBERS)),
            scheme=pick(
                ("", "", "", "VCS_EU_OSS", "VCS_EU_OSS", "UK_VOEC", "CH_VOEC")
                + ("DEEMED_RESELLER", "SOMETHING_NEW")
            ),
            responsible=pick(
                ("Seller", "Seller", "Seller", "", "Amazon Services Europe S.a r.l.")
            ),
            export=self.random.random() < 0.15,
            rate=Decimal(pick(("19", "7", "0", "20", "23", "5.5", "16", "10"))),
            quantity=pick((1, 1, 2, 3)),
            item=Decimal(self.random.randrange(500, 30000)) / 100,
            shipping=pick((Decimal(0), Decimal("4.20"), Decimal("8.39"))),
            discount=pick((Decimal(0), Decimal(0), Decimal("1.37"))),
            given_back=self.random.random() < 0.3,
        )
        if lite:
            sale.scheme, sale.responsible = None, ""
        if self.random.random() < 0.6:
            self.make_plausible(sale)
        sale.expected = Rules().get(sale)
        return sale

    def make_plausible(self, sale):
        """As Amazon would state it."""
        where = PLACES[sale.place][3]
        lite = sale.scheme is None
        if not lite:
            sale.responsible, sale.scheme = "Seller", ""
        sale.export = not where
        sale.seller = sale.origin if sale.origin in ("DE", "PL") else sale.seller
        if not where:
            sale.rate = Decimal(0)
            return
        pick = self.random.choice
        if where == sale.origin:
            rates = RATES.get(("own", where), {22})
            sale.rate = Decimal(str(pick(sorted(rates))))
        elif sale.buyer and sale.buyer != sale.origin:
            sale.rate = Decimal(0)
        else:
            sale.buyer, sale.seller = "", "DE"
            sale.scheme = None if lite else "VCS_EU_OSS"
            sale.rate = Decimal(str(pick(sorted(RATES["oss", where]))))

    def import_orders(self, sales):
        rows = []
        for sale in sales:
            country, postcode, city, _vat = PLACES[sale.place]
            rows.append(
                {
                    "order-id": sale.order_ref,
                    "order-item-id": str(10000000000000 + sale.number),
                    "buyer-email": f"b{sale.number}@marketplace.amazon.de",
                    "ship-country": country,
                    "ship-postal-code": postcode,
                    "ship-city": city,
                    "quantity-purchased": str(sale.quantity),
                    "item-price": str(sale.parts["item"][0] + sale.parts["item"][1]),
                    "shipping-price": str(sum(sale.parts.get("shipping", (0, 0)))),
                }
            )
        self.import_file("mfn_orders_eu", build_file("mfn_orders_eu", *rows))

    def check_entry(self, sale, move, sign):
        """The posted entry is that of the rules, to the cent."""
        outcome = sale.expected
        self.assertTrue(outcome, "it had to be held")
        tax = Decimal(0) if outcome.free else sale.tax
        self.assert_money(move.amount_untaxed, sale.net)
        self.assert_money(move.amount_tax, tax)
        boxes = defaultdict(Decimal)
        for line in move.line_ids:
            # The OSS mark is on the VAT as well; its base is what counts here.
            tags = {name.lstrip("+-") for name in line.tax_tag_ids.mapped("name")}
            for tag in tags:
                if tag != "OSS" or not line.tax_line_id:
                    boxes[tag] -= Decimal(str(round(line.balance, 2)))
        told = {tag: amount for tag, amount in boxes.items() if amount}
        if outcome.free and not outcome.abroad:
            # What Amazon owes is none of the company's VAT.
            self.assertFalse(set(told) & {"81_BASE", "86_BASE", "OSS", "41"}, told)
        else:
            wanted = {box: sign * amount for box, amount in outcome.boxes.items()}
            self.assertEqual(told, wanted)
        self.check_lines(move, sale, outcome, tax, sign)
        if outcome.buyer:
            self.assertEqual(move.partner_id.vat, outcome.buyer)

    def check_lines(self, move, sale, outcome, tax, sign):
        revenue = move.line_ids.filtered(
            lambda line: line.account_id.internal_group == "income"
        )
        self.assert_money(-sum(revenue.mapped("balance")), sign * sale.net)
        lines = move.line_ids.filtered("tax_line_id")
        self.assert_money(-sum(lines.mapped("balance")), sign * tax)
        for line in lines.filtered("balance"):
            self.assertEqual(Decimal(str(line.tax_line_id.amount)), sale.rate)
            self.assertEqual(line.account_id.internal_group, "liability")
        if outcome.abroad and not outcome.free:
            countries = move.invoice_line_ids.tax_ids.country_id
            self.assertEqual(set(countries.mapped("code")), {outcome.abroad})

    def assert_money(self, odoo, amazon):
        self.assertEqual(Decimal(str(round(odoo, 2))), Decimal(amazon))
