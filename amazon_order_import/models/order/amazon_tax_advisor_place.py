from dataclasses import dataclass

from odoo import api, models

from ...messages import Label, Message, message
from ...report_formats.kinds import KINDS
from ...trusted_context import get_trusted
from ...vat_rules import EU_COUNTRIES, Decision, Statement, decide


@dataclass(frozen=True)
class TaxPlace:
    """In which return a sale is declared, and what gives its taxes.

    - ``fiscal_position``, ``journal``: records; may be empty
    - ``problem``: why it cannot be told, or what Odoo lacks for it; None: nothing
    """

    decision: Decision
    fiscal_position: object
    journal: object
    problem: Message | None = None

    @property
    def is_collected_by_amazon(self):
        return self.decision.kind == "deemed"


class AmazonTaxAdvisor(models.AbstractModel):
    """From a decision to what gives its taxes in Odoo."""

    _inherit = "amazon.tax.advisor"

    @api.private
    def find_place(self, lookups, decision, day):
        """Return the `TaxPlace` of a sale.

        :param lookups: ``TaxLookups``
        :param decision: ``vat_rules.Decision``
        :param day: date of the sale, or False
        """
        key = (decision, day)
        if key not in lookups.places:
            find = {
                "deemed": self._find_deemed_place,
                "domestic": self._find_domestic_place,
                "oss": self._find_oss_place,
                "intra_community": self._find_free_place,
                "export": self._find_free_place,
                "unclear": self._find_unclear_place,
            }[decision.kind]
            lookups.places[key] = find(lookups, decision, day)
        return lookups.places[key]

    def _find_order_place(self, lookups, case):
        """Return the `TaxPlace` of an order that Odoo's own rules do not know of.

        :param lookups: ``OrderLookups``
        :param case: ``TaxCase``
        :return: None where the account's rules and Odoo's search decide
        """
        account = lookups.account
        home = self.get_home_country(lookups.company).code
        if not home or "eu" not in KINDS[lookups.report.kind].regions:
            return None
        decision = decide(
            Statement(
                home=home,
                registrations=account._get_tax_registrations(),
                departure=case.departure_place,
                destination=case.destination_place,
                buyer_country=case.buyer_country,
                # An order report names no scheme.
                scheme=None,
                is_taxed=case.is_taxed,
                declares_oss=self._has_oss(lookups.taxes),
            )
        )
        abroad = (
            decision.kind == "domestic"
            and case.destination_place.vat_country != decision.tax_country
        )
        if decision.kind == "unclear" or (
            case.buyer_country and (case.is_taxed or abroad)
        ):
            # Odoo would take it for a sale to a business abroad, without VAT.
            return self.find_place(lookups.taxes, decision, False)
        if decision.kind == "oss":
            usual = case.departure_place.vat_country == home and (
                case.destination_place.code == decision.tax_country
            )
            if usual or not self._has_oss(lookups.taxes):
                return None
        elif decision.registration == home or not (
            account.tax_registration_ids or self._has_oss(lookups.taxes)
        ):
            # Who has neither, has not told yet where he declares what.
            return None
        return self.find_place(lookups.taxes, decision, False)

    @api.private
    def get_position_place(self, company, position, destination=""):
        """Return the `TaxPlace` of a sale that its fiscal position tells of.

        :param str destination: code of the country of consumers in another member
            state, to whom goods go from home
        """
        registration = self.get_home_country(company).code or ""
        country = registration
        kind = "domestic"
        if self.env["amazon.tax.finder"].is_oss(position.tax_ids):
            kind, country = "oss", position.country_id.code or ""
        elif position.foreign_vat:
            registration = country = position.country_id.code or ""
        else:
            return self._make_place(
                Decision(kind, registration, country, oss_country=destination), position
            )
        return self._make_place(Decision(kind, registration, country), position)

    def _has_oss(self, lookups):
        """Whether the company declares sales in the OSS return."""
        if lookups.has_oss is None:
            finder = self.env["amazon.tax.finder"]
            lookups.has_oss = bool(finder.find_oss_taxes(lookups.company))
        return lookups.has_oss

    def _make_place(self, decision, position=None, journal=None, problem=None):
        return TaxPlace(
            decision,
            position or self.env["account.fiscal.position"],
            journal or self.env["account.journal"],
            problem,
        )

    def _find_unclear_place(self, lookups, decision, day):
        names = {
            name: self.env["amazon.tax.finder"].get_place_name(code)
            for name, code in decision.details.items()
        }
        problem = message(f"tax_unclear_{decision.reason}", **names)
        return self._make_place(decision, problem=problem)

    def _find_deemed_place(self, lookups, decision, day):
        """Return the place of a supply to Amazon, which owes the VAT.

        It is free of VAT where the goods are. Goods outside the Union are none of the
        company's returns, unless it has a registration there.
        """
        country = decision.registration
        home = self.get_home_country(lookups.company).code
        if country in ("", home):
            position = self._get_usual_position(lookups, "export")
            return self._make_place(decision, position)
        place = self._find_registered_place(lookups, decision, day, "export")
        if place.problem and country not in EU_COUNTRIES:
            return self._make_place(decision)
        return place

    def _find_domestic_place(self, lookups, decision, day):
        company = lookups.company
        if decision.registration == self.get_home_country(company).code:
            return self._make_place(decision, company.domestic_fiscal_position_id)
        sale_type = "business" if decision.is_business else "consumer"
        return self._find_registered_place(lookups, decision, day, sale_type)

    def _find_free_place(self, lookups, decision, day):
        """Return the place of a sale without VAT: an export, or to an EU business."""
        name = decision.kind
        home = self.get_home_country(lookups.company)
        if decision.registration != home.code:
            return self._find_registered_place(lookups, decision, day, name)
        position = self._get_usual_position(lookups, name)
        problem = None if position else message(f"tax_position_missing_{name}")
        return self._make_place(decision, position, problem=problem)

    def _find_registered_place(self, lookups, decision, day, sale_type):
        """Return the place of a sale in the return of another country."""
        lines = lookups.account.tax_registration_ids
        line = lines._match(decision.registration, day, sale_type)
        problem = None
        free = sale_type in ("intra_community", "export")
        if not line.fiscal_position_id or (free and self._is_taxing(line)):
            vat = line.vat and message("tax_registration_number", vat=line.vat)
            finder = self.env["amazon.tax.finder"]
            problem = message(
                "tax_registration_missing",
                country=finder.get_place_name(decision.registration),
                number=vat or "",
                sales=Label(lines._name, "sale_type", sale_type),
            )
        return self._make_place(
            decision, line.fiscal_position_id, line.journal_id, problem
        )

    def _is_taxing(self, registration):
        """Whether a registration's fiscal position gives taxes with a rate."""
        taxes = registration.fiscal_position_id.tax_ids
        return any(
            taxes.filtered(lambda tax: tax.type_tax_use == "sale").mapped("amount")
        )

    def _find_oss_place(self, lookups, decision, day):
        finder = self.env["amazon.tax.finder"]
        company = lookups.company
        position = finder.find_oss_position(company, decision.tax_country)
        problem = None
        if not position and get_trusted(self.env, "amazon_create_tax"):
            # A person asked for it.
            position = finder.create_oss_position(company, decision.tax_country)
        if not position:
            problem = message(
                "tax_position_missing_oss",
                country=finder.get_place_name(decision.tax_country),
            )
        return self._make_place(decision, position, problem=problem)
