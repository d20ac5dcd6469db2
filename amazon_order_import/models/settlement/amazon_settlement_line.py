from odoo import api, fields, models

from .amazon_settlement_rule import normal
from .rule_table import CATEGORIES

#: Transactions by which the buyer gets money back.
REFUNDS = ("refund", "chargeback refund", "a-to-z guarantee refund")


class AmazonSettlementLine(models.Model):
    """A row of a settlement, as Amazon wrote it, and what it is."""

    _name = "amazon.settlement.line"
    _description = "Row of an Amazon Settlement"
    _order = "settlement_id desc, number"
    _rec_name = "amount_description"

    settlement_id = fields.Many2one(
        "amazon.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="settlement_id.company_id", store=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    number = fields.Integer("Row Number", required=True)
    row_id = fields.Many2one(
        "amazon.report.row", index="btree_not_null", ondelete="set null"
    )
    transaction_type = fields.Char()
    order_ref = fields.Char("Amazon Order", index="btree_not_null")
    merchant_order_ref = fields.Char()
    adjustment_ref = fields.Char("Adjustment")
    shipment_ref = fields.Char("Shipment")
    marketplace = fields.Char()
    amount_type = fields.Char()
    amount_description = fields.Char()
    amount = fields.Monetary()
    fulfillment = fields.Char()
    posted_at = fields.Datetime("Posted")
    order_item_ref = fields.Char("Order Item")
    merchant_order_item_ref = fields.Char()
    merchant_adjustment_item_ref = fields.Char()
    sku = fields.Char("SKU")
    quantity = fields.Integer()
    promotion_ref = fields.Char("Promotion")
    rule_id = fields.Many2one("amazon.settlement.rule", ondelete="set null")
    category = fields.Selection(CATEGORIES, readonly=True)
    is_unknown = fields.Boolean(index=True, readonly=True)
    part = fields.Selection(
        [("sale", "Sale"), ("refund", "Refund"), ("other", "Fees and others")],
        compute="_compute_part",
        store=True,
    )

    _number_unique = models.UniqueIndex(
        "(settlement_id, number)", "This row of the settlement exists already."
    )

    @api.depends("category", "transaction_type")
    def _compute_part(self):
        for line in self:
            if line.category != "sale":
                line.part = "other"
            else:
                name = normal(line.transaction_type)
                is_refund = name.removesuffix("_retrocharge") in REFUNDS
                line.part = "refund" if is_refund else "sale"

    def _classify(self):
        """Say of each row what it is, by the rules of its company."""
        if not self:
            return
        rules = self.env["amazon.settlement.rule"]._get_rules(self.company_id)
        by_triple = {}
        names = ("transaction_type", "amount_type", "amount_description")
        for line in self:
            by_triple.setdefault(tuple(line[name] for name in names), []).append(
                line.id
            )
        for ids in by_triple.values():
            lines = self.browse(ids)
            rule = next((r for r in rules if r._matches(lines[0])), rules.browse())
            values = {"rule_id": rule.id, "category": rule.category}
            lines.write({**values, "is_unknown": False})
            if not rule:
                # An amount of nothing is nothing to book.
                lines.filtered("amount").is_unknown = True

    def action_teach(self):
        """Open the rule that says from now on what such rows are."""
        self.check_access("read")
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Is This?"),
            "res_model": "amazon.settlement.rule",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_company_id": self.company_id.id,
                "default_transaction_type": self.transaction_type or "*",
                "default_amount_type": self.amount_type or "*",
                "default_amount_description": self.amount_description or "*",
            },
        }
