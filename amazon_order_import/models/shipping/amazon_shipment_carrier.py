from odoo import fields, models


class AmazonShipmentCarrier(models.Model):
    """What Amazon calls the carrier of a delivery method."""

    _name = "amazon.shipment.carrier"
    _description = "Amazon's Name of a Carrier"
    _order = "account_id, carrier_id, country_id"
    _rec_name = "carrier_id"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        required=True,
        check_company=True,
        ondelete="cascade",
    )
    country_id = fields.Many2one(
        "res.country",
        "Destination",
        help="Only for parcels to this country. Empty: to all that have no line of "
        "their own",
    )
    code_id = fields.Many2one(
        "amazon.carrier.code",
        "Carrier at Amazon",
        ondelete="restrict",
        help="Empty: parcels of this delivery method wait, nothing is told to Amazon",
    )
    carrier_name = fields.Char(help="Needed where the carrier at Amazon is “Other”")
    shipping_method = fields.Char(
        "Service", help="As the carrier calls it, e.g. DHL Paket"
    )

    _method_unique = models.UniqueIndex(
        "(account_id, carrier_id, COALESCE(country_id, 0))",
        "This delivery method has its carrier at Amazon already.",
    )

    def _find(self, carrier, country):
        """Return the line of a delivery method for a destination, or none."""
        lines = self.filtered(lambda line: line.carrier_id == carrier)
        own = lines.filtered(lambda line: line.country_id == country)
        return (own or lines.filtered(lambda line: not line.country_id))[:1]
