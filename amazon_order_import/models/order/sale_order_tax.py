from odoo import api, models

from ...messages import get_message


class SaleOrder(models.Model):
    """An order that stays a quotation until Odoo has its tax."""

    _inherit = ["sale.order", "amazon.tax.cure"]

    @api.depends("amazon_tax_problem", "state")
    def _compute_amazon_tax_cures(self):
        return super()._compute_amazon_tax_cures()

    def _get_tax_problem(self):
        if self.state == "draft":
            return get_message(self, "amazon_tax_problem")
        return None

    def _get_tax_account(self):
        return self.amazon_account_id

    def _process_held_for_tax(self):
        for report in self.amazon_row_ids.report_id.sorted("id"):
            report._make_ready()
            report.process()

    def action_create_tax(self):
        """Create the taxes that are missing; process again what waits for them."""
        return self._create_missing_taxes()

    def action_register_tax(self):
        """Open the registration that the account lacks."""
        return self._open_missing_registration()
