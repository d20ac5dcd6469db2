from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...report_formats import KINDS


class AmazonAccount(models.Model):
    """Which orders an account takes, since when, and what they are called."""

    _inherit = "amazon.account"

    import_mfn = fields.Boolean(
        "Merchant-Fulfilled Orders",
        default=True,
        help="Off: orders that you ship yourself are not imported",
        tracking=True,
    )
    import_fba = fields.Boolean(
        "FBA Orders",
        default=True,
        help="Off: orders that Amazon ships are not imported",
        tracking=True,
    )
    import_business = fields.Boolean(
        "Business Orders (B2B)",
        default=True,
        help="Off: orders that Amazon marks as business orders are not imported",
        tracking=True,
    )
    import_store_pickup = fields.Boolean(
        "Click & Collect Orders",
        default=True,
        help="Off: orders that the buyer collects from a shop are not imported",
        tracking=True,
    )
    mfn_from = fields.Datetime(
        "Merchant-Fulfilled From",
        help="Merchant-fulfilled orders bought before this moment are not imported. "
        "Empty: “Orders From” of the account",
    )
    fba_from = fields.Datetime(
        "FBA From",
        help="FBA orders bought before this moment are not imported. "
        "Empty: “Orders From” of the account",
    )
    order_name = fields.Selection(
        [("odoo", "Odoo's number"), ("amazon", "Amazon's number")],
        "Name of Orders",
        required=True,
        default="odoo",
        help="For orders imported from then on",
    )
    order_name_prefix = fields.Char(
        "Prefix", help="Stands before Amazon's number, e.g. AMZ-"
    )
    line_sku = fields.Boolean(
        "SKU in the Description", help="Each item's description begins with its SKU"
    )
    ignore_item_promotion = fields.Boolean(
        "Ignore Item Discounts",
        help="Orders hold the full price then: more than the buyer paid",
        tracking=True,
    )
    ignore_shipping_promotion = fields.Boolean(
        "Ignore Shipping Discounts",
        help="Orders hold the full shipping price then: more than the buyer paid",
        tracking=True,
    )

    @api.constrains("name", "company_id", "active")
    def _check_name(self):
        for account in self.filtered("active"):
            same = self.sudo().search_count(
                [
                    ("name", "=ilike", account.name),
                    ("company_id", "=", account.company_id.id),
                    ("id", "!=", account.id),
                ],
                limit=1,
            )
            if same:
                raise ValidationError(
                    self.env._(
                        "There is an account called %(account)s already. Choose "
                        "another name: lists tell accounts apart by it.",
                        account=account.name,
                    )
                )

    def copy_data(self, default=None):
        copies = super().copy_data(default)
        if "name" not in (default or {}):
            for account, values in zip(self, copies, strict=True):
                values["name"] = self.env._("%(account)s (copy)", account=account.name)
        return copies

    def _takes(self, fulfillment):
        """Whether the account takes orders that are fulfilled so."""
        return self.import_fba if fulfillment == "fba" else self.import_mfn

    def _get_switched_off(self):
        """Return how orders are fulfilled that the account does not take."""
        return [name for name in ("mfn", "fba") if not self._takes(name)]

    def _wants_kind(self, kind):
        fulfillment = KINDS[kind].fulfillment
        return super()._wants_kind(kind) and (
            not fulfillment or self._takes(fulfillment)
        )

    def _get_orders_from(self, fulfillment):
        """Return from when on orders that are fulfilled so are taken, or False."""
        own = self.fba_from if fulfillment == "fba" else self.mfn_from
        return own or self.orders_from
