from odoo import api, fields, models
from odoo.tools import SQL


class AmazonTodo(models.Model):
    """Differences of FBA stock that somebody has to agree to."""

    _inherit = "amazon.todo"
    _depends = {
        "amazon.stock.snapshot": [
            "account_id",
            "stock_pool",
            "moment",
            "booking_state",
            "booking_note",
        ],
    }

    kind = fields.Selection(selection_add=[("stock", "Stock differences")])

    @api.model
    def _get_todo_selects(self):
        selects = super()._get_todo_selects()
        selects[10] = SQL(
            """
            SELECT 'stock' AS kind, 'amazon.stock.snapshot' AS record_model,
                   snapshot.id AS record_id, snapshot.account_id,
                   account.company_id, snapshot.stock_pool AS name,
                   snapshot.booking_note AS message, snapshot.moment AS since,
                   NULL::timestamp AS due_at
              FROM amazon_stock_snapshot AS snapshot
              JOIN amazon_account AS account ON account.id = snapshot.account_id
             WHERE snapshot.booking_state IN ('proposed', 'approval')
            """
        )
        return selects

    def _describe(self):
        if self.kind == "stock":
            return self._get_records().display_name
        return super()._describe()

    def _mend(self):
        if self[:1].kind == "stock" and len(self) == 1:
            return self._get_records().action_adjust()
        return super()._mend()
