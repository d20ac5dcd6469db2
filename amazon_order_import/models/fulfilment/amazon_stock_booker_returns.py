from collections import defaultdict
from dataclasses import replace

from odoo import api, fields, models

from .booking import Booking


class AmazonStockBooker(models.AbstractModel):
    """What customers sent back to Amazon."""

    _inherit = "amazon.stock.booker"

    @api.private
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

    @api.private
    def join_return_moves(self, returns):
        """Have moves that were made before their order's line was known name it.

        :param returns: ``amazon.return`` records
        """
        for record in returns.filtered("sale_line_id").sudo():
            line = self._get_moved_line(record)
            record.move_ids.filtered(
                lambda move, line=line: (
                    not move.sale_line_id and move.product_id == line.product_id
                )
            ).sale_line_id = line

    def _get_moved_line(self, record):
        """Return the line that a return's moves name.

        Of others than Amazon's, the moves say how much is delivered.
        """
        return record.sale_line_id.filtered(
            lambda line: line.qty_delivered_method == "amazon"
        )

    @api.private
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
        order, line = record.sale_order_id, self._get_moved_line(record)
        partner = order.partner_shipping_id.with_company(record.company_id)
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
