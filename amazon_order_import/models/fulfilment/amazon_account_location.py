from odoo import api, fields, models
from odoo.exceptions import ValidationError


class AmazonAccountLocation(models.Model):
    _name = "amazon.account.location"
    _description = "Stock Location of Goods at Amazon"
    _order = "account_id, country_id"
    _rec_name = "location_id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    country_id = fields.Many2one(
        "res.country",
        "Country of the Centre",
        help="Empty: centres whose country is not known",
    )
    stock_pool = fields.Char(
        "Stock",
        compute="_compute_pool",
        store=True,
        help="Which stock of Amazon's lies there: EU, GB, US...",
    )
    location_id = fields.Many2one(
        "stock.location",
        required=True,
        check_company=True,
        ondelete="restrict",
        domain=[("usage", "=", "internal")],
        help="The goods of FBA orders leave from here",
    )
    unsellable_location_id = fields.Many2one(
        "stock.location",
        "Unsellable",
        check_company=True,
        ondelete="restrict",
        domain=[("usage", "=", "internal")],
        help="Damaged goods that Amazon keeps for you, apart from what it sells. "
        "Created when first needed",
    )

    _account_country_unique = models.UniqueIndex(
        "(account_id, COALESCE(country_id, 0))",
        "This country has a location in this account already.",
    )
    _unsellable_apart = models.Constraint(
        "CHECK (location_id != unsellable_location_id)",
        "Unsellable goods need a location of their own: otherwise they would count as "
        "sellable.",
    )

    @api.depends("country_id", "account_id.region", "account_id.channel_ids.active")
    def _compute_pool(self):
        for line in self:
            line.stock_pool = line.account_id._get_stock_pool_of(line.country_id)

    @api.constrains("location_id", "unsellable_location_id")
    def _check_unsellable_apart(self):
        for line in self.filtered("unsellable_location_id"):
            if line.unsellable_location_id._child_of(
                line.location_id
            ) or line.location_id._child_of(line.unsellable_location_id):
                raise ValidationError(
                    self.env._(
                        "The unsellable goods of %(location)s need a location apart, "
                        "neither inside of it nor around it: otherwise they count as "
                        "sellable.",
                        location=line.location_id.display_name,
                    )
                )
