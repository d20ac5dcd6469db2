"""What the bookers of FBA stock tell each other."""

from dataclasses import dataclass, field
from datetime import datetime

from odoo.models import BaseModel

#: Amazon does not tell which lot it ships: this one stands in for it.
STAND_IN_LOT = "AMAZON-FBA"


@dataclass
class Booking:
    """Goods that left Amazon's stock for a customer, or came back to it.

    - ``quantity``: above 0, in the product's unit
    - ``origin``: the ``sale.order.line``, the ``amazon.report`` of a summary, or the
      ``amazon.return`` without order line
    - ``lines``: all ``sale.order.line`` that it is about
    - ``date``: naive UTC, when it happened
    - ``values``: further values of the ``stock.move``
    - ``parts``: list of dicts for ``stock.move.line``, where these very goods move
    """

    company: BaseModel
    product: BaseModel
    quantity: float
    location: BaseModel
    customer_location: BaseModel
    returned: bool
    origin: BaseModel
    lines: BaseModel
    date: datetime
    values: dict = field(default_factory=dict)
    parts: list[dict] | None = None

    @property
    def source(self):
        return self.customer_location if self.returned else self.location

    @property
    def destination(self):
        return self.location if self.returned else self.customer_location
