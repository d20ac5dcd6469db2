from dataclasses import dataclass

from odoo import api, models

from ...messages import Message, Name, holds_message, message
from .account_move_upload import NUMBER
from .amazon_invoice_upload import DUE_AFTER


@dataclass(frozen=True)
class Gate:
    """Whether a document may be sent now.

    - ``state``: ``queued`` lets it pass; ``waiting`` looks again by itself; ``manual``
      needs a person; ``accepted``: Amazon has it
    - ``reason``: why, or None
    """

    state: str
    reason: Message | None = None


class AmazonInvoiceUpload(models.Model):
    """Which documents may be sent to Amazon, and why others may not."""

    _inherit = "amazon.invoice.upload"

    @api.model
    def _update_waiting(self, account):
        """Let documents into the queue whose time has come."""
        self.search(
            [("account_id", "=", account.id), ("state", "=", "waiting")]
        )._pass_gate()

    def _pass_gate(self):
        """Let documents into the queue that may be sent; note why others may not."""
        for upload in self:
            upload._join_data()
            gate = upload._get_gate()
            by_hand = upload.account_id.invoice_upload == "manual"
            if gate.state == "queued" and by_hand and not upload.asked_by_person:
                gate = Gate("manual", message("upload_by_hand"))
            if upload.state != gate.state or not holds_message(
                upload, "reason", gate.reason
            ):
                upload._note(gate.reason, state=gate.state)

    def _join_data(self):
        """Link the VCS Lite data of the document, which may come after it."""
        data = self.move_id.amazon_vat_invoice_ids[:1]
        if data and not self.vat_invoice_id:
            self.write(
                {
                    "vat_invoice_id": data.id,
                    "marketplace_id": (data.marketplace_id or self.marketplace_id).id,
                    "due_at": data.shipment_date and data.shipment_date + DUE_AFTER,
                }
            )

    def _get_gate(self):
        """Return the `Gate` of a document: whether it may be sent now."""
        self.ensure_one()
        move, data = self.move_id, self.vat_invoice_id
        channel = self.marketplace_id
        service = self.order_id._get_amazon_vat_service()
        if move.state != "posted":
            return Gate("manual", message("upload_not_posted"))
        if data.is_amazon_invoiced or service == "vcs":
            return Gate("manual", message("upload_amazon_invoices"))
        if not channel.has_vat_service:
            return Gate(
                "manual",
                message(
                    "upload_marketplace",
                    countries=", ".join(self._get_upload_countries()),
                    channel=Name.of(channel) if channel else "–",
                ),
            )
        if not NUMBER.fullmatch(move.name or ""):
            return Gate("manual", message("upload_number", number=move.name or ""))
        if service == "vcs_lite" or data:
            return self._get_data_gate(data)
        if self.document_type == "credit_note":
            return Gate("manual", message("upload_needs_transaction"))
        if not self.order_id._get_amazon_shipped_at():
            return Gate("waiting", message("upload_not_shipped", order=self.order_ref))
        return Gate("queued")

    def _get_upload_countries(self):
        """Return the codes of the countries whose channels take invoices."""
        channels = self.env["amazon.marketplace"].search(
            [("has_vat_service", "=", True)]
        )
        return sorted(set(channels.country_id.mapped("code")))

    def _get_data_gate(self, data):
        """Return the `Gate` by Amazon's own figures (VCS Lite)."""
        if not data:
            return Gate("waiting", message("upload_no_data"))
        if data._get_progress_at_amazon() == "done":
            theirs = data.invoice_number
            if theirs in (False, self.move_id.name):
                return Gate("accepted", message("upload_known_at_amazon"))
            return Gate("manual", message("upload_another_document", theirs=theirs))
        if self.document_type == "credit_note" and not data.transaction_ref:
            return Gate("manual", message("upload_no_transaction"))
        if difference := data._describe_difference():
            return Gate(
                "manual", message("upload_totals_differ", difference=difference)
            )
        return Gate("queued")
