from collections import defaultdict
from datetime import datetime

from odoo import api, fields, models
from odoo.tools import SQL

from .booking import Booking


class AmazonStockBooker(models.AbstractModel):
    """What orders say has left Amazon's stock: line by line, or report by report."""

    _inherit = "amazon.stock.booker"

    @api.private
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

    @api.private
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

    @api.private
    def reverse(self, orders):
        """Take back all that is booked for orders.

        :param orders: ``sale.order`` records
        :return: ``stock.move``, done
        """
        return self.reverse_lines(orders.order_line)

    @api.private
    def reverse_lines(self, lines):
        """The same for order lines.

        :param lines: ``sale.order.line`` records
        """
        booked = lines.filtered("amazon_booked_qty")
        return self._book_differences(
            {line: -line.amazon_booked_qty for line in booked}
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
