"""The decisions against a table of rules of their own, and one by one."""

import itertools

import pytest
from vat_rules import (
    Decision,
    Statement,
    decide,
    find_territory,
    read_responsibility,
    read_scheme,
)
from vat_rules.decision import KINDS, REASONS
from vat_rules.rates import ZERO_RATED

DE, FR, IT, PL, XI, GB, CH = (
    find_territory(code) for code in ("DE", "FR", "IT", "PL", "XI", "GB", "CH")
)
CANARY = find_territory("ES", "35001")
MONACO = find_territory("MC")
IE = find_territory("IE")


def statement(**values):
    values = {
        "home": "DE",
        "departure": DE,
        "destination": DE,
        "is_taxed": True,
    } | values
    return Statement(**values)


CASES = {
    "at home": ({}, Decision("domestic", "DE", "DE")),
    "a business at home": (
        {"buyer_country": "DE"},
        Decision("domestic", "DE", "DE", True),
    ),
    "to a consumer in France under OSS": (
        {"scheme": "oss", "destination": FR},
        Decision("oss", "DE", "FR"),
    ),
    "to Monaco under OSS": (
        {"scheme": "oss", "destination": MONACO},
        Decision("oss", "DE", "FR"),
    ),
    "to Northern Ireland under OSS": (
        {"scheme": "oss", "destination": XI},
        Decision("oss", "DE", "XI"),
    ),
    "from Poland to a consumer at home under OSS": (
        {"scheme": "oss", "departure": PL},
        Decision("oss", "DE", "DE"),
    ),
    "below the threshold": (
        {"registration": "DE", "destination": FR},
        Decision("domestic", "DE", "DE"),
    ),
    "below the threshold, where no scheme is told": (
        {"scheme": None, "destination": FR, "declares_oss": False},
        Decision("domestic", "DE", "DE", oss_country="FR"),
    ),
    "no scheme is told, and the company declares OSS": (
        {"scheme": None, "destination": FR},
        Decision("oss", "DE", "FR"),
    ),
    "to Madeira, which has rates of its own": (
        {"scheme": "oss", "destination": find_territory("PT", "9000-001")},
        Decision("oss", "DE", "PT", territory="PT-MADEIRA"),
    ),
    "registered where the goods arrive": (
        {"registration": "FR", "destination": FR},
        Decision("domestic", "FR", "FR"),
    ),
    "in Italy under an Italian number": (
        {"registration": "IT", "departure": IT, "destination": IT},
        Decision("domestic", "IT", "IT"),
    ),
    "in Italy to a business, under the number of home": (
        {
            "registration": "DE",
            "departure": IT,
            "destination": IT,
            "buyer_country": "IT",
            "is_taxed": False,
        },
        Decision("domestic", "IT", "IT", True),
    ),
    "to a business in France": (
        {"destination": FR, "buyer_country": "FR", "is_taxed": False},
        Decision("intra_community", "DE", "", True),
    ),
    "to France, to a business with the number of Luxembourg": (
        {"destination": FR, "buyer_country": "LU", "is_taxed": False},
        Decision("intra_community", "DE", "", True),
    ),
    "from France to a business in Germany": (
        {
            "registration": "FR",
            "departure": FR,
            "buyer_country": "DE",
            "is_taxed": False,
        },
        Decision("intra_community", "FR", "", True),
    ),
    "to Switzerland": (
        {"destination": CH, "is_export": True, "is_taxed": False},
        Decision("export", "DE"),
    ),
    "to the Canary Islands, to a business with a Spanish number": (
        {
            "destination": CANARY,
            "is_export": True,
            "is_taxed": False,
            "buyer_country": "ES",
        },
        Decision("export", "DE"),
    ),
    "to Switzerland where Amazon does not say that it is an export": (
        {"destination": CH, "is_taxed": False},
        Decision("export", "DE"),
    ),
    "to the United Kingdom, the seller owes": (
        {"registration": "GB", "destination": GB},
        Decision("domestic", "GB", "GB"),
    ),
    "Amazon owes": (
        {"responsibility": "amazon", "scheme": "deemed", "destination": GB},
        Decision("deemed", "DE"),
    ),
    "the seller owes Swiss VAT under Amazon's scheme": (
        {"responsibility": "seller", "scheme": "ch_voec", "destination": CH},
        Decision("domestic", "CH", "CH"),
    ),
    "Amazon owes, the goods are in the United Kingdom": (
        {"responsibility": "amazon", "departure": GB, "destination": GB},
        Decision("deemed", "GB"),
    ),
    "Irish zero rate by OSS": (
        {"scheme": "oss", "destination": IE, "is_taxed": False},
        Decision("oss", "DE", "IE"),
    ),
}
UNCLEAR = {
    "responsibility_unknown": {"responsibility": "unknown"},
    "scheme_unknown": {"scheme": "unknown"},
    "scheme_of_platform": {"scheme": "deemed", "responsibility": "seller"},
    "oss_outside": {"scheme": "oss", "destination": CH},
    "oss_at_home": {"scheme": "oss"},
    "oss_from_outside": {"scheme": "oss", "departure": GB, "destination": FR},
    "oss_without_tax": {"scheme": "oss", "destination": FR, "is_taxed": False},
    "export_taxed": {"is_export": True, "destination": CH},
    "export_inside": {"is_export": True, "destination": FR, "is_taxed": False},
    "export_at_home": {
        "is_export": True,
        "departure": GB,
        "destination": GB,
        "is_taxed": False,
    },
    "export_from_outside": {
        "is_export": True,
        "departure": GB,
        "destination": CH,
        "is_taxed": False,
        "registration": "DE",
    },
    "not_export": {"is_export": False, "destination": CH, "is_taxed": False},
    "tax_missing": {"is_taxed": False},
    "taxed_abroad": {"destination": CH},
    "departure_elsewhere": {"departure": PL, "destination": FR, "registration": "DE"},
    "into_union": {"departure": GB, "is_taxed": None},
}


@pytest.mark.parametrize("name", CASES)
def test_clear(name):
    values, expected = CASES[name]
    assert decide(statement(**values)) == expected


def test_every_reason_has_its_case():
    assert set(UNCLEAR) == set(REASONS)


@pytest.mark.parametrize("reason", UNCLEAR)
def test_unclear(reason):
    decision = decide(statement(**UNCLEAR[reason]))
    assert (decision.kind, decision.reason) == ("unclear", reason)


def test_an_order_without_statement_goes_by_its_addresses():
    order = {"is_taxed": None}
    assert decide(statement(**order, destination=FR)).kind == "oss"
    assert decide(statement(**order, departure=PL)) == Decision("oss", "DE", "DE")
    assert decide(statement(**order, departure=IT, destination=IT)) == Decision(
        "domestic", "IT", "IT"
    )
    assert decide(statement(**order, destination=CANARY)).kind == "export"
    business = decide(statement(**order, destination=FR, buyer_country="FR"))
    assert business.kind == "intra_community"


def test_where_no_scheme_can_be_told_a_taxed_sale_to_another_country_is_oss():
    silent = statement(scheme=None, registration="DE", destination=FR)
    assert decide(silent) == Decision("oss", "DE", "FR")
    foreign = statement(scheme=None, registration="FR", departure=FR, destination=IT)
    assert decide(foreign) == Decision("domestic", "FR", "FR")


def test_at_home_a_business_pays_vat_too():
    untaxed = {"is_taxed": False, "buyer_country": "DE"}
    assert decide(statement(**untaxed)).reason == "tax_missing"
    abroad = {"departure": FR, "destination": FR, "registration": "FR"}
    assert decide(statement(**untaxed, **abroad)) == Decision(
        "domestic", "FR", "FR", True
    )


def test_goods_outside_the_union_are_no_export_of_a_member_state():
    outside = {"departure": GB, "is_taxed": False, "destination": CH}
    silent = decide(statement(**outside))
    assert silent.reason == "export_from_outside"
    registered = decide(statement(**outside, registrations=frozenset({"GB"})))
    assert registered == Decision("export", "GB")
    imported = {"departure": GB, "is_taxed": False, "is_export": True}
    assert decide(statement(**imported)).reason == "into_union"


def test_goods_that_leave_a_country_of_registration_are_declared_there():
    found = decide(
        statement(
            departure=PL,
            destination=CH,
            is_taxed=False,
            is_export=True,
            registrations=frozenset({"PL"}),
        )
    )
    assert found == Decision("export", "PL")


# === ALL COMBINATIONS, BY RULES OF THEIR OWN === #

PLACES = (DE, FR, PL, XI, GB, CANARY)
UNION = {"DE", "FR", "PL", "XI"}


def allowed(case, decision):
    """Whether a decision breaks none of the rules that a tax adviser would name."""
    start, end = case.departure.vat_country, case.destination.vat_country
    kind = decision.kind
    if case.responsibility == "amazon":
        return kind == "deemed"
    if kind == "deemed":
        return False
    if case.scheme == "oss":
        return (
            kind == "oss"
            if {start, end} <= UNION
            and end != start
            and (case.is_taxed or end in ZERO_RATED)
            else (kind == "unclear")
        )
    if kind == "oss":
        return False
    if kind == "export":
        return not case.is_taxed and end not in UNION or start not in UNION
    if kind == "intra_community":
        return (
            not case.is_taxed
            and {start, end} <= UNION
            and start != end
            and case.buyer_country in UNION - {start}
            and decision.registration == start
        )
    if kind == "domestic":
        return decision.tax_country in (start, end) and (case.is_taxed or start == end)
    return True


@pytest.mark.parametrize("scheme", ["", "oss"])
@pytest.mark.parametrize("responsibility", ["", "seller", "amazon"])
def test_no_decision_breaks_a_rule(scheme, responsibility):
    kinds = set()
    for start, end, registration, buyer, export, taxed in itertools.product(
        PLACES,
        PLACES,
        ("", "DE", "FR", "GB"),
        ("", "DE", "FR", "GB"),
        (None, True, False),
        (True, False),
    ):
        case = Statement(
            home="DE",
            responsibility=responsibility,
            scheme=scheme,
            is_export=export,
            registration=registration,
            departure=start,
            destination=end,
            buyer_country=buyer,
            is_taxed=taxed,
        )
        decision = decide(case)
        assert decision.kind in KINDS
        assert allowed(case, decision), (case, decision)
        kinds.add(decision.kind)
    assert kinds


# === AMAZON'S WORDS === #


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("", ""),
        ("REGULAR", ""),
        ("VCS_EU_OSS", "oss"),
        ("UNION-OSS", "oss"),
        ("DEEMED_RESELLER", "deemed"),
        ("DEEMED_RESELLER-IOSS", "deemed"),
        ("UK_VOEC-IMPORT", "uk_voec"),
        ("UK_VOEC", "uk_voec"),
        ("CH_VOEC", "ch_voec"),
        ("NO_VOEC", "no_voec"),
        ("VCS_EU_IOSS", "ioss"),
        ("SOMETHING_NEW", "unknown"),
    ],
)
def test_scheme(text, scheme):
    assert read_scheme(text) == scheme


@pytest.mark.parametrize(
    ("party", "model", "who"),
    [
        ("", "", ""),
        ("Seller", "", "seller"),
        ("SELLER", "MarketplaceFacilitator", "seller"),
        ("Merchant", "", "seller"),
        ("Third-party vendor", "", "seller"),
        ("Marketplace", "", "amazon"),
        ("MARKETPLACE_FACILITATOR", "", "amazon"),
        ("Amazon", "", "amazon"),
        ("Amazon Services Europe Sarl", "", "amazon"),
        ("Amazon Services, Inc.", "MarketplaceFacilitator", "amazon"),
        ("Amazon Seller Services Private Limited", "", "amazon"),
        ("", "MarketplaceFacilitator", "amazon"),
        ("", "Deemed Reseller", "amazon"),
        ("", "LowValueGoods", "unknown"),
        ("The moon", "", "unknown"),
        ("The moon", "MarketplaceFacilitator", "amazon"),
        ("Seller on Amazon", "", "unknown"),
        ("Marketplace seller", "", "unknown"),
    ],
)
def test_responsibility(party, model, who):
    assert read_responsibility(party, model) == who
