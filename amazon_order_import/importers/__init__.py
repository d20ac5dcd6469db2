from . import amazon_order_importer
from . import amazon_order_line_builder
from . import amazon_partner_importer
