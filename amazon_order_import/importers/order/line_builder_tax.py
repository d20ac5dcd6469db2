"""The taxes of order lines: of the rate that Amazon's tax has."""

from odoo import models

from ...messages import MessageError


class AmazonOrderLineBuilder(models.AbstractModel):
    _inherit = "amazon.order.line.builder"

    def _get_taxes(self, lookups, case, product):
        """Return the taxes that Odoo's own rules give the lines of a row."""
        fiscal_position = case.treatment.fiscal_position
        key = (product.id, fiscal_position.id)
        if key not in lookups.taxes.product_taxes:
            taxes = product.taxes_id._filter_taxes_by_company(lookups.company)
            lookups.taxes.product_taxes[key] = fiscal_position.map_tax(taxes)
        taxes = lookups.taxes.product_taxes[key]
        if case.treatment.collected_by_amazon:
            taxes = lookups.account.withheld_tax_ids or (
                taxes if not any(taxes.mapped("amount")) else taxes.browse()
            )
        return taxes

    def _choose_taxes(self, row, charge, lookups, case, product, taxes):
        """Return the taxes of one line; hold the order where Odoo has none.

        The line of a held order bears Amazon's tax as it is stated, on a tax of its
        own, so that the total is right.

        :param taxes: ``account.tax`` records that Odoo's rules give
        """
        place = case.treatment.place
        computed = charge.mode == "compute"
        if (
            case.treatment.collected_by_amazon
            or (computed and not place.decision.territory)
            or (not computed and self._has_rate(charge, lookups, case.currency, taxes))
        ):
            return taxes
        if not self._prices_include_tax(lookups, case):
            # Sales tax: its rate is that of the buyer's town, which no tax has.
            lookups.flag(row.order_id, "tax_rate_differs" if taxes else "tax_missing")
            free = taxes.filtered(lambda tax: not tax.amount)
            return free | lookups.account._get_stated_tax()
        finder = self.env["amazon.tax.finder"]
        own = product.taxes_id._filter_taxes_by_company(lookups.company)
        try:
            if computed:
                return finder.find_local(lookups.taxes, place, own)
            return finder.find_fitting(
                lookups.taxes, place, own, charge.net, charge.tax, charge.quantity
            )
        except MessageError as error:
            lookups.hold(row.order_id, error.message)
            return taxes if computed else lookups.account._get_stated_tax()

    def _has_rate(self, charge, lookups, currency, taxes):
        """Whether taxes give Amazon's tax, but for its rounding."""
        rates = taxes.flatten_taxes_hierarchy().mapped("amount")
        if charge.tax and not any(rates):
            # Not even a cent is of 0 %.
            return False
        return self.env["amazon.order.amounts"].fits_rate(
            lookups.taxes, taxes, charge.net, charge.tax, currency, charge.quantity
        )
