from . import amazon_authorization
