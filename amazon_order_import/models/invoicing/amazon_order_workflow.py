from odoo import models

from ...messages import message
from ...report_formats import KINDS

#: Countries whose marketplaces take part in VCS.
VCS_COUNTRIES = KINDS["vcs_lite"].countries


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
        country = order.amazon_marketplace_id.country_id
        return account.vat_service == "vcs_lite" and country.code in VCS_COUNTRIES
