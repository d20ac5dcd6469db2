from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    amazon_money_only = fields.Boolean(
        "Money Only",
        copy=False,
        readonly=True,
        help="Of what was sold on Amazon, this line gives back money and no units: a "
        "goodwill, shipping costs, a part of the price",
    )

    def _takes_units_back(self, open_notes):
        """Whether a line of a credit note takes back the units that it names.

        Goods that Amazon says came back; else those whose price, with what was given
        back of it before, is given back in full.

        :param open_notes: ``account.move``, credit notes of which this is not noted yet
        """
        self.ensure_one()
        item = self.sale_line_ids._get_amazon_owner()
        others = (item.invoice_lines - self).filtered(
            lambda line: line.move_id.state != "cancel"
            and line.move_id not in open_notes
        )
        invoiced = others.filtered(lambda line: line.move_id.move_type == "out_invoice")
        before = others.filtered(lambda line: line.move_id.move_type == "out_refund")
        units = sum(invoiced.mapped("quantity"))
        taken = sum(
            before.filtered(lambda line: not line.amazon_money_only).mapped("quantity")
        )
        quantity = self._get_amazon_units(item)
        if self.product_uom_id.compare(units - taken, 0.0) <= 0:
            return False
        if item.amazon_line_type == "item" and self._tell_goods_came_back(item):
            return True
        if (others | self).currency_id - self.currency_id:
            return True
        money_only = before.filtered("amazon_money_only").move_id
        price = self._sum_amazon_price(invoiced.move_id, item) / units
        given = self._sum_amazon_price(money_only | self.move_id, item)
        currency = self.currency_id
        # Shares of a price may be a cent more, or less.
        missing = currency.round(price * quantity - given)
        return currency.compare_amounts(missing, currency.rounding) <= 0

    def _get_amazon_units(self, item):
        """Return how many units of an order line the credit note is about."""
        lines = self.move_id.invoice_line_ids.filtered(
            lambda line: line.sale_line_ids == item
        )
        return sum(lines.mapped("quantity")) or self.quantity

    def _sum_amazon_price(self, moves, item):
        """Return what invoices or credit notes say of the price of an order line.

        Promotions belong to it.
        """
        family = item._get_amazon_family()
        return sum(
            line.price_total
            for line in moves.invoice_line_ids
            if line.sale_line_ids and line.sale_line_ids <= family
        )

    def _tell_goods_came_back(self, item):
        """Whether Amazon says that the units of an item came back, with their price."""
        move = self.move_id.sudo()
        documents = move.amazon_vat_document_ids.filtered(
            lambda document: document.transaction_type == "RETURN"
        )
        data = move.amazon_vat_invoice_ids.filtered(
            lambda document: document.transaction_type == "return"
        )
        return any(
            line.sale_line_id == item and "item" in line._get_amounts()
            for line in documents.line_ids
        ) or any(
            line.sale_line_id == item and line.line_type == "item" and line.amount_total
            for line in data.line_ids
        )

    def _eligible_for_stock_account(self):
        # Money that is given back changes nothing about the goods.
        return not self.amazon_money_only and super()._eligible_for_stock_account()
