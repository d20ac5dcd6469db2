"""From what Amazon states about a sale to the return it belongs to.

Amazon's own statement decides, the address only where it is silent, in this order: who
collects the tax, the scheme, the export, the seller's registration and its country,
where the goods leave and arrive, the buyer's number, the rate. What contradicts itself
is unclear: a person decides then.
"""

from dataclasses import dataclass, field, replace

from . import schemes
from .rates import ZERO_RATED
from .territories import EU_COUNTRIES, OWN_RATES, Territory

#: Kinds of a `Decision`.
KINDS = (
    "deemed",
    "domestic",
    "oss",
    "intra_community",
    "export",
    "unclear",
)


@dataclass(frozen=True)
class Statement:
    """What Amazon says of the tax of one document, or what is known of an order.

    - `home`: code of the country in which the company declares its VAT
    - `responsibility`: see ``schemes``; ``""`` where Amazon is silent
    - `scheme`: see ``schemes``; ``""``: none; None where the report has no such column,
      so that OSS cannot be told from a sale in the own return but by the rate
    - `is_export`: None where Amazon is silent
    - `registration`: code of the country of the seller's number, ``""`` if unknown
    - `registrations`: codes of the countries in which the seller is registered, for
      documents that do not say under which number; without the home country
    - `departure`, `destination`: `Territory`, None if unknown
    - `buyer_country`: code of the country of the buyer's number, ``""``: no business
    - `is_taxed`: whether VAT is charged; None: it has to be computed
    - `declares_oss`: whether the company declares sales in the OSS return, where no
      scheme says so
    """

    home: str
    responsibility: str = ""
    scheme: str | None = ""
    is_export: bool | None = None
    registration: str = ""
    registrations: frozenset = frozenset()
    departure: Territory | None = None
    destination: Territory | None = None
    buyer_country: str = ""
    is_taxed: bool | None = None
    declares_oss: bool = True


@dataclass(frozen=True)
class Decision:
    """What a sale is for VAT.

    - `kind`: ``deemed`` (Amazon owes the VAT; a supply to Amazon without VAT),
      ``domestic`` (in the return of `registration`), ``oss``, ``intra_community``,
      ``export``, or ``unclear``
    - `registration`: code of the country in whose return it goes; for ``oss`` the one
      of the return
    - `tax_country`: code of the country whose VAT it is; for ``intra_community`` and
      ``export`` ``""``
    - `is_business`: whether the buyer owes or deducts the VAT
    - `oss_country`: for ``domestic``: code of the country whose VAT it would be if the
      sale belonged in the OSS return
    - `territory`: code of the place of arrival where it has rates of its own
    - `reason`: why it is unclear, a code of `REASONS`; `details`: what it is about
    """

    kind: str
    registration: str = ""
    tax_country: str = ""
    is_business: bool = False
    reason: str = ""
    oss_country: str = ""
    territory: str = ""
    details: dict = field(default_factory=dict, compare=False)


#: Why a sale is unclear.
REASONS = (
    "responsibility_unknown",
    "scheme_unknown",
    "scheme_of_platform",
    "oss_outside",
    "oss_at_home",
    "oss_from_outside",
    "oss_without_tax",
    "export_taxed",
    "export_inside",
    "export_at_home",
    "export_from_outside",
    "not_export",
    "tax_missing",
    "taxed_abroad",
    "departure_elsewhere",
    "into_union",
)


def decide(statement):
    """Decide in which return a sale goes.

    :param statement: `Statement`
    :return: `Decision`
    """
    for rule in (_by_responsibility, _by_scheme, _by_export, _by_registration):
        decision = rule(statement)
        if decision:
            return _add_territory(statement, decision)
    raise AssertionError("the last rule decides always")


def is_deemed(responsibility, scheme):
    """Whether Amazon owes the VAT, so that the seller supplies to Amazon.

    :param str responsibility: see `Statement`; likewise ``scheme``
    """
    statement = Statement("", responsibility, scheme)
    decision = _by_responsibility(statement) or _by_scheme(statement)
    return bool(decision) and decision.kind == "deemed"


def _add_territory(statement, decision):
    destination = statement.destination
    if (
        destination
        and destination.code in OWN_RATES
        and decision.tax_country == destination.vat_country
    ):
        return replace(decision, territory=destination.code)
    return decision


def _unclear(reason, **details):
    return Decision("unclear", reason=reason, details=details)


def _by_responsibility(statement):
    if statement.responsibility == schemes.AMAZON:
        return _deemed(statement)
    if statement.responsibility == schemes.UNKNOWN:
        return _unclear("responsibility_unknown")
    return None


def _by_scheme(statement):
    scheme = statement.scheme
    if not scheme:
        return None
    if scheme == schemes.UNKNOWN:
        return _unclear("scheme_unknown")
    if scheme == schemes.OSS:
        return _by_oss(statement)
    if not statement.responsibility:
        # All others are schemes of the platform.
        return _deemed(statement)
    country = {schemes.UK_VOEC: "GB", schemes.CH_VOEC: "CH", schemes.NO_VOEC: "NO"}
    if scheme in country:
        # The seller owes the VAT of the import himself.
        return Decision("domestic", country[scheme], country[scheme])
    return _unclear("scheme_of_platform")


def _deemed(statement):
    """The supply to Amazon is one of the country where the goods are."""
    departure = statement.departure.vat_country if statement.departure else ""
    return Decision("deemed", departure or _get_registration(statement))


def _by_oss(statement):
    destination = statement.destination
    if destination and not destination.in_union:
        return _unclear("oss_outside", place=destination.code)
    country = destination.vat_country if destination else ""
    if statement.is_taxed is False and country not in ZERO_RATED:
        return _unclear("oss_without_tax")
    departure = statement.departure.vat_country if statement.departure else ""
    if country and country == (departure or statement.home):
        return _unclear("oss_at_home", country=country)
    if departure and departure not in EU_COUNTRIES:
        return _unclear("oss_from_outside", country=departure)
    return Decision("oss", statement.registration or statement.home, country)


def _by_export(statement):
    if not statement.is_export:
        return None
    if statement.is_taxed:
        return _unclear("export_taxed")
    destination = statement.destination
    departure = statement.departure
    if (
        destination
        and destination.in_union
        and (not departure or departure.vat_country in EU_COUNTRIES)
    ):
        return _unclear("export_inside", place=destination.code)
    return _export(statement)


def _export(statement):
    """An export is declared where the goods leave the Union, as a supply is."""
    departure = statement.departure.vat_country if statement.departure else ""
    if not departure or departure in EU_COUNTRIES:
        return Decision("export", departure or _get_registration(statement))
    # Goods outside the Union leave nothing of it.
    destination = statement.destination
    if destination and destination.vat_country == departure:
        return _unclear("export_at_home", country=departure)
    if destination and destination.in_union:
        return _unclear("into_union", start=departure, place=destination.code)
    if departure in (statement.registration, *statement.registrations):
        return Decision("export", departure)
    return _unclear("export_from_outside", country=departure)


def _get_registration(statement):
    """The country of the return: as stated, else where the goods are."""
    if statement.registration:
        return statement.registration
    departure = statement.departure.vat_country if statement.departure else ""
    if departure in statement.registrations:
        return departure
    return statement.home


def _by_registration(statement):
    registration = _get_registration(statement)
    departure = statement.departure.vat_country if statement.departure else registration
    destination = (
        statement.destination.vat_country if statement.destination else departure
    )
    if departure == destination:
        return _decide_local(statement, registration, departure)
    if destination in EU_COUNTRIES and departure in EU_COUNTRIES:
        return _decide_in_union(statement, registration, departure, destination)
    return _decide_outside(statement, registration, departure, destination)


def _decide_local(statement, registration, country):
    """A sale within one country: always in that country's return."""
    if registration not in (country, statement.home):
        return _unclear("departure_elsewhere", country=country)
    business = bool(statement.buyer_country)
    if statement.is_taxed is False and country in EU_COUNTRIES:
        # At home the seller owes the VAT of sales to businesses, too.
        owed = not business or country == statement.home
        if owed and country not in ZERO_RATED:
            return _unclear("tax_missing", country=country)
    return Decision("domestic", country, country, business)


def _decide_in_union(statement, registration, departure, destination):
    """A sale from one member state to another."""
    buyer = statement.buyer_country
    if buyer in EU_COUNTRIES - {departure} and not statement.is_taxed:
        return Decision("intra_community", departure, "", True)
    if statement.is_taxed is None and buyer == departure:
        # With that number it can be no supply to a business of another state.
        return Decision("domestic", departure, departure, True)
    if statement.is_taxed is None or (
        statement.is_taxed
        and statement.scheme is None
        and registration == statement.home
    ):
        if statement.declares_oss or registration != departure:
            return Decision("oss", statement.home, destination)
        # Below the threshold.
        return Decision("domestic", registration, registration, oss_country=destination)
    if not statement.is_taxed:
        return _unclear("tax_missing", country=destination)
    if registration in (departure, destination):
        # Below the threshold, or registered where the goods arrive.
        return Decision("domestic", registration, registration)
    return _unclear("departure_elsewhere", country=departure)


def _decide_outside(statement, registration, departure, destination):
    """A sale that leaves the Union, or one that never was in it."""
    if statement.is_taxed:
        if registration == destination:
            # The seller imports the goods and owes the VAT there.
            return Decision("domestic", registration, registration)
        return _unclear("taxed_abroad", country=destination)
    if statement.is_export is False and statement.is_taxed is False:
        return _unclear("not_export", country=destination)
    return _export(statement)
