"""What rows of orders say about shipping: promised dates, parcels, and what Amazon
ships for orders that were made elsewhere."""

from . import importer
from . import multi_channel
from . import order_importer
