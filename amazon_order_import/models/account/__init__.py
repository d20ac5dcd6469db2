"""The seller's account: its connection with Amazon, its channels, what it may read.

Also how the addon gives people something to do.
"""

from . import ir_cron
from . import mail_activity
from . import amazon_marketplace
from . import amazon_account
from . import amazon_account_marketplace
from . import amazon_account_access
from . import amazon_account_connection
from . import amazon_account_safety
from . import amazon_account_expiry
from . import amazon_account_authorization
from . import amazon_account_roles
from . import amazon_account_advice
from . import amazon_account_check
from . import amazon_account_overview
from . import amazon_account_first_steps
from . import amazon_sending
from . import amazon_todo
from . import amazon_authorization
from . import amazon_api_call
