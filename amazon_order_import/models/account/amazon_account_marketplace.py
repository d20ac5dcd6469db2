from odoo import fields, models


class AmazonAccountMarketplace(models.Model):
    _name = "amazon.account.marketplace"
    _description = "Sales Channel of an Amazon Account"
    _rec_name = "marketplace_id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    marketplace_id = fields.Many2one("amazon.marketplace", required=True)
    active = fields.Boolean(
        default=True,
        help="Orders of an inactive channel are not imported; their report rows say so",
    )

    _account_marketplace_unique = models.UniqueIndex(
        "(account_id, marketplace_id)",
        "This marketplace is a channel of the account already.",
    )
