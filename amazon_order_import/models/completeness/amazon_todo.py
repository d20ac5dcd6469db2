from odoo import api, fields, models
from odoo.tools import SQL


class AmazonTodo(models.Model):
    """Orders that Amazon's list names and Odoo lacks."""

    _inherit = "amazon.todo"
    _depends = {
        "amazon.control.order": [
            "account_id",
            "company_id",
            "order_ref",
            "is_missing",
            "missing_since",
            "row_id",
        ],
    }

    kind = fields.Selection(selection_add=[("missing", "Missing orders")])

    @api.model
    def _get_todo_selects(self):
        selects = super()._get_todo_selects()
        selects[6] = SQL(
            """
            SELECT 'missing' AS kind, 'amazon.control.order' AS record_model,
                   told.id AS record_id, told.account_id, told.company_id,
                   told.order_ref AS name, line.message,
                   told.missing_since AS since, NULL::timestamp AS due_at
              FROM amazon_control_order AS told
              LEFT JOIN amazon_report_row AS line ON line.id = told.row_id
             WHERE told.is_missing AND told.state NOT IN ('here', 'cancelled')
            """
        )
        return selects

    def _mend(self):
        if self[:1].kind == "missing":
            return self._get_records().action_request_again()
        return super()._mend()
