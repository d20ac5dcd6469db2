from odoo import api, models

from ...trusted_context import get_trusted


class StockRule(models.Model):
    _inherit = "stock.rule"

    @api.model
    def _search_rule_for_warehouses(
        self, route_ids, packaging_uom_id, product_id, warehouse_ids, domain
    ):
        # The orders of a batch ask for the same few rules again and again.
        known = get_trusted(self.env, "amazon_stock_rules")
        if known is None:
            return super()._search_rule_for_warehouses(
                route_ids, packaging_uom_id, product_id, warehouse_ids, domain
            )
        key = (route_ids, packaging_uom_id, product_id, warehouse_ids, repr(domain))
        if key not in known:
            known[key] = super()._search_rule_for_warehouses(
                route_ids, packaging_uom_id, product_id, warehouse_ids, domain
            )
        return known[key]
