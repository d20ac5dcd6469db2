from collections import defaultdict

from odoo import api, models

from ...trusted_context import get_trusted


class Reservations:
    """What the moves of a batch reserve: ``{(product, place, ...): quantity}``.

    An object of its own, not a dict: Odoo takes contexts for the same whose values are
    equal, and two batches must never be.
    """

    def __init__(self):
        self.quantities = defaultdict(float)


class StockQuant(models.Model):
    _inherit = "stock.quant"

    @api.model
    def _update_reserved_quantity(
        self,
        product_id,
        location_id,
        quantity,
        lot_id=None,
        package_id=None,
        owner_id=None,
        strict=True,
    ):
        # The moves of a batch book together (see stock.move._reserve_together).
        reservations = get_trusted(self.env, "amazon_reservations")
        if reservations:
            key = (product_id, location_id, lot_id, package_id, owner_id)
            reservations.quantities[key] += quantity
            return None
        return super()._update_reserved_quantity(
            product_id,
            location_id,
            quantity,
            lot_id=lot_id,
            package_id=package_id,
            owner_id=owner_id,
            strict=strict,
        )

    def _get_inventory_move_values(
        self,
        qty,
        location_id,
        location_dest_id,
        package_id=False,
        package_dest_id=False,
    ):
        values = super()._get_inventory_move_values(
            qty, location_id, location_dest_id, package_id, package_dest_id
        )
        if snapshot_id := get_trusted(self.env, "amazon_snapshot_id"):
            values["amazon_snapshot_id"] = snapshot_id
        return values
