from odoo import models


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
        )
