from odoo import models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    def write(self, vals):
        # Part of what Amazon's line says, above all a partial refund: its figures stay
        # exact where Odoo would compute from the rounded price.
        if "quantity" not in vals or {"extra_tax_data", "price_unit"} & vals.keys():
            return super().write(vals)
        parts = self.filtered(lambda line: line._is_amazon_part())
        result = super(AccountMoveLine, self - parts).write(vals)
        for line in parts:
            data = line._get_amazon_part(vals["quantity"])
            result = super(AccountMoveLine, line).write(dict(vals, extra_tax_data=data))
        return result

    def _is_amazon_part(self):
        """Whether this draft line holds exact figures of one Amazon order line."""
        sale_line = self.sale_line_ids
        return bool(
            self.extra_tax_data
            and len(sale_line) == 1
            and sale_line.amazon_line_type
            and sale_line._has_amazon_figures()
            and self.move_id.state == "draft"
            and self.move_id.move_type in ("out_invoice", "out_refund")
            and self.product_uom_id == sale_line.product_uom_id
            and self.price_unit == sale_line.price_unit
            and self.tax_ids == sale_line.tax_ids
        )

    def _get_amazon_part(self, quantity):
        """Return Amazon's exact figures for another quantity of this line."""
        if self.move_id.move_type == "out_invoice":
            return self.sale_line_ids._get_amazon_part(quantity, leave_out=self)
        return self.env["account.tax"]._reverse_quantity_base_line_extra_tax_data(
            self.sale_line_ids._get_amazon_part(-quantity, leave_out=self)
        )
