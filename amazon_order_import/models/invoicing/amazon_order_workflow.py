from odoo import models

from ...messages import message


class AmazonOrderWorkflow(models.AbstractModel):
    """Which orders are invoiced by Amazon, or by its VAT figures."""

    _inherit = "amazon.order.workflow"

    def _get_invoicing_note(self, account, order):
        if order.amazon_invoicing_locked:
            return message("invoiced_by_amazon")
        note = super()._get_invoicing_note(account, order)
        if note and not order.amazon_invoicing_unlocked:
            return note
        if self._is_invoiced_by_vat_data(account, order):
            return message("invoiced_by_vat_data")
        return None

    def _is_invoiced_by_vat_data(self, account, order):
        """Whether Amazon's VCS Lite data say what is to be invoiced, and how."""
        return (
            bool(order.amazon_marketplace_id)
            and order._get_amazon_vat_service() == "vcs_lite"
        )
