from collections import defaultdict
from dataclasses import replace

from odoo import Command, models

from ...trusted_context import Trusted
from .booking import STAND_IN_LOT


class AmazonStockBooker(models.AbstractModel):
    """Books what Amazon ships out of the stock at Amazon.

    Amazon has shipped already: a booking is done at once, whatever Odoo has in stock,
    with the date of the shipment, and leaves neither transfer nor reservation behind.
    """

    _name = "amazon.stock.booker"
    _description = "Booking of FBA Stock"

    # === MOVES === #

    def _book(self, bookings):
        """Make done moves, all in one call.

        :param bookings: list of `Booking`
        :return: ``stock.move``
        """
        bookings = [booking for booking in bookings if booking.quantity > 0]
        if not bookings:
            return self.env["stock.move"]
        # Whoever confirms an order books its stock; that is no right to move other
        # goods.
        self = self.sudo().with_context(amazon_booking=Trusted(), tracking_disable=True)
        sources = self._find_goods(bookings)
        moves = self.env["stock.move"].create(
            [self._prepare_move(booking, sources) for booking in bookings]
        )
        moves._action_done()
        by_date = defaultdict(lambda: self.env["stock.move"])
        for move, booking in zip(moves, bookings, strict=True):
            by_date[booking.date] += move
        for date, dated in by_date.items():
            dated.date = date
        return moves

    def _prepare_move(self, booking, sources):
        product = booking.product
        return {
            "company_id": booking.company.id,
            "product_id": product.id,
            "product_uom": product.uom_id.id,
            "product_uom_qty": booking.quantity,
            "location_id": booking.source.id,
            "location_dest_id": booking.destination.id,
            "procure_method": "make_to_stock",
            "state": "confirmed",
            "picked": True,
            "date": booking.date,
            **booking.values,
            "move_line_ids": [
                Command.create(
                    {
                        "company_id": booking.company.id,
                        "product_id": product.id,
                        "product_uom_id": product.uom_id.id,
                        "location_id": booking.source.id,
                        "location_dest_id": booking.destination.id,
                        "picked": True,
                        **part,
                    }
                )
                for part in self._allocate(booking, sources)
            ],
        }

    # === KITS === #

    def _explode_kits(self, bookings):
        """Replace kits by their components, where manufacturing is installed."""
        if "mrp.bom" not in self.env:
            return bookings
        by_company = defaultdict(list)
        for booking in bookings:
            by_company[booking.company].append(booking)
        exploded = []
        for company, group in by_company.items():
            products = self.env["product.product"].union(
                *(booking.product for booking in group)
            )
            boms = (
                self.env["mrp.bom"]
                .sudo()
                ._bom_find(products, company_id=company.id, bom_type="phantom")
            )
            for booking in group:
                bom = boms[booking.product]
                exploded += self._explode(booking, bom) if bom else [booking]
        return exploded

    def _explode(self, booking, bom):
        product = booking.product
        factor = (
            product.uom_id._compute_quantity(booking.quantity, bom.product_uom_id)
            / bom.product_qty
        )
        _boms, components = bom.explode(
            product, factor, picking_type=bom.picking_type_id
        )
        return [
            replace(
                booking,
                product=bom_line.product_id,
                quantity=bom_line.product_uom_id._compute_quantity(
                    data["qty"], bom_line.product_id.uom_id, rounding_method="HALF-UP"
                ),
                values={**booking.values, "bom_line_id": bom_line.id},
            )
            for bom_line, data in components
            if bom_line.product_id.type == "consu"
        ]

    def _merge(self, bookings):
        """Make one booking for each product, place and direction."""
        merged = {}
        for booking in bookings:
            key = (booking.product, booking.location, booking.returned)
            if key in merged:
                merged[key].quantity += booking.quantity
                merged[key].lines |= booking.lines
                merged[key].date = max(merged[key].date, booking.date)
            else:
                values = dict(booking.values, bom_line_id=False)
                if "mrp.bom" not in self.env:
                    del values["bom_line_id"]
                merged[key] = replace(booking, values=values)
        return list(merged.values())

    # === PLACES, LOTS AND SERIAL NUMBERS === #

    def _allocate(self, booking, sources):
        """Choose the goods of a booking: what is there, oldest first, then stand-ins.

        :param sources: as `_find_goods` returns it; what is chosen is taken out
        :return: list of dicts for ``stock.move.line``
        """
        if booking.parts:
            return booking.parts
        product = booking.product
        compare = product.uom_id.compare
        left = booking.quantity
        parts = []
        for source in sources.get(self._get_source_key(booking), []):
            quantity = min(source["quantity"], left)
            if compare(quantity, 0.0) > 0:
                source["quantity"] -= quantity
                left -= quantity
                parts.append({**source, "quantity": quantity})
        if compare(left, 0.0) > 0:
            parts += self._prepare_stand_ins(booking, left)
        return parts

    def _get_source_key(self, booking):
        if booking.returned:
            return booking.product, booking.origin
        return booking.product, booking.location

    def _find_goods(self, bookings):
        """Return what bookings can take, oldest first.

        :return: dict ``{(product, location or origin): [dict for stock.move.line]}``
        """
        leaving = [
            booking
            for booking in bookings
            if not booking.returned and not booking.parts
        ]
        returned = [
            booking
            for booking in bookings
            if booking.returned and booking.product.tracking != "none"
        ]
        sources = defaultdict(list)
        if leaving:
            self._find_stock(leaving, sources)
        if returned:
            self._find_sold_lots(returned, sources)
        return sources

    def _find_stock(self, bookings, sources):
        locations = self.env["stock.location"].union(
            *(booking.location for booking in bookings)
        )
        products = self.env["product.product"].union(
            *(booking.product for booking in bookings)
        )
        quants = self.env["stock.quant"].search(
            [
                ("location_id", "child_of", locations.ids),
                ("product_id", "in", products.ids),
                ("quantity", ">", 0),
            ],
            order="in_date, id",
        )
        for quant in quants:
            available = quant.quantity - quant.reserved_quantity
            product = quant.product_id
            if product.uom_id.compare(available, 0.0) <= 0 or (
                product.tracking != "none" and not quant.lot_id
            ):
                continue
            for location in locations:
                if quant.location_id._child_of(location):
                    sources[product, location].append(
                        {
                            "location_id": quant.location_id.id,
                            "lot_id": quant.lot_id.id,
                            "package_id": quant.package_id.id,
                            "owner_id": quant.owner_id.id,
                            "quantity": available,
                        }
                    )

    def _find_sold_lots(self, bookings, sources):
        """Note the lots that left for the same order line or report."""
        lines = self.env["sale.order.line"]
        reports = self.env["amazon.report"]
        for booking in bookings:
            if booking.origin._name == lines._name:
                lines |= booking.origin
            elif booking.origin._name == reports._name:
                reports |= booking.origin
        left = defaultdict(float)
        for move_line in self.env["stock.move.line"].search(
            [
                ("state", "=", "done"),
                ("lot_id", "!=", False),
                "|",
                ("move_id.sale_line_id", "in", lines.ids),
                ("move_id.amazon_report_id", "in", reports.ids),
            ],
            order="id",
        ):
            move = move_line.move_id
            origin = move.amazon_report_id or move.sale_line_id
            sign = 1 if move.location_id.usage == "internal" else -1
            key = move_line.product_id, origin, move_line.lot_id
            left[key] += sign * move_line.quantity_product_uom
        for (product, origin, lot), quantity in left.items():
            sources[product, origin].append({"lot_id": lot.id, "quantity": quantity})

    def _prepare_stand_ins(self, booking, quantity):
        """Return move lines for goods that Odoo does not know of.

        Amazon does not say which lot or serial number it ships, but Odoo demands one:
        a lot for each product stands in for it, or generated serial numbers. The order
        is tagged.
        """
        product = booking.product
        if product.tracking == "none":
            return [{"quantity": quantity}]
        self._tag_orders(booking.lines.order_id)
        if product.tracking == "lot":
            lot = self._get_stand_in_lot(booking)
            return [{"lot_id": lot.id, "quantity": quantity}]
        sequence = self.env.ref("amazon_order_import.sequence_stand_in_serial").sudo()
        lots = self.env["stock.lot"].create(
            [
                self._prepare_lot(booking, sequence.next_by_id())
                for _number in range(max(round(quantity), 1))
            ]
        )
        return [{"lot_id": lot.id, "quantity": 1.0} for lot in lots]

    def _get_stand_in_lot(self, booking):
        values = self._prepare_lot(booking, STAND_IN_LOT)
        Lot = self.env["stock.lot"]
        domain = [(name, "=", value) for name, value in values.items()]
        return Lot.search(domain, limit=1) or Lot.create(values)

    def _prepare_lot(self, booking, name):
        product = booking.product
        return {
            "name": name,
            "product_id": product.id,
            "company_id": booking.company.id if product.company_id else False,
        }

    def _tag_orders(self, orders):
        tag = self.env.ref(
            "amazon_order_import.tag_lot_missing", raise_if_not_found=False
        )
        if tag:
            orders.filtered(lambda order: tag not in order.tag_ids).tag_ids = [
                Command.link(tag.id)
            ]
