from odoo import api, fields, models
from odoo.tools import SQL


class AmazonTodo(models.Model):
    """Parcels that Amazon is not told of, or that it refuses."""

    _inherit = "amazon.todo"
    _depends = {
        "amazon.shipment.confirmation": [
            "account_id",
            "company_id",
            "order_id",
            "order_ref",
            "state",
            "reason",
        ],
        "sale.order": ["amazon_latest_ship_date"],
    }

    kind = fields.Selection(selection_add=[("shipment", "Shipments")])

    @api.model
    def _get_todo_selects(self):
        selects = super()._get_todo_selects()
        selects[20] = SQL(
            """
            SELECT 'shipment' AS kind,
                   'amazon.shipment.confirmation' AS record_model,
                   parcel.id AS record_id, parcel.account_id, parcel.company_id,
                   parcel.order_ref AS name, parcel.reason AS message,
                   parcel.create_date AS since, o.amazon_latest_ship_date AS due_at
              FROM amazon_shipment_confirmation parcel
              JOIN sale_order o ON o.id = parcel.order_id
             WHERE parcel.state IN ('waiting', 'refused', 'given_up')
            """
        )
        return selects

    def _mend(self):
        if self[:1].kind == "shipment":
            return self._get_records().action_confirm_shipment() and False
        return super()._mend()
