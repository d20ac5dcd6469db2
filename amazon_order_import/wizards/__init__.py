from . import amazon_offer_assign
from . import amazon_report_upload
