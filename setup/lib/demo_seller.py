"""What a seller has before the first order: taxes, rates, products, an account."""

from datetime import timedelta

from odoo import fields

from .demo_amazon import ask

STOCK = 5000
SERVICES = {"none": "", "vcs_lite": " (VCS Lite)", "vcs": " (VCS)"}
# Units for one euro.
EURO_RATES = {
    "CAD": 1.49,
    "GBP": 0.87,
    "JPY": 162.0,
    "MXN": 19.8,
    "PLN": 4.35,
    "SEK": 11.5,
    "USD": 1.08,
}
# Where the sellers declare VAT beside Germany, and the rates there, highest first. The
# simulated Amazon knows of more: sales under those wait for a person, which shows how
# that is done.
REGISTRATIONS = {
    "FR": ("FR83404833048", (20.0, 5.5)),
    "IT": ("IT12345670017", (22.0, 10.0, 4.0)),
    "ES": ("ESA82743287", (21.0, 10.0, 4.0)),
}
REGIONS = {"eu": "Europe", "na": "North America", "fe": "Far East"}


def ensure_taxes(env):
    """What an accountant sets up once: VAT of the country of delivery, exports."""
    Position = env["account.fiscal.position"]
    own = [("company_id", "=", env.company.id)]
    if not Position.search([*own, ("country_id.code", "=", "FR")], limit=1):
        env.company._map_eu_taxes()
    chart = env["account.chart.template"].with_company(env.company)
    chart.ref("fiscal_position_non_eu_partner_skr03").auto_apply = True


def ensure_registrations(env, account):
    """Some countries in which the seller declares VAT, as an accountant enters them."""
    if account.region != "eu" or account.vat_service == "none":
        return
    known = account.tax_registration_ids.country_id.mapped("code")
    env["amazon.tax.registration"].create(
        [
            {
                "account_id": account.id,
                "country_id": env.ref(f"base.{code.lower()}").id,
                "vat": vat,
                "fiscal_position_id": ensure_local_position(env, code, vat, rates).id,
            }
            for code, (vat, rates) in REGISTRATIONS.items()
            if code not in known
        ]
    )


def ensure_local_position(env, code, vat, rates):
    """The fiscal position of sales within a country, with its taxes."""
    company, country = env.company, env.ref(f"base.{code.lower()}")
    name = f"Within {country.name}"
    Position = env["account.fiscal.position"]
    found = Position.search(
        [("company_id", "=", company.id), ("name", "=", name)], limit=1
    )
    if found:
        return found
    group = env["account.tax.group"].create(
        {"name": f"VAT {code}", "country_id": country.id, "company_id": company.id}
    )
    position = Position.create(
        {
            "name": name,
            "country_id": country.id,
            "foreign_vat": vat,
            "company_id": company.id,
        }
    )
    chart = env["account.chart.template"].with_company(company)
    full, reduced = chart.ref("tax_ust_19_skr03"), chart.ref("tax_ust_7_skr03")
    for rate in rates:
        env["account.tax"].create(
            {
                "name": f"{rate:g} % {code}",
                "amount": rate,
                "type_tax_use": "sale",
                "tax_group_id": group.id,
                "country_id": country.id,
                "company_id": company.id,
                "fiscal_position_ids": [fields.Command.link(position.id)],
                "original_tax_ids": [
                    fields.Command.set((full if rate == rates[0] else reduced).ids)
                ],
            }
        )
    return position


def ensure_rates(env):
    """Exchange rates of the simulated marketplaces; without one, Odoo would take 1."""
    currencies = env["res.currency"].with_context(active_test=False)
    for name, rate in EURO_RATES.items():
        currency = currencies.search([("name", "=", name)])
        if currency != env.company.currency_id and not currency.rate_ids:
            currency.rate_ids = [
                fields.Command.create(
                    {
                        "name": fields.Date.today() - timedelta(days=365),
                        "rate": rate,
                        "company_id": env.company.id,
                    }
                )
            ]


def ensure_products(env, simulator):
    """One product per SKU of the simulated catalogue, with German VAT and stock."""
    chart = env["account.chart.template"].with_company(env.company)
    rates = {
        "standard": chart.ref("tax_ust_19_skr03"),
        "reduced": chart.ref("tax_ust_7_skr03"),
        "book": chart.ref("tax_ust_7_skr03"),
    }
    Product = env["product.product"]
    catalogue = {
        entry["sku"]: entry for entry in ask(simulator, "catalogue")["products"]
    }
    found = Product.search([("default_code", "in", list(catalogue))])
    missing = set(catalogue) - set(found.mapped("default_code"))
    products = found | Product.create(
        [
            {
                "name": catalogue[sku]["title"],
                "default_code": sku,
                "type": "consu",
                "is_storable": True,
                "list_price": float(catalogue[sku]["price"]),
                "taxes_id": [
                    fields.Command.set(rates[catalogue[sku]["vat_class"]].ids)
                ],
            }
            for sku in sorted(missing)
        ]
    )
    shelf = (
        env["stock.warehouse"]
        .search([("company_id", "=", env.company.id)], limit=1)
        .lot_stock_id
    )
    for product in products.with_context(location=shelf.id):
        if product.free_qty < STOCK / 2:
            env["stock.quant"]._update_available_quantity(product, shelf, STOCK)
    return products


def ensure_account(env, simulator, seller):
    """The account of a simulated seller, its connection tested."""
    name = f"Muster Handel {REGIONS[seller['region']]}"
    name += SERVICES[seller["vat_service"]]
    access = {
        "lwa_client_id": seller["client_id"],
        "lwa_client_secret": seller["client_secret"],
        "lwa_refresh_token": seller["refresh_token"],
        # The simulator gets another port with every start.
        "sp_api_endpoint": simulator,
        "lwa_endpoint": simulator,
    }
    account = env["amazon.account"].search(
        [("lwa_client_id", "=", seller["client_id"])]
    )
    if account:
        account.write(access)
    else:
        account = account.create(
            {
                "name": name,
                "region": seller["region"],
                "user_id": env.ref("base.user_admin").id,
                "vat_service": seller["vat_service"],
                "vat_document_policy": "create",
                **access,
            }
        )
    account.action_test_connection()
    ensure_registrations(env, account)
    return account
