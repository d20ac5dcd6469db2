from odoo import api, fields, models
from odoo.tools import SQL


class AmazonTodo(models.Model):
    """Documents to upload, VAT data to look at, Amazon's documents not booked."""

    _inherit = "amazon.todo"
    _depends = {
        "amazon.invoice.upload": [
            "account_id",
            "company_id",
            "number",
            "order_ref",
            "state",
            "reason",
            "due_at",
            "error_text",
        ],
        "amazon.vat.document": [
            "account_id",
            "company_id",
            "number",
            "entry_state",
            "entry_message",
            "order_difference",
            "sale_order_id",
        ],
        "amazon.vat.invoice": [
            "account_id",
            "company_id",
            "order_ref",
            "state",
            "state_note",
        ],
    }

    kind = fields.Selection(
        selection_add=[
            ("upload", "Documents to upload"),
            ("vat_document", "VAT documents"),
            ("vat_data", "VAT invoice data"),
        ]
    )

    @api.model
    def _get_todo_selects(self):
        selects = super()._get_todo_selects()
        selects[7] = SQL(
            """
            SELECT 'upload' AS kind, 'amazon.invoice.upload' AS record_model,
                   id AS record_id, account_id, company_id, number AS name,
                   COALESCE(error_text, reason) AS message,
                   create_date AS since, due_at
              FROM amazon_invoice_upload
             WHERE state IN ('manual', 'refused', 'failed')
            """
        )
        selects[8] = SQL(
            """
            SELECT 'vat_document' AS kind, 'amazon.vat.document' AS record_model,
                   id AS record_id, account_id, company_id, number AS name,
                   COALESCE(entry_message, order_difference) AS message,
                   date::timestamp AS since, NULL::timestamp AS due_at
              FROM amazon_vat_document
             WHERE entry_state IN ('difference', 'failed')
                OR order_difference IS NOT NULL
                OR sale_order_id IS NULL
            """
        )
        selects[9] = SQL(
            """
            SELECT 'vat_data' AS kind, 'amazon.vat.invoice' AS record_model,
                   id AS record_id, account_id, company_id, order_ref AS name,
                   state_note AS message, shipment_date AS since,
                   NULL::timestamp AS due_at
              FROM amazon_vat_invoice
             WHERE state = 'attention'
            """
        )
        return selects

    def _explain(self):
        if self.kind == "upload":
            return self._get_records().summary
        return super()._explain()

    def _mend(self):
        if self[:1].kind == "upload":
            return self._get_records().action_upload() and False
        if self[:1].kind == "vat_document":
            return self._get_records().action_book()
        if self[:1].kind == "vat_data" and len(self) == 1:
            return self._open()
        return super()._mend()
