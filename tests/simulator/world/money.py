"""Money as integers of the currency's smallest unit: exact and quick."""

NO_DECIMALS = {"JPY"}
# What 1 EUR of price becomes elsewhere: prices, not exchange rates.
PRICE_LEVEL = {
    "EUR": 1.0,
    "GBP": 0.9,
    "SEK": 11.5,
    "PLN": 4.4,
    "USD": 1.1,
    "CAD": 1.5,
    "MXN": 20.0,
    "JPY": 160.0,
}


def to_text(amount, currency, plain=False):
    """``amount`` (smallest unit) as Amazon writes it; yen optionally without .00."""
    if currency in NO_DECIMALS:
        return str(amount) if plain else f"{amount}.00"
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def local_price(cents, currency):
    """The price of a product that costs ``cents`` EUR, ending as prices do."""
    level = PRICE_LEVEL.get(currency, 1.0)
    if currency in NO_DECIMALS:
        return max(10, round(cents * level / 1000) * 10)
    if level == 1.0:
        return cents
    return max(100, round(cents * level / 100) * 100) - 1


def net_of(gross, per_mille):
    """Net of a gross amount at a tax rate in per mille, rounded half up."""
    return (gross * 2000 + 1000 + per_mille) // (2 * (1000 + per_mille))


def tax_on(net, per_mille):
    """Tax on top of a net amount at a rate in per mille, rounded half up."""
    return (net * per_mille * 2 + 1000) // 2000
