from odoo import models


class AmazonOrderImporter(models.AbstractModel):
    """What orders have to do with their shipments."""

    _inherit = "amazon.order.importer"

    def _prepare_lookups(self, lookups, works):
        result = super()._prepare_lookups(lookups, works)
        self.env["amazon.shipment.importer"].prepare_lookups(lookups, works)
        return result

    def _prepare_delivery_values(self, lookups, works):
        return {
            **super()._prepare_delivery_values(lookups, works),
            **self.env["amazon.shipment.importer"].prepare_order_values(lookups, works),
        }

    def _import_delivery(self, lookups, groups):
        result = super()._import_delivery(lookups, groups)
        self.env["amazon.shipment.importer"].import_shipments(lookups, groups)
        return result

    def _join_multi_channel(self, report, works):
        result = super()._join_multi_channel(report, works)
        self.env["amazon.shipment.importer"].import_multi_channel(report, works)
        return result
