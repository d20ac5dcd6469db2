from odoo import fields, models


class AmazonAccountCarrier(models.Model):
    """The delivery method for what the buyer chose at Amazon.

    Services that a report names for the first time are listed without delivery method.
    """

    _name = "amazon.account.carrier"
    _description = "Delivery Method of an Amazon Shipping Service"
    _order = "account_id, ship_service_level, marketplace_id"
    _rec_name = "ship_service_level"
    _check_company_auto = True

    account_id = fields.Many2one(
        "amazon.account", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    ship_service_level = fields.Char(
        "Shipping Service", required=True, help="As in Amazon's reports, e.g. Expedited"
    )
    marketplace_id = fields.Many2one(
        "amazon.marketplace",
        help="Only for orders of this marketplace. Empty: of all that have no line of "
        "their own",
    )
    carrier_id = fields.Many2one(
        "delivery.carrier",
        "Delivery Method",
        check_company=True,
        help="Put on the orders and their deliveries; the order's total stays "
        "Amazon's. Empty: none",
    )

    _service_unique = models.UniqueIndex(
        "(account_id, lower(ship_service_level), COALESCE(marketplace_id, 0))",
        "This shipping service has its delivery method in this account already.",
    )

    def _find_carrier(self, service, marketplace):
        """Return the delivery method of a shipping service, or none.

        :param str service: ship service level of a report, in any case
        :param marketplace: ``amazon.marketplace`` record
        """
        lines = self.filtered(
            lambda line: line.ship_service_level.casefold() == service.casefold()
        )
        own = lines.filtered(lambda line: line.marketplace_id == marketplace)
        return (own or lines.filtered(lambda line: not line.marketplace_id))[
            :1
        ].carrier_id
