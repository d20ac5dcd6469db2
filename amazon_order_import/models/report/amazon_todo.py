from odoo import api, fields, models
from odoo.tools import SQL

from ...messages import BY_ITSELF


class AmazonTodo(models.Model):
    """Reports that failed, and rows that wait for a person or have an error."""

    _inherit = "amazon.todo"
    _depends = {
        "amazon.report": [
            "account_id",
            "company_id",
            "state",
            "failure_reason",
            "filename",
            "amazon_report_id",
            "processed_at",
            "create_date",
        ],
        "amazon.report.row": [
            "report_id",
            "order_ref",
            "number",
            "outcome",
            "code",
            "message",
            "needs_attention",
        ],
    }

    kind = fields.Selection(
        selection_add=[("report", "Failed reports"), ("row", "Rows of reports")]
    )

    @api.model
    def _get_todo_selects(self):
        selects = super()._get_todo_selects()
        selects[2] = SQL(
            """
            SELECT 'report' AS kind, 'amazon.report' AS record_model,
                   id AS record_id, account_id, company_id,
                   COALESCE(filename, amazon_report_id, id::text) AS name,
                   failure_reason AS message, create_date AS since,
                   NULL::timestamp AS due_at
              FROM amazon_report
             WHERE state = 'failed'
            """
        )
        selects[3] = SQL(
            """
            SELECT 'row' AS kind, 'amazon.report.row' AS record_model,
                   line.id AS record_id, report.account_id, report.company_id,
                   COALESCE(line.order_ref, line.sku, line.number::text) AS name,
                   line.message, report.processed_at AS since,
                   NULL::timestamp AS due_at
              FROM amazon_report AS report
              JOIN amazon_report_row AS line ON line.report_id = report.id
             WHERE report.state = 'attention'
               AND (line.needs_attention
                    OR line.outcome IN ('waiting', 'error')
                   AND COALESCE(line.code, '') != ALL(%s))
               AND %s
            """,
            sorted(self._get_codes_elsewhere()),
            self._get_row_condition(),
        )
        return selects

    @api.model
    def _get_codes_elsewhere(self):
        """Return the reasons of rows that are no to-do, or one of another kind."""
        return BY_ITSELF

    @api.model
    def _get_row_condition(self):
        """Return which rows (alias ``line``) are no to-do of another kind already."""
        return SQL("TRUE")

    def _describe(self):
        if self.kind == "report":
            return self._get_records().display_name
        return super()._describe()

    def _mend(self):
        if self[:1].kind == "report":
            reports = self._get_records()
            asked = reports.filtered(lambda r: r.marketplace_ids and not r.file_size)
            asked.action_request_again()
            again = (reports - asked).filtered("file_size")
            return again.action_process_again() if again else False
        if self[:1].kind == "row":
            return self._get_records().action_process_again()
        return super()._mend()
