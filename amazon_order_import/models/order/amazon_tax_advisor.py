import re
from dataclasses import dataclass, replace
from decimal import Decimal

from stdnum.eu import vat as eu_vat

from odoo import api, models
from odoo.models import BaseModel

from ...vat_rules import (
    AMAZON,
    SELLER,
    UNKNOWN,
    Decision,
    Territory,
    find_territory,
    read_responsibility,
)
from .lookups import ZERO, TaxTreatment

#: Where a company is that has no country yet.
NOWHERE = Territory("", "", "")
#: Letters of VAT numbers that are not the code of their country.
COUNTRY_PREFIXES = {"EL": "GR"}


@dataclass(frozen=True)
class TaxCase:
    """What decides about the tax of an order, as the rules of an account ask it.

    - ``departures``: what the country of departure is: ``home``, ``eu``, ``outside``
    - ``destination``: ``same``, ``eu`` or ``outside``, seen from the departure
    - ``goods_value``: price of all items of the order in its currency
    - ``departure_place``, ``destination_place``: where they lie as VAT sees it
    - ``buyer_country``: code of the country of the buyer's VAT number, or ``""``
    - ``is_taxed``: whether VAT is charged; None: the report does not say
    """

    marketplace: BaseModel
    fulfillment: str
    departures: tuple[str, ...]
    destination: str
    destination_country: BaseModel
    buyer: str
    goods_value: Decimal
    departure_place: Territory | None = None
    destination_place: Territory | None = None
    buyer_country: str = ""
    is_taxed: bool | None = None


def get_territory(partner):
    """Return the ``Territory`` of an address; None where it has no country."""
    return find_territory(
        partner.country_id.code, partner.zip, partner.city, partner.state_id.name or ""
    )


class AmazonTaxAdvisor(models.AbstractModel):
    _name = "amazon.tax.advisor"
    _description = "Tax Treatment of Amazon Orders"

    @api.private
    def get_home_country(self, company):
        """Return the ``res.country`` in which a company declares its VAT."""
        return company.account_fiscal_country_id or company.country_id

    @api.private
    def get_treatment(self, row, lookups, order, rows):
        """Decide about the tax of the lines of one row.

        :param row: ``SaleRow``
        :param lookups: `OrderLookups`
        :param order: `OrderCase`
        :param rows: all ``SaleRow`` of the order in this batch
        :return: `TaxTreatment`
        """
        case = self._get_case(row, lookups, order, rows)
        rule = self._find_rule(lookups.taxes, case)
        collected = self._is_collected_by_report(row)
        if collected is None:
            collected = rule.collector == "amazon"
        crosses = case.destination != "same"
        place = None if collected else self._find_order_place(lookups, case)
        if not collected and self._is_responsibility_unknown(row):
            unclear = Decision("unclear", reason="responsibility_unknown")
            place = self.find_place(lookups.taxes, unclear, False)
        if place and (place.fiscal_position or not place.problem):
            position = place.fiscal_position
        elif collected and self._is_outside(lookups.company, case):
            # Odoo would find that of an export, which leaves from home.
            position = rule.fiscal_position_id
        else:
            position = rule.fiscal_position_id or self._get_odoo_position(
                lookups.taxes, order.customer, order.delivery, case
            )
        if place is None:
            leaves_home = case.destination == "eu" and "home" in case.departures
            place = self.get_position_place(
                lookups.company,
                position,
                case.destination_place.vat_country if leaves_home else "",
            )
        place = replace(place, fiscal_position=position)
        return TaxTreatment(collected, position, crosses, place)

    def _is_outside(self, company, case):
        """Whether the goods leave a place outside the Union that is not at home."""
        departure = case.departure_place
        home = self.get_home_country(company).code
        return not departure.in_union and departure.vat_country != home

    def _get_usual_position(self, lookups, name):
        """Return the company's own position for exports, or for EU businesses."""
        if name not in lookups.fiscal_positions:
            Rule = self.env["amazon.tax.rule"]
            find = {
                "export": Rule._find_export_position,
                "intra_community": Rule._find_intra_community_position,
            }[name]
            lookups.fiscal_positions[name] = find(lookups.company)
        return lookups.fiscal_positions[name]

    def _get_case(self, row, lookups, order, rows):
        home = self.get_home_country(lookups.company)
        own = find_territory(home.code) or NOWHERE
        departure = self._get_departure(row, lookups, order) or own
        destination = get_territory(order.delivery) or own
        departures, direction = self._get_direction(home, departure, destination)
        is_taxed = any(map(self._is_taxed, rows)) or None
        if lookups.account.vat_service != "none" and order.customer.vat:
            # Amazon calculates the VAT: without any, it is a sale to a business.
            is_taxed = is_taxed or (False if direction != "same" else None)
        return TaxCase(
            marketplace=order.marketplace,
            fulfillment=lookups.fulfillment,
            departures=departures,
            destination=direction,
            destination_country=order.delivery.country_id or home,
            buyer=self._get_buyer_kind(order.customer),
            goods_value=sum(
                (other.item_price or ZERO for other in rows), order.known_value
            ),
            departure_place=departure,
            destination_place=destination,
            buyer_country=self._get_buyer_country(order.customer),
            is_taxed=is_taxed,
        )

    def _is_taxed(self, row):
        return bool(row.item_tax or row.shipping_tax or row.gift_wrap_tax)

    def _get_direction(self, home, departure, destination):
        """Return ``departures`` and ``destination`` of a `TaxCase`.

        :param home: ``res.country`` of the company
        :param departure: ``Territory``; likewise ``destination``
        """
        departures = ["eu"] if departure.in_union else ["outside"]
        if departure.code == home.code:
            departures.append("home")
        if destination.vat_country == departure.vat_country:
            return tuple(departures), "same"
        return tuple(departures), "eu" if destination.in_union else "outside"

    def _find_rule(self, lookups, case):
        """Return the first rule of the account that fits, or none."""
        if lookups.rules is None:
            lookups.rules = lookups.account.tax_rule_ids.filtered("active")
        for rule in lookups.rules:
            if rule._matches(case):
                return rule
        return self.env["amazon.tax.rule"]

    def _is_collected_by_report(self, row):
        """Whether the report says that Amazon collects the tax; None: it is silent.

        Reports of orders say so row by row; those of shipments have no such columns
        (source: amazon-reports.md 2.1, 2.4).
        """
        who = read_responsibility(
            row.tax_collection_responsible_party, row.tax_collection_model
        )
        if who in (SELLER, AMAZON):
            return who == AMAZON
        if row.tax_collection_model or row.ioss_number:
            return True
        return None

    def _is_responsibility_unknown(self, row):
        """Whether the report names somebody else as the one who owes the tax."""
        who = read_responsibility(
            row.tax_collection_responsible_party, row.tax_collection_model
        )
        return who == UNKNOWN

    def _get_departure(self, row, lookups, order):
        """Return the ``Territory`` that the goods leave; None where it is unknown."""
        code = row.fulfillment_center_id.upper()
        if code:
            return find_territory(lookups.centers[code].country_id.code)
        return get_territory(order.warehouse.partner_id)

    def _get_buyer_country(self, customer):
        """Return the code of the country of a business's VAT number, or ``""``."""
        if not self.is_valid_vat(customer.vat):
            return ""
        prefix = customer.vat.strip()[:2].upper()
        return COUNTRY_PREFIXES.get(prefix, prefix)

    def _get_buyer_kind(self, customer):
        return "business" if self.is_valid_vat(customer.vat) else "consumer"

    @api.private
    def is_valid_vat(self, vat):
        """Whether a number has the form of a European VAT number; nobody is asked."""
        if not vat:
            return False
        number = re.sub(r"[^A-Z0-9]", "", vat.upper())
        return eu_vat.is_valid(number)

    def _get_odoo_position(self, lookups, customer, delivery, case):
        """Return the fiscal position that Odoo finds for the addresses."""
        key = (
            case.buyer,
            (customer.vat or "")[:2],
            customer._get_vat_required_valid(company=lookups.company),
            customer.property_account_position_id.id,
            delivery.property_account_position_id.id,
            customer.country_id.id,
            delivery.country_id.id,
            delivery.state_id.id,
            *self._get_zip_ranges(lookups, delivery),
        )
        if key not in lookups.fiscal_positions:
            lookups.fiscal_positions[key] = self._find_odoo_position(
                lookups, customer, delivery, case
            )
        return lookups.fiscal_positions[key]

    def _get_zip_ranges(self, lookups, delivery):
        """Return which ranges of fiscal positions the zip of an address lies in.

        All that Odoo asks of it: addresses of other streets of a country are one.
        """
        if lookups.zip_ranges is None:
            Position = self.env["account.fiscal.position"]
            positions = Position.search(
                [
                    *Position._check_company_domain(lookups.company),
                    ("zip_from", "!=", False),
                    ("zip_to", "!=", False),
                ]
            )
            lookups.zip_ranges = {(p.zip_from, p.zip_to) for p in positions}
        code = delivery.zip or ""
        return [
            limits for limits in lookups.zip_ranges if limits[0] <= code <= limits[1]
        ]

    def _find_odoo_position(self, lookups, customer, delivery, case):
        Position = self.env["account.fiscal.position"].with_company(lookups.company)
        if customer.vat and case.buyer == "consumer":
            # Odoo takes any number for a business; a wrong one gives no right to
            # reverse charge.
            return Position.search(
                [
                    *Position._check_company_domain(lookups.company),
                    ("auto_apply", "=", True),
                    ("vat_required", "=", False),
                ]
            )._get_first_matching_fpos(delivery)
        # Odoo finds nothing for a customer without country, as a collective one is.
        partner = customer if customer.country_id else delivery
        return Position._get_fiscal_position(partner, delivery)
