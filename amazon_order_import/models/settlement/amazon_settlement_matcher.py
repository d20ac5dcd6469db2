from odoo import api, models


class AmazonSettlementMatcher(models.AbstractModel):
    """Sets what Amazon settled off against invoices and credit notes, per order."""

    _name = "amazon.settlement.matcher"
    _description = "Matching of Amazon Settlements"

    @api.private
    def match_orders(self, sale_orders):
        """Match what settlements hold of orders, whose documents may be new.

        :param sale_orders: ``sale.order`` records
        """
        found = self.env["amazon.settlement.order"].search(
            [
                "|",
                ("sale_order_id", "in", sale_orders.ids),
                "&",
                ("sale_order_id", "=", False),
                ("order_ref", "in", sale_orders.mapped("amazon_order_ref")),
                ("settlement_id.state", "=", "posted"),
            ]
        )
        by_ref = {order.amazon_order_ref: order for order in sale_orders}
        for order in found.filtered(lambda o: not o.sale_order_id):
            sale = by_ref[order.order_ref]
            if sale.company_id == order.company_id:
                order.sale_order_id = sale
        self.match(found)

    @api.private
    def match(self, orders):
        """Reconcile the open lines of orders in settlements, and say what is left.

        :param orders: ``amazon.settlement.order`` records
        """
        # Also what other settlements hold of the same orders.
        everything = self.env["amazon.settlement.order"].search(
            [("sale_order_id", "in", orders.sale_order_id.ids)]
        )
        for sale_order, members in everything.grouped("sale_order_id").items():
            self._reconcile(sale_order.sudo(), members)
        for order in orders | everything:
            order.write(self._prepare_state(order))

    def _reconcile(self, sale_order, orders):
        """Reconcile what all settlements hold of an order with its documents."""
        moves = sale_order.invoice_ids.filtered(lambda move: move.state == "posted")
        for part, kind in (("sale", "out_invoice"), ("refund", "out_refund")):
            documents = self._get_open(
                moves.filtered(lambda m, k=kind: m.move_type == k).line_ids
            )
            mine = self._get_open(orders.move_line_ids).filtered(
                lambda line, p=part: line.amazon_settlement_part == p
            )
            # One document for the same amount first: shipment by shipment.
            for line in mine:
                same = documents.filtered(
                    lambda d, line=line: d.account_id == line.account_id
                    and d.currency_id == line.currency_id
                    and not d.currency_id.compare_amounts(
                        d.amount_residual_currency, -line.amount_residual_currency
                    )
                )[:1]
                if same:
                    (same | line).reconcile()
                    documents -= same
            self._reconcile_rest(self._get_open(mine), self._get_open(documents))
        if not self._get_open(moves.line_ids) and len(moves) > 1:
            # Invoice and credit note are set off against each other already.
            self._reconcile_rest(self._get_open(orders.move_line_ids))

    def _reconcile_rest(self, mine, documents=None):
        lines = mine | documents if documents is not None else mine
        for members in lines.grouped(
            lambda line: (line.account_id, line.currency_id)
        ).values():
            if any(line.balance > 0 for line in members) and any(
                line.balance < 0 for line in members
            ):
                members.reconcile()

    def _get_open(self, lines):
        return lines.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
            and line.parent_state == "posted"
            and not line.reconciled
        )

    def _prepare_state(self, order):
        """Return the values that say what of an order in a settlement is open."""
        currency = order.currency_id
        lines = self._get_open(order.move_line_ids)
        left = {
            part: -sum(
                lines.filtered(
                    lambda line, p=part: line.amazon_settlement_part == p
                ).mapped("amount_residual_currency")
            )
            for part in ("sale", "refund")
        }
        sale = order.sale_order_id.sudo()
        invoices = sale.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        unpaid = sum(invoices.mapped("amount_residual"))
        amount = left["sale"] + left["refund"]
        if not sale and not (
            currency.is_zero(order.amount_sale)
            and currency.is_zero(order.amount_refund)
        ):
            state = "not_imported"
        elif not currency.is_zero(left["refund"]):
            state = "no_credit_note"
        elif not currency.is_zero(left["sale"]):
            state = "paid_more" if invoices else "not_invoiced"
        elif not currency.is_zero(unpaid) and order.amount_sale:
            state, amount = "paid_less", -unpaid
        else:
            state = "matched"
        return {
            "state": state,
            "is_open": state != "matched",
            "amount_open": currency.round(amount),
        }
