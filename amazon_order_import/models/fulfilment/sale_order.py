from collections import defaultdict

from odoo import api, fields, models

from ...messages import CLOSED_STATES
from .amazon_account import STOCK_POLICIES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    amazon_stock_policy = fields.Selection(
        STOCK_POLICIES,
        "FBA Stock",
        copy=False,
        readonly=True,
        help="How the goods of this order are booked out of the stock at Amazon: the "
        "setting of the account when the order was imported",
    )
    amazon_parcel_ids = fields.One2many("amazon.parcel", "order_id", "Parcels")
    amazon_return_ids = fields.One2many("amazon.return", "sale_order_id", "Returns")
    amazon_return_count = fields.Integer(
        "Returned Units", compute="_compute_amazon_return_count"
    )

    @api.depends("amazon_return_ids.quantity")
    def _compute_amazon_return_count(self):
        for order in self:
            order.amazon_return_count = sum(order.amazon_return_ids.mapped("quantity"))

    @api.depends("amazon_fulfillment", "state")
    def _compute_delivery_status(self):
        # What Amazon reports as shipped has left, without any transfer in Odoo.
        shipped = self.filtered(
            lambda order: order.amazon_fulfillment == "fba" and order.state == "sale"
        )
        shipped.delivery_status = "full"
        return super(SaleOrder, self - shipped)._compute_delivery_status()

    @api.depends("amazon_fulfillment", "amazon_parcel_ids.shipment_date")
    def _compute_effective_date(self):
        shipped = self.filtered(lambda order: order.amazon_fulfillment == "fba")
        for order in shipped:
            dates = filter(None, order.amazon_parcel_ids.mapped("shipment_date"))
            order.effective_date = min(dates, default=False)
        return super(SaleOrder, self - shipped)._compute_effective_date()

    def _amazon_reverse_moves(self):
        """Take back what is booked out of the stock at Amazon for these orders.

        :return: the ``stock.move`` that bring the goods back, done
        """
        return self.env["amazon.stock.booker"].reverse(self)

    @api.model
    def _find_seller_orders(self, company, refs):
        """Return the own orders that references name which sellers give Amazon.

        By its name or Amazon's number, else by the customer's reference if only one
        order has it.

        :param company: ``res.company`` record
        :param refs: iterable of references
        :return: dict ``{reference: sale.order}``
        """
        refs = list(refs)
        if not refs:
            return {}
        by_name, by_customer_ref = {}, defaultdict(list)
        for order in self.search(
            [
                ("company_id", "=", company.id),
                ("state", "!=", "cancel"),
                "|",
                "|",
                ("name", "in", refs),
                ("amazon_order_ref", "in", refs),
                ("client_order_ref", "in", refs),
            ]
        ):
            if order.amazon_fulfillment == "fba":
                continue
            by_name[order.name] = order
            if order.amazon_order_ref:
                by_name[order.amazon_order_ref] = order
            by_customer_ref[order.client_order_ref].append(order)
        found = {}
        for ref in refs:
            candidates = by_customer_ref.get(ref, [])
            order = by_name.get(ref) or (len(candidates) == 1 and candidates[0])
            if order:
                found[ref] = order
        return found

    def action_view_amazon_moves(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.stock_move_line_action"
        )
        action["domain"] = [("move_id.sale_line_id", "in", self.order_line.ids)]
        action["context"] = {}
        return action

    def action_view_amazon_returns(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_return_action"
        )
        action["domain"] = [("sale_order_id", "=", self.id)]
        return action

    def _get_amazon_closed_state(self):
        state = super()._get_amazon_closed_state()
        if not state and self.amazon_parcel_ids:
            return CLOSED_STATES["shipped"]
        return state
