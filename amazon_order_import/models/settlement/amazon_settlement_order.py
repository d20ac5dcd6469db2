from odoo import fields, models


class AmazonSettlementOrder(models.Model):
    """What a settlement holds of one order, and what the books say to it."""

    _name = "amazon.settlement.order"
    _description = "Order in an Amazon Settlement"
    _order = "settlement_id desc, order_ref"
    _rec_name = "order_ref"

    settlement_id = fields.Many2one(
        "amazon.settlement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="settlement_id.company_id", store=True)
    currency_id = fields.Many2one(related="settlement_id.currency_id")
    order_ref = fields.Char("Amazon Order", required=True, index=True)
    sale_order_id = fields.Many2one(
        "sale.order", "Order", index="btree_not_null", ondelete="set null"
    )
    amount_sale = fields.Monetary("Sold")
    amount_refund = fields.Monetary("Refunded")
    amount_fee = fields.Monetary("Fees")
    cleared_sale = fields.Monetary(
        help="Invoices of it that were booked as paid before Amazon settled them"
    )
    cleared_refund = fields.Monetary()
    amount_open = fields.Monetary(
        "Difference",
        help="What of it no invoice or credit note stands for; negative: "
        "what of the invoices Amazon has not paid",
    )
    state = fields.Selection(
        [
            ("waiting", "Not booked yet"),
            ("matched", "Agrees"),
            ("not_imported", "Order is not in Odoo"),
            ("not_invoiced", "Sold but not invoiced"),
            ("paid_more", "Paid more than invoiced"),
            ("paid_less", "Paid less than invoiced"),
            ("no_credit_note", "Refunded without credit note"),
        ],
        required=True,
        default="waiting",
        index=True,
    )
    is_open = fields.Boolean("To Check", index=True)
    move_line_ids = fields.One2many(
        "account.move.line", "amazon_settlement_order_id", readonly=True
    )

    _order_unique = models.UniqueIndex(
        "(settlement_id, order_ref)", "This order of the settlement exists already."
    )
