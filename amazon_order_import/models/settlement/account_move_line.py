from odoo import fields, models


class AccountMoveLine(models.Model):
    """What Amazon settled of an order."""

    _inherit = "account.move.line"

    amazon_settlement_order_id = fields.Many2one(
        "amazon.settlement.order",
        "Amazon Settlement",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    amazon_settlement_part = fields.Selection(
        [("sale", "Sale"), ("refund", "Refund")], readonly=True, copy=False
    )
