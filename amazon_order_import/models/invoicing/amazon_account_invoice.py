import re

from odoo import api, fields, models
from odoo.tools import html2plaintext

from .account_move_upload import NUMBER

_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,4})?\b")


class AmazonAccount(models.Model):
    _inherit = "amazon.account"

    vat_invoice_policy = fields.Selection(
        [
            ("post", "Made and posted"),
            ("draft", "Made as drafts"),
            ("manual", "Left to a person"),
        ],
        "Invoices by VCS Lite",
        required=True,
        default="post",
        help="What becomes of VCS Lite data: an invoice for each shipment and a credit "
        "note for each return or refund, with Amazon's figures, once the order is "
        "confirmed",
        tracking=True,
    )
    invoice_upload = fields.Selection(
        [("manual", "By hand"), ("auto", "Automatically")],
        "Upload of Invoices",
        required=True,
        default="manual",
        help="Whether posted invoices and credit notes are sent to Amazon, which hands "
        "them to the buyer. By hand: those that you choose. Amazon expects them within "
        "a business day of the shipment",
        tracking=True,
    )
    invoice_upload_warning = fields.Text(compute="_compute_invoice_upload_warning")

    @api.depends(
        "company_id", "vat_service", "vat_service_from", "invoice_upload", "region"
    )
    def _compute_invoice_upload_warning(self):
        for account in self:
            account.invoice_upload_warning = (
                "\n".join(account.sudo()._get_upload_warnings()) or False
                if account._may_upload()
                else False
            )

    def _may_upload(self):
        """Whether this seller sends invoices to Amazon at all."""
        self.ensure_one()
        return self.region == "eu" and (
            self.vat_service == "vcs_lite"
            or (
                (self.vat_service == "none" or self.vat_service_from)
                and self.invoice_upload == "auto"
            )
        )

    def _get_upload_warnings(self):
        """Return what Amazon would refuse of the documents, with what to do."""
        warnings = []
        journals = self.env["account.journal"].search(
            [("type", "=", "sale"), ("company_id", "=", self.company_id.id)]
        )
        for journal in journals:
            number = self._get_example_number(journal)
            if not NUMBER.fullmatch(number):
                warnings.append(
                    self.env._(
                        "The numbers of the journal %(journal)s (%(number)s) hold "
                        "characters that Amazon does not take, e.g. spaces. Use "
                        "letters, digits and - _ / \\ , ; : # only: change the number "
                        "of the next invoice, or the journal's short code.",
                        journal=journal.name,
                        number=number,
                    )
                )
        footer = html2plaintext(self.company_id.report_footer or "")
        if _IBAN.search(footer):
            warnings.append(
                self.env._(
                    "The footer of your documents holds a bank account number. Amazon "
                    "does not want one on invoices to its buyers: take it out under "
                    "Settings > Companies > Document Layout."
                )
            )
        return warnings

    def _get_example_number(self, journal):
        """Return the latest number of a journal, or what its first would look like."""
        latest = self.env["account.move"].search(
            [
                ("journal_id", "=", journal.id),
                ("state", "=", "posted"),
                ("move_type", "in", ("out_invoice", "out_refund")),
            ],
            order="date desc, id desc",
            limit=1,
        )
        return latest.name or f"{journal.code}/2026/00001"
