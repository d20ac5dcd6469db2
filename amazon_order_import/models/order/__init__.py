"""Orders of Amazon as sale orders of Odoo: their amounts, taxes, SKUs and workflow.

What other domains add to an order lies with them.
"""

from . import amazon_account_setting
from . import amazon_account
from . import amazon_account_choice
from . import amazon_account_sku
from . import amazon_account_marketplace
from . import amazon_account_stated_tax
from . import amazon_offer
from . import amazon_report
from . import amazon_report_row
from . import sale_order
from . import sale_order_double
from . import sale_order_link
from . import amazon_tax_cure
from . import sale_order_tax
from . import account_tax
from . import digest_digest
from . import sale_report
from . import amazon_tax_registration
from . import amazon_tax_rule
from . import product_pricelist
from . import res_currency
from . import res_partner
from . import sale_order_line
from . import amazon_order_amounts
from . import amazon_vat_number
from . import amazon_order_workflow
from . import amazon_tax_finder
from . import amazon_tax_finder_create
from . import amazon_tax_advisor
from . import amazon_tax_advisor_place
from . import amazon_account_overview
from . import amazon_account_first_steps
from . import amazon_account_sample
from . import amazon_todo
