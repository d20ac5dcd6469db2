from dataclasses import dataclass
from decimal import Decimal

from odoo import api, models

from ...models.order.lookups import ZERO
from ...report_formats.kinds import KINDS


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
    def net(self):
        return self.amount if self.mode == "on_top" else self.amount - self.tax

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

    @api.private
    def prepare_lines(self, row, lookups, case, product):
        """Return the values of the order lines of one report row.

        :param row: ``SaleRow``
        :param lookups: `OrderLookups`
        :param case: `OrderCase` with its treatment
        :param product: ``product.product`` of the item
        :return: list of dicts for ``sale.order.line``, without ``order_id``
        """
        charges = self._get_charges(row, lookups, case)
        if lookups.account.promotion_policy == "net":
            charges = self._net_promotions(charges)
        taxes = self._get_taxes(lookups, case, product)
        lines = []
        for charge in charges:
            chosen = self._choose_taxes(row, charge, lookups, case, product, taxes)
            lines.append(
                self._prepare_line(row, charge, lookups, case, product, chosen)
            )
            if (
                charge.line_type == "item"
                and lookups.account.stated_tax_id not in chosen
            ):
                # Shipping and the rest follow the goods.
                taxes = chosen
        return lines

    # === AMAZON'S FIGURES === #

    def _get_charges(self, row, lookups, case):
        """Return the amounts of a row as a list of `Charge`, the item first."""
        item_price = row.item_price or ZERO
        ignored = self._get_ignored(lookups.account)
        parts = [
            ("item", row.quantity, item_price, row.item_tax),
            ("shipping", 1, row.shipping_price, row.shipping_tax),
            ("gift_wrap", 1, row.gift_wrap_price, row.gift_wrap_tax),
            (
                "item_promotion",
                1,
                row.item_promotion,
                self._get_tax_share(
                    row.item_promotion, item_price, row.item_tax, lookups, case
                ),
            ),
            (
                "shipping_promotion",
                1,
                row.ship_promotion,
                self._get_tax_share(
                    row.ship_promotion,
                    row.shipping_price,
                    row.shipping_tax,
                    lookups,
                    case,
                ),
            ),
            (
                "payment_fee",
                1,
                row.payment_method_fee,
                self._get_tax_share(
                    row.payment_method_fee, item_price, row.item_tax, lookups, case
                ),
            ),
        ]
        return [
            self._get_charge(
                row, lookups, case, kind, quantity, amount or ZERO, tax or ZERO
            )
            for kind, quantity, amount, tax in parts
            if kind == "item" or ((amount or tax) and kind not in ignored)
        ]

    def _get_ignored(self, account):
        """Return the types of lines that the account leaves out."""
        ignored = {
            "item_promotion": account.ignore_item_promotion,
            "shipping_promotion": account.ignore_shipping_promotion,
        }
        return {kind for kind, is_ignored in ignored.items() if is_ignored}

    def _get_charge(self, row, lookups, case, kind, quantity, amount, tax):
        charge = Charge(
            kind,
            quantity,
            amount,
            tax,
            self._get_mode(row, lookups, case, tax),
            self._get_name(row, kind),
        )
        if case.treatment.collected_by_amazon:
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

    def _get_tax_share(self, amount, price, tax, lookups, case):
        """Return the tax in a promotion or a fee, which the reports do not give.

        Where prices contain the tax, it is in proportion to that of the item or of
        shipping; where the tax comes on top, Amazon's tax is that of all together.
        """
        if not amount or not price or not tax:
            return ZERO
        if not self._prices_include_tax(lookups, case):
            return ZERO
        digits = Decimal(1).scaleb(-case.currency.decimal_places)
        return (amount * tax / price).quantize(digits)

    def _prices_include_tax(self, lookups, case):
        """Whether Amazon's prices contain the tax, as the marketplace is used to.

        Without marketplace, those in the order's currency tell.
        """
        marketplace = case.marketplace or self.env["amazon.marketplace"].search(
            [("currency_id", "=", case.currency.id)], limit=1
        )
        if marketplace:
            return marketplace.price_includes_tax
        return "eu" in KINDS[lookups.report.kind].regions

    def _get_mode(self, row, lookups, case, tax):
        if not self._prices_include_tax(lookups, case):
            return "on_top"
        if tax or self._is_untaxed_business_sale(row, lookups, case):
            return "contained"
        return "compute"

    def _is_untaxed_business_sale(self, row, lookups, case):
        """Whether Amazon charged no VAT: a cross-border sale to a business, by VCS."""
        account = lookups.account
        bought = account._get_local_day(row.purchase_date)
        return (
            account._get_vat_service(case.marketplace, bought) != "none"
            and not row.item_tax
            and bool(case.customer.vat)
            and case.treatment.crosses_border
        )

    def _get_name(self, row, kind):
        """Return the description of a line; empty where the product's own serves."""
        if kind == "gift_wrap":
            return "\n".join(filter(None, (row.gift_wrap_type, row.gift_message)))
        if kind == "payment_fee":
            return row.payment_method
        if kind == "item_promotion":
            return row.item_promotion_ids
        if kind == "shipping_promotion":
            return row.ship_promotion_ids
        return ""

    # === ODOO'S LINES === #

    def _prepare_line(self, row, charge, lookups, case, item, taxes):
        product = self._get_product(charge, lookups, item)
        net, tax_amounts = self._split(charge, lookups, case.currency, taxes)
        return {
            "product_id": product.id,
            "name": self._get_description(row, charge, lookups, product),
            "product_uom_qty": charge.quantity,
            "product_uom_id": product.uom_id.id,
            "tax_ids": [(6, 0, taxes.ids)],
            **self.env["amazon.order.amounts"].prepare_exact_amounts(
                charge.quantity,
                net,
                tax_amounts,
                float(charge.withheld),
                case.currency,
            ),
            **self._get_analytic_values(lookups),
            "amazon_line_type": charge.line_type,
            "amazon_figures": charge.figures,
        }

    def _get_analytic_values(self, lookups):
        """Spare Odoo a search per line where no analytic distribution can apply."""
        if lookups.analytic_defaults is None:
            Model = self.env["account.analytic.distribution.model"]
            has_models = Model.search_count([], limit=1)
            lookups.analytic_defaults = (
                {} if has_models else {"analytic_distribution": False}
            )
        return lookups.analytic_defaults

    def _get_product(self, charge, lookups, item):
        if charge.line_type == "item":
            return item
        return lookups.account._get_charge_product(charge.line_type)

    def _get_description(self, row, charge, lookups, product):
        """Return the text of a line, by the account's choice of names."""
        text = self._get_text(row, charge, lookups, product)
        with_sku = lookups.account.line_sku and charge.line_type == "item"
        if with_sku and row.sku and not text.startswith(row.sku):
            return f"{row.sku} – {text}"
        return text

    def _get_text(self, row, charge, lookups, product):
        if product == lookups.account.placeholder_product_id:
            # Without the SKU nobody knows what was sold.
            return "\n".join(filter(None, (row.sku, row.product_name)))
        own = self._get_own_description(lookups, product)
        if charge.line_type == "item" and row.product_name:
            choice = lookups.account.line_name
            if choice == "amazon":
                return row.product_name
            if choice == "both":
                return f"{own}\n{row.product_name}"
        return f"{own}\n{charge.name}" if charge.name else own

    def _get_own_description(self, lookups, product):
        """Return the product's own text; orders of a batch share few products."""
        if product not in lookups.descriptions:
            lookups.descriptions[product] = (
                product.get_product_multiline_description_sale()
            )
        return lookups.descriptions[product]

    def _split(self, charge, lookups, currency, taxes):
        """Split an amount into net and tax, exact in the currency.

        :return: ``(net, {account.tax: amount})``
        """
        Amounts = self.env["amazon.order.amounts"]
        taxes = taxes.flatten_taxes_hierarchy()
        amount = float(charge.amount)
        special_mode = "total_excluded" if charge.mode == "on_top" else "total_included"
        computed = Amounts.compute_taxes(
            lookups.taxes, taxes, amount, currency, special_mode
        )
        if charge.mode == "compute":
            total_tax = currency.round(sum(computed.values()))
        else:
            total_tax = float(charge.tax)
            stated = lookups.account.stated_tax_id
            if stated in computed:
                computed = {tax: 0.0 for tax in computed} | {stated: total_tax}
            else:
                computed = Amounts.distribute(total_tax, computed, currency)
        net = amount if charge.mode == "on_top" else amount - total_tax
        return currency.round(net), computed
