import hashlib

from odoo import api, models

from ...messages import message


class AmazonOrderImporter(models.AbstractModel):
    """What Amazon cancelled, and what is left to a person."""

    _inherit = "amazon.order.importer"

    def _set_cancelled(self, work, order=None):
        self._set_outcome(
            work,
            "cancelled",
            message("item_cancelled", order=work.values.order_id),
            sale_order_id=order.id if order else False,
        )

    def _cancel_row(self, order, work, line):
        """Take a cancelled item off a known order."""
        if not line:
            self._set_cancelled(work, order)
            return
        lines = self._get_row_lines(order, line)
        if order.state != "cancel" and any(lines.mapped("product_uom_qty")):
            if self._is_outdated(order, work, line):
                return
            if state := lines._get_amazon_closed_state():
                self._leave_to_person(
                    order,
                    work,
                    message(
                        "item_cancelled_too_late",
                        sku=work.values.sku,
                        state=state,
                        old=self._describe_figures(lines),
                    ),
                )
                return
            lines._empty_amazon_lines()
            lines.amazon_row_id = work.record
            if not any(
                order.order_line.filtered(
                    lambda rest: rest.amazon_line_type == "item"
                ).mapped("product_uom_qty")
            ):
                order._action_cancel()
        self._set_cancelled(work, order)

    @api.private
    def cancel_items(self, order, works):
        """Cancel items of a known order that Amazon cancelled, by the order item.

        :param order: ``sale.order`` record that is not cancelled
        :param works: list of ``RowWork`` of the rows that say so, with the order item
            as ``key``; those whose item Odoo has get their outcome
        """
        lines = order.order_line.filtered(
            lambda line: line.amazon_line_type == "item" and line.product_uom_qty
        ).grouped("amazon_row_key")
        for work in works:
            if line := lines.get(work.key):
                self._cancel_row(order, work, line)

    @api.private
    def cancel_order(self, order, works):
        """Cancel a known order that Amazon cancelled as a whole.

        One that has left, or is invoiced or locked, becomes a to-do of a person. Its
        lines stay as they are, so that a report that tells of them once more finds
        nothing changed.

        :param order: ``sale.order`` record that is not cancelled
        :param works: list of ``RowWork`` of the rows that say so; get their outcome
        """
        state = order._get_amazon_closed_state()
        for work in works:
            if state:
                self._leave_to_person(
                    order,
                    work,
                    message(
                        "order_cancelled_too_late",
                        order=order.amazon_order_ref,
                        state=state,
                    ),
                )
            else:
                self._set_outcome(
                    work,
                    "cancelled",
                    message("order_cancelled", order=order.amazon_order_ref),
                    sale_order_id=order.id,
                )
        if not state:
            order._action_cancel()

    def _leave_to_person(self, order, work, difference, summary=None):
        """Make a difference visible that must not be settled by itself.

        Once a person has done the to-do, later reports with the same difference leave
        it at that.

        :param difference: `Message`
        :param summary: `Message`: what happened; None: Amazon changed the order
        """
        told = order.amazon_told or {}
        left = told.get("left", {})
        digest = hashlib.sha256(difference.dump().encode()).hexdigest()[:20]
        if left.get(work.key) == digest and not order._has_amazon_todo(difference):
            self._set_outcome(
                work,
                "unchanged",
                message("left_to_person", difference=difference),
                sale_order_id=order.id,
            )
            return
        order.amazon_told = {**told, "left": {**left, work.key: digest}}
        self._set_outcome(work, "waiting", difference, sale_order_id=order.id)
        order._schedule_amazon_activity(difference, summary)
