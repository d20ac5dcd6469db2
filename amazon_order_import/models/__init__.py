"""Records of Odoo by domain; each domain names only those before it.

What an earlier domain needs of a later one is an empty hook, which the later one
fills in a file of the model's name.
"""

from . import account
from . import report
from . import order
from . import fulfilment
from . import invoicing
from . import completeness
from . import shipping
from . import privacy
from . import settlement
