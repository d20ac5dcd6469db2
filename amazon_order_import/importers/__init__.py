from . import row_importer
from . import order
from . import shipment
from . import returns
from . import stock
from . import vat
from . import control
