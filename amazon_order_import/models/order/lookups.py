"""What is looked up once for a batch of orders."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

ZERO = Decimal(0)


@dataclass
class OrderBatch:
    """The look-ups of a batch: each is one query for all its orders."""

    report: object
    account: object
    company: object
    orders: dict = field(default_factory=dict)
    lines: dict = field(default_factory=dict)
    cancelled: set = field(default_factory=set)
    fingerprints: dict = field(default_factory=dict)
    products: dict = field(default_factory=dict)
    offers: dict = field(default_factory=dict)
    created_products: dict = field(default_factory=dict)
    currencies: dict = field(default_factory=dict)
    pricelists: dict = field(default_factory=dict)
    channels: dict = field(default_factory=dict)
    fiscal_positions: dict = field(default_factory=dict)
    centers: dict = field(default_factory=dict)
    warehouse: object = None
    carriers: object = None
    taxes: dict = field(default_factory=dict)
    tax_amounts: dict = field(default_factory=dict)
    descriptions: dict = field(default_factory=dict)
    has_analytic_models: object = None
    order_defaults: object = None
    tax_rules: object = None
    europe: object = None
    flags: dict = field(default_factory=lambda: defaultdict(set))

    def flag(self, order_ref, name):
        """Mark an order for a person's eye.

        :param str order_ref: Amazon order number
        :param str name: tag of ``data/crm_tag_data.xml`` without ``tag_``, e.g.
            ``address_incomplete``
        """
        self.flags[order_ref].add(name)
