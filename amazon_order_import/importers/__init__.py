"""Rows of reports become records of Odoo, and nothing else happens here.

`row_importer` is the contract: each row gets exactly one outcome. A folder holds what
reads one sort of rows; later ones join in with orders by their hooks.
"""

from . import row_importer
from . import order
from . import shipment
from . import returns
from . import stock
from . import vat
from . import control
from . import settlement
