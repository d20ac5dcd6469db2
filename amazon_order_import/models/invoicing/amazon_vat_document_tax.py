from odoo import api, fields, models

from ...messages import get_message


class AmazonVatDocument(models.Model):
    """A document of Amazon's that waits for a tax that Odoo lacks."""

    _inherit = "amazon.vat.document"

    amazon_can_create_tax = fields.Boolean(compute="_compute_amazon_tax_cures")
    amazon_can_register_tax = fields.Boolean(compute="_compute_amazon_tax_cures")

    @api.depends("entry_state", "entry_message")
    def _compute_amazon_tax_cures(self):
        Cure = self.env["amazon.tax.cure"]
        for record in self:
            code = Cure.get_code(record._get_tax_problem())
            record.amazon_can_create_tax = code == "tax"
            record.amazon_can_register_tax = code == "registration"

    def _get_tax_problem(self):
        """Return the `Message` that says what is missing, or None."""
        if self.entry_state == "failed":
            told = get_message(self, "entry_message")
            return self.env["amazon.tax.cure"].get_cause(told)
        return None

    def _process_held_for_tax(self):
        self.correct_orders()
        self.action_book()

    def action_create_tax(self):
        """Create the taxes that are missing; process again what waits for them."""
        return self.env["amazon.tax.cure"].create_taxes(self)

    def action_register_tax(self):
        """Open the registration that the account lacks."""
        self.ensure_one()
        self.check_access("read")
        return self.env["amazon.tax.cure"].open_registration(
            self.account_id, self._get_tax_problem()
        )
