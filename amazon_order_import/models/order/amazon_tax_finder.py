from decimal import Decimal
from math import ceil, floor

from odoo import api, models

from ...messages import MessageError, Name, message
from ...trusted_context import get_trusted
from ...vat_rules import (
    get_own_rate,
    get_rates,
    get_territory_name,
    is_known_rate,
    is_only_of_territory,
)
from .amazon_tax_cure import TAX_PROBLEMS

#: By how much a tax may differ from Amazon's own rate, in the document's currency.
ROUNDING = Decimal("0.05")
#: No rate of VAT is lower, in percent.
LOWEST = Decimal("0.5")


class TaxMissing(MessageError):
    """No tax of Odoo's is right for a sale; the message names what to create.

    :param str country: code of the country whose VAT it is
    :param Decimal rate: in percent
    :param bool oss: whether it is a tax of the OSS return
    """

    def __init__(self, env, reason, country="", rate=None, oss=False):
        super().__init__(env, reason)
        self.country = country
        self.rate = rate
        self.oss = oss


class AmazonTaxFinder(models.AbstractModel):
    """Finds the tax whose rate, country and return are those that Amazon states."""

    _name = "amazon.tax.finder"
    _description = "Taxes by Amazon's Rates"

    @api.private
    def find_taxes(self, lookups, decision, position, taxes, rate):
        """Return the taxes of a sale with Amazon's rate.

        Those that the fiscal position makes of the product's taxes, if they have the
        rate; else the position's own tax with that rate.

        :param lookups: ``TaxLookups``
        :param decision: ``vat_rules.Decision``
        :param position: ``account.fiscal.position`` record; may be empty
        :param taxes: ``account.tax`` records of the product
        :param Decimal rate: in percent
        :raise TaxMissing: where there is no such tax
        """
        found = None
        if not self._is_elsewhere(decision, rate):
            found = self._look_up(lookups, decision, position, taxes, rate)
        if found is None:
            missing = self._get_missing(decision, rate)
            if missing.message.code in TAX_PROBLEMS and get_trusted(
                self.env, "amazon_create_tax"
            ):
                # A person asked for it.
                found = self._create_tax(lookups, decision, position, taxes, rate)
            if found is None:
                raise missing
        return found

    def _is_elsewhere(self, decision, rate):
        """Whether a rate is that of a territory, and the goods do not go there."""
        return is_only_of_territory(decision.tax_country, rate, decision.territory)

    def _look_up(self, lookups, decision, position, taxes, rate):
        key = (decision.kind, position.id, tuple(taxes.ids), rate)
        if key not in lookups.taxes_by_rate:
            lookups.taxes_by_rate[key] = self._search_taxes(
                lookups.company, decision, position, taxes, rate
            )
        return lookups.taxes_by_rate[key]

    @api.private
    def find_fitting(self, lookups, place, taxes, net, tax, quantity, rate=None):
        """Return the taxes of a sale that give Amazon's amounts.

        :param lookups: ``TaxLookups``
        :param place: ``TaxPlace``
        :param taxes: ``account.tax`` records of the product
        :param Decimal net: of ``quantity`` units; likewise ``tax``
        :param Decimal rate: that Amazon states, in percent; None: it does not
        :raise TaxMissing: where there is no such tax
        """
        decision, position = place.decision, place.fiscal_position
        if not net and not tax:
            return position.map_tax(taxes)
        # Amazon's own rate bears its rounding of each part of the amounts.
        rounding = ROUNDING + Decimal(str(quantity)) * Decimal("0.005")
        if rate is not None and (
            abs(net * rate / 100 - tax) > rounding or bool(tax) > bool(rate)
        ):
            raise MessageError(
                self.env,
                message(
                    "tax_rate_contradicts",
                    rate=f"{rate.normalize():f} %",
                    tax=str(tax),
                    net=str(net),
                ),
            )
        if rate is None:
            rate = self._guess_rate(lookups, place, taxes, net, tax, quantity)
        return self.find_taxes(lookups, decision, position, taxes, rate)

    @api.private
    def find_local(self, lookups, place, taxes):
        """Return the taxes of a sale of which Amazon states no tax.

        Some territories have rates of their own in place of their country's.

        :param taxes: ``account.tax`` records of the product
        :raise TaxMissing: where there is no such tax
        """
        decision, position = place.decision, place.fiscal_position
        mapped = position.map_tax(taxes)
        rate = self._get_rate(mapped)
        own = get_own_rate(decision.territory, rate)
        if own == rate:
            return mapped
        return self.find_taxes(lookups, decision, position, taxes, Decimal(own))

    def _guess_rate(self, lookups, place, taxes, net, tax, quantity):
        """Return the rate by which Amazon's tax was calculated.

        Rounding leaves an interval: of the rates in it, the product's own counts, then
        one that Odoo has a tax of, then the roundest.

        :raise TaxMissing: where the interval tells none
        """
        decision, position = place.decision, place.fiscal_position
        low, high = self._get_interval(net, tax, quantity)
        own = self._get_rate(position.map_tax(taxes))
        if own is not None and low <= own <= high:
            return own
        exact = tax / net * 100 if net else Decimal(0)
        fitting = [
            rate
            for rate in self._get_known_rates(lookups)
            if low <= rate <= high and not self._is_elsewhere(decision, rate)
        ]
        for rate in sorted(fitting, key=lambda rate: abs(rate - exact)):
            if self._look_up(lookups, decision, position, taxes, rate) is not None:
                return rate
        known = get_rates(decision.tax_country, decision.territory)
        fitting = [rate for rate in known if low <= rate <= high]
        if fitting:
            return min(fitting, key=lambda rate: (abs(rate - exact), rate))
        rate = self._get_roundest(low, high)
        if rate is None:
            raise TaxMissing(
                self.env,
                message(
                    "tax_of_no_rate",
                    rate=f"{exact:.1f} %",
                    country=self.get_place_name(decision.tax_country),
                ),
                decision.tax_country,
            )
        return rate

    def _get_interval(self, net, tax, quantity):
        """Return between which rates, in percent, Amazon's tax was calculated."""
        if not net:
            # A tax on nothing is of no rate.
            return Decimal("Infinity"), Decimal("Infinity")
        bounds = self.env["amazon.order.amounts"].get_rounding(quantity)
        bounds = Decimal(str(bounds)) / abs(net) * 100
        exact = tax / net * 100
        if not tax:
            return exact - bounds, exact + bounds
        # Not even a cent is of 0 %.
        return max(exact - bounds, LOWEST), exact + bounds

    def _get_known_rates(self, lookups):
        if lookups.rates is None:
            Tax = self.env["account.tax"]
            known = Tax.search(
                [
                    *Tax._check_company_domain(lookups.company),
                    ("type_tax_use", "=", "sale"),
                    ("amount_type", "=", "percent"),
                ]
            )
            lookups.rates = {Decimal(str(tax.amount)) for tax in known}
        return lookups.rates

    def _get_roundest(self, low, high):
        """Return the only rate of an interval with the fewest digits, or None."""
        if not low.is_finite():
            return None
        for parts in (1, 2, 10):
            first, last = ceil(low * parts), floor(high * parts)
            if first <= last:
                return Decimal(first) / parts if first == last else None
        return None

    def _search_taxes(self, company, decision, position, taxes, rate):
        mapped = position.map_tax(taxes)
        if self._get_rate(mapped) == rate and self._is_of_return(mapped, decision):
            return mapped
        candidates = self._find_candidates(company, decision, position, rate)
        # As the product's own: for goods or services, price included or not.
        scopes = set(taxes.mapped("tax_scope"))
        included = set(taxes.mapped("price_include"))
        best = candidates.sorted(
            lambda tax: (
                tax.tax_scope not in scopes,
                tax.price_include not in included,
                tax.sequence,
                tax.id,
            )
        )[:1]
        return best or None

    def _find_candidates(self, company, decision, position, rate=None):
        """Return the sale taxes of a rate that the position, or home, has.

        :param Decimal rate: in percent; None: any
        """
        Tax = self.env["account.tax"]
        domain = [
            *Tax._check_company_domain(company),
            ("type_tax_use", "=", "sale"),
            ("amount_type", "=", "percent"),
        ]
        if rate is not None:
            domain.append(("amount", "=", float(rate)))
        if position:
            domain.append(("fiscal_position_ids", "in", position.ids))
        else:
            domain += [
                ("is_domestic", "=", True),
                ("country_id", "=", company.account_fiscal_country_id.id),
            ]
        return Tax.search(domain).filtered(
            lambda tax: self._is_of_return(tax, decision)
        )

    def _get_rate(self, taxes):
        """Return the rate of taxes in percent, or None where it is no percentage."""
        flat = taxes.flatten_taxes_hierarchy()
        if any(tax.amount_type != "percent" for tax in flat):
            return None
        return sum((Decimal(str(tax.amount)) for tax in flat), Decimal(0))

    def _is_of_return(self, taxes, decision):
        """Whether taxes are of the OSS return if the sale is, and only then."""
        if not taxes:
            return decision.kind not in ("domestic", "oss")
        return self._is_oss(taxes) == (decision.kind == "oss")

    @api.private
    def is_oss(self, taxes):
        """Whether some taxes belong to the OSS return."""
        return self._is_oss(taxes)

    def _is_oss(self, taxes):
        # By its id: `ref()` would ask for each tax anew whether the tag still exists.
        tag_id = self.env["ir.model.data"]._xmlid_to_res_id("l10n_eu_oss.tag_oss")
        lines = taxes.flatten_taxes_hierarchy().repartition_line_ids
        return bool(tag_id) and tag_id in lines.tag_ids.ids

    def _get_missing(self, decision, rate):
        country = decision.tax_country
        oss = decision.kind == "oss"
        if oss:
            code = "tax_missing_oss"
        elif decision.oss_country:
            country, oss, code = decision.oss_country, True, "tax_missing_oss"
        elif decision.kind == "domestic":
            code = "tax_missing_country"
        else:
            code = "tax_missing_free"
        names = {"rate": f"{rate.normalize():f} %"}
        if code != "tax_missing_free":
            if not is_known_rate(country, rate, decision.territory):
                code = "tax_rate_not_of_country"
            names["country"] = self.get_place_name(decision.territory or country)
        return TaxMissing(self.env, message(code, **names), country, rate, oss)

    @api.private
    def check_accounts(self, moves):
        """Check that no VAT stands in the revenue, as that of a tax without account.

        :param moves: ``account.move`` records
        :raise MessageError: where it does
        """
        wrong = moves.line_ids.filtered(
            lambda line: (
                line.tax_line_id
                and line.balance
                and not line.tax_repartition_line_id.account_id
            )
        )
        if wrong:
            tax = Name.of(wrong.tax_line_id[0])
            raise MessageError(self.env, message("tax_without_account", tax=tax))

    @api.private
    def get_place_name(self, code):
        """Return what a country, or a VAT territory, is called, for a message."""
        country = self._get_country(code)
        return Name.of(country) if country else get_territory_name(code)

    def _get_country(self, code):
        Country = self.env["res.country"]
        if len(code) > 2:
            # Odoo would cut the code of a territory off and find its country.
            return Country
        return Country.search([("code", "=", code)], limit=1)

    @api.private
    def find_oss_taxes(self, company):
        """Return the company's sale taxes that belong to the OSS return."""
        Tax = self.env["account.tax"]
        taxes = Tax.search(
            [*Tax._check_company_domain(company), ("type_tax_use", "=", "sale")]
        )
        # Read for all taxes at once, not for each in turn.
        taxes.flatten_taxes_hierarchy().mapped("repartition_line_ids.tag_ids")
        return taxes.filtered(self._is_oss)

    # === FISCAL POSITIONS === #

    @api.private
    def find_oss_position(self, company, code):
        """Return the fiscal position for OSS sales to consumers in a country.

        Also for the company's own country: goods that leave from abroad.

        :param str code: code of the country whose VAT it is
        """
        Position = self.env["account.fiscal.position"]
        positions = Position.search(
            [
                *Position._check_company_domain(company),
                ("country_id.code", "=", code),
                ("foreign_vat", "=", False),
                ("vat_required", "=", False),
            ]
        )
        return positions.filtered(lambda position: self._is_oss(position.tax_ids))[:1]
