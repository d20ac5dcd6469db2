from odoo import api, fields, models
from odoo.tools import SQL

#: Rows that wait for the product of their SKU: one to-do for each SKU.
UNKNOWN_SKU = "unknown_sku"


class AmazonTodo(models.Model):
    """SKUs without a product, and orders that differ or were not taken further."""

    _inherit = "amazon.todo"
    _depends = {
        "amazon.offer": ["account_id", "company_id", "sku", "product_id", "title"],
        "sale.order": [
            "amazon_account_id",
            "amazon_order_ref",
            "amazon_purchase_date",
            "amazon_workflow_note",
            "amazon_amount_difference",
            "amazon_tax_problem",
            "company_id",
            "state",
        ],
    }

    kind = fields.Selection(
        selection_add=[("sku", "SKUs without product"), ("order", "Orders to check")]
    )

    @api.model
    def _get_codes_elsewhere(self):
        return {*super()._get_codes_elsewhere(), UNKNOWN_SKU}

    @api.model
    def _get_todo_selects(self):
        selects = super()._get_todo_selects()
        selects[4] = SQL(
            """
            SELECT 'sku' AS kind, 'amazon.offer' AS record_model,
                   offer.id AS record_id, offer.account_id, offer.company_id,
                   concat_ws(' – ', offer.sku, offer.title) AS name,
                   NULL::text AS message, offer.create_date AS since,
                   NULL::timestamp AS due_at
              FROM amazon_offer AS offer
             WHERE offer.product_id IS NULL
            """
        )
        selects[5] = SQL(
            """
            SELECT 'order' AS kind, 'sale.order' AS record_model,
                   sale.id AS record_id, sale.amazon_account_id AS account_id,
                   sale.company_id, sale.amazon_order_ref AS name,
                   COALESCE(sale.amazon_workflow_note, sale.amazon_tax_problem)
                       AS message,
                   sale.amazon_purchase_date AS since, NULL::timestamp AS due_at
              FROM sale_order AS sale
             WHERE sale.id IN (%s)
            """,
            self._select_orders_to_check(),
        )
        return selects

    @api.model
    def _get_row_condition(self):
        # Its order is in the list, and says the same.
        return SQL(
            "%s AND (line.sale_order_id IS NULL OR line.outcome IN ('waiting', 'error')"
            " OR line.sale_order_id NOT IN (%s))",
            super()._get_row_condition(),
            self._select_orders_to_check(),
        )

    @api.model
    def _select_orders_to_check(self):
        domain = self.env["amazon.account"]._get_check_domain()
        orders = self.env["sale.order"].sudo().with_context(active_test=False)
        return orders._search(
            [("amazon_account_id", "!=", False), *domain], order="id"
        ).select()

    def _explain(self):
        if self.kind == "sku":
            offer = self._get_records()
            return self.env._(
                "Rows of reports that wait for its product: %(count)s.",
                count=offer.waiting_row_count,
            )
        return super()._explain()

    def _mend(self):
        if self[:1].kind == "sku":
            return self._get_records().action_make_products()
        if self[:1].kind == "order" and len(self) == 1:
            return self._open()
        return super()._mend()
