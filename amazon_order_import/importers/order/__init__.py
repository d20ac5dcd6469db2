"""Rows of orders become quotations of Odoo, or change the orders that they became.

``importer`` decides about each row; ``lookups``, ``creation``, ``update``,
``left_out``, ``repeated``, ``cancellation``, ``additions``, ``late_additions``,
``payment``,
``holds`` and ``doubles`` are its pieces; the others are services for one thing each.
"""

from . import line_builder
from . import line_builder_tax
from . import product_finder
from . import partner
from . import change
from . import importer
from . import left_out
from . import lookups
from . import creation
from . import update
from . import repeated
from . import cancellation
from . import additions
from . import late_additions
from . import payment
from . import holds
from . import doubles
