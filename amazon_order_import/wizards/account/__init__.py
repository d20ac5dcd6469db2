"""The dialog that connects an account with Amazon."""

from . import amazon_wizard
from . import amazon_account_connect
