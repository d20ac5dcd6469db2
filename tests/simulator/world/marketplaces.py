"""Amazon's marketplaces: ids, regions, currencies and sales-channel names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marketplace:
    """One marketplace; ``order_prefixes`` start its order ids."""

    country: str
    id: str
    region: str
    currency: str
    channel: str
    language: str
    order_prefixes: tuple[str, ...]


_EU = ("302", "303", "304", "305", "306", "028", "402", "404")
_NA = ("111", "112", "113", "114", "701", "702")
_FE = ("249", "250", "503")
_ROWS = (
    ("CA", "A2EUQ1WTGCTBG2", "na", "CAD", "Amazon.ca", "en_CA", _NA),
    ("US", "ATVPDKIKX0DER", "na", "USD", "Amazon.com", "en_US", _NA),
    ("MX", "A1AM78C64UM0Y8", "na", "MXN", "Amazon.com.mx", "es_MX", _NA),
    ("BR", "A2Q3Y263D00KWC", "na", "BRL", "Amazon.com.br", "pt_BR", _NA),
    ("IE", "A28R8C7NBKEWEA", "eu", "EUR", "Amazon.ie", "en_IE", _EU),
    ("ES", "A1RKKUPIHCS9HS", "eu", "EUR", "Amazon.es", "es_ES", _EU),
    ("GB", "A1F83G8C2ARO7P", "eu", "GBP", "Amazon.co.uk", "en_GB", _EU),
    ("FR", "A13V1IB3VIYZZH", "eu", "EUR", "Amazon.fr", "fr_FR", _EU),
    ("BE", "AMEN7PMS3EDWL", "eu", "EUR", "Amazon.com.be", "fr_BE", _EU),
    ("NL", "A1805IZSGTT6HS", "eu", "EUR", "Amazon.nl", "nl_NL", _EU),
    ("DE", "A1PA6795UKMFR9", "eu", "EUR", "Amazon.de", "de_DE", _EU),
    ("IT", "APJ6JRA9NG5V4", "eu", "EUR", "Amazon.it", "it_IT", _EU),
    ("SE", "A2NODRKZP88ZB9", "eu", "SEK", "Amazon.se", "sv_SE", _EU),
    ("ZA", "AE08WJ6YKNBMC", "eu", "ZAR", "Amazon.co.za", "en_ZA", _EU),
    ("PL", "A1C3SOZRARQ6R3", "eu", "PLN", "Amazon.pl", "pl_PL", _EU),
    ("EG", "ARBP9OOSHTCHU", "eu", "EGP", "Amazon.eg", "ar_EG", _EU),
    ("TR", "A33AVAJ2PDY3EV", "eu", "TRY", "Amazon.com.tr", "tr_TR", _EU),
    ("SA", "A17E79C6D8DWNP", "eu", "SAR", "Amazon.sa", "ar_SA", _EU),
    ("AE", "A2VIGQ35RCS4UG", "eu", "AED", "Amazon.ae", "ar_AE", _EU),
    ("IN", "A21TJRUUN4KGV", "eu", "INR", "Amazon.in", "en_IN", _EU),
    ("SG", "A19VAU5U5O7RUS", "fe", "SGD", "Amazon.sg", "en_SG", _FE),
    ("AU", "A39IBJ37TRP1C6", "fe", "AUD", "Amazon.com.au", "en_AU", _FE),
    ("JP", "A1VC38T7YXB528", "fe", "JPY", "Amazon.co.jp", "ja_JP", _FE),
)
MARKETPLACES = tuple(Marketplace(*row) for row in _ROWS)
BY_COUNTRY = {m.country: m for m in MARKETPLACES}
BY_ID = {m.id: m for m in MARKETPLACES}
