from odoo import api, fields, models

from ...messages import get_message


class SaleOrder(models.Model):
    """An order that stays a quotation until Odoo has its tax."""

    _inherit = "sale.order"

    amazon_can_create_tax = fields.Boolean(compute="_compute_amazon_tax_cures")
    amazon_can_register_tax = fields.Boolean(compute="_compute_amazon_tax_cures")

    @api.depends("amazon_tax_problem", "state")
    def _compute_amazon_tax_cures(self):
        Cure = self.env["amazon.tax.cure"]
        for record in self:
            code = Cure.get_code(record._get_tax_problem())
            record.amazon_can_create_tax = code == "tax"
            record.amazon_can_register_tax = code == "registration"

    def _get_tax_problem(self):
        """Return the `Message` that says what is missing, or None."""
        if self.state == "draft":
            return get_message(self, "amazon_tax_problem")
        return None

    def _process_held_for_tax(self):
        for report in self.amazon_row_ids.report_id.sorted("id"):
            report._make_ready()
            report.process()

    def action_create_tax(self):
        """Create the taxes that are missing; process again what waits for them."""
        return self.env["amazon.tax.cure"].create_taxes(self)

    def action_register_tax(self):
        """Open the registration that the account lacks."""
        self.ensure_one()
        self.check_access("read")
        return self.env["amazon.tax.cure"].open_registration(
            self.amazon_account_id, self._get_tax_problem()
        )
