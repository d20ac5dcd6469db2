from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models
from odoo.tools import float_round

from ...models.order.lookups import ZERO


@dataclass
class Charge:
    """One amount of a report row: what becomes one order line.

    ``amount`` and ``tax`` are Amazon's figures for the whole line in the order's
    currency. ``mode`` says how they relate:

    - ``compute``: the amount is gross, Odoo's taxes say how much tax it contains
    - ``contained``: the amount is gross and contains ``tax``
    - ``on_top``: the amount is net, ``tax`` comes on top
    """

    line_type: str
    quantity: int
    amount: Decimal
    tax: Decimal
    mode: str
    name: str
    withheld: Decimal = ZERO

    @property
    def figures(self):
        """What Amazon said, to notice a later change."""
        return {
            "quantity": self.quantity,
            "amount": _plain(self.amount),
            "tax": _plain(self.tax),
            "withheld": _plain(self.withheld),
        }


def _plain(amount):
    return format((amount + 0).normalize(), "f")


class AmazonOrderLineBuilder(models.AbstractModel):
    _name = "amazon.order.line.builder"
    _description = "Order Lines of an Amazon Report Row"

    @api.model
    def prepare_lines(self, row, batch, order_vals, product):
        """Return the values of the order lines of one report row.

        :param row: ``SaleRow``
        :param batch: ``OrderBatch``, the batch's look-ups
        :param order_vals: dict with ``treatment`` (`TaxTreatment`), ``currency``,
            ``marketplace`` and ``customer`` of the order
        :param product: ``product.product`` of the item
        :return: list of dicts for ``sale.order.line``, without ``order_id``
        """
        charges = self._get_charges(row, batch, order_vals)
        if batch.account.promotion_policy == "net":
            charges = self._net_promotions(charges)
        taxes = self._get_taxes(row, batch, order_vals, product)
        return [
            self._prepare_line(row, charge, batch, order_vals, product, taxes)
            for charge in charges
        ]

    # === AMAZON'S FIGURES === #

    def _get_charges(self, row, batch, order_vals):
        """Return the amounts of a row as a list of `Charge`, the item first."""
        item_price = row.item_price or ZERO
        parts = [
            ("item", row.quantity, item_price, row.item_tax),
            ("shipping", 1, row.shipping_price, row.shipping_tax),
            ("gift_wrap", 1, row.gift_wrap_price, row.gift_wrap_tax),
            (
                "item_promotion",
                1,
                row.item_promotion,
                self._get_promotion_tax(
                    row.item_promotion, item_price, row.item_tax, batch, order_vals
                ),
            ),
            (
                "shipping_promotion",
                1,
                row.ship_promotion,
                self._get_promotion_tax(
                    row.ship_promotion,
                    row.shipping_price,
                    row.shipping_tax,
                    batch,
                    order_vals,
                ),
            ),
        ]
        return [
            self._get_charge(
                row, batch, order_vals, kind, quantity, amount or ZERO, tax or ZERO
            )
            for kind, quantity, amount, tax in parts
            if kind == "item" or amount or tax
        ]

    def _get_charge(self, row, batch, order_vals, kind, quantity, amount, tax):
        charge = Charge(
            kind,
            quantity,
            amount,
            tax,
            self._get_mode(row, batch, order_vals, tax),
            self._get_name(row, kind),
        )
        if order_vals["treatment"].collected_by_amazon:
            charge.withheld = tax
            charge.tax = ZERO
            if charge.mode == "contained":
                charge.amount -= tax
            charge.mode = "on_top"
        return charge

    def _net_promotions(self, charges):
        """Take promotions off the amounts that they reduce, by the account's choice."""
        by_type = {charge.line_type: charge for charge in charges}
        for promotion, reduced in (
            ("item_promotion", "item"),
            ("shipping_promotion", "shipping"),
        ):
            if promotion in by_type and reduced in by_type:
                discount = by_type.pop(promotion)
                charge = by_type[reduced]
                charge.amount += discount.amount
                charge.tax += discount.tax
                charge.withheld += discount.withheld
        return list(by_type.values())

    def _get_promotion_tax(self, promotion, price, tax, batch, order_vals):
        """Return the tax share of a promotion, which the reports do not give.

        Where prices contain the tax, a promotion lowers it in proportion; where the
        tax comes on top, Amazon's tax is that of the reduced price already.
        """
        if not promotion or not price or not tax:
            return ZERO
        if not self._prices_include_tax(batch, order_vals):
            return ZERO
        digits = Decimal(1).scaleb(-order_vals["currency"].decimal_places)
        return (promotion * tax / price).quantize(digits)

    def _prices_include_tax(self, batch, order_vals):
        """Whether Amazon's prices contain the tax, as the marketplace is used to.

        Without marketplace, those in the order's currency tell.
        """
        marketplace = order_vals["marketplace"] or self.env[
            "amazon.marketplace"
        ].search([("currency_id", "=", order_vals["currency"].id)], limit=1)
        if marketplace:
            return marketplace.price_includes_tax
        return not batch.report.kind.endswith("_na")

    def _get_mode(self, row, batch, order_vals, tax):
        if not self._prices_include_tax(batch, order_vals):
            return "on_top"
        if tax or self._is_untaxed_business_sale(row, batch, order_vals):
            return "contained"
        return "compute"

    def _is_untaxed_business_sale(self, row, batch, order_vals):
        """Whether Amazon charged no VAT: a cross-border sale to a business, by VCS."""
        return (
            batch.account.vat_service != "none"
            and not row.item_tax
            and bool(order_vals["customer"].vat)
            and order_vals["treatment"].crosses_border
        )

    def _get_name(self, row, kind):
        """Return the description of a line; empty where the product's own serves."""
        if kind == "gift_wrap":
            return "\n".join(
                filter(
                    None,
                    (
                        getattr(row, "gift_wrap_type", ""),
                        getattr(row, "gift_message", ""),
                    ),
                )
            )
        if kind == "item_promotion":
            return getattr(row, "item_promotion_ids", "")
        if kind == "shipping_promotion":
            return getattr(row, "ship_promotion_ids", "")
        return ""

    # === ODOO'S LINES === #

    def _get_taxes(self, row, batch, order_vals, product):
        """Return the taxes of all lines of a row: shipping follows the goods."""
        fiscal_position = order_vals["treatment"].fiscal_position
        key = (product.id, fiscal_position.id)
        if key not in batch.taxes:
            taxes = product.taxes_id._filter_taxes_by_company(batch.company)
            batch.taxes[key] = fiscal_position.map_tax(taxes)
        taxes = batch.taxes[key]
        if order_vals["treatment"].collected_by_amazon:
            taxes = batch.account.withheld_tax_ids or (
                taxes if not any(taxes.mapped("amount")) else taxes.browse()
            )
        return taxes

    def _prepare_line(self, row, charge, batch, order_vals, item, taxes):
        product = self._get_product(charge, batch, item)
        if charge.tax and not taxes:
            taxes = batch.account._get_stated_tax()
            batch.flag(row.order_id, "tax_missing")
        net, tax_amounts = self._split(
            row, charge, batch, order_vals["currency"], taxes
        )
        return {
            "product_id": product.id,
            "name": self._get_description(row, charge, batch, product),
            "product_uom_qty": charge.quantity,
            "product_uom_id": product.uom_id.id,
            "tax_ids": [(6, 0, taxes.ids)],
            **self._prepare_exact_amounts(
                charge.quantity,
                net,
                tax_amounts,
                float(charge.withheld),
                order_vals["currency"],
            ),
            **self._get_analytic_values(batch),
            "amazon_line_type": charge.line_type,
            "amazon_figures": charge.figures,
        }

    @api.model
    def prepare_amounts(self, batch, quantity, net, tax, withheld, currency, taxes):
        """Return the values that give an order line exact amounts.

        :param batch: ``OrderBatch``; its account and company count
        :param net: ``Decimal`` in ``currency``, for the whole line; likewise ``tax``
            and ``withheld``, the tax that Amazon collects
        :param taxes: ``account.tax`` records of the line, at least one if there is tax
        :return: dict for ``sale.order.line``; of them ``price_unit``, ``discount`` and
            ``extra_tax_data`` also serve an ``account.move.line``
        """
        taxes = taxes.flatten_taxes_hierarchy()
        computed = self._compute_taxes(
            batch, taxes, float(net), currency, "total_excluded"
        )
        return self._prepare_exact_amounts(
            quantity,
            currency.round(float(net)),
            self._distribute(float(tax), computed, currency),
            float(withheld),
            currency,
        )

    @api.model
    def fits_rate(self, batch, taxes, net, tax, currency, quantity):
        """Whether taxes give Amazon's tax, but for its rounding per unit."""
        computed = self._compute_taxes(
            batch,
            taxes.flatten_taxes_hierarchy(),
            float(net),
            currency,
            "total_excluded",
        )
        difference = float(tax) - sum(computed.values())
        return abs(difference) <= self._get_tolerance(quantity)

    def _prepare_exact_amounts(self, quantity, net, tax_amounts, withheld, currency):
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

    def _get_analytic_values(self, batch):
        """Spare Odoo a search per line where no analytic distribution can apply."""
        if batch.has_analytic_models is None:
            batch.has_analytic_models = bool(
                self.env["account.analytic.distribution.model"].search_count(
                    [], limit=1
                )
            )
        return {} if batch.has_analytic_models else {"analytic_distribution": False}

    def _get_product(self, charge, batch, item):
        if charge.line_type == "item":
            return item
        return self.get_charge_product(batch.account, charge.line_type)

    @api.model
    def get_charge_product(self, account, line_type):
        """Return the product of the account for a line that is no item."""
        return {
            "shipping": account.shipping_product_id,
            "gift_wrap": account.gift_wrap_product_id,
            "item_promotion": account.item_promotion_product_id,
            "shipping_promotion": account.shipping_promotion_product_id,
        }[line_type]

    def _get_description(self, row, charge, batch, product):
        """Return the text of a line, by the account's choice of names."""
        if product == batch.account.placeholder_product_id:
            # Without the SKU nobody knows what was sold.
            return "\n".join(filter(None, (row.sku, row.product_name)))
        own = self._get_own_description(batch, product)
        if charge.line_type == "item" and row.product_name:
            choice = batch.account.line_name
            if choice == "amazon":
                return row.product_name
            if choice == "both":
                return f"{own}\n{row.product_name}"
        return f"{own}\n{charge.name}" if charge.name else own

    def _get_own_description(self, batch, product):
        """Return the product's own text; orders of a batch share few products."""
        if product not in batch.descriptions:
            batch.descriptions[product] = (
                product.get_product_multiline_description_sale()
            )
        return batch.descriptions[product]

    def _round_price(self, price):
        digits = self.env["decimal.precision"].precision_get("Product Price")
        return float_round(price, precision_digits=digits)

    def _split(self, row, charge, batch, currency, taxes):
        """Split an amount into net and tax, exact in the currency.

        :return: ``(net, {account.tax: amount})``
        """
        taxes = taxes.flatten_taxes_hierarchy()
        amount = float(charge.amount)
        special_mode = "total_excluded" if charge.mode == "on_top" else "total_included"
        computed = self._compute_taxes(batch, taxes, amount, currency, special_mode)
        if charge.mode == "compute":
            total_tax = currency.round(sum(computed.values()))
        else:
            total_tax = float(charge.tax)
            self._check_rate(row, charge, batch, total_tax, sum(computed.values()))
            computed = self._distribute(total_tax, computed, currency)
        net = amount if charge.mode == "on_top" else amount - total_tax
        return currency.round(net), computed

    def _check_rate(self, row, charge, batch, stated, computed):
        """Flag an order whose tax by Amazon is not of the rate of Odoo's tax.

        Amazon rounds per unit, so that each unit may differ by half a cent.
        """
        tolerance = self._get_tolerance(charge.quantity)
        if abs(stated - computed) > tolerance and not charge.withheld:
            batch.flag(row.order_id, "tax_rate_differs")

    def _get_tolerance(self, quantity):
        return 0.01 + 0.005 * max(quantity, 1)

    def _compute_taxes(self, batch, taxes, amount, currency, special_mode):
        """Return Odoo's own tax amounts: ``{account.tax: amount}``."""
        key = (tuple(taxes.ids), amount, currency.id, special_mode)
        if key not in batch.tax_amounts:
            AccountTax = self.env["account.tax"]
            base_line = AccountTax._prepare_base_line_for_taxes_computation(
                {},
                tax_ids=taxes,
                price_unit=amount,
                quantity=1.0,
                currency_id=currency,
                special_mode=special_mode,
            )
            AccountTax._add_tax_details_in_base_line(base_line, batch.company)
            AccountTax._round_base_lines_tax_details([base_line], batch.company)
            batch.tax_amounts[key] = {
                data["tax"]: data["tax_amount_currency"]
                for data in base_line["tax_details"]["taxes_data"]
                if not data["is_reverse_charge"]
            }
        return dict(batch.tax_amounts[key])

    def _distribute(self, total, weights, currency):
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
