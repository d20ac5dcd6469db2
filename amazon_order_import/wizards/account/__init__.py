from . import amazon_account_connect
