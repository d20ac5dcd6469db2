from odoo import api, fields, models

from ...messages import get_message
from ..order.lookups import TaxLookups

#: Reasons that a tax of the OSS return cures.
OSS_PROBLEMS = ("tax_position_missing_oss", "tax_missing_oss")


class AmazonVatDocument(models.Model):
    """A document that waits for a tax that Odoo lacks."""

    _inherit = "amazon.vat.document"

    can_create_tax = fields.Boolean(compute="_compute_can_create_tax")

    @api.depends("entry_state", "entry_message")
    def _compute_can_create_tax(self):
        for document in self:
            told = get_message(document, "entry_message")
            error = told.values.get("error") if told else None
            document.can_create_tax = (
                document.entry_state == "failed"
                and getattr(error, "code", None) in OSS_PROBLEMS
            )

    def action_create_tax(self):
        """Create the taxes of the OSS return that documents wait for; book them.

        :raise AccessError: where the user may not create taxes
        :raise MessageError: where Odoo has no OSS tax to copy
        """
        self.check_access("read")
        self.env["account.tax"].check_access("create")
        for account, documents in self.sudo().grouped("account_id").items():
            account = account.with_company(account.company_id)
            for document in documents.filtered("can_create_tax"):
                document.with_env(account.env)._create_missing_taxes(account)
        return self.action_book()

    def _create_missing_taxes(self, account):
        """Create the OSS taxes that a single document lacks."""
        finder = self.env["amazon.tax.finder"]
        advisor = self.env["amazon.tax.advisor"]
        for line in self.line_ids.filtered("tax_rate"):
            lookups = TaxLookups(account)
            place = advisor.find_document_place(lookups, self)
            decision, rate = place.decision, line._get_rate()
            taxes = line.sale_line_id.product_id.taxes_id._filter_taxes_by_company(
                account.company_id
            )
            if place.problem or not finder.has_taxes(
                lookups, decision, place.fiscal_position, taxes, rate
            ):
                finder.create_oss_tax(
                    account.company_id, decision.tax_country, rate, taxes
                )
