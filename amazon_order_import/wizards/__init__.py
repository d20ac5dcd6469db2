from . import amazon_report_upload
