from odoo import api, models
from odoo.tools import float_round


class AmazonOrderAmounts(models.AbstractModel):
    """Amazon's exact amounts on Odoo's lines, whatever Odoo's taxes would round to."""

    _name = "amazon.order.amounts"
    _description = "Exact Amounts of Amazon Orders"

    @api.private
    def prepare_amounts(self, lookups, quantity, net, tax, withheld, currency, taxes):
        """Return the values that give an order line exact amounts.

        :param lookups: `TaxLookups`
        :param net: ``Decimal`` in ``currency``, for the whole line; likewise ``tax``
            and ``withheld``, the tax that Amazon collects
        :param taxes: ``account.tax`` records of the line, at least one if there is tax
        :return: dict for ``sale.order.line``; of them ``price_unit``, ``discount`` and
            ``extra_tax_data`` also serve an ``account.move.line``
        """
        taxes = taxes.flatten_taxes_hierarchy()
        computed = self.compute_taxes(
            lookups, taxes, float(net), currency, "total_excluded"
        )
        return self.prepare_exact_amounts(
            quantity,
            currency.round(float(net)),
            self.distribute(float(tax), computed, currency),
            float(withheld),
            currency,
        )

    @api.private
    def fits_rate(self, lookups, taxes, net, tax, currency, quantity):
        """Whether taxes give Amazon's tax, but for its rounding per unit."""
        computed = self.compute_taxes(
            lookups,
            taxes.flatten_taxes_hierarchy(),
            float(net),
            currency,
            "total_excluded",
        )
        return self.is_same_tax(float(tax), sum(computed.values()), quantity)

    @api.private
    def is_same_tax(self, stated, computed, quantity):
        """Whether Amazon's tax of a line is Odoo's, but for its rounding.

        Amazon rounds per unit, so that each unit may differ by half a cent.
        """
        return abs(stated - computed) <= self.get_rounding(quantity)

    @api.private
    def get_rounding(self, quantity):
        """Return by how much Amazon's tax of some units may differ from Odoo's."""
        return 0.01 + 0.005 * max(quantity, 1)

    @api.private
    def prepare_exact_amounts(self, quantity, net, tax_amounts, withheld, currency):
        """Return the values that give an order line these amounts.

        :param dict tax_amounts: ``{account.tax: amount}``
        :return: see ``prepare_amounts``
        """
        total = net + sum(tax_amounts.values())
        included = sum(
            amount for tax, amount in tax_amounts.items() if tax.price_include
        )
        price = (net + included) / quantity if quantity else 0.0
        stored = self._round_price(price)
        if currency.compare_amounts(stored, price):
            # Odoo keeps exact amounts only while the two agree in the currency.
            price = stored
        return {
            "price_unit": stored,
            # Anything else than the price, so that a later change of the quantity
            # does not bring the price list's price.
            "technical_price_unit": 0.0 if stored else -1.0,
            "discount": 0.0,
            "extra_tax_data": {
                "currency_id": currency.id,
                "price_unit": price,
                "discount": 0.0,
                "quantity": float(quantity),
                "manual_total_excluded_currency": net,
                "manual_tax_amounts": {
                    str(tax.id): {
                        "base_amount_currency": net,
                        "tax_amount_currency": amount,
                    }
                    for tax, amount in tax_amounts.items()
                },
            },
            "amazon_amount_total": total,
            "amazon_amount_tax": total - net,
            "amazon_tax_withheld": withheld,
        }

    def _round_price(self, price):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return float_round(price, precision_digits=digits)

    @api.private
    def compute_taxes(self, lookups, taxes, amount, currency, special_mode):
        """Return Odoo's own tax amounts: ``{account.tax: amount}``.

        :param lookups: `TaxLookups`; computed once for equal amounts
        :param str special_mode: of Odoo's taxes: ``total_included``, ``total_excluded``
        """
        key = (tuple(taxes.ids), amount, currency.id, special_mode)
        if key not in lookups.tax_amounts:
            AccountTax = self.env["account.tax"]
            base_line = AccountTax._prepare_base_line_for_taxes_computation(
                {},
                tax_ids=taxes,
                price_unit=amount,
                quantity=1.0,
                currency_id=currency,
                special_mode=special_mode,
            )
            AccountTax._add_tax_details_in_base_line(base_line, lookups.company)
            AccountTax._round_base_lines_tax_details([base_line], lookups.company)
            lookups.tax_amounts[key] = {
                data["tax"]: data["tax_amount_currency"]
                for data in base_line["tax_details"]["taxes_data"]
                if not data["is_reverse_charge"]
            }
        return dict(lookups.tax_amounts[key])

    @api.private
    def distribute(self, total, weights, currency):
        """Distribute Amazon's tax over Odoo's taxes in proportion, exactly."""
        weight_sum = sum(weights.values())
        shares = {}
        left = total
        for tax, weight in weights.items():
            share = currency.round(total * weight / weight_sum) if weight_sum else 0.0
            shares[tax] = share
            left -= share
        if shares:
            first = next(iter(shares))
            shares[first] = currency.round(shares[first] + left)
        return shares
