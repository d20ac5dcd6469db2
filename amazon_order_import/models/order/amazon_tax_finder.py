from decimal import Decimal

from odoo import Command, api, models

from ...messages import MessageError, Name, message
from ...vat_rules import get_territory_name

#: By how much a tax may differ from Amazon's own rate, in the document's currency.
ROUNDING = Decimal("0.05")


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
        found = self._look_up(lookups, decision, position, taxes, rate)
        if found is None:
            raise self._get_missing(decision, rate)
        return found

    @api.private
    def has_taxes(self, lookups, decision, position, taxes, rate):
        """Whether `find_taxes` finds some; the same parameters."""
        return self._look_up(lookups, decision, position, taxes, rate) is not None

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
        Amounts = self.env["amazon.order.amounts"]

        def fits(candidate):
            return Amounts.is_same_tax(
                float(tax), float(net * candidate / 100), quantity
            )

        # Amazon's own rate bears its rounding of each part of the amounts.
        rounding = ROUNDING + Decimal(str(quantity)) * Decimal("0.005")
        if rate is None or abs(net * rate / 100 - tax) > rounding:
            rate = self._guess_rate(lookups, place, taxes, fits)
        if rate is None:
            raise TaxMissing(self.env, message("tax_of_no_rate"))
        return self.find_taxes(lookups, decision, position, taxes, rate)

    def _guess_rate(self, lookups, place, taxes, fits):
        """Return the rate by which Amazon's tax was calculated, or None."""
        own = self._get_rate(place.fiscal_position.map_tax(taxes))
        if own is not None and fits(own):
            return own
        known = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(lookups.company),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
            ]
        )
        rates = sorted({Decimal(str(tax.amount)) for tax in known}, reverse=True)
        return next(filter(fits, rates), None)

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

    def _find_candidates(self, company, decision, position, rate):
        """Return the sale taxes of a rate that the position, or home, has."""
        Tax = self.env["account.tax"]
        domain = [
            *Tax._check_company_domain(company),
            ("type_tax_use", "=", "sale"),
            ("amount_type", "=", "percent"),
            ("amount", "=", float(rate)),
        ]
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
        tag = self.env.ref("l10n_eu_oss.tag_oss", raise_if_not_found=False)
        lines = taxes.flatten_taxes_hierarchy().repartition_line_ids
        return bool(tag) and tag in lines.tag_ids

    def _get_missing(self, decision, rate):
        names = {
            "rate": f"{rate.normalize():f} %",
            "country": self.get_place_name(decision.tax_country),
        }
        if decision.kind == "oss":
            reason = message("tax_missing_oss", **names)
        elif decision.kind == "domestic":
            reason = message("tax_missing_country", **names)
        else:
            reason = message("tax_missing_free", rate=names["rate"])
        return TaxMissing(
            self.env, reason, decision.tax_country, rate, decision.kind == "oss"
        )

    @api.private
    def get_place_name(self, code):
        """Return what a country, or a VAT territory, is called, for a message."""
        country = self._get_country(code)
        return Name.of(country) if country else get_territory_name(code)

    def _get_country(self, code):
        return self.env["res.country"].search([("code", "=", code)], limit=1)

    @api.private
    def find_oss_taxes(self, company):
        """Return the company's sale taxes that belong to the OSS return."""
        Tax = self.env["account.tax"]
        return Tax.search(
            [*Tax._check_company_domain(company), ("type_tax_use", "=", "sale")]
        ).filtered(self._is_oss)

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

    # === CREATE === #

    @api.private
    def create_oss_tax(self, company, code, rate, originals):
        """Create a tax of the OSS return as the chart of accounts has its others.

        :param str code: code of the country whose VAT it is
        :param Decimal rate: in percent
        :param originals: ``account.tax`` records that it replaces in the position
        :raise MessageError: where there is no OSS tax to copy
        """
        Tax = self.env["account.tax"]
        model = self.find_oss_taxes(company)[:1]
        if not model:
            raise MessageError(self.env, message("oss_not_set_up"))
        country = self._get_country(code)
        position = self.find_oss_position(company, code)
        if not position:
            position = position.create(
                {
                    "name": self.env._("OSS B2C %(country)s", country=country.name),
                    "country_id": country.id,
                    "company_id": company.id,
                    # Goods at home are no OSS sale: Odoo must not choose it by itself.
                    "auto_apply": country != company.account_fiscal_country_id,
                }
            )
        name = f"{rate.normalize():f}% {country.code} {country.vat_label or 'VAT'}"
        if Tax.search_count([("name", "=", name), ("company_id", "=", company.id)]):
            name = self.env._("%(tax)s (OSS)", tax=name)
        return model.copy(
            {
                "name": name,
                "amount": float(rate),
                "description": f"{rate.normalize():f}%",
                "tax_group_id": self._get_oss_group(model, rate).id,
                "fiscal_position_ids": [Command.set(position.ids)],
                "original_tax_ids": [Command.set(originals.ids)],
            }
        )

    def _get_oss_group(self, model, rate):
        """Return the tax group of an OSS rate; created as the others are."""
        group = model.tax_group_id
        name = f"OSS {float(rate)}%"
        found = group.search(
            [("name", "=", name), ("company_id", "=", group.company_id.id)], limit=1
        )
        return found or group.copy({"name": name})
