"""Dialogues about reports: the first run, uploading, previewing, taking back."""

from . import amazon_first_run
from . import amazon_report_preview
from . import amazon_report_undo
from . import amazon_report_upload
from . import amazon_report_upload_guess
