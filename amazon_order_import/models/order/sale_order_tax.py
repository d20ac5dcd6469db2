from odoo import api, models

from ...messages import get_message, holds_message
from ...report_formats.kinds import ORDER_KINDS


class SaleOrder(models.Model):
    """An order that stays a quotation until Odoo has its tax."""

    _name = "sale.order"
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

    def _set_amazon_tax_problem(self, problem):
        """Note why an order stays a quotation.

        :param problem: `Message`; None: nothing holds it
        """
        if not holds_message(self, "amazon_tax_problem", problem):
            self.amazon_tax_problem = problem

    def _close_tax_rows(self):
        """Close the rows of all reports that said that orders are held."""
        rows = self.env["amazon.report.row"].search(
            [("sale_order_id", "in", self.ids), ("code", "=", "held_for_tax")]
        )
        rows.write({"needs_attention": False, "message": False, "code": False})
        rows.report_id._update_attention()

    def _has_amazon_document_tax(self):
        """Whether Amazon's VAT reports have told the tax of the whole order."""
        lines = self.order_line.filtered(
            lambda line: line.amazon_row_key and line.product_uom_qty
        )
        return bool(lines) and all(lines.mapped("amazon_has_document_tax"))

    def _release_by_document_tax(self):
        """Let orders go on that were held for a tax that Amazon has told by now."""
        held = self.sudo().filtered(
            lambda order: (
                order.state == "draft"
                and order.amazon_tax_problem
                and order._has_amazon_document_tax()
            )
        )
        if not held:
            return
        held.amazon_tax_problem = False
        told = held.amazon_row_ids.filtered(
            lambda row: row.report_id.kind in ORDER_KINDS
        )
        for report, members in told.grouped("report_id").items():
            refs = sorted(set(members.mapped("order_ref")))
            self.env["amazon.order.workflow"].run(report, refs)

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
