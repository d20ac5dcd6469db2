"""Dialogues, by the same domains as the models."""

from . import account
from . import report
from . import order
from . import fulfilment
from . import invoicing
from . import completeness
from . import privacy
