from . import amazon_order_change
from . import amazon_order_importer
from . import amazon_order_line_builder
from . import amazon_order_workflow
from . import amazon_partner_importer
from . import amazon_product_finder
from . import amazon_tax_advisor
