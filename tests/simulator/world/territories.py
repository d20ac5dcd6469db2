"""Places whose VAT their country code does not tell, and where Amazon collects it.

Sources: Directive 2006/112/EC, articles 5 to 7; article 8 of the protocol on
Ireland and Northern Ireland (``XI``); the rates of the Azores and Madeira by article
105. Never by chance: who places an order names the territory.
"""

from dataclasses import dataclass

_NORTHERN_IRELAND = {"standard": 200, "reduced": 0, "book": 0}
_AZORES = {"standard": 160, "reduced": 40, "book": 40}
_MADEIRA = {"standard": 220, "reduced": 40, "book": 40}
_SWITZERLAND = {"standard": 81, "reduced": 26, "book": 26}


@dataclass(frozen=True, slots=True)
class Territory:
    """``country`` and ``postal_code`` as Amazon writes them; sold by ``marketplace``.

    ``vat``: whose VAT is due, by its code for VAT; empty where deliveries are exports.
    ``rates``: in per mille by class, where they are not those of ``vat``. ``scheme``:
    under which Amazon owes the tax itself. ``people``: whose names the buyers have.
    """

    key: str
    marketplace: str
    country: str
    city: str
    state: str
    postal_code: str
    people: str
    vat: str = ""
    rates: dict[str, int] | None = None
    scheme: str = ""


_ROWS = (
    # Article 6 (1): in the customs territory, not in that of VAT.
    ("canary-islands", "ES", "ES", "Las Palmas", "Las Palmas", "35001", "ES"),
    ("tenerife", "ES", "ES", "Santa Cruz de Tenerife", "", "38003", "ES"),
    ("mount-athos", "DE", "GR", "Karyes", "", "630 86", "IT"),
    ("aland", "DE", "FI", "Mariehamn", "", "22100", "SE"),
    ("aland-own-code", "SE", "AX", "Mariehamn", "", "22100", "SE"),
    ("guadeloupe", "FR", "FR", "Basse-Terre", "", "97100", "FR"),
    ("guadeloupe-own-code", "FR", "GP", "Basse-Terre", "", "97100", "FR"),
    ("martinique", "FR", "FR", "Fort-de-France", "", "97200", "FR"),
    ("guiana", "FR", "FR", "Cayenne", "", "97300", "FR"),
    ("reunion", "FR", "FR", "Saint-Denis", "La Réunion", "97400", "FR"),
    ("reunion-own-code", "FR", "RE", "Saint-Denis", "", "97400", "FR"),
    ("mayotte", "FR", "FR", "Mamoudzou", "", "97600", "FR"),
    ("campione", "IT", "IT", "Campione d'Italia", "CO", "22061", "IT"),
    # Article 6 (2): in neither.
    ("helgoland", "DE", "DE", "Helgoland", "", "27498", "DE"),
    ("busingen", "DE", "DE", "Büsingen am Hochrhein", "", "78266", "DE"),
    ("ceuta", "ES", "ES", "Ceuta", "", "51001", "ES"),
    ("melilla", "ES", "ES", "Melilla", "", "52001", "ES"),
    ("livigno", "IT", "IT", "Livigno", "SO", "23041", "IT"),
    # Article 7, and the protocol: as if they lay in another country.
    ("monaco", "FR", "MC", "Monaco", "", "98000", "FR", "FR"),
    ("isle-of-man", "GB", "IM", "Douglas", "", "IM1 2EA", "GB", "GB"),
    (
        "northern-ireland",
        *("GB", "GB", "Belfast", "", "BT1 5GS", "GB", "XI"),
        _NORTHERN_IRELAND,
    ),
    # Article 105: inside, with rates of their own.
    ("azores", "ES", "PT", "Ponta Delgada", "", "9500-321", "ES", "PT", _AZORES),
    ("madeira", "ES", "PT", "Funchal", "", "9000-017", "ES", "PT", _MADEIRA),
    # Where Amazon collects the tax of imports.
    (
        "britain-voec",
        *("GB", "GB", "Leeds", "", "LS1 4DY", "GB", "GB", None, "UK_VOEC"),
    ),
    (
        "switzerland-voec",
        *("DE", "CH", "Zürich", "ZH", "8001", "CH", "CH", _SWITZERLAND, "CH_VOEC"),
    ),
)
TERRITORIES = {row[0]: Territory(*row) for row in _ROWS}
