"""The sellers that exist from the start, with their documented credentials.

====== ================ ====== ===============================================
key    seller id        region what is particular
====== ================ ====== ===============================================
eu     A1SIMEUSELLER    eu     no VAT service: prices gross, tax columns 0.00
eu-vcs A2SIMEUVCSSELL   eu     VAT service: tax contained, B2B abroad net
na     A3SIMNASELLER    na     tax on top; FBA rows without addresses
fe     A4SIMFESELLER    fe     yen, Japanese text in Shift-JIS, no compression
====== ================ ====== ===============================================

Credentials of the seller with the key K (all of them fictitious):
client id ``amzn1.application-oa2-client.simulated-K``, client secret
``amzn1.oa2-cs.v1.simulated-K``, refresh token ``Atzr|simulated-K``, application id
``amzn1.sp.solution.simulated-K``. Sellers with the same client id share the
application: its consent page lets them choose.
"""

from dataclasses import dataclass, field
from datetime import datetime

TAX_INVOICING = "Tax Invoicing (Restricted)"
TAX_REMITTANCE = "Tax Remittance (Restricted)"
SHIPPING = "Direct-to-Consumer Shipping (Restricted)"
FULFILLMENT = "Amazon Fulfillment"
TRACKING = "Inventory and Order Tracking"
FINANCE = "Finance and Accounting"
PRICING = "Pricing"


@dataclass
class Seller:
    """One selling partner account in one region.

    ``columns`` are the groups of optional columns switched on in Seller Central
    (``COLUMN_GROUPS`` in formats); ``marketplaces`` are country codes.
    ``vat_service``: none, vcs_lite (Amazon calculates, the seller invoices) or vcs
    (Amazon invoices); of ``vcs_lite`` sellers, those without ``self_invoicing`` have
    not opted for it. ``vcr_layout``: 2026 or 2024, of the SC_VAT_TAX_REPORT.
    ``fba_tax_withheld``: in North America, whose FBA report does not say who
    collects the tax, Amazon does so for every order.

    By chance, ``cancelled_share`` of the orders are cancelled before they ship, half
    of them never released, and FBA reports lack ``withheld_share`` for
    ``withheld_days``. Nothing is sold on ``days_off`` (ISO dates).

    The application: ``application_status`` is draft or published; with no
    ``redirect_uris`` any address of this machine will do. ``pending_roles`` become
    roles when the seller authorises again. ``authorized_at`` and
    ``secret_changed_at`` start the 365 and 180 days (settings).
    ``old_refresh_tokens`` are good as long as the setting of that name says so.
    """

    key: str
    seller_id: str
    region: str
    marketplaces: tuple[str, ...]
    home_country: str
    roles: set[str]
    client_id: str = ""
    client_secret: str = ""
    refresh_token: str = ""
    store_name: str = "Simulated Store"
    suspended: tuple[str, ...] = ()
    vcs: bool = False
    vat_service: str = ""
    self_invoicing: bool = True
    vcr_layout: str = "2026"
    columns: set[str] = field(default_factory=set)
    compression: bool = True
    fba_addresses: bool = True
    fba_tax_withheld: bool = True
    orders_per_day: int = 4
    cancelled_share: float = 0.0
    withheld_share: float = 0.0
    withheld_days: float = 3
    days_off: tuple[str, ...] = ()
    revoked: bool = False
    application_id: str = ""
    application_name: str = "Amazon Order Import"
    application_status: str = "draft"
    redirect_uris: tuple[str, ...] = ()
    pending_roles: set[str] = field(default_factory=set)
    authorized_at: datetime | None = None
    secret_changed_at: datetime | None = None
    old_refresh_tokens: set[str] = field(default_factory=set)
    old_secrets: dict[str, datetime] = field(default_factory=dict)

    def __post_init__(self):
        # Whether Amazon calculates VAT at all follows from the service, if named.
        self.vat_service = self.vat_service or ("vcs_lite" if self.vcs else "none")
        self.vcs = self.vat_service != "none"
        self.client_id = (
            self.client_id or f"amzn1.application-oa2-client.simulated-{self.key}"
        )
        self.client_secret = (
            self.client_secret or f"amzn1.oa2-cs.v1.simulated-{self.key}"
        )
        self.refresh_token = self.refresh_token or f"Atzr|simulated-{self.key}"
        self.application_id = self.application_id or (
            "amzn1.sp.solution." + self.client_id.rpartition(".")[2]
        )


def default_sellers():
    """Fresh copies of the documented sellers by key."""
    europe = ("DE", "FR", "IT", "ES", "NL", "PL", "SE", "GB", "BE", "IE")
    open_roles = {FULFILLMENT, TRACKING, PRICING, FINANCE}
    eu_columns = {"billing", "promotion", "gift_wrap", "business", "replacement"}
    sellers = (
        Seller(
            "eu",
            "A1SIMEUSELLER",
            "eu",
            europe,
            "DE",
            {TAX_INVOICING, SHIPPING} | open_roles,
            columns=set(eu_columns),
        ),
        Seller(
            "eu-vcs",
            "A2SIMEUVCSSELL",
            "eu",
            europe,
            "DE",
            {TAX_INVOICING, SHIPPING} | open_roles,
            vcs=True,
            columns=eu_columns | {"vat", "promise"},
        ),
        Seller(
            "na",
            "A3SIMNASELLER",
            "na",
            ("US", "CA", "MX"),
            "US",
            {TAX_REMITTANCE, SHIPPING} | open_roles,
            columns={"promotion", "tax_collection"},
            fba_addresses=False,
        ),
        Seller(
            "fe",
            "A4SIMFESELLER",
            "fe",
            ("JP",),
            "JP",
            {SHIPPING} | open_roles,
            columns={"promotion"},
            compression=False,
        ),
    )
    return {seller.key: seller for seller in sellers}
