from odoo import api, models

from ..account.first_step import FirstStep


class AmazonAccount(models.Model):
    """The first steps about orders: their products and their taxes."""

    _inherit = "amazon.account"

    def _get_first_steps(self):
        Order = self.env["sale.order"]
        has_orders = bool(
            Order.search_count([("amazon_account_id", "in", self.ids)], limit=1)
        )
        unknown = self.env["amazon.offer"].search_count(
            [("account_id", "in", self.ids), ("product_id", "=", False)]
        )
        held = Order.search_count(self._get_held_domain())
        return [
            *super()._get_first_steps(),
            FirstStep(
                self.env._("Products"),
                self.env._("SKUs without a product: %(count)s.", count=unknown)
                if unknown
                else self.env._(
                    "A SKU that is no internal reference gets a product here."
                ),
                has_orders and not unknown,
                ((self.env._("Choose or create"), "action_make_first_products"),)
                if unknown
                else (),
            ),
            FirstStep(
                self.env._("Taxes and invoices"),
                self.env._("Orders held for their tax: %(count)s.", count=held)
                if held
                else self.env._(
                    "Say in the account where you are registered and who invoices."
                ),
                has_orders and not held,
                ((self.env._("Show them"), "action_view_held_orders"),)
                if held
                else ((self.env._("Open the account"), "action_open_first"),)
                if self
                else (),
            ),
        ]

    def _get_held_domain(self):
        """Return the domain of the orders that are held for their tax."""
        return [
            ("amazon_account_id", "in", self.ids),
            ("amazon_tax_problem", "!=", False),
            ("state", "=", "draft"),
        ]

    @api.model
    def action_make_first_products(self):
        """Offer products for all SKUs that have none; list them where all have one."""
        self.check_access("read")
        offers = self.env["amazon.offer"].search([("product_id", "=", False)])
        if offers:
            return offers.action_make_products()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "amazon_order_import.amazon_offer_action"
        )

    @api.model
    def action_view_held_orders(self):
        """List the orders that are held for their tax."""
        accounts = self.search([])
        action = accounts.action_view_orders()
        action["domain"] = accounts._get_held_domain()
        return action
