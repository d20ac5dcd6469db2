from datetime import timedelta

from odoo import fields, models

from ...messages import Joined, Name, message
from ...report_formats.kinds import KINDS, ORDER_KINDS
from ..report.importing import UndoStep

#: Orders bought that shortly before the end may be released after it.
RELEASE = timedelta(days=1)
#: Rows that wait for the product of their SKU.
UNKNOWN_SKU_DOMAIN = [
    ("outcome", "=", "waiting"),
    ("code", "=", "unknown_sku"),
    ("offer_id.product_id", "=", False),
]
#: What a person writes on an order; Odoo's own notes are of other types.
HUMAN_MESSAGES = ("comment", "email", "email_outgoing")


class AmazonReport(models.Model):
    """The orders of a report, and how they are taken back."""

    _inherit = "amazon.report"

    order_count = fields.Integer("Orders", compute="_compute_order_count")
    unknown_sku_count = fields.Integer(
        "Unknown SKUs", compute="_compute_unknown_sku_count"
    )
    left_out_refs = fields.Json(
        "Left Out", copy=False, help="Numbers of orders that a person does not want"
    )
    has_additions = fields.Boolean(
        readonly=True,
        copy=False,
        help="There are further lines that add to items of this report",
    )

    def _compute_order_count(self):
        counts = dict(
            self.env["amazon.report.row"]._read_group(
                [("report_id", "in", self.ids), ("sale_order_id", "!=", False)],
                ["report_id"],
                ["sale_order_id:count_distinct"],
            )
        )
        for report in self:
            report.order_count = counts.get(report, 0)

    def action_process_again(self):
        # Who processes the report again wants all of it.
        self.check_access("read")
        self._leave_out(())
        return super().action_process_again()

    def _leave_out(self, refs):
        """Note which orders a person does not want of these reports.

        :param refs: Amazon order numbers
        """
        for report in self.sudo():
            if list(refs) != (report.left_out_refs or []):
                report.left_out_refs = list(refs)

    def _compute_unknown_sku_count(self):
        counts = dict(
            self.env["amazon.report.row"]._read_group(
                [("report_id", "in", self.ids), *UNKNOWN_SKU_DOMAIN],
                ["report_id"],
                ["offer_id:count_distinct"],
            )
        )
        for report in self:
            report.unknown_sku_count = counts.get(report, 0)

    def action_make_products(self):
        """Offer products for all SKUs that rows of these reports wait for."""
        self.check_access("read")
        rows = self.env["amazon.report.row"].search(
            [("report_id", "in", self.ids), *UNKNOWN_SKU_DOMAIN]
        )
        return self.env["amazon.product.maker"]._show(rows.offer_id, self[:1])

    def action_view_orders(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.sale_order_action"
        )
        action["domain"] = [("amazon_row_ids.report_id", "=", self.id)]
        return action

    # === ENDED WITHOUT A FILE === #

    def _has_known_orders(self):
        return super()._has_known_orders() or (
            self.kind in ORDER_KINDS
            and bool(self.date_from)
            and self._has_known_mfn_orders()
        )

    def _has_known_mfn_orders(self):
        """Whether orders of the period are in Odoo that the seller ships."""
        if KINDS[self.kind].fulfillment != "mfn":
            return False
        return bool(
            self.env["sale.order"]
            .sudo()
            .search_count(
                [
                    *self._get_known_orders_domain(),
                    ("amazon_purchase_date", ">=", self.date_from),
                    ("amazon_purchase_date", "<=", self.date_to - RELEASE),
                ],
                limit=1,
            )
        )

    def _get_known_orders_domain(self):
        """Return the domain of orders that a report of this kind can list."""
        return [
            ("amazon_account_id", "=", self.account_id.id),
            ("amazon_marketplace_id", "in", self.marketplace_ids.ids),
            ("state", "!=", "cancel"),
            ("amazon_fulfillment", "=", KINDS[self.kind].fulfillment),
        ]

    # === PLAN OF AN UNDO === #

    def _plan_undo(self):
        steps = super()._plan_undo()
        if self.kind in ORDER_KINDS:
            steps += self._plan_orders_undo()
        return steps

    def _plan_orders_undo(self):
        """Return what undoing a report of orders would do, order by order."""
        steps = []
        rows_by_order = self.row_ids.filtered("sale_order_id").grouped("sale_order_id")
        others = self._get_other_rows(
            "sale_order_id", self.env["sale.order"].concat(*rows_by_order)
        )
        for order, rows in rows_by_order.items():
            made = rows.filtered(lambda row: row.outcome == "created")
            changed = rows.filtered(lambda row: row.outcome in ("updated", "cancelled"))
            lines = self._get_made_lines(made)
            reason = self._get_keep_reason(order)
            # Lines that are taken off a confirmed order stay with a quantity of 0.
            left = order.order_line.filtered("product_uom_qty") - lines
            whole = bool(made) and not left and not others[order]
            if whole:
                steps.append(self._plan_order(order, made, reason))
            elif made:
                steps += self._plan_rows(order, made, others[order], reason)
            if changed and (reason or not whole):
                steps.append(
                    UndoStep(
                        order, changed, reason=message("undo_changed_or_cancelled")
                    )
                )
        return steps

    def _plan_order(self, order, rows, reason):
        """Return the step for an order that only this report made."""
        return UndoStep(
            order,
            rows,
            records=order,
            remove=lambda: self._remove_order(order),
            counted="orders",
            reason=reason,
        )

    def _plan_rows(self, order, rows, others, reason):
        """Return the steps for the lines that a report added to a known order."""
        steps = []
        told = {row.row_key: row for row in others}
        for row in rows.filtered(lambda row: row.item_row_id not in rows):
            lines = self._get_made_lines(row)
            why = reason
            if other := told.get(row.row_key) or (row.addition_ids & others)[:1]:
                why = message("undo_also_told", row=Name.of(other))
            elif lines and not why and (state := lines._get_amazon_closed_state()):
                why = message("undo_order_closed", state=state)
            steps.append(
                UndoStep(
                    order,
                    # What adds to an item shares its fate.
                    row | (row.addition_ids & rows),
                    remove=lambda row=row: self._remove_lines(row),
                    counted="lines",
                    reason=why,
                )
            )
        return steps

    def _get_made_lines(self, rows):
        """Return the order lines that rows made."""
        keys = {(row.sale_order_id, row.row_key) for row in rows}
        return rows.sale_order_id.order_line.filtered(
            lambda line: (
                line.amazon_row_id in rows
                or (line.order_id, line.amazon_row_key) in keys
            )
        )

    def _get_keep_reason(self, order):
        """Return why an order is not to be touched, or None.

        :rtype: Message
        """
        invoices = order.invoice_ids.filtered(lambda move: move.state != "cancel")
        if invoices:
            return message("undo_invoiced", names=Joined(tuple(map(Name.of, invoices))))
        if reason := self._get_follow_up_reason(order):
            return reason
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        if done and order.amazon_fulfillment == "mfn":
            return message("undo_delivered", names=", ".join(done.mapped("name")))
        if order.state == "cancel":
            return message("undo_order_cancelled")
        if order.locked:
            return message("undo_order_locked")
        if self._is_changed_by_hand(order):
            return message("undo_changed_by_hand")
        return None

    def _get_follow_up_reason(self, order):
        """Return why what has followed an order keeps it, or None.

        :rtype: Message
        """
        return None

    def _is_changed_by_hand(self, order):
        return bool(
            order.amazon_amount_difference
            or order.amazon_tax_difference
            or any(
                not line.amazon_row_key
                or line.product_uom_qty != line.amazon_figures["quantity"]
                for line in order.order_line
            )
            # An import tracks nothing: what is tracked, a person did.
            or any(
                message.message_type in HUMAN_MESSAGES or message.tracking_value_ids
                for message in order.message_ids
            )
        )

    # === UNDO === #

    def _remove_order(self, order):
        """Remove an order with all that it made.

        :return: how many were removed
        """
        self._take_back_stock(order.order_line)
        pickings = order.picking_ids.filtered(lambda picking: picking.state != "done")
        if order.state == "sale":
            order._action_cancel()
        pickings.unlink()
        order.activity_ids.unlink()
        order.unlink()
        return 1

    def _remove_lines(self, row):
        """Take the lines that a row made off its order.

        :return: how many were removed
        """
        lines = self._get_made_lines(row)
        count = len(lines)
        if row.sale_order_id.state in ("draft", "sent"):
            lines.unlink()
        else:
            lines._empty_amazon_lines()
            self._take_back_stock(lines)
        return count

    def _take_back_stock(self, lines):
        """Set right what is booked out of the stock at Amazon for order lines."""

    def _prepare_undone(self):
        return {**super()._prepare_undone(), "offer_id": False}

    def _reopen_deleted(self, order_ref):
        """Have an order imported anew that somebody deleted, when processed again.

        :param str order_ref: Amazon order number
        """
        rows = self.sudo().row_ids.filtered(lambda row: row.order_ref == order_ref)
        rows.filtered("is_order_deleted").write(self._prepare_undone())
