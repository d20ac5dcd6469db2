from ..common import AmazonCase

NOW = "2026-10-20 12:00:00"
FBA = {"fulfillment-channel": "Amazon", "order-status": "Shipped"}


def order(number, **changes):
    """A row of the control list for the order with this number."""
    changes = {name.replace("_", "-"): value for name, value in changes.items()}
    ref = f"302-{number:07d}-{number:07d}"
    return {"amazon-order-id": ref, **changes}


class ControlCase(AmazonCase):
    """Amazon's list of all orders beside what Odoo has."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.partner_id.tz = "Europe/Berlin"
        cls.Control = cls.env["amazon.control.order"]

    def list_orders(self, *rows, account=None):
        return self.import_lines("all_orders", *rows, account=account)

    def control(self, number):
        ref = f"302-{number:07d}-{number:07d}"
        return self.Control.search(
            [("order_ref", "=", ref), ("account_id", "=", self.account.id)]
        )

    def sell(self, *numbers, kind="mfn_orders_eu", **changes):
        """Import orders by their own report."""
        column = "order-id" if kind.startswith("mfn") else "amazon-order-id"
        item = "order-item-id" if kind.startswith("mfn") else "shipment-item-id"
        return self.import_lines(
            kind,
            *(
                {
                    column: f"302-{number:07d}-{number:07d}",
                    item: str(10**13 + number),
                    **changes,
                }
                for number in numbers
            ),
        )

    def calendar(self, start="2026-10-01", end="2026-10-31", **filters):
        found = self.Control.get_calendar(self.account.id, start, end, **filters)
        return {day["date"]: day for day in found["days"]}

    def connect(self):
        self.account.write(
            {
                "lwa_client_id": "id",
                "lwa_client_secret": "secret",
                "lwa_refresh_token": "token",
            }
        )

    def cover(self, kind, start, end, state="done", **values):
        return self.env["amazon.report"].create(
            {
                "account_id": self.account.id,
                "kind": kind,
                "date_from": start,
                "date_to": end,
                "state": state,
                **values,
            }
        )

    def requests(self):
        return self.env["amazon.report.request"].search(
            [("account_id", "=", self.account.id)], order="id"
        )
