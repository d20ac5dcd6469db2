"""What is looked up once for the orders of a batch, and the case of one order."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from odoo.models import BaseModel

from ...messages import Message
from ...report_formats.kinds import KINDS

ZERO = Decimal(0)


@dataclass
class TaxLookups:
    """What decides about the taxes and amounts of an account's orders.

    Each is looked up once, when it is asked for first.

    - ``account``: ``amazon.account`` record
    - ``product_taxes``: ``{(product id, fiscal position id): account.tax}``
    - ``tax_amounts``: Odoo's own tax of an amount, see ``amazon.order.amounts``
    - ``fiscal_positions``: those that Odoo finds, see ``amazon.tax.advisor``
    - ``zip_ranges``: ``{(first, last)}`` of the company's fiscal positions, or None
    - ``rules``: active ``amazon.tax.rule`` of the account, or None
    - ``places``: ``{(Decision, day): TaxPlace}``, see ``amazon.tax.advisor``
    - ``taxes_by_rate``: see ``amazon.tax.finder``
    - ``rates``: of the company's sales taxes, in percent, or None
    - ``has_oss``: whether the company has taxes of the OSS return, or None
    - ``flags``: ``{Amazon order number: {name of a tag}}``
    - ``problems``: ``{Amazon order number: Message}``: why an order is held
    """

    account: BaseModel
    product_taxes: dict[tuple, BaseModel] = field(default_factory=dict)
    tax_amounts: dict[tuple, dict[BaseModel, float]] = field(default_factory=dict)
    fiscal_positions: dict[object, BaseModel] = field(default_factory=dict)
    zip_ranges: set[tuple[str, str]] | None = None
    rules: BaseModel | None = None
    places: dict[tuple, object] = field(default_factory=dict)
    taxes_by_rate: dict[tuple, BaseModel | None] = field(default_factory=dict)
    rates: set[Decimal] | None = None
    has_oss: bool | None = None
    flags: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    problems: dict[str, Message] = field(default_factory=dict)

    @property
    def company(self):
        return self.account.company_id

    def flag(self, order_ref, name):
        """Mark an order for a person's eye.

        :param str order_ref: Amazon order number
        :param str name: tag of ``data/crm_tag_data.xml`` without ``tag_``, e.g.
            ``address_incomplete``
        """
        self.flags[order_ref].add(name)


@dataclass
class SkuMatch:
    """What is known of a SKU in a marketplace: its product, or why there is none.

    - ``reason``: ``several``, ``archived`` or ``""``
    - ``others``: the products that are several, or archived
    """

    product: BaseModel
    reason: str = ""
    others: BaseModel | None = None


@dataclass(frozen=True)
class SoldSku:
    """A SKU whose product is wanted, and the ``amazon.marketplace``, which may be
    empty."""

    sku: str
    marketplace: BaseModel
    asin: str = ""


@dataclass
class ProductLookups:
    """What Odoo knows of SKUs; ``amazon.product.finder`` fills it.

    - ``account``: ``amazon.account`` record
    - ``matches``: ``{(SKU, marketplace): SkuMatch}``
    - ``offers``: ``{(SKU, marketplace): amazon.offer}``
    - ``created``: products made in this batch, by internal reference
    """

    account: BaseModel
    matches: dict[tuple[str, BaseModel], SkuMatch] = field(default_factory=dict)
    offers: dict[tuple[str, BaseModel], BaseModel] = field(default_factory=dict)
    created: dict[str, BaseModel] = field(default_factory=dict)

    @property
    def company(self):
        return self.account.company_id


@dataclass
class OrderLookups:
    """The look-ups of a batch of orders: each is one query for all of them.

    - ``report``: ``amazon.report`` record that tells of the orders
    - ``orders``: ``{Amazon order number: sale.order}``
    - ``lines``: ``{(order, row key, line type): sale.order.line}``
    - ``cancelled``: ``{(Amazon order number, row key)}`` of items of unknown orders
      that a later report told to be cancelled
    - ``fingerprints``: ``{(order, fingerprint or shipment item): [item lines]}``
    - ``currencies``: by name; ``pricelists``: by currency
    - ``channels``: the account's active ones by marketplace
    - ``centers``: ``amazon.fulfillment.center`` by code; ``carriers``: the account's
      delivery methods; None where the reports do not name any
    - ``warehouse``: the company's own, where nothing else says which; or None
    - ``descriptions``: the products' own texts
    - ``additions``: ``{order: rows}`` of further lines that were added to items before,
      or None
    - ``order_defaults``, ``analytic_defaults``: values that Odoo would look up anew
      for each order or line, or None
    """

    report: BaseModel
    taxes: TaxLookups
    products: ProductLookups
    orders: dict[str, BaseModel] = field(default_factory=dict)
    lines: dict[tuple[BaseModel, str, str], BaseModel] = field(default_factory=dict)
    cancelled: set[tuple[str, str]] = field(default_factory=set)
    fingerprints: dict[tuple, list[BaseModel]] = field(default_factory=dict)
    currencies: dict[str, BaseModel] = field(default_factory=dict)
    pricelists: dict[BaseModel, BaseModel] = field(default_factory=dict)
    channels: dict[BaseModel, BaseModel] = field(default_factory=dict)
    centers: dict[str, BaseModel] | None = None
    carriers: BaseModel | None = None
    warehouse: BaseModel | None = None
    descriptions: dict[BaseModel, str] = field(default_factory=dict)
    additions: dict[BaseModel, BaseModel] | None = None
    order_defaults: dict | None = None
    analytic_defaults: dict | None = None

    @classmethod
    def of(cls, report):
        """The empty look-ups of a report's orders."""
        account = report.account_id
        return cls(report, TaxLookups(account), ProductLookups(account))

    @property
    def account(self):
        return self.report.account_id

    @property
    def company(self):
        return self.report.company_id

    @property
    def fulfillment(self):
        """Who ships the orders of the report: ``"mfn"`` or ``"fba"``."""
        return KINDS[self.report.kind].fulfillment

    def flag(self, order_ref, name):
        """See ``TaxLookups.flag``."""
        self.taxes.flag(order_ref, name)

    def hold(self, order_ref, problem):
        """Have an order stay a quotation, as its tax cannot be told.

        :param problem: `Message`; of several, the first counts
        """
        self.taxes.problems.setdefault(order_ref, problem)


@dataclass(frozen=True)
class TaxTreatment:
    """Who owes the tax, and the fiscal position that gives the taxes.

    - ``place``: ``TaxPlace``: the return that the sale belongs in; its ``problem`` is
      why the order cannot be confirmed like that, or None
    """

    collected_by_amazon: bool
    fiscal_position: BaseModel
    crosses_border: bool
    place: object


@dataclass(frozen=True)
class OrderCase:
    """One order, new or known, as far as its lines depend on it.

    - ``customer``, ``delivery``: ``res.partner``; the rest are records by their names
    - ``known_value``: price of the items that the rows at hand do not tell of
    - ``retax``: the fiscal position changed: the taxes of all lines are due anew
    - ``treatment``: of the row at hand; None before it is decided
    """

    customer: BaseModel
    delivery: BaseModel
    currency: BaseModel
    marketplace: BaseModel
    warehouse: BaseModel
    known_value: Decimal = ZERO
    retax: bool = False
    treatment: TaxTreatment | None = None
