from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime

from odoo import Command, api, fields, models
from odoo.tools import SQL

from ...trusted_context import Trusted

STAND_IN_LOT = "AMAZON-FBA"


@dataclass
class Booking:
    """Goods that left Amazon's stock for a customer, or came back to it.

    - ``quantity``: above 0, in the product's unit
    - ``origin``: the ``sale.order.line``, or the ``amazon.report`` of a summary
    - ``lines``: all ``sale.order.line`` that it is about
    - ``date``: naive UTC, when it happened
    - ``values``: further values of the ``stock.move``
    - ``parts``: list of dicts for ``stock.move.line``, where these very goods move
    """

    company: object
    product: object
    quantity: float
    location: object
    customer_location: object
    returned: bool
    origin: object
    lines: object
    date: object
    values: dict = field(default_factory=dict)
    parts: list = None

    @property
    def source(self):
        return self.customer_location if self.returned else self.location

    @property
    def destination(self):
        return self.location if self.returned else self.customer_location


class AmazonStockBooker(models.AbstractModel):
    """Books what Amazon ships out of the stock at Amazon.

    Amazon has shipped already: a booking is done at once, whatever Odoo has in stock,
    with the date of the shipment, and leaves neither transfer nor reservation behind.
    """

    _name = "amazon.stock.booker"
    _description = "Booking of FBA Stock"

    # === WHAT TO BOOK === #

    @api.model
    def book_lines(self, lines):
        """Book what order lines say has left, less what is booked already.

        :param lines: ``sale.order.line`` of confirmed FBA orders, with their parcels
        :return: ``stock.move``, done
        """
        # What left first takes the oldest lots.
        lines = lines.sorted(
            lambda line: (line.amazon_parcel_id.shipment_date or datetime.max, line.id)
        )
        return self._book_differences(
            {line: line.product_uom_qty - line.amazon_booked_qty for line in lines}
        )

    @api.model
    def book_report(self, report):
        """Book what the orders of a report say has left: one move for each product.

        :param report: ``amazon.report`` record, processed
        :return: ``stock.move``, done
        """
        groups = self._sum_report(report)
        # One set to be read at once, however many groups there are.
        lines = self.env["sale.order.line"].browse(
            [line_id for *_group, line_ids in groups for line_id in line_ids]
        )
        bookings = []
        for location_id, quantity, shipped, line_ids in groups:
            group = lines.browse(line_ids).with_prefetch(lines.ids)
            if group[0].product_uom_id.compare(quantity, 0.0):
                location = self.env["stock.location"].browse(location_id)
                bookings.append(
                    self._prepare_report_booking(
                        report, location, quantity, shipped, group
                    )
                )
        self._note_booked({line: line.product_uom_qty for line in lines})
        return self._book(self._merge(self._explode_kits(bookings)))

    @api.model
    def reverse(self, orders):
        """Take back all that is booked for orders.

        :param orders: ``sale.order`` records
        :return: ``stock.move``, done
        """
        return self.reverse_lines(orders.order_line)

    @api.model
    def reverse_lines(self, lines):
        """The same for order lines.

        :param lines: ``sale.order.line`` records
        """
        booked = lines.filtered("amazon_booked_qty")
        return self._book_differences(
            {line: -line.amazon_booked_qty for line in booked}
        )

    @api.model
    def book_returns(self, returns):
        """Bring the goods of returns to where they belong now, each unit once.

        :param returns: ``amazon.return`` records
        :return: ``stock.move``, done
        """
        wanted = {record: record._get_stock_location() for record in returns}
        moving = returns.filtered(lambda record: wanted[record] != record.location_id)
        moves = self.take_back_returns(moving)
        bookings = [
            self._prepare_return_booking(record, wanted[record])
            for record in moving
            if wanted[record] and record.product_id.type == "consu"
        ]
        moves |= self._book(self._explode_kits(bookings))
        for record in moving:
            record.sudo().location_id = wanted[record]
        return moves

    @api.model
    def take_back_returns(self, returns):
        """Take the goods of returns out of the stock again, as far as they are in it.

        :param returns: ``amazon.return`` records
        :return: ``stock.move``, done
        """
        there = defaultdict(float)
        moves = returns.sudo().move_ids.filtered(lambda move: move.state == "done")
        for line in moves.move_line_ids:
            came = line.location_dest_id.usage == "internal"
            place = line.location_dest_id if came else line.location_id
            goods = line.move_id.amazon_return_id, line.product_id, line.lot_id, place
            there[goods] += (1 if came else -1) * line.quantity_product_uom
        return self._book(
            [
                self._prepare_return_reversal(*goods, quantity)
                for goods, quantity in there.items()
                if goods[1].uom_id.compare(quantity, 0.0) > 0
            ]
        )

    def _prepare_return_booking(self, record, location):
        order, line = record.sale_order_id, record.sale_line_id
        partner = order.partner_shipping_id.with_company(record.company_id)
        if line.qty_delivered_method != "amazon":
            # The moves of such a line say how much of it is delivered.
            line = line.browse()
        return Booking(
            company=record.company_id,
            product=record.product_id,
            quantity=float(record.quantity),
            location=location,
            customer_location=partner.property_stock_customer
            or self.env.ref("stock.stock_location_customers"),
            returned=True,
            origin=line or record,
            lines=line,
            date=record.return_date,
            values={
                "origin": order.name or record.order_ref or record.license_plate,
                "partner_id": partner.id,
                "sale_line_id": line.id,
                "amazon_return_id": record.id,
            },
        )

    def _prepare_return_reversal(self, record, product, lot, location, quantity):
        """Return the booking that takes goods out again which a return brought in."""
        booking = self._prepare_return_booking(record, location)
        part = {"lot_id": lot.id, "quantity": quantity}
        return replace(
            booking,
            product=product,
            quantity=quantity,
            returned=False,
            date=fields.Datetime.now(),
            parts=[part],
        )

    def _book_differences(self, differences):
        differences = {
            line: difference
            for line, difference in differences.items()
            if line.product_uom_id.compare(difference, 0.0)
        }
        bookings = [
            self._prepare_line_booking(line, difference)
            for line, difference in differences.items()
        ]
        moves = self._book(self._explode_kits(bookings))
        self._note_booked(
            {
                line: line.amazon_booked_qty + difference
                for line, difference in differences.items()
            }
        )
        return moves

    def _prepare_line_booking(self, line, difference):
        order, parcel = line.order_id, line.amazon_parcel_id
        returned = difference < 0
        report = self.env["amazon.report"]
        if order.amazon_stock_policy == "summary" and returned:
            # Its goods are in the moves of the report.
            report = line.amazon_row_id.report_id
        partner = order.partner_shipping_id.with_company(order.company_id)
        return Booking(
            company=order.company_id,
            product=line.product_id,
            quantity=line.product_uom_id._compute_quantity(
                abs(difference), line.product_id.uom_id, rounding_method="HALF-UP"
            ),
            location=parcel.location_id,
            customer_location=partner.property_stock_customer,
            returned=returned,
            origin=report or line,
            lines=line,
            date=(not returned and parcel.shipment_date) or fields.Datetime.now(),
            values={
                "origin": order.name,
                "partner_id": partner.id,
                "sale_line_id": line.id,
                "amazon_report_id": report.id,
            },
        )

    def _sum_report(self, report):
        """Return what the orders of a report leave to book.

        :return: list of ``(location id, quantity, last shipment, [order line id])``;
            the lines of one entry share product and unit
        """
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT parcel.location_id,
                       SUM(line.product_uom_qty - COALESCE(line.amazon_booked_qty, 0)),
                       MAX(parcel.shipment_date), ARRAY_AGG(line.id)
                FROM sale_order_line AS line
                JOIN sale_order ON sale_order.id = line.order_id
                JOIN amazon_parcel AS parcel ON parcel.id = line.amazon_parcel_id
                JOIN product_product ON product_product.id = line.product_id
                JOIN product_template
                     ON product_template.id = product_product.product_tmpl_id
                WHERE sale_order.amazon_stock_policy = 'summary'
                  AND line.state = 'sale'
                  AND line.amazon_line_type = 'item'
                  AND product_template.type = 'consu'
                  AND line.product_uom_qty != COALESCE(line.amazon_booked_qty, 0)
                  AND parcel.location_id IS NOT NULL
                  AND line.order_id IN (
                      SELECT sale_order_id FROM amazon_report_row
                      WHERE report_id = %s AND sale_order_id IS NOT NULL
                  )
                GROUP BY line.product_id, line.product_uom_id, parcel.location_id
                ORDER BY line.product_id, parcel.location_id
                """,
                report.id,
            )
        )

    def _prepare_report_booking(self, report, location, quantity, shipped, lines):
        product = lines[0].product_id
        partner = lines[0].order_id.partner_shipping_id.with_company(report.company_id)
        return Booking(
            company=report.company_id,
            product=product,
            quantity=lines[0].product_uom_id._compute_quantity(
                abs(quantity), product.uom_id, rounding_method="HALF-UP"
            ),
            location=location,
            customer_location=partner.property_stock_customer,
            returned=quantity < 0,
            origin=report,
            lines=lines,
            date=(quantity > 0 and shipped) or fields.Datetime.now(),
            values={
                "origin": report.display_name,
                "amazon_report_id": report.id,
            },
        )

    def _note_booked(self, quantities):
        """Store how much of lines is booked, with one write for each quantity."""
        by_quantity = defaultdict(lambda: self.env["sale.order.line"])
        for line, quantity in quantities.items():
            by_quantity[quantity] += line
        for quantity, lines in by_quantity.items():
            lines.amazon_booked_qty = quantity

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
