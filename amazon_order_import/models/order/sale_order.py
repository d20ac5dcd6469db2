from odoo import Command, api, fields, models
from odoo.tools import SQL

from ...messages import MessageText, get_message, message
from ...trusted_context import get_trusted

#: Fields that Odoo derives from the customer; an import has set them itself.
KEPT_FIELDS = (
    "fiscal_position_id",
    "note",
    "payment_term_id",
    "preferred_payment_method_line_id",
    "pricelist_id",
    "team_id",
    "user_id",
    "warehouse_id",
)


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "amazon.company.check"]

    amazon_order_ref = fields.Char("Amazon Order", copy=False, readonly=True)
    amazon_account_id = fields.Many2one(
        "amazon.account",
        copy=False,
        readonly=True,
        index="btree_not_null",
        check_company=True,
    )
    amazon_marketplace_id = fields.Many2one(
        "amazon.marketplace", "Amazon Channel", copy=False, readonly=True
    )
    amazon_fulfillment = fields.Selection(
        [("mfn", "Merchant (MFN)"), ("fba", "Amazon (FBA)")],
        "Fulfilled By",
        copy=False,
        readonly=True,
    )
    amazon_purchase_date = fields.Datetime(
        "Purchased on Amazon", copy=False, readonly=True
    )
    amazon_ship_service_level = fields.Char(
        "Shipping Service", copy=False, readonly=True
    )
    amazon_is_business = fields.Boolean("Business Order", copy=False, readonly=True)
    amazon_is_prime = fields.Boolean("Prime", copy=False, readonly=True)
    amazon_purchase_order_number = fields.Char(
        "Buyer's Purchase Order", copy=False, readonly=True
    )
    amazon_price_designation = fields.Char(
        "Price Designation", copy=False, readonly=True
    )
    amazon_ioss_number = fields.Char("IOSS Number", copy=False, readonly=True)
    amazon_cancel_reason = fields.Char(
        "Buyer's Reason to Cancel", copy=False, readonly=True
    )
    amazon_is_replacement = fields.Boolean(
        "Replacement",
        copy=False,
        readonly=True,
        help="Amazon's replacement for another order: free of charge, not invoiced",
    )
    amazon_replaced_order_ref = fields.Char(
        "Replaces Amazon Order", copy=False, readonly=True
    )
    amazon_tax_withheld = fields.Monetary(
        "Tax Collected by Amazon",
        compute="_compute_amazon_amounts",
        store=True,
        help="Tax that Amazon collected from the buyer and pays to the authorities "
        "itself; it is not part of this order",
    )
    amazon_amount_total = fields.Monetary(
        "Amazon's Total", compute="_compute_amazon_amounts", store=True
    )
    amazon_amount_difference = fields.Monetary(
        "Difference to Amazon",
        compute="_compute_amazon_amount_difference",
        store=True,
        help="Total in Odoo less Amazon's total; 0 unless somebody changed the order",
    )
    amazon_amount_tax = fields.Monetary(
        "Amazon's Tax", compute="_compute_amazon_amounts", store=True
    )
    amazon_tax_difference = fields.Monetary(
        "Tax Difference to Amazon",
        compute="_compute_amazon_amount_difference",
        store=True,
        help="Tax in Odoo less Amazon's tax; 0 unless somebody changed the order",
    )
    amazon_is_invoiced = fields.Boolean(
        "Invoiced by Amazon",
        copy=False,
        readonly=True,
        help="Amazon's report says that Amazon sends the invoice to the buyer",
    )
    amazon_workflow_note = MessageText(
        "Why Not Further",
        copy=False,
        readonly=True,
        help="Why the order was not taken as far as the account's settings say",
    )
    amazon_tax_problem = MessageText(
        "Held For Its Tax",
        copy=False,
        readonly=True,
        help="Why the order stays a quotation: in whose return its VAT belongs cannot "
        "be told, or Odoo has no tax for it",
    )
    amazon_earliest_ship_date = fields.Datetime(
        "Ship From", copy=False, readonly=True, help="Amazon's earliest ship date"
    )
    amazon_latest_ship_date = fields.Datetime(
        "Ship By",
        copy=False,
        readonly=True,
        help="Amazon's latest ship date; deliveries are due by it",
    )
    amazon_earliest_delivery_date = fields.Datetime(
        "Deliver From", copy=False, readonly=True
    )
    amazon_latest_delivery_date = fields.Datetime(
        "Deliver By", copy=False, readonly=True
    )
    amazon_told = fields.Json(
        copy=False, help="What Amazon said of the order, to notice when it changes"
    )
    amazon_row_ids = fields.One2many("amazon.report.row", "sale_order_id")
    amazon_row_count = fields.Integer(
        "Report Rows", compute="_compute_amazon_row_count"
    )

    _amazon_order_ref_unique = models.UniqueIndex(
        "(company_id, amazon_order_ref) WHERE amazon_order_ref IS NOT NULL",
        "This Amazon order exists already in this company.",
    )

    def init(self):
        """Key the hashes of addresses that an earlier version stored without a key."""
        self.env.cr.execute(
            SQL(
                "SELECT id, amazon_told->>'recipient', amazon_told->>'billing' "
                "FROM sale_order WHERE amazon_told IS NOT NULL "
                "AND 20 IN (length(amazon_told->>'recipient'), "
                "length(amazon_told->>'billing'))"
            )
        )
        hash_text = self.env["res.partner"]._hash_amazon_text
        keyed = [
            (id_, *(hash_text(old) if old else "" for old in addresses))
            for id_, *addresses in self.env.cr.fetchall()
        ]
        if keyed:
            self.env.cr.execute_values(
                "UPDATE sale_order SET amazon_told = amazon_told || jsonb_build_object("
                "'recipient', told.recipient, 'billing', told.billing) "
                "FROM (VALUES %s) AS told (id, recipient, billing) "
                "WHERE told.id = sale_order.id",
                keyed,
            )

    @api.depends(
        "order_line.amazon_tax_withheld",
        "order_line.amazon_amount_total",
        "order_line.amazon_amount_tax",
    )
    def _compute_amazon_amounts(self):
        for order in self:
            lines = order.order_line
            order.amazon_tax_withheld = sum(lines.mapped("amazon_tax_withheld"))
            order.amazon_amount_total = sum(lines.mapped("amazon_amount_total"))
            order.amazon_amount_tax = sum(lines.mapped("amazon_amount_tax"))

    @api.depends(
        "amount_total",
        "amount_tax",
        "amazon_amount_total",
        "amazon_amount_tax",
        "amazon_order_ref",
    )
    def _compute_amazon_amount_difference(self):
        for order in self:
            differences = (
                order.amount_total - order.amazon_amount_total,
                order.amount_tax - order.amazon_amount_tax,
            )
            if not order.amazon_order_ref:
                differences = (0.0, 0.0)
            order.amazon_amount_difference, order.amazon_tax_difference = (
                order.currency_id.round(difference) for difference in differences
            )

    def _compute_amazon_row_count(self):
        counts = dict(
            self.env["amazon.report.row"]._read_group(
                [("sale_order_id", "in", self.ids)], ["sale_order_id"], ["__count"]
            )
        )
        for order in self:
            order.amazon_row_count = counts.get(order, 0)

    def action_confirm(self):
        # Amazon's orders keep the date of purchase; Odoo would give all orders of one
        # call the same date.
        amazon = self.filtered("amazon_order_ref")
        if amazon and amazon != self:
            (self - amazon).action_confirm()
            return amazon.action_confirm()
        result = super().action_confirm()
        amazon._settle_amazon_rows()
        return result

    def _action_cancel(self):
        result = super()._action_cancel()
        self.filtered("amazon_order_ref")._settle_amazon_rows()
        return result

    def _settle_amazon_rows(self):
        """Close what reports wanted a person to look at: the person has decided."""
        if not self or get_trusted(self.env, "amazon_import"):
            return
        rows = (
            self.env["amazon.report.row"]
            .sudo()
            .search([("sale_order_id", "in", self.ids), ("needs_attention", "=", True)])
        )
        rows.needs_attention = False
        left = rows.search(
            [("sale_order_id", "in", self.ids), ("outcome", "=", "waiting")]
        ).filtered(
            lambda row: (
                row.row_key in (row.sale_order_id.amazon_told or {}).get("left", ())
            )
        )
        for row in left:
            difference = get_message(row, "message")
            row.write(
                {
                    "outcome": "unchanged",
                    "code": "left_to_person",
                    "message": message("left_to_person", difference=difference),
                }
            )
        (rows | left).report_id._update_attention()

    def _prepare_confirmation_values(self):
        values = super()._prepare_confirmation_values()
        if self and all(self.mapped("amazon_order_ref")):
            values.pop("date_order", None)
        return values

    # === INVOICE === #

    def _prepare_invoice(self):
        values = super()._prepare_invoice()
        if self.amazon_order_ref:
            # The buyer has paid Amazon: nothing is due later.
            values["invoice_payment_term_id"] = False
            shipped = self._get_amazon_supply_date()
            if self.amazon_fulfillment == "fba" and shipped:
                values["delivery_date"] = shipped
            if get_trusted(self.env, "amazon_workflow"):
                today = self._get_local_date(fields.Datetime.now())
                values["invoice_date"] = min(shipped or today, today)
                values["invoice_date_due"] = values["invoice_date"]
        return values

    def _get_amazon_supply_date(self):
        """Return the day to which the turnover belongs, in the company's time zone.

        What Amazon ships: the day of the shipment; what is delivered from here and
        invoiced by its delivery: the day of the last delivery; what is invoiced before
        it: the day of the purchase.
        """
        self.ensure_one()
        goods = self.order_line.filtered(
            lambda line: line.amazon_line_type == "item" and line.qty_to_invoice
        )
        shipped = list(filter(None, goods.mapped("amazon_shipment_date")))
        if self.amazon_fulfillment == "mfn":
            moves = goods.move_ids.filtered(lambda move: move.state == "done")
            shipped = moves.mapped("date")
        moment = max(shipped, default=self.amazon_purchase_date or self.date_order)
        return self._get_local_date(moment)

    def _get_amazon_shipped_at(self):
        """Return when the order was shipped as a naive UTC datetime, or False."""
        self.ensure_one()
        if self.amazon_fulfillment == "fba":
            dates = self.order_line.mapped("amazon_shipment_date")
        else:
            done = self.picking_ids.filtered(
                lambda picking: (
                    picking.state == "done" and picking.picking_type_code == "outgoing"
                )
            )
            dates = done.mapped("date_done")
        return max(filter(None, dates), default=False)

    def _get_local_date(self, moment):
        """Return the date of a naive UTC moment where the company is."""
        zone = self.company_id.partner_id.tz or self.amazon_account_id.user_id.tz
        return fields.Datetime.context_timestamp(
            self.with_context(tz=zone or "UTC"), moment
        ).date()

    def _get_amazon_vat_service(self):
        """Return the VAT service that counts for the order; see ``amazon.account``."""
        self.ensure_one()
        bought = self.amazon_purchase_date or self.date_order
        return self.amazon_account_id._get_vat_service(
            self.amazon_marketplace_id, bought and self._get_local_date(bought)
        )

    # === CHANGES === #

    def _set_amazon_contacts(self, values):
        """Change customer or addresses, and nothing that Odoo derives from them.

        :param dict values: values of the order
        """
        kept = [self._fields[name] for name in KEPT_FIELDS]
        with self.env.protecting(kept, self):
            self.write(values)

    def _get_amazon_closed_state(self):
        """Return why an order can no longer be cancelled by itself, or None.

        :rtype: Term
        """
        self.ensure_one()
        lines = self.order_line.filtered("amazon_row_key") or self.order_line
        return lines._get_amazon_closed_state() if lines else None

    def _add_amazon_tags(self, names):
        """Put tags on an order, for a person's eye.

        :param names: see ``TaxLookups.flag``
        """
        tags = self.env["crm.tag"].concat(
            *(self.env.ref(f"amazon_order_import.tag_{name}") for name in names)
        )
        if tags - self.tag_ids:
            self.tag_ids = [Command.link(tag.id) for tag in tags - self.tag_ids]

    def _schedule_amazon_activity(self, note, summary=None):
        """Put a to-do on the order for the responsible user of the account.

        :param note: `Message`: the whole of it, with the next step
        :param summary: `Message`: what happened; None: Amazon changed the order
        """
        self.ensure_one()
        self._schedule_amazon_todo(
            self.amazon_account_id.user_id or self.user_id or self.env.user,
            summary or message("todo_order_changed"),
            note,
        )

    def action_view_amazon_rows(self):
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("sale_order_id", "=", self.id)]
        return action
