from odoo import fields, models

from ..account.figure import Figure

#: Values of ``delivery_status`` while something is still to be sent.
UNSHIPPED = ("pending", "started", "partial")


class AmazonAccount(models.Model):
    """What the seller has to ship, on the card of an account."""

    _inherit = "amazon.account"

    def _get_figures(self):
        figures = super()._get_figures()
        Order = self.env["sale.order"]
        to_ship = self._count_by_account(
            Order, "amazon_account_id", self._get_to_ship_domain()
        )
        late = self._count_by_account(
            Order, "amazon_account_id", self._get_late_domain()
        )
        for account in self:
            figures[account][1:1] = [
                Figure(
                    self.env._("To ship"),
                    str(to_ship.get(account, 0)),
                    "action_view_to_ship",
                    level="" if to_ship.get(account) else "muted",
                ),
                Figure(
                    self.env._("Late"),
                    str(late.get(account, 0)),
                    "action_view_late",
                    level="danger" if late.get(account) else "muted",
                ),
            ]
        return figures

    def _get_to_ship_domain(self):
        """Return the domain of the orders that the seller still has to ship."""
        return [
            ("amazon_fulfillment", "=", "mfn"),
            ("state", "=", "sale"),
            ("delivery_status", "in", UNSHIPPED),
        ]

    def _get_late_domain(self):
        """Return the domain of those that should be on their way by now."""
        return [
            *self._get_to_ship_domain(),
            ("amazon_latest_ship_date", "<", fields.Datetime.now()),
        ]

    def action_view_to_ship(self):
        """List the orders that the seller still has to ship."""
        action = self.action_view_orders()
        action["domain"] += self._get_to_ship_domain()
        return action

    def action_view_late(self):
        """List the orders that Amazon wanted to be shipped by now."""
        action = self.action_view_orders()
        action["domain"] += self._get_late_domain()
        return action
