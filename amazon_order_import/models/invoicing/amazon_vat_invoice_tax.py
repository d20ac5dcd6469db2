from odoo import api, models

from ...messages import get_message


class AmazonVatInvoice(models.Model):
    """VAT invoice data that wait for a tax that Odoo lacks."""

    _name = "amazon.vat.invoice"
    _inherit = ["amazon.vat.invoice", "amazon.tax.cure"]

    @api.depends("state", "state_note")
    def _compute_amazon_tax_cures(self):
        return super()._compute_amazon_tax_cures()

    def _get_tax_problem(self):
        if self.state == "attention":
            told = get_message(self, "state_note")
            return self._get_cause(told)
        return None

    def _process_held_for_tax(self):
        self.env["amazon.vat.invoice.settler"].settle(self)
        waiting = self.filtered(lambda document: document.state == "attention")
        waiting.state = "to_invoice"
        self.env["amazon.vat.invoice.maker"].make(self)

    def action_create_tax(self):
        """Create the taxes that are missing; process again what waits for them."""
        return self._create_missing_taxes()

    def action_register_tax(self):
        """Open the registration that the account lacks."""
        return self._open_missing_registration()
