from odoo import fields, models


class AmazonAccountMarketplace(models.Model):
    _inherit = "amazon.account.marketplace"

    warehouse_id = fields.Many2one(
        "stock.warehouse",
        check_company=True,
        help="Delivers the merchant-fulfilled orders of this channel. "
        "Empty: the account's warehouse",
    )
    team_id = fields.Many2one(
        "crm.team",
        "Sales Team",
        check_company=True,
        help="Sales team of the orders of this channel. Empty: the account's team",
    )
