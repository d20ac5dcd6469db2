"""Which VAT a sale is subject to: plain Python, neither Odoo nor a database is needed.

`find_territory` tells what a country code does not say (Canary Islands, Monaco,
Northern Ireland ...); `decide` turns what Amazon states about a sale into the return
it belongs to, or into the reason why it cannot be told.
"""

from .decision import Decision, Statement, decide, is_deemed
from .rates import ZERO_RATED, get_rates, is_known_rate, is_only_of_territory
from .schemes import AMAZON, SELLER, UNKNOWN, read_responsibility, read_scheme
from .territories import (
    EU_COUNTRIES,
    Territory,
    find_territory,
    get_own_rate,
    get_territory_name,
    shorten_postcode,
)
