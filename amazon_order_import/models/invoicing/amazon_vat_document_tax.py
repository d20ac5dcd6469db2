from odoo import api, models

from ...messages import get_message


class AmazonVatDocument(models.Model):
    """A document of Amazon's that waits for a tax that Odoo lacks."""

    _name = "amazon.vat.document"
    _inherit = ["amazon.vat.document", "amazon.tax.cure"]

    @api.depends("entry_state", "entry_message")
    def _compute_amazon_tax_cures(self):
        return super()._compute_amazon_tax_cures()

    def _get_tax_problem(self):
        if self.entry_state == "failed":
            told = get_message(self, "entry_message")
            return self._get_cause(told)
        return None

    def _process_held_for_tax(self):
        self.correct_orders()
        self.action_book()

    def action_create_tax(self):
        """Create the taxes that are missing; process again what waits for them."""
        return self._create_missing_taxes()

    def action_register_tax(self):
        """Open the registration that the account lacks."""
        return self._open_missing_registration()
