from . import amazon_offer_assign
from . import amazon_report_preview
from . import amazon_report_undo
from . import amazon_report_upload
from . import amazon_vat_unlock
from . import sale_advance_payment_inv
