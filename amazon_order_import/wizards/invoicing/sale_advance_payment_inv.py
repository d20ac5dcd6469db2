from odoo import models


class SaleAdvancePaymentInv(models.TransientModel):
    _inherit = "sale.advance.payment.inv"

    def _create_invoices(self, sale_orders):
        # Down payments are invoices, too, and take a way of their own.
        sale_orders._check_amazon_invoicing()
        return super()._create_invoices(sale_orders)
