"""The products every simulated seller offers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Product:
    """``cents`` is the gross price in EUR cents; ``vat_class`` names a rate."""

    sku: str
    asin: str
    title: str
    title_ja: str
    cents: int
    vat_class: str = "standard"

    @property
    def fnsku(self):
        return "X00" + self.asin[3:]


CATALOGUE = (
    Product(
        "MUG-RED", "B0SIM00001", "Kaffeebecher rot, Größe M", "マグカップ 赤", 1999
    ),
    Product("MUG-BLUE", "B0SIM00002", "Kaffeebecher blau", "マグカップ 青", 1999),
    Product(
        "LAMP-1", "B0SIM00003", 'LED lamp 24" warm white', "LEDランプ 24インチ", 4990
    ),
    Product("TOWEL-XL", "B0SIM00004", '"Premium" Badetuch XL', "バスタオル XL", 1490),
    Product("KNIFE-20", "B0SIM00005", 'Küchenmesser 8" (20 cm)', "包丁 20cm", 3495),
    Product("PAN-28", "B0SIM00006", "Poêle à crêpes Ø 28 cm", "フライパン 28cm", 2790),
    Product(
        "TEA-GREEN-100", "B0SIM00007", "Grüner Tee, 100 g", "緑茶 100g", 899, "reduced"
    ),
    Product(
        "BOOK-BAKING",
        "B0SIM00008",
        "Backen & Genießen – 101 Rezepte",
        "お菓子の本",
        2495,
        "book",
    ),
    Product("Box 5/L grau", "B0SIM00009", "Aufbewahrungsbox 5 l", "収納ボックス", 1249),
    Product(
        "0815-00042", "B0SIM00010", "Schrauben M4×20, 100 Stück", "ねじ M4 100本", 649
    ),
    Product("CABLE-USBC-2M", "B0SIM00011", "USB-C Kabel 2 m", "USB-Cケーブル 2m", 1099),
    Product(
        "CABLE-USBC-2M-FBA",
        "B0SIM00011",
        "USB-C Kabel 2 m",
        "USB-Cケーブル 2m",
        1149,
    ),
    Product(
        "CHAIR-OAK", "B0SIM00012", "Stuhl «Linné», Eiche geölt", "椅子 オーク", 18900
    ),
    Product("CANDLE-3", "B0SIM00013", "Kerzen, 3er-Set", "キャンドル 3本", 1000),
    Product("PEN", "B0SIM00014", "Stylo bille 'Écriture'", "ボールペン", 249),
)
BY_SKU = {product.sku: product for product in CATALOGUE}
# VAT rates in per mille by country of delivery.
VAT_RATES = {
    "DE": {"standard": 190, "reduced": 70, "book": 70},
    "AT": {"standard": 200, "reduced": 100, "book": 100},
    "FR": {"standard": 200, "reduced": 55, "book": 55},
    "IT": {"standard": 220, "reduced": 100, "book": 40},
    "ES": {"standard": 210, "reduced": 100, "book": 40},
    "NL": {"standard": 210, "reduced": 90, "book": 90},
    "BE": {"standard": 210, "reduced": 60, "book": 60},
    "IE": {"standard": 230, "reduced": 0, "book": 0},
    "PL": {"standard": 230, "reduced": 80, "book": 50},
    "SE": {"standard": 250, "reduced": 120, "book": 60},
    "GB": {"standard": 200, "reduced": 0, "book": 0},
}


def title_for(product, country):
    """The product's title as listed in the marketplace of ``country``."""
    return product.title_ja if country == "JP" else product.title


def vat_rate(product, country):
    """VAT in per mille for a delivery to ``country``; 0 outside the EU and GB."""
    return VAT_RATES.get(country, {}).get(product.vat_class, 0)
