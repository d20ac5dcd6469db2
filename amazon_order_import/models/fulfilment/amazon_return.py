import re
from collections import defaultdict

from odoo import api, fields, models
from odoo.tools import clean_context

from ...messages import FieldName, message
from .amazon_account import STOCK_POLICIES
from .amazon_parcel import PARCEL_READER_GROUPS

DISPOSITIONS = [
    ("SELLABLE", "Sellable"),
    ("DAMAGED", "Damaged by Amazon"),
    ("CUSTOMER_DAMAGED", "Damaged by customer"),
    ("DEFECTIVE", "Defective"),
    ("CARRIER_DAMAGED", "Damaged by carrier"),
    ("EXPIRED", "Expired"),
    ("other", "Other"),
]
STATUSES = [
    ("returned", "Returned to inventory"),
    ("reimbursed", "Reimbursed"),
    ("donated", "Donated"),
    ("repackaging", "Being repackaged"),
    ("repackaged", "Repackaged"),
    ("other", "Other"),
]
#: Amazon's texts, as `fold` writes them -> key of ``STATUSES``
STATUS_TEXTS = {
    "unit returned to inventory": "returned",
    "reimbursed": "reimbursed",
    "immediate donation": "donated",
    "pending repackaging": "repackaging",
    "repackaged successfully": "repackaged",
}
#: Code of rows about returns whose condition nobody knows.
OPEN_CONDITION = "return_condition_unknown"
#: What Amazon says of units that it sells again.
SELLABLE_STATUSES = ("returned", "repackaged")


def fold(text):
    """Return a text of Amazon's so that its spellings are the same."""
    return re.sub(r"[\s_-]+", " ", (text or "").strip()).casefold().rstrip(".")


class AmazonReturn(models.Model):
    """Goods that a customer sent back to Amazon: one record per row of the report.

    A row that comes again with a later date is the same return. It is known by order,
    SKU and Amazon's label of the unit; without label by its date and its place among
    equal rows of the file.
    """

    _name = "amazon.return"
    _description = "Return to Amazon"
    _order = "return_date desc, id desc"
    _rec_name = "sku"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    sale_order_id = fields.Many2one(
        "sale.order",
        "Order",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        "Order Line",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    order_ref = fields.Char("Amazon Order", readonly=True, index="btree_not_null")
    is_multi_channel = fields.Boolean(
        "Multi-channel",
        readonly=True,
        help="Amazon only shipped the goods; the sale took place elsewhere",
    )
    return_key = fields.Char(
        readonly=True, help="Amazon's label, or what stands for it"
    )
    return_date = fields.Datetime(
        "Returned", readonly=True, help="When Amazon took the goods in"
    )
    sku = fields.Char("SKU", required=True, readonly=True)
    asin = fields.Char("ASIN", readonly=True)
    fnsku = fields.Char("FNSKU", readonly=True)
    title = fields.Char(readonly=True, help="Amazon's title of the article")
    product_id = fields.Many2one(
        "product.product", readonly=True, check_company=True, index="btree_not_null"
    )
    quantity = fields.Integer(readonly=True, default=1)
    fulfillment_center_id = fields.Many2one(
        "amazon.fulfillment.center",
        "Fulfilment Centre",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    country_id = fields.Many2one(related="fulfillment_center_id.country_id")
    disposition = fields.Char(
        "Amazon's Condition", readonly=True, help="As Amazon's report says"
    )
    disposition_type = fields.Selection(
        DISPOSITIONS, "Condition", compute="_compute_types", store=True
    )
    status = fields.Char("Amazon's Status", readonly=True)
    status_type = fields.Selection(
        STATUSES, "Status", compute="_compute_types", store=True
    )
    reason = fields.Char("Amazon's Reason", readonly=True)
    reason_text = fields.Char("Reason", compute="_compute_reason_text")
    license_plate = fields.Char(
        readonly=True,
        index="btree_not_null",
        help="Amazon's label of the unit (LPN). The same unit may come back again from "
        "another order",
    )
    comment = fields.Text(
        "Customer's Comment", readonly=True, groups=PARCEL_READER_GROUPS
    )
    stock_policy = fields.Selection(
        STOCK_POLICIES,
        "FBA Stock",
        readonly=True,
        help="The setting of the account when the return was imported: whether its "
        "goods come back to the stock in Odoo",
    )
    location_id = fields.Many2one(
        "stock.location",
        "Booked Into",
        readonly=True,
        check_company=True,
        help="Where the goods lie in Odoo's stock now; empty where none were booked",
    )
    move_ids = fields.One2many("stock.move", "amazon_return_id", readonly=True)
    credit_move_id = fields.Many2one(
        "account.move",
        "Credit Note",
        readonly=True,
        check_company=True,
        index="btree_not_null",
        ondelete="set null",
        help="The credit note over these goods. Amazon also takes goods back without "
        "refund, and refunds without taking goods back",
    )
    row_ids = fields.One2many("amazon.report.row", "return_id", readonly=True)

    _return_unique = models.UniqueIndex(
        "(account_id, COALESCE(order_ref, ''), sku, return_key)",
        "This return is known already.",
    )

    @api.depends("disposition", "status")
    def _compute_types(self):
        dispositions = {fold(code): code for code, _label in DISPOSITIONS}
        for record in self:
            code, text = fold(record.disposition), fold(record.status)
            record.disposition_type = dispositions.get(code, "other") if code else False
            record.status_type = STATUS_TEXTS.get(text, "other") if text else False

    @api.depends("reason")
    def _compute_reason_text(self):
        for record in self:
            text = (record.reason or "").replace("_", " ").strip()
            record.reason_text = text.capitalize() or False

    @api.depends("sku", "license_plate", "order_ref")
    def _compute_display_name(self):
        for record in self:
            parts = (record.order_ref, record.sku, record.license_plate)
            record.display_name = " ".join(filter(None, parts))

    def unlink(self):
        # The goods go where they were before the return.
        self.check_access("unlink")
        self.env["amazon.stock.booker"].take_back_returns(self)
        return super().unlink()

    def _is_sellable(self):
        """Whether Amazon sells the unit again: it is in its stock as before."""
        self.ensure_one()
        return (
            self.disposition_type == "SELLABLE"
            and self.status_type in SELLABLE_STATUSES
        )

    def _get_open_condition(self):
        """Return what Amazon says of a unit and nobody knows, as a `Message`, or None.

        In another language, or new: whether the unit can be sold is open. Lines of the
        account's table that name it say what it means.
        """
        self.ensure_one()
        wrong = [
            name
            for name in ("disposition", "status")
            if self[f"{name}_type"] == "other"
            # Sellable goods may still be repackaged, or paid for by Amazon.
            or (
                name == "status"
                and not self.status
                and self.disposition_type == "SELLABLE"
            )
        ]
        if not wrong:
            return None
        rule = self.account_id.return_rule_ids._find_rule(self)
        wrong = [name for name in wrong if not rule[name]]
        if not wrong:
            return None
        values = {
            "sku": self.sku,
            "field": FieldName(self._name, wrong[0]),
            "text": self[wrong[0]] or "–",
        }
        if self.stock_policy == "none":
            return message("return_condition_unknown_unbooked", **values)
        return message("return_condition_unknown", **values)

    def _get_stock_location(self):
        """Return where the goods belong in Odoo's stock now; empty: nowhere."""
        self.ensure_one()
        account = self.account_id
        nowhere = self.env["stock.location"]
        if self.stock_policy not in ("move", "summary") or not self.product_id:
            return nowhere
        if self._is_sellable():
            return account._get_fba_location(self.country_id)
        if self._get_open_condition():
            # They stay where they are until somebody knows.
            return self.location_id
        rule = account.return_rule_ids._find_rule(self)
        return rule._get_location(self) if rule else nowhere

    def _tell_open_conditions(self):
        """Flag the rows of returns whose condition nobody knows; clear the others."""
        for record in self:
            reason = record._get_open_condition()
            flagged = record.row_ids.filtered(lambda row: row.code == OPEN_CONDITION)
            if not reason:
                flagged.write(
                    {"needs_attention": False, "code": False, "message": False}
                )
                continue
            latest = record.row_ids.sorted("id")[-1:]
            (flagged - latest).needs_attention = False
            latest.write(
                {
                    "needs_attention": record.stock_policy != "none",
                    "code": OPEN_CONDITION,
                    "message": reason,
                }
            )

    def _attach_credit_notes(self):
        """Link returns to the credit notes over their goods, as far as there are any.

        Each credit note stands for as many units as it credits of the order line.
        """
        open_returns = self.filtered(
            lambda record: record.sale_line_id
            and (
                not record.credit_move_id
                or record.sudo().credit_move_id.state == "cancel"
            )
        ).sorted(lambda record: (record.return_date, record.id))
        if not open_returns:
            return
        left = defaultdict(float)
        for line in open_returns.sudo().sale_line_id.invoice_lines:
            if self._is_credit_of_units(line):
                for sale_line in line.sale_line_ids:
                    left[sale_line, line.move_id] += line.quantity
        for sale_line, move, quantity in self.sudo()._read_group(
            [
                ("sale_line_id", "in", open_returns.sale_line_id.ids),
                ("credit_move_id.state", "in", ("draft", "posted")),
            ],
            ["sale_line_id", "credit_move_id"],
            ["quantity:sum"],
        ):
            left[sale_line, move] -= quantity
        for record in open_returns:
            fitting = [
                move
                for (sale_line, move), quantity in left.items()
                if sale_line == record.sale_line_id and quantity >= record.quantity
            ]
            if fitting:
                move = min(fitting, key=record._get_credit_rank)
                record.sudo().credit_move_id = move
                left[record.sale_line_id, move] -= record.quantity

    def _is_credit_of_units(self, line):
        """Whether an ``account.move.line`` credits goods that came back."""
        move = line.move_id
        return move.move_type == "out_refund" and move.state != "cancel"

    def _get_credit_rank(self, move):
        """Return what sorts the credit notes that a return may be of, the best first.

        That of the day which is nearest.
        """
        self.ensure_one()
        day = move.invoice_date or fields.Date.context_today(move)
        returned = self.return_date.date() if self.return_date else day
        return abs((day - returned).days), move.id

    # === ACTIONS === #

    def action_view_moves(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "stock.stock_move_line_action"
        )
        action["domain"] = [("move_id.amazon_return_id", "in", self.ids)]
        action["context"] = clean_context(self.env.context)
        return action

    def action_view_rows(self):
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_report_row_action"
        )
        action["domain"] = [("return_id", "in", self.ids)]
        return action
