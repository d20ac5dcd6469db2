from collections import defaultdict

from odoo import api, fields, models

from ...messages import CLOSED_STATES

LINE_TYPES = [
    ("item", "Item"),
    ("shipping", "Shipping"),
    ("gift_wrap", "Gift Wrap"),
    ("item_promotion", "Item Promotion"),
    ("shipping_promotion", "Shipping Promotion"),
    ("payment_fee", "Payment Fee"),
]


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "amazon.company.check"]

    amazon_row_key = fields.Char(
        copy=False,
        readonly=True,
        help="What identifies the report row within its order: the order item, or the "
        "shipment item",
    )
    amazon_line_type = fields.Selection(LINE_TYPES, copy=False, readonly=True)
    amazon_fingerprint = fields.Char(
        copy=False,
        readonly=True,
        help="Recognises a shipment item whose id Amazon leaves out",
    )
    amazon_figures = fields.Json(
        copy=False, help="Amazon's figures, to notice when they change"
    )
    amazon_amount_total = fields.Monetary(
        "Amazon's Total",
        copy=False,
        readonly=True,
        help="Total of this line as Amazon states it",
    )
    amazon_amount_tax = fields.Monetary(
        "Amazon's Tax",
        copy=False,
        readonly=True,
        help="Tax in this line as Amazon states it; computed by Odoo's taxes where "
        "Amazon states none",
    )
    amazon_tax_withheld = fields.Monetary(
        "Tax Collected by Amazon", copy=False, readonly=True
    )
    amazon_has_document_tax = fields.Boolean(
        "Tax by Amazon's Document",
        copy=False,
        readonly=True,
        help="The tax is that of Amazon's VAT report, which counts more than what the "
        "address of the order tells",
    )
    amazon_shipment_date = fields.Datetime(
        "Shipped by Amazon", copy=False, readonly=True
    )
    amazon_row_id = fields.Many2one(
        "amazon.report.row",
        "Report Row",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _amazon_row_unique = models.UniqueIndex(
        "(order_id, amazon_row_key, amazon_line_type) WHERE amazon_row_key IS NOT NULL",
        "This row of an Amazon report has its line in the order already.",
    )

    def action_view_amazon_rows(self):
        """Show the report rows that told of this line; the one that made it first."""
        self.check_access("read")
        self.ensure_one()
        rows = self.amazon_row_id | self.env["amazon.report.row"].search(
            [
                ("sale_order_id", "=", self.order_id.id),
                ("row_key", "=", self.amazon_row_key),
            ]
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("id", "in", rows.ids)]
        if len(rows) == 1:
            action.update(view_mode="form", views=[(False, "form")], res_id=rows.id)
        return action

    # === CHANGES === #

    def _get_amazon_closed_state(self):
        """Return why lines of an order can no longer be changed, or None.

        :rtype: Term
        """
        order = self.order_id
        if order.state == "cancel":
            return CLOSED_STATES["cancelled"]
        if order.locked:
            return CLOSED_STATES["locked"]
        # Also where a credit note took the quantity back: the invoice stands.
        if any(move.state != "cancel" for move in self.invoice_lines.move_id):
            return CLOSED_STATES["invoiced"]
        if any(
            line.qty_delivered and line.qty_delivered_method != "amazon"
            for line in self
        ):
            return CLOSED_STATES["delivered"]
        return None

    def _empty_amazon_lines(self):
        """Set lines to nothing; Odoo forbids to delete lines of confirmed orders."""
        for line in self:
            line.write(
                {
                    "product_uom_qty": 0.0,
                    "extra_tax_data": False,
                    "amazon_amount_total": 0.0,
                    "amazon_amount_tax": 0.0,
                    "amazon_tax_withheld": 0.0,
                    "amazon_figures": {
                        **line.amazon_figures,
                        "quantity": 0,
                        "amount": "0",
                        "tax": "0",
                    },
                }
            )

    # === INVOICE === #

    def _prepare_invoice_line(self, **optional_values):
        values = super()._prepare_invoice_line(**optional_values)
        if self.amazon_line_type and values.get("extra_tax_data"):
            values["extra_tax_data"] = self._get_amazon_part(values["quantity"])
        return values

    def _get_amazon_part(self, quantity, leave_out=None):
        """Return Amazon's exact figures for a part of the line.

        All parts together give Amazon's amounts to the cent: each is what is due up to
        its quantity, less what the documents before it hold (3 pieces for 10.00: 3.33,
        3.34, 3.33).

        :param float quantity: of the part; negative for what is credited
        :param leave_out: ``account.move.line`` that does not count as a document before
        :return: dict for ``extra_tax_data``
        """
        self.ensure_one()
        whole = self.extra_tax_data
        lines = self._get_invoice_lines().filtered(
            lambda line: line.move_id.state != "cancel"
        )
        if leave_out:
            lines -= leave_out
        if not self._has_amazon_figures() or (
            not lines and quantity == whole["quantity"]
        ):
            return whole
        net_before, taxes_before, reached = self._sum_amazon_parts(lines)
        ratio = (reached + quantity) / whole["quantity"]
        currency = self.currency_id

        def get_part(amount, before):
            return currency.round(currency.round(amount * ratio) - before)

        net = whole["manual_total_excluded_currency"]
        amounts = {
            tax_id: values["tax_amount_currency"]
            for tax_id, values in whole["manual_tax_amounts"].items()
        }
        taxes = {
            tax_id: get_part(amount, taxes_before[tax_id])
            for tax_id, amount in amounts.items()
        }
        # What the buyer pays is rounded, the net amount is what the taxes leave of it.
        total = get_part(
            net + sum(amounts.values()),
            net_before + sum(taxes_before[tax_id] for tax_id in amounts),
        )
        net = currency.round(total - sum(taxes.values()))
        return {
            **whole,
            "quantity": quantity,
            "manual_total_excluded_currency": net,
            "manual_tax_amounts": {
                tax_id: {"base_amount_currency": net, "tax_amount_currency": amount}
                for tax_id, amount in taxes.items()
            },
        }

    def _has_amazon_figures(self):
        """Whether the exact figures still hold: nobody changed the line by hand."""
        data, currency = self.extra_tax_data, self.currency_id
        return bool(
            data
            and data["quantity"]
            and data["currency_id"] == currency.id
            and data["quantity"] == self.product_uom_qty
            and not currency.compare_amounts(data["price_unit"], self.price_unit)
            and not currency.compare_amounts(data["discount"], self.discount)
        )

    def _sum_amazon_parts(self, invoice_lines):
        """Return ``(net, {tax id: tax}, quantity)`` that documents hold of the line."""
        AccountTax = self.env["account.tax"]
        net, taxes, quantity = 0.0, defaultdict(float), 0.0
        for line in invoice_lines:
            move = line.move_id
            sign = -1 if move.move_type == "out_refund" else 1
            base_line = move._prepare_product_base_line_for_taxes_computation(line)
            AccountTax._add_tax_details_in_base_line(base_line, move.company_id)
            AccountTax._round_base_lines_tax_details([base_line], move.company_id)
            details = base_line["tax_details"]
            net += sign * (
                details["total_excluded_currency"]
                + details["delta_total_excluded_currency"]
            )
            for data in details["taxes_data"]:
                taxes[str(data["tax"].id)] += sign * data["tax_amount_currency"]
            quantity += sign * line.product_uom_id._compute_quantity(
                line.quantity, self.product_uom_id
            )
        return net, taxes, quantity

    @api.depends("order_id.amazon_is_replacement")
    def _compute_qty_to_invoice(self):
        replacements = self.filtered("order_id.amazon_is_replacement")
        replacements.qty_to_invoice = 0.0
        return super(SaleOrderLine, self - replacements)._compute_qty_to_invoice()

    def _get_amazon_item_ref(self):
        """Return Amazon's order item of the line, or ``""``."""
        return (self.amazon_row_key or "").rpartition("/")[2]
