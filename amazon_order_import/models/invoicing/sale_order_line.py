from odoo import api, models

#: What a promotion lowers the price of.
PROMOTED = {"item_promotion": "item", "shipping_promotion": "shipping"}


class SaleOrderLine(models.Model):
    """What Amazon's own documents leave to invoice."""

    _inherit = "sale.order.line"

    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        for line in self:
            if line.qty_to_invoice > 0 and (credited := line._get_amazon_credited()):
                # What Amazon invoiced and credited is not due once more.
                line.qty_to_invoice = max(line.qty_to_invoice - credited, 0.0)
        return result

    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        for line in self.filtered(lambda line: line.invoice_status == "no"):
            credited = line._get_amazon_credited()
            if credited and line.qty_invoiced + credited >= line.product_uom_qty:
                line.invoice_status = "invoiced"
        return result

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        if self.amazon_line_type and not values.get("account_id"):
            account = self.env["amazon.income.account"].find(
                self.company_id,
                self.product_id,
                self._get_amazon_item().product_id or self.product_id,
                self.tax_ids,
                self.order_id.fiscal_position_id,
            )
            if account:
                values["account_id"] = account.id
        return values

    def _get_amazon_item(self):
        """Return the item that a line belongs to: itself, or that of its row."""
        return self.order_id.order_line.filtered(
            lambda line: line.amazon_line_type == "item"
            and line.amazon_row_key == self.amazon_row_key
        )[:1]

    def _get_amazon_credited(self):
        """Return the quantity that credit notes of Amazon's took back."""
        self.ensure_one()
        if not self.amazon_line_type:
            return 0.0
        return sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            for line in self.invoice_lines
            if line.move_id.move_type == "out_refund"
            and line.move_id.state != "cancel"
            and (
                line.move_id.amazon_vat_document_ids
                or line.move_id.amazon_vat_invoice_ids
            )
            and not line.amazon_money_only
        )

    # === MONEY WITHOUT UNITS === #

    def _get_amazon_owner(self):
        """Return the line whose price a line belongs to: that of its promotion."""
        self.ensure_one()
        owner_type = PROMOTED.get(self.amazon_line_type)
        return self._get_amazon_siblings((owner_type,))[:1] or self

    def _get_amazon_family(self):
        """Return a line with those of its promotions."""
        self.ensure_one()
        types = [
            name for name, owner in PROMOTED.items() if owner == self.amazon_line_type
        ]
        return self | self._get_amazon_siblings(types)

    def _get_amazon_siblings(self, line_types):
        return self.order_id.order_line.filtered(
            lambda line: line.amazon_line_type in line_types
            and line.amazon_row_key == self.amazon_row_key
        )

    @api.depends("invoice_lines.amazon_money_only")
    def _compute_qty_invoiced(self):
        return super()._compute_qty_invoiced()

    @api.depends("invoice_lines.amazon_money_only")
    def _compute_qty_invoiced_posted(self):
        result = super()._compute_qty_invoiced_posted()
        for line in self.filtered("amazon_line_type"):
            line.qty_invoiced_posted = line._leave_out_money_only(
                line.qty_invoiced_posted, ("posted",)
            )
        return result

    def _prepare_qty_invoiced(self):
        quantities = super()._prepare_qty_invoiced()
        for line in self.filtered("amazon_line_type"):
            quantities[line] = line._leave_out_money_only(
                quantities[line], ("draft", "posted")
            )
        return quantities

    def _leave_out_money_only(self, quantity, states):
        """Return an invoiced quantity without what gives back money only.

        :param states: of the documents that count
        """
        lines = self._get_invoice_lines().filtered(
            lambda line: line.move_id.state in states
            and line.move_id.move_type == "out_refund"
        )
        if not lines:
            return quantity
        # A part of what comes back may have been credited before.
        return max(quantity + self._count_money_only(lines), 0.0)

    def _count_money_only(self, lines):
        return sum(
            line.product_uom_id._compute_quantity(line.quantity, self.product_uom_id)
            for line in lines.filtered("amazon_money_only")
        )

    def _sum_amazon_parts(self, lines):
        net, taxes, reached = super()._sum_amazon_parts(lines)
        return net, taxes, reached + self._count_money_only(lines)
