import math
import re
from collections import defaultdict

from odoo import api, models

#: Several tracking numbers of a delivery stand side by side.
_BETWEEN = re.compile(r"[,;+|\n]")
#: What is lost in calculating with parts of units.
_TINY = 1e-6


class AmazonShipmentConfirmation(models.Model):
    """What is in a parcel, in units of Amazon's order items, and its number."""

    _inherit = "amazon.shipment.confirmation"

    @api.model
    def _get_parcels(self, picking):
        """Return what left in each parcel, less what has come back.

        Parcels are the packages of the delivery; without packages, or with a single
        one, the whole delivery is one parcel.

        :param picking: done ``stock.picking`` record
        :return: dict ``{stock.package (maybe none): {order item: units}}``
        """
        parcels = defaultdict(lambda: defaultdict(float))
        kits = self.env["sale.order.line"]
        for move in picking.move_ids:
            line = move.sale_line_id
            if move.state != "done" or line.amazon_line_type != "item":
                continue
            if move.product_id != line.product_id and self._is_kit(line):
                kits |= line
                continue
            returned = sum(
                back._get_amazon_done_units(line)
                for back in move.returned_move_ids
                if back.state == "done"
            )
            for detail in move.move_line_ids.sorted("id"):
                units = detail.product_uom_id._compute_quantity(
                    detail.quantity, line.product_uom_id, round=False
                )
                kept = max(units - returned, 0.0)
                returned = max(returned - units, 0.0)
                parcels[detail.result_package_id][line] += kept
        empty = self.env["stock.package"]
        if len(parcels) <= 1:
            parcels = {empty: next(iter(parcels.values()), {})}
        for line in kits:
            first = next(iter(parcels.values()))
            first[line] = self._count_kits(line, picking)
        return {
            package: {
                line._get_amazon_item_ref(): math.floor(units + _TINY)
                for line, units in contents.items()
                if math.floor(units + _TINY) > 0
            }
            for package, contents in parcels.items()
        }

    @api.model
    def _is_kit(self, line):
        """Whether an order item leaves as components: another product, or several."""
        return len(self._get_kit_moves(line).product_id) > 1 or (
            line.product_id not in self._get_kit_moves(line).product_id
            and "bom_line_id" in self.env["stock.move"]._fields
        )

    @api.model
    def _get_kit_moves(self, line):
        return line.move_ids.filtered(
            lambda move: (
                move.location_dest_id.usage == "customer"
                and not move.origin_returned_move_id
            )
        )

    @api.model
    def _count_kits(self, line, picking):
        """Return how many kits a delivery completes.

        A kit counts in the delivery that brings the last of its components.
        """
        moves = self._get_kit_moves(line)
        need = defaultdict(float)
        for move in moves:
            need[move.product_id] += move.product_qty / line.product_uom_qty
        now = (picking.date_done, picking.id)
        through, before = defaultdict(float), defaultdict(float)
        for move in moves.filtered(lambda move: move.state == "done"):
            units = move.product_uom._compute_quantity(
                move.quantity, move.product_id.uom_id, round=False
            )
            moment = (move.picking_id.date_done, move.picking_id.id)
            if moment <= now:
                through[move.product_id] += units
            if moment < now:
                before[move.product_id] += units

        def complete(done):
            parts = [done[product] / units for product, units in need.items() if units]
            return math.floor(min(parts, default=0.0) + _TINY)

        return complete(through) - complete(before)

    def _get_tracking(self):
        """Return the tracking number of the parcel, or ``""``.

        Several numbers of a delivery belong to its packages in their order; a single
        one belongs to all.
        """
        self.ensure_one()
        text = self.picking_id.carrier_tracking_ref or ""
        numbers = [re.sub(r"\s+", "", part) for part in _BETWEEN.split(text)]
        numbers = list(dict.fromkeys(filter(None, numbers)))
        if not numbers or len(numbers) == 1 or not self.package_id:
            return numbers[0] if numbers else ""
        packages = self.picking_id.amazon_confirmation_ids.package_id.sorted("id")
        place = packages.ids.index(self.package_id.id)
        return numbers[place] if place < len(numbers) else ""
